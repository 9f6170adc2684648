/*
 * The straight line of a login against a scripted provider and person: what
 * is asked, what is sent, and what is decided.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "fake_login.h"

#define OTP FACTOR_BIT(FACTOR_OTP)
#define SMS FACTOR_BIT(FACTOR_SMS)
#define EMAIL FACTOR_BIT(FACTOR_EMAIL)
#define RECOVERY FACTOR_BIT(FACTOR_RECOVERY)
#define RECOVERY_CODE "e7ad-aaa4-da75-fa37-57d1-5141"

static void
answer_always(const char *answer)
{
	for (size_t i = 0; i < ASKED_MAX; i++)
		human.answers[i] = answer;
}

static void
reset(void)
{
	assert_int_equal(fake_login_reset(NULL), 0);
}

static void
a_right_code_allows(void **state)
{
	(void)state;
	human.answers[0] = "123 456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.checked, FACTOR_OTP);
	assert_string_equal(remote.code, "123456");
	assert_int_equal(human.questions[0], QUESTION_CODE);
	assert_string_equal(human.prompts[0], "Verification code: ");
	assert_non_null(strstr(log_lines, "event=login verdict=allow "
	    "user=alice service=sshd rhost=192.0.2.7 rule=* factor=otp "
	    "provider=fake ref=7f3a ms=0"));
}

static void
a_wrong_code_may_be_tried_again(void **state)
{
	(void)state;
	human.answers[0] = "111111";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_string_equal(human.prompts[1],
	    "That code is not right. Verification code: ");
}

static void
tries_are_counted(void **state)
{
	(void)state;
	answer_always("111111");
	expect(VERDICT_DENY, ERR_TRIES);
	assert_int_equal(remote.checks, 3);
	reset();
	cfg.tries = 1;
	human.answers[0] = "111111";
	expect(VERDICT_DENY, ERR_TRIES);
	assert_int_equal(remote.checks, 1);
	assert_string_equal(human.told, "Too many wrong codes. Ref: 7f3a");
}

static void
giving_up_after_a_wrong_code_is_a_wrong_code(void **state)
{
	(void)state;
	human.answers[0] = "111111";
	human.answers[1] = "";
	expect(VERDICT_DENY, ERR_WRONG_CODE);
}

static void
r05_empty_answer_denies(void **state)
{
	(void)state;
	human.answers[0] = "";
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(remote.checks, 0);
	reset();
	expect(VERDICT_DENY, ERR_CONVERSATION);
}

static void
what_is_no_code_is_never_sent(void **state)
{
	(void)state;
	human.answers[0] = "hunter2";
	human.answers[1] = "my long password";
	human.errors[2] = ERR_NOT_A_CODE;
	expect(VERDICT_DENY, ERR_NOT_A_CODE);
	assert_int_equal(remote.checks, 0);
	assert_int_equal(human.asked, 3);
	reset();
	human.answers[0] = "hunter2";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_string_equal(human.prompts[1],
	    "That does not look like a code. Verification code: ");
}

static void
a_letter_sends_and_asks_again(void **state)
{
	(void)state;
	remote.bound |= SMS | EMAIL;
	human.answers[0] = "s";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_string_equal(human.prompts[0], "Verification code (or s: SMS "
	    "to ***8888, e: e-mail to a***@example.com): ");
	assert_int_equal(remote.sends, 1);
	assert_int_equal(remote.sent, FACTOR_SMS);
	assert_int_equal(remote.checked, FACTOR_SMS);
}

static void
contacts_are_hidden_without_a_first_factor(void **state)
{
	(void)state;
	who.first_factor = false;
	remote.bound |= SMS | EMAIL;
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_null(strstr(human.prompts[0], "8888"));
	assert_null(strstr(human.prompts[0], "example"));
}

static void
the_only_factor_is_started_without_asking(void **state)
{
	(void)state;
	remote.bound = EMAIL;
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.sends, 1);
	assert_int_equal(remote.checked, FACTOR_EMAIL);
	assert_non_null(strstr(human.prompts[0], "a***@example.com"));
}

static void
too_soon_says_how_long_to_wait(void **state)
{
	(void)state;
	remote.bound = SMS;
	remote.send = ERR_TOO_SOON;
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_non_null(strstr(human.prompts[0],
	    "A code was sent a moment ago: use that one. Another can be sent "
	    "after a minute."));
	assert_int_equal(remote.checked, FACTOR_SMS);
	reset();
	remote.bound = SMS;
	remote.send = ERR_TOO_SOON;
	remote.wait_s = 42;
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_non_null(strstr(human.prompts[0],
	    "A code was sent a moment ago: use that one. Another can be sent "
	    "in 42 s."));
}

static void
a_code_that_cannot_be_sent_leaves_the_other_factors(void **state)
{
	(void)state;
	remote.bound |= SMS;
	remote.send = ERR_BUSY;
	human.answers[0] = "s";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.checked, FACTOR_OTP);
	reset();
	remote.bound = SMS;
	remote.send = ERR_BUSY;
	cfg.fail = FAIL_OPEN;
	expect(VERDICT_DENY, ERR_BUSY); /* the person could bring this about */
}

