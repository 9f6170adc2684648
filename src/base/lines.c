/*
 * Turns configuration text into names and values, one line at a time. Does
 * not know any name, and copies nothing.
 */
#include "base/lines.h"

#include <string.h>

#include "base/text.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Tabs are white space here, for text_is_clean() they are not. */
static bool
is_clean(const char *text, size_t len)
{
	const char *tab;

	while ((tab = memchr(text, '\t', len)) != NULL) {
		size_t n = (size_t)(tab - text);

		if (!text_is_clean(text, n, false))
			return false;
		text += n + 1;
		len -= n + 1;
	}
	return text_is_clean(text, len, false);
}

/* Narrow to what is between the white space. */
static void
trim(const char **text, size_t *len)
{
	while (*len > 0 && is_blank(**text)) {
		(*text)++;
		(*len)--;
	}
	while (*len > 0 && is_blank((*text)[*len - 1]))
		(*len)--;
}

static size_t
comment_at(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == '#' && (i == 0 || is_blank(text[i - 1])))
			return i;
	return len;
}

static const char *
find_mistake(const char *text, size_t len)
{
	if (len > LINE_MAX_BYTES)
		return "longer than 1024 bytes";
	if (len > 0 && text[len - 1] == '\r')
		return "ends in a carriage return, as files from Windows do";
	if (!is_clean(text, len))
		return "holds a control character, an invisible character, "
		       "or bytes that are not UTF-8";
	return NULL;
}

void
line_read(struct line *l, const char *text, size_t len)
{
	const char *equals;

	l->name = l->value = NULL;
	l->name_len = l->value_len = 0;
	if ((l->mistake = find_mistake(text, len)) != NULL)
		return;
	l->name = text;
	l->name_len = len;
	if ((equals = memchr(text, '=', len)) != NULL) {
		l->name_len = (size_t)(equals - text);
		l->value = equals + 1;
		l->value_len = len - l->name_len - 1;
		trim(&l->value, &l->value_len);
	}
	trim(&l->name, &l->name_len);
	if (l->name_len == 0)
		l->mistake = "no name before \"=\"";
	else if (equals != NULL && l->value_len == 0)
		l->mistake = "no value after \"=\"";
}

bool
line_next(struct line *l, const struct buf *text)
{
	const char *end = buf_text(text) + text->len;
	const char *start = l->next == NULL ? buf_text(text) : l->next;

	while (start < end) {
		size_t left = (size_t)(end - start), len;
		const char *newline = memchr(start, '\n', left);
		const char *line = start;

		len = newline == NULL ? left : (size_t)(newline - start);
		start += newline == NULL ? len : len + 1;
		l->next = start;
		l->number++;
		if ((l->mistake = find_mistake(line, len)) != NULL)
			return true;
		len = comment_at(line, len);
		trim(&line, &len);
		if (len == 0)
			continue;
		line_read(l, line, len);
		if (l->mistake == NULL && l->value == NULL)
			l->mistake = "not of the form name = value";
		return true;
	}
	return false;
}
