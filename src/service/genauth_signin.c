/*
 * Turns a password into an access token, or into the challenge that stands
 * before one, and takes tokens back. Answers no challenge: see login/login.h.
 * (Sections 2.4, 3.4 and 3.5 of GenAuth's API.)
 */
#include "service/genauth_signin.h"

#include <string.h>

#include "base/message.h"
#include "service/genauth_read.h"

enum { PAYLOAD_MAX_BYTES = 4096 };

static const char wrong[] = N_("the account or the password is wrong");
static const char locked[] =
    N_("the account is locked: wait, or ask your administrator");
static const char captcha[] = N_("the service wants a captcha, which a "
    "terminal cannot show: sign in with a browser once, or wait");
static const char new_password[] = N_("the service wants a new password first: "
    "sign in with a browser once");
static const char suspended[] = N_("the account is not active, or may not use "
    "this application: ask your administrator");
static const char other_step[] = N_("the service wants a step that a terminal "
    "cannot do: sign in with a browser once");

/* What a sign-in can be answered with, section 6.3. */
static const struct {
	int code;
	enum err err;
	const char *why;
} refusals[] = {
    {1576, ERR_INACTIVE_PERSON, suspended},
    {2120008, ERR_INACTIVE_PERSON, suspended},
    {2130010, ERR_INACTIVE_PERSON, suspended},
    {1639, ERR_DECLINED, new_password},
    {2058, ERR_DECLINED, new_password},
    {2061, ERR_DECLINED, new_password},
    {2071, ERR_DECLINED, new_password},
    {1643, ERR_INACTIVE_PERSON, locked},
    {2005, ERR_INACTIVE_PERSON, locked},
    {2057, ERR_INACTIVE_PERSON, locked},
    {2000, ERR_DECLINED, captcha},
    {2004, ERR_WRONG_PASSWORD, wrong},
    {2006, ERR_WRONG_PASSWORD, wrong},
    {2333, ERR_WRONG_PASSWORD, wrong},
    {2921, ERR_DECLINED, other_step},
    {2930, ERR_DECLINED, other_step},
    {1108, ERR_DECLINED, other_step},
};

static enum err
refuse(struct service *s, enum err e, const char *why)
{
	s->why = why;
	return e;
}

static enum err
print_payload(const struct sign_in *q, struct buf *out)
{
	struct json *object = json_new_object();
	enum err e;

	json_put_text(object, q->account_type, q->account);
	json_put_text(object, "password", buf_text(q->password));
	e = json_print(object, out);
	json_free(&object);
	return e;
}

static enum err
print_options(const struct sign_in *q, struct buf *out)
{
	struct json *object;
	enum err e;

	if (q->client_ip == NULL)
		return ERR_OK;
	object = json_new_object();
	json_put_text(object, "clientIp", q->client_ip);
	e = json_print(object, out);
	json_free(&object);
	return e;
}

/* Who is challenged: the mfaToken says it, as in the documented sample. */
static enum err
read_challenged(const struct json *data, struct person *out)
{
	const struct json *owner = NULL;
	struct json *payload = NULL;
	const char *token = NULL, *id = NULL;
	enum err e = json_get_text(data, "mfaToken", &token);

	if (e == ERR_OK)
		e = genauth_jwt_payload(token, &payload);
	if (e == ERR_OK)
		e = json_get_object(payload, "data", &owner);
	if (e == ERR_OK)
		e = json_get_text(owner, "userId", &id);
	if (e == ERR_OK && !genauth_token_is_sane(id, sizeof(out->id) - 1))
		e = ERR_REPLY;
	if (e == ERR_OK)
		memcpy(out->id, id, strlen(id) + 1);
	json_free(&payload);
	return e;
}

/* 1635 as older services answer it: the person's own authenticator. */
static enum err
read_old_challenge(const struct json *data, struct challenge *out)
{
	const char *token = NULL;

	if (json_get_text(data, "mfaToken", &token) != ERR_OK ||
	    !genauth_token_is_sane(token, out->token.max - 1))
		return ERR_REPLY;
	out->bound = FACTOR_BIT(FACTOR_OTP) | FACTOR_BIT(FACTOR_RECOVERY);
	out->first = FACTOR_OTP;
	return buf_add_text(&out->token, token);
}

/* The challenge is for whoever signed in, and says so as far as it says. */
static enum err
read_challenge(struct service *s, const struct sign_in *q,
    const struct genauth_reply *reply, struct person *who,
    struct challenge *out)
{
	enum err e = read_challenged(reply->data, who);

	if (e == ERR_OK && strcmp(q->account_type, "account") != 0)
		e = genauth_read_same_name(
		    reply->data, q->account_type, q->account);
	if (e != ERR_OK)
		return e;
	if (reply->code == 1635 &&
	    json_is_absent(reply->data, "applicationMfa"))
		return read_old_challenge(reply->data, out);
	return genauth_read_challenge(s, reply->data, who, out);
}

