#ifndef MFA_EXPLAIN_H
#define MFA_EXPLAIN_H

#include "login/outlook.h"
#include "mfa/host_record.h"
#include "mfa/mfa.h"

/* What was found out about a login, before it is put into words. */
struct explanation {
	const struct mfa *m;
	const char *user; /* as on the command line */
	char service[65]; /* "" where not given */
	char rhost[257];
	bool some_address; /* of sshd, and nobody said which */
	struct login_request who;
	char mistake[600];	/* not "": the configuration denies it, and the
				   rest is not known */
	struct outlook auth;	/* by an auth line */
	struct outlook account; /* by an account line */
	bool has_record;
	struct host_record record;
	char rule_from[1200]; /* "FILE:LINE"; untranslated: "PAM line",
			       * "default" */
	size_t map_line;      /* of the user map, 0: none */
};

/* Why its verdict is what it is: a sentence without a full stop. */
void explain_why(const struct explanation *x, char *out, size_t size);

/* Does this login get as far as the service, or would it but for a record of
 * this host? */
bool explain_reaches_service(const struct explanation *x);

/* What is said in one column, to people or for JSON: appended to the empty
 * `out`. Nothing: people do not see the column, and for JSON it is null. */
typedef void explain_saying(
    const struct explanation *x, bool json, char *out, size_t size);

/* Of the service: */
explain_saying explain_bound, explain_factors, explain_blindly,
    explain_account_phase, explain_breaker, explain_service_down,
    explain_let_in_for, explain_timeouts;

/* Print it. ERR_MEMORY, ERR_SYSTEM (standard output is gone). */
__attribute__((warn_unused_result)) enum err explain_print(
    const struct explanation *x);

#endif
