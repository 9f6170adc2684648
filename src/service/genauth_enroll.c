/*
 * Turns a new factor into the two GenAuth requests that bind it, and what is
 * between them into an enrolment. Shows and asks nothing: see src/mfa.
 */
#include "service/self_private.h"

#include <string.h>


enum {
	TOKEN_MAX_BYTES = 8192,
	PROFILE_MAX_BYTES = 1024,
	URI_MAX_BYTES = 1024,
	SECRET_LEAST = 16, /* base32 characters: 80 bits */
};

static const char scheme[] = "otpauth://totp/", secret_name[] = "secret=";

/* What the service calls them. */
static const char *const types[] = {
    [FACTOR_OTP] = "OTP",
    [FACTOR_SMS] = "SMS",
    [FACTOR_EMAIL] = "EMAIL",
};

void
enrolment_init(struct enrolment *e)
{
	*e = (struct enrolment){.factor = FACTOR_COUNT};
	buf_init(&e->token, TOKEN_MAX_BYTES);
	buf_init(&e->uri, URI_MAX_BYTES);
	buf_init(&e->secret, SECRET_TEXT_MAX);
	buf_init(&e->recovery, SECRET_TEXT_MAX);
}

void
enrolment_clear(struct enrolment *e)
{
	buf_clear(&e->token);
	buf_clear(&e->uri);
	buf_clear(&e->secret);
	buf_clear(&e->recovery);
	enrolment_init(e);
}

static enum err
take_text(const struct json *data, const char *name, struct buf *out)
{
	const char *text = NULL;

	if (json_get_text(data, name, &text) != ERR_OK ||
	    !genauth_token_is_sane(text, out->max - 1))
		return ERR_REPLY;
	return buf_add_text(out, text);
}

/* The secret of "otpauth://totp/LABEL?secret=BASE32&..." */
static enum err
take_secret(const char *uri, struct buf *out)
{
	static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz234567";
	const char *p = strchr(uri, '?');
	size_t len;

	if (strncmp(uri, scheme, strlen(scheme)) != 0)
		return ERR_REPLY;
	while (p != NULL &&
	    strncmp(p + 1, secret_name, strlen(secret_name)) != 0)
		p = strchr(p + 1, '&');
	if (p == NULL)
		return ERR_REPLY;
	p += 1 + strlen(secret_name);
	len = strspn(p, base32);
	if (len < SECRET_LEAST || len >= out->max ||
	    (p[len] != '&' && p[len] != '=' && p[len] != '%' &&
		p[len] != '\0'))
		return ERR_REPLY;
	return buf_add(out, p, len);
}

static enum err
read_enrolment(const struct json *data, struct enrolment *e)
{
	const struct json *otp = NULL;
	enum err err = take_text(data, "enrollmentToken", &e->token);

	if (err != ERR_OK || e->factor != FACTOR_OTP)
		return err;
	if (json_get_object(data, "otpData", &otp) != ERR_OK)
		return ERR_REPLY;
	if ((err = take_text(otp, "qrCodeUri", &e->uri)) != ERR_OK ||
	    (err = take_secret(buf_text(&e->uri), &e->secret)) != ERR_OK)
		return err;
	return json_is_absent(otp, "recoveryCode")
	    ? ERR_OK : take_text(otp, "recoveryCode", &e->recovery);
}

static enum err
print_object(const struct genauth_param *params, struct buf *out)
{
	struct json *object = json_new_object();
	enum err e;

	for (; params->name != NULL; params++)
		json_put_text(object, params->name, params->value);
	e = json_print(object, out);
	json_free(&object);
	return e;
}

static enum err
print_profile(const struct contact *c, struct buf *out)
{
	const struct genauth_param sms[] = {
	    {"phoneNumber", c->address},
	    {"phoneCountryCode", c->country[0] != '\0' ? c->country : NULL},
	    {NULL, NULL},
	};
	const struct genauth_param email[] = {
	    {"email", c->address}, {NULL, NULL}};
	const struct genauth_param none[] = {{NULL, NULL}};

	return print_object(c->factor == FACTOR_SMS ? sms
		: c->factor == FACTOR_EMAIL	    ? email
						    : none, out);
}

enum err
self_enroll_begin(
    struct self *me, const struct contact *what, struct enrolment *out)
{
	struct buf profile = BUF_INIT(PROFILE_MAX_BYTES);
	enum err e = print_profile(what, &profile);
	const struct genauth_param params[] = {
	    {"factorType", types[what->factor]},
	    {"profile", buf_text(&profile)},
	    {NULL, NULL},
	};
	const struct genauth_call call = {
	    .method = "POST",
	    .base = me->service->settings->app_url,
	    .path = "/api/v3/send-enroll-factor-request",
	    .params = params,
	    .json_params = 1u << 1,
	    .auth = GENAUTH_PERSON,
	    .mfa_token = &me->token,
	};
	struct genauth_reply reply = {0};

	enrolment_clear(out);
	out->factor = what->factor;
	if (e == ERR_OK)
		e = self_perform(me, &call, &reply);
	if (e == ERR_OK)
		e = read_enrolment(reply.data, out);
	if (e != ERR_OK)
		enrolment_clear(out);
	genauth_reply_clear(&reply);
	buf_clear(&profile);
	return e;
}

enum err
self_enroll_finish(
    struct self *me, const struct enrolment *e, const struct buf *code)
{
	const struct genauth_param code_only[] = {
	    {"passCode", buf_text(code)}, {NULL, NULL}};
	struct buf data = BUF_INIT(PROFILE_MAX_BYTES);
	enum err err = print_object(code_only, &data);
	const struct genauth_param params[] = {
	    {"factorType", types[e->factor]},
	    {"enrollmentToken", buf_text(&e->token)},
	    {"enrollmentData", buf_text(&data)},
	    {NULL, NULL},
	};

	if (err == ERR_OK)
		err = self_post(me, "/api/v3/enroll-factor", params, 1u << 2);
	/* Which code an aged enrolment gets is not documented. */
	if (err == ERR_DECLINED || err == ERR_NO_FACTOR)
		err = ERR_EXPIRED;
	buf_clear(&data);
	return err;
}