static void
choosing_has_an_end(void **state)
{
	(void)state;
	remote.bound |= SMS;
	answer_always("s");
	expect(VERDICT_DENY, ERR_TRIES);
	assert_int_equal(remote.sends, 5);
	reset();
	answer_always("o");
	expect(VERDICT_DENY, ERR_TRIES);
	assert_int_equal(remote.sends, 0);
}

static void
a_new_recovery_code_is_shown_before_success(void **state)
{
	(void)state;
	remote.bound |= RECOVERY;
	remote.right_code = RECOVERY_CODE;
	remote.new_recovery = "0000-1111-2222-3333-4444-5555";
	human.answers[0] = "E7AD-AAA4-DA75-FA37-57D1-5141";
	human.answers[1] = "";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.checked, FACTOR_RECOVERY);
	assert_non_null(strstr(human.prompts[1],
	    "\n0000-1111-2222-3333-4444-5555\n"));
	assert_null(strstr(log_lines, "0000-1111"));
	assert_null(strstr(log_lines, "e7ad"));
	reset(); /* who does not see it is not let in */
	remote.bound |= RECOVERY;
	remote.right_code = RECOVERY_CODE;
	remote.new_recovery = "0000-1111-2222-3333-4444-5555";
	human.answers[0] = RECOVERY_CODE;
	expect(VERDICT_DENY, ERR_CONVERSATION);
	reset(); /* whatever is typed there, it was seen */
	remote.bound |= RECOVERY;
	remote.right_code = RECOVERY_CODE;
	remote.new_recovery = "0000-1111-2222-3333-4444-5555";
	human.answers[0] = RECOVERY_CODE;
	human.errors[1] = ERR_NOT_A_CODE;
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(human.asked, 2);
}

static void
r02_a_factor_that_is_not_allowed_is_not_offered(void **state)
{
	(void)state;
	remote.bound = OTP | SMS;
	cfg.allowed.bits = OTP;
	human.answers[0] = "s";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.sends, 0);
	assert_string_equal(human.prompts[0], "Verification code: ");
	reset();
	remote.bound = SMS;
	cfg.allowed.bits = OTP;
	answer_always("123456");
	expect(VERDICT_DENY, ERR_NO_FACTOR);
	assert_int_equal(remote.sends + remote.checks, 0);
}

static void
an_exempt_person_is_skipped_and_nothing_is_sent(void **state)
{
	static char rules[] = "!alice *";

	(void)state;
	cfg.users = rules;
	expect(VERDICT_SKIP, ERR_OK);
	assert_int_equal(remote.finds, 0);
	assert_int_equal(human.asked, 0);
	assert_non_null(strstr(log_lines, "verdict=skip"));
	assert_non_null(strstr(log_lines, "rule=!alice"));
}

static void
an_exempt_person_is_not_asked_by_a_blind_host_either(void **state)
{
	static char rules[] = "!alice *";

	(void)state;
	cfg.users = rules;
	who.blind = true;
	expect(VERDICT_SKIP, ERR_OK);
	assert_int_equal(human.asked, 0);
}

static enum err
sandbox_fails(void)
{
	assert_int_equal(remote.finds, 0);
	return ERR_SYSTEM;
}

static void
a_sandbox_that_cannot_be_entered_denies(void **state)
{
	static char rules[] = "!alice *";

	(void)state;
	before_service = sandbox_fails;
	cfg.fail = FAIL_OPEN;
	human.answers[0] = "123456";
	expect(VERDICT_DENY, ERR_SYSTEM);
	assert_int_equal(remote.finds + (int)human.asked, 0);
	cfg.users = rules; /* who is exempt needs no service, and no sandbox */
	expect(VERDICT_SKIP, ERR_OK);
}

static void
a_blind_host_is_asked_before_anything_is_sent(void **state)
{
	(void)state;
	who.blind = true;
	remote.bound = SMS;
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(remote.finds + remote.sends, 0);
	assert_int_equal(human.questions[0], QUESTION_VISIBLE);
	reset(); /* not blind after all: the answer is used */
	who.blind = true;
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(human.asked, 1);
	reset();
	who.blind = true;
	remote.bound = SMS;
	human.answers[0] = "s";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.sends, 1);
}

static void
another_person_in_the_reply_is_an_alarm(void **state)
{
	(void)state;
	human.answers[0] = "123456";
	remote.check = ERR_OTHER_PERSON;
	expect(VERDICT_DENY, ERR_OTHER_PERSON);
	assert_int_equal(log_worst, LOG_ALERT);
}

static void
time_that_ran_out_denies(void **state)
{
	(void)state;
	human.errors[0] = ERR_TOO_SLOW;
	expect(VERDICT_DENY, ERR_TOO_SLOW);
	cfg.fail = FAIL_OPEN;
	human.asked = 0;
	expect(VERDICT_DENY, ERR_TOO_SLOW);
}

static bool
excusable(unsigned e)
{
	return e == ERR_UNREACHABLE || e == ERR_TIMEOUT || e == ERR_BUSY ||
	    e == ERR_THROTTLED;
}

