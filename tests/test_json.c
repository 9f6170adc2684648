/*
 * What json.c takes, what it refuses, and what it writes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/json.h"

static enum err
parse_bytes(const char *bytes, size_t len, struct json **out)
{
	struct buf text = BUF_INIT(70000);
	enum err e;

	assert_int_equal(buf_add(&text, bytes, len), ERR_OK);
	e = json_parse(&text, out);
	buf_clear(&text);
	return e;
}

static enum err
parse(const char *text, struct json **out)
{
	return parse_bytes(text, strlen(text), out);
}

static struct json *
parsed(const char *text)
{
	struct json *j = NULL;

	assert_int_equal(parse(text, &j), ERR_OK);
	assert_non_null(j);
	return j;
}

static void
values_of_each_type_are_read(void **state)
{
	struct json *j = parsed(" {\"t\":\"x\\u00e9\\\"\",\"n\":-7,\"e\":2e3,"
	    "\"b\":true,\"f\":false,\"o\":{\"i\":1},\"a\":[1,{}],\"z\":null}"
	    "\r\n\t ");
	const struct json *inner = NULL, *list = NULL;
	const char *t = NULL;
	bool b = false, f = true;
	int n = 0, e = 0, i = 0;

	(void)state;
	assert_true(json_is_object(j));
	assert_int_equal(json_get_text(j, "t", &t), ERR_OK);
	assert_string_equal(t, "x\xc3\xa9\"");
	assert_int_equal(json_get_int(j, "n", &n), ERR_OK);
	assert_int_equal(n, -7);
	assert_int_equal(json_get_int(j, "e", &e), ERR_OK);
	assert_int_equal(e, 2000);
	assert_int_equal(json_get_bool(j, "b", &b), ERR_OK);
	assert_int_equal(json_get_bool(j, "f", &f), ERR_OK);
	assert_true(b && !f);
	assert_int_equal(json_get_object(j, "o", &inner), ERR_OK);
	assert_int_equal(json_get_int(inner, "i", &i), ERR_OK);
	assert_int_equal(i, 1);
	assert_int_equal(json_get_array(j, "a", &list), ERR_OK);
	assert_int_equal(json_array_size(list), 2);
	assert_false(json_is_object(json_array_item(list, 0)));
	assert_true(json_is_object(json_array_item(list, 1)));
	assert_null(json_array_item(list, 2));
	json_free(&j);
	assert_null(j);
}

static void
r03_what_is_not_whole_json_is_refused(void **state)
{
	static const char *const bad[] = {"", " ", "{", "}", "{\"a\":1", "[1",
	    "{\"a\":}", "{\"a\"}", "{a:1}", "{\"a\":1}}", "{\"a\":1}x",
	    "{\"a\":1}{}", "{\"a\":1} 2", "nul", "truefalse", "\"open",
	    "\"\\", "\"\\x\"", "\"\\u12\"", "{\"a\":1,}", "[1,]", "'a'", "01x",
	    "<html></html>", "\xef\xbb\xbf{}", "{}\v", "{\x01}", "\x7f{}",
	    "{]", "[}", "{\"a\":[}]", "01", "-01", "1.", "[-]", "1.e2",
	    "{\"a\":0200}", "1e", "1e+", "[1.5.2]", "- 1"};
	struct json *j = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (parse(bad[i], &j) != ERR_REPLY)
			fail_msg("taken: %s", bad[i]);
		assert_null(j);
	}
}

static void
r03_every_shortening_of_a_reply_is_refused(void **state)
{
	static const char whole[] = "{\"statusCode\":200,\"data\":{\"a\":"
	    "[{\"b\":\"\xe2\x82\xac\\u20ac\"},null,true]}}";
	struct json *j = NULL;

	(void)state;
	for (size_t len = 0; len < strlen(whole); len++) {
		assert_int_equal(parse_bytes(whole, len, &j), ERR_REPLY);
		assert_null(j);
	}
	j = parsed(whole);
	json_free(&j);
}

static void
nul_in_any_form_is_refused(void **state)
{
	struct json *j = NULL;

	(void)state;
	assert_int_equal(parse_bytes("{\"a\":\"x\0y\"}", 11, &j), ERR_REPLY);
	assert_int_equal(parse_bytes("{}\0", 3, &j), ERR_REPLY);
	assert_int_equal(parse_bytes("{}\0{}", 5, &j), ERR_REPLY);
	assert_int_equal(parse("{\"a\":\"x\\u0000y\"}", &j), ERR_REPLY);
	assert_int_equal(parse("{\"a\\u0000b\":1}", &j), ERR_REPLY);
	assert_int_equal(parse("{\"a\":\"\\\\\\u0000\"}", &j), ERR_REPLY);
	/* what cJSON reads as NUL, and ends the string at */
	assert_int_equal(parse("{\"a\":\"x\\u00gg\"}", &j), ERR_REPLY);
	assert_int_equal(parse("{\"a\":\"x\\uzzzzy\"}", &j), ERR_REPLY);
	assert_int_equal(parse("{\"a\\u 123\":1}", &j), ERR_REPLY);
}

