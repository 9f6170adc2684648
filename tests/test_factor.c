/*
 * What an answer is, and the one prompt that asks for it.
 */
#include "login/factor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define OTP FACTOR_BIT(FACTOR_OTP)
#define SMS FACTOR_BIT(FACTOR_SMS)
#define EMAIL FACTOR_BIT(FACTOR_EMAIL)
#define PUSH FACTOR_BIT(FACTOR_PUSH)
#define RECOVERY FACTOR_BIT(FACTOR_RECOVERY)
#define ALL (OTP | SMS | EMAIL | RECOVERY)
#define NONE_SENT FACTOR_COUNT

#define RECOVERY_CODE "e7ad-aaa4-da75-fa37-57d1-5141"

static void
list_is(const char *words, unsigned bits, enum factor first)
{
	struct factor_list list = {0, FACTOR_COUNT};
	char why[128] = "";

	assert_int_equal(factor_parse_list(words, &list, why, sizeof(why)),
	    ERR_OK);
	assert_int_equal(list.bits, bits);
	assert_int_equal(list.first, first);
}

static void
list_fails(const char *words, const char *because)
{
	struct factor_list list = {77, FACTOR_EMAIL};
	char why[128] = "";

	assert_int_equal(factor_parse_list(words, &list, why, sizeof(why)),
	    ERR_CONFIG);
	assert_string_equal(why, because);
	assert_int_equal(list.bits, 77);
	assert_int_equal(list.first, FACTOR_EMAIL);
}

static void
every_factor_can_be_listed(void **state)
{
	(void)state;
	for (unsigned f = 0; f < FACTOR_COUNT; f++)
		list_is(factor_rows[f].name, FACTOR_BIT(f), (enum factor)f);
	list_is("  otp\tsms email  recovery ", ALL, FACTOR_OTP);
}

static void
the_first_word_is_the_first_factor(void **state)
{
	(void)state;
	list_is("push otp", OTP | PUSH, FACTOR_PUSH);
	list_is("otp push", OTP | PUSH, FACTOR_OTP);
	list_is(" recovery sms", SMS | RECOVERY, FACTOR_RECOVERY);
}

static void
an_unknown_factor_is_refused_with_the_nearest(void **state)
{
	(void)state;
	list_fails("otp emial", "unknown factor \"emial\", did you mean email");
	list_fails("face", "unknown factor \"face\"");
	list_fails("OTP", "unknown factor \"OTP\", did you mean otp");
	list_fails("otp,sms", "unknown factor \"otp,sms\"");
}

static void
r11_an_unknown_factor_is_shown_cleaned(void **state)
{
	(void)state;
	list_fails("\033[2J", "unknown factor \"?[2J\"");
	list_fails("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    "unknown factor \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"");
}

static void
a_factor_listed_twice_is_refused(void **state)
{
	(void)state;
	list_fails("otp sms otp", "factor \"otp\" is there twice");
}

static void
r15_an_empty_list_is_refused(void **state)
{
	(void)state;
	list_fails("", "no factor is named");
	list_fails(" \t", "no factor is named");
}

struct reading {
	enum reply_kind kind;
	enum factor factor;
	char code[64];
};

static struct reading
read_bytes(const char *bytes, size_t len, unsigned offered, enum factor sent)
{
	struct buf answer = BUF_INIT(100000), code = BUF_INIT(64);
	struct reading r = {REPLY_NOTHING, FACTOR_COUNT, ""};

	assert_int_equal(buf_add(&answer, bytes, len), ERR_OK);
	assert_int_equal(buf_add_text(&code, "left over"), ERR_OK);
	r.kind = factor_read_answer(&answer, offered, sent, &r.factor, &code);
	(void)snprintf(r.code, sizeof(r.code), "%s", buf_text(&code));
	buf_clear(&answer);
	buf_clear(&code);
	return r;
}

static void
is_code(const char *answer, unsigned offered, enum factor sent,
    enum factor factor, const char *code)
{
	struct reading r = read_bytes(answer, strlen(answer), offered, sent);

	assert_int_equal(r.kind, REPLY_CODE);
	assert_int_equal(r.factor, factor);
	assert_string_equal(r.code, code);
}

