#ifndef MFA_PAM_WALK_H
#define MFA_PAM_WALK_H

#include "mfa/pam_stack.h"

/*
 * Linux-PAM's dispatch (libpam/pam_dispatch.c) as a state machine over all
 * codes that the modules may return, not over the one that they do. A
 * question: can the stack end in success, or get to a line, where each module
 * returns one of the codes that `returns` has as bits?
 */
#define CODE_BIT(code) (UINT32_C(1) << (code))
typedef uint32_t walk_returns(void *ctx, const struct handler *h);

struct walk_question {
	const struct handler *const *stack;
	size_t count;
	walk_returns *returns;
	void *ctx;
	const struct handler *goal;    /* to be run; NULL: end in success */
	const struct handler *through; /* has to run before; NULL: none */
};

/* One way there: which handlers ran, and what they returned. */
struct walk_step {
	size_t handler;
	int code;
};

enum { WALK_STEPS_MAX = 256 };
struct walk_path {
	struct walk_step steps[WALK_STEPS_MAX];
	size_t count;
};

enum walk_answer {
	WALK_NO = 0,
	WALK_YES,
	WALK_TOO_MUCH, /* too many ways, or no memory, to look at them all */
};

/* `path` gets one way where the answer is yes; NULL: not wanted. */
enum walk_answer walk(const struct walk_question *q, struct walk_path *path);

#endif
