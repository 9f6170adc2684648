/*
 * Text made safe to show, masks, exact comparison, near names, encodings.
 */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
cleans_to(const char *text, const char *wanted)
{
	char out[200];

	assert_ptr_equal(text_clean(out, sizeof(out), text), out);
	assert_string_equal(out, wanted);
	assert_int_equal(text_is_clean(text, strlen(text), false),
	    strcmp(text, wanted) == 0);
}

static void
plain_text_of_any_script_stays(void **state)
{
	(void)state;
	cleans_to("", "");
	cleans_to("Alice O'Neil <a@example.com> ~!", "Alice O'Neil "
	    "<a@example.com> ~!");
	cleans_to("\xc3\xa9\xe5\xbc\xa0\xe4\xb8\x89\xf0\x9f\x98\x80",
	    "\xc3\xa9\xe5\xbc\xa0\xe4\xb8\x89\xf0\x9f\x98\x80");
}

static void
no_text_reads_as_empty(void **state)
{
	char out[8] = "xxxxxxx";

	(void)state;
	assert_string_equal(text_clean(out, sizeof(out), NULL), "");
}

static void
r11_every_control_character_is_replaced(void **state)
{
	(void)state;
	for (int c = 1; c < 0x20; c++) {
		char text[4] = {'a', (char)c, 'b', '\0'};

		cleans_to(text, "a?b");
	}
	cleans_to("a\x7f" "b", "a?b");
	for (int c = 0x80; c < 0xa0; c++) {
		char text[5] = {'a', '\xc2', (char)c, 'b', '\0'};

		cleans_to(text, "a?b");
	}
}

static void
r11_a_terminal_escape_is_defused(void **state)
{
	(void)state;
	cleans_to("\033]0;owned\007\033[2J", "?]0;owned??[2J");
}

static void
r11_marks_that_turn_or_hide_text_are_replaced(void **state)
{
	static const char *const marks[] = {
	    "\xc2\xad",         /* U+00AD */
	    "\xd8\x9c",         /* U+061C */
	    "\xe1\xa0\x8e",     /* U+180E */
	    "\xe2\x80\x8b",     /* U+200B */
	    "\xe2\x80\x8d",     /* U+200D */
	    "\xe2\x80\x8e",     /* U+200E */
	    "\xe2\x80\x8f",     /* U+200F */
	    "\xe2\x80\xa8",     /* U+2028 */
	    "\xe2\x80\xa9",     /* U+2029 */
	    "\xe2\x80\xaa",     /* U+202A */
	    "\xe2\x80\xae",     /* U+202E */
	    "\xe2\x81\xa0",     /* U+2060 */
	    "\xe2\x81\xa6",     /* U+2066 */
	    "\xe2\x81\xa9",     /* U+2069 */
	    "\xef\xbb\xbf",     /* U+FEFF */
	    "\xef\xbf\xb9",     /* U+FFF9 */
	    "\xf3\xa0\x80\x81", /* U+E0001 */
	    "\xf3\xa0\x81\xbf", /* U+E007F */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		char text[16];

		(void)snprintf(text, sizeof(text), "a%sb", marks[i]);
		cleans_to(text, "a?b");
	}
}

static void
neighbours_of_the_marks_stay(void **state)
{
	(void)state;
	cleans_to("\xe2\x80\x8a", "\xe2\x80\x8a"); /* U+200A hair space */
	cleans_to("\xe2\x80\x90", "\xe2\x80\x90"); /* U+2010 hyphen */
	cleans_to("\xe2\x80\xaf", "\xe2\x80\xaf"); /* U+202F */
	cleans_to("\xe2\x81\xb0", "\xe2\x81\xb0"); /* U+2070 */
	cleans_to("\xf3\xa0\x82\x80", "\xf3\xa0\x82\x80"); /* U+E0080 */
	cleans_to("\xc2\xa0", "\xc2\xa0"); /* U+00A0 */
}

