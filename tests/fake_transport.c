/*
 * HTTP for tests: replies and errors from a script, requests written down.
 */
#include "fake_transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
copy(char *out, size_t size, const char *text)
{
	size_t len = strlen(text);

	assert_true(len < size);
	memcpy(out, text, len + 1);
}

static void
note(struct fake_transport *f, const struct http_request *q, int timeout_ms)
{
	struct fake_request *r = &f->requests[f->count++];

	copy(r->method, sizeof(r->method), q->method);
	copy(r->url, sizeof(r->url), q->url);
	copy(r->body, sizeof(r->body), q->body == NULL ? ""
						       : buf_text(q->body));
	r->headers[0] = '\n';
	r->headers[1] = '\0';
	for (const char *const *h = q->headers; *h != NULL; h++) {
		size_t len = strlen(r->headers);

		assert_true(len + strlen(*h) + 2 < sizeof(r->headers));
		(void)snprintf(r->headers + len, sizeof(r->headers) - len,
		    "%s\n", *h);
	}
	r->timeout_ms = timeout_ms;
}

static void
read_file(const char *path, struct buf *out)
{
	char chunk[4096];
	FILE *file;
	size_t n;

	if ((file = fopen(path, "rb")) == NULL)
		fail_msg("%s cannot be read", path);
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		assert_int_equal(buf_add(out, chunk, n), ERR_OK);
	(void)fclose(file);
}

static enum err
fake_perform(struct transport *t, const struct http_request *q,
    int timeout_ms, struct http_reply *reply)
{
	struct fake_transport *f = (struct fake_transport *)t;
	const struct fake_reply *next;

	if (f->count >= f->replies || f->count >= FAKE_REQUESTS_MAX)
		fail_msg("one request too many: %s %s", q->method, q->url);
	next = &f->script[f->count];
	note(f, q, timeout_ms);
	http_reply_clear(reply);
	if (f->clock != NULL)
		fake_clock_advance(f->clock, next->takes_ms);
	if (next->err != ERR_OK)
		return next->err;
	reply->status = next->status == 0 ? 200 : next->status;
	reply->date_s = next->date_s;
	if (next->retry_after_s != 0)
		reply->retry_after_s = next->retry_after_s;
	if (next->file != NULL)
		read_file(next->file, &reply->body);
	else if (next->body != NULL)
		assert_int_equal(
		    buf_add_text(&reply->body, next->body), ERR_OK);
	return ERR_OK;
}

void
fake_transport_init(struct fake_transport *f, const struct fake_reply *script,
    size_t replies, struct fake_clock *clock)
{
	memset(f, 0, sizeof(*f));
	f->transport.perform = fake_perform;
	f->script = script;
	f->replies = replies;
	f->clock = clock;
}

bool
fake_request_has(const struct fake_transport *f, size_t i, const char *line)
{
	char whole[9000];

	assert_true(i < f->count);
	(void)snprintf(whole, sizeof(whole), "\n%s\n", line);
	return strstr(f->requests[i].headers, whole) != NULL;
}
