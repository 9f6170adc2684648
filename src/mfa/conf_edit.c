/*
 * Turns the text of a configuration into one in which an option has another
 * value. Knows no option, and reads and writes no file.
 */
#include "mfa/conf_edit.h"

#include <stdbool.h>
#include <string.h>

#include "mfa/config_line.h"

enum err
conf_edit_get(const struct buf *text, const char *name, struct buf *out)
{
	struct line l;

	if (!config_line_get(text, name, &l))
		return ERR_CONFIG;
	return buf_add(out, l.value, l.value_len);
}

/* Another value between what is before it and what is behind it. */
static enum err
replace(const struct buf *text, const struct line *l, const char *value,
    struct buf *out)
{
	const char *behind = l->value + l->value_len;
	enum err e = buf_add(out, text->ptr, (size_t)(l->value - text->ptr));

	if (e == ERR_OK)
		e = buf_add_text(out, value);
	if (e == ERR_OK)
		e = buf_add(
		    out, behind, (size_t)(text->ptr + text->len - behind));
	return e;
}

static enum err
append(const struct buf *text, const char *name, const char *value,
    struct buf *out)
{
	bool open = text->len > 0 && text->ptr[text->len - 1] != '\n';
	const char *const parts[] = {
	    open ? "\n" : "", name, " = ", value, "\n"};
	enum err e = buf_add(out, buf_text(text), text->len);

	for (size_t i = 0; e == ERR_OK && i < sizeof(parts) / sizeof(*parts);
	    i++)
		e = buf_add_text(out, parts[i]);
	return e;
}

/* Does the line say what it was to say? */
static enum err
read_back(const struct buf *text, const char *name, const char *value)
{
	struct buf found = BUF_INIT(LINE_MAX_BYTES);
	enum err e = conf_edit_get(text, name, &found);

	if (e == ERR_OK && strcmp(buf_text(&found), value) != 0)
		e = ERR_CONFIG;
	buf_clear(&found);
	return e;
}

enum err
conf_edit_set(struct buf *text, const char *name, const char *value)
{
	struct buf changed = BUF_INIT(text->max);
	struct line l;
	enum err e;

	/* a line break would be another option */
	if (strpbrk(value, "\r\n") != NULL)
		return ERR_CONFIG;
	e = config_line_get(text, name, &l) ? replace(text, &l, value, &changed)
				 : append(text, name, value, &changed);
	if (e == ERR_OK)
		e = read_back(&changed, name, value);
	if (e != ERR_OK) {
		buf_clear(&changed);
		return e;
	}
	buf_clear(text);
	*text = changed;
	return ERR_OK;
}
