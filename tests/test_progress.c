/*
 * The estimate, and the bar it is shown in.
 */
#include "mfa/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
nothing_is_known_before_two_samples(void **state)
{
	struct estimate e = {0};

	(void)state;
	assert_int_equal(estimate_left_s(&e, 10), -1);
	estimate_add(&e, 1000, 0);
	assert_int_equal(estimate_left_s(&e, 10), -1);
}

static void
a_steady_rate_gives_the_time_left(void **state)
{
	struct estimate e = {0};

	(void)state;
	for (int i = 0; i <= 50; i++)
		estimate_add(&e, 1000 + i * 200, (uint64_t)i * 20);
	assert_float_equal(e.rate, 100, 0.01);
	/* 9000 more at 100 a second, rounded up */
	assert_in_range(estimate_left_s(&e, 10000), 90, 91);
}

static void
what_was_done_before_the_start_does_not_count(void **state)
{
	struct estimate e = {0};

	(void)state;
	estimate_add(&e, 0, 5000);
	estimate_add(&e, 1000, 5010);
	assert_float_equal(e.rate, 10, 0.01);
}

static void
a_standstill_never_divides_by_zero(void **state)
{
	struct estimate e = {0};

	(void)state;
	for (int i = 0; i < 100; i++)
		estimate_add(&e, i * 200, 0);
	assert_true(e.rate == 0);
	assert_int_equal(estimate_left_s(&e, 1), -1);
}

static void
a_pause_makes_the_rate_sink_and_the_time_grow(void **state)
{
	struct estimate e = {0};
	int64_t before;

	(void)state;
	estimate_add(&e, 0, 0);
	estimate_add(&e, 1000, 100);
	before = estimate_left_s(&e, 1000);
	for (int i = 1; i <= 50; i++)
		estimate_add(&e, 1000 + i * 200, 100);
	assert_true(e.rate > 0 && e.rate < 50);
	assert_true(estimate_left_s(&e, 1000) > before);
}

static void
the_recent_past_counts_most(void **state)
{
	struct estimate e = {0};

	(void)state;
	for (int i = 0; i <= 60; i++)
		estimate_add(&e, i * 1000, (uint64_t)i * 10);
	for (int i = 1; i <= 30; i++)
		estimate_add(&e, (60 + i) * 1000, 600 + (uint64_t)i * 100);
	assert_true(e.rate > 95 && e.rate <= 100);
}

static void
time_and_counts_that_go_backwards_change_nothing(void **state)
{
	struct estimate e = {0}, before;

	(void)state;
	estimate_add(&e, 1000, 10);
	estimate_add(&e, 2000, 20);
	before = e;
	estimate_add(&e, 1500, 30);
	estimate_add(&e, 2000, 30);
	estimate_add(&e, 3000, 19);
	assert_memory_equal(&e, &before, sizeof(e));
}

static void
huge_counts_stay_within_bounds(void **state)
{
	struct estimate e = {0};

	(void)state;
	estimate_add(&e, 0, 0);
	estimate_add(&e, INT64_MAX / 2, 1);
	assert_int_equal(estimate_left_s(&e, UINT64_MAX), 99 * 3600 + 3599);
	e = (struct estimate){0};
	estimate_add(&e, 0, 0);
	estimate_add(&e, 1, UINT64_MAX - 1);
	assert_in_range(estimate_left_s(&e, UINT64_MAX), 0, 1);
}

static void
nothing_is_left_at_the_end_and_beyond(void **state)
{
	struct estimate e = {0};

	(void)state;
	estimate_add(&e, 0, 10);
	assert_int_equal(estimate_left_s(&e, 10), 0);
	assert_int_equal(estimate_left_s(&e, 9), 0);
}

static const char *
line(uint64_t done, uint64_t failed, int wait_s, int columns)
{
	static char out[256];
	static const struct estimate e = {
	    .begun = true, .done = 2500, .rate = 250};
	const struct progress p = {.done = done, .total = 10000,
	    .failed = failed, .estimate = &e, .wait_s = wait_s};

	return progress_line(&p, columns, out, sizeof(out));
}

static void
the_bar_says_how_far_how_fast_and_how_long(void **state)
{
	(void)state;
	assert_string_equal(line(2500, 0, 0, 120),
	    "[==========>                             ] "
	    "2500 of 10000   250/s   0:31 left");
	assert_string_equal(line(10000, 2, 0, 120),
	    "[========================================] "
	    "10000 of 10000   250/s   0:31 left   2 failed");
}

static void
a_pause_the_service_asked_for_is_shown(void **state)
{
	(void)state;
	assert_non_null(strstr(line(1, 0, 7, 120), "told to wait 7 s"));
}

static void
hours_are_shown_as_hours(void **state)
{
	const struct estimate e = {.begun = true, .rate = 1};
	const struct progress p = {.total = 3600 + 61, .estimate = &e};
	char out[256];

	(void)state;
	assert_non_null(strstr(
	    progress_line(&p, 120, out, sizeof(out)), "1:01:02 left"));
}

static void
no_line_is_wider_than_the_terminal(void **state)
{
	(void)state;
	for (int columns = -1; columns < 200; columns++)
		assert_true(strlen(line(2500, 99999, 0, columns)) <=
		    (size_t)(columns > 0 ? columns : 0));
	/* no room for a bar, room for the facts */
	assert_string_equal(
	    line(2500, 0, 0, 40), "2500 of 10000   250/s   0:31 left");
}

static void
a_list_of_nobody_has_a_full_bar(void **state)
{
	const struct estimate e = {.begun = true};
	const struct progress p = {.estimate = &e};
	char out[256];

	(void)state;
	assert_non_null(strstr(
	    progress_line(&p, 120, out, sizeof(out)), "==] 0 of 0"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_known_before_two_samples),
	    cmocka_unit_test(a_steady_rate_gives_the_time_left),
	    cmocka_unit_test(what_was_done_before_the_start_does_not_count),
	    cmocka_unit_test(a_standstill_never_divides_by_zero),
	    cmocka_unit_test(a_pause_makes_the_rate_sink_and_the_time_grow),
	    cmocka_unit_test(the_recent_past_counts_most),
	    cmocka_unit_test(time_and_counts_that_go_backwards_change_nothing),
	    cmocka_unit_test(huge_counts_stay_within_bounds),
	    cmocka_unit_test(nothing_is_left_at_the_end_and_beyond),
	    cmocka_unit_test(the_bar_says_how_far_how_fast_and_how_long),
	    cmocka_unit_test(a_pause_the_service_asked_for_is_shown),
	    cmocka_unit_test(hours_are_shown_as_hours),
	    cmocka_unit_test(no_line_is_wider_than_the_terminal),
	    cmocka_unit_test(a_list_of_nobody_has_a_full_bar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
