/*
 * Turns the option verifier_user into ids without rights, or into a sentence
 * about why it cannot be used. Becomes nobody: see verifier/identity.c.
 */
#include "login/verifier_user.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "login/account.h"
#include "login/config.h"

enum { NOBODY_UID = 65534 };

/* A number stands for itself: it needs no account, and best has none. */
static bool
is_number(const char *name, struct verifier_user *out)
{
	unsigned long long n;

	if (name[0] == '\0' || name[strspn(name, "0123456789")] != '\0')
		return false;
	n = strtoull(name, NULL, 10);
	if (n >= UINT32_MAX) /* (uid_t)-1 is none */
		n = 0;
	*out = (struct verifier_user){(uid_t)n, (gid_t)n};
	return true;
}

enum err
verifier_user_find(const struct account_lookups *lookups, const char *name,
    struct verifier_user *out, char *why, size_t why_size)
{
	struct local_account a = {.lookups = lookups, .login = name};
	struct verifier_user user = {0, 0};
	const char *what = NULL;
	enum err e = ERR_OK;

	if (!is_number(name, &user)) {
		e = account_look_up(&a);
		user = (struct verifier_user){a.uid, a.gid};
	}
	if (e == ERR_MEMORY)
		return e;
	if (e == ERR_UNKNOWN_PERSON)
		what = "this host has no such user; run: useradd --system "
		       "--no-create-home --shell /usr/sbin/nologin NAME";
	else if (e != ERR_OK)
		what = "cannot be looked up now";
	else if (user.uid == 0 || user.gid == 0)
		what = "is root, in root's group, or no id; name a user "
		       "without rights";
	if (what == NULL) {
		*out = user;
		return ERR_OK;
	}
	(void)snprintf(why, why_size, "verifier_user: %s", what);
	return e == ERR_SYSTEM ? e : ERR_CONFIG;
}

enum err
verifier_user_of(const struct account_lookups *lookups,
    const struct config *cfg, struct verifier_user *out, char *why,
    size_t why_size)
{
	enum err e = verifier_user_find(
	    lookups, cfg->verifier_user, out, why, why_size);

	if (e != ERR_OK || cfg->fail != FAIL_OPEN || out->uid != NOBODY_UID)
		return e;
	(void)snprintf(why, why_size, "fail: open needs a verifier_user of "
	    "its own, and this one is nobody");
	return ERR_CONFIG;
}
