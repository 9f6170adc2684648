/*
 * The token cache: what it keeps, and everything it must take for nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include <cmocka.h>

#include "base/log.h"
#include "service/token_cache.h"
#include "temp.h"

#define URL "https://api.example.com"
#define KEY "key-id"
#define TOKEN "eyJ.abc.def"

enum { NOW = 1732239180 };

static char last_log[512];

static void
keep_log(void *ctx, int priority, const char *line)
{
	(void)ctx;
	(void)priority;
	(void)snprintf(last_log, sizeof(last_log), "%s", line);
}

/* The path of the one file in the directory. */
static const char *
cache_file(void)
{
	DIR *d = opendir(temp_directory);
	struct dirent *entry;
	char name[256] = "";

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.') {
			assert_string_equal(name, "");
			(void)snprintf(name, sizeof(name), "%s",
			    entry->d_name);
		}
	(void)closedir(d);
	assert_string_not_equal(name, "");
	return temp_path(name);
}

static void
open_cache(struct token_cache *t)
{
	token_cache_open(t, temp_directory, URL, KEY);
	assert_int_not_equal(t->fd, -1);
}

static void
store(const struct token_cache *t, const char *text, time_t expires_s)
{
	struct buf token = BUF_INIT(16384);

	assert_int_equal(buf_add_text(&token, text), ERR_OK);
	token_cache_store(t, &token, expires_s);
	buf_clear(&token);
}

static void
assert_holds(const struct token_cache *t, time_t now_s, const char *text)
{
	struct buf out = BUF_INIT(8192);

	assert_int_equal(token_cache_load(t, now_s, &out), ERR_OK);
	assert_string_equal(buf_text(&out), text);
	buf_clear(&out);
}

static void
assert_empty(const struct token_cache *t, time_t now_s)
{
	struct buf out = BUF_INIT(8192);

	assert_int_equal(token_cache_load(t, now_s, &out), ERR_EXPIRED);
	assert_int_equal(out.len, 0);
}

static void
a_stored_token_is_found_by_the_next_login(void **state)
{
	struct token_cache t;

	(void)state;
	open_cache(&t);
	assert_empty(&t, NOW);
	store(&t, TOKEN, NOW + 7200);
	token_cache_close(&t);
	assert_int_equal(t.fd, -1);
	open_cache(&t);
	assert_holds(&t, NOW, TOKEN);
	token_cache_close(&t);
}

static void
a_shorter_token_replaces_a_longer_one(void **state)
{
	struct token_cache t;

	(void)state;
	open_cache(&t);
	store(&t, TOKEN TOKEN TOKEN, NOW + 7200);
	store(&t, "x", NOW + 7200);
	assert_holds(&t, NOW, "x");
	token_cache_close(&t);
}

static void
a_token_ends_a_minute_early(void **state)
{
	struct token_cache t;

	(void)state;
	open_cache(&t);
	store(&t, TOKEN, NOW + 7200);
	assert_holds(&t, NOW + 7200 - TOKEN_MARGIN_S - 1, TOKEN);
	assert_empty(&t, NOW + 7200 - TOKEN_MARGIN_S);
	assert_empty(&t, NOW + 7200);
	token_cache_close(&t);
}

static void
a_token_from_a_wrong_clock_is_not_believed(void **state)
{
	struct token_cache t;

	(void)state;
	open_cache(&t);
	store(&t, TOKEN, NOW + 32 * 86400);
	assert_empty(&t, NOW);
	store(&t, TOKEN, -5);
	assert_empty(&t, NOW);
	token_cache_close(&t);
}

static void
a_forgotten_token_is_gone(void **state)
{
	struct token_cache t;

	(void)state;
	open_cache(&t);
	store(&t, TOKEN, NOW + 7200);
	token_cache_forget(&t);
	assert_empty(&t, NOW);
	token_cache_close(&t);
}

static void
r03_every_shortening_of_the_file_is_no_token(void **state)
{
	static const char text[] =
	    "genauth-token-1 1732246380\n" TOKEN "\nend\n";
	struct token_cache t;
	const char *path;

	(void)state;
	open_cache(&t);
	store(&t, TOKEN, NOW + 7200);
	path = cache_file();
	/* behind the text there are spaces only: base/record.h */
	assert_int_equal(truncate(path, (off_t)strlen(text)), 0);
	assert_holds(&t, NOW, TOKEN);
	for (off_t len = (off_t)strlen(text) - 1; len >= 0; len--) {
		assert_int_equal(truncate(path, len), 0);
		assert_empty(&t, NOW);
	}
	token_cache_close(&t);
}

