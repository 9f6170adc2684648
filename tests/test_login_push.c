/*
 * Logins by push against a scripted phone: when one is sent, how the person
 * hears of it, what comes of each answer, and that nobody is worn down.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_login.h"

#define OTP FACTOR_BIT(FACTOR_OTP)
#define PUSH FACTOR_BIT(FACTOR_PUSH)

#define MESSAGE "Approve this login on your phone."
#define QUESTION "Approve this login on your phone, then press Enter"

static void
reset(void)
{
	assert_int_equal(fake_login_reset(NULL), 0);
	cfg.allowed = (struct factor_list){OTP | PUSH, FACTOR_OTP};
	who.service = "su"; /* shows messages at once */
}

static int
reset_to_push(void **state)
{
	(void)state;
	reset();
	return 0;
}

/* The phone says this to the poll after so many that it does not answer. */
static void
phone_says(enum answer answer, int after)
{
	for (int i = 0; i < 16; i++)
		remote.phone[i] = i < after ? ANSWER_WAIT : answer;
}

static void
only_push(void)
{
	cfg.allowed = (struct factor_list){PUSH, FACTOR_PUSH};
	remote.bound = 0;
}

static void
account_phase(void)
{
	cfg.account = ACCOUNT_PUSH;
	cfg.allowed = (struct factor_list){OTP, FACTOR_OTP};
	who.service = "sshd";
	who.first_factor = false; /* sshd says nothing of the key there */
	who.account_phase = true;
}

static void
a_letter_sends_a_push_and_the_phone_allows(void **state)
{
	(void)state;
	human.answers[0] = "p";
	phone_says(ANSWER_YES, 3);
	expect(VERDICT_ALLOW, ERR_OK);
	assert_string_equal(human.prompts[0],
	    "Verification code (or p: approve on your phone): ");
	assert_int_equal(remote.pushes, 1);
	assert_int_equal(remote.checks, 0);
	assert_int_equal(human.asked, 1);
	assert_string_equal(human.told, MESSAGE);
	assert_non_null(strstr(log_lines, " verdict=allow "));
	assert_non_null(strstr(log_lines, " factor=push "));
}

static void
a_push_is_polled_once_a_second(void **state)
{
	(void)state;
	human.answers[0] = "p";
	phone_says(ANSWER_YES, 9);
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.polled, 10);
	for (size_t i = 1; i < 10; i++)
		assert_int_equal(
		    remote.polled_ms[i] - remote.polled_ms[i - 1], 1000);
}

static void
no_push_is_sent_by_itself_unless_it_is_named_first(void **state)
{
	(void)state;
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.pushes, 0);
	reset();
	cfg.allowed.first = FACTOR_PUSH;
	phone_says(ANSWER_YES, 0);
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.pushes, 1);
	assert_int_equal(human.asked, 0);
	reset(); /* nothing to choose from */
	remote.bound = 0;
	phone_says(ANSWER_YES, 0);
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(human.asked, 0);
}

static void
without_a_first_factor_no_push_is_sent(void **state)
{
	static const char *const words[] = {"p", "P", "push", " p "};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		reset();
		cfg.allowed.first = FACTOR_PUSH;
		who.first_factor = false;
		for (size_t k = 0; k < ASKED_MAX; k++)
			human.answers[k] = words[i];
		expect(VERDICT_DENY, ERR_NOT_A_CODE);
		assert_int_equal(remote.pushes, 0);
		assert_null(strstr(human.prompts[0], "phone"));
	}
}

/* Where push is all there is, and no first factor was seen. */
static void
without_a_first_factor_push_is_no_factor(void **state)
{
	(void)state;
	only_push();
	who.first_factor = false;
	human.answers[0] = "123456";
	expect(VERDICT_DENY, ERR_NO_FACTOR);
	assert_int_equal(remote.pushes, 0);
}

static void
a_service_without_push_offers_none(void **state)
{
	(void)state;
	remote.no_push = true;
	cfg.allowed.first = FACTOR_PUSH;
	human.answers[0] = "p";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_string_equal(human.prompts[0], "Verification code: ");
	assert_non_null(
	    strstr(human.prompts[1], "That does not look like a code."));
	reset();
	account_phase();
	remote.no_push = true;
	expect(VERDICT_DENY, ERR_NO_FACTOR);
}