static void
is_choice(const char *answer, unsigned offered, enum factor sent,
    enum factor factor)
{
	struct reading r = read_bytes(answer, strlen(answer), offered, sent);

	assert_int_equal(r.kind, REPLY_CHOICE);
	assert_int_equal(r.factor, factor);
	assert_string_equal(r.code, "");
}

static void
is_nothing(const char *answer, unsigned offered, enum factor sent)
{
	struct reading r = read_bytes(answer, strlen(answer), offered, sent);

	assert_int_equal(r.kind, REPLY_NOTHING);
	assert_int_equal(r.factor, FACTOR_COUNT);
	assert_string_equal(r.code, "");
}

static void
six_digits_are_a_code_of_the_authenticator(void **state)
{
	(void)state;
	is_code("123456", ALL, NONE_SENT, FACTOR_OTP, "123456");
	is_code("000999", OTP, NONE_SENT, FACTOR_OTP, "000999");
	is_code("123456", ALL, FACTOR_OTP, FACTOR_OTP, "123456");
}

static void
spaces_in_a_code_do_not_matter(void **state)
{
	(void)state;
	is_code("  123 456 ", ALL, NONE_SENT, FACTOR_OTP, "123456");
	is_code("1 2 3 4", ALL, FACTOR_SMS, FACTOR_SMS, "1234");
}

static void
the_authenticator_takes_exactly_six_digits(void **state)
{
	(void)state;
	is_nothing("12345", ALL, NONE_SENT);
	is_nothing("1234567", ALL, NONE_SENT);
	is_nothing("12345a", ALL, NONE_SENT);
	is_nothing("12345\xd9\xa6", ALL, NONE_SENT); /* another script's 6 */
	is_nothing("+23456", ALL, NONE_SENT);
}

static void
r02_a_code_of_a_factor_not_offered_is_nothing(void **state)
{
	(void)state;
	is_nothing("123456", SMS | EMAIL | RECOVERY, NONE_SENT);
	is_nothing("123456", OTP, FACTOR_SMS);
	is_nothing(RECOVERY_CODE, OTP | SMS | EMAIL, NONE_SENT);
	is_nothing("123456", 0, NONE_SENT);
}

static void
after_sending_four_to_eight_digits_are_that_code(void **state)
{
	(void)state;
	is_code("1234", ALL, FACTOR_SMS, FACTOR_SMS, "1234");
	is_code("123456", ALL, FACTOR_SMS, FACTOR_SMS, "123456");
	is_code("12345678", ALL, FACTOR_EMAIL, FACTOR_EMAIL, "12345678");
	is_nothing("123", ALL, FACTOR_SMS);
	is_nothing("123456789", ALL, FACTOR_SMS);
}

static void
letters_choose_a_factor(void **state)
{
	(void)state;
	is_choice("s", ALL, NONE_SENT, FACTOR_SMS);
	is_choice("E", ALL, NONE_SENT, FACTOR_EMAIL);
	is_choice(" s ", ALL, NONE_SENT, FACTOR_SMS);
	is_choice("s", ALL, FACTOR_SMS, FACTOR_SMS);
	is_choice("o", ALL, FACTOR_SMS, FACTOR_OTP);
	is_choice("O", ALL, FACTOR_EMAIL, FACTOR_OTP);
}

static void
words_choose_a_factor(void **state)
{
	(void)state;
	is_choice("sms", ALL, NONE_SENT, FACTOR_SMS);
	is_choice("SMS", ALL, NONE_SENT, FACTOR_SMS);
	is_choice("Email", ALL, NONE_SENT, FACTOR_EMAIL);
	is_choice("otp", ALL, FACTOR_SMS, FACTOR_OTP);
}

static void
a_push_is_chosen_and_has_no_code(void **state)
{
	(void)state;
	is_choice("p", ALL | PUSH, NONE_SENT, FACTOR_PUSH);
	is_choice(" P ", PUSH, FACTOR_SMS, FACTOR_PUSH);
	is_choice("push", OTP | PUSH, NONE_SENT, FACTOR_PUSH);
	is_nothing("p", ALL, NONE_SENT);
	is_nothing("push", ALL, NONE_SENT);
	is_nothing("123456", PUSH, NONE_SENT);
	is_nothing("123456", PUSH, FACTOR_PUSH);
}

