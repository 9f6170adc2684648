/*
 * The breaker: when a service is asked, when not, and that it never stands
 * in the way by its own fault.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include <cmocka.h>

#include "base/log.h"
#include "fake_clock.h"
#include "forks.h"
#include "login/breaker.h"
#include "temp.h"

#define URL "https://api.example.com"
#define MAGIC "genauth-breaker-1 "

enum { NOW = FAKE_WALL_S };

static struct fake_clock now;

/* One "PRIORITY text" a line. */
static char lines[4096];

static void
keep_lines(void *ctx, int priority, const char *line)
{
	size_t len = strlen(lines);

	(void)ctx;
	(void)snprintf(lines + len, sizeof(lines) - len, "%d %s\n", priority,
	    line);
}

static int
start(void **state)
{
	fake_clock_init(&now);
	lines[0] = '\0';
	log_to(keep_lines, NULL);
	return temp_setup(state);
}

static int
stop(void **state)
{
	log_to(NULL, NULL);
	return temp_teardown(state);
}

static void
open_limited(struct breaker *b, int count, int seconds)
{
	breaker_open(b, temp_directory, URL, "",
	    (struct option_rate){count, seconds}, &now.clock);
}

static void
open_breaker(struct breaker *b)
{
	open_limited(b, 3, 60);
	assert_int_not_equal(b->record.fd, -1);
}

static void
assert_record(const struct breaker *b, const char *wanted)
{
	struct buf text = BUF_INIT(RECORD_BLOCK_BYTES);

	assert_int_equal(record_read(&b->record, &text), ERR_OK);
	assert_string_equal(buf_text(&text), wanted);
	buf_clear(&text);
}

static void
put_text(const struct breaker *b, const char *text, size_t len)
{
	assert_int_equal(ftruncate(b->record.fd, 0), 0);
	assert_int_equal(
	    pwrite(b->record.fd, text, len, 0), (ssize_t)len);
}

static void
what_counts_is_that_the_service_is_away(void **state)
{
	(void)state;
	for (enum err e = ERR_OK; e < ERR_COUNT; e++)
		assert_true(breaker_counts(e) == (e == ERR_UNREACHABLE ||
		    e == ERR_TIMEOUT || e == ERR_BUSY));
}

/* A life of one breaker of 3/60: each step happens `at` seconds from NOW on,
 * asks (and is told `e`), or reports `e`. */
enum step_kind { END, ASK, REPORT };

struct step {
	int at;
	enum step_kind kind;
	enum err e;
};

enum { STEPS_MAX = 16 };

