/*
 * The straight line of a login against a scripted provider and person: what
 * is asked, what is sent, and what is decided.
 */
#include "login/login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "fake_clock.h"
#include "login/factor.h"

/* A service that does as the test says, and remembers what it was told. */
static struct {
	enum err find, challenge, send, check;
	enum answer answer;
	const char *right_code, *new_recovery;
	unsigned bound;
	int finds, challenges, sends, checks;
	enum factor sent, checked;
	char code[64], found[64];
} remote;

/* A person who gives these answers in turn; NULL is a failed conversation. */
static struct {
	const char *answers[16];
	enum err errors[16];
	size_t asked;
	bool echo;
	char prompts[16][512], told[512];
} human;

static char log_lines[4096];
static int log_worst;

static enum err
fake_find(struct service *s, const char *directory_id, struct person *out)
{
	(void)s;
	remote.finds++;
	(void)snprintf(remote.found, sizeof(remote.found), "%s", directory_id);
	if (remote.find == ERR_OK)
		(void)snprintf(out->id, sizeof(out->id), "id-%s", directory_id);
	return remote.find;
}

static enum err
fake_challenge(
    struct service *s, const struct person *who, struct challenge *out)
{
	(void)s;
	assert_string_equal(who->id, "id-alice");
	remote.challenges++;
	if (remote.challenge != ERR_OK)
		return remote.challenge;
	out->bound = remote.bound;
	(void)snprintf(out->phone, sizeof(out->phone), "13800008888");
	(void)snprintf(out->email, sizeof(out->email), "alice@example.com");
	return buf_add_text(&out->token, "challenge-token");
}

static enum err
fake_send(struct service *s, const struct challenge *c, enum factor f)
{
	(void)s;
	assert_string_equal(buf_text(&c->token), "challenge-token");
	remote.sends++;
	remote.sent = f;
	return remote.send;
}

static enum err
fake_check(struct service *s, const struct person *who,
    const struct challenge *c, enum factor f, const struct buf *code,
    enum answer *out, struct buf *new_recovery)
{
	(void)s;
	assert_string_equal(who->id, "id-alice");
	assert_string_equal(buf_text(&c->token), "challenge-token");
	remote.checks++;
	remote.checked = f;
	(void)snprintf(remote.code, sizeof(remote.code), "%s", buf_text(code));
	if (remote.check != ERR_OK)
		return remote.check;
	*out = remote.answer;
	if (remote.right_code != NULL &&
	    strcmp(remote.right_code, buf_text(code)) == 0)
		*out = ANSWER_YES;
	if (*out == ANSWER_YES && remote.new_recovery != NULL)
		return buf_add_text(new_recovery, remote.new_recovery);
	return ERR_OK;
}

static const struct provider fake_provider = {
    "fake", fake_find, fake_challenge, fake_send, fake_check};

static enum err
human_ask(struct conversation *c, const char *prompt, bool echo,
    int timeout_ms, struct buf *answer)
{
	size_t i = human.asked++;

	(void)c;
	buf_clear(answer);
	assert_true(i < 16);
	assert_true(timeout_ms > 0);
	human.echo = echo;
	(void)snprintf(human.prompts[i], sizeof(human.prompts[i]), "%s",
	    prompt);
	if (human.errors[i] != ERR_OK)
		return human.errors[i];
	if (human.answers[i] == NULL)
		return ERR_CONVERSATION;
	return buf_add_text(answer, human.answers[i]);
}

static enum err
human_tell(struct conversation *c, const char *text)
{
	(void)c;
	(void)snprintf(human.told, sizeof(human.told), "%s", text);
	return ERR_OK;
}

static void
keep_log(void *ctx, int priority, const char *line)
{
	size_t used = strlen(log_lines);

	(void)ctx;
	if (priority < log_worst)
		log_worst = priority;
	(void)snprintf(log_lines + used, sizeof(log_lines) - used, "%s\n",
	    line);
}

static char everybody[] = "*";

/* What a test may set before login(). */
static struct config cfg;
static struct login_request who;
static struct fake_clock fake;
static enum err (*before_service)(void);

static int
reset(void **state)
{
	(void)state;
	memset(&remote, 0, sizeof(remote));
	memset(&human, 0, sizeof(human));
	memset(&cfg, 0, sizeof(cfg));
	log_lines[0] = '\0';
	log_worst = LOG_DEBUG;
	remote.bound = FACTOR_BIT(FACTOR_OTP);
	remote.right_code = "123456";
	cfg.users = everybody;
	cfg.allowed = ~0U;
	cfg.tries = 3;
	cfg.login_timeout_ms = 100000;
	who = (struct login_request){"alice", "sshd", "192.0.2.7", "", "",
	    true, false};
	before_service = NULL;
	fake_clock_init(&fake);
	return 0;
}