static void
a_choice_not_offered_is_nothing(void **state)
{
	(void)state;
	is_nothing("s", OTP | EMAIL, NONE_SENT);
	is_nothing("email", OTP | SMS, NONE_SENT);
	is_nothing("o", SMS | EMAIL, FACTOR_SMS);
	is_nothing("recovery", ALL, NONE_SENT);
	is_nothing("r", ALL, NONE_SENT);
}

static void
a_recovery_code_is_known_by_its_shape(void **state)
{
	(void)state;
	is_code(RECOVERY_CODE, ALL, NONE_SENT, FACTOR_RECOVERY,
	    RECOVERY_CODE);
	is_code(RECOVERY_CODE, RECOVERY, FACTOR_SMS, FACTOR_RECOVERY,
	    RECOVERY_CODE);
}

static void
a_recovery_code_is_put_into_one_form(void **state)
{
	(void)state;
	is_code("E7AD-AAA4-DA75-FA37-57D1-5141", ALL, NONE_SENT,
	    FACTOR_RECOVERY, RECOVERY_CODE);
	is_code("e7adaaa4da75fa3757d15141", ALL, NONE_SENT, FACTOR_RECOVERY,
	    RECOVERY_CODE);
	is_code(" e7ad aaa4 DA75 fa37 57d1 5141", ALL, NONE_SENT,
	    FACTOR_RECOVERY, RECOVERY_CODE);
	is_code("abcd-efAB-CDEF-9999-0000-ffFF", ALL, NONE_SENT,
	    FACTOR_RECOVERY, "abcd-efab-cdef-9999-0000-ffff");
	is_code("000000000000000000000000", ALL, NONE_SENT, FACTOR_RECOVERY,
	    "0000-0000-0000-0000-0000-0000");
}

static void
other_shapes_are_no_recovery_code(void **state)
{
	(void)state;
	is_nothing("e7ad-aaa4-da75-fa37-57d1-514", ALL, NONE_SENT);
	is_nothing("e7ad-aaa4-da75-fa37-57d1-51411", ALL, NONE_SENT);
	is_nothing("e7ad-aaa4-da75-fa37-57d1-5141-", ALL, NONE_SENT);
	is_nothing("e7ad-aaa4-da75-fa37-57d1", ALL, NONE_SENT);
	is_nothing("e7adaaa4-da75-fa37-57d1-5141", ALL, NONE_SENT);
	is_nothing("e7a-daaa4-da75-fa37-57d1-5141", ALL, NONE_SENT);
	is_nothing("e7ag-aaa4-da75-fa37-57d1-5141", ALL, NONE_SENT);
	is_nothing("------------------------", ALL, NONE_SENT);
	is_nothing("e7ad_aaa4_da75_fa37_57d1_5141", ALL, NONE_SENT);
}

/* As an input method for Chinese types them: U+FF10 to U+FF5A, U+3000. */
static void
wide_letters_and_digits_are_read_as_such(void **state)
{
	(void)state;
	is_code("１２３４５６", ALL, NONE_SENT, FACTOR_OTP, "123456");
	is_code("　１２３　456 ", ALL, NONE_SENT, FACTOR_OTP, "123456");
	is_code("０９８７", ALL, FACTOR_SMS, FACTOR_SMS, "0987");
	is_code("ｅ７ａｄ－ａａａ４－ＤＡ７５－ｆａ３７－５７ｄ１－５１４１", ALL,
	    NONE_SENT, FACTOR_RECOVERY, RECOVERY_CODE);
	is_choice("ｓ", ALL, NONE_SENT, FACTOR_SMS);
	is_choice("ＳＭＳ", ALL, NONE_SENT, FACTOR_SMS);
	is_nothing("一二三四五六", ALL, NONE_SENT);
	is_nothing("１２３４５", ALL, NONE_SENT);
	is_nothing("１２３４５６７", ALL, NONE_SENT);
	is_nothing("１２３４５\xef\xbc", ALL, NONE_SENT); /* cut */
	is_nothing("\xc0\xb1" "23456", ALL, NONE_SENT); /* no UTF-8 */
	is_nothing("①②③④⑤⑥", ALL, NONE_SENT);
	is_nothing("١٢٣٤٥٦", ALL, NONE_SENT); /* Arabic digits */
	is_nothing("𝟏𝟐𝟑𝟒𝟓𝟔", ALL, NONE_SENT); /* bold ones */
}