static void
an_escaped_backslash_before_u0000_is_text(void **state)
{
	struct json *j = parsed("{\"a\":\"\\\\u0000\"}");
	const char *t = NULL;

	(void)state;
	assert_int_equal(json_get_text(j, "a", &t), ERR_OK);
	assert_string_equal(t, "\\u0000");
	json_free(&j);
}

static void
text_that_is_not_utf8_is_refused(void **state)
{
	static const char *const bad[] = {"\x80", "\xc0\x80", "\xc1\xbf",
	    "\xc3", "\xc3(", "\xe0\x80\x80", "\xe2\x82", "\xed\xa0\x80",
	    "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
	    "\xf0\x9f\x98", "\xff", "\\\xc3\xa9", "\\ud800", "\\udc00",
	    "\x1b[2J", "\n"};
	static const char *const good[] = {"\xc2\x80", "\xdf\xbf",
	    "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
	    "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\\ud83d\\ude00", "\x7f"};
	struct json *j = NULL;
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		(void)snprintf(text, sizeof(text), "{\"a\":\"%s\"}", bad[i]);
		if (parse(text, &j) != ERR_REPLY)
			fail_msg("taken: number %zu", i);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		(void)snprintf(text, sizeof(text), "{\"a\":\"%s\"}", good[i]);
		j = parsed(text);
		json_free(&j);
	}
}

static void
nesting_is_bounded(void **state)
{
	char text[2 * 40000 + 1];
	struct json *j = NULL;
	size_t n;

	(void)state;
	for (n = 1; n <= JSON_DEPTH_MAX + 1; n++) {
		memset(text, '[', n);
		memset(text + n, ']', n);
		text[2 * n] = '\0';
		assert_int_equal(parse(text, &j),
		    n <= JSON_DEPTH_MAX ? ERR_OK : ERR_REPLY);
		json_free(&j);
	}
	memset(text, '[', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(parse_bytes(text, 60000, &j), ERR_REPLY);
}

static void
brackets_in_text_are_no_nesting(void **state)
{
	struct json *j =
	    parsed("{\"a\":\"[[[[[[[[[[[[[[[[[[[[{{{{{{\\\"]\"}");

	(void)state;
	json_free(&j);
}

static void
a_doubled_member_anywhere_is_refused(void **state)
{
	static const char *const texts[] = {"{\"d\":1,\"d\":1}",
	    "{\"d\":1,\"x\":2,\"d\":null}", "{\"\\u0064o\":1,\"do\":1}",
	    "{\"o\":{\"x\":1,\"x\":2}}", "[{},{\"x\":1,\"x\":1}]"};
	struct json *j = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(parse(texts[i], &j), ERR_REPLY);
	assert_null(j);
	j = parsed("{\"d\":1,\"D\":2,\"o\":{\"d\":1},\"a\":[1,1]}");
	json_free(&j);
}

static void
an_object_has_a_bounded_number_of_members(void **state)
{
	static char text[JSON_MEMBERS_MAX * 8 + 16];
	struct json *j = NULL;
	size_t len;

	(void)state;
	for (unsigned extra = 0; extra < 2; extra++) {
		len = (size_t)snprintf(text, sizeof(text), "{\"a\":0");
		for (unsigned i = 1; i < JSON_MEMBERS_MAX + extra; i++)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    ",\"%u\":0", i);
		(void)snprintf(text + len, sizeof(text) - len, "}");
		assert_int_equal(
		    parse(text, &j), extra == 0 ? ERR_OK : ERR_REPLY);
		if (extra == 0)
			json_free(&j);
	}
}

