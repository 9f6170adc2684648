#ifndef MFA_SELF_CONTACT_H
#define MFA_SELF_CONTACT_H

#include "mfa/self_session.h"

/* Ask for a phone number or an address (`c->factor` says which). ERR_OK, or
 * ERR_CONVERSATION where the answer is none. */
__attribute__((warn_unused_result)) enum err self_contact_ask(
    struct contact *c);

/* "+86 188****8888", masked and cleaned. */
void self_contact_mask(const struct contact *c, char *out, size_t size);

#endif
