/*
 * Decides whether a request proves what its endpoint asks for: a signature
 * or token of the management, an application, a person, a pending login.
 */
#include "emulator/auth.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "emulator/crypto.h"
#include "emulator/sign.h"

enum { MAX_HEADERS = 64 };

static bool
refuse(struct request *r, int status, int api_code, const char *message)
{
	reply_refuse(r, status, api_code, message);
	return false;
}

/* The claims of a token of ours, dead or alive; NULL: not ours. */
static cJSON *
claims_of(const struct request *r, enum token_kind kind)
{
	return r->token == NULL
	    ? NULL
	    : crypto_jwt_open(r->token, r->state->token_keys[kind],
		  sizeof(r->state->token_keys[kind]));
}

static bool
expired(const struct request *r, const cJSON *claims)
{
	const cJSON *exp = cJSON_GetObjectItemCaseSensitive(claims, "exp");

	return !cJSON_IsNumber(exp) ||
	    (double)state_now(r->state) >= exp->valuedouble;
}

struct header_list {
	struct sign_header list[MAX_HEADERS];
	size_t count;
};

static enum MHD_Result
collect(void *ctx, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct header_list *h = ctx;

	(void)kind;
	if (h->count < MAX_HEADERS && value != NULL)
		h->list[h->count++] = (struct sign_header){name, value};
	return MHD_YES;
}

/* RFC 1123, or Unix milliseconds as the error page has it. */
static bool
parse_date(const char *text, time_t *out)
{
	struct tm tm = {.tm_isdst = 0};
	char *end;
	long long ms = strtoll(text, &end, 10);

	if (end != text && *end == '\0') {
		*out = (time_t)(ms / 1000);
		return true;
	}
	end = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	if (end == NULL || *end != '\0')
		return false;
	*out = timegm(&tm);
	return true;
}

/*
 * Two readings of what is signed where a call that is not GET has a query:
 * the URL as written, or the path alone (section 2.2, step 8).
 */
static bool
signature_right(const struct request *r, const char *prefix,
    const char *signature)
{
	struct header_list headers = {.count = 0};
	bool get = strcmp(r->method, "GET") == 0, right = false;
	char *paths[2], *resource, *text, *want;

	MHD_get_connection_values(r->connection, MHD_HEADER_KIND, collect,
	    &headers);
	paths[0] = strndup(r->uri, strcspn(r->uri, "?"));
	paths[1] = get ? NULL : strdup(r->uri);
	for (int i = 0; i < 2 && !right; i++) {
		if (paths[i] == NULL)
			continue;
		resource = sign_resource(paths[i], get ? r->query : r->body);
		text = resource == NULL ? NULL
					: sign_text(r->method, prefix,
					      headers.list, headers.count,
					      resource);
		want = text == NULL
		    ? NULL
		    : crypto_hmac_sha1(r->state->key_secret, text);
		right = want != NULL && crypto_same(want, signature);
		free(resource);
		free(text);
		free(want);
	}
	free(paths[0]);
	free(paths[1]);
	return right;
}

/* A header in the spelling that is signed: the other one proves nothing. */
static const char *
signed_header(const struct request *r, const char *prefix, const char *name)
{
	char full[64];
	const char *value;

	strcpy(stpcpy(full, prefix), name);
	value = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND,
	    full);
	return value == NULL ? "" : value;
}

/* `credential` is ACCESSKEYID:SIGNATURE. */
static bool
check_signed(struct request *r, const char *prefix, const char *credential)
{
	const char *colon = strchr(credential, ':');
	const char *date = MHD_lookup_connection_value(r->connection,
	    MHD_HEADER_KIND, MHD_HTTP_HEADER_DATE);
	const char *method = signed_header(r, prefix, "signature-method");
	const char *version = signed_header(r, prefix, "signature-version");
	const char *nonce = signed_header(r, prefix, "signature-nonce");
	size_t id_len = strlen(r->state->key_id);
	int skew = r->state->switches[SWITCH_SKEW];
	time_t at, now = state_now(r->state);

	if (strcmp(method, "HMAC-SHA1") != 0)
		return refuse(r, 403, 1301, "signature method mismatch");
	if (strcmp(version, "1.0") != 0)
		return refuse(r, 403, 1302, "signature version mismatch");
	if (date == NULL)
		return refuse(r, 403, 1304, "no date header");
	if (!parse_date(date, &at))
		return refuse(r, 403, 1303, "timestamp malformed");
	if (at < now - skew || at > now + skew)
		return refuse(r, 403, 1305, "clock too far off");
	if (colon == NULL || (size_t)(colon - credential) != id_len ||
	    strncmp(credential, r->state->key_id, id_len) != 0 ||
	    *nonce == '\0' || !signature_right(r, prefix, colon + 1))
		return refuse(r, 403, 1300, "signature mismatch");
	if (!state_nonce(r->state, nonce))
		return refuse(r, 403, 1306, "signature already used");
	return true;
}