static const struct {
	struct step steps[STEPS_MAX];
	int alerts, notices;
} lives[] = {
    /* it works */
    {{{0, ASK, ERR_OK}, {0, REPORT, ERR_OK}, {0, ASK, ERR_OK}}, 0, 0},
    /* two failures are none */
    {{{0, REPORT, ERR_UNREACHABLE}, {0, ASK, ERR_OK},
	{0, REPORT, ERR_UNREACHABLE}, {0, ASK, ERR_OK}}, 0, 0},
    /* three of any kind open it, for its time */
    {{{0, REPORT, ERR_UNREACHABLE}, {5, REPORT, ERR_TIMEOUT},
	{9, REPORT, ERR_BUSY}, {9, ASK, ERR_UNREACHABLE},
	{68, ASK, ERR_UNREACHABLE}, {69, ASK, ERR_OK}}, 1, 0},
    /* in a row: a service that says no, or throttles, is there */
    {{{0, REPORT, ERR_TIMEOUT}, {0, REPORT, ERR_TIMEOUT},
	{0, REPORT, ERR_WRONG_CODE}, {0, REPORT, ERR_TIMEOUT},
	{0, REPORT, ERR_TIMEOUT}, {0, REPORT, ERR_THROTTLED},
	{0, REPORT, ERR_TIMEOUT}, {0, REPORT, ERR_TIMEOUT},
	{0, ASK, ERR_OK}}, 0, 0},
    /* one probe; the others wait for what it says: no */
    {{{0, REPORT, ERR_TIMEOUT}, {0, REPORT, ERR_TIMEOUT},
	{0, REPORT, ERR_TIMEOUT}, {60, ASK, ERR_OK},
	{60, ASK, ERR_UNREACHABLE}, {70, ASK, ERR_UNREACHABLE},
	{70, REPORT, ERR_TIMEOUT}, {129, ASK, ERR_UNREACHABLE},
	{130, ASK, ERR_OK}, {130, ASK, ERR_UNREACHABLE}}, 1, 0},
    /* yes: everybody asks again, and three are needed again */
    {{{0, REPORT, ERR_TIMEOUT}, {0, REPORT, ERR_TIMEOUT},
	{0, REPORT, ERR_TIMEOUT}, {60, ASK, ERR_OK},
	{61, ASK, ERR_UNREACHABLE}, {61, REPORT, ERR_OK}, {61, ASK, ERR_OK},
	{61, ASK, ERR_OK}, {62, REPORT, ERR_TIMEOUT},
	{62, REPORT, ERR_TIMEOUT}, {62, ASK, ERR_OK},
	{62, REPORT, ERR_TIMEOUT}, {62, ASK, ERR_UNREACHABLE}}, 2, 1},
    /* a probe that never says anything is followed by another */
    {{{0, REPORT, ERR_TIMEOUT}, {0, REPORT, ERR_TIMEOUT},
	{0, REPORT, ERR_TIMEOUT}, {60, ASK, ERR_OK},
	{119, ASK, ERR_UNREACHABLE}, {120, ASK, ERR_OK},
	{120, ASK, ERR_UNREACHABLE}}, 1, 0},
    /* logins under way when it opened report as well */
    {{{0, REPORT, ERR_TIMEOUT}, {0, REPORT, ERR_TIMEOUT},
	{0, REPORT, ERR_TIMEOUT}, {1, REPORT, ERR_TIMEOUT},
	{2, REPORT, ERR_TIMEOUT}, {61, ASK, ERR_UNREACHABLE},
	{62, ASK, ERR_OK}}, 1, 0},
    {{{0, REPORT, ERR_TIMEOUT}, {0, REPORT, ERR_TIMEOUT},
	{0, REPORT, ERR_TIMEOUT}, {1, REPORT, ERR_WRONG_CODE},
	{1, ASK, ERR_OK}}, 1, 1},
    /* a clock set back or forward: one probe finds out */
    {{{0, REPORT, ERR_TIMEOUT}, {0, REPORT, ERR_TIMEOUT},
	{0, REPORT, ERR_TIMEOUT}, {-1, ASK, ERR_OK},
	{-1, ASK, ERR_UNREACHABLE}, {58, ASK, ERR_UNREACHABLE},
	{59, ASK, ERR_OK}}, 1, 0},
    {{{0, REPORT, ERR_TIMEOUT}, {0, REPORT, ERR_TIMEOUT},
	{0, REPORT, ERR_TIMEOUT}, {900000, ASK, ERR_OK},
	{900000, ASK, ERR_UNREACHABLE}}, 1, 0},
};

static int
count_lines(int priority)
{
	char start_of_line[8];
	int count = 0;

	(void)snprintf(start_of_line, sizeof(start_of_line), "%d ", priority);
	for (const char *s = lines; *s != '\0'; s = strchr(s, '\n') + 1)
		count += strncmp(s, start_of_line, strlen(start_of_line)) == 0;
	return count;
}

