/*
 * Turns a call into an HTTP request, sends it within what is left of the
 * login's time, and repeats what may be repeated. Does not know endpoints:
 * see genauth.c.
 */
#include "service/genauth_call.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "service/genauth_headers.h"

enum {
	URL_MAX_BYTES = 4096,
	BODY_MAX_BYTES = 16 * 1024,
	WAIT_MAX_MS = 5000, /* a longer Retry-After is not waited for */
};

bool
genauth_has_body(const struct genauth_call *c)
{
	return strcmp(c->method, "POST") == 0;
}

/* Append "a=1&b=2", `mark` before the first. */
static enum err
add_pairs(const struct genauth_call *c, const char *mark, struct buf *out)
{
	enum err e;

	for (const struct genauth_param *p = c->params; p->name != NULL; p++) {
		if (p->value == NULL)
			continue;
		if ((e = buf_add_text(out, mark)) != ERR_OK ||
		    (e = buf_add_text(out, p->name)) != ERR_OK ||
		    (e = buf_add_text(out, "=")) != ERR_OK ||
		    (e = text_percent_encode(p->value, out)) != ERR_OK)
			return e;
		mark = "&";
	}
	return ERR_OK;
}

static enum err
build_url(const struct genauth_call *c, struct buf *url)
{
	enum err e;

	if ((e = buf_add_text(url, c->base)) != ERR_OK ||
	    (e = buf_add_text(url, c->path)) != ERR_OK || genauth_has_body(c))
		return e;
	return add_pairs(c, "?", url);
}

static enum err
build_body(const struct genauth_call *c, struct buf *body)
{
	struct json *object;
	enum err e;

	if (!genauth_has_body(c))
		return ERR_OK;
	if (c->oauth)
		return add_pairs(c, "", body);
	object = json_new_object();
	for (size_t i = 0; c->params[i].name != NULL; i++)
		if (c->params[i].value != NULL)
			(c->json_params & 1u << i ? json_put_json
						  : json_put_text)(object,
			    c->params[i].name, c->params[i].value);
	e = json_print(object, body);
	json_free(&object);
	return e;
}

/* Note what the log and the person may be told about this reply. */
static void
keep_facts(struct service *s, const struct genauth_call *c,
    const struct http_reply *h, const struct genauth_reply *r, enum err e)
{
	const struct clock *clock = s->deadline->clock;
	const char *id = NULL, *message = NULL;
	struct buf words = BUF_INIT(512);

	s->wait_s = h->retry_after_s;
	if (json_get_text(r->root, "requestId", &id) == ERR_OK ||
	    json_get_text(r->root, "uniqueId", &id) == ERR_OK)
		(void)text_clean(s->request_id, sizeof(s->request_id), id);
	if (e == ERR_OK) {
		log_write(LOG_DEBUG, "genauth: %s %s: HTTP %d, status %d",
		    c->method, c->path, r->http_status, r->status);
		return;
	}
	/* Without a body there is no code and no key to be repeated. */
	if (!genauth_has_body(c) &&
	    json_get_text(r->root, "message", &message) == ERR_OK)
		text_add_field(&words, "message", message);
	log_write(LOG_INFO, "genauth: %s %s: HTTP %d, status %d, code %d%s",
	    c->method, c->path, r->http_status, r->status, r->code,
	    buf_text(&words));
	buf_clear(&words);
	if (r->code == 1305 && h->date_s != 0)
		log_write(LOG_WARNING,
		    "genauth: this clock is %lld s ahead of the service's",
		    (long long)clock->wall_s(clock->ctx) - h->date_s);
}

/* One request, one reply. */
static enum err
exchange(struct service *s, const struct genauth_call *c,
    struct genauth_reply *out)
{
	struct buf url = BUF_INIT(URL_MAX_BYTES);
	struct buf body = BUF_INIT(BODY_MAX_BYTES);
	struct genauth_headers headers;
	struct http_request q = {
	    .method = c->method, .headers = headers.lines};
	struct http_reply reply;
	int left = deadline_left_ms(s->deadline);
	enum err e;

	genauth_reply_clear(out);
	genauth_headers_init(&headers);
	http_reply_init(&reply);
	s->request_id[0] = '\0';
	s->wait_s = -1;
	s->sent = false;
	if (left == 0)
		return ERR_TOO_SLOW;
	if ((e = build_url(c, &url)) != ERR_OK ||
	    (e = build_body(c, &body)) != ERR_OK ||
	    (e = genauth_headers_build(&headers, s, c)) != ERR_OK)
		goto out;
	q.url = buf_text(&url);
	q.body = body.len > 0 ? &body : NULL;
	e = s->transport->perform(s->transport, &q, left, &reply);
	s->sent = reply.sent;
	if (e != ERR_OK)
		goto out;
	e = (c->oauth ? genauth_reply_decode_oauth : genauth_reply_decode)(
	    &reply, out);
	keep_facts(s, c, &reply, out, e);
out:
	http_reply_clear(&reply);
	genauth_headers_clear(&headers);
	buf_clear(&body);
	buf_clear(&url);
	return e;
}

/* Told to come back soon enough to do so? */
static bool
may_wait(const struct service *s)
{
	return s->wait_s >= 0 && s->wait_s * 1000LL <= WAIT_MAX_MS &&
	    s->wait_s * 1000LL < deadline_left_ms(s->deadline);
}

static enum err
exchange_patiently(struct service *s, const struct genauth_call *c,
    struct genauth_reply *out)
{
	const struct clock *clock = s->deadline->clock;
	enum err e = exchange(s, c, out);

	if (e == ERR_THROTTLED && c->repeatable && may_wait(s)) {
		clock->sleep_ms(clock->ctx, s->wait_s * 1000);
		e = exchange(s, c, out);
	}
	return e;
}

enum err
genauth_perform(struct service *s, const struct genauth_call *c,
    struct genauth_reply *out)
{
	enum err e;

	if (genauth_needs_bearer(s, c) && (e = genauth_token_want(s)) != ERR_OK)
		return e;
	e = exchange_patiently(s, c, out);
	if (e != ERR_CREDENTIAL || !genauth_needs_bearer(s, c) ||
	    (out->http_status != 401 && out->status != 401))
		return e;
	/* It may only have been revoked, or have aged: once more anew. */
	genauth_token_drop(s);
	genauth_reply_clear(out);
	if ((e = genauth_token_want(s)) != ERR_OK)
		return e;
	return exchange_patiently(s, c, out);
}