static void
a_missing_or_mistyped_member_is_refused(void **state)
{
	struct json *j = parsed("{\"n\":null,\"s\":\"1\",\"i\":1,\"b\":true,\"o\":{},"
	    "\"a\":[]}");
	static const char *const not_text[] = {
	    "no", "n", "i", "b", "o", "a", "S"};
	static const char *const not_int[] = {
	    "no", "n", "s", "b", "o", "a", "I"};
	const char *t = "before";
	const struct json *in = NULL;
	bool b = true;
	int n = 99;

	(void)state;
	for (size_t i = 0; i < sizeof(not_text) / sizeof(*not_text); i++)
		assert_int_equal(
		    json_get_text(j, not_text[i], &t), ERR_REPLY);
	for (size_t i = 0; i < sizeof(not_int) / sizeof(*not_int); i++)
		assert_int_equal(json_get_int(j, not_int[i], &n), ERR_REPLY);
	assert_int_equal(json_get_bool(j, "i", &b), ERR_REPLY);
	assert_int_equal(json_get_bool(j, "s", &b), ERR_REPLY);
	assert_int_equal(json_get_object(j, "a", &in), ERR_REPLY);
	assert_int_equal(json_get_object(j, "n", &in), ERR_REPLY);
	assert_int_equal(json_get_array(j, "o", &in), ERR_REPLY);
	/* outputs are left alone */
	assert_string_equal(t, "before");
	assert_int_equal(n, 99);
	assert_true(b);
	assert_null(in);
	json_free(&j);
}

static void
getters_refuse_what_is_no_object(void **state)
{
	struct json *list = parsed("[1]");
	const char *t = NULL;

	(void)state;
	assert_int_equal(json_get_text(list, "a", &t), ERR_REPLY);
	assert_int_equal(json_get_text(NULL, "a", &t), ERR_REPLY);
	assert_int_equal(json_get_optional_text(NULL, "a", &t), ERR_REPLY);
	assert_int_equal(json_get_optional_text(list, "a", &t), ERR_REPLY);
	assert_true(json_is_absent(NULL, "a"));
	assert_int_equal(json_array_size(NULL), 0);
	assert_null(json_array_item(NULL, 0));
	json_free(&list);
	json_free(&list);
}

static void
a_number_has_to_be_a_whole_int(void **state)
{
	static const char *const bad[] = {"1.5", "2147483648", "-2147483649",
	    "1e99", "1e999", "-1e999", "0.1", "4294967496"};
	static const struct {
		const char *text;
		int value;
	} good[] = {{"0", 0}, {"-0", 0}, {"2147483647", 2147483647},
	    {"-2147483648", -2147483647 - 1}, {"200.0", 200}, {"2e2", 200}};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct json *j;
		int n = 5;

		(void)snprintf(text, sizeof(text), "{\"n\":%s}", bad[i]);
		j = parsed(text);
		assert_int_equal(json_get_int(j, "n", &n), ERR_REPLY);
		assert_int_equal(n, 5);
		json_free(&j);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct json *j;
		int n = 5;

		(void)snprintf(text, sizeof(text), "{\"n\":%s}", good[i].text);
		j = parsed(text);
		assert_int_equal(json_get_int(j, "n", &n), ERR_OK);
		assert_int_equal(n, good[i].value);
		json_free(&j);
	}
}

