#ifndef LOGIN_LOGIN_H
#define LOGIN_LOGIN_H

#include "login/account.h"
#include "login/config.h"
#include "login/conversation.h"

/* What the login decides. Zeroed memory denies. */
enum verdict { VERDICT_DENY = 0, VERDICT_SKIP, VERDICT_ALLOW };

/* "deny", "skip", "allow"; and back, VERDICT_DENY for any other word. */
const char *verdict_name(enum verdict v);

/* Who wants in, as the host says. Borrowed; "" where the host says nothing. */
struct login_request {
	const char *user, *service, *rhost, *tty, *ruser;
	const char *ssh_connection; /* sshd's "address port address port" */
	const char *command;        /* what sudo is to run; to be shown */
	const char *ref;            /* what the person can quote; may be "" */
	unsigned caller_uid; /* the host's real uid: who started it */
	bool first_factor; /* the host has a password or a key of this person */
	bool blind;        /* the host may answer hidden questions by itself, so
			      the person is asked, visibly, before anything is
			      sent to the service */
	bool silent;       /* the host shows no messages, only questions */
	bool account_phase; /* nobody can be asked: a push, or nothing */
};

/* What came of it. `why` is ERR_OK with ALLOW and SKIP, unless a fail-open
 * excused it. */
struct login_result {
	enum verdict verdict;
	enum err why;
	enum err shown;         /* what host and person are told: `why`, or
				   what anybody else would have been told */
	int wrong_codes;
	enum factor factor;     /* the one answered with; FACTOR_COUNT: none */
	bool by_breaker;        /* the service was not asked */
	char rule[128];         /* what decided in the policy */
};

/* What a login works with. All borrowed; it ends with the deadline of
 * `service`, which it may lend another for the time it takes to sign out. */
struct login_setup {
	const struct config *cfg;
	struct service *service;
	struct conversation *person;
	const struct account_lookups *lookups;
	const char *runtime_dir; /* where the breaker is */
	bool candid; /* nobody has to be kept in the dark: who cannot be right
			is not asked */

	/* Or NULL: called once the policy wants a factor, before anything
	 * from outside is read: account databases may need more than a
	 * sandbox gives. Its error denies. */
	enum err (*before_service)(void *ctx);
	void *ctx;
};

/*
 * May a failure to reach the service let this login in? The only place that
 * can say yes, and only for ERR_UNREACHABLE, ERR_TIMEOUT, ERR_BUSY and
 * ERR_THROTTLED, where the administrator wrote fail = open, and before the
 * login is engaged: once the service has begun a challenge, the failure could
 * be the person's own doing.
 */
bool fail_open_excuses(enum fail_mode mode, enum err why, bool engaged);

/*
 * The whole login, one straight line: policy, user map, person, factors,
 * ask, check. Never fails: `out` always holds a verdict, and the log one
 * line about it.
 */
void login_run(const struct login_setup *with, const struct login_request *who,
    struct login_result *out);

/* The one log line of a login, also of one that could not begin. */
void login_log(const struct login_request *who, const struct login_result *r,
    const char *provider, const char *request_id, int64_t ms);

/*
 * The questions of a login alone, for whoever has a challenge already: ask
 * until a code is right. ERR_OK: one was. Within the deadline of `service`;
 * no verdict, no log line, nobody told how it ended.
 */
__attribute__((warn_unused_result)) enum err login_answer(
    const struct config *cfg, const struct person *who,
    const struct challenge *challenge, struct service *service,
    struct conversation *person);

#endif
