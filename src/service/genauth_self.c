/*
 * Turns a person's steps over their own factors into GenAuth requests: list,
 * reset, unbind a contact. Reads nothing back and asks nobody: see src/mfa.
 * Enrolling is in genauth_enroll.c, signing in in genauth_signin.c.
 */
#include "service/self_private.h"

#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "service/genauth_read.h"

/* What a refusal means where it means the same for all these calls. */
static enum err
read_refusal(enum err e, const struct genauth_reply *r)
{
	int status = r->status != 0 ? r->status : r->http_status;

	switch (r->code) {
	case 2001: /* wrong SMS or e-mail code */
	case 6001: /* wrong authenticator code */
	case 6003: /* none */
		return ERR_WRONG_CODE;
	case 2020:
	case 2021:
		return ERR_CREDENTIAL;
	case 2080:
		return ERR_TOO_SOON;
	default:
		break;
	}
	if ((e != ERR_REPLY && e != ERR_CREDENTIAL) || status == 401)
		return e;
	if (status == 404)
		return ERR_NO_FACTOR;
	if (status == 422)
		return ERR_TOO_SOON;
	/* an envelope that says no, not one that cannot be read */
	return r->status >= 400 && r->status <= 499 ? ERR_DECLINED : e;
}

enum err
self_perform(struct self *me, const struct genauth_call *c,
    struct genauth_reply *reply)
{
	const char *message = NULL;
	enum err e = genauth_perform(me->service, c, reply);

	me->why = NULL;
	me->said[0] = '\0';
	if (e == ERR_OK)
		return e;
	if (json_get_text(reply->root, "message", &message) == ERR_OK)
		(void)text_clean(me->said, sizeof(me->said), message);
	return read_refusal(e, reply);
}

enum err
self_post(struct self *me, const char *path,
    const struct genauth_param *params, unsigned json_params)
{
	const struct genauth_call call = {
	    .method = "POST",
	    .base = me->service->settings->app_url,
	    .path = path,
	    .params = params,
	    .json_params = json_params,
	    .auth = GENAUTH_PERSON,
	    .mfa_token = &me->token,
	};
	struct genauth_reply reply = {0};
	enum err e = self_perform(me, &call, &reply);

	genauth_reply_clear(&reply);
	return e;
}

static enum err
read_word(const struct json *data, const char *name, char *out, size_t size)
{
	const char *text = NULL;

	if (json_get_text(data, name, &text) != ERR_OK ||
	    !genauth_token_is_sane(text, size - 1))
		return ERR_REPLY;
	memcpy(out, text, strlen(text) + 1);
	return ERR_OK;
}

static enum err
read_factor(const struct json *data, struct own_factor *out)
{
	const struct json *profile = NULL;

	*out = (struct own_factor){.id = ""};
	if (read_word(data, "factorId", out->id, sizeof(out->id)) != ERR_OK ||
	    read_word(data, "factorType", out->type, sizeof(out->type)) !=
		ERR_OK)
		return ERR_REPLY;
	if (json_is_absent(data, "profile"))
		return ERR_OK;
	if (json_get_object(data, "profile", &profile) != ERR_OK ||
	    genauth_read_text(profile, "phoneNumber", out->phone,
		sizeof(out->phone)) != ERR_OK ||
	    genauth_read_text(profile, "phoneCountryCode", out->phone_country,
		sizeof(out->phone_country)) != ERR_OK ||
	    genauth_read_text(
		profile, "email", out->email, sizeof(out->email)) != ERR_OK)
		return ERR_REPLY;
	return ERR_OK;
}

static enum err
add_factor(const struct json *data, struct own_factors *out)
{
	struct own_factor *f = &out->list[out->count];

	if (out->count == OWN_FACTORS_MAX || read_factor(data, f) != ERR_OK)
		return ERR_REPLY;
	for (size_t i = 0; i < out->count; i++)
		if (strcmp(out->list[i].id, f->id) == 0)
			return ERR_REPLY;
	out->count++;
	return ERR_OK;
}

