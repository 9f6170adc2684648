/*
 * Turns a seed file into users and credentials. Strict: a name it does not
 * know or a value that does not fit is an error, so a typo cannot hide.
 */
#include "emulator/seed.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/crypto.h"

enum { SEED_MAX = 1024 * 1024 };

static const char built_in[] = {
#include "seed_bytes.inc"
    0};

struct field {
	const char *name;
	size_t offset, size;
};

#define USER_FIELD(name, member) \
	{name, offsetof(struct user, member), \
	    sizeof(((struct user *)NULL)->member)}
#define STATE_FIELD(name, member) \
	{name, offsetof(struct state, member), \
	    sizeof(((struct state *)NULL)->member)}

static const struct field user_fields[] = {
    USER_FIELD("userId", id),
    USER_FIELD("username", username),
    USER_FIELD("nickname", nickname),
    USER_FIELD("password", password),
    USER_FIELD("status", status),
    USER_FIELD("phone", phone),
    USER_FIELD("phoneCountryCode", country),
    USER_FIELD("email", email),
    USER_FIELD("externalId", external_id),
    USER_FIELD("otpSecret", otp_secret),
    USER_FIELD("recoveryCode", recovery),
    USER_FIELD("flashbackToken", flashback_token),
    USER_FIELD("flashbackRole", flashback_role),
    {NULL, 0, 0},
};
static const struct field state_fields[] = {
    STATE_FIELD("userPoolId", pool),
    STATE_FIELD("appId", app),
    STATE_FIELD("appSecret", app_secret),
    STATE_FIELD("accessKeyId", key_id),
    STATE_FIELD("accessKeySecret", key_secret),
    {NULL, 0, 0},
};

static bool
bad(const char *what, const char *name)
{
	fprintf(stderr, "genauth-emulator: seed: %s: %s\n", what, name);
	return false;
}

static bool
take(void *base, const struct field *fields, const cJSON *item)
{
	for (; fields->name != NULL; fields++)
		if (strcmp(fields->name, item->string) == 0)
			break;
	if (fields->name == NULL)
		return bad("unknown member", item->string);
	if (!cJSON_IsString(item) ||
	    strlen(item->valuestring) >= fields->size)
		return bad("not a string, or too long", item->string);
	strcpy((char *)base + fields->offset, item->valuestring);
	return true;
}

static bool
load_user(struct state *s, const cJSON *json)
{
	static const char *const states[] = {"Activated", "Suspended",
	    "Deactivated", "Resigned", "Archived"};
	struct user *u = &s->users[s->user_count];
	const cJSON *item;
	char code[7];
	int i;

	strcpy(u->status, "Activated");
	strcpy(u->country, "+86");
	u->flashback_mfa = true;
	cJSON_ArrayForEach(item, json)
	{
		if (!take(u, user_fields, item))
			return false;
	}
	if (*u->username == '\0')
		return bad("user without a name", "users");
	if (*u->id == '\0')
		crypto_random_hex(u->id, 24);
	if (strlen(u->id) < 24)
		return bad("userId shorter than 24 characters", u->username);
	if (*u->otp_secret != '\0' && !crypto_totp(u->otp_secret, 1, code))
		return bad("otpSecret is no base32", u->username);
	for (i = 0; i < 5 && strcmp(u->status, states[i]) != 0; i++)
		;
	if (i == 5)
		return bad("status is not one of the five", u->username);
	if (state_user(s, u->username, "username") != NULL ||
	    state_user(s, u->id, "user_id") != NULL)
		return bad("user given twice", u->username);
	s->user_count++;
	return true;
}

static bool
load_users(struct state *s, const cJSON *list)
{
	const cJSON *item;

	if (!cJSON_IsArray(list) || s->users != NULL)
		return bad("not a list, or given twice", "users");
	s->users = calloc((size_t)cJSON_GetArraySize(list) + 1,
	    sizeof(*s->users));
	if (s->users == NULL)
		return bad("out of memory", "users");
	cJSON_ArrayForEach(item, list)
	{
		if (!load_user(s, item))
			return false;
	}
	return true;
}

static bool
load_factors(struct state *s, const cJSON *list)
{
	static const char *const names[] = {"OTP", "SMS", "EMAIL"};
	const cJSON *item;
	unsigned i;

	s->factors = 0;
	cJSON_ArrayForEach(item, list)
	{
		for (i = 0; i < 3; i++)
			if (cJSON_IsString(item) &&
			    strcmp(item->valuestring, names[i]) == 0)
				break;
		if (i == 3)
			return bad("OTP, SMS or EMAIL", "enabledFactors");
		s->factors |= 1u << i;
	}
	return true;
}

static bool
load(struct state *s, const cJSON *json)
{
	const cJSON *item;

	if (!cJSON_IsObject(json))
		return bad("not a JSON object", "seed");
	s->factors = FACTOR_OTP | FACTOR_SMS | FACTOR_EMAIL;
	crypto_random_hex(s->pool, 24);
	crypto_random_hex(s->app, 24);
	crypto_random_hex(s->key_id, 24);
	crypto_random_hex(s->app_secret, 32);
	crypto_random_hex(s->key_secret, 32);
	cJSON_ArrayForEach(item, json)
	{
		bool right = strcmp(item->string, "users") == 0
		    ? load_users(s, item)
		    : strcmp(item->string, "enabledFactors") == 0
		    ? load_factors(s, item)
		    : take(s, state_fields, item);

		if (!right)
			return false;
	}
	return s->users != NULL || bad("missing", "users");
}

static char *
read_file(const char *path)
{
	FILE *in = fopen(path, "re");
	char *text;
	size_t len;

	if (in == NULL) {
		perror(path);
		return NULL;
	}
	if ((text = malloc(SEED_MAX + 1)) != NULL) {
		len = fread(text, 1, SEED_MAX, in);
		text[len] = '\0';
	}
	fclose(in);
	return text;
}

bool
seed_load(struct state *s, const char *path)
{
	char *text = path == NULL ? strdup(built_in) : read_file(path);
	cJSON *json;
	bool right;

	if (text == NULL)
		return false;
	json = cJSON_ParseWithOpts(text, NULL, true);
	right = load(s, json);
	cJSON_Delete(json);
	free(text);
	return right;
}

bool
seed_people(struct state *s, unsigned long count)
{
	struct user *users = reallocarray(s->users, s->user_count + count,
	    sizeof(*users)), *u;

	if (users == NULL)
		return bad("out of memory", "people");
	s->users = users;
	for (unsigned long i = 1; i <= count; i++) {
		u = &users[s->user_count++];
		memset(u, 0, sizeof(*u));
		snprintf(u->id, sizeof(u->id), "65b000000000000000%06lu", i);
		snprintf(u->username, sizeof(u->username), "person%05lu", i);
		strcpy(u->status, "Activated");
		strcpy(u->country, "+86");
		strcpy(u->otp_secret, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");
	}
	return true;
}
