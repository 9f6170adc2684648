/*
 * The management API, v3: the host's token, reads about people and their
 * MFA, importing a secret, ending sessions (sections 2.1 and 5.1).
 */
#include "emulator/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/crypto.h"

void
management_token(struct request *r)
{
	const char *id = request_text(r->body, "accessKeyId");
	const char *secret = request_text(r->body, "accessKeySecret");
	int lifetime = r->state->switches[SWITCH_TOKEN_LIFETIME];
	cJSON *claims, *data;
	char *token;

	if (id == NULL || secret == NULL) {
		reply_bad_parameter(r, "accessKeyId, accessKeySecret");
		return;
	}
	if (!crypto_same(id, r->state->key_id) ||
	    !crypto_same(secret, r->state->key_secret)) {
		reply_refuse(r, r->state->switches[SWITCH_WRONG_KEY_STATUS], 0,
		    "access key is not right");
		return;
	}
	claims = cJSON_CreateObject();
	cJSON_AddStringToObject(claims, "scoped_userpool_id", r->state->pool);
	token = token_make(r->state, TOKEN_MANAGEMENT, claims, lifetime);
	data = cJSON_CreateObject();
	cJSON_AddStringToObject(data, "access_token",
	    token == NULL ? "" : token);
	cJSON_AddNumberToObject(data, "expires_in", lifetime);
	free(token);
	reply_accept(r, data);
}

/* The person that userId and userIdType of `from` name, or answered. */
static struct user *
named(struct request *r, const cJSON *from, const char *type)
{
	static const char *const types[] = {"user_id", "external_id", "phone",
	    "email", "username", "identity", "sync_relation", "custom_field"};
	const char *id = request_text(from, "userId");
	struct user *u;
	size_t i;

	if (type == NULL)
		type = "user_id";
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i], type) == 0)
			break;
	if (i == sizeof(types) / sizeof(types[0])) {
		reply_bad_parameter(r, "userIdType");
		return NULL;
	}
	if (id == NULL || *id == '\0') {
		reply_bad_parameter(r, "userId");
		return NULL;
	}
	if ((u = state_user(r->state, id, type)) == NULL)
		reply_no_user(r);
	return u;
}

static struct user *
queried(struct request *r)
{
	return named(r, r->query, request_text(r->query, "userIdType"));
}

void
management_user(struct request *r)
{
	struct user *u = queried(r);

	if (u != NULL)
		reply_accept(r, person_v3(r, u));
}

void
management_users_batch(struct request *r)
{
	const cJSON *ids = cJSON_GetObjectItemCaseSensitive(r->query,
	    "userIds"), *id;
	const char *type = request_text(r->query, "userIdType");
	const struct user *u;
	cJSON *list;

	if (!cJSON_IsArray(ids)) {
		reply_bad_parameter(r, "userIds");
		return;
	}
	list = cJSON_CreateArray();
	cJSON_ArrayForEach(id, ids)
	{
		u = state_user(r->state, id->valuestring,
		    type == NULL ? "user_id" : type);
		if (u != NULL)
			cJSON_AddItemToArray(list, person_v3(r, u));
	}
	reply_accept(r, list);
}

void
management_exists(struct request *r)
{
	static const char *const names[][2] = {{"username", "username"},
	    {"email", "email"}, {"phone", "phone"},
	    {"externalId", "external_id"}};
	cJSON *data;

	for (size_t i = 0; i < 4; i++) {
		const char *value = request_text(r->body, names[i][0]);

		if (value == NULL)
			continue;
		data = cJSON_CreateObject();
		cJSON_AddBoolToObject(data, "exists",
		    state_user(r->state, value, names[i][1]) != NULL);
		reply_accept(r, data);
		return;
	}
	reply_bad_parameter(r, "username, email, phone or externalId");
}

static void
add_status(cJSON *data, const char *name, bool on)
{
	cJSON_AddStringToObject(data, name, on ? "enabled" : "disabled");
}

void
management_mfa_info(struct request *r)
{
	const struct user *u = queried(r);
	cJSON *data;

	if (u == NULL)
		return;
	u = request_person(r, u);
	data = cJSON_CreateObject();
	add_status(data, "totpStatus", state_bound(u, FACTOR_OTP));
	add_status(data, "faceMfaStatus", state_bound(u, FACTOR_FACE));
	add_status(data, "smsMfaStatus", state_bound(u, FACTOR_SMS));
	add_status(data, "emailMfaStatus", state_bound(u, FACTOR_EMAIL));
	reply_accept(r, data);
}

void
management_trigger(struct request *r)
{
	const char *app = request_text(r->query, "appId");
	struct user *u;

	if (app == NULL) {
		reply_bad_parameter(r, "appId");
		return;
	}
	if (strcmp(app, r->state->app) != 0) {
		reply_refuse(r, 499, 2011, "application does not exist");
		return;
	}
	if ((u = queried(r)) != NULL)
		reply_accept(r, person_trigger(r, u));
}

void
management_mfa_status(struct request *r)
{
	struct user *u = queried(r);

	if (u != NULL)
		reply_accept(r, person_trigger(r, u));
}

void
management_otp_secret(struct request *r)
{
	struct user *u = queried(r);
	cJSON *data;

	if (u == NULL)
		return;
	if (!state_bound(u, FACTOR_OTP)) {
		reply_refuse(r, 404, 0, "no OTP bound");
		return;
	}
	data = cJSON_CreateObject();
	cJSON_AddStringToObject(data, "secret", u->otp_secret);
	reply_accept(r, data);
}

