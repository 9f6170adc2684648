#ifndef VERIFIER_LANDLOCK_H
#define VERIFIER_LANDLOCK_H

#include "base/err.h"

/*
 * From here on no file can be written, made, removed or started, as far as
 * this kernel's Landlock goes; what is open stays open. Wants no_new_privs.
 * A kernel without it is fine, with a line at debug. ERR_SYSTEM, with an alarm
 * in the log, where it is there and does not take effect.
 */
__attribute__((warn_unused_result)) enum err landlock_enter(void);

#endif
