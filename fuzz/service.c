/*
 * A hostile service for the harnesses of providers: turns an input into HTTP
 * replies. Checks what it is asked, too.
 */
#include "service.h"

#include <string.h>

static const struct {
	int status, retry_after_s;
	enum err err;
} fuzz_statuses[] = {
    {200, -1, ERR_OK}, {201, -1, ERR_OK}, {204, -1, ERR_OK},
    {302, -1, ERR_OK}, {400, -1, ERR_OK}, {401, -1, ERR_OK},
    {403, -1, ERR_OK}, {404, -1, ERR_OK}, {422, -1, ERR_OK},
    {429, -1, ERR_OK}, {429, 1, ERR_OK}, {499, -1, ERR_OK},
    {500, -1, ERR_OK}, {503, 86400, ERR_OK}, {0, -1, ERR_TIMEOUT},
    {0, -1, ERR_TLS}, {0, -1, ERR_REPLY}, {0, -1, ERR_UNREACHABLE},
};

enum { STATUSES = sizeof(fuzz_statuses) / sizeof(fuzz_statuses[0]) };

/* Nothing that came in may become another line, or leave its place. */
static void
must_be_sound(const struct http_request *q)
{
	must(strncmp(q->url, "https://api.example.com/", 24) == 0 ||
	    strncmp(q->url, "https://app.example.com/", 24) == 0,
	    "a request goes to its host");
	for (const char *p = q->url; *p != '\0'; p++)
		must(*p > ' ' && *p <= '~', "a URL is printable");
	for (size_t i = 0; q->headers[i] != NULL; i++)
		must(strpbrk(q->headers[i], "\r\n") == NULL,
		    "a header is one line");
}

static enum err
fuzz_perform(struct transport *t, const struct http_request *q,
    int timeout_ms, struct http_reply *reply)
{
	struct fuzz_service *f = (struct fuzz_service *)t;
	struct buf body;
	unsigned s;

	must(timeout_ms > 0, "there is time left");
	must_be_sound(q);
	if (strstr(q->url, "/oidc/token/revocation") != NULL)
		f->revoked++;
	http_reply_clear(reply);
	if (!input_more(f->in) || f->count == FUZZ_REPLIES_MAX)
		return ERR_UNREACHABLE;
	s = input_choose(f->in, STATUSES);
	body = input_part(f->in, HTTP_REPLY_MAX_BYTES);
	reply->status = fuzz_statuses[s].status;
	reply->retry_after_s = fuzz_statuses[s].retry_after_s;
	reply->date_s = FAKE_WALL_S - 1000;
	reply->body = body;
	if (fuzz_statuses[s].err != ERR_OK) {
		http_reply_clear(reply);
		return fuzz_statuses[s].err;
	}
	http_reply_init(&f->said[f->count]);
	f->said[f->count].status = reply->status;
	must(buf_add(&f->said[f->count++].body, buf_text(&body), body.len) ==
	    ERR_OK, "there is memory");
	return ERR_OK;
}

void
fuzz_service_init(struct fuzz_service *f, struct input *in,
    const struct provider *provider)
{
	static char management[] = "https://api.example.com";
	static char app[] = "https://app.example.com", app_id[] = "app-id";
	static char key[] = "key", type[] = "username", language[] = "en";

	memset(f, 0, sizeof(*f));
	f->transport.perform = fuzz_perform;
	f->in = in;
	f->settings = (struct service_settings){.management_url = management,
	    .app_url = app, .app_id = app_id, .access_key_id = key,
	    .user_id_type = type, .language = language};
	buf_init(&f->settings.access_key_secret, 100);
	buf_init(&f->settings.app_secret, 100);
	buf_init(&f->settings.access_token, 100);
	must(buf_add_text(&f->settings.access_key_secret, "s3cret") ==
	    ERR_OK && buf_add_text(&f->settings.access_token, "t0ken") ==
	    ERR_OK, "there is memory");
	fake_clock_init(&f->clock);
	deadline_start(&f->deadline, &f->clock.clock, 60000);
	service_init(&f->service, provider, &f->settings, &f->transport,
	    &f->deadline, NULL);
	must(buf_add_text(&f->service.bearer, "cached") == ERR_OK,
	    "there is memory");
}

void
fuzz_service_clear(struct fuzz_service *f)
{
	for (size_t i = 0; i < f->count; i++)
		http_reply_clear(&f->said[i]);
	service_clear(&f->service);
	buf_clear(&f->settings.access_key_secret);
	buf_clear(&f->settings.access_token);
}

static bool
is_success(const struct json *root)
{
	int status = 0;
	const char *text = NULL;

	if (json_get_int(root, "statusCode", &status) == ERR_OK)
		return status == 200;
	if (json_get_int(root, "code", &status) == ERR_OK)
		return status == 200;
	return json_get_text(root, "code", &text) == ERR_OK &&
	    strspn(text, "0") + 3 == strlen(text) &&
	    strcmp(text + strlen(text) - 3, "200") == 0;
}

struct json *
fuzz_success(const struct fuzz_service *f, size_t i)
{
	struct json *root = NULL;

	if (i >= f->count || f->said[i].status < 200 ||
	    f->said[i].status > 299 ||
	    json_parse(&f->said[i].body, &root) != ERR_OK)
		return NULL;
	if (!is_success(root))
		json_free(&root);
	return root;
}

bool
fuzz_said(const struct fuzz_service *f, const char *member, const char *text)
{
	bool said = false;

	for (size_t i = 0; i < f->count; i++) {
		struct json *root = fuzz_success(f, i);
		const struct json *data = NULL;
		const char *got = NULL;

		if (json_get_object(root, "data", &data) == ERR_OK &&
		    json_get_text(data, member, &got) == ERR_OK)
			said |= strcmp(got, text) == 0;
		json_free(&root);
	}
	return said;
}

bool
fuzz_is_ended(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}