/* Check one entry of the list or, in a second pass, put it into force. */
static bool
import_one(struct request *r, const cJSON *item, bool apply)
{
	const cJSON *otp = cJSON_GetObjectItemCaseSensitive(item, "otp");
	const char *secret = request_text(otp, "secret");
	const char *recovery = request_text(otp, "recoveryCode");
	struct user *u;
	char code[7];

	if (secret == NULL || strlen(secret) >= sizeof(u->otp_secret) ||
	    !crypto_totp(secret, 1, code) ||
	    (recovery != NULL && strlen(recovery) >= sizeof(u->recovery))) {
		reply_bad_parameter(r, "otp");
		return false;
	}
	if ((u = named(r, item, NULL)) == NULL)
		return false;
	if (apply) {
		state_unbind(u, FACTOR_OTP);
		snprintf(u->otp_secret, sizeof(u->otp_secret), "%s", secret);
		if (recovery != NULL)
			snprintf(u->recovery, sizeof(u->recovery), "%s",
			    recovery);
		else
			crypto_recovery_code(u->recovery);
	}
	return true;
}

void
management_import_otp(struct request *r)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(r->body, "list");
	const cJSON *item;

	if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) == 0) {
		reply_bad_parameter(r, "list");
		return;
	}
	for (int pass = 0; pass < 2; pass++)
		cJSON_ArrayForEach(item, list)
		{
			if (!import_one(r, item, pass == 1))
				return;
		}
	reply_accept(r, NULL);
}

void
management_settings(struct request *r)
{
	static const char *const names[] = {"OTP", "SMS", "EMAIL"};
	cJSON *data = cJSON_CreateObject(), *list;

	list = cJSON_AddArrayToObject(data, "enabledFactors");
	for (unsigned i = 0; i < 3; i++)
		if ((r->state->factors & 1u << i) != 0)
			cJSON_AddItemToArray(list,
			    cJSON_CreateString(names[i]));
	reply_accept(r, data);
}

void
management_kick(struct request *r)
{
	const cJSON *options = cJSON_GetObjectItemCaseSensitive(r->body,
	    "options");
	const cJSON *apps = cJSON_GetObjectItemCaseSensitive(r->body,
	    "appIds"), *app;
	struct user *u;
	bool ours = false;
	cJSON *data;

	if (!cJSON_IsArray(apps)) {
		reply_bad_parameter(r, "appIds");
		return;
	}
	cJSON_ArrayForEach(app, apps) ours = ours ||
	    (cJSON_IsString(app) &&
		strcmp(app->valuestring, r->state->app) == 0);
	if ((u = named(r, r->body, request_text(options, "userIdType"))) ==
	    NULL)
		return;
	if (ours) {
		u->generation++;
		u->session_until = 0;
	}
	data = cJSON_CreateObject();
	cJSON_AddBoolToObject(data, "success", true);
	reply_accept(r, data);
}

/* Does the member ask for the contact to be cleared, the way this service
 * does it? (Section 10 no. 15 leaves open which one is.) */
static bool
clears(const struct request *r, const cJSON *item)
{
	switch (r->state->switches[SWITCH_CLEAR_CONTACT]) {
	case CLEAR_NULL:
		return cJSON_IsNull(item);
	case CLEAR_EMPTY:
		return cJSON_IsString(item) && *item->valuestring == '\0';
	default:
		return false;
	}
}

/* Set or clear one member, where it is given. False: answered. */
static bool
update_text(struct request *r, const char *name, char *field, size_t size)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(r->body, name);

	if (item == NULL)
		return true;
	if (clears(r, item)) {
		*field = '\0';
		return true;
	}
	if (cJSON_IsNull(item) ||
	    (cJSON_IsString(item) && *item->valuestring == '\0'))
		return true; /* taken, and nothing done */
	if (!cJSON_IsString(item) || strlen(item->valuestring) >= size) {
		reply_bad_parameter(r, name);
		return false;
	}
	strcpy(field, item->valuestring);
	return true;
}

static bool
status_is_known(const char *status)
{
	static const char *const all[] = {"Activated", "Suspended",
	    "Deactivated", "Resigned", "Archived"};

	for (int i = 0; i < 5; i++)
		if (strcmp(all[i], status) == 0)
			return true;
	return false;
}

void
management_update_user(struct request *r)
{
	const cJSON *options = cJSON_GetObjectItemCaseSensitive(r->body,
	    "options");
	const char *status = request_text(r->body, "status");
	struct user *u = named(r, r->body,
	    request_text(options, "userIdType"));

	if (u == NULL)
		return;
	if (status != NULL && !status_is_known(status)) {
		reply_bad_parameter(r, "status");
		return;
	}
	if (update_text(r, "phone", u->phone, sizeof(u->phone)) &&
	    update_text(r, "phoneCountryCode", u->country,
		sizeof(u->country)) &&
	    update_text(r, "email", u->email, sizeof(u->email)) &&
	    update_text(r, "status", u->status, sizeof(u->status)))
		reply_accept(r, person_v3(r, u));
}

void
management_session(struct request *r)
{
	const char *app = request_text(r->body, "appId");
	struct user *u;
	cJSON *data;

	if (app == NULL) {
		reply_bad_parameter(r, "appId");
		return;
	}
	if ((u = named(r, r->body, NULL)) == NULL)
		return;
	data = cJSON_CreateObject();
	cJSON_AddBoolToObject(data, "active",
	    strcmp(app, r->state->app) == 0 &&
		u->session_until > state_now(r->state));
	reply_accept(r, data);
}
