/*
 * flow = signin against a scripted service: whose password is taken from
 * where, what is cut off it, what is told of it, and that no token stays.
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
#define SMS FACTOR_BIT(FACTOR_SMS)
#define PUSH FACTOR_BIT(FACTOR_PUSH)

#define PASSWORD_PROMPT "GenAuth password: "
#define APPEND_PROMPT "GenAuth password (or password,code): "
#define WRONG "The user name or the password is wrong. Ref: 7f3a"

static void
reset(void)
{
	assert_int_equal(fake_login_reset(NULL), 0);
	cfg.flow = FLOW_SIGNIN;
	who.first_factor = false;
}

static int
reset_to_signin(void **state)
{
	(void)state;
	reset();
	return 0;
}

static void
a_password_and_a_right_code_allow(void **state)
{
	(void)state;
	human.answers[0] = "hunter2";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(human.asked, 2);
	assert_int_equal(human.questions[0], QUESTION_PASSWORD);
	assert_int_equal(human.questions[1], QUESTION_CODE);
	assert_string_equal(human.prompts[0], PASSWORD_PROMPT);
	assert_string_equal(human.prompts[1], "Verification code: ");
	assert_string_equal(remote.password, "hunter2");
	assert_string_equal(remote.account, "alice");
	assert_string_equal(remote.account_type, "username");
	/* nothing that needs a management key */
	assert_int_equal(remote.finds + remote.challenges, 0);
	assert_null(strstr(log_lines, "hunter2"));
}

/* The password was one, so contacts and pushes are fine from there on. */
static void
a_right_password_is_a_first_factor(void **state)
{
	(void)state;
	remote.bound = OTP | SMS;
	cfg.allowed.bits = OTP | SMS | PUSH;
	human.answers[0] = "hunter2";
	human.answers[1] = "s";
	human.answers[2] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_string_equal(human.prompts[1], "Verification code (or s: SMS "
	    "to ***8888, p: approve on your phone): ");
	assert_int_equal(remote.checked, FACTOR_SMS);
	reset();
	cfg.allowed.bits = OTP | PUSH;
	human.answers[0] = "hunter2";
	human.answers[1] = "p";
	human.answers[2] = "";
	remote.phone[0] = ANSWER_YES;
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.pushes, 1);
}

static void
no_password_denies(void **state)
{
	(void)state;
	human.answers[0] = "";
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(calls_of_the_service(), 0);
	expect(VERDICT_DENY, ERR_CONVERSATION);
	human.errors[0] = ERR_NOT_A_CODE; /* sshd's stand-in for one */
	expect(VERDICT_DENY, ERR_NOT_A_CODE);
	assert_int_equal(calls_of_the_service(), 0);
}

/* It signs in by itself, without asking for more: that is still to be shown. */
static void
r02_signing_in_alone_lets_nobody_in(void **state)
{
	(void)state;
	remote.signed_in = true;
	remote.token = "access-token";
	human.answers[0] = "hunter2";
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(remote.sign_ins, 1);
	assert_int_equal(remote.checks, 0);
	assert_int_equal(remote.sign_outs, 1);
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.checks, 1);
	reset();
	remote.signed_in = true;
	remote.token = "access-token";
	cfg.fail = FAIL_OPEN;
	human.answers[0] = "hunter2";
	human.answers[1] = "123456";
	remote.check = ERR_UNREACHABLE;
	expect(VERDICT_DENY, ERR_UNREACHABLE);
	reset(); /* nobody with no factor either */
	remote.signed_in = true;
	remote.token = "access-token";
	remote.bound = 0;
	human.answers[0] = "hunter2";
	human.answers[1] = "123456";
	expect(VERDICT_DENY, ERR_NO_FACTOR);
	assert_int_equal(remote.checks, 0);
	assert_int_equal(remote.sign_outs, 1);
}

/* Who is not known, or locked out, or just mistaken. */
enum kind {
	KIND_WRONG, KIND_NOT_LOCAL, KIND_LOCKED_OUT, KIND_COUNT
};

