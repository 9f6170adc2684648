/*
 * Error values: each has a word of its own for the log and the wire.
 */
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
every_error_has_a_name_and_a_text(void **state)
{
	(void)state;
	for (unsigned e = 0; e < ERR_COUNT; e++) {
		assert_non_null(err_name((enum err)e));
		assert_true(strlen(err_name((enum err)e)) > 0);
		assert_non_null(err_text((enum err)e));
		assert_true(strlen(err_text((enum err)e)) > 0);
	}
}

static void
every_name_leads_back_to_its_error(void **state)
{
	(void)state;
	for (unsigned e = 0; e < ERR_COUNT; e++)
		assert_int_equal(err_from_name(err_name((enum err)e)), e);
}

static void
names_are_single_words_of_the_log_line(void **state)
{
	(void)state;
	for (unsigned e = 0; e < ERR_COUNT; e++) {
		const char *name = err_name((enum err)e);

		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"),
		    strlen(name));
	}
}

static void
an_unknown_name_is_no_error_value(void **state)
{
	(void)state;
	assert_int_equal(err_from_name("no_such_error"), ERR_COUNT);
	assert_int_equal(err_from_name(""), ERR_COUNT);
	assert_int_equal(err_from_name("NONE"), ERR_COUNT);
}

static void
a_value_out_of_range_reads_as_invalid(void **state)
{
	(void)state;
	assert_string_equal(err_name(ERR_COUNT), "invalid");
	assert_string_equal(err_text((enum err)-1), "invalid error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_error_has_a_name_and_a_text),
	    cmocka_unit_test(every_name_leads_back_to_its_error),
	    cmocka_unit_test(names_are_single_words_of_the_log_line),
	    cmocka_unit_test(an_unknown_name_is_no_error_value),
	    cmocka_unit_test(a_value_out_of_range_reads_as_invalid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