/* Where an error can come from, in the three flows of a login. */
enum step {
	STEP_BEFORE_SERVICE, STEP_FIND, STEP_CHALLENGE, STEP_SIGN_IN,
	STEP_EARLY_QUESTION, STEP_PASSWORD_QUESTION, STEP_SEND, STEP_QUESTION,
	STEP_CHECK, STEP_PUSH, STEP_ACCOUNT_PUSH, STEP_ACCOUNT_FIND,
	STEP_ACCOUNT_POLL, STEP_ACCOUNT_TELL, STEP_COUNT
};

static enum err failing;

static enum err
fail_before_service(void)
{
	return failing;
}

static void
prepare_step(enum step step)
{
	human.answers[0] = "123456";
	if (step == STEP_SIGN_IN || step == STEP_PASSWORD_QUESTION) {
		cfg.flow = FLOW_SIGNIN;
		human.answers[0] = "hunter2";
		human.answers[1] = "123456";
	}
	if (step == STEP_SEND)
		remote.bound = SMS;
	if (step == STEP_PUSH) {
		remote.bound = 0;
		cfg.allowed.bits = FACTOR_BIT(FACTOR_PUSH);
	}
	if (step >= STEP_ACCOUNT_PUSH) {
		cfg.account = ACCOUNT_PUSH;
		who.account_phase = true;
	}
	who.first_factor = step != STEP_EARLY_QUESTION;
}

/* Let the error happen there. */
static void
fail_at(enum step step, enum err e)
{
	enum err *const places[STEP_COUNT] = {
	    [STEP_BEFORE_SERVICE] = &failing, [STEP_FIND] = &remote.find,
	    [STEP_CHALLENGE] = &remote.challenge,
	    [STEP_SIGN_IN] = &remote.sign_in,
	    [STEP_EARLY_QUESTION] = &human.errors[0],
	    [STEP_PASSWORD_QUESTION] = &human.errors[0],
	    [STEP_SEND] = &remote.send, [STEP_QUESTION] = &human.errors[0],
	    [STEP_CHECK] = &remote.check, [STEP_PUSH] = &remote.push,
	    [STEP_ACCOUNT_PUSH] = &remote.push,
	    [STEP_ACCOUNT_FIND] = &remote.find,
	    [STEP_ACCOUNT_POLL] = &remote.polls[0],
	    [STEP_ACCOUNT_TELL] = &human.tell};

	*places[step] = e;
	if (step == STEP_ACCOUNT_POLL)
		for (size_t i = 0; i < 16; i++)
			remote.polls[i] = e;
	if (step == STEP_BEFORE_SERVICE)
		before_service = fail_before_service;
}

/* May the login go on after this, to another end than `e`? */
static bool
goes_on(enum step step, enum err e)
{
	return (step == STEP_SEND && e == ERR_TOO_SOON) ||
	    (step == STEP_EARLY_QUESTION && e == ERR_NOT_A_CODE) ||
	    (step == STEP_QUESTION && e == ERR_NOT_A_CODE);
}

/* What it is then: a service that cannot be reached is one only where it was
 * asked. */
static enum err
comes_to(enum step step, enum err e)
{
	bool asked = step == STEP_EARLY_QUESTION ||
	    step == STEP_PASSWORD_QUESTION || step == STEP_QUESTION ||
	    step == STEP_BEFORE_SERVICE;

	return asked && excusable(e) ? ERR_SYSTEM : e;
}

/* Every error x every fail mode x every step it can happen at: nothing lets
 * in but a service that cannot be asked for a challenge. */
static void
errors_by_fail_mode_and_step(void **state)
{
	(void)state;
	for (int mode = FAIL_CLOSED; mode <= FAIL_OPEN; mode++)
		for (unsigned e = 1; e < ERR_COUNT; e++)
			for (unsigned step = 0; step < STEP_COUNT; step++) {
				bool asks = step == STEP_FIND ||
				    step == STEP_CHALLENGE ||
				    step == STEP_ACCOUNT_FIND;
				bool open = mode == FAIL_OPEN && asks &&
				    excusable(e);
				struct login_result r;

				if (goes_on((enum step)step, (enum err)e))
					continue;
				reset();
				cfg.fail = mode;
				prepare_step((enum step)step);
				fail_at((enum step)step, (enum err)e);
				r = run_login();
				if (r.verdict !=
				    (open ? VERDICT_ALLOW : VERDICT_DENY))
					fail_msg("%s at step %u: %s",
					    err_name((enum err)e), step,
					    verdict_name(r.verdict));
				if (r.why != comes_to((enum step)step,
				    (enum err)e))
					fail_msg("%s at step %u: %s",
					    err_name((enum err)e), step,
					    err_name(r.why));
				assert_true(!open || log_worst == LOG_ALERT);
			}
}

static void
failing_open_is_for_four_errors_only(void **state)
{
	(void)state;
	for (unsigned e = 0; e <= ERR_COUNT; e++) {
		assert_int_equal(
		    fail_open_excuses(FAIL_OPEN, (enum err)e, false),
		    excusable(e));
		assert_false(fail_open_excuses(FAIL_OPEN, (enum err)e, true));
		assert_false(
		    fail_open_excuses(FAIL_CLOSED, (enum err)e, false));
	}
}

/* Who is not what a login wants, as a stranger at the prompt must not see. */
enum kind {
	KIND_HAS_ALL, KIND_HAS_OTP, KIND_HAS_NONE, KIND_UNKNOWN, KIND_INACTIVE,
	KIND_NOT_LOCAL, KIND_LOCKED_OUT, KIND_LOCKED_ON_THE_WAY, KIND_COUNT
};

