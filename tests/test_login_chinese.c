/*
 * A login in Chinese: what the person reads, that none of it is cut, and that
 * at sshd it is put where OpenSSH's client shows it as it stands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/message.h"
#include "base/text.h"
#include "fake_login.h"

enum { WIRE_TEXT_MAX = 511 };

static const struct message chinese[] = {
#include "messages_verifier.inc"
    {NULL, NULL}};

static int
reset(void **state)
{
	message_use(chinese);
	return fake_login_reset(state);
}

static void
ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	if (len < end_len || strcmp(text + len - end_len, end) != 0)
		fail_msg("\"%s\" does not end in \"%s\"", text, end);
}

/* What the wire would take, whole. */
static void
is_whole(const char *text, const char *end)
{
	assert_true(strlen(text) <= WIRE_TEXT_MAX);
	assert_true(text_is_clean(text, strlen(text), true));
	ends_in(text, end);
}

static bool
is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

static void
questions_are_in_chinese(void **state)
{
	(void)state;
	remote.bound = ALL_FACTORS & ~FACTOR_BIT(FACTOR_PUSH);
	human.answers[0] = "s";
	human.answers[1] = "111111";
	human.answers[2] = "o";
	human.answers[3] = "１２３４５６";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_string_equal(human.prompts[0], "验证码 (或输入 "
	    "s: 短信发至 ***8888, e: 邮件发至 a***@example.com): ");
	assert_string_equal(human.prompts[1], "发至 ***8888 的短信验证码 "
	    "(或输入 s: 重新发送, e: 邮件发至 a***@example.com, "
	    "o: 身份验证器): ");
	assert_string_equal(human.prompts[2], "验证码不正确。 "
	    "发至 ***8888 的短信验证码 (或输入 s: 重新发送, "
	    "e: 邮件发至 a***@example.com, o: 身份验证器): ");
	assert_string_equal(remote.code, "123456");
}

static void
the_log_stays_english(void **state)
{
	(void)state;
	human.answers[0] = "111111";
	human.answers[1] = "没有";
	human.answers[2] = "";
	expect(VERDICT_DENY, ERR_WRONG_CODE);
	assert_true(is_ascii(log_lines));
	assert_non_null(strstr(log_lines, "reason=wrong_code"));
}

/* Put to sshd in a question, to others as a message. */
static void
is_refused(enum err why)
{
	remote.find = why;
	human.answers[0] = human.answers[1] = human.answers[2] = "111111";
	who.service = "sshd";
	expect(VERDICT_DENY, why);
	assert_int_equal(human.tells, 0);
	is_whole(human.prompts[human.asked - 1],
	    "参考编号: 7f3a。请按回车键: ");
	who.service = "login";
	expect(VERDICT_DENY, why);
	assert_int_equal(human.tells, 1);
	is_whole(human.told, "。 参考编号: 7f3a");
	who.silent = true;
	expect(VERDICT_DENY, why);
	assert_int_equal(human.tells, 0);
	is_whole(human.prompts[human.asked - 1],
	    "参考编号: 7f3a。请按回车键: ");
}

static void
every_refusal_is_whole_and_seen(void **state)
{
	static const enum err reasons[] = {ERR_MEMORY, ERR_UNREACHABLE,
	    ERR_TIMEOUT, ERR_BUSY, ERR_THROTTLED, ERR_TLS, ERR_REPLY,
	    ERR_CREDENTIAL, ERR_OTHER_PERSON, ERR_UNKNOWN_PERSON,
	    ERR_INACTIVE_PERSON};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		assert_int_equal(reset(state), 0);
		is_refused(reasons[i]);
	}
}

static void
who_is_locked_out_reads_for_how_long(void **state)
{
	(void)state;
	put_wrong_on_record(10);
	expect(VERDICT_DENY, ERR_LOCKED_OUT);
	assert_string_equal(human.prompts[0], "近期验证码错误次数过多。请在 "
	    "15 分钟后再试，或联系管理员。 参考编号: 7f3a。请按回车键: ");
}

/* Where no question can be put, sshd's message is in English. */
static void
what_ssh_would_show_as_numbers_is_english(void **state)
{
	human.answers[0] = "";
	expect(VERDICT_DENY, ERR_CONVERSATION);
	assert_int_equal(human.asked, 1);
	assert_non_null(strstr(human.told, "A code is needed"));

	assert_int_equal(reset(state), 0);
	human.answers[0] = "111111";
	human.takes_ms = cfg.login_timeout_ms - 1;
	who.first_factor = false; /* asked first */
	remote.find = ERR_TIMEOUT;
	expect(VERDICT_DENY, ERR_TOO_SLOW);
	assert_non_null(strstr(human.told, "The time for this login ran out"));
	assert_true(is_ascii(human.told));

	assert_int_equal(reset(state), 0);
	remote.find = ERR_BUSY;
	cfg.info = INFO_MESSAGE;
	expect(VERDICT_DENY, ERR_BUSY);
	assert_int_equal(human.asked, 0);
	assert_true(is_ascii(human.told));

	assert_int_equal(reset(state), 0);
	remote.find = ERR_BUSY;
	who.blind = true; /* sshd would answer by itself */
	human.answers[0] = "111111";
	expect(VERDICT_DENY, ERR_BUSY);
	assert_int_equal(human.asked, 1);
	assert_true(is_ascii(human.told));
}