static struct login_result
login(void)
{
	const struct service_settings settings = {0};
	struct conversation person = {human_ask, human_tell};
	struct login_result result;
	struct deadline deadline;
	struct service service;

	deadline_start(&deadline, &fake.clock, cfg.login_timeout_ms);
	service_init(&service, &fake_provider, &settings, NULL, &deadline,
	    NULL);
	log_to(keep_log, NULL);
	login_run(&cfg, &who, &service, &person, before_service, &result);
	log_to(NULL, NULL);
	service_clear(&service);
	return result;
}

static void
expect(enum verdict verdict, enum err why)
{
	struct login_result r = login();

	assert_int_equal(r.verdict, verdict);
	assert_int_equal(r.why, why);
}

static void
a_right_code_allows(void **state)
{
	(void)state;
	human.answers[0] = "123 456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.checked, FACTOR_OTP);
	assert_string_equal(remote.code, "123456");
	assert_false(human.echo);
	assert_string_equal(human.prompts[0], "Verification code: ");
	assert_non_null(strstr(log_lines, "event=login verdict=allow "
	    "user=alice service=sshd rhost=192.0.2.7 rule=* factor=otp "
	    "provider=fake ms=0"));
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
	for (size_t i = 0; i < 16; i++)
		human.answers[i] = "111111";
	expect(VERDICT_DENY, ERR_TRIES);
	assert_int_equal(remote.checks, 3);
	reset(NULL);
	cfg.tries = 1;
	human.answers[0] = "111111";
	expect(VERDICT_DENY, ERR_TRIES);
	assert_int_equal(remote.checks, 1);
	assert_string_equal(human.told, "Too many wrong codes.");
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
	reset(NULL);
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
	reset(NULL);
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
	remote.bound |= FACTOR_BIT(FACTOR_SMS) | FACTOR_BIT(FACTOR_EMAIL);
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
	remote.bound |= FACTOR_BIT(FACTOR_SMS) | FACTOR_BIT(FACTOR_EMAIL);
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_null(strstr(human.prompts[0], "8888"));
	assert_null(strstr(human.prompts[0], "example"));
}

static void
the_only_factor_is_started_without_asking(void **state)
{
	(void)state;
	remote.bound = FACTOR_BIT(FACTOR_EMAIL);
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
	remote.bound = FACTOR_BIT(FACTOR_SMS);
	remote.send = ERR_TOO_SOON;
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_non_null(strstr(human.prompts[0],
	    "A code was sent a moment ago: use that one. Another can be sent "
	    "after a minute."));
	assert_int_equal(remote.checked, FACTOR_SMS);
}

static void
a_code_that_cannot_be_sent_leaves_the_other_factors(void **state)
{
	(void)state;
	remote.bound |= FACTOR_BIT(FACTOR_SMS);
	remote.send = ERR_BUSY;
	human.answers[0] = "s";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.checked, FACTOR_OTP);
	reset(NULL);
	remote.bound = FACTOR_BIT(FACTOR_SMS);
	remote.send = ERR_BUSY;
	cfg.fail = FAIL_OPEN;
	expect(VERDICT_DENY, ERR_BUSY); /* the person could bring this about */
}

static void
choosing_has_an_end(void **state)
{
	(void)state;
	remote.bound |= FACTOR_BIT(FACTOR_SMS);
	for (size_t i = 0; i < 16; i++)
		human.answers[i] = "s";
	expect(VERDICT_DENY, ERR_TRIES);
	assert_int_equal(remote.sends, 5);
	reset(NULL);
	for (size_t i = 0; i < 16; i++)
		human.answers[i] = "o";
	expect(VERDICT_DENY, ERR_TRIES);
	assert_int_equal(remote.sends, 0);
}

static void
a_new_recovery_code_is_shown_before_success(void **state)
{
	(void)state;
	remote.bound |= FACTOR_BIT(FACTOR_RECOVERY);
	remote.right_code = "e7ad-aaa4-da75-fa37-57d1-5141";
	remote.new_recovery = "0000-1111-2222-3333-4444-5555";
	human.answers[0] = "E7AD-AAA4-DA75-FA37-57D1-5141";
	human.answers[1] = "";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.checked, FACTOR_RECOVERY);
	assert_non_null(strstr(human.prompts[1],
	    "\n0000-1111-2222-3333-4444-5555\n"));
	assert_null(strstr(log_lines, "0000-1111"));
	assert_null(strstr(log_lines, "e7ad"));
	reset(NULL); /* who does not see it is not let in */
	remote.bound |= FACTOR_BIT(FACTOR_RECOVERY);
	remote.right_code = "e7ad-aaa4-da75-fa37-57d1-5141";
	remote.new_recovery = "0000-1111-2222-3333-4444-5555";
	human.answers[0] = "e7ad-aaa4-da75-fa37-57d1-5141";
	expect(VERDICT_DENY, ERR_CONVERSATION);
}

