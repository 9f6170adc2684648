/*
 * Lists of people: what a line may hold, and who is in the list.
 */
#include "mfa/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "temp.h"

static struct people people;
static char said[8192]; /* on standard error */

/* people_read() of these bytes, and into `said` what it told. */
static enum err
read_bytes(const char *bytes, size_t len)
{
	FILE *in = fopen(temp_write("list", 0600, bytes, len), "re");
	int out = open(temp_path("said"), O_RDWR | O_CREAT | O_TRUNC |
	    O_CLOEXEC, 0600);
	int saved = dup(STDERR_FILENO);
	enum err e;
	ssize_t n;

	assert_non_null(in);
	people_clear(&people);
	assert_true(dup2(out, STDERR_FILENO) >= 0);
	e = people_read(&people, in, "list");
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	n = pread(out, said, sizeof(said) - 1, 0);
	assert_true(n >= 0);
	said[n] = '\0';
	(void)close(saved);
	(void)close(out);
	(void)fclose(in);
	return e;
}

static enum err
read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

static int
stop(void **state)
{
	(void)state;
	people_clear(&people);
	return 0;
}

static void
names_come_in_the_order_of_the_list(void **state)
{
	(void)state;
	assert_int_equal(read_text("zoe\nalice\nbob"), ERR_OK);
	assert_int_equal(people.count, 3);
	assert_string_equal(people.list[0].name, "zoe");
	assert_string_equal(people.list[1].name, "alice");
	assert_string_equal(people.list[2].name, "bob");
	assert_string_equal(said, "");
}

static void
comments_blanks_and_blank_lines_are_no_names(void **state)
{
	(void)state;
	assert_int_equal(read_text("# all of sales\n\n \t\n  alice \t# gone\n"
	    "\tbob#2\n   # nobody\n"), ERR_OK);
	assert_int_equal(people.count, 2);
	assert_string_equal(people.list[0].name, "alice");
	assert_int_equal(people.list[0].line, 4);
	assert_string_equal(people.list[1].name, "bob#2");
}

static void
odd_names_are_names(void **state)
{
	(void)state;
	assert_int_equal(read_text("alice|../../x\na b\n\"q\"\n"
	    "\xe6\x9d\x8e\xe5\x9b\x9b\n"), ERR_OK);
	assert_int_equal(people.count, 4);
	assert_string_equal(people.list[1].name, "a b");
}

static void
who_is_named_twice_is_in_the_list_once(void **state)
{
	(void)state;
	assert_int_equal(
	    read_text("bob\nalice\nbob\ncarol\nalice\nbob\n"), ERR_OK);
	assert_int_equal(people.count, 3);
	assert_string_equal(people.list[0].name, "bob");
	assert_string_equal(people.list[1].name, "alice");
	assert_string_equal(people.list[2].name, "carol");
	assert_int_equal(people.list[0].line, 1);
	assert_non_null(strstr(said, "3 named more than once, as in line 3"));
}

static void
everybody_is_found_by_name_and_nobody_else(void **state)
{
	char text[20000];
	size_t len = 0;

	(void)state;
	for (int i = 999; i >= 0; i--)
		len += (size_t)snprintf(
		    text + len, sizeof(text) - len, "p%d\n", i);
	assert_int_equal(read_text(text), ERR_OK);
	assert_int_equal(people.count, 1000);
	for (size_t i = 0; i < people.count; i++)
		assert_ptr_equal(
		    people_find(&people, people.list[i].name),
		    &people.list[i]);
	assert_null(people_find(&people, "p1000"));
	assert_null(people_find(&people, ""));
	assert_int_equal(people_count(&people, STAGE_NEW), 1000);
}

static void
every_bad_line_is_told_and_nobody_is_listed(void **state)
{
	char text[1024] = "alice\nb\033b\nbad\xff\n\xe2\x80\xaeolleh\ncr\r\n";
	size_t len = strlen(text);

	(void)state;
	memset(text + len, 'x', 300);
	text[len + 300] = '\n';
	assert_int_equal(read_text(text), ERR_CONFIG);
	assert_int_equal(people.count, 0);
	assert_null(strstr(said, "line 1:"));
	assert_non_null(strstr(said, "list, line 2:"));
	assert_non_null(strstr(said, "list, line 3:"));
	assert_non_null(strstr(said, "list, line 4:"));
	assert_non_null(strstr(said, "list, line 5:"));
	assert_non_null(strstr(said, "carriage return"));
	assert_non_null(strstr(said, "list, line 6:"));
	/* none of it is repeated to the terminal */
	assert_null(strchr(said, '\033'));
}

static void
a_nul_is_no_end_of_a_line(void **state)
{
	(void)state;
	assert_int_equal(read_bytes("alice\0bob\n", 10), ERR_CONFIG);
	assert_non_null(strstr(said, "line 1: the name holds a NUL"));
	assert_int_equal(read_bytes("alice # x\0y\n", 12), ERR_CONFIG);
}

static void
a_list_of_nobody_is_a_mistake(void **state)
{
	(void)state;
	assert_int_equal(read_text(""), ERR_CONFIG);
	assert_int_equal(read_text("# nobody\n\n"), ERR_CONFIG);
	assert_non_null(strstr(said, "nobody is named"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_come_in_the_order_of_the_list),
	    cmocka_unit_test(comments_blanks_and_blank_lines_are_no_names),
	    cmocka_unit_test(odd_names_are_names),
	    cmocka_unit_test(who_is_named_twice_is_in_the_list_once),
	    cmocka_unit_test(everybody_is_found_by_name_and_nobody_else),
	    cmocka_unit_test(every_bad_line_is_told_and_nobody_is_listed),
	    cmocka_unit_test(a_nul_is_no_end_of_a_line),
	    cmocka_unit_test_teardown(a_list_of_nobody_is_a_mistake, stop),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