/* Why not? Nothing of it is for a terminal to go on with. */
static enum err
read_refusal(
    struct service *s, enum err e, const struct genauth_reply *reply)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
		if (reply->code == refusals[i].code)
			return refuse(s, refusals[i].err, refusals[i].why);
	if (e == ERR_REPLY && reply->status >= 300 && reply->status <= 399)
		return refuse(s, ERR_DECLINED, other_step);
	return e;
}

static enum err
send_password(struct service *s, const struct sign_in *q,
    struct genauth_reply *reply)
{
	const struct service_settings *cfg = s->settings;
	bool secret = cfg->app_secret.len > 0;
	struct buf payload = BUF_INIT(PAYLOAD_MAX_BYTES);
	struct buf options = BUF_INIT(PAYLOAD_MAX_BYTES);
	enum err e = print_payload(q, &payload);
	enum err e_options = print_options(q, &options);
	const struct genauth_param params[] = {
	    {"connection", "PASSWORD"},
	    {"passwordPayload", buf_text(&payload)},
	    {"options", options.len > 0 ? buf_text(&options) : NULL},
	    {"client_id", secret ? cfg->app_id : NULL},
	    {"client_secret", secret ? buf_text(&cfg->app_secret) : NULL},
	    {NULL, NULL},
	};
	const struct genauth_call call = {
	    .method = "POST",
	    .base = cfg->app_url,
	    .path = "/api/v3/signin",
	    .params = params,
	    .json_params = 1u << 1 | 1u << 2,
	    .auth = GENAUTH_APP,
	};

	if (e == ERR_OK)
		e = e_options;
	if (e == ERR_OK)
		e = genauth_perform(s, &call, reply);
	buf_clear(&options);
	buf_clear(&payload);
	return e;
}

enum err
genauth_password(struct service *s, const struct sign_in *q,
    struct person *who, struct challenge *out, struct buf *token)
{
	const struct buf *password = q->password;
	struct genauth_reply reply = {0};
	struct person person = {.id = ""};
	enum err e;

	s->why = NULL;
	challenge_clear(out);
	buf_clear(token);
	/* Nothing, or a NUL that would hide what follows: never sent. */
	if (password->len == 0 || strlen(buf_text(password)) != password->len)
		return refuse(s, ERR_WRONG_PASSWORD, wrong);
	e = send_password(s, q, &reply);
	if (e == ERR_OK)
		e = genauth_read_tokens(
		    reply.data, "sign-in", &person, token);
	else if (e == ERR_REPLY && (reply.code == 1635 || reply.code == 1636))
		e = read_challenge(s, q, &reply, &person, out);
	else
		e = read_refusal(s, e, &reply);
	if (e == ERR_OK)
		*who = person;
	else
		challenge_clear(out);
	genauth_reply_clear(&reply);
	return e;
}

/* It signed in without a second factor: that is still to be shown, with the
 * authenticator, by the token's owner. */
static enum err
want_authenticator(const struct person *who, const struct buf *token,
    struct challenge *out)
{
	if (who->id[0] == '\0')
		return ERR_REPLY;
	out->bound = FACTOR_BIT(FACTOR_OTP);
	out->first = FACTOR_OTP;
	out->signed_in = true;
	return buf_add(&out->token, token->ptr, token->len);
}

enum err
genauth_sign_in(struct service *s, const struct sign_in *q,
    struct person *who, struct challenge *out, struct buf *token)
{
	struct person person = {.id = ""};
	enum err e = genauth_password(s, q, &person, out, token);

	if (e == ERR_OK && token->len > 0)
		e = want_authenticator(&person, token, out);
	if (e == ERR_OK)
		*who = person;
	else
		challenge_clear(out);
	return e;
}

enum err
genauth_sign_out(struct service *s, const struct buf *token)
{
	const struct service_settings *cfg = s->settings;
	const struct genauth_param params[] = {
	    {"token", buf_text(token)},
	    {"client_id", cfg->app_id},
	    {"client_secret",
		cfg->app_secret.len > 0 ? buf_text(&cfg->app_secret) : NULL},
	    {NULL, NULL},
	};
	const struct genauth_call call = {
	    .method = "POST",
	    .base = cfg->app_url,
	    .path = "/oidc/token/revocation",
	    .params = params,
	    .auth = GENAUTH_APP,
	    .repeatable = true,
	    .oauth = true,
	};
	struct genauth_reply reply = {0};
	enum err e;

	if (token->len == 0)
		return ERR_OK;
	e = genauth_perform(s, &call, &reply);
	genauth_reply_clear(&reply);
	return e;
}
