/*
 * Turns the bytes of an input into choices and parts for the harnesses beside
 * it. Knows nothing of what is fuzzed.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

void
must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static void
look_at_line(void *ctx, int priority, const char *line)
{
	(void)ctx;
	(void)priority;
	must(text_is_clean(line, strlen(line), false),
	    "a log line is clean text");
}

void
watch_log(void)
{
	log_to(look_at_line, NULL);
	log_set_debug(true);
}

unsigned
input_choose(struct input *in, unsigned n)
{
	uint8_t byte;

	if (in->left == 0)
		return 0;
	in->left--;
	byte = (uint8_t)(*in->next++ - 'a');
	return byte % n;
}

/* Where the next part is, and how long; steps over its end. */
static const uint8_t *
next_part(struct input *in, size_t *len)
{
	const uint8_t *start = in->next;
	const uint8_t *end = in->left == 0 ? NULL :
	    memchr(start, PART_END, in->left);

	*len = end == NULL ? in->left : (size_t)(end - start);
	in->next += *len;
	in->left -= *len;
	if (end != NULL) {
		in->next++;
		in->left--;
	}
	return start;
}

struct buf
input_part(struct input *in, size_t max)
{
	struct buf part = BUF_INIT(max);
	size_t len;
	const uint8_t *start = next_part(in, &len);

	if (len == 0 || len > max)
		return part;
	part.ptr = malloc(len + 1);
	must(part.ptr != NULL, "there is memory");
	memcpy(part.ptr, start, len);
	part.ptr[len] = '\0';
	part.len = len;
	part.cap = len + 1;
	return part;
}

char *
input_text(struct input *in)
{
	size_t len;
	const uint8_t *start = next_part(in, &len);
	char *text = strndup(len == 0 ? "" : (const char *)start, len);

	must(text != NULL, "there is memory");
	return text;
}

bool
input_more(const struct input *in)
{
	return in->left > 0;
}