static void
become(enum kind kind, int service_takes_ms)
{
	reset();
	who.first_factor = false;
	human.takes_ms = 3000;
	remote.takes_ms = service_takes_ms;
	remote.bound = kind == KIND_HAS_OTP ? OTP : kind == KIND_HAS_NONE ? 0 :
	    ALL_FACTORS & ~FACTOR_BIT(FACTOR_PUSH);
	if (kind == KIND_UNKNOWN)
		remote.find = ERR_UNKNOWN_PERSON;
	else if (kind == KIND_INACTIVE)
		remote.find = ERR_INACTIVE_PERSON;
	else if (kind == KIND_NOT_LOCAL)
		who.user = "mallory";
	else if (kind == KIND_LOCKED_OUT)
		put_wrong_on_record(10);
	else if (kind == KIND_LOCKED_ON_THE_WAY)
		put_wrong_on_record(9);
}

/* What a stranger may try. */
static const char *const attempts[][6] = {
    {"111111", "111111", "111111"},
    {"111111", ""},
    {""},
    {"s", "1234", "s", "111111", "111111"},
    {"e", "o", "111111", "111111", "111111"},
    {"o", "s", "e", "o", "s", "e"},
    {"p", "push", "hello"},
    {"hunter2", "my password", "x"},
    {"x", "111111", RECOVERY_CODE, "111111"},
    {"1234", "12345678", "111111", "111111"},
};

enum { ATTEMPTS = sizeof(attempts) / sizeof(attempts[0]) };

/* One login of a stranger; what the host is told that it came to. */
static enum err
try(const char *const answers[6])
{
	struct login_result r;

	for (size_t i = 0; i < 6; i++)
		human.answers[i] = answers[i];
	r = run_login();
	assert_int_equal(r.verdict, VERDICT_DENY);
	if (strcmp(who.user, "alice") != 0)
		assert_int_equal(calls_of_the_service(), 0);
	return r.shown;
}

/* How long after answer `i` came what follows it? */
static int64_t
pause_after(size_t i)
{
	int64_t answered_ms = human.asked_ms[i] + human.takes_ms;

	return (i + 1 < human.asked ? human.asked_ms[i + 1] : human.told_ms) -
	    answered_ms;
}

static void
without_a_first_factor_all_see_the_same(void **state)
{
	static struct fake_human seen;
	enum err shown = ERR_OK, to_all = ERR_OK;

	(void)state;
	for (size_t t = 0; t < ATTEMPTS; t++)
		for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
			become((enum kind)kind, 100);
			shown = try(attempts[t]);
			if (kind == 0) {
				seen = human;
				to_all = shown;
			}
			if (shown != to_all)
				fail_msg("attempt %zu, kind %u: %s not %s", t,
				    kind, err_name(shown), err_name(to_all));
			if (human.asked != seen.asked)
				fail_msg("attempt %zu, kind %u: %zu not %zu "
				    "questions", t, kind, human.asked,
				    seen.asked);
			for (size_t i = 0; i < seen.asked; i++) {
				assert_int_equal(human.questions[i],
				    seen.questions[i]);
				assert_string_equal(human.prompts[i],
				    seen.prompts[i]);
			}
			if (strcmp(human.told, seen.told) != 0)
				fail_msg("attempt %zu, kind %u: \"%s\" not "
				    "\"%s\"", t, kind, human.told,
				    seen.told);
		}
}

static void
without_a_first_factor_no_contact_is_seen(void **state)
{
	(void)state;
	for (size_t t = 0; t < ATTEMPTS; t++) {
		become(KIND_HAS_ALL, 0);
		(void)try(attempts[t]);
		for (size_t i = 0; i < human.asked; i++) {
			assert_null(strstr(human.prompts[i], "8888"));
			assert_null(strstr(human.prompts[i], "example"));
			assert_null(strstr(human.prompts[i], "phone"));
		}
		assert_int_equal(remote.pushes, 0);
	}
}

/* A second from each answer to what follows, however fast the service is, and
 * whether or not it was asked. */
static void
without_a_first_factor_all_wait_as_long(void **state)
{
	static const int service_takes_ms[] = {0, 1, 100, 330};

	(void)state;
	for (size_t m = 0; m < 4; m++)
		for (size_t t = 0; t < ATTEMPTS; t++)
			for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
				become((enum kind)kind, service_takes_ms[m]);
				(void)try(attempts[t]);
				for (size_t i = 0; i < human.asked; i++)
					if (pause_after(i) != 1000)
						fail_msg("attempt %zu, kind "
						    "%u, answer %zu: %d ms",
						    t, kind, i,
						    (int)pause_after(i));
			}
}

static void
without_fail_delay_nobody_waits(void **state)
{
	(void)state;
	for (size_t t = 0; t < ATTEMPTS; t++) {
		become(KIND_HAS_ALL, 0);
		cfg.fail_delay_ms = 0;
		(void)try(attempts[t]);
		assert_int_equal(fake.slept_ms, 0);
	}
}