/* Nobody may sit there: the password could be an answer. */
static void
a_blind_host_is_asked_before_any_push(void **state)
{
	(void)state;
	who.blind = true;
	cfg.allowed.first = FACTOR_PUSH;
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(calls_of_the_service(), 0);
	reset();
	only_push();
	who.blind = true;
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(calls_of_the_service(), 0);
	reset();
	who.blind = true;
	cfg.allowed.first = FACTOR_PUSH;
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.pushes, 0);
}

static void
a_push_refused_denies_at_once(void **state)
{
	(void)state;
	human.answers[0] = "p";
	human.answers[1] = "123456";
	phone_says(ANSWER_NO, 1);
	expect(VERDICT_DENY, ERR_DECLINED);
	assert_int_equal(remote.polled, 2);
	assert_int_equal(human.asked, 1);
	assert_int_equal(remote.checks, 0);
	assert_string_equal(human.told, "The login was refused on the phone. "
	    "If that was not you, tell your administrator. Ref: 7f3a");
	assert_int_equal(log_worst, LOG_WARNING);
}

static void
a_push_unanswered_leaves_the_other_factors(void **state)
{
	(void)state;
	human.answers[0] = "p";
	human.answers[1] = "123456";
	cfg.push_timeout_ms = 10000;
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.polled, 11);
	assert_true(strncmp(human.prompts[1],
	    "No answer came from the phone. ", 31) == 0);
	reset();
	only_push();
	expect(VERDICT_DENY, ERR_EXPIRED);
	assert_int_equal(human.asked, 0);
}

static void
a_push_waits_within_its_time_and_the_logins(void **state)
{
	int64_t started_ms;

	(void)state;
	only_push();
	started_ms = fake.now_ms;
	expect(VERDICT_DENY, ERR_EXPIRED);
	assert_true(fake.now_ms - started_ms > 58000);
	assert_true(fake.now_ms - started_ms <= 60000);
	reset();
	only_push();
	cfg.login_timeout_ms = 20000;
	started_ms = fake.now_ms;
	expect(VERDICT_DENY, ERR_EXPIRED);
	assert_true(fake.now_ms - started_ms <= 20000);
}

static void
a_push_the_service_gave_up_is_unanswered(void **state)
{
	(void)state;
	human.answers[0] = "p";
	human.answers[1] = "123456";
	remote.polls[2] = ERR_EXPIRED;
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.polled, 3);
	assert_non_null(strstr(human.prompts[1], "No answer came"));
}

static void
polls_that_do_not_reach_the_service_are_tolerated(void **state)
{
	static const enum err errors[] = {ERR_UNREACHABLE, ERR_TIMEOUT,
	    ERR_BUSY, ERR_THROTTLED};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		reset();
		human.answers[0] = "p";
		for (size_t k = 0; k < 5; k++)
			remote.polls[k] = errors[i];
		phone_says(ANSWER_YES, 0);
		expect(VERDICT_ALLOW, ERR_OK);
		assert_int_equal(remote.polled, 6);
		reset(); /* but not for ever, and never to let in */
		only_push();
		cfg.fail = FAIL_OPEN;
		for (size_t k = 0; k < 16; k++)
			remote.polls[k] = errors[i];
		phone_says(ANSWER_YES, 0);
		expect(VERDICT_DENY, errors[i]);
	}
}

static void
a_poll_that_is_told_to_wait_waits(void **state)
{
	static const int waits[][2] = {{3, 3000}, {0, 1000}, {-1, 1000},
	    {10, 10000}, {3600, 10000}};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		reset();
		human.answers[0] = "p";
		remote.wait_s = waits[i][0];
		remote.polls[0] = ERR_THROTTLED;
		phone_says(ANSWER_YES, 0);
		expect(VERDICT_ALLOW, ERR_OK);
		assert_int_equal(
		    remote.polled_ms[1] - remote.polled_ms[0], waits[i][1]);
	}
}

static void
a_poll_that_is_not_understood_ends_the_wait(void **state)
{
	static const enum err errors[] = {ERR_REPLY, ERR_TLS, ERR_CREDENTIAL,
	    ERR_SYSTEM};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		reset();
		human.answers[0] = "p";
		human.answers[1] = "123456";
		remote.polls[1] = errors[i];
		phone_says(ANSWER_YES, 0);
		remote.phone[0] = ANSWER_WAIT;
		expect(VERDICT_ALLOW, ERR_OK);
		assert_int_equal(remote.polled, 2);
		assert_int_equal(remote.checked, FACTOR_OTP);
		assert_true(strncmp(human.prompts[1],
		    "The phone could not be asked. ", 30) == 0);
	}
}

