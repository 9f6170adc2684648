/*
 * Single options in the text of a configuration.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mfa/conf_edit.h"

enum { TEXT_MAX = 4096 };

/* `before` with one option set is `after`. */
static void
assert_set(const char *before, const char *name, const char *value,
    const char *after)
{
	struct buf text = BUF_INIT(TEXT_MAX);

	assert_int_equal(buf_add_text(&text, before), ERR_OK);
	assert_int_equal(conf_edit_set(&text, name, value), ERR_OK);
	assert_string_equal(buf_text(&text), after);
	buf_clear(&text);
}

static void
assert_refused(const char *before, const char *name, const char *value)
{
	struct buf text = BUF_INIT(TEXT_MAX);

	assert_int_equal(buf_add_text(&text, before), ERR_OK);
	assert_int_equal(conf_edit_set(&text, name, value), ERR_CONFIG);
	assert_string_equal(buf_text(&text), before);
	buf_clear(&text);
}

static void
a_new_option_goes_to_the_end(void **state)
{
	(void)state;
	assert_set("", "app_id", "x", "app_id = x\n");
	assert_set("tries = 1\n", "app_id", "x", "tries = 1\napp_id = x\n");
	assert_set("tries = 1", "app_id", "x", "tries = 1\napp_id = x\n");
}

static void
an_old_option_keeps_its_line(void **state)
{
	(void)state;
	assert_set("a = 1\nb = 2\nc = 3\n", "b", "x", "a = 1\nb = x\nc = 3\n");
	assert_set("b=2", "b", "longer than before", "b=longer than before");
}

static void
comments_and_spacing_stay(void **state)
{
	(void)state;
	assert_set("# b = 0\n\n  b\t=  2   # two\n#end", "b", "x",
	    "# b = 0\n\n  b\t=  x   # two\n#end");
}

static void
a_line_that_is_none_stays(void **state)
{
	(void)state;
	assert_set("b\nb =\n", "b", "x", "b\nb =\nb = x\n");
	assert_set("b = \001\n", "b", "x", "b = \001\nb = x\n");
}

static void
a_name_is_taken_whole(void **state)
{
	(void)state;
	assert_set("app_ids = 1\n", "app_id", "x",
	    "app_ids = 1\napp_id = x\n");
	assert_set("app = 1\n", "app_id", "x", "app = 1\napp_id = x\n");
}

static void
the_same_value_changes_nothing(void **state)
{
	(void)state;
	assert_set("b = 2 # two\n", "b", "2", "b = 2 # two\n");
}

static void
a_value_may_hold_what_looks_like_more(void **state)
{
	(void)state;
	assert_set("", "users", "a=b#c !d", "users = a=b#c !d\n");
}

static void
what_would_not_be_read_back_is_refused(void **state)
{
	char longer[1100];

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_refused("b = 2\n", "b", "x # y");
	assert_refused("b = 2\n", "b", "# y");
	assert_refused("b = 2\n", "b", " x");
	assert_refused("b = 2\n", "b", "x\t");
	assert_refused("b = 2\n", "b", "");
	assert_refused("b = 2\n", "b", "x\033y");
	assert_refused("b = 2\n", "b", longer);
}

/* A line break would be another option. */
static void
a_line_break_is_refused(void **state)
{
	(void)state;
	assert_refused("b = 2\n", "b", "x\nusers = nobody");
	assert_refused("b = 2\n", "b", "x\r");
	assert_refused("", "b", "x\n");
}

static void
what_does_not_fit_changes_nothing(void **state)
{
	struct buf text = BUF_INIT(16);

	(void)state;
	assert_int_equal(buf_add_text(&text, "b = 2\n"), ERR_OK);
	assert_int_equal(
	    conf_edit_set(&text, "b", "0123456789"), ERR_OK);
	assert_int_equal(
	    conf_edit_set(&text, "b", "0123456789a0123"), ERR_MEMORY);
	assert_string_equal(buf_text(&text), "b = 0123456789\n");
	buf_clear(&text);
}

static void
get_reads_the_first(void **state)
{
	struct buf text = BUF_INIT(TEXT_MAX), value = BUF_INIT(TEXT_MAX);

	(void)state;
	assert_int_equal(
	    buf_add_text(&text, "a = 1\nb = 2 # x\nb = 3\n"), ERR_OK);
	assert_int_equal(conf_edit_get(&text, "b", &value), ERR_OK);
	assert_string_equal(buf_text(&value), "2");
	buf_clear(&value);
	assert_int_equal(conf_edit_get(&text, "c", &value), ERR_CONFIG);
	assert_int_equal(value.len, 0);
	buf_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_new_option_goes_to_the_end),
	    cmocka_unit_test(an_old_option_keeps_its_line),
	    cmocka_unit_test(comments_and_spacing_stay),
	    cmocka_unit_test(a_line_that_is_none_stays),
	    cmocka_unit_test(a_name_is_taken_whole),
	    cmocka_unit_test(the_same_value_changes_nothing),
	    cmocka_unit_test(a_value_may_hold_what_looks_like_more),
	    cmocka_unit_test(what_would_not_be_read_back_is_refused),
	    cmocka_unit_test(a_line_break_is_refused),
	    cmocka_unit_test(what_does_not_fit_changes_nothing),
	    cmocka_unit_test(get_reads_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
