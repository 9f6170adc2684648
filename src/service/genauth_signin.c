/*
 * Turns a password into an access token, or into the challenge that stands
 * before one, and takes the token back at the end. Answers no challenge: see
 * login/login.h. (Sections 2.4, 3.4 and 3.5 of GenAuth's API.)
 */
#include "service/self.h"

#include <string.h>

#include "base/log.h"
#include "service/genauth_call.h"
#include "service/genauth_read.h"

enum { TOKEN_MAX_BYTES = 8192, PAYLOAD_MAX_BYTES = 4096 };

static const char wrong[] = "the account or the password is wrong";
static const char locked[] =
    "the account is locked: wait, or ask your administrator";
static const char captcha[] = "the service wants a captcha, which a terminal "
    "cannot show: sign in with a browser once, or wait";
static const char new_password[] = "the service wants a new password first: "
    "sign in with a browser once";
static const char suspended[] = "the account is not active, or may not use "
    "this application: ask your administrator";
static const char other_step[] = "the service wants a step that a terminal "
    "cannot do: sign in with a browser once";

/* What a sign-in can be answered with, section 6.3. */
static const struct {
	int code;
	const char *why;
} refusals[] = {
    {1576, suspended}, {2120008, suspended}, {2130010, suspended},
    {1639, new_password}, {2058, new_password}, {2061, new_password},
    {2071, new_password},
    {1643, locked}, {2005, locked}, {2057, locked},
    {2000, captcha},
    {2004, wrong}, {2006, wrong}, {2333, wrong},
    {2921, other_step}, {2930, other_step}, {1108, other_step},
};

void
self_init(struct self *me, struct service *service)
{
	*me = (struct self){.service = service};
	buf_init(&me->token, TOKEN_MAX_BYTES);
}

void
self_clear(struct self *me)
{
	buf_clear(&me->token);
	self_init(me, me->service);
}

static enum err
print_payload(
    const char *account, const struct buf *password, struct buf *out)
{
	struct json *object = json_new_object();
	enum err e;

	json_put_text(object, "account", account);
	json_put_text(object, "password", buf_text(password));
	e = json_print(object, out);
	json_free(&object);
	return e;
}

static enum err
other_person(void)
{
	log_write(LOG_ALERT, "genauth: sign-in answered for another person");
	return ERR_OTHER_PERSON;
}

/* Both tokens are of one person, and that is who signed in. */
static enum err
read_tokens(struct self *me, const struct json *data)
{
	const char *token = NULL, *id_token = NULL;
	struct person owner = {.id = ""}, same = {.id = ""};
	enum err e;

	if (json_get_text(data, "access_token", &token) != ERR_OK ||
	    !genauth_token_is_sane(token, me->token.max - 1))
		return ERR_REPLY;
	/* it lives, so it is there to be revoked whatever else is wrong */
	if ((e = buf_add_text(&me->token, token)) != ERR_OK ||
	    (e = genauth_read_subject(token, &owner)) != ERR_OK ||
	    (e = json_get_optional_text(data, "id_token", &id_token)) !=
		ERR_OK)
		return e;
	if (id_token != NULL &&
	    (e = genauth_read_subject(id_token, &same)) != ERR_OK)
		return e;
	if (owner.id[0] != '\0' && same.id[0] != '\0' &&
	    strcmp(owner.id, same.id) != 0)
		return other_person();
	me->person = owner.id[0] != '\0' ? owner : same;
	return ERR_OK;
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

static enum err
read_challenge(struct self *me, const struct genauth_reply *reply,
    struct challenge *out)
{
	enum err e = read_challenged(reply->data, &me->person);

	if (e != ERR_OK)
		return e;
	if (reply->code == 1635 &&
	    json_is_absent(reply->data, "applicationMfa"))
		return read_old_challenge(reply->data, out);
	return genauth_read_challenge(
	    me->service, reply->data, &me->person, out);
}

/* Why not? Nothing of it is for a terminal to go on with. */
static enum err
read_refusal(struct self *me, enum err e, const struct genauth_reply *reply)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
		if (reply->code == refusals[i].code)
			me->why = refusals[i].why;
	if (me->why == NULL && reply->status >= 300 && reply->status <= 399)
		me->why = other_step;
	return me->why != NULL ? ERR_DECLINED : e;
}

enum err
self_sign_in(struct self *me, const char *account,
    const struct buf *password, struct challenge *challenge)
{
	const struct service_settings *cfg = me->service->settings;
	bool secret = cfg->app_secret.len > 0;
	struct buf payload = BUF_INIT(PAYLOAD_MAX_BYTES);
	enum err e = print_payload(account, password, &payload);
	const struct genauth_param params[] = {
	    {"connection", "PASSWORD"},
	    {"passwordPayload", buf_text(&payload)},
	    {"client_id", secret ? cfg->app_id : NULL},
	    {"client_secret", secret ? buf_text(&cfg->app_secret) : NULL},
	    {NULL, NULL},
	};
	const struct genauth_call call = {
	    .method = "POST",
	    .base = cfg->app_url,
	    .path = "/api/v3/signin",
	    .params = params,
	    .json_params = 1u << 1,
	    .auth = GENAUTH_APP,
	};
	struct genauth_reply reply = {0};

	self_clear(me);
	challenge_clear(challenge);
	if (e == ERR_OK)
		e = genauth_perform(me->service, &call, &reply);
	buf_clear(&payload);
	if (e == ERR_OK)
		e = read_tokens(me, reply.data);
	else if (e == ERR_REPLY && (reply.code == 1635 || reply.code == 1636))
		e = read_challenge(me, &reply, challenge);
	else
		e = read_refusal(me, e, &reply);
	if (e != ERR_OK)
		challenge_clear(challenge);
	genauth_reply_clear(&reply);
	return e;
}

enum err
self_use_token(struct self *me, const struct buf *token)
{
	enum err e;

	self_clear(me);
	if (strlen(buf_text(token)) != token->len ||
	    !genauth_token_is_sane(buf_text(token), me->token.max - 1))
		return ERR_REPLY;
	e = genauth_read_subject(buf_text(token), &me->person);
	return e != ERR_OK ? e : buf_add_text(&me->token, buf_text(token));
}

enum err
self_sign_out(struct self *me)
{
	const struct service_settings *cfg = me->service->settings;
	const struct genauth_param params[] = {
	    {"token", buf_text(&me->token)},
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

	if (me->token.len == 0)
		return ERR_OK;
	e = genauth_perform(me->service, &call, &reply);
	genauth_reply_clear(&reply);
	self_clear(me);
	return e;
}