static void
become(enum kind kind)
{
	reset();
	human.takes_ms = 3000;
	remote.takes_ms = 400;
	if (kind == KIND_NOT_LOCAL)
		who.user = "mallory";
	else if (kind == KIND_LOCKED_OUT)
		put_wrong_on_record(10);
}

static void
a_wrong_password_looks_like_an_unknown_person(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
		struct login_result r;

		become((enum kind)kind);
		human.answers[0] = "wrong";
		r = run_login();
		assert_int_equal(r.verdict, VERDICT_DENY);
		assert_int_equal(r.shown, ERR_WRONG_PASSWORD);
		assert_int_equal(human.asked, 1);
		assert_string_equal(human.prompts[0], PASSWORD_PROMPT);
		assert_string_equal(human.told, WRONG);
		assert_int_equal(
		    human.told_ms - human.asked_ms[0] - 3000, 1000);
		assert_int_equal(calls_of_the_service(),
		    kind == KIND_WRONG ? 1 : 0);
	}
}

/* Neither after the password the host has, which is tried first. */
static void
a_wrong_first_password_looks_like_an_unknown_person(void **state)
{
	int64_t asked_ms = -1;

	(void)state;
	for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
		become((enum kind)kind);
		cfg.try_first_pass = true;
		human.first_pass = "wrong";
		human.answers[0] = "wrong, too";
		(void)run_login();
		assert_int_equal(human.asked, 1);
		assert_string_equal(human.told, WRONG);
		assert_int_equal(
		    human.told_ms - human.asked_ms[0] - 3000, 1000);
		if (asked_ms == -1)
			asked_ms = human.asked_ms[0];
		assert_int_equal(human.asked_ms[0], asked_ms);
		become((enum kind)kind);
		cfg.use_first_pass = true;
		human.first_pass = "wrong";
		(void)run_login();
		assert_int_equal(human.asked, 0);
		assert_string_equal(human.told, WRONG);
		assert_int_equal(human.told_ms, asked_ms);
	}
}

static void
the_log_knows_why(void **state)
{
	static const enum err reasons[KIND_COUNT] = {
	    ERR_WRONG_PASSWORD, ERR_UNKNOWN_PERSON, ERR_LOCKED_OUT};

	(void)state;
	for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
		become((enum kind)kind);
		human.answers[0] = "wrong";
		expect(VERDICT_DENY, reasons[kind]);
	}
}

/* Even the right password of somebody locked out is not sent. */
static void
who_is_locked_out_gives_a_password_for_nothing(void **state)
{
	(void)state;
	become(KIND_LOCKED_OUT);
	human.answers[0] = "hunter2";
	expect(VERDICT_DENY, ERR_LOCKED_OUT);
	assert_int_equal(calls_of_the_service(), 0);
}

/* The last try was the password that the host has: the one that is typed then
 * does not go out, and nobody is told why. */
static void
a_lockout_on_the_way_is_a_wrong_password(void **state)
{
	(void)state;
	put_wrong_on_record(9);
	cfg.try_first_pass = true;
	human.first_pass = "wrong";
	human.answers[0] = "hunter2";
	human.answers[1] = "123456";
	expect(VERDICT_DENY, ERR_LOCKED_OUT);
	assert_int_equal(remote.sign_ins, 1);
	assert_string_equal(remote.password, "wrong");
	assert_int_equal(human.asked, 1);
	assert_string_equal(human.told, WRONG);
	assert_int_equal(wrong_on_record(), 10);
}

static void
the_first_password_is_tried_then_asked_for(void **state)
{
	(void)state;
	cfg.try_first_pass = true;
	human.first_pass = "hunter2";
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(human.questions[0], QUESTION_CODE);
	assert_int_equal(human.first_passes, 1);
	human.first_pass = "wrong";
	human.answers[0] = "hunter2";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(human.questions[0], QUESTION_PASSWORD);
	assert_int_equal(human.first_passes, 1);
	human.first_pass = NULL;
	remote.sign_ins = 0;
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.sign_ins, 1);
}