static void
waiting_ends_with_the_time_for_the_login(void **state)
{
	(void)state;
	become(KIND_UNKNOWN, 0);
	cfg.login_timeout_ms = 3400;
	human.answers[0] = "111111";
	expect(VERDICT_DENY, ERR_UNKNOWN_PERSON);
	assert_int_equal(fake.slept_ms, 400);
}

/* The log says what the person is not told. */
static void
the_log_knows_why(void **state)
{
	static const enum err reasons[KIND_COUNT] = {ERR_TRIES, ERR_TRIES,
	    ERR_NO_FACTOR, ERR_UNKNOWN_PERSON, ERR_INACTIVE_PERSON,
	    ERR_UNKNOWN_PERSON, ERR_LOCKED_OUT, ERR_LOCKED_OUT};

	(void)state;
	for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
		char reason[64];

		become((enum kind)kind, 0);
		answer_always("111111");
		expect(VERDICT_DENY, reasons[kind]);
		(void)snprintf(reason, sizeof(reason), " reason=%s ",
		    err_name(reasons[kind]));
		assert_non_null(strstr(log_lines, reason));
		assert_non_null(strstr(log_lines, " ref=7f3a "));
	}
}

static void
a_right_code_is_right_without_a_first_factor(void **state)
{
	(void)state;
	become(KIND_HAS_ALL, 100);
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	become(KIND_HAS_ALL, 100);
	human.answers[0] = "s";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.sent, FACTOR_SMS);
}

/* With a first factor it is asked like anybody with an authenticator. */
static void
with_a_first_factor_no_factor_is_one_plain_prompt(void **state)
{
	static const enum kind kinds[] = {
	    KIND_HAS_NONE, KIND_UNKNOWN, KIND_INACTIVE, KIND_NOT_LOCAL};
	static const enum err reasons[] = {ERR_NO_FACTOR, ERR_UNKNOWN_PERSON,
	    ERR_INACTIVE_PERSON, ERR_UNKNOWN_PERSON};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		become(kinds[i], 0);
		who.first_factor = true;
		human.answers[0] = "123456";
		expect(VERDICT_DENY, reasons[i]);
		assert_string_equal(
		    human.prompts[0], "Verification code: ");
		assert_int_equal(remote.sends + remote.checks, 0);
		assert_string_equal(human.told, "You could not be verified. "
		    "Ask your administrator if this goes on. Ref: 7f3a");
	}
}

/* genauth-mfa verify: whoever runs it may know. */
static void
a_candid_login_asks_nobody_who_cannot_be_right(void **state)
{
	static const enum kind kinds[] = {
	    KIND_HAS_NONE, KIND_UNKNOWN, KIND_INACTIVE, KIND_NOT_LOCAL};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		become(kinds[i], 0);
		who.first_factor = candid = true;
		assert_int_equal(run_login().verdict, VERDICT_DENY);
		assert_int_equal(human.asked, 0);
	}
}

/* Who answers late has no time left; that says nothing about the service. */
static void
a_person_who_is_late_does_not_fail_open(void **state)
{
	(void)state;
	become(KIND_HAS_ALL, 0);
	cfg.fail = FAIL_OPEN;
	human.answers[0] = "123456";
	human.takes_ms = cfg.login_timeout_ms - 1;
	remote.find = ERR_TIMEOUT;
	for (unsigned i = 0; i < 5; i++) {
		expect(VERDICT_DENY, ERR_TOO_SLOW);
		assert_string_equal(human.told, "The time for this login ran "
		    "out. Try again. Ref: 7f3a");
	}
	human.takes_ms = 3000; /* nor does it open the breaker */
	remote.find = ERR_OK;
	expect(VERDICT_ALLOW, ERR_OK);
}

static int wrong_while_checking;

static void
look_at_record(void)
{
	wrong_while_checking = wrong_on_record();
}

static void
a_try_is_counted_before_it_is_made(void **state)
{
	(void)state;
	remote.on_check = look_at_record;
	human.answers[0] = "111111";
	expect(VERDICT_DENY, ERR_WRONG_CODE);
	assert_int_equal(wrong_while_checking, 1);
	assert_int_equal(wrong_on_record(), 1);
	human.answers[0] = "123456"; /* a right one takes its own back */
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(wrong_while_checking, 2);
	assert_int_equal(wrong_on_record(), 1);
}

static void
what_the_service_did_not_judge_is_no_wrong_code(void **state)
{
	(void)state;
	for (unsigned e = 1; e < ERR_COUNT; e++) {
		reset();
		remote.on_check = look_at_record;
		remote.check = (enum err)e;
		human.answers[0] = "123456";
		expect(VERDICT_DENY, (enum err)e);
		assert_int_equal(wrong_while_checking, 1);
		assert_int_equal(wrong_on_record(), 0);
	}
}

static void
what_is_no_code_is_not_counted(void **state)
{
	(void)state;
	answer_always("hunter2");
	expect(VERDICT_DENY, ERR_NOT_A_CODE);
	assert_int_equal(wrong_on_record(), 0);
}