static void
r05_an_empty_answer_is_nothing(void **state)
{
	(void)state;
	is_nothing("", ALL, NONE_SENT);
	is_nothing("   ", ALL, NONE_SENT);
	is_nothing("", ALL, FACTOR_SMS);
}

static void
pitfall_4_a_password_is_nothing(void **state)
{
	(void)state;
	is_nothing("correct horse battery staple", ALL, NONE_SENT);
	is_nothing("hunter2", ALL, NONE_SENT);
	is_nothing("\b\n\r\177INCORRECT", ALL, NONE_SENT);
	is_nothing("\b\n\r\177INCORRECT", ALL, FACTOR_SMS);
	is_nothing("123456\n", ALL, NONE_SENT);
	is_nothing("123456\t", ALL, NONE_SENT);
}

static void
r18_a_long_answer_is_nothing(void **state)
{
	static char answer[65536];
	static const size_t lengths[] = {39, 40, 41, 511, 512, 65536};

	(void)state;
	memset(answer, '1', sizeof(answer));
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		assert_int_equal(read_bytes(answer, lengths[i], ALL,
		    FACTOR_SMS).kind, REPLY_NOTHING);
}

static void
r03_a_nul_does_not_cut_an_answer(void **state)
{
	(void)state;
	assert_int_equal(read_bytes("123456\0", 7, ALL, NONE_SENT).kind,
	    REPLY_NOTHING);
	assert_int_equal(read_bytes("s\0", 2, ALL, NONE_SENT).kind,
	    REPLY_NOTHING);
}

static void
a_code_that_finds_no_room_is_nothing(void **state)
{
	struct buf answer = BUF_INIT(10), code = BUF_INIT(5);
	enum factor f = FACTOR_COUNT;

	(void)state;
	assert_int_equal(buf_add_text(&answer, "123456"), ERR_OK);
	assert_int_equal(factor_read_answer(&answer, ALL, NONE_SENT, &f,
	    &code), REPLY_NOTHING);
	assert_int_equal(f, FACTOR_COUNT);
	buf_clear(&answer);
	buf_clear(&code);
}

static struct challenge challenge = {
    .phone = "13800008888", .email = "alice@example.com"};

/* How a test asks for a prompt; zeroed is full, no contacts, no hint. */
struct wish {
	unsigned offered;
	enum factor sent;
	bool brief, contacts;
	const char *hint;
};

static void
prompts(struct wish w, const char *wanted)
{
	struct buf out = BUF_INIT(1000);

	assert_int_equal(buf_add_text(&out, "left over"), ERR_OK);
	assert_int_equal(factor_prompt(&challenge, w.offered, w.sent, !w.brief,
	    w.contacts, w.hint, &out), ERR_OK);
	assert_string_equal(buf_text(&out), wanted);
	buf_clear(&out);
}

static void
the_first_prompt_says_what_can_be_answered(void **state)
{
	(void)state;
	prompts((struct wish){ALL, NONE_SENT, false, true, NULL},
	    "Verification code (or s: SMS to ***8888, "
	    "e: e-mail to a***@example.com): ");
	prompts((struct wish){OTP | EMAIL, NONE_SENT, false, true, NULL},
	    "Verification code (or e: e-mail to a***@example.com): ");
}

static void
a_push_is_offered_by_its_letter(void **state)
{
	(void)state;
	prompts((struct wish){OTP | PUSH, NONE_SENT, false, true, NULL},
	    "Verification code (or p: approve on your phone): ");
	prompts((struct wish){PUSH, NONE_SENT, false, true, NULL},
	    "Second factor (p: approve on your phone): ");
	prompts((struct wish){ALL | PUSH, FACTOR_SMS, false, false, NULL},
	    "Code from the SMS (or s: send again, e: e-mail, "
	    "p: approve on your phone, o: authenticator): ");
	prompts((struct wish){ALL | PUSH, NONE_SENT, true, true, NULL},
	    "Code: ");
}

