#ifndef MFA_RESET_MANY_H
#define MFA_RESET_MANY_H

#include "mfa/mfa.h"

/* `reset --from FILE`, from the configuration to the exit status. */
enum exit_status command_reset_many(struct mfa *m);

#endif
