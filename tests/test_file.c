/*
 * Files that decide over logins: read whole, and only when they can be
 * trusted.
 */
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "temp.h"

static char why[256];

static void
reads(const char *path, bool secret, const char *bytes, size_t len)
{
	struct buf out = BUF_INIT(100000);

	assert_non_null(path);
	assert_int_equal(file_read_trusted(path, secret, &out, why,
	    sizeof(why)), ERR_OK);
	assert_int_equal(out.len, len);
	assert_memory_equal(buf_text(&out), bytes, len);
	buf_clear(&out);
}

static void
refuses(const char *path, bool secret, const char *because)
{
	struct buf out = BUF_INIT(10);

	assert_non_null(path);
	why[0] = '\0';
	assert_int_equal(buf_add_text(&out, "x"), ERR_OK);
	assert_int_equal(file_read_trusted(path, secret, &out, why,
	    sizeof(why)), ERR_CONFIG);
	assert_non_null(strstr(why, because));
	assert_int_equal(out.len, 0);
	buf_clear(&out);
}

static void
a_trusted_file_is_read_whole(void **state)
{
	(void)state;
	reads(temp_write("f", 0644, "a\0b\n", 4), false, "a\0b\n", 4);
	reads(temp_write("f", 0600, "secret", 6), true, "secret", 6);
	reads(temp_write("f", 0400, "", 0), true, "", 0);
}

static void
a_file_longer_than_one_read_is_read_whole(void **state)
{
	static char bytes[20000];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)('a' + i % 26);
	reads(temp_write("f", 0644, bytes, sizeof(bytes)), false, bytes,
	    sizeof(bytes));
}

static void
what_was_there_is_kept_before_it(void **state)
{
	struct buf out = BUF_INIT(10);

	(void)state;
	assert_int_equal(buf_add_text(&out, "ab"), ERR_OK);
	assert_int_equal(file_read_trusted(temp_write("f", 0600, "cd", 2),
	    true, &out, why, sizeof(why)), ERR_OK);
	assert_string_equal(buf_text(&out), "abcd");
	buf_clear(&out);
}

static void
r03_a_file_too_long_is_refused_not_cut(void **state)
{
	(void)state;
	/* "x" is in the buffer of 10 already */
	refuses(temp_write("f", 0600, "0123456789", 10), false, "too long");
}

static void
a_file_as_long_as_allowed_is_read(void **state)
{
	struct buf out = BUF_INIT(10);

	(void)state;
	assert_int_equal(file_read_trusted(temp_write("f", 0600, "0123456789",
	    10), false, &out, why, sizeof(why)), ERR_OK);
	assert_int_equal(out.len, 10);
	buf_clear(&out);
}

static void
a_missing_file_is_told(void **state)
{
	(void)state;
	refuses(temp_path("none"), false, "No such file");
}

static void
r04_a_symbolic_link_is_refused(void **state)
{
	const char *target = temp_write("target", 0600, "x", 1);
	const char *link = temp_path("link");

	(void)state;
	assert_int_equal(symlink(target, link), 0);
	refuses(link, false, "symbolic link");
}

static void
a_directory_is_refused(void **state)
{
	(void)state;
	refuses(temp_directory, false, "not a regular file");
}

static void
a_fifo_is_refused_without_waiting(void **state)
{
	const char *path = temp_path("fifo");

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	refuses(path, false, "not a regular file");
}

static void
a_device_is_refused(void **state)
{
	(void)state;
	refuses("/dev/null", false, "not a regular file");
}

static void
a_file_others_can_write_is_refused(void **state)
{
	(void)state;
	refuses(temp_write("f", 0664, "x", 1), false, "run: chmod go-w /tmp");
	refuses(temp_write("f", 0646, "x", 1), false, "run: chmod go-w /tmp");
	refuses(temp_write("f", 0620, "x", 1), true, "run: chmod 600 /tmp");
}

static void
r06_a_secret_others_can_open_is_refused(void **state)
{
	static const mode_t modes[] = {0640, 0604, 0610, 0601};

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		refuses(temp_write("f", modes[i], "x", 1), true,
		    "run: chmod 600 /tmp");
}

static void
r06_a_file_of_another_user_is_refused(void **state)
{
	const char *path = temp_write("f", 0600, "x", 1);

	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can give a file away */
	assert_int_equal(chown(path, 12345, 12345), 0);
	refuses(path, false, "belongs to user 12345; run: chown root:root /");
}

static void
a_file_of_root_is_read_by_anybody(void **state)
{
	struct buf out = BUF_INIT(4096);

	(void)state;
	/* a regular file of root, on every Linux */
	assert_int_equal(file_read_trusted("/proc/version", false, &out, why,
	    sizeof(why)), ERR_OK);
	assert_true(out.len > 0);
	buf_clear(&out);
}

static void
a_file_that_fails_to_read_is_told(void **state)
{
	(void)state;
	/* our own memory: a regular file, with nothing at its beginning */
	refuses("/proc/self/mem", true, "cannot be read: ");
}

static void
r04_no_descriptor_is_left_open(void **state)
{
	const char *good = temp_write("f", 0600, "x", 1);
	const char *bad = temp_write("g", 0666, "x", 1);
	int before = dup(0), after;

	(void)state;
	assert_true(before >= 0);
	(void)close(before);
	reads(good, true, "x", 1);
	refuses(bad, false, "written");
	after = dup(0);
	(void)close(after);
	assert_int_equal(after, before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_trusted_file_is_read_whole),
	    cmocka_unit_test(a_file_longer_than_one_read_is_read_whole),
	    cmocka_unit_test(what_was_there_is_kept_before_it),
	    cmocka_unit_test(r03_a_file_too_long_is_refused_not_cut),
	    cmocka_unit_test(a_file_as_long_as_allowed_is_read),
	    cmocka_unit_test(a_missing_file_is_told),
	    cmocka_unit_test(r04_a_symbolic_link_is_refused),
	    cmocka_unit_test(a_directory_is_refused),
	    cmocka_unit_test(a_fifo_is_refused_without_waiting),
	    cmocka_unit_test(a_device_is_refused),
	    cmocka_unit_test(a_file_others_can_write_is_refused),
	    cmocka_unit_test(r06_a_secret_others_can_open_is_refused),
	    cmocka_unit_test(r06_a_file_of_another_user_is_refused),
	    cmocka_unit_test(a_file_of_root_is_read_by_anybody),
	    cmocka_unit_test(a_file_that_fails_to_read_is_told),
	    cmocka_unit_test(r04_no_descriptor_is_left_open),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
