#ifndef LOGIN_CONVERSATION_H
#define LOGIN_CONVERSATION_H

#include <stdbool.h>

#include "base/buf.h"

enum { ANSWER_MAX_BYTES = 512 };

/*
 * The person, as login_run() sees them: under PAM this is the wire, in
 * `genauth-mfa verify` the terminal, in a test a script.
 */
struct conversation {
	/*
	 * Show `prompt`, read one line into `answer` (emptied first), shown
	 * while it is typed only with `echo`. ERR_OK
	 * with an empty answer: just Enter. ERR_NOT_A_CODE: the host already
	 * knows that the answer is no code (it is the password). ERR_TOO_SLOW
	 * after `timeout_ms`. Else ERR_CONVERSATION, ERR_WIRE, ERR_MEMORY.
	 */
	enum err (*ask)(struct conversation *c, const char *prompt,
	    bool echo, int timeout_ms, struct buf *answer);

	/* Show `text`; nobody is waited for, and it may come late. */
	enum err (*tell)(struct conversation *c, const char *text);
};

#endif
