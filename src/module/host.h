#ifndef MODULE_HOST_H
#define MODULE_HOST_H

#include <stdbool.h>

#include <security/pam_modules.h>

#include "wire/wire.h"

/*
 * What the PAM host says about this login, as a HELLO message. ERR_WIRE for
 * a user name, service or argument that no message may carry; ERR_SYSTEM
 * where the host gives no user; ERR_CONVERSATION where asking for the name
 * failed. `*pam_code` is set to PAM_INCOMPLETE where the host wants to be
 * called again, else left alone.
 */
__attribute__((warn_unused_result)) enum err host_describe(pam_handle_t *pamh,
    int flags, int argc, const char **argv, struct wire_message *hello,
    int *pam_code);

/*
 * Is this the conversation by which sshd's password method answers hidden
 * prompts with the password, and refuses visible ones? (rules.md 0.3: only
 * its keyboard-interactive process empties its environment.) A guess: it may
 * only cost a question, never a login.
 */
bool host_may_answer_blindly(pam_handle_t *pamh);

/*
 * Ask through the host's conversation. ERR_NOT_A_CODE where the answer is
 * one the host knows: the password typed before, or sshd's stand-in for one;
 * ERR_CONVERSATION for every way in which there is no answer, and for one
 * over 512 bytes. Wipes what the host returned. A `password` may be the one
 * typed before.
 */
__attribute__((warn_unused_result)) enum err host_ask(pam_handle_t *pamh,
    const char *text, bool echo, bool password, struct buf *answer);

/* The password the stack has. ERR_CONVERSATION where it has none, ERR_MEMORY. */
__attribute__((warn_unused_result)) enum err host_first_pass(
    pam_handle_t *pamh, struct buf *answer);

/* The locale for messages that PAM or the host's environment has, "" for
 * none: see message_locale(). Borrowed. */
const char *host_locale(pam_handle_t *pamh);

/* Show `text` as information; nothing with PAM_SILENT. */
void host_tell(pam_handle_t *pamh, int flags, const char *text);

#endif
