#ifndef MFA_CHILD_H
#define MFA_CHILD_H

#include "base/buf.h"

/*
 * Run a program of this system to its end, by its whole path, without shell,
 * environment, input or terminal, and append its standard output. It has
 * `timeout_ms`, and what `out` may hold; then it is killed. ERR_SYSTEM where
 * it cannot be started or did not end with status 0; ERR_MEMORY.
 */
__attribute__((warn_unused_result)) enum err child_run(
    char *const *argv, int timeout_ms, struct buf *out);

#endif