/* There it is shown like the banner, as it stands. */
static void
in_the_account_phase_it_stays_a_message(void **state)
{
	(void)state;
	cfg.account = ACCOUNT_PUSH;
	who.account_phase = true;
	remote.find = ERR_BUSY;
	expect(VERDICT_DENY, ERR_BUSY);
	assert_int_equal(human.asked, 0);
	is_whole(human.told, "。 参考编号: 7f3a");
	assert_false(is_ascii(human.told));
}

static void
a_refusal_of_the_service_is_told_with_its_reason(void **state)
{
	(void)state;
	for (const struct message *m = chinese; m->english != NULL; m++) {
		/* the reasons begin with a small letter */
		if (strncmp(m->english, "the ", 4) != 0)
			continue;
		assert_int_equal(reset(state), 0);
		cfg.flow = FLOW_SIGNIN;
		who.first_factor = false;
		who.service = "login";
		human.answers[0] = "hunter2";
		remote.sign_in = ERR_DECLINED;
		remote.why = m->english;
		expect(VERDICT_DENY, ERR_DECLINED);
		assert_non_null(strstr(human.told, m->chinese));
		is_whole(human.told, "。 参考编号: 7f3a");
	}
}

static void
a_new_recovery_code_is_shown_whole(void **state)
{
	(void)state;
	remote.bound |= FACTOR_BIT(FACTOR_RECOVERY);
	remote.right_code = "e7ad-aaa4-da75-fa37-57d1-5141";
	remote.new_recovery = "0123-4567-89ab-cdef-0123-4567";
	human.answers[0] = remote.right_code;
	human.answers[1] = "";
	expect(VERDICT_ALLOW, ERR_OK);
	assert_string_equal(human.prompts[1], "您的恢复码已使用，不再有效。"
	    "请记下新的恢复码：\n0123-4567-89ab-cdef-0123-4567\n"
	    "然后按回车键: ");
}

/* Every hint before every question, with the longest address there can be. */
static void
the_longest_prompt_is_whole(void **state)
{
	struct challenge big = {.phone = "13800008888"};
	struct buf out = BUF_INIT(1000);

	(void)state;
	memset(big.email, 'm', 250);
	big.email[3] = '@';
	for (const struct message *m = chinese; m->english != NULL; m++) {
		if (strchr(m->english, '%') != NULL ||
		    strchr(m->english, '\n') != NULL)
			continue;
		for (unsigned sent = 0; sent <= FACTOR_COUNT; sent++) {
			assert_int_equal(factor_prompt(&big, ALL_FACTORS,
			    (enum factor)sent, true, true, m->chinese, &out),
			    ERR_OK);
			assert_true(out.len < 500);
			assert_memory_equal(buf_text(&out), m->chinese,
			    strlen(m->chinese));
			is_whole(buf_text(&out), sent < FACTOR_COUNT &&
			    factor_rows[sent].sent ? ", o: 身份验证器): "
						   : ", p: 在手机上批准): ");
		}
	}
	buf_clear(&out);
}

static void
waits_are_whole_in_a_hint(void **state)
{
	static const int waits_s[] = {0, 2147483647};

	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(reset(state), 0);
		remote.bound |= FACTOR_BIT(FACTOR_SMS);
		remote.send = ERR_TOO_SOON;
		remote.wait_s = waits_s[i];
		human.answers[0] = "s";
		human.answers[1] = "123456";
		expect(VERDICT_ALLOW, ERR_OK);
		assert_non_null(strstr(human.prompts[1], "后可再次发送。 "));
		is_whole(human.prompts[1], "): ");
	}
}

#define TEST(name) cmocka_unit_test_setup(name, reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(questions_are_in_chinese),
	    TEST(the_log_stays_english),
	    TEST(every_refusal_is_whole_and_seen),
	    TEST(who_is_locked_out_reads_for_how_long),
	    TEST(what_ssh_would_show_as_numbers_is_english),
	    TEST(in_the_account_phase_it_stays_a_message),
	    TEST(a_refusal_of_the_service_is_told_with_its_reason),
	    TEST(a_new_recovery_code_is_shown_whole),
	    TEST(the_longest_prompt_is_whole),
	    TEST(waits_are_whole_in_a_hint),
	};

	return cmocka_run_group_tests(
	    tests, fake_login_start, fake_login_stop);
}