static void
r11_bytes_that_are_not_utf8_are_replaced(void **state)
{
	(void)state;
	cleans_to("a\x80" "b", "a?b");              /* no first byte */
	cleans_to("a\xff\xfe" "b", "a??b");
	cleans_to("a\xc0\xaf", "a??");              /* overlong '/' */
	cleans_to("a\xe0\x80\xaf", "a???");
	cleans_to("a\xf0\x80\x80\xaf", "a????");
	cleans_to("a\xed\xa0\x80", "a???");         /* surrogates */
	cleans_to("a\xed\xbf\xbf", "a???");
	cleans_to("a\xf4\x90\x80\x80", "a????");    /* over U+10FFFF */
	cleans_to("a\xf8\x88\x80\x80\x80", "a?????");
	cleans_to("a\xe5\xbc", "a??");              /* cut short */
	cleans_to("a\xe5" "b", "a?b");
	cleans_to("a\xe5" "bcd", "a?bcd");
}

static void
the_largest_character_is_text(void **state)
{
	(void)state;
	cleans_to("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf");
}

static void
r11_long_text_is_cut_and_shows_it(void **state)
{
	char out[8];

	(void)state;
	assert_string_equal(text_clean(out, 8, "1234567"), "1234567");
	assert_string_equal(text_clean(out, 8, "12345678"), "1234...");
	assert_string_equal(text_clean(out, 8, "\033\033\033\033\033\033\033"
	    "\033"), "????...");
}

static void
text_is_cut_between_characters(void **state)
{
	char out[8];

	(void)state;
	/* three bytes each: only one leaves room for the dots */
	assert_string_equal(text_clean(out, 8, "\xe5\xbc\xa0\xe5\xbc\xa0"
	    "\xe5\xbc\xa0"), "\xe5\xbc\xa0...");
}

static void
r11_a_field_without_room_ends_whole(void **state)
{
	/* two bytes of the line for each; one character of three */
	static const char quotes[] = "\"\"\"\"\"\"\"\"\"\"\"\"", wide[] = "a b验证码";
	struct buf line;

	(void)state;
	for (size_t max = 0; max < 40; max++) {
		const char *text;

		buf_init(&line, max);
		text_add_field(&line, "q", quotes);
		text = buf_text(&line);
		assert_true(line.len == 0 || strncmp(text, " q=\"", 4) == 0);
		/* an end quote, behind pairs only */
		assert_int_equal(line.len % 2, line.len == 0 ? 0 : 1);
		assert_true(line.len == 0 || text[line.len - 1] == '"');
		buf_clear(&line);
		text_add_field(&line, "w", wide);
		assert_true(text_is_clean(buf_text(&line), line.len, false));
		assert_true(line.len == 0 ||
		    buf_text(&line)[line.len - 1] == '"');
		buf_clear(&line);
	}
}

static void
newlines_are_clean_only_where_lines_are_wanted(void **state)
{
	(void)state;
	assert_true(text_is_clean("a\nb\n", 4, true));
	assert_false(text_is_clean("a\nb\n", 4, false));
	assert_false(text_is_clean("a\rb", 3, true));
}

static void
a_nul_inside_is_not_clean(void **state)
{
	(void)state;
	assert_false(text_is_clean("a\0b", 3, false));
	assert_true(text_is_clean("a\0b", 1, false));
}

static void
a_character_cut_by_the_length_is_not_clean(void **state)
{
	(void)state;
	assert_true(text_is_clean("\xe5\xbc\xa0", 3, false));
	assert_false(text_is_clean("\xe5\xbc\xa0", 2, false));
}

static void
masks_phone_to(const char *phone, const char *wanted)
{
	char out[16];

	text_mask_phone(out, sizeof(out), phone);
	assert_string_equal(out, wanted);
}

static void
a_phone_shows_its_last_four(void **state)
{
	(void)state;
	masks_phone_to("13800008888", "***8888");
	masks_phone_to("+86 138-0000-1234", "***1234");
	masks_phone_to("12345678", "***5678");
	masks_phone_to("99999990", "***9990");
}

static void
a_short_phone_shows_nothing(void **state)
{
	(void)state;
	masks_phone_to("1234567", "***");
	masks_phone_to("", "***");
}

static void
what_is_no_phone_shows_nothing(void **state)
{
	(void)state;
	masks_phone_to("13800008888\033[2J", "***");
	masks_phone_to("1234567x8888", "***");
}

static void
masks_email_to(const char *email, const char *wanted)
{
	char out[40];

	text_mask_email(out, sizeof(out), email);
	assert_string_equal(out, wanted);
}