static void
each_factor_with_a_letter_is_offered_by_it(void **state)
{
	struct buf out = BUF_INIT(1000);
	char wanted[100];

	(void)state;
	for (unsigned f = 0; f < FACTOR_COUNT; f++) {
		if (f == FACTOR_OTP || factor_rows[f].letter == 0)
			continue;
		assert_int_equal(factor_prompt(&challenge, OTP | FACTOR_BIT(f),
		    NONE_SENT, true, false, NULL, &out), ERR_OK);
		(void)snprintf(wanted, sizeof(wanted), "%c: %s",
		    factor_rows[f].letter, factor_rows[f].noun);
		if (strstr(buf_text(&out), wanted) == NULL)
			fail_msg("no \"%s\" in \"%s\"", wanted,
			    buf_text(&out));
	}
	buf_clear(&out);
}

static void
without_a_choice_none_is_shown(void **state)
{
	(void)state;
	prompts((struct wish){OTP, NONE_SENT, false, true, NULL},
	    "Verification code: ");
	prompts((struct wish){OTP | RECOVERY, FACTOR_OTP, false, true, NULL},
	    "Verification code: ");
	prompts((struct wish){RECOVERY, NONE_SENT, false, true, NULL},
	    "Recovery code: ");
}

static void
without_the_authenticator_a_factor_is_asked_for(void **state)
{
	(void)state;
	prompts((struct wish){SMS | EMAIL, NONE_SENT, false, true, NULL},
	    "Second factor (s: SMS to ***8888, "
	    "e: e-mail to a***@example.com): ");
	prompts((struct wish){SMS | RECOVERY, NONE_SENT, false, true, NULL},
	    "Second factor (s: SMS to ***8888): ");
}

static void
after_sending_the_prompt_names_the_code(void **state)
{
	(void)state;
	prompts((struct wish){ALL, FACTOR_SMS, false, true, NULL},
	    "Code from the SMS to ***8888 (or s: send again, "
	    "e: e-mail to a***@example.com, o: authenticator): ");
	prompts((struct wish){ALL, FACTOR_EMAIL, false, true, NULL},
	    "Code from the e-mail to a***@example.com (or e: send again, "
	    "s: SMS to ***8888, o: authenticator): ");
	prompts((struct wish){SMS, FACTOR_SMS, false, true, NULL},
	    "Code from the SMS to ***8888 (or s: send again): ");
}

static void
pitfall_32_contacts_need_a_first_factor(void **state)
{
	(void)state;
	prompts((struct wish){ALL, NONE_SENT, false, false, NULL},
	    "Verification code (or s: SMS, e: e-mail): ");
	prompts((struct wish){ALL, FACTOR_SMS, false, false, NULL},
	    "Code from the SMS (or s: send again, e: e-mail, "
	    "o: authenticator): ");
}

static void
a_contact_the_service_kept_to_itself_is_left_out(void **state)
{
	struct challenge empty = {.phone = ""};
	struct buf out = BUF_INIT(1000);

	(void)state;
	assert_int_equal(factor_prompt(&empty, ALL, NONE_SENT, true, true,
	    NULL, &out), ERR_OK);
	assert_string_equal(buf_text(&out),
	    "Verification code (or s: SMS, e: e-mail): ");
	buf_clear(&out);
}

static void
the_short_prompt_is_one_word(void **state)
{
	(void)state;
	prompts((struct wish){ALL, NONE_SENT, true, true, NULL}, "Code: ");
	prompts((struct wish){SMS, NONE_SENT, true, true, NULL}, "Code: ");
	prompts((struct wish){ALL, FACTOR_SMS, true, true, NULL}, "Code: ");
	prompts((struct wish){ALL, NONE_SENT, true, true, "Wrong."},
	    "Wrong. Code: ");
}

static void
a_hint_comes_first_on_the_same_line(void **state)
{
	(void)state;
	prompts((struct wish){OTP, NONE_SENT, false, false,
	    "That code is not right."},
	    "That code is not right. Verification code: ");
}

static void
r11_what_a_hint_or_contact_holds_is_cleaned(void **state)
{
	struct challenge bad = {
	    .phone = "\033[2J8888", .email = "a@\xe2\x80\xae" "b\033c"};
	struct buf out = BUF_INIT(1000);

	(void)state;
	assert_int_equal(factor_prompt(&bad, ALL, NONE_SENT, true, true,
	    "wait\n\033", &out), ERR_OK);
	assert_string_equal(buf_text(&out), "wait?? Verification code "
	    "(or s: SMS to ***, e: e-mail to a***@?b?c): ");
	buf_clear(&out);
}

