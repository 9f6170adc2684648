#ifndef LOGIN_ATTEMPT_H
#define LOGIN_ATTEMPT_H

#include "login/breaker.h"
#include "login/login.h"
#include "login/policy.h"
#include "login/tally.h"

/* One login under way: private to the files of a login. */
struct attempt {
	const struct config *cfg;
	const struct login_request *who;
	struct service *service;
	struct conversation *person;
	const struct deadline *deadline;
	struct login_result *out;
	struct policy_decision policy;
	struct tally *tally;       /* NULL: tries are not counted */
	struct breaker breaker;
	struct buf directory_id;   /* the account's name at the service */
	struct person account;
	struct challenge challenge;
	bool first_factor;     /* one was seen: contacts and pushes are fine */
	unsigned offered;      /* FACTOR_BIT()s the person is told of */
	unsigned usable;       /* of these, what can be right; 0 pretends */
	enum factor sent;      /* whose code is under way */
	struct buf answer;
	int64_t answered_ms;   /* when */
	bool answered_early;   /* `answer` was given before it was asked for */
	bool asked;            /* the person has seen a question */
	struct push push;      /* sent by this login */
	struct deadline push_until;
	bool push_open;        /* it is not known yet what came of it */
	bool command_shown;    /* what sudo is to run */
	bool locked_out;       /* on the way, and not to be told */
	bool engaged;          /* see fail_open_excuses() */
	bool candid;           /* see struct login_setup */
	int misread, choices, wait_s;
	char hint[160];        /* what the next prompt begins with */
};

enum { CHOICES_MAX = 5 }; /* codes and pushes sent in one login */

/*
 * Does the policy want a factor of this login? a->policy says so where ERR_OK;
 * ERR_UNKNOWN_PERSON is for a name that is to be asked like anybody, every
 * other error denies.
 */
__attribute__((warn_unused_result)) enum err attempt_decide(
    struct attempt *a, const struct account_lookups *lookups);

/* Are the tries of this login counted? Then they are denied where they cannot
 * be. */
bool attempt_counts_tries(const struct attempt *a);

/* Who could stop this very process, and so make the service look as if it was
 * away: whoever started su, sudo or chfn, and nobody of those from
 * elsewhere. */
void attempt_describe_caller(
    const struct login_request *who, char *out, size_t size);

/* flow = trigger: this host's key asks about the person, whom a->account and
 * a->challenge then describe; in the account phase there is no challenge, but
 * ERR_NO_FACTOR where no phone can be asked. */
__attribute__((warn_unused_result)) enum err attempt_look_up(
    struct attempt *a);

/* Is it the person that is not right, rather than us or the service? */
bool attempt_is_about_person(enum err e);

/* Ask; the answer is left in a->answer, empty for just Enter. */
__attribute__((warn_unused_result)) enum err attempt_ask(
    struct attempt *a, enum question what, const char *prompt);

/*
 * Ask for the code before the service is asked anything: by a host that may
 * answer by itself, or where no first factor was seen, so that everybody gets
 * the same question after the same time.
 */
__attribute__((warn_unused_result)) enum err attempt_ask_early(
    struct attempt *a);

/*
 * Ask until a code is right (ERR_OK) or the login is lost. What the challenge
 * and the configuration offer is in a->offered and a->usable: see
 * attempt_offer().
 */
__attribute__((warn_unused_result)) enum err attempt_answer(struct attempt *a);

/* What can be offered, once there is a challenge. ERR_NO_FACTOR. */
__attribute__((warn_unused_result)) enum err attempt_offer(struct attempt *a);

/* Ask like anybody, for somebody who cannot be right, and return `why`. */
__attribute__((warn_unused_result)) enum err attempt_pretend(
    struct attempt *a, enum err why);

/* However fast the service was, or whether it was asked at all: go on a
 * second after the answer. */
void attempt_even_out(const struct attempt *a);

/*
 * Have the phone asked. ERR_OK and `*approved`; ERR_OK without: no answer, or
 * it could not be sent, a->hint says so, and there is something else to
 * answer with. ERR_DECLINED: refused there.
 */
__attribute__((warn_unused_result)) enum err attempt_push(
    struct attempt *a, bool *approved);

/* Find out the account's name at the service, and whether that can be asked
 * now: ERR_UNREACHABLE where the breaker says no; ERR_CONFIG. */
__attribute__((warn_unused_result)) enum err attempt_approach(
    struct attempt *a);

/* What asking the service for the first time came to: noted for the next
 * logins, and returned. A person who used the time up is not the service's
 * fault, and must not look like it. */
__attribute__((warn_unused_result)) enum err attempt_reached(
    struct attempt *a, enum err e);

/* flow = signin, from the password on. `so_far`: what is known already of
 * somebody who is asked like anybody, and then denied for it. */
__attribute__((warn_unused_result)) enum err attempt_by_password(
    struct attempt *a, enum err so_far);

/* One sentence for the person, with the reference to quote. */
void attempt_tell_denial(struct attempt *a);

/* Is this text to be put into a question, or would a message be seen? */
bool attempt_must_ask(const struct attempt *a);

#endif
