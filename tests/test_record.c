/*
 * Records: what is written is read, by many at once and whoever is killed;
 * what others could have made is not touched.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/record.h"
#include "fake_clock.h"
#include "forks.h"
#include "temp.h"

#define NAME "a-record"

static void
open_record(struct record *r)
{
	char why[512] = "";

	assert_int_equal(record_open(r, temp_directory, NAME, why,
	    sizeof(why)), ERR_OK);
	assert_string_equal(why, "");
	assert_int_not_equal(r->fd, -1);
}

static enum err
write_text(const struct record *r, const char *text)
{
	struct buf b = BUF_INIT(100000);
	enum err e = buf_add_text(&b, text);

	if (e == ERR_OK)
		e = record_write(r, &b);
	buf_clear(&b);
	return e;
}

static void
assert_says(const struct record *r, const char *text)
{
	struct buf out = BUF_INIT(100000);

	assert_int_equal(buf_add_text(&out, "kept "), ERR_OK);
	assert_int_equal(record_read(r, &out), ERR_OK);
	assert_memory_equal(buf_text(&out), "kept ", 5);
	assert_string_equal(buf_text(&out) + 5, text);
	assert_int_equal(out.len, 5 + strlen(text));
	buf_clear(&out);
}

static off_t
size_of(const struct record *r)
{
	struct stat st;

	assert_int_equal(fstat(r->fd, &st), 0);
	return st.st_size;
}

/* Two names that differ, each the hash that sha256sum gives. */
static void
r32_a_name_is_a_hash_of_its_parts(void **state)
{
	static const char *const one[] = {"../../etc", "/x"};
	static const char *const other[] = {"../../et", "c/x"};
	char a[RECORD_NAME_BYTES], b[RECORD_NAME_BYTES];

	(void)state;
	assert_int_equal(record_name(one, 2, a), ERR_OK);
	assert_int_equal(record_name(other, 2, b), ERR_OK);
	assert_string_equal(a,
	    "43c943c93cff5637ee812bae02bea433"
	    "54994a16cd3feb95e69f648e0093da4e");
	assert_string_equal(b,
	    "712cf8939fe8625f7c8b54df3b80d25e"
	    "94ddf37f40875e5fcf013d496beabb20");
}

static void
a_new_record_says_nothing(void **state)
{
	struct buf none = BUF_INIT(0);
	struct record r;

	(void)state;
	open_record(&r);
	assert_int_equal(record_read(&r, &none), ERR_OK);
	buf_clear(&none);
	assert_says(&r, "");
	record_close(&r);
	assert_int_equal(r.fd, -1);
	record_close(&r);
}

/* A verifier writes as a user for whom a full disk keeps no room. */
static void
a_new_record_has_room_for_its_first_text(void **state)
{
	struct record r;
	struct stat st;

	(void)state;
	open_record(&r);
	assert_int_equal(fstat(r.fd, &st), 0);
	if (fallocate(r.fd, FALLOC_FL_KEEP_SIZE, 0, 1) == -1) {
		record_close(&r);
		skip(); /* not on this file system */
	}
	assert_int_equal(st.st_size, 0);
	assert_true(st.st_blocks * 512 >= RECORD_BLOCK_BYTES);
	record_close(&r);
}

static void
what_is_written_is_read(void **state)
{
	static const char *const texts[] = {"a\n", "longer than that\n", "b\n",
	    " \n", "", "c\n", ""};
	struct record r, other;

	(void)state;
	open_record(&r);
	open_record(&other);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(write_text(&r, texts[i]), ERR_OK);
		assert_says(&other, texts[i]);
		assert_int_equal(size_of(&r),
		    texts[i][0] == '\0' ? 0 : RECORD_BLOCK_BYTES);
	}
	record_close(&r);
	record_close(&other);
}