static void
r02_a_factor_that_is_not_allowed_is_not_offered(void **state)
{
	(void)state;
	remote.bound = FACTOR_BIT(FACTOR_OTP) | FACTOR_BIT(FACTOR_SMS);
	cfg.allowed = FACTOR_BIT(FACTOR_OTP);
	human.answers[0] = "s";
	human.answers[1] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(remote.sends, 0);
	assert_string_equal(human.prompts[0], "Verification code: ");
	reset(NULL);
	cfg.allowed = FACTOR_BIT(FACTOR_SMS);
	human.answers[0] = "123456";
	expect(VERDICT_DENY, ERR_NO_FACTOR);
	assert_int_equal(human.asked, 0);
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
	remote.bound = FACTOR_BIT(FACTOR_SMS);
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(remote.finds + remote.sends, 0);
	assert_true(human.echo);
	reset(NULL); /* not blind after all: the answer is used */
	who.blind = true;
	human.answers[0] = "123456";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_int_equal(human.asked, 1);
	reset(NULL);
	who.blind = true;
	remote.bound = FACTOR_BIT(FACTOR_SMS);
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
excusable(enum err e)
{
	return e == ERR_UNREACHABLE || e == ERR_TIMEOUT || e == ERR_BUSY;
}

/* Every error x every fail mode x every step it can happen at. */
static void
errors_by_fail_mode_and_step(void **state)
{
	(void)state;
	for (int mode = FAIL_CLOSED; mode <= FAIL_OPEN; mode++) {
		for (unsigned e = 1; e < ERR_COUNT; e++) {
			for (int step = 0; step < 5; step++) {
				struct login_result r;
				bool open;

				reset(NULL);
				cfg.fail = mode;
				human.answers[0] = "123456";
				remote.bound = FACTOR_BIT(FACTOR_SMS);
				if (step == 0)
					remote.find = (enum err)e;
				else if (step == 1)
					remote.challenge = (enum err)e;
				else if (step == 2)
					remote.send = (enum err)e;
				else if (step == 3)
					human.errors[0] = (enum err)e;
				else
					remote.check = (enum err)e;
				if ((step == 2 && e == ERR_TOO_SOON) ||
				    (step == 3 && e == ERR_NOT_A_CODE))
					continue; /* asked again */
				open = mode == FAIL_OPEN && step < 2 &&
				    excusable((enum err)e);
				r = login();
				assert_int_equal(r.verdict,
				    open ? VERDICT_ALLOW : VERDICT_DENY);
				assert_int_equal(r.why, e);
				assert_true(!open || log_worst == LOG_ALERT);
			}
		}
	}
}

static void
failing_open_is_for_three_errors_only(void **state)
{
	(void)state;
	for (unsigned e = 0; e <= ERR_COUNT; e++) {
		assert_int_equal(
		    fail_open_excuses(FAIL_OPEN, (enum err)e, false),
		    excusable((enum err)e));
		assert_false(fail_open_excuses(FAIL_OPEN, (enum err)e, true));
		assert_false(
		    fail_open_excuses(FAIL_CLOSED, (enum err)e, false));
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_right_code_allows, reset),
	    cmocka_unit_test_setup(a_wrong_code_may_be_tried_again, reset),
	    cmocka_unit_test_setup(tries_are_counted, reset),
	    cmocka_unit_test_setup(
		giving_up_after_a_wrong_code_is_a_wrong_code, reset),
	    cmocka_unit_test_setup(r05_empty_answer_denies, reset),
	    cmocka_unit_test_setup(what_is_no_code_is_never_sent, reset),
	    cmocka_unit_test_setup(a_letter_sends_and_asks_again, reset),
	    cmocka_unit_test_setup(
		contacts_are_hidden_without_a_first_factor, reset),
	    cmocka_unit_test_setup(
		the_only_factor_is_started_without_asking, reset),
	    cmocka_unit_test_setup(too_soon_says_how_long_to_wait, reset),
	    cmocka_unit_test_setup(
		a_code_that_cannot_be_sent_leaves_the_other_factors, reset),
	    cmocka_unit_test_setup(choosing_has_an_end, reset),
	    cmocka_unit_test_setup(
		a_new_recovery_code_is_shown_before_success, reset),
	    cmocka_unit_test_setup(
		r02_a_factor_that_is_not_allowed_is_not_offered, reset),
	    cmocka_unit_test_setup(
		an_exempt_person_is_skipped_and_nothing_is_sent, reset),
	    cmocka_unit_test_setup(
		an_exempt_person_is_not_asked_by_a_blind_host_either, reset),
	    cmocka_unit_test_setup(
		a_sandbox_that_cannot_be_entered_denies, reset),
	    cmocka_unit_test_setup(
		a_blind_host_is_asked_before_anything_is_sent, reset),
	    cmocka_unit_test_setup(
		another_person_in_the_reply_is_an_alarm, reset),
	    cmocka_unit_test_setup(time_that_ran_out_denies, reset),
	    cmocka_unit_test_setup(errors_by_fail_mode_and_step, reset),
	    cmocka_unit_test_setup(
		failing_open_is_for_three_errors_only, reset),
	    cmocka_unit_test_setup(
		r11_hostile_names_do_not_forge_log_lines, reset),
	    cmocka_unit_test_setup(zeroed_memory_denies, reset),
	};

	return cmocka_run_group_tests_name("login", tests, NULL, NULL);
}
