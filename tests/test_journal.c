/*
 * The journal: what is read back, what a crash may leave, and what is no
 * journal of ours.
 */
#include "mfa/journal.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/log.h"
#include "mfa/journal_text.h"
#include "temp.h"

#define SCOPE "genauth https://example.com, username, end sessions"

static char logged[8192];
static char told[65536]; /* what was read back, a word per line */

static void
keep_log(void *ctx, int priority, const char *line)
{
	(void)ctx;
	(void)priority;
	(void)strncat(logged, line, sizeof(logged) - strlen(logged) - 1);
}

static void
tell(void *ctx, const char *name, bool done, enum err result)
{
	size_t len = strlen(told);

	(void)ctx;
	(void)snprintf(told + len, sizeof(told) - len, "%s %s;", name,
	    done ? err_name(result) : "begun");
}

/* Open it, forgetting what was told and logged. */
static enum err
open_with(const char *name, const char *scope, struct journal **out)
{
	logged[0] = told[0] = '\0';
	return journal_open(temp_path(name), scope, tell, NULL, out);
}

/* Open, read back, close; what was told. */
static const char *
reread(const char *name)
{
	struct journal *j = NULL;

	assert_int_equal(open_with(name, SCOPE, &j), ERR_OK);
	journal_free(&j);
	return told;
}

/* A journal in which alice is done and bob begun. */
static void
write_usual(const char *name)
{
	struct journal *j = NULL;

	(void)unlink(temp_path(name));
	assert_int_equal(open_with(name, SCOPE, &j), ERR_OK);
	assert_int_equal(journal_begin(j, "alice"), ERR_OK);
	assert_int_equal(journal_done(j, "alice", ERR_OK), ERR_OK);
	assert_int_equal(journal_begin(j, "bob"), ERR_OK);
	journal_free(&j);
	assert_null(j);
}

static size_t
read_all(const char *name, char *out, size_t size)
{
	int fd = open(temp_path(name), O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, out, size - 1);

	(void)close(fd);
	assert_true(n >= 0);
	out[n] = '\0';
	return (size_t)n;
}

static void
what_was_written_is_read_back_in_order(void **state)
{
	struct journal *j = NULL;

	(void)state;
	write_usual("order");
	assert_string_equal(reread("order"), "alice begun;alice none;"
	    "bob begun;");
	assert_int_equal(open_with("order", SCOPE, &j), ERR_OK);
	assert_int_equal(
	    journal_done(j, "bob", ERR_UNKNOWN_PERSON), ERR_OK);
	journal_free(&j);
	assert_string_equal(reread("order"), "alice begun;alice none;"
	    "bob begun;bob unknown_person;");
}

static void
every_error_survives_the_journal(void **state)
{
	struct journal *j = NULL;
	char want[4096] = "";
	size_t len = 0;

	(void)state;
	assert_int_equal(open_with("errors", SCOPE, &j), ERR_OK);
	for (int e = 0; e < ERR_COUNT; e++) {
		assert_int_equal(journal_done(j, "x", (enum err)e), ERR_OK);
		len += (size_t)snprintf(want + len, sizeof(want) - len,
		    "x %s;", err_name((enum err)e));
	}
	journal_free(&j);
	assert_string_equal(reread("errors"), want);
}

static void
odd_names_come_back_as_they_were(void **state)
{
	static const char *const names[] = {"a b", "done ok", "\"x\" y|z",
	    "\xe6\x9d\x8e\xe5\x9b\x9b", "%41", " "};
	struct journal *j = NULL;
	char want[512] = "", longest[256];
	size_t len = 0;

	(void)state;
	memset(longest, 'n', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(open_with("odd", SCOPE, &j), ERR_OK);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_int_equal(journal_begin(j, names[i]), ERR_OK);
		len += (size_t)snprintf(want + len, sizeof(want) - len,
		    "%s begun;", names[i]);
	}
	assert_int_equal(journal_begin(j, longest), ERR_OK);
	(void)snprintf(want + len, sizeof(want) - len, "%s begun;", longest);
	journal_free(&j);
	assert_string_equal(reread("odd"), want);
}

/* Cut after each byte: what was whole counts, what was not is gone, and what
 * is written next is whole again. */
static void
a_journal_cut_anywhere_goes_on(void **state)
{
	struct journal *j;
	char whole[1024], cut[1024];
	size_t len, lines;

	(void)state;
	write_usual("cut");
	len = read_all("cut", whole, sizeof(whole));
	for (size_t at = 0; at < len; at++) {
		assert_non_null(temp_write("cut", 0600, whole, at));
		j = NULL;
		assert_int_equal(open_with("cut", SCOPE, &j), ERR_OK);
		lines = 0;
		for (size_t i = 0; i < at; i++)
			lines += whole[i] == '\n';
		assert_string_equal(told, lines < 2 ? "" :
		    lines < 3 ? "alice begun;" : "alice begun;alice none;");
		assert_int_equal(journal_begin(j, "carol"), ERR_OK);
		journal_free(&j);
		assert_non_null(strstr(reread("cut"), "carol begun;"));
		(void)read_all("cut", cut, sizeof(cut));
		assert_memory_equal(cut, whole, strcspn(whole, "\n"));
	}
}

