#ifndef VERIFIER_SANDBOX_H
#define VERIFIER_SANDBOX_H

#include <sys/types.h>

#include "base/err.h"

/*
 * What can be settled before anything is read: identity is made plain root
 * where it is root in effect, resource limits are what a login needs, no core
 * dumps, no tracing, no new privileges, a fixed directory and umask.
 * ERR_SYSTEM, also where the caller's limits are too low to work within.
 */
__attribute__((warn_unused_result)) enum err sandbox_prepare(void);

/*
 * From here on a user without rights (the one it is already, where that is not
 * root), without capabilities, and only the system calls a login needs: see
 * landlock.c and the lists in sandbox_filter.c. Files that are open stay so.
 * Calls that a verifier never makes and an intruder wants end the process;
 * unknown ones say ENOSYS, so that a newer libc falls back instead of locking
 * people out. ERR_SYSTEM, with an alarm in the log.
 */
__attribute__((warn_unused_result)) enum err sandbox_enter(
    uid_t uid, gid_t gid);

#endif
