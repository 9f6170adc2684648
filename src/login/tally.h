#ifndef LOGIN_TALLY_H
#define LOGIN_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/clock.h"
#include "base/option.h"
#include "base/record.h"

/*
 * What this host remembers of one person's tries from login to login: wrong
 * codes, and pushes. Every change is made under a lock, and before the try
 * it counts, so that a hundred logins at once have no more tries than one.
 */
enum { TALLY_TRIES_MAX = 100, TALLY_PUSHES_MAX = 5 };

/* As the options lockout and max_push give them, and no others. */
struct tally_limits {
	struct option_rate wrong; /* so many within so long, at most
	                             TALLY_TRIES_MAX; count 0: no limit */
	int pushes;               /* outstanding at once, 1..TALLY_PUSHES_MAX */
};

struct tally {
	struct record record;
	struct tally_limits limits;
	const struct clock *clock;
	time_t try_s, push_s; /* the entries of this login, 0: none */
	bool crowded; /* "too soon" was for others that are outstanding */
};

/*
 * Open the record of `login` (the account's own spelling, no alias). To be
 * called before the sandbox. ERR_SYSTEM, with a LOG_ALERT line: tries that
 * cannot be counted are not to be had. tally_close() in any case.
 */
__attribute__((warn_unused_result)) enum err tally_open(struct tally *t,
    const char *directory, const char *login, struct tally_limits limits,
    const struct clock *clock);
void tally_close(struct tally *t);

/* Has this host ever had a record of `login`? For who only looks: makes none.
 * Yes, too, where that cannot be told; tally_open() then says why. */
bool tally_exists(const char *directory, const char *login);

/* Are there tries left? ERR_LOCKED_OUT where not; `*wait_s` is then how long
 * it lasts. ERR_SYSTEM as above. Counts nothing. */
__attribute__((warn_unused_result)) enum err tally_ask(
    struct tally *t, int *wait_s);

/* Count a wrong code before it is known to be one. ERR_LOCKED_OUT, then
 * nothing is counted and `*wait_s` set; ERR_SYSTEM. */
__attribute__((warn_unused_result)) enum err tally_try(
    struct tally *t, int *wait_s);

/* The last try was no wrong code after all: it was right, or nobody said. */
void tally_take_back(struct tally *t);

/*
 * May a push be sent now? Counts it as outstanding for `life_s`. ERR_TOO_SOON
 * where as many are outstanding as may be, or a pause is on after one that
 * was refused or not answered: 15 s, twice that for each further one, an hour
 * at most; `*wait_s` says how long. ERR_SYSTEM.
 */
__attribute__((warn_unused_result)) enum err tally_push(
    struct tally *t, int life_s, int *wait_s);

/*
 * What became of it. One that may be on the phone is UNANSWERED, whatever
 * went wrong: a service in trouble must not be used to wear anybody down. So
 * is one of which nobody says anything any more. NOT_NEEDED: it was not sent,
 * or the person got in by another factor.
 */
enum tally_push_end { TALLY_PUSH_APPROVED, TALLY_PUSH_REFUSED,
	TALLY_PUSH_UNANSWERED, TALLY_PUSH_NOT_NEEDED };
void tally_push_ended(struct tally *t, enum tally_push_end how);

/* For `genauth-mfa status`: what is on record now. */
struct tally_view {
	int wrong;           /* codes within the limit's time */
	int locked_s;        /* 0: not locked out */
	int pushes;          /* outstanding */
	int push_pause_s;    /* 0: none */
	int refused;         /* pushes in a row: how long the next pause is */
};
__attribute__((warn_unused_result)) enum err tally_look(
    struct tally *t, struct tally_view *out);

/* For `genauth-mfa unlock`: forget everything, also what cannot be read. */
__attribute__((warn_unused_result)) enum err tally_clear(struct tally *t);

#endif