static void
the_longest_prompt_fits_pam_and_ends_as_any(void **state)
{
	struct challenge big = {.phone = "13800008888"};
	struct buf out = BUF_INIT(1000);
	char hint[1000];

	(void)state;
	memset(hint, 'h', sizeof(hint));
	hint[sizeof(hint) - 1] = '\0';
	memset(big.email, 'm', 250);
	big.email[3] = '@';
	for (unsigned sent = 0; sent <= FACTOR_COUNT; sent++) {
		assert_int_equal(factor_prompt(&big, ALL | PUSH,
		    (enum factor)sent, true, true, hint, &out), ERR_OK);
		assert_true(out.len < 500);
		assert_string_equal(out.ptr + out.len - 3, "): ");
	}
	buf_clear(&out);
}

static void
a_prompt_that_finds_no_room_is_an_error(void **state)
{
	struct buf out = BUF_INIT(5);

	(void)state;
	assert_int_equal(factor_prompt(&challenge, OTP, NONE_SENT, false,
	    false, NULL, &out), ERR_MEMORY);
	assert_int_equal(out.len, 0);
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_factor_can_be_listed),
	    cmocka_unit_test(the_first_word_is_the_first_factor),
	    cmocka_unit_test(an_unknown_factor_is_refused_with_the_nearest),
	    cmocka_unit_test(r11_an_unknown_factor_is_shown_cleaned),
	    cmocka_unit_test(a_factor_listed_twice_is_refused),
	    cmocka_unit_test(r15_an_empty_list_is_refused),
	    cmocka_unit_test(six_digits_are_a_code_of_the_authenticator),
	    cmocka_unit_test(spaces_in_a_code_do_not_matter),
	    cmocka_unit_test(the_authenticator_takes_exactly_six_digits),
	    cmocka_unit_test(r02_a_code_of_a_factor_not_offered_is_nothing),
	    cmocka_unit_test(after_sending_four_to_eight_digits_are_that_code),
	    cmocka_unit_test(letters_choose_a_factor),
	    cmocka_unit_test(words_choose_a_factor),
	    cmocka_unit_test(a_push_is_chosen_and_has_no_code),
	    cmocka_unit_test(a_choice_not_offered_is_nothing),
	    cmocka_unit_test(a_recovery_code_is_known_by_its_shape),
	    cmocka_unit_test(a_recovery_code_is_put_into_one_form),
	    cmocka_unit_test(other_shapes_are_no_recovery_code),
	    cmocka_unit_test(wide_letters_and_digits_are_read_as_such),
	    cmocka_unit_test(r05_an_empty_answer_is_nothing),
	    cmocka_unit_test(pitfall_4_a_password_is_nothing),
	    cmocka_unit_test(r18_a_long_answer_is_nothing),
	    cmocka_unit_test(r03_a_nul_does_not_cut_an_answer),
	    cmocka_unit_test(a_code_that_finds_no_room_is_nothing),
	    cmocka_unit_test(the_first_prompt_says_what_can_be_answered),
	    cmocka_unit_test(a_push_is_offered_by_its_letter),
	    cmocka_unit_test(each_factor_with_a_letter_is_offered_by_it),
	    cmocka_unit_test(without_a_choice_none_is_shown),
	    cmocka_unit_test(without_the_authenticator_a_factor_is_asked_for),
	    cmocka_unit_test(after_sending_the_prompt_names_the_code),
	    cmocka_unit_test(pitfall_32_contacts_need_a_first_factor),
	    cmocka_unit_test(a_contact_the_service_kept_to_itself_is_left_out),
	    cmocka_unit_test(the_short_prompt_is_one_word),
	    cmocka_unit_test(a_hint_comes_first_on_the_same_line),
	    cmocka_unit_test(r11_what_a_hint_or_contact_holds_is_cleaned),
	    cmocka_unit_test(the_longest_prompt_fits_pam_and_ends_as_any),
	    cmocka_unit_test(a_prompt_that_finds_no_room_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