static void
an_email_shows_its_first_letter_and_host(void **state)
{
	(void)state;
	masks_email_to("alice@example.com", "a***@example.com");
	masks_email_to("a@example.com", "a***@example.com");
	masks_email_to("\xc3\xa9milie@example.com",
	    "\xc3\xa9***@example.com");
}

static void
what_is_no_email_shows_nothing(void **state)
{
	char long_one[300];

	(void)state;
	masks_email_to("", "***");
	masks_email_to("alice", "***");
	masks_email_to("@example.com", "***");
	masks_email_to("alice@", "***");
	masks_email_to("a@b@example.com", "***");
	masks_email_to("alice @example.com", "***");
	memset(long_one, 'a', sizeof(long_one));
	memcpy(long_one + 290, "@e.org", 7);
	masks_email_to(long_one, "***");
}

static void
r11_a_masked_email_is_cleaned_and_cut(void **state)
{
	(void)state;
	masks_email_to("alice@ex\033[2Jample.com", "a***@ex?[2Jample.com");
	masks_email_to("\033lice@example.com", "?***@example.com");
	masks_email_to("\xfflice@example.com", "?***@example.com");
	masks_email_to("alice@a.very.long.host.name.of.example.com",
	    "a***@a.very.long.host.name.of.exampl...");
}

static void
r34_secrets_are_the_same_only_byte_by_byte(void **state)
{
	(void)state;
	assert_true(text_same_secret("", 0, "", 0));
	assert_true(text_same_secret("a\0b", 3, "a\0b", 3));
	assert_false(text_same_secret("a\0b", 3, "a\0c", 3));
	assert_false(text_same_secret("abc", 3, "xbc", 3));
	assert_false(text_same_secret("abc", 3, "abx", 3));
	assert_false(text_same_secret("abc", 3, "ABC", 3));
	assert_false(text_same_secret("abc", 3, "abcd", 4));
	assert_false(text_same_secret("abc", 3, "", 0));
	assert_false(text_same_secret("\x80", 1, "\x00", 1));
}

static const char *
name_at(const void *ctx, size_t i)
{
	const char *const *names = ctx;

	return names[i];
}

static const char *
nearest(const char *word)
{
	static const char *const names[] = {"provider", "proxy", "prompt",
	    "tries", "users", "user_map", "app_id", "cat", NULL};

	return text_nearest(word, name_at, names);
}

static void
a_slip_of_one_letter_finds_the_name(void **state)
{
	(void)state;
	assert_string_equal(nearest("provder"), "provider");
	assert_string_equal(nearest("provvider"), "provider");
	assert_string_equal(nearest("provicer"), "provider");
	assert_string_equal(nearest("proivder"), "provider");
	assert_string_equal(nearest("provider"), "provider");
}

static void
swapped_neighbours_are_one_slip(void **state)
{
	(void)state;
	/* a word of three letters may have one slip, a longer one two */
	assert_string_equal(nearest("act"), "cat");
	assert_null(nearest("tac"));
	assert_string_equal(nearest("porvdier"), "provider");
	assert_null(nearest("porvdiex"));
}

static void
two_slips_still_find_a_long_name(void **state)
{
	(void)state;
	assert_string_equal(nearest("prvder"), "provider");
	assert_null(nearest("prvdr"));
	assert_null(nearest("prvd"));
}

static void
case_and_dashes_are_slips_too(void **state)
{
	(void)state;
	assert_string_equal(nearest("PROVIDER"), "provider");
	assert_string_equal(nearest("user-map"), "user_map");
}

static void
the_nearest_of_several_is_found(void **state)
{
	(void)state;
	assert_string_equal(nearest("user"), "users");
	assert_string_equal(nearest("promxt"), "prompt");
}

static void
what_is_far_from_every_name_finds_none(void **state)
{
	char long_one[200];

	(void)state;
	assert_null(nearest("certificate"));
	assert_null(nearest("xyz"));
	assert_null(nearest(""));
	assert_null(nearest("pxoxidxr"));
	memset(long_one, 'p', sizeof(long_one));
	long_one[199] = '\0';
	assert_null(nearest(long_one));
}