static void
a_first_password_that_is_refused_for_good_is_not_asked_for(void **state)
{
	static const enum err errors[] = {
	    ERR_UNREACHABLE, ERR_BUSY, ERR_CREDENTIAL, ERR_REPLY};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		reset();
		cfg.try_first_pass = true;
		human.first_pass = "hunter2";
		human.answers[0] = "hunter2";
		remote.sign_in = errors[i];
		expect(VERDICT_DENY, errors[i]);
		assert_int_equal(human.asked, 0);
		assert_int_equal(remote.sign_ins, 1);
	}
}

static void
use_first_pass_never_asks_for_a_password(void **state)
{
	(void)state;
	cfg.use_first_pass = true;
	human.first_pass = "hunter2";
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(human.asked, 1);
	assert_int_equal(human.questions[0], QUESTION_CODE);
	human.first_pass = "wrong";
	expect(VERDICT_DENY, ERR_WRONG_PASSWORD);
	assert_int_equal(human.asked, 0);
	human.first_pass = NULL;
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(human.asked, 0);
	human.first_pass = "";
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(human.asked, 0);
}

static void
without_those_options_the_hosts_password_is_not_looked_at(void **state)
{
	(void)state;
	human.first_pass = "hunter2";
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(human.first_passes, 0);
}

/* What is typed, and what of it is password and code ("": is asked for). */
static const struct appended {
	const char *typed, *password, *code;
} appendeds[] = {
    {"hunter2", "hunter2", ""},
    {"hunter2,123456", "hunter2", "123456"},
    {"hunter2123456", "hunter2", "123456"},
    {"hunter2,1234567", "hunter2,1", "234567"},
    {"my,pass,word", "my,pass,word", ""},
    {"my,pass,123456", "my,pass", "123456"},
    {"my,pass123456", "my,pass", "123456"},
    {"hunter2,", "hunter2,", ""},
    {"hunter2,12345", "hunter2,12345", ""},
    {"123456", "123456", ""},
    {"1123456", "1", "123456"},
    {"hunter2,123 456", "hunter2", "123456"},
    {"p\303\244ss,123456", "p\303\244ss", "123456"},
};

static void
password_and_code_may_be_one_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(appendeds) / sizeof(*appendeds); i++) {
		const struct appended *x = &appendeds[i];

		reset();
		cfg.append = true;
		remote.right_password = x->password;
		remote.right_code = "123456";
		if (x->code[0] != '\0')
			remote.right_code = x->code;
		human.answers[0] = x->typed;
		human.answers[1] = x->code[0] == '\0' ? "123456" : NULL;
		expect(VERDICT_ALLOW, ERR_OK);
		assert_string_equal(human.prompts[0], APPEND_PROMPT);
		assert_string_equal(remote.password, x->password);
		assert_int_equal(human.asked, x->code[0] == '\0' ? 2 : 1);
	}
}

static void
without_append_nothing_is_cut_off(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(appendeds) / sizeof(*appendeds); i++) {
		reset();
		remote.right_password = appendeds[i].typed;
		human.answers[0] = appendeds[i].typed;
		human.answers[1] = "123456";
		expect(VERDICT_ALLOW, ERR_OK);
		assert_int_equal(human.asked, 2);
	}
}

static void
a_letter_may_be_appended_too(void **state)
{
	(void)state;
	cfg.append = true;
	remote.bound = OTP | SMS;
	human.answers[0] = "hunter2,s";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.sent, FACTOR_SMS);
	assert_int_equal(remote.checked, FACTOR_SMS);
	reset();
	cfg.append = true;
	cfg.allowed.bits = OTP | PUSH;
	human.answers[0] = "hunter2,p";
	human.answers[1] = "";
	remote.phone[0] = ANSWER_YES;
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.pushes, 1);
	reset(); /* of a factor that may not be used it is password */
	cfg.append = true;
	cfg.allowed.bits = OTP;
	remote.right_password = "hunter2,s";
	human.answers[0] = "hunter2,s";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
}

static void
a_wrong_code_appended_may_be_typed_again(void **state)
{
	(void)state;
	cfg.append = true;
	human.answers[0] = "hunter2,111111";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(wrong_on_record(), 1);
	assert_non_null(strstr(human.prompts[1], "That code is not right."));
}

