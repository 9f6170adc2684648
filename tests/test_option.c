/*
 * The grammar of configuration lines, and tables of options over it.
 */
#include "base/option.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/lines.h"

struct settings {
	char *text, *path, *choice, *url, *proxy;
	int number, seconds, word;
	struct option_rate rate;
	bool flag, file_flag;
};

static const char *const colours[] = {"red", "green", NULL};
static const struct option_range small = {1, 10};
static const struct option_rate_range rates = {{1, 100}, {2, 3600}};

#define AT(member) offsetof(struct settings, member)

static const struct option table[] = {
    {"text", option_text, AT(text), "hello", OPTION_ANYWHERE, NULL, "t"},
    {"path", option_path, AT(path), NULL, OPTION_ANYWHERE, NULL, "p"},
    {"choice", option_choice, AT(choice), "red", OPTION_ANYWHERE, colours,
	"c"},
    {"url", option_https_url, AT(url), NULL, OPTION_ANYWHERE, NULL, "u"},
    {"proxy", option_proxy_url, AT(proxy), NULL, OPTION_ANYWHERE, NULL, "x"},
    {"number", option_number, AT(number), "3", OPTION_ANYWHERE, &small, "n"},
    {"seconds", option_seconds, AT(seconds), "5", OPTION_ARG, &small, "s"},
    {"word", option_word, AT(word), "green", OPTION_ANYWHERE, colours, "w"},
    {"rate", option_rate, AT(rate), "10/900", OPTION_ANYWHERE, &rates, "r"},
    {"flag", option_flag, AT(flag), "no", OPTION_ANYWHERE, NULL, "f"},
    {"file_flag", option_flag, AT(file_flag), "no", OPTION_FILE, NULL, "f"},
    {NULL, NULL, 0, NULL, 0, NULL, NULL},
};

/* What was reported, one "where: what" a line. */
static char reports[4096];

static void
note(void *ctx, const char *where, const char *what)
{
	size_t len = strlen(reports);

	assert_ptr_equal(ctx, reports);
	(void)snprintf(reports + len, sizeof(reports) - len, "%s: %s\n", where,
	    what);
}

static struct settings settings;

static int
start(void **state)
{
	(void)state;
	reports[0] = '\0';
	memset(&settings, 0, sizeof(settings));
	return option_defaults(table, &settings) == ERR_OK ? 0 : -1;
}

static int
stop(void **state)
{
	(void)state;
	free(settings.text);
	free(settings.path);
	free(settings.choice);
	free(settings.url);
	free(settings.proxy);
	return 0;
}

static enum err
parse_bytes(const char *bytes, size_t len)
{
	struct buf content = BUF_INIT(100000);
	enum err e;

	assert_int_equal(buf_add(&content, bytes, len), ERR_OK);
	reports[0] = '\0';
	e = option_parse_file(table, &settings, "F", &content, note, reports);
	buf_clear(&content);
	assert_true((e == ERR_OK) == (reports[0] == '\0'));
	return e;
}

static void
accepts(const char *content)
{
	assert_int_equal(parse_bytes(content, strlen(content)), ERR_OK);
}

static void
refuses(const char *content, const char *wanted)
{
	assert_int_equal(parse_bytes(content, strlen(content)), ERR_CONFIG);
	assert_string_equal(reports, wanted);
}

static enum err
parse_args(const char *const *args, size_t count)
{
	reports[0] = '\0';
	return option_parse_args(table, &settings, args, count, note, reports);
}

static void
defaults_go_through_the_setters(void **state)
{
	(void)state;
	assert_string_equal(settings.text, "hello");
	assert_string_equal(settings.choice, "red");
	assert_null(settings.path);
	assert_int_equal(settings.number, 3);
	assert_int_equal(settings.seconds, 5000);
	assert_int_equal(settings.word, 1);
	assert_int_equal(settings.rate.count, 10);
	assert_int_equal(settings.rate.seconds, 900);
	assert_false(settings.flag);
}

static void
a_bad_default_is_an_error(void **state)
{
	static const struct option bad[] = {
	    {"number", option_number, AT(number), "11", OPTION_FILE, &small,
		"n"},
	    {NULL, NULL, 0, NULL, 0, NULL, NULL},
	};

	(void)state;
	assert_int_equal(option_defaults(bad, &settings), ERR_CONFIG);
}