static void
a_last_line_of_zeros_is_taken_off(void **state)
{
	static const char zeros[30];
	char text[1024];
	size_t len;

	(void)state;
	write_usual("zeros");
	len = read_all("zeros", text, sizeof(text));
	memcpy(text + len, zeros, sizeof(zeros));
	assert_non_null(
	    temp_write("zeros", 0600, text, len + sizeof(zeros)));
	assert_string_equal(reread("zeros"), "alice begun;alice none;"
	    "bob begun;");
	assert_int_equal(read_all("zeros", text, sizeof(text)), len);
}

static void
a_line_changed_in_the_middle_is_refused(void **state)
{
	struct journal *j = NULL;
	char text[1024];
	size_t len;

	(void)state;
	write_usual("changed");
	len = read_all("changed", text, sizeof(text));
	memcpy(strstr(text, "alice"), "alicf", 5);
	assert_non_null(temp_write("changed", 0600, text, len));
	assert_int_equal(open_with("changed", SCOPE, &j), ERR_CONFIG);
	assert_null(j);
	assert_non_null(strstr(logged, "damaged in line 2"));
}

/* A whole line, of which none is ours: success is "ok". */
static void
a_result_that_is_never_written_is_refused(void **state)
{
	struct journal *j = NULL;
	char text[2048], line[JOURNAL_LINE_SIZE];
	size_t len, more = journal_line("done none bob", line);

	(void)state;
	write_usual("result");
	len = read_all("result", text, sizeof(text) - sizeof(line));
	memcpy(text + len, line, more);
	assert_non_null(temp_write("result", 0600, text, len + more));
	assert_int_equal(open_with("result", SCOPE, &j), ERR_CONFIG);
	assert_null(j);
	assert_non_null(strstr(logged, "damaged in line 5"));
}

static void
another_scope_is_refused_and_nothing_changed(void **state)
{
	struct journal *j = NULL;
	char before[1024], after[1024];

	(void)state;
	write_usual("scope");
	(void)read_all("scope", before, sizeof(before));
	assert_int_equal(open_with("scope",
	    "genauth https://other.example.com, username, end sessions", &j),
	    ERR_CONFIG);
	assert_non_null(strstr(logged, "other.example.com"));
	(void)read_all("scope", after, sizeof(after));
	assert_string_equal(before, after);
}

/* A slip with --journal must not cost a key or a list. */
static void
another_file_is_refused_and_left_alone(void **state)
{
	static const char *const texts[] = {"secret", "secret\n", "a\nb\n",
	    "12345678 x\n", "\n", "5", "genauth-mfa-journal-1 " SCOPE "\n"};
	struct journal *j = NULL;
	char after[256];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		size_t len = strlen(texts[i]);

		assert_non_null(temp_write("other", 0600, texts[i], len));
		assert_int_equal(
		    open_with("other", SCOPE, &j), ERR_CONFIG);
		assert_non_null(strstr(logged, "is not a journal"));
		assert_int_equal(
		    read_all("other", after, sizeof(after)), len);
		assert_string_equal(after, texts[i]);
	}
	assert_non_null(temp_write("other", 0600, "\0\0\0\0", 4));
	assert_int_equal(open_with("other", SCOPE, &j), ERR_CONFIG);
	assert_int_equal(read_all("other", after, sizeof(after)), 4);
}

static void
an_empty_file_becomes_a_journal(void **state)
{
	(void)state;
	assert_non_null(temp_write("empty", 0600, "", 0));
	assert_string_equal(reread("empty"), "");
	write_usual("empty");
}

static void
a_file_that_others_may_touch_is_refused(void **state)
{
	static const mode_t modes[] = {0640, 0604, 0620, 0602, 0610, 0644};
	struct journal *j = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		assert_non_null(temp_write("open", modes[i], "", 0));
		assert_int_equal(open_with("open", SCOPE, &j), ERR_CONFIG);
		assert_non_null(strstr(logged, "mode 0600"));
	}
}