static void
r19_a_push_approved_by_another_person_is_an_alarm(void **state)
{
	(void)state;
	human.answers[0] = "p";
	human.answers[1] = "123456";
	remote.polls[0] = ERR_OTHER_PERSON;
	expect(VERDICT_DENY, ERR_OTHER_PERSON);
	assert_int_equal(human.asked, 1);
	assert_int_equal(log_worst, LOG_ALERT);
}

static void
a_push_that_cannot_be_sent_leaves_the_other_factors(void **state)
{
	static const enum err errors[] = {ERR_NO_FACTOR, ERR_UNKNOWN_PERSON,
	    ERR_UNREACHABLE, ERR_BUSY, ERR_REPLY};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		reset();
		human.answers[0] = "p";
		human.answers[1] = "123456";
		remote.push = errors[i];
		expect(VERDICT_ALLOW, ERR_OK);
		assert_true(strncmp(human.prompts[1],
		    "The push could not be sent. ", 28) == 0);
		assert_int_equal(remote.polled, 0);
	}
}

/* Said once, and once more after it was answered by nobody: no. */
static void
a_second_push_is_too_soon(void **state)
{
	(void)state;
	human.answers[0] = "p";
	human.answers[1] = "p";
	human.answers[2] = "123456";
	cfg.push_timeout_ms = 10000;
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.pushes, 1);
	assert_string_equal(human.prompts[2], "A push can be sent again in "
	    "15 s. Verification code (or p: approve on your phone): ");
	reset();
	only_push();
	phone_says(ANSWER_NO, 0);
	expect(VERDICT_DENY, ERR_DECLINED);
	expect(VERDICT_DENY, ERR_TOO_SOON);
	assert_int_equal(remote.pushes, 1);
	assert_string_equal(human.told, "A push was sent a moment ago. Try "
	    "again in 15 s. Ref: 7f3a");
	fake_clock_advance(&fake, 15000);
	expect(VERDICT_DENY, ERR_DECLINED);
	fake_clock_advance(&fake, 29000);
	expect(VERDICT_DENY, ERR_TOO_SOON); /* the pause doubles */
	fake_clock_advance(&fake, 1000);
	expect(VERDICT_DENY, ERR_DECLINED);
	assert_int_equal(remote.pushes, 3);
}

static void
an_approved_push_is_followed_by_no_pause(void **state)
{
	(void)state;
	only_push();
	phone_says(ANSWER_YES, 0);
	expect(VERDICT_ALLOW, ERR_OK);
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.pushes, 2);
}

/* Of which nobody knows: the next one has to wait as after one unanswered. */
static void
a_push_that_may_be_on_the_phone_counts(void **state)
{
	(void)state;
	only_push();
	remote.push = ERR_TIMEOUT;
	expect(VERDICT_DENY, ERR_TIMEOUT);
	remote.push = ERR_OK;
	phone_says(ANSWER_YES, 0);
	expect(VERDICT_DENY, ERR_TOO_SOON);
	fake_clock_advance(&fake, 15000);
	expect(VERDICT_ALLOW, ERR_OK);
}

static void
a_push_that_was_not_sent_does_not_count(void **state)
{
	static const enum err errors[] = {ERR_UNREACHABLE, ERR_BUSY,
	    ERR_THROTTLED, ERR_NO_FACTOR, ERR_TLS};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		reset();
		only_push();
		remote.push = errors[i];
		expect(VERDICT_DENY, errors[i]);
		remote.push = ERR_OK;
		phone_says(ANSWER_YES, 0);
		expect(VERDICT_ALLOW, ERR_OK);
	}
}