static void
a_row_is_found_by_its_exact_name(void **state)
{
	(void)state;
	assert_ptr_equal(option_find(table, "text"), &table[0]);
	assert_null(option_find(table, "tex"));
	assert_null(option_find(table, "Text"));
	assert_null(option_find(table, ""));
}

static void
lines_set_fields(void **state)
{
	(void)state;
	accepts("text = a b\nnumber=7\n\n  word\t=\tred  \nflag = yes\n");
	assert_string_equal(settings.text, "a b");
	assert_int_equal(settings.number, 7);
	assert_int_equal(settings.word, 0);
	assert_true(settings.flag);
}

static void
the_last_line_needs_no_newline(void **state)
{
	(void)state;
	accepts("number = 7");
	assert_int_equal(settings.number, 7);
}

static void
an_empty_file_sets_nothing(void **state)
{
	(void)state;
	accepts("");
	accepts("\n \n\t\n# only\n  # comments");
	assert_int_equal(settings.number, 3);
}

static void
a_comment_begins_after_white_space_only(void **state)
{
	(void)state;
	accepts("text = a#b # c # d\n# number = 99\n\t# number = 99\n"
	    "url = https://h/ #x");
	assert_string_equal(settings.text, "a#b");
	accepts("text =#b");
	assert_string_equal(settings.text, "#b");
	refuses("text = #b\n", "F:1: no value after \"=\"\n");
}

static void
a_value_may_hold_an_equals_sign(void **state)
{
	(void)state;
	accepts("text = a=b = c");
	assert_string_equal(settings.text, "a=b = c");
}

static void
r16_the_whole_file_is_read_and_every_mistake_reported(void **state)
{
	(void)state;
	refuses("number = x\n"
	    "nonsense\n"
	    "# fine\n"
	    "text = good\n"
	    "= 3\n"
	    "word = blue\n"
	    "flag =\n",
	    "F:1: number: wants a number from 1 to 10\n"
	    "F:2: not of the form name = value\n"
	    "F:5: no name before \"=\"\n"
	    "F:6: word: wants one of: red green\n"
	    "F:7: no value after \"=\"\n");
	assert_string_equal(settings.text, "good");
	assert_int_equal(settings.number, 3);
	assert_int_equal(settings.word, 1);
}

static void
an_unknown_name_is_refused_with_the_nearest(void **state)
{
	(void)state;
	refuses("numbr = 3\n",
	    "F:1: unknown option \"numbr\", did you mean number\n");
	refuses("certificate = 3\n",
	    "F:1: unknown option \"certificate\"\n");
}

static void
r22_what_may_be_a_secret_is_not_shown(void **state)
{
	(void)state;
	refuses("hunter2 = x\n", "F:1: unknown option\n");
	refuses("c2VjcmV0Cg==\n", "F:1: unknown option\n");
	refuses("abcdefghijklmnopqrstuvwxyzabcdefghijklmno = x\n",
	    "F:1: unknown option\n");
	refuses("hunter2\n", "F:1: not of the form name = value\n");
	refuses("number = hunter2\n",
	    "F:1: number: wants a number from 1 to 10\n");
	refuses("word = hunter2\n", "F:1: word: wants one of: red green\n");
	refuses("path = hunter2\n", "F:1: path: wants a path from / on\n");
	refuses("rate = hunter2\n", "F:1: rate: wants off, or COUNT/SECONDS: a "
	    "count from 1 to 100, seconds from 2 to 3600\n");
	refuses("flag = hunter2\n", "F:1: flag: wants yes or no\n");
	refuses("proxy = http://me:hunter2@host:1\n",
	    "F:1: proxy: wants http://HOST:PORT, no user name and no path\n");
	refuses("url = https://me:hunter2@host\n", "F:1: url: wants "
	    "https://HOST or https://HOST:PORT, no user name\n");
}

static void
a_name_set_twice_is_refused_naming_the_first(void **state)
{
	(void)state;
	refuses("\nnumber = 2\n\nnumber = 2\n",
	    "F:4: number is set already, in line 2\n");
}

