/*
 * Turns the access key into a management token, from the cache where it has
 * one. Does not check JWT signatures: the token came over TLS from its maker.
 */
#include "service/genauth_call.h"

#include <string.h>

#include "base/text.h"
#include "service/token_cache.h"

/* Sane life times of a token: less is useless, more is not believed. */
enum { LIFE_MIN_S = 1, LIFE_MAX_S = 31 * 86400 };

bool
genauth_token_is_sane(const char *token, size_t max)
{
	size_t len = 0;

	for (; token[len] > ' ' && token[len] <= '~'; len++)
		continue;
	return len > 0 && len <= max && token[len] == '\0';
}

enum err
genauth_jwt_payload(const char *token, struct json **out)
{
	const char *start = strchr(token, '.');
	const char *end = start == NULL ? NULL : strchr(start + 1, '.');
	struct buf payload = BUF_INIT(HTTP_REPLY_MAX_BYTES);
	enum err e;

	if (end == NULL || strchr(end + 1, '.') != NULL)
		return ERR_REPLY;
	e = text_base64url_decode(
	    start + 1, (size_t)(end - start - 1), &payload);
	if (e == ERR_OK)
		e = json_parse(&payload, out);
	buf_clear(&payload);
	return e;
}

/* The pool the token is for, "" where the token does not say. */
static enum err
read_pool_id(const char *token, char pool_id[PERSON_ID_MAX])
{
	struct json *claims = NULL;
	const char *pool = NULL;
	enum err e = genauth_jwt_payload(token, &claims);

	pool_id[0] = '\0';
	if (e == ERR_OK &&
	    json_get_text(claims, "scoped_userpool_id", &pool) == ERR_OK &&
	    genauth_token_is_sane(pool, PERSON_ID_MAX - 1))
		memcpy(pool_id, pool, strlen(pool) + 1);
	json_free(&claims);
	return e == ERR_MEMORY ? e : ERR_OK;
}

static enum err
fetch(struct service *s)
{
	const struct service_settings *cfg = s->settings;
	const struct genauth_param params[] = {
	    {"accessKeyId", cfg->access_key_id},
	    {"accessKeySecret", buf_text(&cfg->access_key_secret)},
	    {NULL, NULL},
	};
	const struct genauth_call call = {
	    .method = "POST",
	    .base = cfg->management_url,
	    .path = "/api/v3/get-management-token",
	    .params = params,
	    .repeatable = true,
	};
	const struct clock *clock = s->deadline->clock;
	struct genauth_reply reply = {0};
	const char *token = NULL;
	int life_s = 0;
	enum err e = genauth_perform(s, &call, &reply);

	/* Which codes a wrong key gets is not documented: any "no" is one. */
	if (e == ERR_INACTIVE_PERSON ||
	    (e == ERR_REPLY && reply.status >= 400 && reply.status <= 499))
		e = ERR_CREDENTIAL;
	if (e != ERR_OK)
		goto out;
	if (json_get_text(reply.data, "access_token", &token) != ERR_OK ||
	    json_get_int(reply.data, "expires_in", &life_s) != ERR_OK ||
	    !genauth_token_is_sane(token, s->bearer.max) ||
	    life_s < LIFE_MIN_S || life_s > LIFE_MAX_S) {
		e = ERR_REPLY;
		goto out;
	}
	if ((e = buf_add_text(&s->bearer, token)) == ERR_OK &&
	    s->tokens != NULL)
		token_cache_store(s->tokens, &s->bearer,
		    clock->wall_s(clock->ctx) + life_s);
out:
	genauth_reply_clear(&reply);
	return e;
}

enum err
genauth_token_want(struct service *s)
{
	const struct clock *clock = s->deadline->clock;
	enum err e = ERR_EXPIRED;

	if (s->bearer.len > 0)
		return ERR_OK;
	if (s->tokens != NULL)
		e = token_cache_load(
		    s->tokens, clock->wall_s(clock->ctx), &s->bearer);
	if (e != ERR_OK) {
		buf_clear(&s->bearer);
		e = fetch(s);
	}
	if (e == ERR_OK)
		e = read_pool_id(buf_text(&s->bearer), s->pool_id);
	if (e != ERR_OK)
		buf_clear(&s->bearer);
	return e;
}

void
genauth_token_drop(struct service *s)
{
	buf_clear(&s->bearer);
	s->pool_id[0] = '\0';
	if (s->tokens != NULL)
		token_cache_forget(s->tokens);
}
