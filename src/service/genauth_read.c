/*
 * Turns the data of GenAuth's replies into persons, challenges and a yes. A
 * reply that lacks something, says it twice or speaks of somebody else is
 * none.
 */
#include "service/genauth_read.h"

#include <string.h>
#include <strings.h>

#include "base/log.h"

enum { RECOVERY_MAX = 128 };

/* The reply's names for the ways to name a person, section 5.1. */
static const struct {
	const char *id_type, *member;
	bool any_case;
} id_members[] = {
    {"user_id", "userId", false},
    {"external_id", "externalId", false},
    {"username", "username", true},
    {"email", "email", true},
};

/* Indexed by enum factor where the policy is one: section 3.5. */
static const char *const policies[] = {
    [FACTOR_OTP] = "OTP",
    [FACTOR_SMS] = "SMS",
    [FACTOR_EMAIL] = "EMAIL",
};

enum { POLICY_COUNT = sizeof(policies) / sizeof(*policies) };

enum err
genauth_other_person(const char *what)
{
	log_write(LOG_ALERT, "genauth: %s answered for another person", what);
	return ERR_OTHER_PERSON;
}

enum err
genauth_read_same_name(
    const struct json *data, const char *id_type, const char *id)
{
	for (size_t i = 0; i < sizeof(id_members) / sizeof(*id_members); i++) {
		const char *got = NULL;
		enum err e;

		if (strcmp(id_members[i].id_type, id_type) != 0)
			continue;
		e = json_get_optional_text(data, id_members[i].member, &got);
		if (e != ERR_OK || got == NULL)
			return e;
		if ((id_members[i].any_case ? strcasecmp : strcmp)(
			got, id) != 0)
			return genauth_other_person("the record of a person");
	}
	return ERR_OK;
}

enum err
genauth_read_person(const struct json *data, const char *id_type,
    const char *directory_id, struct person *out)
{
	const char *id = NULL, *status = NULL;
	enum err e;

	if (json_get_text(data, "userId", &id) != ERR_OK ||
	    json_get_text(data, "status", &status) != ERR_OK ||
	    !genauth_token_is_sane(id, PERSON_ID_MAX - 1))
		return ERR_REPLY;
	if ((e = genauth_read_same_name(
	    data, id_type, directory_id)) != ERR_OK)
		return e;
	if (strcmp(status, "Activated") != 0)
		return ERR_INACTIVE_PERSON;
	memcpy(out->id, id, strlen(id) + 1);
	return ERR_OK;
}

enum err
genauth_read_text(
    const struct json *data, const char *name, char *out, size_t size)
{
	const char *text = NULL;

	if (json_get_optional_text(data, name, &text) != ERR_OK)
		return ERR_REPLY;
	if (text == NULL)
		text = "";
	if (strlen(text) >= size)
		return ERR_REPLY;
	memcpy(out, text, strlen(text) + 1);
	return ERR_OK;
}

/* What the person has: only `mfaToken` and `applicationMfa` are always
 * there, section 3.5. */
static enum err
read_bound(const struct json *data, struct challenge *c, unsigned *bound)
{
	bool otp = false;

	if (!json_is_absent(data, "totpMfaEnabled") &&
	    json_get_bool(data, "totpMfaEnabled", &otp) != ERR_OK)
		return ERR_REPLY;
	if (genauth_read_text(data, "mfaPhone", c->phone, sizeof(c->phone)) !=
		ERR_OK ||
	    genauth_read_text(data, "mfaPhoneCountryCode", c->phone_country,
		sizeof(c->phone_country)) != ERR_OK ||
	    genauth_read_text(data, "mfaEmail", c->email, sizeof(c->email)) !=
		ERR_OK)
		return ERR_REPLY;
	*bound = (otp ? FACTOR_BIT(FACTOR_OTP) : 0) |
	    (c->phone[0] != '\0' ? FACTOR_BIT(FACTOR_SMS) : 0) |
	    (c->email[0] != '\0' ? FACTOR_BIT(FACTOR_EMAIL) : 0);
	return ERR_OK;
}

static enum factor
find_policy(const char *name)
{
	for (unsigned f = 0; f < POLICY_COUNT; f++)
		if (strcmp(policies[f], name) == 0)
			return (enum factor)f;
	return FACTOR_COUNT;
}

/* What the application allows, of what is bound; the lowest `sort` first. */
static enum err
read_factors(const struct json *data, struct challenge *c)
{
	const struct json *list = NULL;
	unsigned bound = 0, seen = 0;
	int lowest = 0;

	if (read_bound(data, c, &bound) != ERR_OK ||
	    json_get_array(data, "applicationMfa", &list) != ERR_OK)
		return ERR_REPLY;
	for (size_t i = 0, n = json_array_size(list); i < n; i++) {
		const struct json *item = json_array_item(list, i);
		const char *policy = NULL;
		int status = 0, sort = 0;
		enum factor f;

		if (json_get_text(item, "mfaPolicy", &policy) != ERR_OK)
			return ERR_REPLY;
		/* One we do not offer may look as it likes. */
		if ((f = find_policy(policy)) == FACTOR_COUNT)
			continue;
		if (json_get_int(item, "status", &status) != ERR_OK ||
		    json_get_int(item, "sort", &sort) != ERR_OK)
			return ERR_REPLY;
		if (seen & FACTOR_BIT(f))
			return ERR_REPLY;
		seen |= FACTOR_BIT(f);
		if (status != 1 || !(bound & FACTOR_BIT(f)))
			continue;
		if (c->bound == 0 || sort < lowest) {
			c->first = f;
			lowest = sort;
		}
		c->bound |= FACTOR_BIT(f);
	}
	/* The recovery code belongs to the authenticator. */
	if (c->bound & FACTOR_BIT(FACTOR_OTP))
		c->bound |= FACTOR_BIT(FACTOR_RECOVERY);
	return ERR_OK;
}

