/*
 * Turns an account into a question on its owner's phone, and what the phone
 * says into an answer. Does not wait: who polls says how often. (Section 3.6
 * of GenAuth's API.)
 */
#include "service/genauth_push.h"

#include <string.h>

#include "base/log.h"
#include "service/genauth_read.h"
#include "service/genauth_signin.h"

enum { TOKEN_MAX_BYTES = 8192, REVOKE_MS = 3000 };

/* Sane times to answer a push: less is useless, more is not believed. */
enum { LIFE_MIN_S = 1, LIFE_MAX_S = 3600 };

/* What the phone has said. Any other word is none. */
static const struct {
	const char *status;
	enum err err;
	enum answer answer;
} statuses[] = {
    {"PUSHED", ERR_OK, ANSWER_WAIT},
    {"AUTHORIZED", ERR_OK, ANSWER_YES},
    {"CANCELLED", ERR_OK, ANSWER_NO},
    {"EXPIRED", ERR_EXPIRED, ANSWER_NO},
    {"ERROR", ERR_REPLY, ANSWER_NO}, /* of what kind it does not say */
};

/* It answered, and says no to just this person. With which codes is not
 * documented, but for 2004. */
static enum err
read_refusal(enum err e, const struct genauth_reply *reply)
{
	if (reply->code == 2004)
		return ERR_UNKNOWN_PERSON;
	if (e != ERR_REPLY)
		return e;
	switch (reply->status) {
	case 404:
		return ERR_UNKNOWN_PERSON;
	case 422:
		return ERR_TOO_SOON;
	case 499:
		return ERR_NO_FACTOR;
	default:
		return e;
	}
}

static enum err
read_push(const struct json *data, struct push *out)
{
	const char *id = NULL;
	int life_s = 0;

	if (json_get_text(data, "pushCodeId", &id) != ERR_OK ||
	    json_get_int(data, "expireTime", &life_s) != ERR_OK ||
	    !genauth_token_is_sane(id, sizeof(out->id) - 1) ||
	    life_s < LIFE_MIN_S || life_s > LIFE_MAX_S)
		return ERR_REPLY;
	memcpy(out->id, id, strlen(id) + 1);
	out->life_s = life_s;
	return ERR_OK;
}

enum err
genauth_push(struct service *s, const char *directory_id, struct push *out)
{
	const struct genauth_param params[] = {
	    {"account", directory_id}, {NULL, NULL}};
	const struct genauth_call call = {
	    .method = "POST",
	    .base = s->settings->app_url,
	    .path = "/api/v3/signin-by-push",
	    .params = params,
	    .auth = GENAUTH_APP,
	};
	struct genauth_reply reply = {0};
	enum err e = genauth_perform(s, &call, &reply);

	*out = (struct push){.id = ""};
	e = e == ERR_OK ? read_push(reply.data, out) : read_refusal(e, &reply);
	genauth_reply_clear(&reply);
	return e;
}

/* The login does not hang on it, and is not told: the reply that it is about
 * stays the last one. */
static void
revoke(struct service *s, const struct buf *token)
{
	const struct deadline *deadline = s->deadline;
	char id[REQUEST_ID_MAX];
	int wait_s = s->wait_s;
	struct deadline own;
	enum err e;

	memcpy(id, s->request_id, sizeof(id));
	/* the time for it is not the login's */
	deadline_start(&own, deadline->clock, REVOKE_MS);
	s->deadline = &own;
	e = genauth_sign_out(s, token);
	s->deadline = deadline;
	if (e != ERR_OK)
		log_write(LOG_WARNING, "genauth: the token of a push was not "
		    "revoked and may live on until it expires: %s",
		    err_text(e));
	memcpy(s->request_id, id, sizeof(id));
	s->wait_s = wait_s;
}

/* Whose tokens? Whoever's: they are dead before anybody hears of it. */
static enum err
read_approval(
    struct service *s, const struct json *data, const struct person *who)
{
	static const char what[] = "check-pushcode-status";
	const struct json *tokens = NULL;
	struct buf token = BUF_INIT(TOKEN_MAX_BYTES);
	struct person owner = {.id = ""};
	enum err e;

	if (json_get_object(data, "tokenSet", &tokens) != ERR_OK)
		return ERR_REPLY;
	e = genauth_read_tokens(tokens, what, &owner, &token);
	if (e == ERR_OK && owner.id[0] == '\0')
		e = ERR_REPLY;
	if (e == ERR_OK && strcmp(owner.id, who->id) != 0)
		e = genauth_other_person(what);
	revoke(s, &token);
	buf_clear(&token);
	return e;
}

static enum err
read_status(struct service *s, const struct json *data,
    const struct person *who, enum answer *out)
{
	const char *status = NULL;
	enum err e = ERR_REPLY;
	enum answer answer = ANSWER_NO;

	if (json_get_text(data, "status", &status) != ERR_OK)
		return ERR_REPLY;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		if (strcmp(statuses[i].status, status) == 0) {
			e = statuses[i].err;
			answer = statuses[i].answer;
		}
	if (e == ERR_OK && answer == ANSWER_YES)
		e = read_approval(s, data, who);
	if (e == ERR_OK)
		*out = answer;
	return e;
}

enum err
genauth_poll(struct service *s, const struct person *who,
    const struct push *p, enum answer *out)
{
	const struct genauth_param params[] = {
	    {"pushCodeId", p->id}, {NULL, NULL}};
	const struct genauth_call call = {
	    .method = "GET",
	    .base = s->settings->app_url,
	    .path = "/api/v3/check-pushcode-status",
	    .params = params,
	    .auth = GENAUTH_APP,
	};
	struct genauth_reply reply = {0};
	enum err e = genauth_perform(s, &call, &reply);

	if (e == ERR_OK)
		e = read_status(s, reply.data, who, out);
	else if (e == ERR_REPLY && reply.status == 404)
		e = ERR_EXPIRED; /* it has forgotten this push */
	genauth_reply_clear(&reply);
	return e;
}
