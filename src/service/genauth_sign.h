#ifndef SERVICE_GENAUTH_SIGN_H
#define SERVICE_GENAUTH_SIGN_H

#include "base/buf.h"

/* A query value or a member of the JSON body; a NULL value is left out. */
struct genauth_param {
	const char *name, *value;
};

enum { GENAUTH_PARAMS_MAX = 8 };

/*
 * What a signature covers, api/genauth.md section 2.2. `params` ends with a
 * NULL name and holds at most GENAUTH_PARAMS_MAX, values as they are before
 * any encoding. `headers` are lines "name: value" with lower-case names,
 * NULL-ended; only those that begin with `prefix`, and `date`, are signed.
 */
struct genauth_signing {
	const char *prefix; /* "x-genauth-" */
	const char *method;
	const char *path;   /* without host and query */
	const struct genauth_param *params;
	const char *const *headers;
	const struct buf *secret;
};

/* Append the base64 of the signature. ERR_MEMORY, ERR_SYSTEM (libcrypto). */
__attribute__((warn_unused_result)) enum err genauth_sign(
    const struct genauth_signing *q, struct buf *out);

#endif
