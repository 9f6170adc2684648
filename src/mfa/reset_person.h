#ifndef MFA_RESET_PERSON_H
#define MFA_RESET_PERSON_H

#include "mfa/mfa.h"
#include "service/admin.h"

enum { RESET_MESSAGE_MAX = 320 };

/* What came of resetting one person. */
struct reset_report {
	struct account account;
	unsigned removed;  /* 1 << enum binding: no longer bound, read back */
	unsigned left;     /* still bound, or not to be unbound this way */
	bool kicked;
	enum err why;      /* of the step that failed; ERR_OK */
	char request_id[REQUEST_ID_MAX]; /* of the last change, or of `why` */
	char message[RESET_MESSAGE_MAX]; /* the service's own, or "" */
};

/*
 * Reset one person over `s` (a service of the calling thread's own): find,
 * see what is bound, unbind OTP and FACE, read back, kick unless
 * keep_sessions. Writes the audit lines, asks nobody, prints nothing. What is
 * bound no more when it begins is not unbound again; a change whose outcome
 * did not arrive is read back and not repeated. ERR_OK where everything that
 * an administrator can unbind is gone. With dry_run it only reads: `removed`
 * and `kicked` then say what would be.
 */
__attribute__((warn_unused_result)) enum err reset_person(const struct mfa *m,
    struct service *s, const char *user, struct reset_report *out);

#endif
