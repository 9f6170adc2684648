/*
 * Turns the verifier into a process that can talk to the network and read
 * what everybody can, and little else. Does not decide what happens when that
 * fails.
 */
#include "verifier/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "build.h"
#include "verifier/identity.h"
#include "verifier/landlock.h"

/*
 * What a login needs at most. Limits come from whoever started su or sudo:
 * one that is too low would make libraries fail in ways that look like a
 * service that is away, or like a group that has no members.
 */
static const struct {
	int which; /* __rlimit_resource_t is an enum, or not */
	rlim_t least, most;
} limits[] = {
    {RLIMIT_NOFILE, 32, 64},
    {RLIMIT_AS, (rlim_t)1 << 30, RLIM_INFINITY},
    {RLIMIT_DATA, (rlim_t)1 << 28, RLIM_INFINITY},
    {RLIMIT_STACK, (rlim_t)1 << 20, RLIM_INFINITY},
    {RLIMIT_FSIZE, (rlim_t)1 << 20, RLIM_INFINITY},
    {RLIMIT_CPU, 60, RLIM_INFINITY},
    {RLIMIT_CORE, 0, 0},
    /* of root nobody counts processes, of the user it becomes they do */
    {RLIMIT_NPROC, 0, RLIM_INFINITY},
};

/* A setuid host leaves the caller's uid behind, who could then signal us. */
static bool
become_plain_root(void)
{
	if (geteuid() != 0)
		return true;
	return setgroups(0, NULL) == 0 && setresgid(0, 0, 0) == 0 &&
	    setresuid(0, 0, 0) == 0;
}

/* Raise or lower each limit to where it belongs; a hard limit that is too low
 * and may not be raised (a container's root may not) is an error. */
static bool
set_limits(void)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit now, wanted = {limits[i].most, limits[i].most};

		if (getrlimit((__rlimit_resource_t)limits[i].which, &now) == -1)
			return false;
		if (setrlimit((__rlimit_resource_t)limits[i].which, &wanted) ==
		    0)
			continue;
		wanted.rlim_max = now.rlim_max;
		wanted.rlim_cur = now.rlim_max < limits[i].most ?
		    now.rlim_max : limits[i].most;
		if (wanted.rlim_cur < limits[i].least ||
		    setrlimit((__rlimit_resource_t)limits[i].which, &wanted) ==
		    -1)
			return false;
	}
	return true;
}

enum err
sandbox_prepare(void)
{
	(void)umask(077);
	if (!become_plain_root() || chdir("/") == -1 || !set_limits() ||
	    identity_hide() != ERR_OK ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
	    signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
		return ERR_SYSTEM;
	return ERR_OK;
}

#ifdef SANITIZED
/* The sanitizers' runtimes trace and fork: no filter is possible there. */
static enum err
filter_calls(void)
{
	return ERR_OK;
}
#else
/* Made by sandbox_filter.c, which says what is allowed. */
static struct sock_filter filter[] = {
#include "sandbox_filter.inc"
};

static enum err
filter_calls(void)
{
	const struct sock_fprog program = {
	    sizeof(filter) / sizeof(filter[0]), filter};

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0)
		return ERR_OK;
	log_write(LOG_ALERT, "sandbox: no filter of system calls: %s",
	    strerror(errno));
	return ERR_SYSTEM;
}
#endif

enum err
sandbox_enter(uid_t uid, gid_t gid)
{
	enum err e;

	if ((e = identity_become(uid, gid)) != ERR_OK ||
	    (e = identity_hide()) != ERR_OK ||
	    (e = landlock_enter()) != ERR_OK)
		return e;
	return filter_calls();
}
