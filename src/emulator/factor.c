/*
 * The authentication API, v3: a person's own factors and contact points
 * (sections 3.1 and 3.2).
 */
#include "emulator/route.h"

#include <stdio.h>
#include <string.h>

#include "emulator/crypto.h"
#include "emulator/enrol.h"

static const struct {
	const char *type;
	enum factor factor;
} factors[] = {{"OTP", FACTOR_OTP}, {"SMS", FACTOR_SMS},
    {"EMAIL", FACTOR_EMAIL}};
enum { FACTORS = 3 };

/* 24 hexadecimal digits, and "|email" behind them where it is one: the two
 * shapes that the documents show. */
static void
factor_id(const struct user *u, int i, char *out, size_t size)
{
	snprintf(out, size, "f%d%.22s%s", i, u->id + 2,
	    factors[i].factor == FACTOR_EMAIL ? "|email" : "");
}

static cJSON *
factor_json(const struct user *u, int i)
{
	cJSON *out = cJSON_CreateObject(), *profile;
	char id[48];

	factor_id(u, i, id, sizeof(id));
	cJSON_AddStringToObject(out, "factorId", id);
	cJSON_AddStringToObject(out, "factorType", factors[i].type);
	profile = cJSON_AddObjectToObject(out, "profile");
	if (factors[i].factor == FACTOR_SMS) {
		cJSON_AddStringToObject(profile, "phoneNumber", u->phone);
		cJSON_AddStringToObject(profile, "phoneCountryCode",
		    u->country);
	} else if (factors[i].factor == FACTOR_EMAIL) {
		cJSON_AddStringToObject(profile, "email", u->email);
	}
	return out;
}

void
factor_list(struct request *r)
{
	cJSON *list = cJSON_CreateArray(), *only;

	for (int i = 0; i < FACTORS; i++)
		if (state_bound(r->user, factors[i].factor))
			cJSON_AddItemToArray(list, factor_json(r->user, i));
	if (r->state->switches[SWITCH_FACTOR_LIST] == LIST_OBJECT &&
	    cJSON_GetArraySize(list) == 1) {
		only = cJSON_DetachItemFromArray(list, 0);
		cJSON_Delete(list);
		list = only;
	}
	reply_accept(r, list);
}

/* The bound factor with that id, or -1 and answered. */
static int
named(struct request *r, const cJSON *from)
{
	const char *want = request_text(from, "factorId");
	char id[48];

	if (want == NULL) {
		reply_bad_parameter(r, "factorId");
		return -1;
	}
	for (int i = 0; i < FACTORS; i++) {
		factor_id(r->user, i, id, sizeof(id));
		if (state_bound(r->user, factors[i].factor) &&
		    strcmp(id, want) == 0)
			return i;
	}
	reply_refuse(r, 404, 0, "no such factor");
	return -1;
}

void
factor_get(struct request *r)
{
	int i = named(r, r->query);

	if (i >= 0)
		reply_accept(r, factor_json(r->user, i));
}

void
factor_available(struct request *r)
{
	cJSON *list = cJSON_CreateArray(), *item;

	for (int i = 0; i < FACTORS; i++) {
		if ((r->state->factors & factors[i].factor) == 0 ||
		    state_bound(r->user, factors[i].factor))
			continue;
		item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "factorType", factors[i].type);
		cJSON_AddItemToArray(list, item);
	}
	reply_accept(r, list);
}

/* Send the code that shows whose phone or mailbox it is. */
static bool
request_contact(struct request *r, enum factor f)
{
	const cJSON *profile = cJSON_GetObjectItemCaseSensitive(r->body,
	    "profile");
	bool sms = f == FACTOR_SMS;
	const char *target = request_text(profile,
	    sms ? "phoneNumber" : "email");
	const char *country = request_text(profile, "phoneCountryCode");
	struct pending *p = &r->user->pending;
	const struct user *owner = state_user(r->state, target,
	    sms ? "phone" : "email");

	if (target == NULL || *target == '\0' ||
	    strlen(target) >= (sms ? sizeof(owner->phone)
				   : sizeof(owner->email))) {
		reply_bad_parameter(r, "profile");
		return false;
	}
	if (owner != NULL && owner != r->user) {
		reply_refuse(r, 409, 0, "it belongs to somebody else");
		return false;
	}
	if (!state_send(r->state, sms ? "sms" : "email", target,
		"CHANNEL_BIND_MFA")) {
		reply_refuse(r, 422, 0, "a code was sent a moment ago");
		return false;
	}
	*p = (struct pending){.factor = f};
	crypto_random_hex(p->token, 32);
	snprintf(p->target, sizeof(p->target), "%s", target);
	snprintf(p->country, sizeof(p->country), "%s",
	    country == NULL ? "+86" : country);
	p->until = state_now(r->state) +
	    r->state->switches[SWITCH_ENROL_LIFETIME];
	return true;
}

static enum factor
wanted(struct request *r)
{
	const char *type = request_text(r->body, "factorType");

	for (int i = 0; i < FACTORS; i++)
		if (type != NULL && strcmp(type, factors[i].type) == 0)
			return factors[i].factor;
	reply_bad_parameter(r, "factorType");
	return 0;
}

