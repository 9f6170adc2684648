#ifndef LOGIN_LOGIN_H
#define LOGIN_LOGIN_H

#include "login/config.h"
#include "login/conversation.h"

/* What the login decides. Zeroed memory denies. */
enum verdict { VERDICT_DENY = 0, VERDICT_SKIP, VERDICT_ALLOW };

/* "deny", "skip", "allow"; and back, VERDICT_DENY for any other word. */
const char *verdict_name(enum verdict v);

/* Who wants in, as the host says. Borrowed; "" where the host says nothing.
 * `first_factor`: the host has seen a password or a key of this person.
 * `blind`: the host may answer hidden prompts by itself, so the person is
 * asked, visibly, before anything is sent to the service. */
struct login_request {
	const char *user, *service, *rhost, *tty, *ruser;
	bool first_factor, blind;
};

/* What came of it. `why` is ERR_OK with ALLOW and SKIP, unless a fail-open
 * excused it. */
struct login_result {
	enum verdict verdict;
	enum err why;
	int wrong_codes;
	enum factor factor;     /* the one answered with; FACTOR_COUNT: none */
	char rule[128];         /* what decided in `users` */
};

/*
 * May a failure to reach the service let this login in? The only place that
 * can say yes, and only for ERR_UNREACHABLE, ERR_TIMEOUT and ERR_BUSY, where
 * the administrator wrote fail = open, and before the login is engaged: once
 * the person was asked or the service has begun a challenge, the failure
 * could be the person's own doing.
 */
bool fail_open_excuses(enum fail_mode mode, enum err why, bool engaged);

/*
 * The whole login, one straight line: policy, user map, person, factors,
 * ask, check. Never fails: `out` always holds a verdict, and the log one
 * line about it. All borrowed; the login ends with the deadline of `service`.
 * `before_service` (or NULL) is called once the policy wants a factor, before
 * anything from outside is read: account databases may need more than a
 * sandbox gives. Its error denies.
 */
void login_run(const struct config *cfg, const struct login_request *who,
    struct service *service, struct conversation *person,
    enum err (*before_service)(void), struct login_result *out);

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
