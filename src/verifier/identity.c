/*
 * Turns root into a user without rights, for good. What is open stays open.
 * Does not decide who that user is.
 */
#include "verifier/identity.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "build.h"

/* The leak checker of a sanitized build traces its own process. */
#ifdef SANITIZED
enum { DUMPABLE = 1 };
#else
enum { DUMPABLE = 0 };
#endif

/* Of this process alone, so that libcap is not needed. Leaving root does it
 * too, unless the host was started with securebits that keep it from that. */
static bool
drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
	    _LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];

	memset(none, 0, sizeof(none));
	return syscall(SYS_capset, &header, none) == 0;
}

/* The kernel is asked what came of it, and then tried. */
static bool
is_for_good(uid_t uid, gid_t gid, bool was_root)
{
	uid_t u[3];
	gid_t g[3];

	errno = 0;
	if (getresuid(&u[0], &u[1], &u[2]) == -1 ||
	    getresgid(&g[0], &g[1], &g[2]) == -1)
		return false;
	for (int i = 0; i < 3; i++)
		if (u[i] != uid || g[i] != gid)
			return false;
	if (was_root && getgroups(0, NULL) != 0)
		return false;
	return setresuid((uid_t)-1, 0, (uid_t)-1) == -1;
}

enum err
identity_become(uid_t uid, gid_t gid)
{
	bool was_root = geteuid() == 0;

	if ((!was_root || setgroups(0, NULL) == 0) &&
	    setresgid(gid, gid, gid) == 0 && setresuid(uid, uid, uid) == 0 &&
	    drop_capabilities() && is_for_good(uid, gid, was_root))
		return ERR_OK;
	log_write(LOG_ALERT, "sandbox: cannot become user %u for good: %s",
	    (unsigned)uid, errno == 0 ? "there is a way back"
				      : strerror(errno));
	return ERR_SYSTEM;
}

enum err
identity_hide(void)
{
	return prctl(PR_SET_DUMPABLE, DUMPABLE, 0, 0, 0) == -1 ? ERR_SYSTEM
							       : ERR_OK;
}