static bool
check_management(struct request *r)
{
	int spelling = r->state->switches[SWITCH_HEADER_PREFIX];
	const char *text = MHD_lookup_connection_value(r->connection,
	    MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
	cJSON *claims;
	bool dead;

	if (text == NULL)
		return refuse(r, 401, 2020, "not signed in");
	if (strncasecmp(text, "GenAuth ", 8) == 0)
		return spelling == PREFIX_AUTHING
		    ? refuse(r, 403, 1300, "signature mismatch")
		    : check_signed(r, "x-genauth-", text + 8);
	if (strncasecmp(text, "authing ", 8) == 0)
		return spelling == PREFIX_GENAUTH
		    ? refuse(r, 403, 1300, "signature mismatch")
		    : check_signed(r, "x-authing-", text + 8);
	if (r->state->switches[SWITCH_V2_MANAGEMENT] == 0 &&
	    strncmp(r->path, "/api/v2/", 8) == 0)
		return refuse(r, 401, 2020, "not signed in");
	if ((claims = claims_of(r, TOKEN_MANAGEMENT)) == NULL)
		return refuse(r, 401, 2020, "not signed in");
	dead = expired(r, claims);
	cJSON_Delete(claims);
	return dead ? refuse(r, 401, 2020, "token expired") : true;
}

/* 1: yes, 0: no such token, -1: refused and answered. */
static int
check_user(struct request *r)
{
	cJSON *claims = claims_of(r, TOKEN_ACCESS);
	const cJSON *generation;
	const struct spent *spent;
	struct user *u;
	bool alive;

	if (claims == NULL)
		return 0;
	generation = cJSON_GetObjectItemCaseSensitive(claims, "generation");
	spent = state_spent(r->state, r->token, false);
	u = state_user(r->state, request_text(claims, "sub"), "user_id");
	alive = u != NULL && !expired(r, claims) &&
	    cJSON_IsNumber(generation) &&
	    (unsigned)generation->valueint == u->generation &&
	    (spent == NULL || !spent->gone);
	cJSON_Delete(claims);
	if (!alive) {
		reply_refuse(r, 401, 2020, "token expired");
		return -1;
	}
	r->user = u;
	return 1;
}

static bool
check_mfa(struct request *r)
{
	cJSON *claims = claims_of(r, TOKEN_MFA);
	const cJSON *data = cJSON_GetObjectItemCaseSensitive(claims, "data");
	const char *pool = request_text(data, "userPoolId");
	const struct spent *spent;
	bool alive;

	if (claims == NULL)
		return refuse(r, 401, 2020, "not signed in");
	spent = state_spent(r->state, r->token, false);
	r->user = state_user(r->state, request_text(data, "userId"), "user_id");
	alive = r->user != NULL && pool != NULL &&
	    strcmp(pool, r->state->pool) == 0 && !expired(r, claims) &&
	    (spent == NULL || !spent->gone);
	cJSON_Delete(claims);
	return alive ? true
		     : refuse(r, 401,
			   r->state->switches[SWITCH_MFA_EXPIRED_CODE],
			   "mfaToken no longer valid");
}

static bool
check_flashback(struct request *r)
{
	cJSON *out;

	for (size_t i = 0; r->token != NULL && i < r->state->user_count; i++) {
		if (*r->state->users[i].flashback_token != '\0' &&
		    crypto_same(r->state->users[i].flashback_token,
			r->token)) {
			r->user = &r->state->users[i];
			return true;
		}
	}
	out = cJSON_CreateObject();
	cJSON_AddBoolToObject(out, "success", false);
	cJSON_AddStringToObject(out, "error", "Unauthorized");
	reply_plain(r, MHD_HTTP_UNAUTHORIZED, out);
	return false;
}

/* What the headers say of pool and application must be ours, if said. */
static bool
check_headers(struct request *r, enum auth need)
{
	const char *pool = request_header(r, "userpool-id");
	const char *app = request_header(r, "app-id");

	if (pool != NULL && *pool != '\0' && strcmp(pool, r->state->pool) != 0)
		return refuse(r, 404, 2224, "user pool does not exist");
	if (need == AUTH_MANAGEMENT)
		return true;
	if (app == NULL && need == AUTH_APP)
		return refuse(r, 499, 2011, "application does not exist");
	if (app != NULL && strcmp(app, r->state->app) != 0)
		return refuse(r, 499, 2011, "application does not exist");
	return true;
}

bool
auth_check(struct request *r, enum auth need)
{
	int user;

	if (need == AUTH_NONE)
		return true;
	if (need == AUTH_FLASHBACK)
		return check_flashback(r);
	if (!check_headers(r, need))
		return false;
	switch (need) {
	case AUTH_MANAGEMENT:
		return check_management(r);
	case AUTH_MFA:
		return check_mfa(r);
	case AUTH_USER:
	case AUTH_USER_OR_MFA:
		if ((user = check_user(r)) != 0)
			return user > 0;
		if (need == AUTH_USER_OR_MFA &&
		    (r->state->switches[SWITCH_MFA_ON_V3] != 0 ||
			strncmp(r->path, "/api/v2/", 8) == 0))
			return check_mfa(r);
		return refuse(r, 401, 2020, "not signed in");
	case AUTH_NONE:
	case AUTH_APP:
	case AUTH_FLASHBACK:
		break;
	}
	return true;
}
