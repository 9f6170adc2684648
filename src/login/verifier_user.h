#ifndef LOGIN_VERIFIER_USER_H
#define LOGIN_VERIFIER_USER_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

struct account_lookups;
struct config;

/* Whom a verifier that root started turns into. */
struct verifier_user {
	uid_t uid;
	gid_t gid;
};

enum { VERIFIER_USER_WHY_BYTES = 160 };

/*
 * The option verifier_user, a name to look up or a number that is both ids.
 * ERR_CONFIG where this host has no such account, or it has root's ids;
 * ERR_SYSTEM where that cannot be found out; both with a sentence in `why`.
 * ERR_MEMORY.
 */
__attribute__((warn_unused_result)) enum err verifier_user_find(
    const struct account_lookups *lookups, const char *name,
    struct verifier_user *out, char *why, size_t why_size);

/*
 * That of a configuration, which has to be fit for its fail = open: not
 * nobody, by whatever name or spelling. ERR_CONFIG where it is not; else as
 * above.
 */
__attribute__((warn_unused_result)) enum err verifier_user_of(
    const struct account_lookups *lookups, const struct config *cfg,
    struct verifier_user *out, char *why, size_t why_size);

#endif