static void
around_a_block_no_byte_is_lost(void **state)
{
	static const size_t sizes[] = {4094, 4095, 4096, 4097, 9000, 4096, 1};
	char text[9001];
	struct record r;

	(void)state;
	open_record(&r);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		memset(text, 'a' + (int)i, sizes[i]);
		text[sizes[i]] = '\0';
		assert_int_equal(write_text(&r, text), ERR_OK);
		assert_says(&r, text);
	}
	assert_int_equal(size_of(&r), RECORD_BLOCK_BYTES);
	record_close(&r);
}

static void
a_record_too_large_is_not_read(void **state)
{
	struct buf out = BUF_INIT(RECORD_BLOCK_BYTES);
	struct record r;

	(void)state;
	open_record(&r);
	assert_int_equal(write_text(&r, "x\n"), ERR_OK);
	assert_int_equal(record_read(&r, &out), ERR_OK);
	buf_clear(&out);
	assert_int_equal(ftruncate(r.fd, RECORD_BLOCK_BYTES + 1), 0);
	assert_int_equal(record_read(&r, &out), ERR_SYSTEM);
	buf_clear(&out);
	assert_int_equal(ftruncate(r.fd, (off_t)1 << 40), 0);
	assert_int_equal(record_read(&r, &out), ERR_SYSTEM);
	buf_clear(&out);
	/* and can be replaced all the same */
	assert_int_equal(write_text(&r, "y\n"), ERR_OK);
	assert_int_equal(record_read(&r, &out), ERR_OK);
	assert_string_equal(buf_text(&out), "y\n");
	buf_clear(&out);
	record_close(&r);
}

static void
without_a_file_everything_is_an_error(void **state)
{
	const struct record none = {-1};
	struct buf out = BUF_INIT(100);

	(void)state;
	assert_int_equal(record_lock(&none, true, &clock_system, 0),
	    ERR_SYSTEM);
	assert_int_equal(record_read(&none, &out), ERR_SYSTEM);
	assert_int_equal(write_text(&none, "x\n"), ERR_SYSTEM);
	assert_int_equal(write_text(&none, ""), ERR_SYSTEM);
}

/* As on a disk that is full: part of the text gets in, then no more. */
static bool
write_is_cut_short(void)
{
	const struct rlimit small = {100, 100};
	struct record r;
	char why[512];

	return signal(SIGXFSZ, SIG_IGN) != SIG_ERR &&
	    setrlimit(RLIMIT_FSIZE, &small) == 0 &&
	    record_open(&r, temp_directory, NAME, why, sizeof(why)) ==
	    ERR_OK && write_text(&r, "x\n") == ERR_SYSTEM && errno == EFBIG;
}

static void
a_text_cut_short_leaves_the_new_record_new(void **state)
{
	struct record r;

	(void)state;
	assert_int_equal(forks_run(1, write_is_cut_short), 1);
	open_record(&r);
	assert_int_equal(size_of(&r), 0);
	assert_says(&r, "");
	record_close(&r);
}

