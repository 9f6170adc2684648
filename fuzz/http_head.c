/*
 * The header lines of a reply, as libcurl hands them over one by one: dates
 * and waits are in bounds, and too many lines end it.
 */
#include <stdlib.h>
#include <string.h>

/* its callbacks are its own */
#include "net/http.c"

#include "fuzz.h"

static void
try_retry_after(const char *value)
{
	static const time_t clocks[] = {0, 1732239180, INT64_C(253402300799)};

	for (size_t i = 0; i < 3; i++) {
		int wait = http_retry_after(value, clocks[i]);

		must(wait >= -1 && wait <= HTTP_WAIT_MAX_S,
		    "a wait is in bounds");
		must(wait == -1 || value[0] != '\0', "nothing is no wait");
		must(strchr(value, '-') == NULL || strchr(value, ':') !=
		    NULL || wait == -1, "no number is negative");
	}
}

/* Not one line more than it takes to say no. */
static void
try_lines(struct input *in)
{
	struct http_reply reply;
	struct exchange x = {.reply = &reply};
	size_t lines = 0, bytes = 0;
	bool stopped = false;

	http_reply_init(&reply);
	while (input_more(in) && !stopped) {
		struct buf line = input_part(in, 1 << 17);

		if (line.len == 0) /* libcurl has none without an end */
			continue;
		stopped = take_header(line.ptr, 1, line.len, &x) != line.len;
		lines++;
		bytes += line.len;
		must(reply.retry_after_s >= -1 &&
		    reply.retry_after_s <= HTTP_WAIT_MAX_S,
		    "a wait is in bounds");
		buf_clear(&line);
	}
	must(stopped == (x.stopped == ERR_REPLY), "to stop is an error");
	must(stopped == (lines > HEAD_MAX_LINES || bytes > HEAD_MAX_BYTES),
	    "too much is too much");
	http_reply_clear(&reply);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	char *value = input_text(&in);

	try_retry_after(value);
	try_lines(&in);
	free(value);
	return 0;
}
