#ifndef VERIFIER_SANDBOX_H
#define VERIFIER_SANDBOX_H

#include "base/err.h"

/*
 * What can be given up before anything is read: identity is made plain root
 * where it is root in effect, no core dumps, no tracing, no new privileges,
 * few descriptors, a fixed directory and umask. ERR_SYSTEM.
 */
__attribute__((warn_unused_result)) enum err sandbox_prepare(void);

/*
 * From here on only the system calls a login needs: see the lists in
 * sandbox_filter.c. Calls that a verifier never makes and an intruder wants
 * end the process; unknown ones say ENOSYS, so that a newer libc falls back
 * instead of locking people out. ERR_SYSTEM.
 */
__attribute__((warn_unused_result)) enum err sandbox_enter(void);

#endif