static void
r03_a_line_too_long_is_refused_not_cut(void **state)
{
	char line[1100];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "text = ", 7);
	assert_int_equal(parse_bytes(line, 1024), ERR_OK);
	assert_int_equal(strlen(settings.text), 1024 - 7);
	assert_int_equal(parse_bytes(line, 1025), ERR_CONFIG);
	assert_string_equal(reports, "F:1: longer than 1024 bytes\n");
	assert_int_equal(strlen(settings.text), 1024 - 7);
}

static void
a_long_comment_is_too_long_as_well(void **state)
{
	char line[1025];

	(void)state;
	memset(line, 'x', sizeof(line));
	line[0] = '#';
	assert_int_equal(parse_bytes(line, sizeof(line)), ERR_CONFIG);
}

static void
a_windows_file_is_told_plainly(void **state)
{
	(void)state;
	refuses("number = 2\r\n",
	    "F:1: ends in a carriage return, as files from Windows do\n");
}

static void
r24_control_characters_are_refused(void **state)
{
	static const char wanted[] = "F:1: holds a control character, an "
	    "invisible character, or bytes that are not UTF-8\n";

	(void)state;
	assert_int_equal(parse_bytes("text = a\0b\n", 11), ERR_CONFIG);
	assert_string_equal(reports, wanted);
	refuses("text = a\033b\n", wanted);
	refuses("text = a\rb\n", wanted);
	refuses("text = a\xff\n", wanted);
	refuses("# \xe2\x80\xae hidden\n", wanted);
	refuses("\xef\xbb\xbf" "text = a\n", wanted);
	refuses("text = a\t\033\n", wanted);
	refuses("text = a\033\tb\n", wanted);
	assert_string_equal(settings.text, "hello");
}

static void
arguments_set_fields(void **state)
{
	static const char *const args[] = {"text=a b # c", "number=7", "flag"};

	(void)state;
	assert_int_equal(parse_args(args, 3), ERR_OK);
	assert_string_equal(settings.text, "a b # c");
	assert_int_equal(settings.number, 7);
	assert_true(settings.flag);
}

static void
arguments_override_the_file(void **state)
{
	static const char *const args[] = {"number=8", "flag=no"};

	(void)state;
	accepts("number = 7\nflag = yes\n");
	assert_int_equal(parse_args(args, 2), ERR_OK);
	assert_int_equal(settings.number, 8);
	assert_false(settings.flag);
}

static void
every_bad_argument_is_reported(void **state)
{
	static const char *const args[] = {"number", "nmber=3", "number=0",
	    "", "=", "text=a\nb", "flag", "flag", "file_flag", "use_uid"};

	(void)state;
	assert_int_equal(parse_args(args, 10), ERR_CONFIG);
	assert_string_equal(reports,
	    "argument: number needs a value\n"
	    "argument: unknown option \"nmber\", did you mean number\n"
	    "argument: number: wants a number from 1 to 10\n"
	    "argument: no name before \"=\"\n"
	    "argument: no name before \"=\"\n"
	    "argument: holds a control character, an invisible character, or "
	    "bytes that are not UTF-8\n"
	    "argument: flag is set already, in argument 7\n"
	    "argument: file_flag cannot be set by an argument\n"
	    "argument: unknown option \"use_uid\"\n");
}

static void
a_bare_name_in_a_file_is_refused(void **state)
{
	(void)state;
	refuses("flag\n", "F:1: not of the form name = value\n");
}

static void
the_wrong_source_is_refused(void **state)
{
	(void)state;
	refuses("seconds = 3\n", "F:1: seconds cannot be set in a file\n");
	assert_int_equal(settings.seconds, 5000);
}

static void
numbers_are_digits_within_the_range(void **state)
{
	static const char *const bad[] = {"0", "11", "-1", "+1", "1x", "0x1",
	    "1 0", "1.5", "99999999999999999999", "4294967297", "0000000005"};
	char line[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(line, sizeof(line), "number = %s", bad[i]);
		refuses(line, "F:1: number: wants a number from 1 to 10\n");
	}
	accepts("number = 1");
	assert_int_equal(settings.number, 1);
	accepts("number = 10");
	assert_int_equal(settings.number, 10);
	accepts("number = 000000009");
	assert_int_equal(settings.number, 9);
}

static void
seconds_are_held_in_milliseconds(void **state)
{
	static const char *const good[] = {"seconds=10"};
	static const char *const bad[] = {"seconds=11"};

	(void)state;
	assert_int_equal(parse_args(good, 1), ERR_OK);
	assert_int_equal(settings.seconds, 10000);
	assert_int_equal(parse_args(bad, 1), ERR_CONFIG);
	assert_int_equal(settings.seconds, 10000);
}

