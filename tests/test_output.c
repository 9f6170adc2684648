/*
 * Results: the same rows as a table and as JSON lines, and nothing in them
 * that could move a cursor.
 */
#include "mfa/output.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/json.h"
#include "temp.h"

static const struct output_column columns[] = {
    {"USER", "user"},
    {"BOUND", "bound"},
    {"DAYS", "days"},
    {"NOTE", "note"},
    {NULL, NULL},
};

static char printed[65536];

/* What output_print() writes, into `printed`. */
static enum err
print(struct output *o)
{
	int fd = open(temp_path("out"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0600);
	int saved;
	ssize_t n;
	enum err e;

	(void)fflush(stdout);
	saved = dup(STDOUT_FILENO);
	assert_true(saved >= 0 && dup2(fd, STDOUT_FILENO) >= 0);
	e = output_print(o);
	(void)fflush(stdout);
	assert_true(dup2(saved, STDOUT_FILENO) >= 0);
	(void)close(saved);
	n = pread(fd, printed, sizeof(printed) - 1, 0);
	assert_true(n >= 0);
	printed[n] = '\0';
	(void)close(fd);
	return e;
}

static struct output *
two_rows(bool json, bool one_record)
{
	struct output *o = output_new(columns, json, one_record);

	assert_non_null(o);
	output_row(o);
	output_text(o, 0, "alice");
	output_flag(o, 1, true);
	output_number(o, 2, 30);
	output_row(o);
	output_text(o, 0, "bob");
	output_flag(o, 1, false);
	output_text(o, 3, "a \"note\"");
	return o;
}

static void
a_table_is_aligned_under_its_titles(void **state)
{
	struct output *o = two_rows(false, false);

	(void)state;
	assert_int_equal(print(o), ERR_OK);
	assert_string_equal(printed,
	    "USER  BOUND DAYS NOTE\n"
	    "alice yes   30   \n"
	    "bob   no         a \"note\"\n");
	output_free(&o);
	assert_null(o);
	output_free(&o);
}

static void
one_record_is_a_list_of_titles(void **state)
{
	struct output *o = output_new(columns, false, true);

	(void)state;
	output_row(o);
	output_text(o, 0, "alice");
	output_flag(o, 1, true);
	assert_int_equal(print(o), ERR_OK);
	assert_non_null(strstr(printed, "USER  alice\n"));
	assert_non_null(strstr(printed, "BOUND yes\n"));
	assert_non_null(strstr(printed, "DAYS  \n"));
	output_free(&o);
}

static void
json_is_one_object_per_row_and_line(void **state)
{
	struct output *o = two_rows(true, false);

	(void)state;
	assert_int_equal(print(o), ERR_OK);
	assert_string_equal(printed,
	    "{\"user\":\"alice\",\"bound\":true,\"days\":30,\"note\":null}\n"
	    "{\"user\":\"bob\",\"bound\":false,\"days\":null,"
	    "\"note\":\"a \\\"note\\\"\"}\n");
	output_free(&o);
}

static void
json_does_not_depend_on_one_record(void **state)
{
	static char before[sizeof(printed)];
	struct output *o = two_rows(true, false), *p = two_rows(true, true);

	(void)state;
	assert_int_equal(print(o), ERR_OK);
	(void)strcpy(before, printed);
	assert_int_equal(print(p), ERR_OK);
	assert_string_equal(printed, before);
	output_free(&o);
	output_free(&p);
}

/* The escape of a terminal, a line break, and bytes that are not UTF-8. */
static void
r23_nothing_shown_can_move_a_cursor(void **state)
{
	static const char hostile[] = "\x1b[2J\n\r\x9b\xe2\x80\xae\xff";
	struct output *o;
	struct json *j = NULL;
	struct buf line = BUF_INIT(1024);
	const char *text = NULL;

	(void)state;
	for (int json = 0; json < 2; json++) {
		o = output_new(columns, json == 1, false);
		output_row(o);
		output_text(o, 0, hostile);
		assert_int_equal(print(o), ERR_OK);
		assert_null(strchr(printed, '\x1b'));
		assert_null(strchr(printed, '\r'));
		assert_non_null(strstr(printed, "?[2J?????"));
		output_free(&o);
	}
	assert_int_equal(buf_add_text(&line, printed), ERR_OK);
	line.ptr[--line.len] = '\0'; /* the newline */
	assert_int_equal(json_parse(&line, &j), ERR_OK);
	assert_int_equal(json_get_text(j, "user", &text), ERR_OK);
	json_free(&j);
	buf_clear(&line);
}

static void
wide_characters_are_as_wide_as_they_look(void **state)
{
	struct output *o = output_new(columns, false, false);

	(void)state;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		skip();
	output_row(o);
	output_text(o, 0, "\xe5\xbc\xa0\xe4\xb8\x89");
	output_text(o, 1, "x");
	output_row(o);
	output_text(o, 0, "abcd");
	output_text(o, 1, "y");
	assert_int_equal(print(o), ERR_OK);
	assert_non_null(strstr(printed, "\xe5\xbc\xa0\xe4\xb8\x89 x"));
	assert_non_null(strstr(printed, "\nabcd y"));
	output_free(&o);
}

static void
nothing_to_show_is_nothing_shown(void **state)
{
	struct output *o = output_new(columns, true, false);

	(void)state;
	output_text(o, 0, "no row yet");
	assert_int_equal(print(o), ERR_OK);
	assert_string_equal(printed, "");
	output_free(&o);
}

static void
many_rows_all_come(void **state)
{
	struct output *o = output_new(columns, true, false);
	size_t lines = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		output_row(o);
		output_number(o, 2, i);
	}
	assert_int_equal(print(o), ERR_OK);
	for (const char *p = printed; *p != '\0'; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 1000);
	output_free(&o);
}

static void
a_standard_output_that_is_gone_is_told(void **state)
{
	struct output *o = two_rows(true, false);
	int saved = dup(STDOUT_FILENO), full = open("/dev/full", O_WRONLY);

	(void)state;
	(void)fflush(stdout);
	assert_true(dup2(full, STDOUT_FILENO) >= 0);
	assert_int_equal(output_print(o), ERR_SYSTEM);
	assert_true(dup2(saved, STDOUT_FILENO) >= 0);
	clearerr(stdout);
	(void)close(saved);
	(void)close(full);
	output_free(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_table_is_aligned_under_its_titles),
	    cmocka_unit_test(one_record_is_a_list_of_titles),
	    cmocka_unit_test(json_is_one_object_per_row_and_line),
	    cmocka_unit_test(json_does_not_depend_on_one_record),
	    cmocka_unit_test(r23_nothing_shown_can_move_a_cursor),
	    cmocka_unit_test(wide_characters_are_as_wide_as_they_look),
	    cmocka_unit_test(nothing_to_show_is_nothing_shown),
	    cmocka_unit_test(many_rows_all_come),
	    cmocka_unit_test(a_standard_output_that_is_gone_is_told),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