static void
a_breaker_lives_by_its_table(void **state)
{
	struct breaker b;

	(void)state;
	for (size_t i = 0; i < sizeof(lives) / sizeof(*lives); i++) {
		lines[0] = '\0';
		open_breaker(&b);
		for (const struct step *s = lives[i].steps; s->kind != END;
		    s++) {
			now.wall_s = NOW + s->at;
			if (s->kind == REPORT)
				breaker_report(&b, s->e);
			else
				assert_int_equal(breaker_ask(&b), s->e);
		}
		assert_int_equal(count_lines(LOG_ALERT), lives[i].alerts);
		assert_int_equal(count_lines(LOG_NOTICE), lives[i].notices);
		assert_int_equal(count_lines(LOG_WARNING), 0);
		put_text(&b, "", 0);
		breaker_close(&b);
	}
}

static void
opening_and_closing_are_told_in_plain_words(void **state)
{
	struct breaker b;

	(void)state;
	open_limited(&b, 1, 60);
	breaker_report(&b, ERR_TIMEOUT);
	breaker_report(&b, ERR_OK);
	assert_string_equal(lines,
	    "1 breaker: the service is away (the service did not answer in "
	    "time, 1 in a row) and is not asked for the next 60 s\n"
	    "5 breaker: the service is back, logins ask it again\n");
	breaker_close(&b);
}

static void
each_service_and_caller_has_a_breaker(void **state)
{
	static const char *const others[][2] = {
	    {URL "x", ""}, {URL, "mallory"}, {URL "/mallory", ""}};
	struct breaker b, other;

	(void)state;
	open_breaker(&b);
	for (int i = 0; i < 3; i++)
		breaker_report(&b, ERR_UNREACHABLE);
	assert_int_equal(breaker_ask(&b), ERR_UNREACHABLE);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		breaker_open(&other, temp_directory, others[i][0],
		    others[i][1], (struct option_rate){3, 60}, &now.clock);
		assert_int_equal(breaker_ask(&other), ERR_OK);
		breaker_close(&other);
	}
	breaker_close(&b);
	open_breaker(&b);
	assert_int_equal(breaker_ask(&b), ERR_UNREACHABLE);
	breaker_close(&b);
}

static void
what_cannot_be_parsed_is_a_new_record(void **state)
{
	static const char *const bad[] = {"garbage", MAGIC,
	    MAGIC "3 1732239200\n", MAGIC "3 1732239200\nend\nx",
	    MAGIC "3 1732239200\nend\n\n", MAGIC "3 +1732239200\nend\n",
	    MAGIC "-3 1732239200\nend\n", MAGIC "3  1732239200\nend\n",
	    MAGIC "3\nend\n", MAGIC "3 1732239200 1\nend\n",
	    MAGIC "3 9999999999999999\nend\n",
	    "genauth-breaker-2 3 1732239200\nend\n"};
	static const char right[] = MAGIC "3 1732239200\nend\n";
	struct breaker b;

	(void)state;
	open_breaker(&b);
	put_text(&b, right, strlen(right));
	assert_int_equal(breaker_ask(&b), ERR_UNREACHABLE);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put_text(&b, bad[i], strlen(bad[i]));
		assert_int_equal(breaker_ask(&b), ERR_OK);
		breaker_report(&b, ERR_TIMEOUT);
		assert_record(&b, MAGIC "1 0\nend\n");
	}
	put_text(&b, right, sizeof(right)); /* with its NUL */
	assert_int_equal(breaker_ask(&b), ERR_OK);
	assert_int_equal(ftruncate(b.record.fd, (off_t)1 << 40), 0);
	assert_int_equal(breaker_ask(&b), ERR_OK);
	for (off_t len = (off_t)strlen(right) - 1; len >= 0; len--) {
		put_text(&b, right, (size_t)len);
		assert_int_equal(breaker_ask(&b), ERR_OK);
	}
	breaker_close(&b);
}