/* Of other logins: somebody else may be at it. */
static void
max_push_lets_so_many_be_outstanding(void **state)
{
	(void)state;
	for (int max = 1; max <= 3; max++) {
		struct tally others[3];
		int wait_s;

		reset();
		cfg.max_push = max;
		human.answers[0] = "p";
		human.answers[1] = "123456";
		for (int i = 0; i < max; i++) {
			assert_int_equal(tally_open(&others[i], cfg.state_dir,
			    "alice", (struct tally_limits){cfg.lockout, 3},
			    &fake.clock), ERR_OK);
			assert_int_equal(
			    tally_push(&others[i], 60, &wait_s), ERR_OK);
		}
		expect(VERDICT_ALLOW, ERR_OK);
		assert_int_equal(remote.pushes, 0);
		assert_non_null(strstr(human.prompts[1],
		    "Another login is asking your phone now: refuse it there "
		    "if it is not yours. "));
		assert_int_equal(log_worst, LOG_WARNING);
		for (int i = 0; i < max; i++) {
			tally_push_ended(&others[i], TALLY_PUSH_NOT_NEEDED);
			tally_close(&others[i]);
		}
		human.asked = 0;
		phone_says(ANSWER_YES, 0);
		expect(VERDICT_ALLOW, ERR_OK);
		assert_int_equal(remote.pushes, 1);
	}
}

/* Where there is nothing else to answer with, that is the last word. */
static void
only_a_push_is_denied_while_another_one_is_outstanding(void **state)
{
	const struct tally_limits limits = {cfg.lockout, 1};
	struct tally other;
	int wait_s;

	(void)state;
	only_push();
	assert_int_equal(tally_open(&other, cfg.state_dir, "alice", limits,
	    &fake.clock), ERR_OK);
	assert_int_equal(tally_push(&other, 60, &wait_s), ERR_OK);
	expect(VERDICT_DENY, ERR_TOO_SOON);
	assert_int_equal(remote.pushes, 0);
	assert_string_equal(human.told, "Another login is asking your phone "
	    "now: refuse it there if it is not yours. Ref: 7f3a");
	tally_close(&other);
}

/* The service's own pause, not ours. */
static void
a_push_too_soon_for_the_service_says_how_long(void **state)
{
	(void)state;
	human.answers[0] = "p";
	human.answers[1] = "123456";
	remote.push = ERR_TOO_SOON;
	remote.wait_s = 40;
	expect(VERDICT_ALLOW, ERR_OK);
	assert_true(strncmp(human.prompts[1],
	    "A push can be sent again in 40 s. ", 34) == 0);
}

static void
a_lockout_of_codes_is_one_of_pushes(void **state)
{
	(void)state;
	only_push();
	put_wrong_on_record(10);
	expect(VERDICT_DENY, ERR_LOCKED_OUT);
	assert_int_equal(calls_of_the_service(), 0);
}

/* Every info x every service, and whether it shows messages. */
static void
what_must_be_seen_is_asked_where_messages_are_not(void **state)
{
	static const struct {
		const char *service;
		bool silent, asks; /* with info = auto */
	} hosts[] = {{"sshd", false, true}, {"sshd-vpn", false, true},
	    {"su", false, false}, {"sudo", false, false},
	    {"login", false, false}, {"sudo", true, true},
	    {"sshd", true, true}};

	(void)state;
	for (int info = INFO_AUTO; info <= INFO_MESSAGE; info++)
		for (size_t i = 0; i < 7; i++) {
			bool asks = info == INFO_PROMPT ||
			    (info == INFO_AUTO && hosts[i].asks);

			reset();
			cfg.info = info;
			cfg.allowed.first = FACTOR_PUSH;
			who.service = hosts[i].service;
			who.silent = hosts[i].silent;
			human.answers[0] = "";
			phone_says(ANSWER_YES, 2);
			expect(VERDICT_ALLOW, ERR_OK);
			assert_int_equal(human.asked, asks ? 1 : 0);
			assert_int_equal(human.tells, asks ? 0 : 1);
			assert_string_equal(
			    asks ? human.prompts[0] : human.told, asks ?
			    QUESTION " (or type a code): " : MESSAGE);
		}
}

static void
enter_waits_for_the_phone(void **state)
{
	(void)state;
	only_push();
	who.service = "sshd";
	human.answers[0] = "";
	phone_says(ANSWER_YES, 4);
	expect(VERDICT_ALLOW, ERR_OK);
	assert_string_equal(human.prompts[0], QUESTION ": ");
	assert_int_equal(remote.polled, 5);
	reset(); /* a password typed by habit is as good as Enter */
	only_push();
	who.service = "sshd";
	human.errors[0] = ERR_NOT_A_CODE;
	phone_says(ANSWER_YES, 0);
	expect(VERDICT_ALLOW, ERR_OK);
}

