/*
 * Turns the verifier into a process that can talk to the network and read
 * files, and little else. Does not decide what happens when that fails.
 */
#include "verifier/sandbox.h"

#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build.h"

enum { DESCRIPTORS_MAX = 32 };

/* The leak checker of a sanitized build traces its own process. */
#ifdef SANITIZED
enum { DUMPABLE = 1 };
#else
enum { DUMPABLE = 0 };
#endif

/* A setuid host leaves the caller's uid behind, who could then signal us. */
static bool
become_plain_root(void)
{
	if (geteuid() != 0)
		return true;
	return setgroups(0, NULL) == 0 && setresgid(0, 0, 0) == 0 &&
	    setresuid(0, 0, 0) == 0;
}

enum err
sandbox_prepare(void)
{
	const struct rlimit none = {0, 0};
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == -1)
		return ERR_SYSTEM;
	files.rlim_cur = files.rlim_max < DESCRIPTORS_MAX ?
	    files.rlim_max : DESCRIPTORS_MAX;
	(void)umask(077);
	if (!become_plain_root() || chdir("/") == -1 ||
	    setrlimit(RLIMIT_CORE, &none) == -1 ||
	    setrlimit(RLIMIT_NOFILE, &files) == -1 ||
	    prctl(PR_SET_DUMPABLE, DUMPABLE, 0, 0, 0) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
	    signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
		return ERR_SYSTEM;
	return ERR_OK;
}

#ifdef SANITIZED
/* The sanitizers' runtimes trace and fork: no filter is possible there. */
enum err
sandbox_enter(void)
{
	return ERR_OK;
}
#else
/* Made by sandbox_filter.c, which says what is allowed. */
static struct sock_filter filter[] = {
#include "sandbox_filter.inc"
};

enum err
sandbox_enter(void)
{
	const struct sock_fprog program = {
	    sizeof(filter) / sizeof(filter[0]), filter};

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == -1)
		return ERR_SYSTEM;
	return ERR_OK;
}
#endif