static void
a_record_of_large_numbers_does_no_harm(void **state)
{
	static const char huge[] =
	    MAGIC "999999999999999 999999999999999\nend\n";
	struct breaker b;

	(void)state;
	open_breaker(&b);
	put_text(&b, huge, strlen(huge));
	assert_int_equal(breaker_ask(&b), ERR_OK); /* the probe */
	assert_int_equal(breaker_ask(&b), ERR_UNREACHABLE);
	breaker_report(&b, ERR_TIMEOUT);
	breaker_report(&b, ERR_OK);
	assert_int_equal(breaker_ask(&b), ERR_OK);
	breaker_close(&b);
}

static void
nothing_is_written_where_nothing_changes(void **state)
{
	static const struct timespec long_ago[2] = {{1000, 0}, {1000, 0}};
	struct breaker b;
	struct stat st;

	(void)state;
	open_breaker(&b);
	assert_int_equal(futimens(b.record.fd, long_ago), 0);
	assert_int_equal(breaker_ask(&b), ERR_OK);
	breaker_report(&b, ERR_OK);
	breaker_report(&b, ERR_WRONG_CODE);
	assert_record(&b, "");
	for (int i = 0; i < 3; i++)
		breaker_report(&b, ERR_TIMEOUT);
	assert_int_equal(futimens(b.record.fd, long_ago), 0);
	assert_int_equal(breaker_ask(&b), ERR_UNREACHABLE);
	assert_int_equal(fstat(b.record.fd, &st), 0);
	assert_int_equal(st.st_mtime, 1000);
	breaker_close(&b);
}

static void
a_held_lock_is_not_waited_for_long(void **state)
{
	struct breaker b, other;

	(void)state;
	open_breaker(&b);
	open_breaker(&other);
	for (int i = 0; i < 3; i++)
		breaker_report(&b, ERR_TIMEOUT);
	assert_int_equal(flock(other.record.fd, LOCK_EX), 0);
	assert_int_equal(breaker_ask(&b), ERR_OK);
	assert_int_equal(now.slept_ms, 200);
	breaker_report(&b, ERR_OK);
	assert_int_equal(now.slept_ms, 400);
	breaker_report(&b, ERR_TIMEOUT);
	assert_int_equal(now.slept_ms, 600);
	assert_int_equal(flock(other.record.fd, LOCK_UN), 0);
	assert_int_equal(breaker_ask(&b), ERR_UNREACHABLE);
	breaker_close(&b);
	breaker_close(&other);
}

/* Whom others keep from writing is not kept from asking. */
static void
a_lock_to_write_that_cannot_be_had_is_done_without(void **state)
{
	struct breaker b, other;

	(void)state;
	open_breaker(&b);
	open_breaker(&other);
	for (int i = 0; i < 3; i++)
		breaker_report(&b, ERR_TIMEOUT);
	fake_clock_advance(&now, 60000);
	assert_int_equal(flock(other.record.fd, LOCK_SH), 0);
	assert_int_equal(breaker_ask(&b), ERR_OK); /* the probe, unnoted */
	breaker_report(&b, ERR_TIMEOUT);
	breaker_report(&b, ERR_OK);
	assert_int_equal(flock(other.record.fd, LOCK_UN), 0);
	assert_int_equal(breaker_ask(&b), ERR_OK);
	breaker_close(&b);
	breaker_close(&other);
}

static void
a_record_that_cannot_be_written_is_told_and_done_without(void **state)
{
	struct breaker b;
	char path[40];

	(void)state;
	open_limited(&b, 1, 60);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", b.record.fd);
	assert_int_equal(
	    dup2(open(path, O_RDONLY | O_CLOEXEC), b.record.fd), b.record.fd);
	breaker_report(&b, ERR_TIMEOUT);
	assert_int_equal(count_lines(LOG_WARNING), 1);
	assert_non_null(strstr(lines, "breaker: "));
	assert_int_equal(breaker_ask(&b), ERR_OK);
	breaker_close(&b);
}

