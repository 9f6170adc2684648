/*
 * The MFA challenge, v2: checking codes with an mfaToken, binding an
 * authenticator, sending codes, introspection (sections 3.3, 3.7 and 4).
 */
#include "emulator/route.h"

#include <stdio.h>
#include <string.h>

#include "emulator/crypto.h"
#include "emulator/enrol.h"

static void
right(struct request *r)
{
	struct spent *spent;

	if (r->state->switches[SWITCH_MFA_SINGLE_USE] != 0 &&
	    (spent = state_spent(r->state, r->token, true)) != NULL)
		spent->gone = true;
	r->user->last_mfa = state_now(r->state);
	reply_accept(r, person_v2(r, r->user));
}

static void
wrong(struct request *r, int api_code, const char *message)
{
	int most = r->state->switches[SWITCH_MFA_ATTEMPTS];
	struct spent *spent;

	if (most > 0 &&
	    (spent = state_spent(r->state, r->token, true)) != NULL)
		spent->gone = ++spent->wrong >= most;
	reply_refuse(r, 403, api_code, message);
}

static void
verify_totp(struct request *r)
{
	const char *code = request_text(r->body, "totp");

	if (code == NULL || *code == '\0')
		reply_refuse(r, 400, 6003, "TOTP code is missing");
	else if (state_totp_right(r->state, r->user, code))
		right(r);
	else
		wrong(r, 6001, "TOTP code is wrong");
}

static void
not_here(struct request *r)
{
	reply_refuse(r, 404, 0, "no such endpoint");
	r->http = MHD_HTTP_NOT_FOUND;
}

void
challenge_totp(struct request *r)
{
	if (r->state->switches[SWITCH_TOTP_PATH] == PATH_APPLICATIONS)
		not_here(r);
	else
		verify_totp(r);
}

void
challenge_totp_application(struct request *r)
{
	if (r->state->switches[SWITCH_TOTP_PATH] == PATH_MFA)
		not_here(r);
	else
		verify_totp(r);
}

void
challenge_sms(struct request *r)
{
	const char *phone = request_text(r->body, "phone");
	const char *code = request_text(r->body, "code");
	const char *country = request_text(r->body, "phoneCountryCode");
	const struct user *u = r->user;

	if (phone == NULL || code == NULL) {
		reply_bad_parameter(r, "phone, code");
		return;
	}
	if (state_bound(u, FACTOR_SMS) && strcmp(u->phone, phone) == 0 &&
	    (country == NULL || strcmp(u->country, country) == 0) &&
	    (state_code_right(r->state, phone, "CHANNEL_VERIFY_MFA", code,
		 true) ||
		state_code_right(r->state, phone, "mfa-verify", code, true)))
		right(r);
	else
		wrong(r, 2001, "verification code is wrong");
}

void
challenge_email(struct request *r)
{
	const char *email = request_text(r->body, "email");
	const char *code = request_text(r->body, "code");

	if (email == NULL || code == NULL) {
		reply_bad_parameter(r, "email, code");
		return;
	}
	if (state_bound(r->user, FACTOR_EMAIL) &&
	    strcmp(r->user->email, email) == 0 &&
	    (state_code_right(r->state, email, "MFA_VERIFY_CODE", code,
		 true) ||
		(r->state->switches[SWITCH_V3_EMAIL] != 0 &&
		    state_code_right(r->state, email, "CHANNEL_VERIFY_MFA",
			code, true))))
		right(r);
	else
		wrong(r, 2001, "verification code is wrong");
}

/* A right recovery code is spent, and the reply is the only place that
 * ever shows the new one. */
void
challenge_recovery(struct request *r)
{
	const char *code = request_text(r->body, "recoveryCode");
	struct user *u = r->user;

	if (code == NULL || *code == '\0') {
		reply_refuse(r, 400, 6004, "recovery code is missing");
		return;
	}
	if (*u->recovery == '\0' || !crypto_same(u->recovery, code)) {
		wrong(r, 6002, "recovery code is wrong");
		return;
	}
	crypto_recovery_code(u->recovery);
	right(r);
	cJSON_AddStringToObject(r->out, "recoveryCode", u->recovery);
}

/* May this phone or e-mail be bound: does nobody else have it? */
void
challenge_check(struct request *r)
{
	const char *phone = request_text(r->body, "phone");
	const char *email = request_text(r->body, "email");
	const struct user *owner;

	if (phone == NULL && email == NULL) {
		reply_bad_parameter(r, "phone or email");
		return;
	}
	owner = phone != NULL ? state_user(r->state, phone, "phone")
			      : state_user(r->state, email, "email");
	reply_accept(r, cJSON_CreateBool(owner == NULL || owner == r->user));
}

