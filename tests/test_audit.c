/*
 * The audit: one line for each step of a change, in a file nobody else can
 * write; what cannot be noted is refused.
 */
#include "mfa/audit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "mfa/environment.h"
#include "net/json.h"
#include "temp.h"

static struct mfa m;
static char path[128], provider[] = "genauth";

static const struct audit_entry entry = {
    .action = "unbind", .user = "alice", .person_id = "6229ff", .detail = "OTP"};

static int
start(void **state)
{
	(void)state;
	memset(&m, 0, sizeof(m));
	(void)snprintf(path, sizeof(path), "%s", temp_path("audit"));
	(void)unlink(path);
	m.cfg.audit_file = path;
	m.cfg.provider = provider;
	(void)strcpy(environment.sudo_user, "bob");
	return 0;
}

/* Line `number` (from 0) of the file, parsed; NULL where there is none. */
static struct json *
read_line(int number)
{
	static char text[65536];
	struct buf line = BUF_INIT(65536);
	struct json *json = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	char *p = text, *end;

	assert_true(n >= 0);
	(void)close(fd);
	text[n] = '\0';
	for (; number > 0 && p != NULL; number--)
		p = (p = strchr(p, '\n')) == NULL ? NULL : p + 1;
	if (p == NULL || *p == '\0')
		return NULL;
	end = strchr(p, '\n');
	assert_non_null(end); /* every line is whole */
	assert_int_equal(buf_add(&line, p, (size_t)(end - p)), ERR_OK);
	assert_int_equal(json_parse(&line, &json), ERR_OK);
	buf_clear(&line);
	return json;
}

static void
is(const struct json *j, const char *name, const char *wanted)
{
	const char *text = NULL;

	if (wanted == NULL) {
		assert_true(json_is_absent(j, name));
		return;
	}
	assert_int_equal(json_get_text(j, name, &text), ERR_OK);
	assert_string_equal(text, wanted);
}

static void
a_change_leaves_two_lines_with_all_that_was_promised(void **state)
{
	const struct json *by = NULL;
	struct json *j;
	const char *time_text = NULL;
	int uid = -1;

	(void)state;
	m.reason = "lost phone";
	assert_int_equal(audit_intend(&m, &entry), ERR_OK);
	audit_result(&m, &entry, ERR_OK, "r-1");
	j = read_line(0);
	is(j, "phase", "intent");
	is(j, "action", "unbind");
	is(j, "user", "alice");
	is(j, "person_id", "6229ff");
	is(j, "detail", "OTP");
	is(j, "reason", "lost phone");
	is(j, "result", NULL);
	is(j, "request_id", NULL);
	is(j, "provider", "genauth");
	assert_int_equal(json_get_text(j, "time", &time_text), ERR_OK);
	assert_int_equal(strlen(time_text), strlen("2026-01-01T00:00:00Z"));
	assert_int_equal(time_text[19], 'Z');
	assert_int_equal(json_get_object(j, "by", &by), ERR_OK);
	is(by, "sudo_user", "bob");
	assert_int_equal(json_get_int(by, "uid", &uid), ERR_OK);
	assert_int_equal(uid, getuid());
	assert_int_equal(json_get_int(by, "login_uid", &uid), ERR_OK);
	assert_false(json_is_absent(by, "tty"));
	json_free(&j);
	j = read_line(1);
	is(j, "phase", "result");
	is(j, "result", "done");
	is(j, "request_id", "r-1");
	json_free(&j);
	assert_null(read_line(2));
}

static void
a_failed_change_is_noted_with_its_reason(void **state)
{
	struct json *j;

	(void)state;
	audit_result(&m, &entry, ERR_CREDENTIAL, "");
	j = read_line(0);
	is(j, "result", "credential");
	is(j, "request_id", NULL);
	json_free(&j);
}

static void
what_is_not_known_is_null(void **state)
{
	const struct audit_entry bare = {.action = "reset", .user = "x"};
	struct json *j;

	(void)state;
	assert_int_equal(audit_intend(&m, &bare), ERR_OK);
	j = read_line(0);
	is(j, "person_id", NULL);
	is(j, "detail", NULL);
	is(j, "reason", NULL);
	json_free(&j);
}