static void
who_is_locked_out_is_told_and_the_service_is_not(void **state)
{
	(void)state;
	put_wrong_on_record(10);
	human.answers[0] = "123456";
	expect(VERDICT_DENY, ERR_LOCKED_OUT);
	assert_int_equal(calls_of_the_service(), 0);
	assert_int_equal(human.asked, 0);
	assert_string_equal(human.told, "Too many wrong codes lately. Try "
	    "again in 15 min, or ask your administrator. Ref: 7f3a");
	fake_clock_advance(&fake, 841 * 1000);
	expect(VERDICT_DENY, ERR_LOCKED_OUT);
	assert_non_null(strstr(human.told, " 1 min"));
	fake_clock_advance(&fake, 59 * 1000);
	expect(VERDICT_ALLOW, ERR_OK);
}

static void
the_last_try_locks_in_the_middle_of_a_login(void **state)
{
	(void)state;
	put_wrong_on_record(8);
	answer_always("111111");
	expect(VERDICT_DENY, ERR_LOCKED_OUT);
	assert_int_equal(remote.checks, 2);
	assert_int_equal(log_worst, LOG_WARNING);
}

/* ALICE is alice where the account database says so. */
static void
the_lockout_is_the_accounts_whatever_it_is_called(void **state)
{
	(void)state;
	put_wrong_on_record(10);
	who.user = "ALICE";
	expect(VERDICT_DENY, ERR_LOCKED_OUT);
	assert_int_equal(calls_of_the_service(), 0);
}

static void
a_lockout_can_be_switched_off(void **state)
{
	(void)state;
	put_wrong_on_record(10);
	cfg.lockout.count = 0;
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
}

static void
r37_a_record_that_cannot_be_opened_denies(void **state)
{
	static char elsewhere[] = "/dev/null/state";

	(void)state;
	cfg.state_dir = elsewhere;
	cfg.fail = FAIL_OPEN;
	human.answers[0] = "123456";
	expect(VERDICT_DENY, ERR_SYSTEM);
	assert_int_equal(calls_of_the_service(), 0);
	assert_int_equal(log_worst, LOG_ALERT);
	reset();
	assert_int_equal(chmod(cfg.state_dir, 0755), 0);
	human.answers[0] = "123456";
	expect(VERDICT_DENY, ERR_SYSTEM);
	assert_int_equal(log_worst, LOG_ALERT);
}

static void
a_denial_quotes_the_reference_where_there_is_one(void **state)
{
	(void)state;
	remote.find = ERR_BUSY;
	expect(VERDICT_DENY, ERR_BUSY);
	assert_string_equal(human.told, "The verification service cannot be "
	    "used now. Try again later, or ask your administrator. "
	    "Ref: 7f3a");
	who.ref = "";
	expect(VERDICT_DENY, ERR_BUSY);
	assert_null(strstr(human.told, "Ref"));
}

/* sudo shows no messages, and would keep a refusal to itself. */
static void
a_silent_host_is_refused_in_a_question(void **state)
{
	(void)state;
	cfg.tries = 1;
	who.silent = true;
	human.answers[0] = "111111";
	human.answers[1] = "";
	expect(VERDICT_DENY, ERR_TRIES);
	assert_int_equal(human.tells, 0);
	assert_int_equal(human.asked, 2);
	assert_string_equal(human.prompts[1],
	    "Too many wrong codes. Ref: 7f3a. Press Enter: ");
	human.answers[1] = "123456"; /* which is no try any longer */
	remote.checks = 0;
	expect(VERDICT_DENY, ERR_TRIES);
	assert_int_equal(remote.checks, 1);
	cfg.info = INFO_MESSAGE;
	expect(VERDICT_DENY, ERR_TRIES);
	assert_int_equal(human.tells, 1);
	human.answers[0] = NULL; /* nobody is there to press Enter */
	cfg.info = INFO_AUTO;
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(human.asked, 1);
}

static void
who_typed_no_code_is_told_that_one_is_needed(void **state)
{
	(void)state;
	human.answers[0] = "";
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_string_equal(human.told, "A code is needed, and none was "
	    "typed. Without a terminal it cannot be asked for. Ref: 7f3a");
}

/* So many logins in a row find the service away. */
static void
logins_fail(int count, enum err e)
{
	remote.find = e;
	while (count-- > 0) {
		struct login_result r = run_login();

		assert_false(r.by_breaker);
	}
	remote.find = ERR_OK;
}

static struct login_result
login_with_a_right_code(void)
{
	human.answers[0] = "123456";
	return run_login();
}

static void
the_breaker_opens_after_so_many_logins(void **state)
{
	static const enum err counts[] = {
	    ERR_UNREACHABLE, ERR_TIMEOUT, ERR_BUSY};
	struct login_result r;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		reset();
		logins_fail(3, counts[i]);
		assert_int_equal(log_worst, LOG_ALERT);
		log_lines[0] = '\0';
		remote.finds = 0;
		r = login_with_a_right_code();
		assert_int_equal(r.verdict, VERDICT_DENY);
		assert_int_equal(r.why, ERR_UNREACHABLE);
		assert_true(r.by_breaker);
		assert_int_equal(calls_of_the_service(), 0);
		assert_non_null(strstr(log_lines, " breaker=open "));
		assert_non_null(strstr(log_lines, " reason=unreachable "));
	}
}

