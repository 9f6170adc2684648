/*
 * Turns a user of the emulator into the JSON that the endpoints show of him:
 * the v3 and v2 user, the MFA trigger data, and the tokens of a sign-in.
 */
#include "emulator/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/crypto.h"

enum { ACCESS_LIFETIME = 1209600 };

const struct user *
request_person(const struct request *r, const struct user *u)
{
	const char *name = r->faults.value[FAULT_OTHER_PERSON];
	struct user *other;

	if (name == NULL)
		return u;
	if ((other = state_user(r->state, name, "username")) != NULL)
		return other;
	for (size_t i = 0; i < r->state->user_count; i++)
		if (&r->state->users[i] != u)
			return &r->state->users[i];
	return u;
}

static void
add_text(cJSON *out, const char *name, const char *text)
{
	if (*text == '\0')
		cJSON_AddNullToObject(out, name);
	else
		cJSON_AddStringToObject(out, name, text);
}

static void
add_time(cJSON *out, const char *name, time_t t)
{
	char text[40];
	struct tm tm;

	if (t == 0 || gmtime_r(&t, &tm) == NULL)
		return;
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S.000Z", &tm);
	cJSON_AddStringToObject(out, name, text);
}

static void
add_contacts(cJSON *out, const struct user *u)
{
	add_text(out, "username", u->username);
	add_text(out, "nickname", u->nickname);
	add_text(out, "email", u->email);
	add_text(out, "phone", u->phone);
	add_text(out, "phoneCountryCode", *u->phone == '\0' ? "" : u->country);
	cJSON_AddBoolToObject(out, "emailVerified", *u->email != '\0');
	cJSON_AddBoolToObject(out, "phoneVerified", *u->phone != '\0');
}

cJSON *
person_v3(const struct request *r, const struct user *u)
{
	cJSON *out = cJSON_CreateObject();

	u = request_person(r, u);
	cJSON_AddStringToObject(out, "userId", u->id);
	cJSON_AddStringToObject(out, "createdAt", "2024-01-01T00:00:00.000Z");
	cJSON_AddStringToObject(out, "updatedAt", "2024-01-01T00:00:00.000Z");
	cJSON_AddStringToObject(out, "status", u->status);
	cJSON_AddStringToObject(out, "workStatus", "Active");
	add_text(out, "externalId", u->external_id);
	add_text(out, "name", u->nickname);
	add_contacts(out, u);
	cJSON_AddStringToObject(out, "gender", "U");
	cJSON_AddStringToObject(out, "userSourceType", "adminCreated");
	add_time(out, "lastMfaTime", u->last_mfa);
	cJSON_AddNullToObject(out, "tenantId");
	if (strcmp(request_text(r->query, "withCustomData") != NULL
		    ? request_text(r->query, "withCustomData")
		    : "", "true") == 0)
		cJSON_AddObjectToObject(out, "customData");
	return out;
}

static char *
access_token(const struct state *s, const struct user *u, const char *scope)
{
	cJSON *claims = cJSON_CreateObject();
	char id[33];

	crypto_random_hex(id, 32);
	cJSON_AddStringToObject(claims, "jti", id);
	cJSON_AddStringToObject(claims, "sub", u->id);
	cJSON_AddStringToObject(claims, "aud", s->app);
	cJSON_AddStringToObject(claims, "iss", s->url);
	cJSON_AddStringToObject(claims, "scope", scope);
	cJSON_AddNumberToObject(claims, "generation", u->generation);
	return token_make(s, TOKEN_ACCESS, claims, ACCESS_LIFETIME);
}

static void
add_token(cJSON *out, const char *name, char *token)
{
	if (token != NULL)
		cJSON_AddStringToObject(out, name, token);
	free(token);
}

/* The real answer holds a login token and password hashes: so must ours. */
cJSON *
person_v2(const struct request *r, const struct user *u)
{
	cJSON *out = cJSON_CreateObject();
	time_t now = state_now(r->state);

	u = request_person(r, u);
	cJSON_AddStringToObject(out, "id", u->id);
	cJSON_AddStringToObject(out, "userPoolId", r->state->pool);
	add_contacts(out, u);
	cJSON_AddStringToObject(out, "photo", "");
	add_token(out, "token",
	    access_token(r->state, u, "openid profile"));
	add_time(out, "tokenExpiredAt", now + ACCESS_LIFETIME);
	add_time(out, "lastLogin", now);
	cJSON_AddStringToObject(out, "lastIp", "127.0.0.1");
	cJSON_AddStringToObject(out, "password",
	    "fake-password-hash-of-the-emulator");
	cJSON_AddStringToObject(out, "salt", "fake-salt-of-the-emulator");
	cJSON_AddBoolToObject(out, "blocked",
	    strcmp(u->status, "Activated") != 0);
	cJSON_AddBoolToObject(out, "isDeleted", false);
	cJSON_AddArrayToObject(out, "identities");
	return out;
}