void
factor_request(struct request *r)
{
	enum factor f = wanted(r);
	struct pending *p = &r->user->pending;
	cJSON *data, *otp;
	char uri[ENROL_URI];

	if (f == 0 || (f != FACTOR_OTP && !request_contact(r, f)))
		return;
	data = cJSON_CreateObject();
	if (f == FACTOR_OTP) {
		enrol_otp_start(r->state, r->user);
		enrol_otp_uri(r->state, r->user, uri);
		otp = cJSON_AddObjectToObject(data, "otpData");
		cJSON_AddStringToObject(otp, "qrCodeUri", uri);
		cJSON_AddStringToObject(otp, "qrCodeDataUrl", ENROL_PICTURE);
		cJSON_AddStringToObject(otp, "recoveryCode", p->recovery);
	}
	cJSON_AddStringToObject(data, "enrollmentToken", p->token);
	reply_accept(r, data);
}

static bool
finish_contact(struct request *r, enum factor f, const char *code)
{
	struct user *u = r->user;

	if (!state_code_right(r->state, u->pending.target, "CHANNEL_BIND_MFA",
		code, true))
		return false;
	if (f == FACTOR_SMS) {
		snprintf(u->phone, sizeof(u->phone), "%.31s",
		    u->pending.target);
		memcpy(u->country, u->pending.country, sizeof(u->country));
		u->sms_off = false;
	} else {
		memcpy(u->email, u->pending.target, sizeof(u->email));
		u->email_off = false;
	}
	u->pending = (struct pending){.until = 0};
	return true;
}

void
factor_enrol(struct request *r)
{
	enum factor f = wanted(r);
	const char *token = request_text(r->body, "enrollmentToken");
	const char *code = request_text(
	    cJSON_GetObjectItemCaseSensitive(r->body, "enrollmentData"),
	    "passCode");
	bool done;

	if (f == 0)
		return;
	if (token == NULL || code == NULL) {
		reply_bad_parameter(r, "enrollmentToken, enrollmentData");
		return;
	}
	if (!enrol_waits(r->state, r->user, f) ||
	    !crypto_same(r->user->pending.token, token)) {
		reply_refuse(r, 499, 0, "enrollmentToken no longer valid");
		return;
	}
	done = f == FACTOR_OTP ? enrol_otp_finish(r->state, r->user, code)
			       : finish_contact(r, f, code);
	if (done)
		reply_accept(r, NULL);
	else
		reply_refuse(r, 403, f == FACTOR_OTP ? 6001 : 2001,
		    "code is wrong");
}

void
factor_reset(struct request *r)
{
	int contact = r->state->switches[SWITCH_RESET_CONTACT];
	int i = named(r, r->body);

	if (i < 0)
		return;
	if (factors[i].factor != FACTOR_OTP && contact == CONTACT_REFUSE) {
		reply_refuse(r, 499, 0, "unbind the phone or e-mail instead");
		return;
	}
	if (factors[i].factor == FACTOR_OTP || contact == CONTACT_REMOVE)
		state_unbind(r->user, factors[i].factor);
	reply_accept(r, NULL);
}

void
factor_verify(struct request *r)
{
	const char *code = request_text(r->body, "totp");
	cJSON *data;

	if (code == NULL || *code == '\0') {
		reply_refuse(r, 400, 6003, "TOTP code is missing");
		return;
	}
	if (!state_totp_right(r->state, r->user, code)) {
		reply_refuse(r, 403, 6001, "TOTP code is wrong");
		return;
	}
	r->user->last_mfa = state_now(r->state);
	data = cJSON_CreateObject();
	cJSON_AddBoolToObject(data, "verified", true);
	reply_accept(r, data);
}

static void
unbind_contact(struct request *r, bool phone)
{
	struct user *u = r->user;
	const char *code = request_text(r->body, "passCode");
	char *mine = phone ? u->phone : u->email;
	const char *other = phone ? u->email : u->phone;

	if (code == NULL)
		reply_bad_parameter(r, "passCode");
	else if (*mine == '\0')
		reply_refuse(r, 404, 0, "nothing bound");
	else if (*other == '\0')
		reply_refuse(r, 499, 0, "it is the last way to sign in");
	else if (!state_code_right(r->state, mine,
		     phone ? "CHANNEL_UNBIND_PHONE" : "CHANNEL_UNBIND_EMAIL",
		     code, true))
		reply_refuse(r, 403, 2001, "verification code is wrong");
	else {
		*mine = '\0';
		reply_accept(r, NULL);
	}
}

void
factor_unbind_phone(struct request *r)
{
	unbind_contact(r, true);
}

void
factor_unbind_email(struct request *r)
{
	unbind_contact(r, false);
}

static void
bind_contact(struct request *r, bool phone)
{
	struct user *u = r->user;
	const char *target = request_text(r->body,
	    phone ? "phoneNumber" : "email");
	const char *code = request_text(r->body, "passCode");
	const char *country = request_text(r->body, "phoneCountryCode");
	size_t size = phone ? sizeof(u->phone) : sizeof(u->email);

	if (target == NULL || *target == '\0' || strlen(target) >= size ||
	    code == NULL) {
		reply_bad_parameter(r, "target, passCode");
	} else if (state_user(r->state, target, phone ? "phone" : "email") !=
	    NULL) {
		reply_refuse(r, 409, 0, "bound already");
	} else if (!state_code_right(r->state, target,
		       phone ? "CHANNEL_BIND_PHONE" : "CHANNEL_BIND_EMAIL",
		       code, true)) {
		reply_refuse(r, 403, 2001, "verification code is wrong");
	} else {
		snprintf(phone ? u->phone : u->email, size, "%s", target);
		if (phone)
			snprintf(u->country, sizeof(u->country), "%s",
			    country == NULL ? "+86" : country);
		*(phone ? &u->sms_off : &u->email_off) = false;
		reply_accept(r, NULL);
	}
}

void
factor_bind_phone(struct request *r)
{
	bind_contact(r, true);
}

void
factor_bind_email(struct request *r)
{
	bind_contact(r, false);
}
