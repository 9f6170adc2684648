#ifndef SERVICE_GENAUTH_CALL_H
#define SERVICE_GENAUTH_CALL_H

#include <stdbool.h>

#include "net/json.h"
#include "service/genauth_sign.h"
#include "service/provider.h"

/* Who asks: the application, this host's management key, or the person. */
enum genauth_auth { GENAUTH_APP = 0, GENAUTH_MANAGEMENT, GENAUTH_PERSON };

/* One request. All borrowed. The parameters go into the body of a POST, as
 * text unless `json_params` says otherwise, and else into the query; one
 * whose value is NULL is left out. */
struct genauth_call {
	const char *method;                 /* "GET", "POST", "DELETE" */
	const char *base;                   /* https://host */
	const char *path;
	const struct genauth_param *params; /* ended by a NULL name */
	unsigned json_params;               /* 1 << i: params[i] is JSON */
	enum genauth_auth auth;
	const struct buf *mfa_token;        /* or access token, for
	                                       GENAUTH_PERSON */
	bool repeatable;                    /* asking twice changes nothing */
	bool oauth;                         /* form body, no envelope */
};

/*
 * One reply. The codes are also there where the call failed: `status` is
 * what the envelope says, 0 where there is no envelope; `code` the business
 * code, 0 for none. `data` is an object, or NULL.
 */
struct genauth_reply {
	int http_status, status, code;
	struct json *root;
	const struct json *data;
};

/* Does the call go with a body? */
bool genauth_has_body(const struct genauth_call *c);

/*
 * Send, and wait for a reply that the envelope and HTTP both call a success.
 * ERR_OK or what provider.h allows; never repeats what is not repeatable.
 * Initialise `out` with {0}; genauth_reply_clear() it in any case.
 */
__attribute__((warn_unused_result)) enum err genauth_perform(struct service *s,
    const struct genauth_call *c, struct genauth_reply *out);
void genauth_reply_clear(struct genauth_reply *r);

/* Envelope to error (api/genauth.md sections 0.2 and 6). */
__attribute__((warn_unused_result)) enum err genauth_reply_decode(
    const struct http_reply *from, struct genauth_reply *out);

/* The same for OAuth's endpoints: no envelope, the HTTP status counts. */
__attribute__((warn_unused_result)) enum err genauth_reply_decode_oauth(
    const struct http_reply *from, struct genauth_reply *out);

/* See that s->bearer holds a management token: from the cache or anew. */
__attribute__((warn_unused_result)) enum err genauth_token_want(
    struct service *s);

/* Forget the token, in the cache too: the service does not take it. */
void genauth_token_drop(struct service *s);

/* Not empty, only what fits into a header value, at most `max` bytes. */
bool genauth_token_is_sane(const char *token, size_t max);

/* The payload of a JWT, its signature not looked at. ERR_REPLY where `token`
 * is no JWT. */
__attribute__((warn_unused_result)) enum err genauth_jwt_payload(
    const char *token, struct json **out);

#endif