static void
append_works_with_the_hosts_password(void **state)
{
	(void)state;
	cfg.append = true;
	cfg.use_first_pass = true;
	human.first_pass = "hunter2,123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(human.asked, 0);
	cfg.use_first_pass = false; /* what was cut off a wrong one is void */
	cfg.try_first_pass = true;
	human.first_pass = "wrong,123456";
	human.answers[0] = "hunter2";
	human.answers[1] = NULL;
	remote.checks = 0;
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(human.asked, 2);
	assert_string_equal(human.prompts[1], "Verification code: ");
	assert_int_equal(remote.checks, 0);
}

static void
r05_a_code_alone_is_no_password(void **state)
{
	(void)state;
	cfg.append = true;
	remote.right_password = "";
	human.answers[0] = ",123456";
	assert_int_equal(run_login().verdict, VERDICT_DENY);
	assert_int_equal(remote.checks, 0);
	assert_int_equal(remote.sign_ins, 0);
}

static void
r18_passwords_up_to_512_bytes(void **state)
{
	static char password[513];

	(void)state;
	memset(password, 'x', sizeof(password) - 1);
	remote.right_password = password;
	human.answers[0] = password;
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_string_equal(remote.password, password);
}

static void
refusals_are_told_in_plain_words(void **state)
{
	static const enum err errors[] = {ERR_INACTIVE_PERSON, ERR_DECLINED};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		reset();
		remote.sign_in = errors[i];
		remote.why = "the service wants a captcha";
		human.answers[0] = "hunter2";
		expect(VERDICT_DENY, errors[i]);
		assert_string_equal(human.told, "GenAuth refused the sign-in: "
		    "the service wants a captcha. Ref: 7f3a");
	}
	reset(); /* which of the two is wrong is not told */
	remote.sign_in = ERR_WRONG_PASSWORD;
	remote.why = "the password is wrong";
	human.answers[0] = "hunter2";
	expect(VERDICT_DENY, ERR_WRONG_PASSWORD);
	assert_string_equal(human.told, WRONG);
}

static void
the_address_is_told_only_where_it_is_one(void **state)
{
	static const char *const hosts[][2] = {{"192.0.2.7", "192.0.2.7"},
	    {"2001:db8::7", "2001:db8::7"}, {"gateway.example.com", "-"},
	    {"", "-"}, {"192.0.2.7 ", "-"}, {"192.0.2", "-"},
	    {"fe80::1%eth0", "-"}, {"1.2.3.4\"}", "-"}};

	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		reset();
		who.rhost = hosts[i][0];
		human.answers[0] = "hunter2";
		human.answers[1] = "123456";
		expect(VERDICT_ALLOW, ERR_OK);
		assert_string_equal(remote.client_ip, hosts[i][1]);
	}
}

/* A token from signing in, ways in which the login then ends. */
static void
every_token_is_revoked_once(void **state)
{
	static const struct {
		const char *code;
		enum err sign_in, check, send;
		unsigned bound;
		int asked_too_slow;
	} ends[] = {
	    {.code = "123456", .bound = OTP},
	    {.code = "111111", .bound = OTP},
	    {.code = "", .bound = OTP},
	    {.code = NULL, .bound = OTP},
	    {.code = "123456", .bound = 0},
	    {.code = "123456", .bound = OTP, .check = ERR_UNREACHABLE},
	    {.code = "123456", .bound = OTP, .check = ERR_OTHER_PERSON},
	    {.code = "123456", .bound = OTP, .check = ERR_MEMORY},
	    {.code = "123456", .bound = SMS, .send = ERR_BUSY},
	    {.code = "123456", .bound = OTP, .sign_in = ERR_REPLY},
	    {.code = "123456", .bound = OTP, .sign_in = ERR_OTHER_PERSON},
	    {.code = "123456", .bound = OTP, .sign_in = ERR_WRONG_PASSWORD},
	    {.code = "123456", .bound = OTP, .asked_too_slow = 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		reset();
		remote.token = "access-token";
		remote.bound = ends[i].bound;
		remote.sign_in = ends[i].sign_in;
		remote.check = ends[i].check;
		remote.send = ends[i].send;
		human.answers[0] = "hunter2";
		human.answers[1] = ends[i].code;
		human.errors[1] = ends[i].asked_too_slow ? ERR_TOO_SLOW :
		    ERR_OK;
		assert_int_equal(run_login().verdict,
		    i == 0 ? VERDICT_ALLOW : VERDICT_DENY);
		if (remote.sign_outs != 1)
			fail_msg("end %zu: revoked %d times", i,
			    remote.sign_outs);
		assert_string_equal(remote.revoked, "access-token");
		assert_null(strstr(log_lines, "access-token"));
	}
}

static void
the_token_of_a_right_code_is_revoked(void **state)
{
	(void)state;
	human.answers[0] = "hunter2";
	human.answers[1] = "111111";
	human.answers[2] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.sign_outs, 1);
	assert_string_equal(remote.revoked, "code-token");
	reset();
	human.answers[0] = "hunter2";
	human.answers[1] = "111111";
	expect(VERDICT_DENY, ERR_WRONG_CODE);
	assert_int_equal(remote.sign_outs, 0); /* there is none */
}