static void
what_was_not_written_by_us_is_no_token(void **state)
{
	static const char *const bad[] = {
	    "genauth-token-1 1732246380\nTOKEN\nend\nx",
	    "genauth-token-1 1732246380\nTOKEN\nend\n\n",
	    "genauth-token-1 1732246380\n\nend\n",
	    "genauth-token-1 1732246380\nTO KEN\nend\n",
	    "genauth-token-1 1732246380\nTOKEN\r\nend\n",
	    "genauth-token-1 1732246380\nTO\x01KEN\nend\n",
	    "genauth-token-1 1732246380\nTO\xc3\xa9\nend\n",
	    "genauth-token-1 1732246380 \nTOKEN\nend\n",
	    "genauth-token-1 +1732246380\nTOKEN\nend\n",
	    "genauth-token-1 0x1732246380\nTOKEN\nend\n",
	    "genauth-token-1 99999999999999999999\nTOKEN\nend\n",
	    "genauth-token-1 \nTOKEN\nend\n",
	    "genauth-token-2 1732246380\nTOKEN\nend\n", "garbage"};
	static const char right[] =
	    "genauth-token-1 1732246380\nTOKEN\nend\n";
	struct token_cache t;
	int fd;

	(void)state;
	open_cache(&t);
	fd = open(cache_file(), O_RDWR | O_CLOEXEC);
	assert_int_not_equal(fd, -1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, bad[i], strlen(bad[i]), 0),
		    (ssize_t)strlen(bad[i]));
		assert_empty(&t, NOW);
	}
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, right, sizeof(right), 0),
	    (ssize_t)sizeof(right)); /* with its NUL */
	assert_empty(&t, NOW);
	assert_int_equal(ftruncate(fd, sizeof(right) - 1), 0);
	assert_holds(&t, NOW, "TOKEN");
	assert_int_equal(ftruncate(fd, 1000000), 0);
	assert_empty(&t, NOW);
	(void)close(fd);
	token_cache_close(&t);
}