static void
rate_is(const char *text, int count, int seconds)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "rate = %s", text);
	accepts(line);
	assert_int_equal(settings.rate.count, count);
	assert_int_equal(settings.rate.seconds, seconds);
}

static void
a_rate_is_a_count_within_seconds_or_off(void **state)
{
	(void)state;
	rate_is("3/60", 3, 60);
	rate_is("1/2", 1, 2);
	rate_is("100/3600", 100, 3600);
	rate_is("007/00000060", 7, 60);
	rate_is("off", 0, 0);
}

static void
anything_else_is_no_rate(void **state)
{
	static const char *const bad[] = {"0/60", "101/60", "3/1", "3/3601",
	    "0/0", "3", "3/", "/60", "/", "3/60/", "3/60/1", "3//60", "-3/60",
	    "3/-60", "+3/60", "3/+60", "3 /60", "3/ 60", "3 / 60", "3.0/60",
	    "3/60s", "0x3/60", "3/0x60", "3:60", "OFF", "Off", "no", "off/60",
	    "3/off", "4294967299/60", "3/4294967356", "0000000003/60"};
	char line[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(line, sizeof(line), "rate = %s", bad[i]);
		refuses(line, "F:1: rate: wants off, or COUNT/SECONDS: a "
		    "count from 1 to 100, seconds from 2 to 3600\n");
		assert_int_equal(settings.rate.count, 10);
		assert_int_equal(settings.rate.seconds, 900);
	}
}

static void
words_are_exact(void **state)
{
	(void)state;
	refuses("word = RED", "F:1: word: wants one of: red green\n");
	refuses("word = re", "F:1: word: wants one of: red green\n");
	refuses("choice = blue", "F:1: choice: wants one of: red green\n");
	accepts("choice = green");
	assert_string_equal(settings.choice, "green");
}

static void
flags_are_yes_or_no(void **state)
{
	(void)state;
	refuses("flag = true", "F:1: flag: wants yes or no\n");
	refuses("flag = 1", "F:1: flag: wants yes or no\n");
	accepts("flag = yes\nfile_flag = yes");
	assert_true(settings.flag);
	assert_true(settings.file_flag);
}

static void
paths_are_absolute(void **state)
{
	(void)state;
	refuses("path = etc/x", "F:1: path: wants a path from / on\n");
	accepts("path = /etc/with space");
	assert_string_equal(settings.path, "/etc/with space");
}

static void
url_is(const char *text, const char *wanted)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "url = %s", text);
	accepts(line);
	assert_string_equal(settings.url, wanted);
}

static void
https_urls_lose_the_slash_at_the_end(void **state)
{
	(void)state;
	url_is("https://api.example.com", "https://api.example.com");
	url_is("https://api.example.com/", "https://api.example.com");
	url_is("https://api.example.com:8443/a/b//",
	    "https://api.example.com:8443/a/b");
	url_is("https://127.0.0.1:1", "https://127.0.0.1:1");
	url_is("https://[::1]:65535/x", "https://[::1]:65535/x");
	url_is("https://[::1]", "https://[::1]");
}

static void
r36_urls_that_are_not_plain_https_are_refused(void **state)
{
	static const char *const bad[] = {"http://api.example.com",
	    "HTTPS://api.example.com", "api.example.com", "https:/x",
	    "https://", "https:///x", "https://user@host", "https://u:p@host",
	    "https://host?x=1", "https://host/?x", "https://host/a#b",
	    "https://host:0", "https://host:65536", "https://host:",
	    "https://host:80x", "https://ho st", "https://host\\@evil",
	    "https://[::1", "https://[]", "https://[::1]x", "https://h/a b",
	    "https://host/\"", "https://:443", "https://h\xc3\xb6st"};
	char line[128];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(line, sizeof(line), "url = %s", bad[i]);
		assert_int_equal(parse_bytes(line, strlen(line)), ERR_CONFIG);
		assert_null(settings.url);
	}
}

static void
a_proxy_is_scheme_host_and_port(void **state)
{
	(void)state;
	accepts("proxy = http://proxy.example.com:3128");
	assert_string_equal(settings.proxy, "http://proxy.example.com:3128");
	accepts("proxy = http://[2001:db8::1]:443");
	assert_string_equal(settings.proxy, "http://[2001:db8::1]:443");
}