/* It has time of its own, and its failure changes nothing but the log. */
static void
revoking_does_not_use_up_the_logins_time(void **state)
{
	(void)state;
	remote.token = "access-token";
	remote.sign_out = ERR_TIMEOUT;
	cfg.login_timeout_ms = 10000;
	human.takes_ms = 4999;
	human.answers[0] = "hunter2";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.sign_out_left_ms, 3000);
	assert_int_equal(log_worst, LOG_WARNING);
	assert_non_null(strstr(log_lines, "was not revoked"));
	assert_null(strstr(log_lines, "access-token"));
}

static void
a_breaker_that_is_open_takes_no_password_along(void **state)
{
	struct login_result r;

	(void)state;
	human.answers[0] = "hunter2";
	human.answers[1] = "123456";
	remote.sign_in = ERR_TIMEOUT;
	for (unsigned i = 0; i < 3; i++)
		expect(VERDICT_DENY, ERR_TIMEOUT);
	remote.sign_in = ERR_OK;
	remote.sign_ins = 0;
	r = run_login();
	assert_int_equal(r.why, ERR_UNREACHABLE);
	assert_true(r.by_breaker);
	assert_int_equal(remote.sign_ins, 0);
	fake_clock_advance(&fake, 60000);
	expect(VERDICT_ALLOW, ERR_OK);
}

/* What somebody types who does not know the password says that it is there. */
static void
wrong_passwords_do_not_open_the_breaker(void **state)
{
	(void)state;
	human.answers[0] = "wrong";
	for (unsigned i = 0; i < 5; i++)
		expect(VERDICT_DENY, ERR_WRONG_PASSWORD);
	human.answers[0] = "hunter2";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
}

static void
sudo_says_once_what_it_is_about_to_run(void **state)
{
	unsigned said = 0;

	(void)state;
	who.service = "sudo";
	who.command = "/usr/bin/id";
	human.answers[0] = "hunter2";
	human.answers[1] = "111111";
	human.answers[2] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	for (size_t i = 0; i < human.asked; i++)
		said += strstr(human.prompts[i], ": /usr/bin/id\n") != NULL;
	assert_int_equal(said, 1);
}

static void
a_blind_host_may_answer_with_the_password_and_no_more(void **state)
{
	(void)state;
	who.blind = true; /* it asks all the same: seen before the password */
	human.answers[0] = "";
	human.answers[1] = "hunter2";
	human.answers[2] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(human.questions[0], QUESTION_VISIBLE);
	assert_int_equal(human.questions[1], QUESTION_PASSWORD);
	assert_int_equal(human.questions[2], QUESTION_VISIBLE);
	reset(); /* it is blind: nothing goes out */
	who.blind = true;
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(remote.sign_ins, 0);
	reset(); /* one answer is all there is, so it may be blind */
	who.blind = true;
	cfg.append = true;
	remote.bound = SMS;
	human.answers[0] = "hunter2";
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(human.questions[0], QUESTION_PASSWORD);
	assert_int_equal(remote.sends, 0);
	reset(); /* its password was wrong: it has no other */
	who.blind = true;
	cfg.append = true;
	cfg.try_first_pass = true;
	human.first_pass = "wrong";
	human.answers[0] = "wrong";
	expect(VERDICT_DENY, ERR_WRONG_PASSWORD);
	assert_int_equal(remote.sign_ins, 1);
	assert_int_equal(human.asked, 0);
}