static void
the_breaker_closes_when_the_service_is_found(void **state)
{
	(void)state;
	logins_fail(2, ERR_TIMEOUT);
	assert_int_equal(login_with_a_right_code().verdict, VERDICT_ALLOW);
	logins_fail(2, ERR_TIMEOUT); /* counted from the start */
	assert_int_equal(login_with_a_right_code().verdict, VERDICT_ALLOW);
	logins_fail(3, ERR_TIMEOUT);
	assert_true(login_with_a_right_code().by_breaker);
	fake_clock_advance(&fake, 60 * 1000);
	log_lines[0] = '\0';
	assert_int_equal(login_with_a_right_code().verdict, VERDICT_ALLOW);
	assert_null(strstr(log_lines, "breaker=open"));
	assert_false(login_with_a_right_code().by_breaker);
}

static void
what_shows_that_the_service_is_there_opens_no_breaker(void **state)
{
	static const enum err errors[] = {ERR_THROTTLED, ERR_TLS, ERR_REPLY,
	    ERR_CREDENTIAL, ERR_UNKNOWN_PERSON, ERR_INACTIVE_PERSON};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		reset();
		logins_fail(5, errors[i]);
		assert_int_equal(
		    login_with_a_right_code().verdict, VERDICT_ALLOW);
	}
}

static void
an_open_breaker_fails_as_the_administrator_said(void **state)
{
	struct login_result r;

	(void)state;
	logins_fail(3, ERR_TIMEOUT);
	cfg.fail = FAIL_OPEN;
	log_worst = LOG_DEBUG;
	log_lines[0] = '\0';
	r = login_with_a_right_code();
	assert_int_equal(r.verdict, VERDICT_ALLOW);
	assert_true(r.by_breaker);
	assert_int_equal(log_worst, LOG_ALERT);
	assert_non_null(
	    strstr(log_lines, "verdict=allow reason=unreachable "));
	assert_int_equal(calls_of_the_service() - remote.finds, 0);
}

/* Who can stop their own logins must not stop those of others. */
static void
the_breaker_of_one_caller_is_not_that_of_another(void **state)
{
	(void)state;
	who.rhost = "";
	who.ruser = "mallory";
	logins_fail(3, ERR_TIMEOUT);
	assert_true(login_with_a_right_code().by_breaker);
	who.ruser = "bob";
	assert_int_equal(login_with_a_right_code().verdict, VERDICT_ALLOW);
	who.ruser = "";
	assert_int_equal(login_with_a_right_code().verdict, VERDICT_ALLOW);
}

/* What somebody far away says of themselves makes no breaker of its own. */
static void
the_breaker_of_those_who_come_from_afar_is_one(void **state)
{
	(void)state;
	who.ruser = "mallory";
	logins_fail(3, ERR_TIMEOUT);
	who.ruser = "bob";
	assert_true(login_with_a_right_code().by_breaker);
}

/* Who may have an account of their own at the service under another spelling
 * of a name is still the account of this host. */
static void
r20_an_alias_is_the_account_itself(void **state)
{
	(void)state;
	buf_init(&cfg.users_map_text, 64);
	assert_int_equal(
	    buf_add_text(&cfg.users_map_text, "alice = a1\n"), ERR_OK);
	who.user = "ALICE";
	remote.find = ERR_BUSY;
	expect(VERDICT_DENY, ERR_BUSY);
	assert_string_equal(remote.found, "a1");
	buf_clear(&cfg.users_map_text);
	who.user = "Alice";
	expect(VERDICT_DENY, ERR_BUSY);
	assert_string_equal(remote.found, "alice");
}

static void
a_breaker_that_cannot_be_kept_changes_nothing(void **state)
{
	(void)state;
	cfg.breaker.count = 0;
	logins_fail(5, ERR_TIMEOUT);
	assert_int_equal(login_with_a_right_code().verdict, VERDICT_ALLOW);
}

/* The first prompt of a login by sudo. */
static const char *
sudo_prompt(const char *command)
{
	who.service = "sudo";
	who.command = command;
	human.answers[0] = "111111";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_null(strstr(human.prompts[1], "sudo"));
	return human.prompts[0];
}

static void
sudo_says_once_what_it_is_about_to_run(void **state)
{
	char host[65] = "", wanted[256];

	(void)state;
	assert_int_equal(gethostname(host, sizeof(host) - 1), 0);
	(void)snprintf(wanted, sizeof(wanted),
	    "sudo on %s: /usr/bin/id -un\nVerification code: ", host);
	assert_string_equal(sudo_prompt("/usr/bin/id -un"), wanted);
	reset();
	assert_string_equal(sudo_prompt(""), "Verification code: ");
	reset();
	cfg.prompt = PROMPT_SHORT;
	assert_string_equal(sudo_prompt("/usr/bin/id -un"), "Code: ");
	reset();
	who.command = "/usr/bin/id -un";
	who.service = "su";
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_string_equal(human.prompts[0], "Verification code: ");
}

static void
a_stranger_sees_the_command_too(void **state)
{
	(void)state;
	who.first_factor = false;
	assert_non_null(strstr(sudo_prompt("/usr/bin/id"), ": /usr/bin/id\n"));
}