/* As the next login would find it, and without being one. */
static void
who_only_looks_changes_nothing(void **state)
{
	const struct option_rate limit = {3, 60}, off = {0, 0};
	struct breaker_view v;
	struct breaker b;

	(void)state;
	breaker_look(temp_directory, URL, "", limit, &now.clock, &v);
	assert_int_equal(v.failures + v.open_s, 0);
	assert_int_equal(rmdir(temp_directory), 0); /* it is empty still */
	breaker_look(temp_directory, URL, "", limit, &now.clock, &v);
	assert_int_equal(v.failures + v.open_s, 0);
	assert_int_equal(mkdir(temp_directory, 0700), 0);
	open_breaker(&b);
	breaker_report(&b, ERR_TIMEOUT);
	breaker_report(&b, ERR_TIMEOUT);
	breaker_look(temp_directory, URL, "", limit, &now.clock, &v);
	assert_int_equal(v.failures, 2);
	assert_int_equal(v.open_s, 0);
	breaker_report(&b, ERR_TIMEOUT);
	fake_clock_advance(&now, 20000);
	breaker_look(temp_directory, URL, "", limit, &now.clock, &v);
	assert_int_equal(v.failures, 3);
	assert_int_equal(v.open_s, 40);
	breaker_look(temp_directory, URL, "other", limit, &now.clock, &v);
	assert_int_equal(v.failures + v.open_s, 0);
	breaker_look(temp_directory, URL, "", off, &now.clock, &v);
	assert_int_equal(v.failures + v.open_s, 0);
	/* it does not take the probe */
	fake_clock_advance(&now, 41000);
	breaker_look(temp_directory, URL, "", limit, &now.clock, &v);
	assert_int_equal(v.open_s, 0);
	assert_int_equal(breaker_ask(&b), ERR_OK);
	assert_int_equal(breaker_ask(&b), ERR_UNREACHABLE);
	/* what a login could not use is nothing */
	assert_int_equal(chmod(temp_directory, 0701), 0);
	breaker_look(temp_directory, URL, "", limit, &now.clock, &v);
	assert_int_equal(v.failures + v.open_s, 0);
	assert_int_equal(chmod(temp_directory, 0700), 0);
	breaker_close(&b);
}

static void
r07_without_a_record_the_service_is_asked(void **state)
{
	struct breaker b;

	(void)state;
	assert_int_equal(chmod(temp_directory, 0701), 0);
	open_limited(&b, 1, 60);
	assert_int_equal(b.record.fd, -1);
	assert_int_equal(count_lines(LOG_WARNING), 1);
	assert_non_null(strstr(lines, temp_directory));
	breaker_report(&b, ERR_TIMEOUT);
	assert_int_equal(breaker_ask(&b), ERR_OK);
	breaker_report(&b, ERR_OK);
	breaker_close(&b);
	assert_int_equal(count_lines(LOG_ALERT), 0);
	assert_int_equal(chmod(temp_directory, 0700), 0);
}

/* The directory is empty afterwards. */
static void
switched_off_it_makes_no_file(void **state)
{
	struct breaker b;

	(void)state;
	open_limited(&b, 0, 0);
	for (int i = 0; i < 10; i++)
		breaker_report(&b, ERR_TIMEOUT);
	assert_int_equal(breaker_ask(&b), ERR_OK);
	breaker_close(&b);
	assert_string_equal(lines, "");
	assert_int_equal(rmdir(temp_directory), 0);
	assert_int_equal(mkdir(temp_directory, 0700), 0);
}

static void
open_here(struct breaker *b)
{
	log_to(NULL, NULL);
	breaker_open(b, temp_directory, URL, "",
	    (struct option_rate){100, 3600}, &clock_system);
}

static bool
fail_here(void)
{
	struct breaker b;

	open_here(&b);
	breaker_report(&b, ERR_TIMEOUT);
	return true;
}

static bool
ask_here(void)
{
	struct breaker b;

	open_here(&b);
	return breaker_ask(&b) == ERR_OK;
}