/* Where the mfaToken says whose it is, that is this person. */
static enum err
check_token_owner(
    struct service *s, const char *token, const struct person *who)
{
	struct json *payload = NULL;
	const struct json *data = NULL;
	const char *id = NULL, *pool = NULL;
	enum err e = genauth_jwt_payload(token, &payload);

	if (e == ERR_MEMORY)
		return e;
	e = ERR_OK;
	if (payload == NULL || json_is_absent(payload, "data"))
		goto out;
	if (json_get_object(payload, "data", &data) != ERR_OK) {
		e = ERR_REPLY;
		goto out;
	}
	if (!json_is_absent(data, "userId")) {
		if (json_get_text(data, "userId", &id) != ERR_OK)
			e = ERR_REPLY;
		else if (strcmp(id, who->id) != 0)
			e = genauth_other_person("get-mfa-trigger-data");
	}
	/* Signed calls bring no token that would name the pool. */
	if (e == ERR_OK && s->pool_id[0] == '\0' &&
	    json_get_text(data, "userPoolId", &pool) == ERR_OK &&
	    genauth_token_is_sane(pool, PERSON_ID_MAX - 1))
		memcpy(s->pool_id, pool, strlen(pool) + 1);
out:
	json_free(&payload);
	return e;
}

enum err
genauth_read_challenge(struct service *s, const struct json *data,
    const struct person *who, struct challenge *out)
{
	const char *token = NULL;
	enum err e;

	if (json_get_text(data, "mfaToken", &token) != ERR_OK ||
	    !genauth_token_is_sane(token, out->token.max))
		return ERR_REPLY;
	if ((e = check_token_owner(s, token, who)) != ERR_OK ||
	    (e = read_factors(data, out)) != ERR_OK)
		return e;
	return buf_add_text(&out->token, token);
}

/* A yes is one only with the person's own id beside it. */
enum err
genauth_read_yes(const struct genauth_reply *reply,
    const struct person *who, struct buf *new_recovery)
{
	const char *id = NULL, *recovery = NULL;

	if (json_get_text(reply->data, "id", &id) != ERR_OK ||
	    json_get_optional_text(reply->root, "recoveryCode", &recovery) !=
		ERR_OK)
		return ERR_REPLY;
	if (who->id[0] == '\0' || strcmp(id, who->id) != 0)
		return genauth_other_person("the verification");
	if (recovery == NULL)
		return ERR_OK;
	if (!genauth_token_is_sane(recovery, RECOVERY_MAX))
		return ERR_REPLY;
	return buf_add_text(new_recovery, recovery);
}

enum err
genauth_read_subject(const char *token, struct person *out)
{
	struct json *claims = NULL;
	const char *id = NULL;
	enum err e = genauth_jwt_payload(token, &claims);

	out->id[0] = '\0';
	if (e == ERR_REPLY) /* an opaque token */
		return ERR_OK;
	if (e == ERR_OK)
		e = json_get_optional_text(claims, "sub", &id);
	if (e == ERR_OK && id != NULL) {
		if (genauth_token_is_sane(id, sizeof(out->id) - 1))
			memcpy(out->id, id, strlen(id) + 1);
		else
			e = ERR_REPLY;
	}
	json_free(&claims);
	return e;
}

enum err
genauth_read_tokens(const struct json *data, const char *what,
    struct person *owner, struct buf *token)
{
	const char *access = NULL, *id = NULL;
	struct person first = {.id = ""}, same = {.id = ""};
	enum err e;

	if (json_get_text(data, "access_token", &access) != ERR_OK ||
	    !genauth_token_is_sane(access, token->max - 1))
		return ERR_REPLY;
	/* it lives, so it is there to be revoked whatever else is wrong */
	if ((e = buf_add_text(token, access)) != ERR_OK ||
	    (e = genauth_read_subject(access, &first)) != ERR_OK ||
	    (e = json_get_optional_text(data, "id_token", &id)) != ERR_OK)
		return e;
	if (id != NULL && (e = genauth_read_subject(id, &same)) != ERR_OK)
		return e;
	if (first.id[0] != '\0' && same.id[0] != '\0' &&
	    strcmp(first.id, same.id) != 0)
		return genauth_other_person(what);
	*owner = first.id[0] != '\0' ? first : same;
	return ERR_OK;
}

enum err
genauth_read_login_token(const struct genauth_reply *reply,
    const struct person *who, struct buf *out)
{
	struct person owner;
	const char *token = NULL;
	enum err e;

	if (json_get_text(reply->data, "token", &token) != ERR_OK ||
	    !genauth_token_is_sane(token, out->max))
		return ERR_REPLY;
	/* it lives: whoever wants it has to end it, even if it is wrong */
	if ((e = buf_add_text(out, token)) != ERR_OK ||
	    (e = genauth_read_subject(token, &owner)) != ERR_OK)
		return e;
	if (owner.id[0] != '\0' && strcmp(owner.id, who->id) != 0)
		return genauth_other_person("the verification");
	return ERR_OK;
}