/* At most 120 bytes, whole characters: else no host would show the prompt. */
static void
r18_a_long_command_is_cut_at_a_character(void **state)
{
	char command[257];

	(void)state;
	for (size_t start = 0; start < 4; start++) {
		const char *shown, *end;

		reset();
		memset(command, 'x', sizeof(command));
		for (size_t i = start; i + 2 < sizeof(command); i += 2)
			memcpy(command + i, "\xc3\xa4", 2);
		command[start % 2 == 0 ? 256 : 255] = '\0';
		shown = strchr(sudo_prompt(command), ':') + 2;
		assert_non_null(end = strstr(shown, "...\n"));
		assert_true(end - shown <= 120 && end - shown > 110);
		assert_true(text_is_clean(shown, strlen(shown), true));
	}
}

static void
r11_hostile_names_do_not_forge_log_lines(void **state)
{
	(void)state;
	who.rhost = "x verdict=allow \"q\" \x1b[2J\nevent=login";
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_null(strchr(log_lines, '\x1b'));
	assert_ptr_equal(strchr(log_lines, '\n'),
	    log_lines + strlen(log_lines) - 1);
	assert_non_null(strstr(log_lines,
	    "rhost=\"x verdict=allow \\\"q\\\" ?[2J?event=login\""));
}

static void
zeroed_memory_denies(void **state)
{
	struct login_result r;

	(void)state;
	memset(&r, 0, sizeof(r));
	assert_int_equal(r.verdict, VERDICT_DENY);
	assert_string_equal(verdict_name(r.verdict), "deny");
	assert_string_equal(verdict_name((enum verdict)77), "deny");
}

#define TEST(f) cmocka_unit_test_setup(f, fake_login_reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_right_code_allows),
	    TEST(a_wrong_code_may_be_tried_again),
	    TEST(tries_are_counted),
	    TEST(giving_up_after_a_wrong_code_is_a_wrong_code),
	    TEST(r05_empty_answer_denies),
	    TEST(what_is_no_code_is_never_sent),
	    TEST(a_letter_sends_and_asks_again),
	    TEST(contacts_are_hidden_without_a_first_factor),
	    TEST(the_only_factor_is_started_without_asking),
	    TEST(too_soon_says_how_long_to_wait),
	    TEST(a_code_that_cannot_be_sent_leaves_the_other_factors),
	    TEST(choosing_has_an_end),
	    TEST(a_new_recovery_code_is_shown_before_success),
	    TEST(r02_a_factor_that_is_not_allowed_is_not_offered),
	    TEST(an_exempt_person_is_skipped_and_nothing_is_sent),
	    TEST(an_exempt_person_is_not_asked_by_a_blind_host_either),
	    TEST(a_sandbox_that_cannot_be_entered_denies),
	    TEST(a_blind_host_is_asked_before_anything_is_sent),
	    TEST(another_person_in_the_reply_is_an_alarm),
	    TEST(time_that_ran_out_denies),
	    TEST(errors_by_fail_mode_and_step),
	    TEST(failing_open_is_for_four_errors_only),
	    TEST(without_a_first_factor_all_see_the_same),
	    TEST(without_a_first_factor_no_contact_is_seen),
	    TEST(without_a_first_factor_all_wait_as_long),
	    TEST(without_fail_delay_nobody_waits),
	    TEST(waiting_ends_with_the_time_for_the_login),
	    TEST(the_log_knows_why),
	    TEST(a_right_code_is_right_without_a_first_factor),
	    TEST(with_a_first_factor_no_factor_is_one_plain_prompt),
	    TEST(a_candid_login_asks_nobody_who_cannot_be_right),
	    TEST(a_person_who_is_late_does_not_fail_open),
	    TEST(a_try_is_counted_before_it_is_made),
	    TEST(what_the_service_did_not_judge_is_no_wrong_code),
	    TEST(what_is_no_code_is_not_counted),
	    TEST(who_is_locked_out_is_told_and_the_service_is_not),
	    TEST(the_last_try_locks_in_the_middle_of_a_login),
	    TEST(the_lockout_is_the_accounts_whatever_it_is_called),
	    TEST(a_lockout_can_be_switched_off),
	    TEST(r37_a_record_that_cannot_be_opened_denies),
	    TEST(a_denial_quotes_the_reference_where_there_is_one),
	    TEST(a_silent_host_is_refused_in_a_question),
	    TEST(who_typed_no_code_is_told_that_one_is_needed),
	    TEST(the_breaker_opens_after_so_many_logins),
	    TEST(the_breaker_closes_when_the_service_is_found),
	    TEST(the_breaker_of_those_who_come_from_afar_is_one),
	    TEST(r20_an_alias_is_the_account_itself),
	    TEST(what_shows_that_the_service_is_there_opens_no_breaker),
	    TEST(an_open_breaker_fails_as_the_administrator_said),
	    TEST(the_breaker_of_one_caller_is_not_that_of_another),
	    TEST(a_breaker_that_cannot_be_kept_changes_nothing),
	    TEST(sudo_says_once_what_it_is_about_to_run),
	    TEST(a_stranger_sees_the_command_too),
	    TEST(r18_a_long_command_is_cut_at_a_character),
	    TEST(r11_hostile_names_do_not_forge_log_lines),
	    TEST(zeroed_memory_denies),
	};

	return cmocka_run_group_tests_name(
	    "login", tests, fake_login_start, fake_login_stop);
}