static void
of_a_hundred_logins_at_once_one_takes_the_probe(void **state)
{
	static const char due[] = MAGIC "100 5\nend\n";
	struct breaker b;

	(void)state;
	assert_int_equal(forks_run(99, fail_here), 99);
	open_here(&b);
	assert_record(&b, MAGIC "99 0\nend\n");
	assert_int_equal(forks_run(100, ask_here), 100);
	assert_int_equal(forks_run(1, fail_here), 1);
	assert_int_equal(forks_run(100, ask_here), 0);
	put_text(&b, due, strlen(due));
	assert_int_equal(forks_run(100, ask_here), 1);
	breaker_close(&b);
}

/* While one login waits to take the probe, another has taken it. */
static struct breaker taker;

static void
take_the_probe(void *ctx, int ms)
{
	static const char open[] = MAGIC "3 1732239240\nend\n";

	(void)ctx;
	(void)ms;
	put_text(&taker, open, strlen(open));
	record_unlock(&taker.record);
}

static void
a_probe_taken_meanwhile_is_not_taken_again(void **state)
{
	static const char due[] = MAGIC "3 5\nend\n";
	struct breaker b;

	(void)state;
	open_breaker(&taker);
	now.clock.sleep_ms = take_the_probe;
	open_breaker(&b);
	put_text(&b, due, strlen(due));
	assert_int_equal(flock(taker.record.fd, LOCK_SH), 0);
	assert_int_equal(breaker_ask(&b), ERR_UNREACHABLE);
	assert_record(&b, MAGIC "3 1732239240\nend\n");
	breaker_close(&b);
	breaker_close(&taker);
}

static void
open_and_close_here(void)
{
	struct breaker b;

	open_here(&b);
	b.limit.count = 1;
	breaker_report(&b, ERR_TIMEOUT);
	if (breaker_ask(&b) != ERR_UNREACHABLE)
		_exit(1);
	breaker_report(&b, ERR_OK);
	breaker_close(&b);
}

static void
a_login_killed_at_any_moment_leaves_a_record_that_reads(void **state)
{
	struct buf text = BUF_INIT(RECORD_BLOCK_BYTES);
	struct breaker b;

	(void)state;
	open_here(&b);
	for (int i = 0; i < 100; i++) {
		assert_true(forks_kill_one(open_and_close_here));
		assert_int_equal(record_lock(&b.record, false, &clock_system,
		    0), ERR_OK);
		assert_int_equal(record_read(&b.record, &text), ERR_OK);
		record_unlock(&b.record);
		if (text.len > 0) {
			assert_memory_equal(text.ptr, MAGIC, strlen(MAGIC));
			assert_string_equal(text.ptr + text.len - 5, "\nend\n");
		}
		buf_clear(&text);
	}
	breaker_close(&b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_counts_is_that_the_service_is_away),
	    TEST(a_breaker_lives_by_its_table),
	    TEST(opening_and_closing_are_told_in_plain_words),
	    TEST(each_service_and_caller_has_a_breaker),
	    TEST(what_cannot_be_parsed_is_a_new_record),
	    TEST(a_record_of_large_numbers_does_no_harm),
	    TEST(nothing_is_written_where_nothing_changes),
	    TEST(a_held_lock_is_not_waited_for_long),
	    TEST(a_lock_to_write_that_cannot_be_had_is_done_without),
	    TEST(a_record_that_cannot_be_written_is_told_and_done_without),
	    TEST(who_only_looks_changes_nothing),
	    TEST(r07_without_a_record_the_service_is_asked),
	    TEST(switched_off_it_makes_no_file),
	    TEST(of_a_hundred_logins_at_once_one_takes_the_probe),
	    TEST(a_probe_taken_meanwhile_is_not_taken_again),
	    TEST(a_login_killed_at_any_moment_leaves_a_record_that_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