static void
r05_enter_alone_approves_nothing(void **state)
{
	(void)state;
	only_push();
	who.service = "sshd";
	human.answers[0] = "";
	phone_says(ANSWER_NO, 0);
	expect(VERDICT_DENY, ERR_DECLINED);
	reset();
	only_push();
	who.service = "sshd";
	human.answers[0] = "";
	expect(VERDICT_DENY, ERR_EXPIRED);
}

static void
a_code_typed_while_the_push_waits_is_checked(void **state)
{
	(void)state;
	who.service = "sshd";
	cfg.allowed.first = FACTOR_PUSH;
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(human.asked, 1);
	assert_int_equal(remote.polled, 1);
	assert_int_equal(remote.checked, FACTOR_OTP);
	assert_non_null(strstr(log_lines, " factor=otp "));
	reset(); /* also where the service does not say what the phone says */
	who.service = "sshd";
	cfg.allowed.first = FACTOR_PUSH;
	human.answers[0] = "123456";
	phone_says(ANSWER_NO, 0);
	remote.polls[0] = ERR_BUSY;
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.polled, 1);
	assert_int_equal(remote.checked, FACTOR_OTP);
	reset(); /* a wrong one is a wrong one, and the push is still there */
	who.service = "sshd";
	cfg.allowed.first = FACTOR_PUSH;
	human.answers[0] = "111111";
	human.answers[1] = "p";
	human.answers[2] = "";
	phone_says(ANSWER_YES, 1);
	expect(VERDICT_ALLOW, ERR_OK);
	assert_non_null(strstr(human.prompts[1], "That code is not right."));
	assert_int_equal(wrong_on_record(), 1);
	assert_int_equal(remote.pushes, 1);
}

/* Typing anything must not spare anybody the pause, nor hide the "no". */
static void
what_is_typed_does_not_hide_what_the_phone_says(void **state)
{
	(void)state;
	who.service = "sshd";
	human.answers[0] = "p";
	human.answers[1] = "x";
	phone_says(ANSWER_NO, 0);
	expect(VERDICT_DENY, ERR_DECLINED);
	human.asked = 0;
	expect(VERDICT_DENY, ERR_CONVERSATION); /* and now there is a pause */
	assert_int_equal(remote.pushes, 1);
	assert_non_null(
	    strstr(human.prompts[1], "A push can be sent again in "));
	reset(); /* nor does it where the phone has said nothing */
	who.service = "sshd";
	human.answers[0] = "p";
	human.answers[1] = "x";
	expect(VERDICT_DENY, ERR_CONVERSATION);
	human.asked = 0;
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(remote.pushes, 1);
	assert_non_null(
	    strstr(human.prompts[1], "A push can be sent again in "));
	reset(); /* who gets in by a code needed no push */
	who.service = "sshd";
	human.answers[0] = "p";
	human.answers[1] = "123456";
	for (int i = 0; i < 3; i++) {
		human.asked = 0;
		expect(VERDICT_ALLOW, ERR_OK);
	}
	assert_int_equal(remote.pushes, 3);
}

static void
who_has_gone_is_not_waited_for(void **state)
{
	(void)state;
	who.service = "sshd";
	cfg.allowed.first = FACTOR_PUSH;
	phone_says(ANSWER_YES, 0);
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(remote.polled, 0);
}

static void
the_account_phase_is_a_push_and_asks_nothing(void **state)
{
	(void)state;
	account_phase();
	phone_says(ANSWER_YES, 3);
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(human.asked, 0);
	assert_int_equal(remote.finds, 1);
	assert_int_equal(remote.challenges, 0);
	assert_string_equal(human.told, MESSAGE);
	assert_non_null(strstr(log_lines, " phase=account "));
	assert_non_null(strstr(log_lines, " factor=push "));
}

static void
the_account_phase_is_a_push_or_nothing(void **state)
{
	(void)state;
	account_phase();
	human.answers[0] = "123456";
	phone_says(ANSWER_NO, 0);
	expect(VERDICT_DENY, ERR_DECLINED);
	assert_int_equal(human.asked, 0);
	reset();
	account_phase();
	human.answers[0] = "123456";
	expect(VERDICT_DENY, ERR_EXPIRED);
	assert_int_equal(human.asked, 0);
	reset();
	account_phase();
	cfg.info = INFO_PROMPT; /* not even for that */
	phone_says(ANSWER_YES, 0);
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(human.asked, 0);
}

