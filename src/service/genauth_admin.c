/*
 * Turns an administrator's steps over a person into GenAuth requests: find,
 * what is bound, unbind, remove a contact, end sessions. Reads nothing back
 * and asks nobody: see src/mfa. (Sections 5.1 and 5.2 of GenAuth's API.)
 */
#include "service/admin.h"

#include <string.h>

#include "base/text.h"
#include "service/genauth_call.h"
#include "service/genauth_read.h"

enum { PATH_MAX_BYTES = 1024 };

/* Where get-user-mfa-info and mfa-bound say it. */
static const struct {
	const char *info, *bound;
} members[BINDING_COUNT] = {
    [BINDING_OTP] = {"totpStatus", "OTP"},
    [BINDING_SMS] = {"smsMfaStatus", NULL},
    [BINDING_EMAIL] = {"emailMfaStatus", NULL},
    [BINDING_FACE] = {"faceMfaStatus", "FACE"},
};

/* A call that names somebody the service does not know. */
static enum err
perform(struct service *s, const struct genauth_call *c,
    struct genauth_reply *reply)
{
	enum err e = genauth_perform(s, c, reply);

	if (reply->code == 2004 || (e == ERR_REPLY && reply->status == 404))
		return ERR_UNKNOWN_PERSON;
	return e;
}

/* An id goes into paths: "." and ".." would name another one. */
static bool
id_is_usable(const char *id)
{
	return genauth_token_is_sane(id, PERSON_ID_MAX - 1) &&
	    strcmp(id, ".") != 0 && strcmp(id, "..") != 0;
}

/* Text that is only shown: a name may be cut, but not missing for that. */
static void
read_shown(const struct json *data, const char *name, char *out, size_t size)
{
	const char *text = NULL;

	if (out[0] == '\0' && json_get_text(data, name, &text) == ERR_OK)
		(void)text_clean(out, size, text);
}

static enum err
read_account(const struct json *data, struct account *a)
{
	const char *id = NULL;

	if (json_get_text(data, "userId", &id) != ERR_OK ||
	    !id_is_usable(id) ||
	    genauth_read_text(data, "username", a->username,
		sizeof(a->username)) != ERR_OK ||
	    genauth_read_text(
		data, "status", a->status, sizeof(a->status)) != ERR_OK ||
	    genauth_read_text(
		data, "phone", a->phone, sizeof(a->phone)) != ERR_OK ||
	    genauth_read_text(data, "phoneCountryCode", a->phone_country,
		sizeof(a->phone_country)) != ERR_OK ||
	    genauth_read_text(
		data, "email", a->email, sizeof(a->email)) != ERR_OK)
		return ERR_REPLY;
	memcpy(a->id, id, strlen(id) + 1);
	read_shown(data, "name", a->name, sizeof(a->name));
	read_shown(data, "nickname", a->name, sizeof(a->name));
	read_shown(data, "lastMfaTime", a->last_mfa, sizeof(a->last_mfa));
	return ERR_OK;
}

static enum err
admin_find_person(struct service *s, const char *directory_id,
    const char *id_type, struct account *out)
{
	const struct genauth_param params[] = {
	    {"userId", directory_id},
	    {"userIdType", id_type},
	    {NULL, NULL},
	};
	const struct genauth_call call = {
	    .method = "GET",
	    .base = s->settings->management_url,
	    .path = "/api/v3/get-user",
	    .params = params,
	    .auth = GENAUTH_MANAGEMENT,
	    .repeatable = true,
	};
	struct genauth_reply reply = {0};
	struct account account = {.id = ""};
	enum err e = perform(s, &call, &reply);

	if (e == ERR_OK)
		e = genauth_read_same_name(reply.data, id_type, directory_id);
	if (e == ERR_OK)
		e = read_account(reply.data, &account);
	if (e == ERR_OK)
		*out = account;
	genauth_reply_clear(&reply);
	return e;
}

/* "enabled" or "disabled"; missing is not known. */
static enum err
read_info(const struct json *data, struct bindings *b)
{
	for (unsigned i = 0; i < BINDING_COUNT; i++) {
		const char *word = NULL;

		if (json_get_optional_text(
			data, members[i].info, &word) != ERR_OK)
			return ERR_REPLY;
		if (word == NULL)
			continue;
		if (strcmp(word, "enabled") == 0)
			b->info[i] = BOUND_YES;
		else if (strcmp(word, "disabled") == 0)
			b->info[i] = BOUND_NO;
		else
			return ERR_REPLY;
	}
	return ERR_OK;
}

static enum err
read_bound(const struct json *data, struct bindings *b)
{
	for (unsigned i = 0; i < BINDING_COUNT; i++) {
		bool bound = false;

		if (members[i].bound == NULL ||
		    json_is_absent(data, members[i].bound))
			continue;
		if (json_get_bool(data, members[i].bound, &bound) != ERR_OK)
			return ERR_REPLY;
		b->bound[i] = bound ? BOUND_YES : BOUND_NO;
	}
	return ERR_OK;
}

/* The v2 path about one person; the id is data, whatever it holds. */
static enum err
add_bound_path(const struct account *who, struct buf *path)
{
	enum err e;

	if ((e = buf_add_text(path, "/api/v2/users/")) == ERR_OK &&
	    (e = text_percent_encode(who->id, path)) == ERR_OK)
		e = buf_add_text(path, "/mfa-bound");
	return e;
}

