/*
 * Turns the verbs of provider.h into GenAuth requests: get-user, trigger data,
 * send, verify. Decides nothing about the login. How replies are read is in
 * genauth_read.c; signing in and pushing, in genauth_signin.c and
 * genauth_push.c. (Flows A and B1 of GenAuth's API.)
 */
#include "service/provider.h"

#include <string.h>

#include "service/genauth_call.h"
#include "service/genauth_push.h"
#include "service/genauth_read.h"
#include "service/genauth_signin.h"

static enum err
genauth_find(struct service *s, const char *directory_id, struct person *out)
{
	const struct service_settings *cfg = s->settings;
	const struct genauth_param params[] = {
	    {"userId", directory_id},
	    {"userIdType", cfg->user_id_type},
	    {NULL, NULL},
	};
	const struct genauth_call call = {
	    .method = "GET",
	    .base = cfg->management_url,
	    .path = "/api/v3/get-user",
	    .params = params,
	    .auth = GENAUTH_MANAGEMENT,
	    .repeatable = true,
	};
	struct genauth_reply reply = {0};
	struct person person = {.id = ""};
	enum err e = genauth_perform(s, &call, &reply);

	if (reply.code == 2004 || (e == ERR_REPLY && reply.status == 404))
		e = ERR_UNKNOWN_PERSON;
	if (e == ERR_OK)
		e = genauth_read_person(
		    reply.data, cfg->user_id_type, directory_id, &person);
	if (e == ERR_OK)
		*out = person;
	genauth_reply_clear(&reply);
	return e;
}

static enum err
genauth_challenge(struct service *s, const struct person *who,
    struct challenge *out)
{
	const struct genauth_param params[] = {
	    {"appId", s->settings->app_id},
	    {"userId", who->id},
	    {"userIdType", "user_id"},
	    {NULL, NULL},
	};
	const struct genauth_call call = {
	    .method = "GET",
	    .base = s->settings->management_url,
	    .path = "/api/v3/get-mfa-trigger-data",
	    .params = params,
	    .auth = GENAUTH_MANAGEMENT,
	    .repeatable = true,
	};
	struct genauth_reply reply = {0};
	enum err e = genauth_perform(s, &call, &reply);

	challenge_clear(out);
	if (e == ERR_OK)
		e = genauth_read_challenge(s, reply.data, who, out);
	if (e != ERR_OK)
		challenge_clear(out);
	genauth_reply_clear(&reply);
	return e;
}

/* v3 for SMS, v2 for e-mail: the mix of Authing's own MFA component, whose
 * codes the v2 verify endpoints take (section 3.3). */
static enum err
genauth_send(struct service *s, const struct challenge *c, enum factor f)
{
	const struct genauth_param sms[] = {
	    {"channel", "CHANNEL_VERIFY_MFA"},
	    {"phoneNumber", c->phone},
	    {"phoneCountryCode",
		c->phone_country[0] != '\0' ? c->phone_country : NULL},
	    {NULL, NULL},
	};
	const struct genauth_param email[] = {
	    {"email", c->email},
	    {"scene", "MFA_VERIFY_CODE"},
	    {NULL, NULL},
	};
	const struct genauth_call call = {
	    .method = "POST",
	    .base = s->settings->app_url,
	    .path = f == FACTOR_SMS ? "/api/v3/send-sms" : "/api/v2/email/send",
	    .params = f == FACTOR_SMS ? sms : email,
	    .auth = GENAUTH_APP,
	};
	struct genauth_reply reply = {0};
	enum err e;

	if ((f != FACTOR_SMS && f != FACTOR_EMAIL) ||
	    !(c->bound & FACTOR_BIT(f)))
		return ERR_NO_FACTOR;
	e = genauth_perform(s, &call, &reply);
	if (reply.code == 2080 || (e == ERR_REPLY &&
	    (reply.status == 422 || reply.http_status == 422)))
		e = ERR_TOO_SOON;
	genauth_reply_clear(&reply);
	return e;
}

/* Path and body that verify a code of this factor, section 4; of whoever is
 * signed in, section 3.1. NULL: there is none. */
static const char *
fill_verify(enum factor f, const struct challenge *c, const char *code,
    struct genauth_param params[4])
{
	memset(params, 0, 4 * sizeof(*params));
	if (c->signed_in && f != FACTOR_OTP)
		return NULL;
	switch (f) {
	case FACTOR_OTP:
		params[0] = (struct genauth_param){"totp", code};
		return c->signed_in ? "/api/v3/mfa-totp-verify"
				    : "/api/v2/mfa/totp/verify";
	case FACTOR_SMS:
		params[0] = (struct genauth_param){"phone", c->phone};
		params[1] = (struct genauth_param){"code", code};
		if (c->phone_country[0] != '\0')
			params[2] = (struct genauth_param){
			    "phoneCountryCode", c->phone_country};
		return "/api/v2/applications/mfa/sms/verify";
	case FACTOR_EMAIL:
		params[0] = (struct genauth_param){"email", c->email};
		params[1] = (struct genauth_param){"code", code};
		return "/api/v2/applications/mfa/email/verify";
	case FACTOR_RECOVERY:
		params[0] = (struct genauth_param){"recoveryCode", code};
		return "/api/v2/mfa/totp/recovery";
	case FACTOR_PUSH:
	case FACTOR_COUNT:
		break;
	}
	return NULL;
}