static void
decodes_to(const char *text, const char *bytes, size_t len)
{
	struct buf out = BUF_INIT(64);

	assert_int_equal(text_base64url_decode(text, strlen(text), &out),
	    ERR_OK);
	assert_int_equal(out.len, len);
	assert_memory_equal(buf_text(&out), bytes, len);
	buf_clear(&out);
}

static void
base64url_is_decoded(void **state)
{
	(void)state;
	decodes_to("", "", 0);
	decodes_to("Zg", "f", 1);
	decodes_to("Zm8", "fo", 2);
	decodes_to("Zm9v", "foo", 3);
	decodes_to("Zm9vYmFy", "foobar", 6);
	decodes_to("-_8", "\xfb\xff", 2);
	decodes_to("AAAA", "\0\0\0", 3);
}

static void
every_letter_of_base64url_counts(void **state)
{
	struct buf out = BUF_INIT(64);

	(void)state;
	assert_int_equal(text_base64url_decode("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_", 64, &out), ERR_OK);
	assert_int_equal(out.len, 48);
	for (size_t i = 0; i < 64; i++) {
		size_t at = i * 6 / 8, shift = 10 - i * 6 % 8;
		unsigned two = (unsigned)(unsigned char)out.ptr[at] << 8;

		if (at + 1 < out.len)
			two |= (unsigned char)out.ptr[at + 1];
		assert_int_equal(two >> shift & 63, i);
	}
	buf_clear(&out);
}

static void
r03_bad_base64url_is_refused_whole(void **state)
{
	static const char *const bad[] = {"Zm9v=", "Zg==", "Zm9v\n", "Zm 9v",
	    "Zm+v", "Zm/v", "Z", "Zm9vY", "Zh", "Zm9", "Z\xc3\xa9"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct buf out = BUF_INIT(64);

		assert_int_equal(buf_add_text(&out, "before"), ERR_OK);
		assert_int_equal(text_base64url_decode(bad[i], strlen(bad[i]),
		    &out), ERR_REPLY);
		assert_string_equal(buf_text(&out), "before");
		buf_clear(&out);
	}
}

static void
decoding_keeps_to_the_limit_and_appends(void **state)
{
	struct buf out = BUF_INIT(5);

	(void)state;
	assert_int_equal(buf_add_text(&out, "ab"), ERR_OK);
	assert_int_equal(text_base64url_decode("Zm9v", 4, &out), ERR_OK);
	assert_string_equal(buf_text(&out), "abfoo");
	assert_int_equal(text_base64url_decode("Zg", 2, &out), ERR_MEMORY);
	assert_string_equal(buf_text(&out), "abfoo");
	buf_clear(&out);
}