static void
the_account_phase_denies_whom_nobody_knows(void **state)
{
	static const enum err errors[] = {
	    ERR_UNKNOWN_PERSON, ERR_INACTIVE_PERSON};

	(void)state;
	account_phase();
	who.user = "mallory";
	phone_says(ANSWER_YES, 0);
	expect(VERDICT_DENY, ERR_UNKNOWN_PERSON);
	assert_int_equal(calls_of_the_service() + (int)human.asked, 0);
	for (size_t i = 0; i < 2; i++) {
		reset();
		account_phase();
		remote.find = errors[i];
		phone_says(ANSWER_YES, 0);
		expect(VERDICT_DENY, errors[i]);
		assert_int_equal(remote.pushes + (int)human.asked, 0);
	}
	reset();
	account_phase();
	put_wrong_on_record(10);
	phone_says(ANSWER_YES, 0);
	expect(VERDICT_DENY, ERR_LOCKED_OUT);
	assert_int_equal(calls_of_the_service(), 0);
}

static void
the_account_phase_wants_nothing_unless_configured(void **state)
{
	(void)state;
	account_phase();
	cfg.account = ACCOUNT_IGNORE;
	who.user = "mallory";
	expect(VERDICT_SKIP, ERR_OK);
	assert_int_equal(calls_of_the_service() + (int)human.asked, 0);
	assert_non_null(strstr(log_lines, "verdict=skip "));
	assert_non_null(strstr(log_lines, "rule=\"account=ignore\""));
	reset();
	account_phase();
	who.account_phase = false; /* and the auth phase is what it was */
	cfg.account = ACCOUNT_IGNORE;
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
}

static void
the_policy_exempts_in_the_account_phase_too(void **state)
{
	static char networks[] = "192.0.2.0/24";

	(void)state;
	account_phase();
	cfg.networks = networks;
	expect(VERDICT_SKIP, ERR_OK);
	assert_int_equal(calls_of_the_service(), 0);
}

#define TEST(f) cmocka_unit_test_setup(f, reset_to_push)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_letter_sends_a_push_and_the_phone_allows),
	    TEST(a_push_is_polled_once_a_second),
	    TEST(no_push_is_sent_by_itself_unless_it_is_named_first),
	    TEST(without_a_first_factor_no_push_is_sent),
	    TEST(without_a_first_factor_push_is_no_factor),
	    TEST(a_service_without_push_offers_none),
	    TEST(a_blind_host_is_asked_before_any_push),
	    TEST(a_push_refused_denies_at_once),
	    TEST(a_push_unanswered_leaves_the_other_factors),
	    TEST(a_push_waits_within_its_time_and_the_logins),
	    TEST(a_push_the_service_gave_up_is_unanswered),
	    TEST(polls_that_do_not_reach_the_service_are_tolerated),
	    TEST(a_poll_that_is_told_to_wait_waits),
	    TEST(a_poll_that_is_not_understood_ends_the_wait),
	    TEST(r19_a_push_approved_by_another_person_is_an_alarm),
	    TEST(a_push_that_cannot_be_sent_leaves_the_other_factors),
	    TEST(a_second_push_is_too_soon),
	    TEST(an_approved_push_is_followed_by_no_pause),
	    TEST(a_push_that_may_be_on_the_phone_counts),
	    TEST(a_push_that_was_not_sent_does_not_count),
	    TEST(max_push_lets_so_many_be_outstanding),
	    TEST(only_a_push_is_denied_while_another_one_is_outstanding),
	    TEST(a_push_too_soon_for_the_service_says_how_long),
	    TEST(a_lockout_of_codes_is_one_of_pushes),
	    TEST(what_must_be_seen_is_asked_where_messages_are_not),
	    TEST(enter_waits_for_the_phone),
	    TEST(r05_enter_alone_approves_nothing),
	    TEST(a_code_typed_while_the_push_waits_is_checked),
	    TEST(what_is_typed_does_not_hide_what_the_phone_says),
	    TEST(who_has_gone_is_not_waited_for),
	    TEST(the_account_phase_is_a_push_and_asks_nothing),
	    TEST(the_account_phase_is_a_push_or_nothing),
	    TEST(the_account_phase_denies_whom_nobody_knows),
	    TEST(the_account_phase_wants_nothing_unless_configured),
	    TEST(the_policy_exempts_in_the_account_phase_too),
	};

	return cmocka_run_group_tests_name(
	    "login_push", tests, fake_login_start, fake_login_stop);
}