/* Or anybody could lock somebody out at the service itself. */
static void
wrong_passwords_are_counted_as_wrong_codes_are(void **state)
{
	(void)state;
	cfg.lockout = (struct option_rate){2, 900};
	human.answers[0] = "wrong";
	for (int i = 0; i < 2; i++)
		expect(VERDICT_DENY, ERR_WRONG_PASSWORD);
	assert_int_equal(remote.sign_ins, 2);
	human.answers[0] = "hunter2";
	human.answers[1] = "123456";
	expect(VERDICT_DENY, ERR_LOCKED_OUT);
	assert_int_equal(remote.sign_ins, 2);
	assert_string_equal(human.told,
	    "The user name or the password is wrong. Ref: 7f3a");
	reset(); /* a right one takes no try */
	cfg.lockout = (struct option_rate){1, 900};
	human.answers[0] = "hunter2";
	human.answers[1] = "123456";
	for (int i = 0; i < 3; i++)
		expect(VERDICT_ALLOW, ERR_OK);
}

/* What somebody typed must not look like a service that is away. */
static void
a_password_that_makes_the_service_fail_opens_no_breaker(void **state)
{
	static const enum err errors[] = {ERR_UNREACHABLE, ERR_TIMEOUT,
	    ERR_BUSY, ERR_THROTTLED};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		reset();
		cfg.breaker = (struct option_rate){1, 60};
		remote.sends_before_it_fails = true;
		remote.sign_in = errors[i];
		human.answers[0] = "hunter2";
		cfg.fail = FAIL_OPEN;
		for (int n = 0; n < 3; n++)
			expect(VERDICT_DENY, errors[i]);
		assert_int_equal(remote.sign_ins, 3);
	}
}

#define TEST(f) cmocka_unit_test_setup(f, reset_to_signin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_password_and_a_right_code_allow),
	    TEST(a_right_password_is_a_first_factor),
	    TEST(no_password_denies),
	    TEST(r02_signing_in_alone_lets_nobody_in),
	    TEST(a_wrong_password_looks_like_an_unknown_person),
	    TEST(a_wrong_first_password_looks_like_an_unknown_person),
	    TEST(the_log_knows_why),
	    TEST(who_is_locked_out_gives_a_password_for_nothing),
	    TEST(a_lockout_on_the_way_is_a_wrong_password),
	    TEST(the_first_password_is_tried_then_asked_for),
	    TEST(a_first_password_that_is_refused_for_good_is_not_asked_for),
	    TEST(use_first_pass_never_asks_for_a_password),
	    TEST(without_those_options_the_hosts_password_is_not_looked_at),
	    TEST(password_and_code_may_be_one_answer),
	    TEST(without_append_nothing_is_cut_off),
	    TEST(a_letter_may_be_appended_too),
	    TEST(a_wrong_code_appended_may_be_typed_again),
	    TEST(append_works_with_the_hosts_password),
	    TEST(r05_a_code_alone_is_no_password),
	    TEST(r18_passwords_up_to_512_bytes),
	    TEST(refusals_are_told_in_plain_words),
	    TEST(the_address_is_told_only_where_it_is_one),
	    TEST(every_token_is_revoked_once),
	    TEST(the_token_of_a_right_code_is_revoked),
	    TEST(revoking_does_not_use_up_the_logins_time),
	    TEST(a_breaker_that_is_open_takes_no_password_along),
	    TEST(wrong_passwords_do_not_open_the_breaker),
	    TEST(sudo_says_once_what_it_is_about_to_run),
	    TEST(a_blind_host_may_answer_with_the_password_and_no_more),
	    TEST(wrong_passwords_are_counted_as_wrong_codes_are),
	    TEST(a_password_that_makes_the_service_fail_opens_no_breaker),
	};

	return cmocka_run_group_tests_name(
	    "login_signin", tests, fake_login_start, fake_login_stop);
}