static void
r26_only_unreserved_characters_stay_in_a_url(void **state)
{
	struct buf out = BUF_INIT(1024);
	char all[256];

	(void)state;
	for (int c = 1; c < 256; c++)
		all[c - 1] = (char)c;
	all[255] = '\0';
	assert_int_equal(text_percent_encode(all, &out), ERR_OK);
	assert_int_equal(out.len, 66 + 3 * (255 - 66));
	assert_int_equal(strspn(buf_text(&out), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-._~%"), out.len);
	buf_clear(&out);
}

static void
r26_a_hostile_name_stays_one_value(void **state)
{
	struct buf out = BUF_INIT(100);

	(void)state;
	assert_int_equal(text_percent_encode("a&userId=b/../%00?#\xc3\xa9",
	    &out), ERR_OK);
	assert_string_equal(buf_text(&out),
	    "a%26userId%3Db%2F..%2F%2500%3F%23%C3%A9");
	buf_clear(&out);
}

static void
encoding_past_the_limit_adds_nothing(void **state)
{
	struct buf out = BUF_INIT(5);

	(void)state;
	assert_int_equal(buf_add_text(&out, "ab"), ERR_OK);
	assert_int_equal(text_percent_encode("c/", &out), ERR_MEMORY);
	assert_string_equal(buf_text(&out), "ab");
	assert_int_equal(text_percent_encode("/", &out), ERR_OK);
	assert_string_equal(buf_text(&out), "ab%2F");
	buf_clear(&out);
}

/* `text` is read as `wanted` and used up. */
static void
narrows_to(const char *text, const char *wanted)
{
	size_t len = strlen(text), at = 0, used;

	for (; *wanted != '\0'; wanted++, at += used)
		assert_int_equal(
		    text_narrow(text + at, len - at, &used), *wanted);
	assert_int_equal(at, len);
}

static void
a_wide_character_is_its_ascii_one(void **state)
{
	(void)state;
	narrows_to("", "");
	narrows_to("a0~", "a0~");
	narrows_to("！／０９：＠ＡＺ［｀ａｚ｛～　", "!/09:@AZ[`az{~ ");
}

static void
every_wide_character_has_its_own_ascii_one(void **state)
{
	char wide[4] = "";
	size_t used;

	(void)state;
	for (unsigned c = 0xff01; c <= 0xff5e; c++) {
		wide[0] = (char)0xef;
		wide[1] = (char)(0x80 | (c >> 6 & 0x3f));
		wide[2] = (char)(0x80 | (c & 0x3f));
		assert_int_equal(text_narrow(wide, 3, &used), c - 0xfee0);
		assert_int_equal(used, 3);
	}
}

static void
other_characters_stay_bytes(void **state)
{
	static const char *const others[] = {"\xef\xbc\x80", "\xef\xbd\x9f",
	    "\xe3\x80\x81", "\xef\xbc", "\xef", "\x91", "\xc3\xa9",
	    "\xf0\x9d\x9f\x8f"};
	size_t used;

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(text_narrow(others[i], strlen(others[i]),
		    &used), others[i][0]);
		assert_int_equal(used, 1);
	}
	assert_int_equal(text_narrow("\xef\xbc\x91", 2, &used), (char)0xef);
	assert_int_equal(used, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plain_text_of_any_script_stays),
	    cmocka_unit_test(no_text_reads_as_empty),
	    cmocka_unit_test(r11_every_control_character_is_replaced),
	    cmocka_unit_test(r11_a_terminal_escape_is_defused),
	    cmocka_unit_test(r11_marks_that_turn_or_hide_text_are_replaced),
	    cmocka_unit_test(neighbours_of_the_marks_stay),
	    cmocka_unit_test(r11_bytes_that_are_not_utf8_are_replaced),
	    cmocka_unit_test(the_largest_character_is_text),
	    cmocka_unit_test(r11_long_text_is_cut_and_shows_it),
	    cmocka_unit_test(text_is_cut_between_characters),
	    cmocka_unit_test(r11_a_field_without_room_ends_whole),
	    cmocka_unit_test(newlines_are_clean_only_where_lines_are_wanted),
	    cmocka_unit_test(a_nul_inside_is_not_clean),
	    cmocka_unit_test(a_character_cut_by_the_length_is_not_clean),
	    cmocka_unit_test(a_phone_shows_its_last_four),
	    cmocka_unit_test(a_short_phone_shows_nothing),
	    cmocka_unit_test(what_is_no_phone_shows_nothing),
	    cmocka_unit_test(an_email_shows_its_first_letter_and_host),
	    cmocka_unit_test(what_is_no_email_shows_nothing),
	    cmocka_unit_test(r11_a_masked_email_is_cleaned_and_cut),
	    cmocka_unit_test(r34_secrets_are_the_same_only_byte_by_byte),
	    cmocka_unit_test(a_slip_of_one_letter_finds_the_name),
	    cmocka_unit_test(swapped_neighbours_are_one_slip),
	    cmocka_unit_test(two_slips_still_find_a_long_name),
	    cmocka_unit_test(case_and_dashes_are_slips_too),
	    cmocka_unit_test(the_nearest_of_several_is_found),
	    cmocka_unit_test(what_is_far_from_every_name_finds_none),
	    cmocka_unit_test(base64url_is_decoded),
	    cmocka_unit_test(every_letter_of_base64url_counts),
	    cmocka_unit_test(r03_bad_base64url_is_refused_whole),
	    cmocka_unit_test(decoding_keeps_to_the_limit_and_appends),
	    cmocka_unit_test(r26_only_unreserved_characters_stay_in_a_url),
	    cmocka_unit_test(r26_a_hostile_name_stays_one_value),
	    cmocka_unit_test(encoding_past_the_limit_adds_nothing),
	    cmocka_unit_test(a_wide_character_is_its_ascii_one),
	    cmocka_unit_test(every_wide_character_has_its_own_ascii_one),
	    cmocka_unit_test(other_characters_stay_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
