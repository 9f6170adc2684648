#ifndef SERVICE_GENAUTH_HEADERS_H
#define SERVICE_GENAUTH_HEADERS_H

#include "service/genauth_call.h"

/* The header lines of one request; `lines` is NULL-ended once built. Holds
 * the credential: genauth_headers_clear() wipes it. */
struct genauth_headers {
	struct buf text; /* each line ended by a NUL */
	size_t at[HTTP_HEADERS_MAX];
	size_t count;
	enum err err;    /* the first failure while adding */
	const char *lines[HTTP_HEADERS_MAX + 1];
};

void genauth_headers_init(struct genauth_headers *l);
void genauth_headers_clear(struct genauth_headers *l);

/* ERR_MEMORY, ERR_SYSTEM. A bearer that is needed is in s->bearer. */
__attribute__((warn_unused_result)) enum err genauth_headers_build(
    struct genauth_headers *l, const struct service *s,
    const struct genauth_call *c);

/* Does this call go with the management token? */
bool genauth_needs_bearer(
    const struct service *s, const struct genauth_call *c);

#endif
