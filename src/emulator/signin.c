/*
 * The authentication API, v3: sending codes, sign-in, push, revocation
 * (sections 3.3, 3.4, 3.6 and 2.4).
 */
#include "emulator/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "emulator/crypto.h"

static bool
is_one_of(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

static const char *const sms_channels[] = {"CHANNEL_LOGIN",
    "CHANNEL_REGISTER", "CHANNEL_RESET_PASSWORD", "CHANNEL_BIND_PHONE",
    "CHANNEL_UNBIND_PHONE", "CHANNEL_BIND_MFA", "CHANNEL_VERIFY_MFA",
    "CHANNEL_UNBIND_MFA", "CHANNEL_COMPLETE_PHONE",
    "CHANNEL_IDENTITY_VERIFICATION", "CHANNEL_DELETE_ACCOUNT", NULL};
static const char *const email_channels[] = {"CHANNEL_LOGIN",
    "CHANNEL_REGISTER", "CHANNEL_RESET_PASSWORD", "CHANNEL_VERIFY_EMAIL_LINK",
    "CHANNEL_UPDATE_EMAIL", "CHANNEL_BIND_EMAIL", "CHANNEL_UNBIND_EMAIL",
    "CHANNEL_VERIFY_MFA", "CHANNEL_UNLOCK_ACCOUNT", "CHANNEL_COMPLETE_EMAIL",
    "CHANNEL_DELETE_ACCOUNT", NULL};

void
signin_send_sms(struct request *r)
{
	const char *phone = request_text(r->body, "phoneNumber");
	const char *channel = request_text(r->body, "channel");

	if (phone == NULL || *phone == '\0' || channel == NULL ||
	    !is_one_of(channel, sms_channels))
		reply_bad_parameter(r, "channel, phoneNumber");
	else if (!state_send(r->state, "sms", phone, channel))
		reply_refuse(r, 422, 0, "a code was sent a moment ago");
	else
		reply_accept(r, NULL);
}

void
signin_send_email(struct request *r)
{
	const char *email = request_text(r->body, "email");
	const char *channel = request_text(r->body, "channel");

	if (email == NULL || *email == '\0' || channel == NULL ||
	    !is_one_of(channel, email_channels))
		reply_bad_parameter(r, "channel, email");
	else if (!state_send(r->state, "email", email, channel))
		reply_refuse(r, 422, 2080, "a code was sent a moment ago");
	else
		reply_accept(r, NULL);
}

void
signin_check_code(struct request *r)
{
	const char *type = request_text(r->body, "codeType");
	bool sms = type != NULL && strcmp(type, "SMS") == 0;
	const cJSON *payload = cJSON_GetObjectItemCaseSensitive(r->body,
	    sms ? "smsCodePayload" : "emailCodePayload");
	const char *target = request_text(payload, sms ? "phone" : "email");
	const char *channel = request_text(payload, "channel");
	const char *code = request_text(payload, "passCode");
	cJSON *data;

	if (type == NULL || (!sms && strcmp(type, "EMAIL") != 0) ||
	    target == NULL || channel == NULL || code == NULL) {
		reply_bad_parameter(r, "codeType and its payload");
		return;
	}
	data = cJSON_CreateObject();
	cJSON_AddBoolToObject(data, "isValid",
	    state_code_right(r->state, target, channel, code, false));
	reply_accept(r, data);
}

static bool
is_client(const struct state *s, const char *id, const char *secret)
{
	return id != NULL && secret != NULL && crypto_same(s->app, id) &&
	    crypto_same(s->app_secret, secret);
}

/* The application's own proof: in the body, or as "Basic" credentials. */
static bool
client_right(const struct request *r)
{
	int how = r->state->switches[SWITCH_CLIENT_AUTH];
	const char *header = MHD_lookup_connection_value(r->connection,
	    MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
	char *plain, *colon;
	bool right = false;

	if (how == CLIENT_NONE)
		return true;
	if (how != CLIENT_BASIC &&
	    is_client(r->state, request_text(r->body, "client_id"),
		request_text(r->body, "client_secret")))
		return true;
	if (how == CLIENT_POST || header == NULL ||
	    strncasecmp(header, "Basic ", 6) != 0)
		return false;
	if ((plain = crypto_base64_decode(header + 6)) == NULL)
		return false;
	if ((colon = strchr(plain, ':')) != NULL) {
		*colon = '\0';
		right = is_client(r->state, plain, colon + 1);
	}
	free(plain);
	return right;
}

static struct user *
by_password(struct request *r)
{
	const cJSON *payload = cJSON_GetObjectItemCaseSensitive(r->body,
	    "passwordPayload");
	static const char *const names[] = {"username", "phone", "email"};
	const char *password = request_text(payload, "password");
	struct user *u = state_account(r->state,
	    request_text(payload, "account"));

	for (int i = 0; i < 3 && u == NULL; i++)
		u = state_user(r->state, request_text(payload, names[i]),
		    names[i]);
	if (u == NULL || password == NULL || *u->password == '\0' ||
	    !crypto_same(u->password, password)) {
		reply_refuse(r, 403, 2333, "wrong user name or password");
		return NULL;
	}
	return u;
}

static struct user *
by_passcode(struct request *r)
{
	const cJSON *payload = cJSON_GetObjectItemCaseSensitive(r->body,
	    "passCodePayload");
	const char *code = request_text(payload, "passCode");
	const char *phone = request_text(payload, "phone");
	const char *email = request_text(payload, "email");
	const char *target = phone != NULL ? phone : email;
	struct user *u = state_user(r->state, target,
	    phone != NULL ? "phone" : "email");

	if (u == NULL) {
		reply_no_user(r);
	} else if (code == NULL ||
	    !state_code_right(r->state, target, "CHANNEL_LOGIN", code, true)) {
		reply_refuse(r, 403, 2001, "verification code is wrong");
		u = NULL;
	}
	return u;
}

static bool
may_sign_in(struct request *r, const struct user *u)
{
	if (strcmp(u->status, "Activated") == 0)
		return true;
	reply_refuse(r, 403, 2120008, "user is not active");
	return false;
}

/* Where the person is, as the host says: no more than noted. */
static void
note_address(struct user *u, const cJSON *options)
{
	const char *address = request_text(options, "clientIp");

	snprintf(u->last_ip, sizeof(u->last_ip), "%s",
	    address == NULL ? "" : address);
}

void
signin_password(struct request *r)
{
	const char *connection = request_text(r->body, "connection");
	const cJSON *options = cJSON_GetObjectItemCaseSensitive(r->body,
	    "options");
	const char *scope = request_text(options, "scope");
	const char *encrypt = request_text(options, "passwordEncryptType");
	int mfa = r->state->switches[SWITCH_SIGNIN_MFA];
	struct user *u;

	if (connection == NULL ||
	    (scope != NULL && strstr(scope, "openid") == NULL) ||
	    (encrypt != NULL && strcmp(encrypt, "none") != 0)) {
		reply_bad_parameter(r, "connection, options");
		return;
	}
	if (!client_right(r)) {
		reply_refuse(r, 403, 0, "client credentials are not right");
		return;
	}
	if (strcmp(connection, "PASSWORD") == 0) {
		u = by_password(r);
	} else if (strcmp(connection, "PASSCODE") == 0) {
		u = by_passcode(r);
	} else {
		reply_refuse(r, 499, 2820002, "no LDAP or AD here");
		return;
	}
	if (u == NULL || !may_sign_in(r, u))
		return;
	note_address(u, options);
	if (mfa == SIGNIN_IGNORE || r->state->factors == 0) {
		reply_accept(r, person_tokens(r, u, scope));
		return;
	}
	if (mfa == SIGNIN_REFUSE) {
		reply_refuse(r, 403, 0, "MFA is not supported here");
		return;
	}
	reply_refuse(r, r->state->switches[SWITCH_MFA_STATUS], 1636,
	    "MFA required");
	cJSON_AddNumberToObject(r->out, "code", 1636);
	cJSON_AddItemToObject(r->out, "data", person_trigger(r, u));
}

void
signin_push(struct request *r)
{
	const char *account = request_text(r->body, "account");
	struct user *u;
	cJSON *data;

	if (account == NULL) {
		reply_bad_parameter(r, "account");
		return;
	}
	if ((u = state_account(r->state, account)) == NULL) {
		reply_no_user(r);
		return;
	}
	if (!may_sign_in(r, u))
		return;
	data = cJSON_CreateObject();
	cJSON_AddStringToObject(data, "pushCodeId",
	    state_push_new(r->state, u)->id);
	cJSON_AddNumberToObject(data, "expireTime",
	    r->state->switches[SWITCH_PUSH_LIFETIME]);
	reply_accept(r, data);
}

/* The push that the parameter names, or answered. */
static struct push *
named(struct request *r, const cJSON *from)
{
	const char *id = request_text(from, "pushCodeId");
	struct push *p;

	if (id == NULL) {
		reply_bad_parameter(r, "pushCodeId");
		return NULL;
	}
	if ((p = state_push(r->state, id)) == NULL)
		reply_refuse(r, 404, 0, "no such push");
	return p;
}

void
signin_push_status(struct request *r)
{
	struct push *p = named(r, r->query);
	struct user *u;
	const char *status;
	cJSON *data;

	if (p == NULL)
		return;
	status = state_push_status(r->state, p);
	data = cJSON_CreateObject();
	cJSON_AddStringToObject(data, "status", status);
	u = state_user(r->state, p->user_id, "user_id");
	if (strcmp(status, "AUTHORIZED") == 0 && u != NULL)
		cJSON_AddItemToObject(data, "tokenSet",
		    person_tokens(r, u, NULL));
	reply_accept(r, data);
}

/* The phone's side. False: refused and answered. */
static bool
set_push(struct request *r)
{
	const char *action = request_text(r->body, "action");
	struct push *p = named(r, r->body);

	if (p == NULL)
		return false;
	if (strcmp(p->user_id, r->user->id) != 0) {
		reply_refuse(r, 403, 1001, "another person's push");
		return false;
	}
	if (action == NULL || (strcmp(action, "CONFIRM") != 0 &&
	    strcmp(action, "CANCEL") != 0)) {
		reply_bad_parameter(r, "action");
		return false;
	}
	if (strcmp(state_push_status(r->state, p), "PUSHED") != 0) {
		reply_refuse(r, 499, 0, "no longer open");
		return false;
	}
	p->status = strcmp(action, "CONFIRM") == 0 ? "AUTHORIZED"
						   : "CANCELLED";
	return true;
}

void
signin_push_set(struct request *r)
{
	cJSON *data;

	if (!set_push(r))
		return;
	data = cJSON_CreateObject();
	cJSON_AddBoolToObject(data, "success", true);
	reply_accept(r, data);
}

void
signin_push_change(struct request *r)
{
	if (set_push(r))
		reply_accept(r, NULL);
}

void
signin_push_apps(struct request *r)
{
	cJSON *data;

	if (named(r, r->body) == NULL)
		return;
	data = cJSON_CreateObject();
	cJSON_AddItemToArray(cJSON_AddArrayToObject(data, "appIds"),
	    cJSON_CreateString(r->state->app));
	reply_accept(r, data);
}

/* RFC 7009: 200 for any token, but the client must be the right one. */
void
signin_revoke(struct request *r)
{
	const char *token = request_text(r->body, "token");
	struct spent *spent;
	cJSON *out = cJSON_CreateObject();

	if (!client_right(r)) {
		cJSON_AddStringToObject(out, "error", "invalid_client");
		reply_plain(r, MHD_HTTP_UNAUTHORIZED, out);
	} else if (token == NULL) {
		cJSON_AddStringToObject(out, "error", "invalid_request");
		reply_plain(r, MHD_HTTP_BAD_REQUEST, out);
	} else {
		if ((spent = state_spent(r->state, token, true)) != NULL)
			spent->gone = true;
		reply_plain(r, MHD_HTTP_OK, out);
	}
}