static enum err
ask_info(struct service *s, const struct account *who, struct bindings *b)
{
	const struct genauth_param params[] = {
	    {"userId", who->id},
	    {"userIdType", "user_id"},
	    {NULL, NULL},
	};
	const struct genauth_call call = {
	    .method = "GET",
	    .base = s->settings->management_url,
	    .path = "/api/v3/get-user-mfa-info",
	    .params = params,
	    .auth = GENAUTH_MANAGEMENT,
	    .repeatable = true,
	};
	struct genauth_reply reply = {0};
	enum err e = perform(s, &call, &reply);

	if (e == ERR_OK)
		e = json_is_object(reply.data) ? read_info(reply.data, b)
					       : ERR_REPLY;
	genauth_reply_clear(&reply);
	return e;
}

static enum err
ask_bound(struct service *s, const struct account *who, struct bindings *b)
{
	const struct genauth_param params[] = {{NULL, NULL}};
	struct buf path = BUF_INIT(PATH_MAX_BYTES);
	struct genauth_call call = {
	    .method = "GET",
	    .base = s->settings->management_url,
	    .params = params,
	    .auth = GENAUTH_MANAGEMENT,
	    .repeatable = true,
	};
	struct genauth_reply reply = {0};
	enum err e = add_bound_path(who, &path);

	call.path = buf_text(&path);
	if (e == ERR_OK)
		e = perform(s, &call, &reply);
	if (e == ERR_OK)
		e = json_is_object(reply.data) ? read_bound(reply.data, b)
					       : ERR_REPLY;
	genauth_reply_clear(&reply);
	buf_clear(&path);
	return e;
}

static enum err
admin_bindings(
    struct service *s, const struct account *who, struct bindings *out)
{
	struct bindings b = {.info = {BOUND_UNKNOWN}};
	enum err e = ask_info(s, who, &b);

	if (e == ERR_OK)
		e = ask_bound(s, who, &b);
	if (e == ERR_OK)
		*out = b;
	return e;
}

static enum err
admin_unbind(
    struct service *s, const struct account *who, enum binding which)
{
	const struct genauth_param params[] = {
	    {"type", binding_names[which]},
	    {NULL, NULL},
	};
	struct buf path = BUF_INIT(PATH_MAX_BYTES);
	struct genauth_call call = {
	    .method = "DELETE",
	    .base = s->settings->management_url,
	    .params = params,
	    .auth = GENAUTH_MANAGEMENT,
	};
	struct genauth_reply reply = {0};
	enum err e;

	if (members[which].bound == NULL)
		return ERR_NO_FACTOR;
	e = add_bound_path(who, &path);
	call.path = buf_text(&path);
	if (e == ERR_OK)
		e = perform(s, &call, &reply);
	genauth_reply_clear(&reply);
	buf_clear(&path);
	return e;
}

/* How a contact is cleared is not documented (section 10 no. 15): null, and
 * whether it helped is for the caller to read back. */
static enum err
admin_remove_contact(
    struct service *s, const struct account *who, enum binding which)
{
	const struct genauth_param params[] = {
	    {"userId", who->id},
	    {which == BINDING_SMS ? "phone" : "email", "null"},
	    {"options", "{\"userIdType\":\"user_id\"}"},
	    {NULL, NULL},
	};
	const struct genauth_call call = {
	    .method = "POST",
	    .base = s->settings->management_url,
	    .path = "/api/v3/update-user",
	    .params = params,
	    .json_params = 1u << 1 | 1u << 2,
	    .auth = GENAUTH_MANAGEMENT,
	};
	struct genauth_reply reply = {0};
	enum err e;

	if (which != BINDING_SMS && which != BINDING_EMAIL)
		return ERR_NO_FACTOR;
	e = perform(s, &call, &reply);
	if (e == ERR_OK)
		e = genauth_read_same_name(reply.data, "user_id", who->id);
	genauth_reply_clear(&reply);
	return e;
}

static enum err
print_app_ids(const char *app_id, struct buf *out)
{
	struct json *array = json_new_array();
	enum err e;

	json_add_text(array, app_id);
	e = json_print(array, out);
	json_free(&array);
	return e;
}

static enum err
admin_kick(struct service *s, const struct account *who)
{
	struct buf apps = BUF_INIT(PATH_MAX_BYTES);
	enum err e = print_app_ids(s->settings->app_id, &apps);
	const struct genauth_param params[] = {
	    {"appIds", buf_text(&apps)},
	    {"userId", who->id},
	    {"options", "{\"userIdType\":\"user_id\"}"},
	    {NULL, NULL},
	};
	const struct genauth_call call = {
	    .method = "POST",
	    .base = s->settings->management_url,
	    .path = "/api/v3/kick-users",
	    .params = params,
	    .json_params = 1u << 0 | 1u << 2,
	    .auth = GENAUTH_MANAGEMENT,
	};
	struct genauth_reply reply = {0};
	bool success = false;

	if (e == ERR_OK)
		e = perform(s, &call, &reply);
	if (e == ERR_OK &&
	    (json_get_bool(reply.data, "success", &success) != ERR_OK ||
		!success))
		e = ERR_REPLY;
	genauth_reply_clear(&reply);
	buf_clear(&apps);
	return e;
}

const struct admin admin_genauth = {
    .provider = "genauth",
    .find = admin_find_person,
    .bindings = admin_bindings,
    .unbind = admin_unbind,
    .remove_contact = admin_remove_contact,
    .kick = admin_kick,
};
