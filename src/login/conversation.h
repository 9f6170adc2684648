#ifndef LOGIN_CONVERSATION_H
#define LOGIN_CONVERSATION_H

#include "base/buf.h"

enum { ANSWER_MAX_BYTES = 512 };

/* What is asked for, and so how. */
enum question {
	QUESTION_CODE,       /* hidden while it is typed */
	QUESTION_VISIBLE,    /* shown while it is typed */
	QUESTION_PASSWORD,   /* hidden; may be what the host knows already */
	QUESTION_FIRST_PASS, /* nobody is asked: the password the host has */
	QUESTION_COUNT
};

/*
 * The person, as login_run() sees them: under PAM this is the wire, in
 * `genauth-mfa verify` the terminal, in a test a script.
 */
struct conversation {
	/*
	 * Show `prompt` and read one line into `answer` (emptied first). ERR_OK
	 * with an empty answer: just Enter. ERR_NOT_A_CODE: the host already
	 * knows that the answer is no code (it is the password).
	 * ERR_CONVERSATION: nobody to ask, or for QUESTION_FIRST_PASS, no
	 * password. ERR_TOO_SLOW after `timeout_ms`. Else ERR_WIRE,
	 * ERR_MEMORY.
	 */
	enum err (*ask)(struct conversation *c, enum question what,
	    const char *prompt, int timeout_ms, struct buf *answer);

	/* Show `text`; nobody is waited for, and it may come late. */
	enum err (*tell)(struct conversation *c, const char *text);
};

#endif
