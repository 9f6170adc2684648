#ifndef MFA_UNBIND_PERSON_H
#define MFA_UNBIND_PERSON_H

#include "service/admin.h"

/* What an administrator can unbind, as bits (1 << enum binding). */
enum { UNBINDABLE = 1 << BINDING_OTP | 1 << BINDING_FACE };

/* One person's bindings under way. Borrows all but what is from the service.
 * Zero what is not filled in. */
struct unbinding {
	struct service *s;
	const struct admin *admin;
	const struct account *who;

	/* what the service reported last; bits as above */
	unsigned bound, unknown;
	bool looked;             /* false: not read back after a change */
	char request_id[REQUEST_ID_MAX]; /* the last change's, or that of the
	                                    first step that failed */
};

/* Fill `bound` and `unknown`. Errors as admin.bindings(). */
__attribute__((warn_unused_result)) enum err unbind_look(struct unbinding *x);

/*
 * Unbind `wanted` (of UNBINDABLE), then read back. What the service reports
 * then counts, not what came of the requests: one whose reply got lost may
 * have been done. Nothing is asked twice. ERR_OK: it reports none of them any
 * more. ERR_REPLY where it said that it was done, and still reports one.
 */
__attribute__((warn_unused_result)) enum err unbind_factors(
    struct unbinding *x, unsigned wanted);

/* The same for SMS or EMAIL, by removing the contact from the account. */
__attribute__((warn_unused_result)) enum err unbind_contact(
    struct unbinding *x, enum binding which);

/* Is `which` reported as not bound? */
bool unbind_is_gone(const struct unbinding *x, enum binding which);

#endif
