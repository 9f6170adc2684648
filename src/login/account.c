/*
 * Turns a login name into the uid, gid and groups of an account of this
 * host. A lookup that fails is an error, never "not a member". Decides
 * nothing: see policy.c.
 */
#include "login/account.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	SPACE_FIRST = 1024,
	SPACE_MAX = 1 << 20,
	GROUPS_FIRST = 32,
	GROUPS_MAX = 1 << 17,
};

const struct account_lookups account_lookups_libc = {
    getpwnam_r, getgrnam_r, getgrouplist};

enum err
account_look_up(struct local_account *a)
{
	struct passwd pw, *found = NULL;
	char *space = NULL;
	int r = ERANGE;

	if (a->looked_up)
		return a->found;
	for (size_t size = SPACE_FIRST; (r == ERANGE || r == EINTR) &&
	    size <= SPACE_MAX; size *= 2) {
		free(space);
		if ((space = malloc(size)) == NULL)
			return ERR_MEMORY;
		r = a->lookups->getpwnam_r(a->login, &pw, space, size, &found);
	}
	a->looked_up = true;
	a->found = r != 0 ? ERR_SYSTEM : ERR_UNKNOWN_PERSON;
	if (r == 0 && found != NULL) {
		size_t len = strlen(found->pw_name);

		a->found = len < sizeof(a->name) ? ERR_OK : ERR_SYSTEM;
		a->uid = found->pw_uid;
		a->gid = found->pw_gid;
		if (a->found == ERR_OK)
			memcpy(a->name, found->pw_name, len + 1);
	}
	free(space);
	return a->found;
}

/* The group's gid, and whether it lists the login itself. */
static enum err
look_up_group(const struct local_account *a, const char *name, gid_t *gid,
    bool *listed)
{
	struct group gr, *found = NULL;
	char *space = NULL;
	int r = ERANGE;

	for (size_t size = SPACE_FIRST; (r == ERANGE || r == EINTR) &&
	    size <= SPACE_MAX; size *= 2) {
		free(space);
		if ((space = malloc(size)) == NULL)
			return ERR_MEMORY;
		r = a->lookups->getgrnam_r(name, &gr, space, size, &found);
	}
	if (r == 0 && found != NULL) {
		*gid = found->gr_gid;
		*listed = false;
		for (char **m = found->gr_mem; *m != NULL && !*listed; m++)
			*listed = strcmp(*m, a->login) == 0;
	}
	free(space);
	if (r != 0)
		return ERR_SYSTEM;
	return found != NULL ? ERR_OK : ERR_CONFIG;
}

static enum err
has_gid(const struct local_account *a, gid_t gid, bool *out)
{
	int size = GROUPS_FIRST, count;
	gid_t *list;

	for (;;) {
		count = size;
		if ((list = calloc((size_t)size, sizeof(*list))) == NULL)
			return ERR_MEMORY;
		if (a->lookups->getgrouplist(a->login, a->gid, list,
		    &count) >= 0)
			break;
		free(list);
		size = count > size ? count : size * 2;
		if (size > GROUPS_MAX)
			return ERR_SYSTEM;
	}
	*out = a->gid == gid;
	for (int i = 0; i < count; i++)
		*out |= list[i] == gid;
	free(list);
	return ERR_OK;
}

/*
 * getgrouplist() does not tell when a database failed, it leaves groups out;
 * the member list catches that where the group's entry could be had.
 */
enum err
account_in_group(
    const struct local_account *a, const char *name, size_t len, bool *out)
{
	char *group = strndup(name, len);
	bool listed = false, has = false;
	gid_t gid = 0;
	enum err e;

	if (group == NULL)
		return ERR_MEMORY;
	e = look_up_group(a, group, &gid, &listed);
	if (e == ERR_OK)
		e = has_gid(a, gid, &has);
	if (e == ERR_OK)
		*out = listed || has;
	free(group);
	return e;
}
