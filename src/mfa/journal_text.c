/*
 * Turns text into lines with a checksum, and the lines of a journal back into
 * what they tell. Writes nothing.
 */
#include "mfa/journal_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/message.h"
#include "base/text.h"

enum { SUM_LEN = 9 }; /* "0123abcd " */

static const char not_ours[] = N_("is not a journal of genauth-mfa");

enum err
journal_refuse(const char *path, const char *why)
{
	log_write(LOG_ERR, "%s: %s", path, why);
	return ERR_CONFIG;
}

/* FNV-1a: finds what a crash leaves, not what somebody forges. */
static uint32_t
checksum(const char *text)
{
	uint32_t sum = 2166136261u;

	for (; *text != '\0'; text++)
		sum = (sum ^ (unsigned char)*text) * 16777619u;
	return sum;
}

size_t
journal_line(const char *text, char line[JOURNAL_LINE_SIZE])
{
	int n = snprintf(line, JOURNAL_LINE_SIZE, "%08" PRIx32 " %s\n",
	    checksum(text), text);

	return n > 0 && n < JOURNAL_LINE_SIZE ? (size_t)n : 0;
}

/* The text of a whole line, NULL where it is not one. Cuts off its end. */
static const char *
check_line(char *line, size_t len)
{
	char again[JOURNAL_LINE_SIZE];

	if (len <= SUM_LEN || line[len - 1] != '\n')
		return NULL;
	line[len - 1] = '\0';
	if (journal_line(line + SUM_LEN, again) != len)
		return NULL;
	return memcmp(line, again, len - 1) == 0 ? line + SUM_LEN : NULL;
}

/* What is behind `word` at the start of the text, NULL where it is not. */
static const char *
after(const char *text, const char *word)
{
	size_t len = strlen(word);

	return strncmp(text, word, len) == 0 ? text + len : NULL;
}

/* Tell of one line; false where it says nothing we know. */
static bool
read_text(const struct journal_reading *r, const char *text)
{
	const char *name = after(text, "begin "), *result, *space;
	enum err e = ERR_OK;
	char word[32];

	if (name != NULL) {
		r->seen(r->ctx, name, false, ERR_OK);
		return true;
	}
	if ((result = after(text, "done ")) == NULL ||
	    (space = strchr(result, ' ')) == NULL ||
	    (size_t)(space - result) >= sizeof(word))
		return false;
	memcpy(word, result, (size_t)(space - result));
	word[space - result] = '\0';
	if (strcmp(word, "ok") != 0 &&
	    ((e = err_from_name(word)) == ERR_COUNT || e == ERR_OK))
		return false;
	r->seen(r->ctx, space + 1, true, e);
	return true;
}

/* The first line: what the journal is good for. */
static enum err
check_scope(const struct journal_reading *r, const char *text)
{
	const char *old = after(text, JOURNAL_HEAD " ");
	char clean[JOURNAL_TEXT_MAX], why[2 * JOURNAL_TEXT_MAX];

	if (old == NULL)
		return journal_refuse(r->path, _(not_ours));
	if (strcmp(old, r->scope) == 0)
		return ERR_OK;
	(void)snprintf(why, sizeof(why), _("was begun for \"%s\", and this is "
	    "\"%s\""), text_clean(clean, sizeof(clean), old), r->scope);
	return journal_refuse(r->path, why);
}

static enum err
damaged(const struct journal_reading *r, size_t number)
{
	char why[64];

	(void)snprintf(why, sizeof(why), _("is damaged in line %zu"), number);
	return journal_refuse(r->path, why);
}

/*
 * A line that is not whole. At the end a crash of ours has left it; the first
 * one must be the start of our own, lest another's file be emptied.
 */
static enum err
check_torn(const struct journal_reading *r, size_t number, const char *line,
    size_t len, bool is_last)
{
	char text[JOURNAL_TEXT_MAX + 1], head[JOURNAL_LINE_SIZE];

	if (number == 1) {
		(void)snprintf(text, sizeof(text), JOURNAL_HEAD " %s",
		    r->scope);
		(void)journal_line(text, head);
		if (is_last && strlen(line) == len &&
		    after(head, line) != NULL)
			return ERR_OK;
		return journal_refuse(r->path, _(not_ours));
	}
	return is_last ? ERR_OK : damaged(r, number);
}

enum err
journal_read(const struct journal_reading *r, FILE *in, off_t *good)
{
	char *line = NULL;
	const char *text;
	size_t size = 0, number = 0;
	ssize_t n;
	enum err e = ERR_OK;

	while (e == ERR_OK && (n = getline(&line, &size, in)) > 0) {
		number++;
		text = check_line(line, (size_t)n);
		if (text == NULL)
			e = check_torn(r, number, line, (size_t)n,
			    getc(in) == EOF);
		else if (number == 1)
			e = check_scope(r, text);
		else if (!read_text(r, text))
			e = damaged(r, number);
		if (text != NULL)
			*good += n;
	}
	if (e == ERR_OK && ferror(in) != 0)
		e = journal_refuse(r->path, _("cannot be read"));
	free(line);
	return e;
}
