#ifndef LOGIN_ACCOUNT_H
#define LOGIN_ACCOUNT_H

#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* What is looked up; each as the function of that name in libc. */
struct account_lookups {
	int (*getpwnam_r)(const char *name, struct passwd *pw, char *space,
	    size_t size, struct passwd **out);
	int (*getgrnam_r)(const char *name, struct group *gr, char *space,
	    size_t size, struct group **out);
	int (*getgrouplist)(const char *name, gid_t primary, gid_t *list,
	    int *count);
};

extern const struct account_lookups account_lookups_libc;

/* One login, looked up at most once. `lookups` and `login` are borrowed. */
struct local_account {
	const struct account_lookups *lookups;
	const char *login;
	bool looked_up;
	enum err found;  /* what looking up said */
	char name[256];  /* as the database spells it */
	uid_t uid;
	gid_t gid;
};

/* Fill name, uid and gid. ERR_UNKNOWN_PERSON, ERR_MEMORY; ERR_SYSTEM where it
 * could not be found out, or the name does not fit. */
__attribute__((warn_unused_result)) enum err account_look_up(
    struct local_account *a);

/* Is the account, once looked up, in the group of that name (`len` bytes)?
 * ERR_CONFIG where there is no such group, ERR_SYSTEM, ERR_MEMORY. */
__attribute__((warn_unused_result)) enum err account_in_group(
    const struct local_account *a, const char *name, size_t len, bool *out);

#endif