static void
links_and_special_files_are_refused(void **state)
{
	struct journal *j = NULL;

	(void)state;
	write_usual("target");
	assert_int_equal(
	    symlink(temp_path("target"), temp_path("symlink")), 0);
	assert_int_equal(open_with("symlink", SCOPE, &j), ERR_CONFIG);
	assert_non_null(strstr(logged, "symbolic link"));
	assert_int_equal(
	    link(temp_path("target"), temp_path("hardlink")), 0);
	assert_int_equal(open_with("hardlink", SCOPE, &j), ERR_CONFIG);
	assert_int_equal(mkfifo(temp_path("fifo"), 0600), 0);
	assert_int_equal(open_with("fifo", SCOPE, &j), ERR_CONFIG);
	assert_int_equal(open_with("none/such", SCOPE, &j), ERR_CONFIG);
}

static void
a_new_journal_is_ours_alone(void **state)
{
	struct stat st;

	(void)state;
	write_usual("mode");
	assert_int_equal(stat(temp_path("mode"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void
two_runs_do_not_share_one(void **state)
{
	struct journal *first = NULL, *second = NULL;

	(void)state;
	(void)unlink(temp_path("lock"));
	assert_int_equal(open_with("lock", SCOPE, &first), ERR_OK);
	assert_int_equal(open_with("lock", SCOPE, &second), ERR_CONFIG);
	assert_non_null(strstr(logged, "in use by another run"));
	journal_free(&first);
	assert_int_equal(open_with("lock", SCOPE, &second), ERR_OK);
	journal_free(&second);
}

static void
what_does_not_fit_on_a_line_ends_the_journal(void **state)
{
	struct journal *j = NULL;
	char name[2000];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(open_with("long", SCOPE, &j), ERR_OK);
	assert_int_equal(journal_begin(j, name), ERR_SYSTEM);
	journal_free(&j);
	assert_string_equal(reread("long"), "");
}

/* A limit on the file stands for a full disk. */
static void
after_a_failed_write_nothing_is_written_any_more(void **state)
{
	const struct rlimit none = {4096, RLIM_INFINITY};
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	struct journal *j = NULL;
	char name[201];
	enum err e = ERR_OK;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(open_with("full", SCOPE, &j), ERR_OK);
	assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	for (int i = 0; i < 100 && e == ERR_OK; i++)
		e = journal_begin(j, name);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
	assert_int_equal(e, ERR_SYSTEM);
	assert_int_equal(journal_done(j, "alice", ERR_OK), ERR_SYSTEM);
	journal_free(&j);
	/* the torn line is gone, and the journal goes on */
	assert_null(strstr(reread("full"), "alice"));
}

enum { THREADS = 16, EACH = 40 };

static void *
write_many(void *ctx)
{
	struct journal *j = *(struct journal **)ctx;
	char name[32];
	uintptr_t failures = 0;

	for (int i = 0; i < EACH; i++) {
		(void)snprintf(name, sizeof(name), "%lx-%d",
		    (unsigned long)pthread_self(), i);
		failures += journal_begin(j, name) != ERR_OK;
		failures += journal_done(j, name, ERR_OK) != ERR_OK;
	}
	return (void *)failures;
}

static void
many_threads_write_whole_lines(void **state)
{
	struct journal *j = NULL;
	pthread_t threads[THREADS];
	void *failures;
	size_t lines = 0;

	(void)state;
	assert_int_equal(open_with("threads", SCOPE, &j), ERR_OK);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, write_many, &j), 0);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &failures), 0);
		assert_null(failures);
	}
	journal_free(&j);
	for (const char *p = reread("threads"); *p != '\0'; p++)
		lines += *p == ';';
	assert_int_equal(lines, 2 * THREADS * EACH);
}

static int
setup(void **state)
{
	log_to(keep_log, NULL);
	return temp_setup(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_written_is_read_back_in_order),
	    cmocka_unit_test(every_error_survives_the_journal),
	    cmocka_unit_test(odd_names_come_back_as_they_were),
	    cmocka_unit_test(a_journal_cut_anywhere_goes_on),
	    cmocka_unit_test(a_last_line_of_zeros_is_taken_off),
	    cmocka_unit_test(a_line_changed_in_the_middle_is_refused),
	    cmocka_unit_test(a_result_that_is_never_written_is_refused),
	    cmocka_unit_test(another_scope_is_refused_and_nothing_changed),
	    cmocka_unit_test(another_file_is_refused_and_left_alone),
	    cmocka_unit_test(an_empty_file_becomes_a_journal),
	    cmocka_unit_test(a_file_that_others_may_touch_is_refused),
	    cmocka_unit_test(links_and_special_files_are_refused),
	    cmocka_unit_test(a_new_journal_is_ours_alone),
	    cmocka_unit_test(two_runs_do_not_share_one),
	    cmocka_unit_test(what_does_not_fit_on_a_line_ends_the_journal),
	    cmocka_unit_test(after_a_failed_write_nothing_is_written_any_more),
	    cmocka_unit_test(many_threads_write_whole_lines),
	};

	return cmocka_run_group_tests(tests, setup, temp_teardown);
}