/* A failed verification: a wrong code, a token that aged, or an error. */
static enum err
read_no(enum err e, const struct genauth_reply *reply)
{
	switch (reply->code) {
	case 2001: /* wrong SMS or e-mail code */
	case 6001: /* wrong authenticator code */
	case 6002: /* wrong recovery code */
	case 6003: /* no authenticator code */
	case 6004: /* no recovery code */
		return ERR_WRONG_CODE;
	case 2020:
	case 2021:
		return ERR_EXPIRED;
	default:
		break;
	}
	if (e == ERR_CREDENTIAL &&
	    (reply->status == 401 || reply->http_status == 401))
		return ERR_EXPIRED;
	return e;
}

/* Is it the path that is not there, as opposed to the person? */
static bool
path_is_missing(enum err e, const struct genauth_reply *reply)
{
	return e == ERR_REPLY && reply->code == 0 &&
	    (reply->status == 404 || reply->http_status == 404);
}

/* Of whoever is signed in the reply names nobody: the token it was asked with
 * has to. */
static enum err
read_verified(const struct genauth_reply *reply, const struct person *who,
    const struct buf *token, enum answer *out)
{
	struct person owner = {.id = ""};
	bool verified = false;
	enum err e = genauth_read_subject(buf_text(token), &owner);

	if (e != ERR_OK)
		return e;
	if (who->id[0] == '\0' ||
	    (owner.id[0] != '\0' && strcmp(owner.id, who->id) != 0))
		return genauth_other_person("mfa-totp-verify");
	if (json_get_bool(reply->data, "verified", &verified) != ERR_OK)
		return ERR_REPLY;
	*out = verified ? ANSWER_YES : ANSWER_NO;
	return ERR_OK;
}

static enum err
read_success(struct service *s, const struct genauth_reply *reply,
    const struct person *who, enum answer *out, struct buf *new_recovery)
{
	enum err e = genauth_read_yes(reply, who, new_recovery);

	if (e == ERR_OK && s->login_token != NULL)
		e = genauth_read_login_token(reply, who, s->login_token);
	if (e == ERR_OK)
		*out = ANSWER_YES;
	return e;
}

static enum err
genauth_check(struct service *s, const struct person *who,
    const struct challenge *c, enum factor f, const struct buf *code,
    enum answer *out, struct buf *new_recovery)
{
	struct genauth_param params[4];
	struct genauth_call call = {
	    .method = "POST",
	    .base = s->settings->app_url,
	    .path = fill_verify(f, c, buf_text(code), params),
	    .params = params,
	    .auth = GENAUTH_PERSON,
	    .mfa_token = &c->token,
	};
	struct genauth_reply reply = {0};
	enum err e;

	if (call.path == NULL || !(c->bound & FACTOR_BIT(f)))
		return ERR_NO_FACTOR;
	/* Nothing, or a NUL that would hide what follows: never sent. */
	if (code->len == 0 || strlen(buf_text(code)) != code->len) {
		*out = ANSWER_NO;
		return ERR_OK;
	}
	e = genauth_perform(s, &call, &reply);
	if (f == FACTOR_OTP && !c->signed_in && path_is_missing(e, &reply)) {
		/* Which of the two a service has is not known: section 10
		 * no. 9. A path that is not there has counted no code. */
		call.path = "/api/v2/applications/mfa/totp/verify";
		e = genauth_perform(s, &call, &reply);
	}
	if (e == ERR_OK) {
		e = c->signed_in
		    ? read_verified(&reply, who, &c->token, out)
		    : read_success(s, &reply, who, out, new_recovery);
	} else if ((e = read_no(e, &reply)) == ERR_WRONG_CODE) {
		*out = ANSWER_NO;
		e = ERR_OK;
	}
	genauth_reply_clear(&reply);
	return e;
}

const struct provider provider_genauth = {
    .name = "genauth",
    .find = genauth_find,
    .challenge = genauth_challenge,
    .send = genauth_send,
    .check = genauth_check,
    .push = genauth_push,
    .poll = genauth_poll,
    .sign_in = genauth_sign_in,
    .sign_out = genauth_sign_out,
};