static void
r06_the_file_is_for_us_alone(void **state)
{
	mode_t old = umask(0);
	struct record r;
	struct stat st;

	(void)state;
	open_record(&r);
	(void)umask(old);
	assert_int_equal(fstat(r.fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(fcntl(r.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	record_close(&r);
}

static void
the_directory_is_made_when_missing(void **state)
{
	char directory[160], path[200], why[512];
	mode_t old = umask(0);
	struct record r;
	struct stat st;

	(void)state;
	(void)snprintf(directory, sizeof(directory), "%s", temp_path("made"));
	assert_int_equal(record_open(&r, directory, NAME, why, sizeof(why)),
	    ERR_OK);
	(void)umask(old);
	assert_int_equal(stat(directory, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	record_close(&r);
	(void)snprintf(path, sizeof(path), "%s/%s", directory, NAME);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
}

/* Refused, and `why` names the directory and ends like that. */
static void
assert_refused(const char *directory, const char *end)
{
	char why[512] = "";
	struct record r = {5};

	assert_int_equal(record_open(&r, directory, NAME, why, sizeof(why)),
	    ERR_SYSTEM);
	assert_int_equal(r.fd, -1);
	assert_non_null(strstr(why, directory));
	assert_true(strlen(why) > strlen(end));
	assert_string_equal(why + strlen(why) - strlen(end), end);
	record_close(&r);
}

#define BAD_DIRECTORY \
	" has to be owned by the user this runs as, and to have mode 0700"
#define BAD_FILE " is not a plain file of our own with mode 0600"

static void
r07_a_directory_others_can_use_is_refused(void **state)
{
	(void)state;
	for (mode_t bit = 1; bit <= 040; bit <<= 1) {
		assert_int_equal(chmod(temp_directory, 0700 | bit), 0);
		assert_refused(temp_directory, BAD_DIRECTORY);
	}
	assert_int_equal(chmod(temp_directory, 0700), 0);
	assert_refused(temp_path("no/such"), ": No such file or directory");
	assert_non_null(temp_write("file", 0600, "", 0));
	assert_refused(temp_path("file"), ": Not a directory");
	assert_int_equal(symlink(temp_directory, temp_path("link")), 0);
	assert_refused(temp_path("link"), ": Not a directory");
}

static void
a_file_others_can_use_is_refused(void **state)
{
	(void)state;
	for (mode_t bit = 1; bit <= 040; bit <<= 1) {
		assert_non_null(temp_write(NAME, 0600 | bit, "", 0));
		assert_refused(temp_directory, BAD_FILE);
	}
}

static void
r04_only_a_plain_file_of_one_name_will_do(void **state)
{
	const char *path = temp_path(NAME);

	(void)state;
	assert_non_null(temp_write("other", 0600, "", 0));
	assert_int_equal(link(temp_path("other"), path), 0);
	assert_refused(temp_directory, BAD_FILE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("other", path), 0);
	assert_refused(temp_directory, ": Too many levels of symbolic links");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("missing", path), 0);
	assert_refused(temp_directory, ": Too many levels of symbolic links");
	assert_int_equal(access(temp_path("missing"), F_OK), -1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refused(temp_directory, BAD_FILE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_refused(temp_directory, ": Is a directory");
	assert_int_equal(rmdir(path), 0);
}

static void
what_belongs_to_another_user_is_refused(void **state)
{
	const char *path = temp_path(NAME);

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_non_null(temp_write(NAME, 0600, "", 0));
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_refused(temp_directory, BAD_FILE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(chown(temp_directory, 65534, 65534), 0);
	assert_refused(temp_directory, BAD_DIRECTORY);
}

static void
locks_keep_out_whom_they_should(void **state)
{
	static const struct {
		bool held, wanted; /* exclusive? */
		enum err e;
	} rows[] = {
	    {false, false, ERR_OK},
	    {false, true, ERR_TIMEOUT},
	    {true, false, ERR_TIMEOUT},
	    {true, true, ERR_TIMEOUT},
	};
	struct record a, b;

	(void)state;
	open_record(&a);
	open_record(&b);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(record_lock(&a, rows[i].held, &clock_system,
		    0), ERR_OK);
		assert_int_equal(record_lock(&b, rows[i].wanted,
		    &clock_system, 0), rows[i].e);
		record_unlock(&b);
		record_unlock(&a);
	}
	assert_int_equal(record_lock(&a, true, &clock_system, 0), ERR_OK);
	record_close(&a);
	assert_int_equal(record_lock(&b, true, &clock_system, 0), ERR_OK);
	record_close(&b);
}

static void
a_lock_is_waited_for_as_long_as_was_said(void **state)
{
	static const int timeouts[] = {0, 10, 200, 2000};
	struct fake_clock f;
	struct record a, b;

	(void)state;
	open_record(&a);
	open_record(&b);
	assert_int_equal(record_lock(&a, true, &clock_system, 0), ERR_OK);
	for (size_t i = 0; i < sizeof(timeouts) / sizeof(*timeouts); i++) {
		fake_clock_init(&f);
		assert_int_equal(record_lock(&b, true, &f.clock, timeouts[i]),
		    ERR_TIMEOUT);
		assert_int_equal(f.slept_ms, timeouts[i]);
	}
	record_close(&a);
	record_close(&b);
}

/* Who has the lock lets go while the other one sleeps. */
static struct record holder;

static void
let_go(void *ctx, int ms)
{
	(void)ctx;
	(void)ms;
	record_unlock(&holder);
}

static void
a_lock_that_becomes_free_is_taken(void **state)
{
	struct clock clock = clock_system;
	struct record r;

	(void)state;
	clock.sleep_ms = let_go;
	open_record(&holder);
	open_record(&r);
	assert_int_equal(record_lock(&holder, true, &clock_system, 0), ERR_OK);
	assert_int_equal(record_lock(&r, true, &clock, 60000), ERR_OK);
	record_close(&holder);
	record_close(&r);
}

static bool
count_one(const struct record *r)
{
	struct buf text = BUF_INIT(RECORD_BLOCK_BYTES);
	char line[32];
	bool ok = record_lock(r, true, &clock_system, 60000) == ERR_OK &&
	    record_read(r, &text) == ERR_OK;

	(void)snprintf(line, sizeof(line), "%ld\n",
	    strtol(buf_text(&text), NULL, 10) + 1);
	ok = ok && write_text(r, line) == ERR_OK;
	record_unlock(r);
	buf_clear(&text);
	return ok;
}

static bool
count_twenty(void)
{
	char why[512];
	struct record r;
	bool ok = record_open(&r, temp_directory, NAME, why, sizeof(why)) ==
	    ERR_OK;

	for (int i = 0; ok && i < 20; i++)
		ok = count_one(&r);
	return ok;
}

static void
a_hundred_writers_at_once_count_exactly(void **state)
{
	struct record r;

	(void)state;
	assert_int_equal(forks_run(100, count_twenty), 100);
	open_record(&r);
	assert_says(&r, "2000\n");
	record_close(&r);
}

static char long_text[3001];

static void
write_both(void)
{
	char why[512];
	struct record r;

	if (record_open(&r, temp_directory, NAME, why, sizeof(why)) !=
	    ERR_OK || record_lock(&r, true, &clock_system, 60000) != ERR_OK ||
	    write_text(&r, long_text) != ERR_OK ||
	    write_text(&r, "short\nend\n") != ERR_OK)
		_exit(1);
	record_close(&r);
}

static void
a_writer_killed_at_any_moment_leaves_a_whole_text(void **state)
{
	struct buf text = BUF_INIT(RECORD_BLOCK_BYTES);
	struct record r;

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	open_record(&r);
	assert_int_equal(write_text(&r, long_text), ERR_OK);
	for (int i = 0; i < 300; i++) {
		assert_true(forks_kill_one(write_both));
		assert_int_equal(record_lock(&r, false, &clock_system, 0),
		    ERR_OK);
		assert_int_equal(record_read(&r, &text), ERR_OK);
		record_unlock(&r);
		if (strcmp(buf_text(&text), long_text) != 0)
			assert_string_equal(buf_text(&text), "short\nend\n");
		buf_clear(&text);
	}
	record_close(&r);
}

static void
numbers_are_one_to_fifteen_digits(void **state)
{
	static const struct {
		const char *text;
		int64_t number; /* -1: none */
		const char *rest;
	} rows[] = {
	    {"0", 0, ""}, {"7 8", 7, " 8"}, {"0012x", -1, NULL},
	    {"999999999999999\n", 999999999999999, "\n"},
	    {"1000000000000000", -1, NULL}, {"", -1, NULL}, {" 1", -1, NULL},
	    {"-1", -1, NULL}, {"+1", -1, NULL}, {"x", -1, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *s = rows[i].text;
		int64_t number = -1;

		assert_true(record_number(&s, &number) ==
		    (rows[i].rest != NULL));
		assert_int_equal(number, rows[i].number);
		assert_string_equal(
		    s, rows[i].rest == NULL ? rows[i].text : rows[i].rest);
	}
}

static void
a_word_is_skipped_where_it_stands(void **state)
{
	const char *s = "push 1";

	(void)state;
	assert_false(record_skip(&s, "try "));
	assert_false(record_skip(&s, "push 12"));
	assert_string_equal(s, "push 1");
	assert_true(record_skip(&s, "push "));
	assert_string_equal(s, "1");
}

/* As record_open() goes, without a trace. */
static void
could_open(const char *directory, bool wanted)
{
	char why[512] = "", told[512] = "";
	struct record r;

	assert_int_equal(record_could_open(directory, why, sizeof(why)),
	    wanted ? ERR_OK : ERR_SYSTEM);
	assert_true((why[0] == '\0') == wanted);
	assert_int_equal(record_open(&r, directory, "record", told,
	    sizeof(told)), wanted ? ERR_OK : ERR_SYSTEM);
	record_close(&r);
}

static void
who_only_looks_makes_no_record(void **state)
{
	char inside[100], deep[120], file[100];

	(void)state;
	(void)snprintf(inside, sizeof(inside), "%s/new", temp_directory);
	(void)snprintf(deep, sizeof(deep), "%s/x/y", inside);
	(void)snprintf(file, sizeof(file), "%s/record", temp_directory);
	for (int i = 0; i < 2; i++) {
		char why[512] = "";

		assert_int_equal(record_could_open(
		    inside, why, sizeof(why)), ERR_OK);
		assert_false(record_exists(temp_directory, "record"));
		assert_false(record_exists(inside, "record"));
		assert_false(record_exists(temp_directory, "new"));
	}
	could_open(deep, false);
	could_open(inside, true);
	assert_true(record_exists(inside, "record"));
	(void)snprintf(deep, sizeof(deep), "%s/record", inside);
	could_open(deep, false); /* a file */
	assert_true(record_exists(deep, "record")); /* who can tell */
	assert_int_equal(unlink(deep), 0);
	assert_int_equal(rmdir(inside), 0);
	could_open(temp_directory, true);
	assert_int_equal(chmod(temp_directory, 0750), 0);
	could_open(temp_directory, false);
	assert_int_equal(chmod(temp_directory, 0700), 0);
	assert_int_equal(symlink(temp_directory, inside), 0);
	could_open(inside, false);
	assert_int_equal(unlink(inside), 0);
	assert_int_equal(symlink("/nonexistent", inside), 0);
	could_open(inside, false);
	assert_int_equal(unlink(inside), 0);
	assert_int_equal(unlink(file), 0);
}

#define IN_TEMP(f) cmocka_unit_test_setup_teardown(f, temp_setup, temp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(r32_a_name_is_a_hash_of_its_parts),
	    IN_TEMP(a_new_record_says_nothing),
	    IN_TEMP(a_new_record_has_room_for_its_first_text),
	    IN_TEMP(what_is_written_is_read),
	    IN_TEMP(around_a_block_no_byte_is_lost),
	    IN_TEMP(a_record_too_large_is_not_read),
	    cmocka_unit_test(without_a_file_everything_is_an_error),
	    IN_TEMP(a_text_cut_short_leaves_the_new_record_new),
	    IN_TEMP(r06_the_file_is_for_us_alone),
	    IN_TEMP(the_directory_is_made_when_missing),
	    IN_TEMP(r07_a_directory_others_can_use_is_refused),
	    IN_TEMP(a_file_others_can_use_is_refused),
	    IN_TEMP(r04_only_a_plain_file_of_one_name_will_do),
	    IN_TEMP(what_belongs_to_another_user_is_refused),
	    IN_TEMP(who_only_looks_makes_no_record),
	    IN_TEMP(locks_keep_out_whom_they_should),
	    IN_TEMP(a_lock_is_waited_for_as_long_as_was_said),
	    IN_TEMP(a_lock_that_becomes_free_is_taken),
	    IN_TEMP(a_hundred_writers_at_once_count_exactly),
	    IN_TEMP(a_writer_killed_at_any_moment_leaves_a_whole_text),
	    cmocka_unit_test(numbers_are_one_to_fifteen_digits),
	    cmocka_unit_test(a_word_is_skipped_where_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
