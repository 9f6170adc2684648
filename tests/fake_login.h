#ifndef TESTS_FAKE_LOGIN_H
#define TESTS_FAKE_LOGIN_H

#include "base/log.h"
#include "fake_clock.h"
#include "login/login.h"
#include "login/outlook.h"
#include "login/tally.h"

/*
 * A login against a scripted service and a scripted person, on a clock that
 * moves only when somebody takes time. A test sets what it wants, calls
 * expect() or run_login(), and looks at what was done.
 */

#define ALL_FACTORS (FACTOR_BIT(FACTOR_COUNT) - 1)

/* A service that does as the test says, and remembers what it was told. */
struct fake_remote {
	enum err find, challenge, send, check, push, sign_in, sign_out;
	enum err polls[16];         /* in turn; those not set are fine */
	enum answer phone[16];      /* what the phone says, in turn */
	enum answer answer;         /* to a code that is not right_code */
	const char *right_code, *new_recovery, *right_password, *why;
	bool no_push;               /* it cannot do that */
	bool sends_before_it_fails; /* sign_in() fails when it has sent */
	bool signed_in;             /* by the password, without a challenge */
	const char *token;          /* what sign_in() comes with, or NULL */
	unsigned bound;
	int takes_ms;               /* each call */
	int wait_s;                 /* what it asks to wait */
	void (*on_check)(void);
	/* what it was asked */
	int finds, challenges, sends, checks, pushes, polled, sign_ins;
	int sign_outs;              /* of a token; none is nothing */
	enum factor sent, checked;
	char code[64], found[64], password[600], client_ip[64], account[64];
	char account_type[32], revoked[64];
	int64_t polled_ms[16], sign_out_left_ms;
};

enum { ASKED_MAX = 24 };

/* A person who gives these answers in turn; NULL is a failed conversation. */
struct fake_human {
	const char *answers[ASKED_MAX];
	enum err errors[ASKED_MAX];
	const char *first_pass;     /* the password the host has, or NULL */
	int takes_ms;               /* to answer */
	enum err tell;
	/* what was asked */
	size_t asked, first_passes;
	enum question questions[ASKED_MAX];
	char prompts[ASKED_MAX][512];
	int64_t asked_ms[ASKED_MAX];
	int tells;
	char told[512], told_first[512];
	int64_t told_ms;
};

extern struct fake_remote remote;
extern struct fake_human human;
extern struct fake_clock fake;
extern struct config cfg;
extern struct login_request who;
extern enum err (*before_service)(void);
extern bool candid;            /* see struct login_setup */

extern char log_lines[8192];
extern int log_worst;           /* the most urgent priority so far */

/* The accounts of this host: alice, in any case of letters, uid 1000, of the
 * groups 1000 and 10; "broken", who cannot be looked up; the groups wheel (10)
 * and other (20). */

/* A setup: alice, local, with an authenticator, comes by sshd and has shown a
 * first factor. Nothing is on record. */
int fake_login_reset(void **state);

/* One login. The next one starts at the first answer again. */
struct login_result run_login(void);
void expect(enum verdict verdict, enum err why);

/* What such a login would come to. */
void look_ahead(bool online, struct outlook *out);

/* How many wrong codes alice has on record, and add some. */
int wrong_on_record(void);
void put_wrong_on_record(int count);

/* All calls of the service that were made. */
int calls_of_the_service(void);

/* Group setup and teardown. */
int fake_login_start(void **state);
int fake_login_stop(void **state);

#endif
