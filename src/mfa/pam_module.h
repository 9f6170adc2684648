#ifndef MFA_PAM_MODULE_H
#define MFA_PAM_MODULE_H

#include "mfa/pam_walk.h"

/* What is known of a module, by its name. */
enum module_kind {
	MODULE_PROVES = 0, /* success means that somebody showed something:
	                      also every module that is not known */
	MODULE_PASSES,     /* always success */
	MODULE_DENIES,     /* never success */
	MODULE_GATE,       /* lets pass or not; success proves nothing */
	MODULE_QUIET,      /* a gate that has no opinion (ignore) at best */
	MODULE_CONDITION,  /* tells people apart */
	MODULE_ROOT,       /* is it root who asks? */
	MODULE_COUNTS,     /* pam_faillock */
	MODULE_FACTOR,     /* pam_genauth */
};

enum module_kind pam_module_kind(const struct handler *h);

/* A case that is looked at: what happens in this login. */
struct module_case {
	bool proven;       /* a first factor may be right */
	uint32_t factor;   /* the codes of pam_genauth */
	const struct handler *const *conditions; /* each once */
	size_t condition_count;
	uint32_t fulfilled; /* a bit for each of them */
};

/* Codes of pam_genauth in any phase: those of a denial, and the two of a
 * login that has shown the factor or needs none. */
extern const uint32_t module_factor_denies, module_factor_lets;

/* The walk_returns of such a case. */
uint32_t pam_module_returns(void *module_case, const struct handler *h);

/* Is it the same module with the same arguments? */
bool pam_module_is_same(const struct handler *a, const struct handler *b);

#endif
