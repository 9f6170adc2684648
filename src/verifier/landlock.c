/*
 * Turns off, for this process, all that changes files, starts programs or
 * reaches other processes beside the network, by the kernel's Landlock: a
 * second wall behind the filter of system calls, which cannot see paths.
 * Binding a port stays: net/http.c asks that way whether there is one left,
 * and the filter lets nobody listen on it.
 *
 * Reading is left to the files' own modes. Once root is left, they let in to
 * what everybody on the host can read; a list of our own would have to know
 * each NSS module, its files and where ld.so finds it, and would lock people
 * out on the day it is wrong.
 */
#include "verifier/landlock.h"

#include <errno.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

/* The kernel's struct as of its sixth version: the headers may be older. What
 * an older kernel does not know has to be zero for it. */
struct ruleset {
	uint64_t fs, net, scoped;
};

#define BIT(n) (UINT64_C(1) << (n))

/* What each version can forbid. Names by linux/landlock.h, as far as the
 * headers of the oldest systems have them. */
static const struct {
	int version;
	struct ruleset forbids;
} rights[] = {
    {1, {.fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
	LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
	LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
	LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
	LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
	LANDLOCK_ACCESS_FS_MAKE_SYM}},
    {2, {.fs = BIT(13)}},     /* REFER */
    {3, {.fs = BIT(14)}},     /* TRUNCATE */
    {5, {.fs = BIT(15)}},     /* IOCTL_DEV */
    {6, {.scoped = BIT(0) |   /* ABSTRACT_UNIX_SOCKET of others */
	BIT(1)}},             /* SIGNAL to others */
};

static enum err
lost(const char *what)
{
	log_write(LOG_ALERT, "sandbox: Landlock: %s: %s", what,
	    strerror(errno));
	return ERR_SYSTEM;
}

enum err
landlock_enter(void)
{
	struct ruleset all = {0, 0, 0};
	enum err e = ERR_OK;
	long version, fd;

	/* Not there, switched off at boot, or hidden by a container's own
	 * filter (which may say EPERM): none of it can be had by whoever
	 * starts su or sudo, and all of it is the host's ordinary state. */
	version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 1) {
		log_write(LOG_DEBUG, "sandbox: no Landlock here: %s",
		    strerror(errno));
		return ERR_OK;
	}
	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]) &&
	    rights[i].version <= version; i++) {
		all.fs |= rights[i].forbids.fs;
		all.scoped |= rights[i].forbids.scoped;
	}
	/* no rule in it: each right it names is had nowhere */
	fd = syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (fd == -1)
		return lost("no rules");
	if (syscall(SYS_landlock_restrict_self, fd, 0) == -1)
		e = lost("the rules do not hold");
	(void)close((int)fd);
	return e;
}