/* An array by the type, a single object in the documents' sample. */
static enum err
read_factors(const struct genauth_reply *reply, struct own_factors *out)
{
	const struct json *list = NULL;
	enum err e = ERR_OK;

	if (reply->data != NULL)
		return add_factor(reply->data, out);
	if (json_get_array(reply->root, "data", &list) != ERR_OK)
		return ERR_REPLY;
	for (size_t i = 0, n = json_array_size(list); e == ERR_OK && i < n; i++)
		e = add_factor(json_array_item(list, i), out);
	return e;
}

enum err
self_list(struct self *me, struct own_factors *out)
{
	static const struct genauth_param none[] = {{NULL, NULL}};
	const struct genauth_call call = {
	    .method = "GET",
	    .base = me->service->settings->app_url,
	    .path = "/api/v3/list-enrolled-factors",
	    .params = none,
	    .auth = GENAUTH_PERSON,
	    .mfa_token = &me->token,
	    .repeatable = true,
	};
	struct genauth_reply reply = {0};
	struct own_factors factors = {.count = 0};
	enum err e = self_perform(me, &call, &reply);

	if (e == ERR_OK)
		e = read_factors(&reply, &factors);
	if (e == ERR_OK)
		*out = factors;
	genauth_reply_clear(&reply);
	return e;
}

enum err
self_get(struct self *me, const char *id, struct own_factor *out)
{
	const struct genauth_param params[] = {{"factorId", id}, {NULL, NULL}};
	const struct genauth_call call = {
	    .method = "GET",
	    .base = me->service->settings->app_url,
	    .path = "/api/v3/get-factor",
	    .params = params,
	    .auth = GENAUTH_PERSON,
	    .mfa_token = &me->token,
	    .repeatable = true,
	};
	struct genauth_reply reply = {0};
	struct own_factor factor;
	enum err e = self_perform(me, &call, &reply);

	if (e == ERR_OK)
		e = read_factor(reply.data, &factor);
	if (e == ERR_OK && strcmp(factor.id, id) != 0)
		e = ERR_REPLY;
	if (e == ERR_OK)
		*out = factor;
	genauth_reply_clear(&reply);
	return e;
}

enum err
self_reset(struct self *me, const char *id)
{
	const struct genauth_param params[] = {{"factorId", id}, {NULL, NULL}};

	return self_post(me, "/api/v3/reset-factor", params, 0);
}

enum err
self_send_unbind(struct self *me, const struct contact *contact)
{
	bool sms = contact->factor == FACTOR_SMS;
	const struct genauth_param params[] = {
	    {"channel", sms ? "CHANNEL_UNBIND_PHONE" : "CHANNEL_UNBIND_EMAIL"},
	    {sms ? "phoneNumber" : "email", contact->address},
	    {"phoneCountryCode",
		contact->country[0] != '\0' ? contact->country : NULL},
	    {NULL, NULL},
	};
	const struct genauth_call call = {
	    .method = "POST",
	    .base = me->service->settings->app_url,
	    .path = sms ? "/api/v3/send-sms" : "/api/v3/send-email",
	    .params = params,
	    .auth = GENAUTH_APP,
	};
	struct genauth_reply reply = {0};
	enum err e = self_perform(me, &call, &reply);

	genauth_reply_clear(&reply);
	return e;
}

enum err
self_unbind(
    struct self *me, const struct contact *contact, const struct buf *code)
{
	bool sms = contact->factor == FACTOR_SMS;
	const struct genauth_param params[] = {
	    {"passCode", buf_text(code)}, {NULL, NULL}};
	enum err e = self_post(me, sms ? "/api/v3/unbind-phone"
				  : "/api/v3/unbind-email", params, 0);

	/* With which code it refuses this is not documented (section 3.2). */
	if (e == ERR_DECLINED)
		me->why = sms
		    ? N_("it does not unbind a phone that is the last way to "
		      "sign in: bind an e-mail address first")
		    : N_("it does not unbind an e-mail address that is the last "
		      "way to sign in: bind a phone first");
	return e;
}