void
challenge_authenticators(struct request *r)
{
	const char *source = request_text(r->query, "source");
	const struct user *u = request_person(r, r->user);
	cJSON *list = cJSON_CreateArray(), *item;

	if (state_bound(u, FACTOR_OTP)) {
		item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "id", u->id);
		cJSON_AddStringToObject(item, "userId", u->id);
		cJSON_AddStringToObject(item, "authenticatorType", "totp");
		cJSON_AddBoolToObject(item, "enable", true);
		cJSON_AddStringToObject(item, "source",
		    source == NULL ? "SELF" : source);
		cJSON_AddItemToArray(list, item);
	}
	reply_accept(r, list);
}

void
challenge_associate(struct request *r)
{
	const struct pending *p = enrol_otp_start(r->state, r->user);
	char uri[ENROL_URI];
	cJSON *data;

	enrol_otp_uri(r->state, r->user, uri);
	data = cJSON_CreateObject();
	cJSON_AddStringToObject(data, "authenticator_type", "totp");
	cJSON_AddStringToObject(data, "secret", p->secret);
	cJSON_AddStringToObject(data, "qrcode_uri", uri);
	cJSON_AddStringToObject(data, "qrcode_data_url", ENROL_PICTURE);
	cJSON_AddStringToObject(data, "recovery_code", p->recovery);
	reply_accept(r, data);
}

void
challenge_confirm(struct request *r)
{
	const char *code = request_text(r->body, "totp");

	if (code == NULL || !enrol_otp_finish(r->state, r->user, code)) {
		reply_refuse(r, 400, 0, "TOTP code is wrong");
		r->http = MHD_HTTP_BAD_REQUEST;
		return;
	}
	reply_accept(r, NULL);
}

void
challenge_unbind(struct request *r)
{
	state_unbind(r->user, FACTOR_OTP);
	reply_accept(r, NULL);
}

static bool
is_one_of(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

void
challenge_send_sms(struct request *r)
{
	static const char *const scenes[] = {"login", "register", "reset",
	    "bind", "unbind", "mfa-bind", "mfa-verify", "mfa-unbind",
	    "complete-phone", NULL};
	const char *phone = request_text(r->body, "phone");
	const char *scene = request_text(r->body, "scene");

	if (phone == NULL || *phone == '\0' || scene == NULL ||
	    !is_one_of(scene, scenes))
		reply_bad_parameter(r, "phone, scene");
	else if (!state_send(r->state, "sms", phone, scene))
		reply_refuse(r, 422, 0, "a code was sent a moment ago");
	else
		reply_accept(r, NULL);
}

/* More scenes exist than the documents list: any word will do. */
void
challenge_send_email(struct request *r)
{
	const char *email = request_text(r->body, "email");
	const char *scene = request_text(r->body, "scene");

	if (email == NULL || *email == '\0' || scene == NULL ||
	    *scene == '\0') {
		reply_bad_parameter(r, "email, scene");
	} else if (!state_send(r->state, "email", email, scene)) {
		reply_refuse(r, 422, 2080, "a code was sent a moment ago");
		/* the widget looks for it there, whatever the envelope */
		if (cJSON_GetObjectItem(r->out, "apiCode") == NULL)
			cJSON_AddNumberToObject(r->out, "apiCode", 2080);
	} else {
		reply_accept(r, NULL);
	}
}

/* Not enveloped, and no word of why a token is not active. */
void
challenge_introspect(struct request *r)
{
	const char *token = request_text(r->body, "token");
	cJSON *claims = token == NULL
	    ? NULL
	    : crypto_jwt_open(token, r->state->token_keys[TOKEN_MFA],
		  sizeof(r->state->token_keys[TOKEN_MFA]));
	const cJSON *data = cJSON_GetObjectItemCaseSensitive(claims, "data");
	const cJSON *exp = cJSON_GetObjectItemCaseSensitive(claims, "exp");
	const cJSON *iat = cJSON_GetObjectItemCaseSensitive(claims, "iat");
	const struct spent *spent = claims == NULL
	    ? NULL
	    : state_spent(r->state, token, false);
	bool active = cJSON_IsNumber(exp) && cJSON_IsNumber(iat) &&
	    (double)state_now(r->state) < exp->valuedouble &&
	    (spent == NULL || !spent->gone);
	cJSON *out = cJSON_CreateObject();

	cJSON_AddBoolToObject(out, "active", active);
	if (active) {
		cJSON_AddItemToObject(out, "userPoolId", cJSON_Duplicate(
		    cJSON_GetObjectItem(data, "userPoolId"), true));
		cJSON_AddItemToObject(out, "userId", cJSON_Duplicate(
		    cJSON_GetObjectItem(data, "userId"), true));
		cJSON_AddNumberToObject(out, "exp", exp->valuedouble);
		cJSON_AddNumberToObject(out, "iat", iat->valuedouble);
	}
	cJSON_Delete(claims);
	reply_plain(r, MHD_HTTP_OK, out);
}