/* The documented claims, and one that tells two of a second apart. */
static char *
mfa_token(const struct state *s, const struct user *u)
{
	cJSON *claims = cJSON_CreateObject();
	cJSON *data = cJSON_AddObjectToObject(claims, "data");
	char arn[96], id[33];

	snprintf(arn, sizeof(arn), "arn:cn:authing:%s:user:%s", s->pool,
	    u->id);
	cJSON_AddStringToObject(data, "userPoolId", s->pool);
	cJSON_AddStringToObject(data, "userId", u->id);
	cJSON_AddStringToObject(data, "arn", arn);
	cJSON_AddNumberToObject(data, "stage", 1);
	crypto_random_hex(id, 32);
	cJSON_AddStringToObject(claims, "jti", id);
	return token_make(s, TOKEN_MFA, claims,
	    s->switches[SWITCH_MFA_LIFETIME]);
}

static void
add_policies(cJSON *out, unsigned factors)
{
	static const struct {
		const char *name;
		enum factor factor;
	} all[] = {{"OTP", FACTOR_OTP}, {"SMS", FACTOR_SMS},
	    {"EMAIL", FACTOR_EMAIL}};
	cJSON *list = cJSON_AddArrayToObject(out, "applicationMfa"), *item;

	for (int i = 0; i < 3; i++) {
		if ((factors & all[i].factor) == 0)
			continue;
		item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "mfaPolicy", all[i].name);
		cJSON_AddNumberToObject(item, "status", 1);
		cJSON_AddNumberToObject(item, "sort", i);
		cJSON_AddItemToArray(list, item);
	}
}

cJSON *
person_trigger(const struct request *r, const struct user *u)
{
	cJSON *out = cJSON_CreateObject();
	bool sms, email;

	u = request_person(r, u);
	sms = state_bound(u, FACTOR_SMS);
	email = state_bound(u, FACTOR_EMAIL);
	add_token(out, "mfaToken", mfa_token(r->state, u));
	add_text(out, "mfaPhone", sms ? u->phone : "");
	add_text(out, "mfaPhoneCountryCode", sms ? u->country : "");
	add_text(out, "mfaEmail", email ? u->email : "");
	add_text(out, "nickname", u->nickname);
	add_text(out, "username", u->username);
	add_text(out, "phone", u->phone);
	add_text(out, "phoneCountryCode", *u->phone == '\0' ? "" : u->country);
	add_text(out, "email", u->email);
	cJSON_AddStringToObject(out, "avatar", "");
	cJSON_AddBoolToObject(out, "faceMfaEnabled",
	    state_bound(u, FACTOR_FACE));
	cJSON_AddBoolToObject(out, "totpMfaEnabled",
	    state_bound(u, FACTOR_OTP));
	add_policies(out, r->state->factors);
	return out;
}

/* The application's secret signs the id_token: the SDK checks it so. */
static char *
id_token(const struct state *s, const struct user *u)
{
	cJSON *claims = cJSON_CreateObject();
	time_t now = state_now(s);
	char *token;

	cJSON_AddStringToObject(claims, "sub", u->id);
	cJSON_AddStringToObject(claims, "aud", s->app);
	cJSON_AddStringToObject(claims, "iss", s->url);
	cJSON_AddStringToObject(claims, "preferred_username", u->username);
	cJSON_AddNumberToObject(claims, "iat", (double)now);
	cJSON_AddNumberToObject(claims, "exp", (double)(now + ACCESS_LIFETIME));
	token = crypto_jwt_make(claims, s->app_secret, strlen(s->app_secret));
	cJSON_Delete(claims);
	return token;
}

cJSON *
person_tokens(struct request *r, struct user *u, const char *scope)
{
	cJSON *out = cJSON_CreateObject();
	const struct user *shown = request_person(r, u);

	if (scope == NULL)
		scope = "openid profile";
	u->session_until = state_now(r->state) + ACCESS_LIFETIME;
	cJSON_AddStringToObject(out, "scope", scope);
	cJSON_AddStringToObject(out, "token_type", "Bearer");
	add_token(out, "access_token", access_token(r->state, shown, scope));
	add_token(out, "id_token", id_token(r->state, shown));
	cJSON_AddNumberToObject(out, "expire_in", ACCESS_LIFETIME);
	return out;
}

char *
token_make(const struct state *s, enum token_kind kind, cJSON *claims,
    int lifetime)
{
	time_t now = state_now(s);
	char *token;

	cJSON_AddNumberToObject(claims, "iat", (double)now);
	cJSON_AddNumberToObject(claims, "exp", (double)(now + lifetime));
	token = crypto_jwt_make(claims, s->token_keys[kind],
	    sizeof(s->token_keys[kind]));
	cJSON_Delete(claims);
	return token;
}
