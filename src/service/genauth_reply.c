/*
 * Turns an HTTP reply into an envelope and the one error it means. Does not
 * know what was asked: what a code means for one endpoint is in genauth.c.
 */
#include "service/genauth_call.h"

#include <stdlib.h>
#include <string.h>

/* Business codes with one meaning everywhere, section 6.3. */
static const struct {
	int code;
	enum err err;
} code_errors[] = {
    {1000, ERR_BUSY},       /* system busy */
    {1001, ERR_CREDENTIAL}, /* no right to do this */
    {1300, ERR_CREDENTIAL}, /* 1300 to 1306: the signature */
    {1301, ERR_CREDENTIAL},
    {1302, ERR_CREDENTIAL},
    {1303, ERR_CREDENTIAL},
    {1304, ERR_CREDENTIAL},
    {1305, ERR_CREDENTIAL},
    {1306, ERR_CREDENTIAL},
    {1576, ERR_INACTIVE_PERSON}, /* may not use this application */
    {2005, ERR_INACTIVE_PERSON}, /* locked */
    {2011, ERR_CONFIG},          /* no such application */
    {2020, ERR_CREDENTIAL},      /* not signed in */
    {2021, ERR_CREDENTIAL},      /* token invalid */
    {2057, ERR_INACTIVE_PERSON}, /* locked after failures */
    {2224, ERR_CONFIG},          /* no such user pool */
    {2120008, ERR_INACTIVE_PERSON}, /* suspended */
    {2130010, ERR_INACTIVE_PERSON}, /* may not use this tenant */
};

void
genauth_reply_clear(struct genauth_reply *r)
{
	json_free(&r->root);
	*r = (struct genauth_reply){0};
}

/* A number, or a string of digits, as docs.authing.cn prints it. */
static enum err
get_code(const struct json *root, const char *name, int *out)
{
	const char *text = NULL;
	size_t len;

	if (json_get_int(root, name, out) == ERR_OK)
		return ERR_OK;
	if (json_get_text(root, name, &text) != ERR_OK)
		return ERR_REPLY;
	len = strlen(text);
	if (len == 0 || len > 9 || strspn(text, "0123456789") != len)
		return ERR_REPLY;
	*out = atoi(text);
	return ERR_OK;
}

/*
 * ERR_OK where this is an envelope and does not contradict itself: where
 * statusCode, code and apiCode are there, they agree whether it is a success.
 */
static enum err
read_envelope(struct genauth_reply *r, bool *success)
{
	bool has_status = !json_is_absent(r->root, "statusCode");
	bool has_code = !json_is_absent(r->root, "code");
	bool has_api_code = !json_is_absent(r->root, "apiCode");
	int status = 0, code = 0, api_code = 0;

	if (!has_status && !has_code)
		return ERR_REPLY;
	if (has_status &&
	    json_get_int(r->root, "statusCode", &status) != ERR_OK)
		return ERR_REPLY;
	if (has_code && get_code(r->root, "code", &code) != ERR_OK)
		return ERR_REPLY;
	if (has_api_code && get_code(r->root, "apiCode", &api_code) != ERR_OK)
		return ERR_REPLY;
	if (!has_status)
		status = code;
	if (has_code && (status == 200) != (code == 200))
		return ERR_REPLY;
	if (status == 200 && api_code != 0 && api_code != 200)
		return ERR_REPLY;
	*success = status == 200;
	r->status = status;
	if (has_api_code)
		r->code = api_code;
	else if (code > 999)
		r->code = code;
	if (!json_is_absent(r->root, "data") &&
	    json_get_object(r->root, "data", &r->data) != ERR_OK)
		r->data = NULL; /* not every endpoint's is an object */
	return ERR_OK;
}

static bool
is_busy(int status)
{
	return status >= 500 && status <= 599;
}

static bool
is_refused(int status)
{
	return status >= 401 && status <= 403;
}

enum err
genauth_reply_decode(const struct http_reply *from, struct genauth_reply *out)
{
	bool success = false;
	enum err e;

	out->http_status = from->status;
	/* Nobody goes where a redirect leads: what it says is no answer. */
	if (from->status >= 300 && from->status <= 399)
		return ERR_REPLY;
	if ((e = json_parse(&from->body, &out->root)) == ERR_OK)
		e = read_envelope(out, &success);
	if (e != ERR_OK && e != ERR_REPLY)
		return e;
	if (success && from->status >= 200 && from->status <= 299)
		return ERR_OK;
	for (size_t i = 0; i < sizeof(code_errors) / sizeof(*code_errors); i++)
		if (out->code == code_errors[i].code)
			return code_errors[i].err;
	if (from->status == 429 || out->status == 429)
		return ERR_THROTTLED;
	if (is_busy(from->status) || is_busy(out->status))
		return ERR_BUSY;
	if (is_refused(from->status) || is_refused(out->status))
		return ERR_CREDENTIAL;
	return ERR_REPLY;
}

enum err
genauth_reply_decode_oauth(
    const struct http_reply *from, struct genauth_reply *out)
{
	out->http_status = from->status;
	if (json_parse(&from->body, &out->root) == ERR_MEMORY)
		return ERR_MEMORY;
	if (from->status >= 200 && from->status <= 299 &&
	    json_is_absent(out->root, "error"))
		return ERR_OK;
	if (from->status == 429)
		return ERR_THROTTLED;
	if (is_busy(from->status))
		return ERR_BUSY;
	return is_refused(from->status) ? ERR_CREDENTIAL : ERR_REPLY;
}
