#ifndef MFA_TERMINAL_H
#define MFA_TERMINAL_H

#include <stdbool.h>

#include "login/conversation.h"
#include "mfa/mfa.h"

/*
 * The person at /dev/tty. Echo is restored whatever happens: Ctrl-C,
 * Ctrl-Z, an error. ERR_CONVERSATION where there is no terminal or no answer.
 */

/* "QUESTION [y/N] ": ERR_OK for yes; ERR_DECLINED for anything else. With
 * --yes ERR_OK at once; without a terminal and without --yes ERR_CONVERSATION
 * after saying on standard error that --yes is needed. */
__attribute__((warn_unused_result)) enum err terminal_confirm(
    const struct mfa *m, const char *question);

/* Read one line into `answer` (emptied first), hidden unless `echo`. */
__attribute__((warn_unused_result)) enum err terminal_ask(
    const char *prompt, bool echo, struct buf *answer);

/* The terminal as login_run() wants it. */
extern struct conversation terminal_conversation;

/* Did Ctrl-C (or SIGTERM, SIGHUP) arrive? Long work looks at it between
 * steps, and ends with what is true written down. terminal_catch_signals()
 * is called once by main(). */
void terminal_catch_signals(void);
bool terminal_interrupted(void);

/* Standard output or error is a terminal that may be coloured / redrawn
 * (NO_COLOR, TERM=dumb respected; read before the environment is cleared). */
bool terminal_is_rich(int fd);
bool terminal_is_utf8(void);
int terminal_columns(int fd);

#endif
