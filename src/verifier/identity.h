#ifndef VERIFIER_IDENTITY_H
#define VERIFIER_IDENTITY_H

#include <sys/types.h>

#include "base/err.h"

/*
 * Be this user in every respect, and nobody else from now on: real, effective
 * and saved ids, no other groups where it was root, no capability. Done by a
 * process of one thread. ERR_SYSTEM, with an alarm in the log, where any of
 * it failed or could be undone.
 */
__attribute__((warn_unused_result)) enum err identity_become(
    uid_t uid, gid_t gid);

/* No core, no tracing by processes of the same user, nothing of ours in /proc
 * for them. A change of identity undoes it. ERR_SYSTEM. */
__attribute__((warn_unused_result)) enum err identity_hide(void);

#endif