/* No name can begin a line of its own, or a member. */
static void
hostile_names_stay_within_their_member(void **state)
{
	const struct audit_entry hostile = {.action = "reset",
	    .user = "a\",\"phase\":\"x\n{}\\\xff\x1b[2J"};
	struct json *j;

	(void)state;
	m.reason = "\"}\n{\"phase\":\"result\"}";
	assert_int_equal(audit_intend(&m, &hostile), ERR_OK);
	j = read_line(0);
	is(j, "user", "a\",\"phase\":\"x?{}\\??[2J");
	is(j, "phase", "intent");
	is(j, "reason", "\"}?{\"phase\":\"result\"}");
	json_free(&j);
	assert_null(read_line(1));
}

static void
long_texts_are_cut_and_the_line_is_whole(void **state)
{
	static char user[9000];
	const struct audit_entry big = {.action = "reset", .user = user};
	struct json *j;

	(void)state;
	memset(user, '"', sizeof(user) - 1);
	assert_int_equal(audit_intend(&m, &big), ERR_OK);
	assert_int_equal(audit_intend(&m, &entry), ERR_OK);
	j = read_line(1);
	is(j, "user", "alice");
	json_free(&j);
}

static void
the_file_is_made_for_us_alone(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(audit_intend(&m, &entry), ERR_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void
what_was_there_is_kept(void **state)
{
	struct json *j;

	(void)state;
	assert_non_null(temp_write("audit", 0600, "{\"user\":\"old\"}\n", 15));
	assert_int_equal(audit_intend(&m, &entry), ERR_OK);
	j = read_line(0);
	is(j, "user", "old");
	json_free(&j);
	j = read_line(1);
	is(j, "user", "alice");
	json_free(&j);
}

static void
a_link_is_refused(void **state)
{
	(void)state;
	assert_non_null(temp_write("target", 0600, "", 0));
	assert_int_equal(symlink(temp_path("target"), path), 0);
	assert_int_equal(audit_intend(&m, &entry), ERR_SYSTEM);
}

static void
a_fifo_is_refused_without_waiting(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(audit_intend(&m, &entry), ERR_SYSTEM);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_int_equal(audit_intend(&m, &entry), ERR_SYSTEM);
	(void)close(fd);
}

static void
a_file_others_can_write_is_refused(void **state)
{
	(void)state;
	assert_non_null(temp_write("audit", 0620, "", 0));
	assert_int_equal(audit_intend(&m, &entry), ERR_SYSTEM);
}

static void
a_directory_that_is_not_there_is_refused(void **state)
{
	char missing[] = "/nonexistent/audit";

	(void)state;
	m.cfg.audit_file = missing;
	assert_int_equal(audit_intend(&m, &entry), ERR_SYSTEM);
}

/* And what is written next begins on a line of its own. */
static void
a_full_disk_is_refused(void **state)
{
	const struct rlimit small = {700, RLIM_INFINITY};
	const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
	enum err e = ERR_OK;

	(void)state;
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (int i = 0; i < 10 && e == ERR_OK; i++)
		e = audit_intend(&m, &entry);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(e, ERR_SYSTEM);
}

static void
a_reason_is_wanted_only_where_configured(void **state)
{
	(void)state;
	assert_int_equal(audit_check_reason(&m), STATUS_DONE);
	m.cfg.require_reason = true;
	assert_int_equal(audit_check_reason(&m), STATUS_USAGE);
	m.reason = " \t ";
	assert_int_equal(audit_check_reason(&m), STATUS_USAGE);
	m.reason = "ticket 42";
	assert_int_equal(audit_check_reason(&m), STATUS_DONE);
}

#define TEST(f) cmocka_unit_test_setup(f, start)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_change_leaves_two_lines_with_all_that_was_promised),
	    TEST(a_failed_change_is_noted_with_its_reason),
	    TEST(what_is_not_known_is_null),
	    TEST(hostile_names_stay_within_their_member),
	    TEST(long_texts_are_cut_and_the_line_is_whole),
	    TEST(the_file_is_made_for_us_alone),
	    TEST(what_was_there_is_kept),
	    TEST(a_link_is_refused),
	    TEST(a_fifo_is_refused_without_waiting),
	    TEST(a_file_others_can_write_is_refused),
	    TEST(a_directory_that_is_not_there_is_refused),
	    TEST(a_full_disk_is_refused),
	    TEST(a_reason_is_wanted_only_where_configured),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