static void
anything_else_is_no_proxy(void **state)
{
	static const char *const bad[] = {"proxy:3128", "http://proxy",
	    "socks5://proxy:1080", "https://proxy:3128",
	    "http://proxy:3128/", "://proxy:3128",
	    "http://user@proxy:3128", "http://user:pass@proxy:3128", "http",
	    "https:3128", "http://:3128", "httpx://proxy:1", "HTTP://p:1"};
	char line[128];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(line, sizeof(line), "proxy = %s", bad[i]);
		assert_int_equal(parse_bytes(line, strlen(line)), ERR_CONFIG);
		assert_null(settings.proxy);
	}
}

static void
text_setters_check_what_they_are_given(void **state)
{
	char why[100];

	(void)state;
	/* the reader lets neither through; a default might hold one */
	assert_int_equal(option_text(&table[0], &settings, "", why,
	    sizeof(why)), ERR_CONFIG);
	assert_int_equal(option_text(&table[0], &settings, "a\nb", why,
	    sizeof(why)), ERR_CONFIG);
	assert_int_equal(option_path(&table[1], &settings, "/a\nb", why,
	    sizeof(why)), ERR_CONFIG);
	/* what stands behind the end of the text is not read */
	assert_int_equal(option_rate(option_find(table, "rate"), &settings,
	    "3\00060", why, sizeof(why)), ERR_CONFIG);
	assert_string_equal(settings.text, "hello");
}

static void
a_line_points_into_the_text(void **state)
{
	struct buf text = BUF_INIT(100);
	struct line l = LINE_START;

	(void)state;
	assert_int_equal(buf_add_text(&text, "\n a = b c \n\nd=e"), ERR_OK);
	assert_true(line_next(&l, &text));
	assert_int_equal(l.number, 2);
	assert_int_equal(l.name_len, 1);
	assert_int_equal(l.value_len, 3);
	assert_memory_equal(l.value, "b c", 3);
	assert_ptr_equal(l.name, text.ptr + 2);
	assert_true(line_next(&l, &text));
	assert_int_equal(l.number, 4);
	assert_memory_equal(l.value, "e", 1);
	assert_false(line_next(&l, &text));
	assert_false(line_next(&l, &text));
	buf_clear(&text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(defaults_go_through_the_setters),
	    TEST(a_bad_default_is_an_error),
	    TEST(a_row_is_found_by_its_exact_name),
	    TEST(lines_set_fields),
	    TEST(the_last_line_needs_no_newline),
	    TEST(an_empty_file_sets_nothing),
	    TEST(a_comment_begins_after_white_space_only),
	    TEST(a_value_may_hold_an_equals_sign),
	    TEST(r16_the_whole_file_is_read_and_every_mistake_reported),
	    TEST(an_unknown_name_is_refused_with_the_nearest),
	    TEST(r22_what_may_be_a_secret_is_not_shown),
	    TEST(a_name_set_twice_is_refused_naming_the_first),
	    TEST(r03_a_line_too_long_is_refused_not_cut),
	    TEST(a_long_comment_is_too_long_as_well),
	    TEST(a_windows_file_is_told_plainly),
	    TEST(r24_control_characters_are_refused),
	    TEST(arguments_set_fields),
	    TEST(arguments_override_the_file),
	    TEST(every_bad_argument_is_reported),
	    TEST(a_bare_name_in_a_file_is_refused),
	    TEST(the_wrong_source_is_refused),
	    TEST(numbers_are_digits_within_the_range),
	    TEST(seconds_are_held_in_milliseconds),
	    TEST(a_rate_is_a_count_within_seconds_or_off),
	    TEST(anything_else_is_no_rate),
	    TEST(words_are_exact),
	    TEST(flags_are_yes_or_no),
	    TEST(paths_are_absolute),
	    TEST(https_urls_lose_the_slash_at_the_end),
	    TEST(r36_urls_that_are_not_plain_https_are_refused),
	    TEST(a_proxy_is_scheme_host_and_port),
	    TEST(anything_else_is_no_proxy),
	    TEST(text_setters_check_what_they_are_given),
	    TEST(a_line_points_into_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
