/*
 * The journal of genauth-mfa: what is kept of it after a crash tells the same
 * once more, and what it tells is what is written in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "mfa/journal_text.h"

#define SCOPE "genauth https://example.com, username, end sessions"

/* What was told, written as it would be in a journal. */
struct story {
	struct buf text;
	size_t begun, done;
};

static void
add_line(struct story *s, const char *text)
{
	char line[JOURNAL_LINE_SIZE];
	size_t len = journal_line(text, line);

	must(len > 0 && buf_add(&s->text, line, len) == ERR_OK,
	    "what was read can be written");
}

static void
hear(void *ctx, const char *name, bool done, enum err result)
{
	struct story *s = ctx;
	char text[2048];

	must(result < ERR_COUNT && (done || result == ERR_OK),
	    "a result is one");
	(void)snprintf(text, sizeof(text), done ? "done %s %s" : "begin%s %s",
	    !done ? "" : result == ERR_OK ? "ok" : err_name(result), name);
	add_line(s, text);
	*(done ? &s->done : &s->begun) += 1;
}

static enum err
read_story(const uint8_t *data, size_t size, struct story *s, off_t *good)
{
	const struct journal_reading r = {"the journal", SCOPE, hear, s};
	uint8_t *copy = malloc(size + 1);
	FILE *in;
	enum err e;

	must(copy != NULL, "there is memory");
	if (size > 0)
		memcpy(copy, data, size);
	in = fmemopen(copy, size == 0 ? 1 : size, "r");
	must(in != NULL, "there is a file");
	*s = (struct story){.text = BUF_INIT(1 << 22)};
	*good = 0;
	e = size == 0 ? ERR_OK : journal_read(&r, in, good);
	(void)fclose(in);
	free(copy);
	return e;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct story once, again;
	off_t good, rest;
	enum err e;

	watch_log();
	e = read_story(data, size, &once, &good);
	must(e == ERR_OK || e == ERR_CONFIG || e == ERR_MEMORY,
	    "it can be used, or not");
	must(good >= 0 && (size_t)good <= size, "what is good is there");
	if (e == ERR_OK && good > 0) {
		must(read_story(data, (size_t)good, &again, &rest) == ERR_OK &&
		    rest == good, "what is kept is whole");
		must(strcmp(buf_text(&again.text), buf_text(&once.text)) == 0,
		    "what is kept tells the same");
		must(once.text.len <= (size_t)good && memcmp(data + good -
		    once.text.len, buf_text(&once.text), once.text.len) == 0,
		    "what is told is what is written");
		buf_clear(&again.text);
	}
	buf_clear(&once.text);
	return 0;
}