static void
a_token_that_does_not_fit_is_not_stored(void **state)
{
	struct token_cache t;
	char huge[9000];

	(void)state;
	open_cache(&t);
	store(&t, TOKEN, NOW + 7200);
	memset(huge, 'x', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	store(&t, huge, NOW + 7200);
	assert_holds(&t, NOW, TOKEN);
	token_cache_close(&t);
}

/* Another service's or key's token must never be used. */
static void
each_service_and_key_has_a_file_of_its_own(void **state)
{
	struct token_cache a, b, c, d;

	(void)state;
	open_cache(&a);
	store(&a, TOKEN, NOW + 7200);
	token_cache_open(&b, temp_directory, URL "x", KEY);
	token_cache_open(&c, temp_directory, URL, KEY "x");
	token_cache_open(&d, temp_directory, URL "\n" KEY, "");
	assert_empty(&b, NOW);
	assert_empty(&c, NOW);
	assert_empty(&d, NOW);
	assert_holds(&a, NOW, TOKEN);
	token_cache_close(&a);
	token_cache_close(&b);
	token_cache_close(&c);
	token_cache_close(&d);
}

static void
r32_the_file_name_is_a_hash_and_no_path(void **state)
{
	struct token_cache t;
	const char *name;

	(void)state;
	token_cache_open(&t, temp_directory, "../../etc/", "../x");
	assert_int_not_equal(t.fd, -1);
	name = strrchr(cache_file(), '/') + 1;
	assert_int_equal(strlen(name), 64);
	assert_int_equal(strspn(name, "0123456789abcdef"), 64);
	token_cache_close(&t);
}

static void
r06_the_file_is_for_us_alone(void **state)
{
	struct token_cache t;
	struct stat st;
	mode_t old = umask(0);

	(void)state;
	open_cache(&t);
	(void)umask(old);
	assert_int_equal(fstat(t.fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(fcntl(t.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	token_cache_close(&t);
}

static void
the_directory_is_made_when_missing(void **state)
{
	char directory[160], link[64], file[320] = "";
	struct token_cache t;
	struct stat st;

	(void)state;
	(void)snprintf(
	    directory, sizeof(directory), "%s", temp_path("made"));
	token_cache_open(&t, directory, URL, KEY);
	assert_int_not_equal(t.fd, -1);
	assert_int_equal(stat(directory, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	store(&t, TOKEN, NOW + 7200);
	assert_holds(&t, NOW, TOKEN);
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", t.fd);
	assert_int_not_equal(readlink(link, file, sizeof(file) - 1), -1);
	token_cache_close(&t);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(directory), 0);
}

static void
assert_refused(const char *directory)
{
	struct token_cache t = {.fd = 5};
	struct buf out = BUF_INIT(100);

	last_log[0] = '\0';
	log_to(keep_log, NULL);
	token_cache_open(&t, directory, URL, KEY);
	log_to(NULL, NULL);
	assert_int_equal(t.fd, -1);
	assert_string_not_equal(last_log, "");
	/* and no use of it does harm */
	store(&t, TOKEN, NOW + 7200);
	token_cache_forget(&t);
	assert_int_equal(token_cache_load(&t, NOW, &out), ERR_EXPIRED);
	token_cache_close(&t);
}

static void
r07_a_directory_others_can_use_is_refused(void **state)
{
	(void)state;
	for (mode_t bit = 1; bit <= 040; bit <<= 1) {
		assert_int_equal(chmod(temp_directory, 0700 | bit), 0);
		assert_refused(temp_directory);
	}
	assert_int_equal(chmod(temp_directory, 0700), 0);
	assert_refused(temp_path("no/such"));
}

static void
r04_links_are_not_followed(void **state)
{
	struct token_cache t;
	char path[160];

	(void)state;
	open_cache(&t);
	token_cache_close(&t);
	(void)snprintf(path, sizeof(path), "%s", cache_file());
	/* a second name */
	assert_int_equal(link(path, temp_path("second")), 0);
	assert_refused(temp_directory);
	assert_int_equal(unlink(path), 0);
	/* a symbolic link in its place */
	assert_int_equal(symlink(temp_path("second"), path), 0);
	assert_refused(temp_directory);
	assert_int_equal(unlink(path), 0);
	/* the directory reached through a link */
	assert_int_equal(symlink(temp_directory, temp_path("link")), 0);
	assert_refused(temp_path("link"));
	/* something else than a file */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refused(temp_directory);
}

static void
a_file_others_can_read_is_refused(void **state)
{
	struct token_cache t;

	(void)state;
	open_cache(&t);
	assert_int_equal(fchmod(t.fd, 0640), 0);
	token_cache_close(&t);
	assert_refused(temp_directory);
}

static void
what_belongs_to_another_user_is_refused(void **state)
{
	struct token_cache t;

	(void)state;
	if (geteuid() != 0)
		skip();
	open_cache(&t);
	assert_int_equal(fchown(t.fd, 65534, 65534), 0);
	token_cache_close(&t);
	assert_refused(temp_directory);
	assert_int_equal(unlink(cache_file()), 0);
	assert_int_equal(chown(temp_directory, 65534, 65534), 0);
	assert_refused(temp_directory);
}

static void
a_held_lock_is_not_waited_for(void **state)
{
	struct token_cache t;
	int other;

	(void)state;
	open_cache(&t);
	store(&t, TOKEN, NOW + 7200);
	other = open(cache_file(), O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
	assert_empty(&t, NOW);
	store(&t, "other", NOW + 7200);
	token_cache_forget(&t);
	assert_int_equal(flock(other, LOCK_UN), 0);
	assert_holds(&t, NOW, TOKEN);
	/* readers do not keep each other out, but writers */
	assert_int_equal(flock(other, LOCK_SH | LOCK_NB), 0);
	assert_holds(&t, NOW, TOKEN);
	store(&t, "other", NOW + 7200);
	assert_holds(&t, NOW, TOKEN);
	(void)close(other);
	token_cache_close(&t);
}

#define IN_TEMP(f) cmocka_unit_test_setup_teardown(f, temp_setup, temp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_TEMP(a_stored_token_is_found_by_the_next_login),
	    IN_TEMP(a_shorter_token_replaces_a_longer_one),
	    IN_TEMP(a_token_ends_a_minute_early),
	    IN_TEMP(a_token_from_a_wrong_clock_is_not_believed),
	    IN_TEMP(a_forgotten_token_is_gone),
	    IN_TEMP(r03_every_shortening_of_the_file_is_no_token),
	    IN_TEMP(what_was_not_written_by_us_is_no_token),
	    IN_TEMP(a_token_that_does_not_fit_is_not_stored),
	    IN_TEMP(each_service_and_key_has_a_file_of_its_own),
	    IN_TEMP(r32_the_file_name_is_a_hash_and_no_path),
	    IN_TEMP(r06_the_file_is_for_us_alone),
	    IN_TEMP(the_directory_is_made_when_missing),
	    IN_TEMP(r07_a_directory_others_can_use_is_refused),
	    IN_TEMP(r04_links_are_not_followed),
	    IN_TEMP(a_file_others_can_read_is_refused),
	    IN_TEMP(what_belongs_to_another_user_is_refused),
	    IN_TEMP(a_held_lock_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