static void
optional_text_may_be_missing_or_null_only(void **state)
{
	struct json *j = parsed("{\"n\":null,\"t\":\"x\",\"i\":1}");
	const char *t = "before";

	(void)state;
	assert_int_equal(json_get_optional_text(j, "no", &t), ERR_OK);
	assert_null(t);
	t = "before";
	assert_int_equal(json_get_optional_text(j, "n", &t), ERR_OK);
	assert_null(t);
	assert_int_equal(json_get_optional_text(j, "t", &t), ERR_OK);
	assert_string_equal(t, "x");
	assert_int_equal(json_get_optional_text(j, "i", &t), ERR_REPLY);
	assert_true(json_is_absent(j, "no"));
	assert_true(json_is_absent(j, "n"));
	assert_false(json_is_absent(j, "t"));
	json_free(&j);
}

static void
r26_hostile_text_is_written_as_json_text(void **state)
{
	struct json *j = json_new_object(), *back = NULL;
	struct buf out = BUF_INIT(1000);
	const char *hostile = "a\",\"x\":\"\\\n\t\x01\xc3\xa9/<", *t = NULL;
	const struct json *in = NULL;

	(void)state;
	json_put_text(j, "user", hostile);
	json_put_text(j, "left out", NULL);
	json_put_text(json_put_object(j, "o"), "k", "v");
	assert_int_equal(json_print(j, &out), ERR_OK);
	assert_null(strchr(out.ptr, '\n'));
	assert_int_equal(json_parse(&out, &back), ERR_OK);
	assert_int_equal(json_get_text(back, "user", &t), ERR_OK);
	assert_string_equal(t, hostile);
	assert_true(json_is_absent(back, "x"));
	assert_true(json_is_absent(back, "left out"));
	assert_int_equal(json_get_object(back, "o", &in), ERR_OK);
	assert_int_equal(json_get_text(in, "k", &t), ERR_OK);
	assert_string_equal(t, "v");
	json_free(&back);
	json_free(&j);
	buf_clear(&out);
}

static void
writing_without_memory_says_so(void **state)
{
	struct buf out = BUF_INIT(1000), small = BUF_INIT(3);
	struct json *j = json_new_object();

	(void)state;
	json_put_text(NULL, "a", "b");
	assert_null(json_put_object(NULL, "a"));
	assert_int_equal(json_print(NULL, &out), ERR_MEMORY);
	json_put_text(j, "a", "b");
	assert_int_equal(json_print(j, &small), ERR_MEMORY);
	assert_int_equal(small.len, 0);
	json_free(&j);
	buf_clear(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_of_each_type_are_read),
	    cmocka_unit_test(r03_what_is_not_whole_json_is_refused),
	    cmocka_unit_test(r03_every_shortening_of_a_reply_is_refused),
	    cmocka_unit_test(nul_in_any_form_is_refused),
	    cmocka_unit_test(an_escaped_backslash_before_u0000_is_text),
	    cmocka_unit_test(text_that_is_not_utf8_is_refused),
	    cmocka_unit_test(nesting_is_bounded),
	    cmocka_unit_test(brackets_in_text_are_no_nesting),
	    cmocka_unit_test(a_doubled_member_anywhere_is_refused),
	    cmocka_unit_test(an_object_has_a_bounded_number_of_members),
	    cmocka_unit_test(a_missing_or_mistyped_member_is_refused),
	    cmocka_unit_test(getters_refuse_what_is_no_object),
	    cmocka_unit_test(a_number_has_to_be_a_whole_int),
	    cmocka_unit_test(optional_text_may_be_missing_or_null_only),
	    cmocka_unit_test(r26_hostile_text_is_written_as_json_text),
	    cmocka_unit_test(writing_without_memory_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
