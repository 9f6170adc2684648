/*
 * The management API, v2: what is bound for a person and unbinding it
 * (section 5.2), and the application's public configuration (2.5).
 */
#include "emulator/route.h"

#include <string.h>

static struct user *
named(struct request *r)
{
	struct user *u = state_user(r->state, r->segment, "user_id");

	if (u == NULL)
		reply_no_user(r);
	return u;
}

void
bound_show(struct request *r)
{
	const struct user *u = named(r);
	cJSON *data;

	if (u == NULL)
		return;
	data = cJSON_CreateObject();
	cJSON_AddBoolToObject(data, "FACE",
	    state_bound(request_person(r, u), FACTOR_FACE));
	cJSON_AddBoolToObject(data, "OTP",
	    state_bound(request_person(r, u), FACTOR_OTP));
	reply_accept(r, data);
}

static void
unbind(struct user *u, enum factor f)
{
	u->unbound += state_bound(u, f);
	state_unbind(u, f);
}

void
bound_delete(struct request *r)
{
	const char *type = request_text(r->query, "type");
	int contact = r->state->switches[SWITCH_BOUND_CONTACT];
	struct user *u = named(r);

	if (u == NULL)
		return;
	u->unbinds++;
	if (type != NULL && (strcmp(type, "OTP") == 0 ||
	    strcmp(type, "TOTP") == 0)) {
		unbind(u, FACTOR_OTP);
	} else if (type != NULL && strcmp(type, "FACE") == 0) {
		unbind(u, FACTOR_FACE);
	} else if (type != NULL && contact != CONTACT_REFUSE &&
	    (strcmp(type, "SMS") == 0 || strcmp(type, "EMAIL") == 0)) {
		if (contact == CONTACT_REMOVE)
			unbind(u, strcmp(type, "SMS") == 0
			    ? FACTOR_SMS : FACTOR_EMAIL);
	} else {
		reply_bad_parameter(r, "type");
		return;
	}
	reply_accept(r, NULL);
}

void
bound_public_config(struct request *r)
{
	cJSON *data, *part;

	if (strcmp(r->segment, r->state->app) != 0) {
		reply_refuse(r, 499, 2011, "application does not exist");
		return;
	}
	data = cJSON_CreateObject();
	cJSON_AddStringToObject(data, "userPoolId", r->state->pool);
	cJSON_AddNumberToObject(data, "verifyCodeLength",
	    r->state->switches[SWITCH_CODE_LENGTH]);
	part = cJSON_AddObjectToObject(data, "internationalSmsConfig");
	cJSON_AddBoolToObject(part, "enabled", true);
	cJSON_AddStringToObject(part, "defaultISOType", "CN");
	cJSON_AddStringToObject(data, "requestHostname", r->state->url);
	part = cJSON_AddObjectToObject(data, "mfa");
	cJSON_AddNumberToObject(part, "faceScore", 80);
	cJSON_AddStringToObject(data, "cdnBase", r->state->url);
	reply_accept(r, data);
}
