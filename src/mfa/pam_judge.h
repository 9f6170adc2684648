#ifndef MFA_PAM_JUDGE_H
#define MFA_PAM_JUDGE_H

#include "mfa/pam_module.h"

/* For whom there is a way. */
enum way {
	WAY_NONE = 0,
	WAY_ROOT,  /* for root alone */
	WAY_SOME,  /* for whom a condition selects */
	WAY_ALL,   /* for everybody who can get in at all */
};

/* A way, and the line that makes it. */
struct way_in {
	enum way way;
	const struct handler *line;      /* NULL: none in particular */
	int code;                        /* that made it go that way */
	const struct handler *condition; /* the last one asked; NULL: none */
};

/* What can be said of one stack. Lines are borrowed from it. */
struct judgement {
	const struct handler *factor; /* the first pam_genauth; NULL: none */
	struct way_in without_factor; /* with a right password */
	struct way_in with_nothing;   /* neither password nor factor */
	struct way_in factor_alone;   /* no password, but the factor */
	struct way_in file_missing;   /* without_factor, while the module's
	                                 file is not there */
	bool shut;          /* nobody can get in */
	bool shut_exempt;   /* those whom pam_genauth exempts cannot */
	bool asks_strangers; /* goes on to pam_genauth after a wrong password */
	const struct handler *counts_codes; /* faillock counts wrong codes */
	const struct handler *clears_early; /* faillock forgets too soon */
	bool too_much;      /* not all ways could be looked at */
};

/* Judge the handlers that pam_stack_pick() gave. */
void pam_judge(
    const struct handler *const *stack, size_t count, struct judgement *out);

#endif
