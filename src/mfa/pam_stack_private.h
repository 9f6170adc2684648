#ifndef MFA_PAM_STACK_PRIVATE_H
#define MFA_PAM_STACK_PRIVATE_H

#include "mfa/pam_stack.h"

/* What pam_stack.c wants of pam_handlers.c. */

/* The stack's own copy of a path, the same for the same. NULL: no memory. */
const char *pam_stack_keep_path(struct pam_stack *s, const char *path);

/* Linux-PAM gives up where it cannot tell its log a module's name. */
bool pam_module_has_name(const char *module);

/* Append a copy of `h` with this module (NULL: none) and these arguments, which
 * are used up. ERR_MEMORY; the stack can be cleared all the same. */
__attribute__((warn_unused_result)) enum err pam_stack_add(struct pam_stack *s,
    const struct handler *h, const char *module, char *arguments);

#endif
