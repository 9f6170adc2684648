/*
 * pam_genauth.so inside a PAM host, with a verifier that follows a script:
 * every way a verifier or a conversation can go wrong denies, and nothing of
 * the host changes.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <security/pam_appl.h>

#include "base/err.h"

static char directory[] = "/tmp/test_module.XXXXXX";
static char module_path[4096];

/* How the scripted person behaves. */
enum manner {
	ANSWERS, FAILS, NULL_ARRAY, NULL_REPLY, EMPTY, FAILS_WITH_REPLY,
	TYPES_PASSWORD, SSHD_STAND_IN
};

struct host {
	enum manner manner;
	const char *answer;
	int password_first;
	int prompts, infos, last_style;
};

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **replies, void *ctx)
{
	struct host *h = ctx;

	assert_int_equal(count, 1);
	h->last_style = messages[0]->msg_style;
	if (h->last_style == PAM_TEXT_INFO)
		h->infos++;
	else
		h->prompts++;
	if (h->manner == NULL_ARRAY) {
		*replies = NULL;
		return PAM_SUCCESS;
	}
	if (h->manner == FAILS)
		return PAM_CONV_ERR;
	*replies = calloc(1, sizeof(**replies));
	assert_non_null(*replies);
	if (h->manner == NULL_REPLY || h->last_style == PAM_TEXT_INFO)
		return PAM_SUCCESS;
	if (h->manner == EMPTY)
		(*replies)->resp = strdup("");
	else if (h->manner == TYPES_PASSWORD)
		(*replies)->resp = strdup("hunter2");
	else if (h->manner == SSHD_STAND_IN)
		(*replies)->resp = strdup("\b\n\r\177INCORRECT");
	else
		(*replies)->resp = strdup(h->answer);
	return h->manner == FAILS_WITH_REPLY ? PAM_CONV_ERR : PAM_SUCCESS;
}

/* pam_exec asks for a password and leaves it in PAM_AUTHTOK. */
static const char ask_password[] =
    "auth optional pam_exec.so expose_authtok quiet /bin/true\n";

static void
write_service(const char *script, const char *first_line)
{
	char path[4200];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, script);
	assert_non_null(f = fopen(path, "w"));
	assert_true(fprintf(f, "%sauth required %s script=%s\n", first_line,
	    module_path, script) > 0);
	assert_int_equal(fclose(f), 0);
}

static pam_handle_t *
start(const char *script, struct host *h, int with_conversation)
{
	const struct pam_conv conv = {with_conversation ? converse : NULL, h};
	pam_handle_t *pamh = NULL;

	write_service(script, h->password_first ? ask_password : "");
	assert_int_equal(pam_start_confdir(script, "alice", &conv, directory,
	    &pamh), PAM_SUCCESS);
	return pamh;
}

static int
login(const char *script, struct host *h)
{
	pam_handle_t *pamh = start(script, h, 1);
	int rc = pam_authenticate(pamh, 0);

	assert_int_equal(pam_end(pamh, rc), PAM_SUCCESS);
	return rc;
}

static int
login_answering(const char *script, const char *answer)
{
	struct host h = {.manner = ANSWERS, .answer = answer};

	return login(script, &h);
}

static int
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n;
}

static void
verdicts_become_pam_codes(void **state)
{
	static const struct {
		const char *script;
		int code;
	} table[] = {
	    {"allow", PAM_SUCCESS},
	    {"deny_memory", PAM_BUF_ERR},
	    {"deny_conversation", PAM_CONV_ERR},
	    {"deny_unreachable", PAM_AUTHINFO_UNAVAIL},
	    {"deny_timeout", PAM_AUTHINFO_UNAVAIL},
	    {"deny_busy", PAM_AUTHINFO_UNAVAIL},
	    {"deny_tls", PAM_AUTHINFO_UNAVAIL},
	    {"deny_bad_reply", PAM_AUTHINFO_UNAVAIL},
	    {"deny_credential", PAM_AUTHINFO_UNAVAIL},
	    {"deny_unknown_person", PAM_AUTH_ERR},
	    {"deny_inactive_person", PAM_AUTH_ERR},
	    {"deny_other_person", PAM_AUTH_ERR},
	    {"deny_no_factor", PAM_AUTH_ERR},
	    {"deny_wrong_code", PAM_AUTH_ERR},
	    {"deny_not_a_code", PAM_AUTH_ERR},
	    {"deny_tries_used_up", PAM_MAXTRIES},
	    {"deny_declined", PAM_PERM_DENIED},
	    {"deny_too_soon", PAM_AUTH_ERR},
	    {"deny_expired", PAM_AUTH_ERR},
	    {"deny_too_slow", PAM_AUTH_ERR},
	    {"deny_system", PAM_SERVICE_ERR},
	    {"deny_config", PAM_SERVICE_ERR},
	    {"deny_wire", PAM_SERVICE_ERR},
	    {"deny_none", PAM_SERVICE_ERR},
	    {"deny_something_new", PAM_SERVICE_ERR},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_int_equal(
		    login_answering(table[i].script, ""), table[i].code);
	/* a row for every error there is, and one that does not exist */
	assert_int_equal(sizeof(table) / sizeof(table[0]), ERR_COUNT + 2);
}

static void
r01_only_a_skip_verdict_has_no_opinion(void **state)
{
	struct host h = {.manner = ANSWERS, .answer = ""};
	int (*authenticate)(pam_handle_t *, int, int, const char **);
	const char *args[] = {"script=skip"};
	void *so = dlopen(module_path, RTLD_NOW);
	pam_handle_t *pamh = start("skip", &h, 1);

	(void)state;
	/* libpam turns a stack of PAM_IGNORE into something else */
	assert_non_null(so);
	*(void **)&authenticate = dlsym(so, "pam_sm_authenticate");
	assert_non_null(*(void **)&authenticate);
	assert_int_equal(authenticate(pamh, 0, 1, args), PAM_IGNORE);
	assert_int_not_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	(void)pam_end(pamh, 0);
	(void)dlclose(so);
}

static void
a_verifier_that_misbehaves_denies(void **state)
{
	static const char *const scripts[] = {"odd_verdict", "crash",
	    "garbage", "oversized", "unfinished", "wrong_verb", "silent",
	    "allow_then_crash", "allow_then_fail", "hang"};

	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		assert_int_equal(
		    login_answering(scripts[i], "123456"), PAM_SERVICE_ERR);
}

static void
the_answer_reaches_the_verifier(void **state)
{
	(void)state;
	assert_int_equal(login_answering("ask", "123456"), PAM_SUCCESS);
	assert_int_equal(login_answering("ask", "654321"), PAM_PERM_DENIED);
}

static void
hidden_unless_the_verifier_wants_it_shown(void **state)
{
	struct host h = {.manner = ANSWERS, .answer = "123456"};

	(void)state;
	assert_int_equal(login("ask", &h), PAM_SUCCESS);
	assert_int_equal(h.last_style, PAM_PROMPT_ECHO_OFF);
	assert_int_equal(login("ask_echo", &h), PAM_SUCCESS);
	assert_int_equal(h.last_style, PAM_PROMPT_ECHO_ON);
}

static void
r05_conversations_that_fail_deny(void **state)
{
	static const enum manner manners[] = {
	    FAILS, NULL_ARRAY, NULL_REPLY, EMPTY, FAILS_WITH_REPLY};
	struct host h = {.answer = "123456"};

	(void)state;
	for (size_t i = 0; i < sizeof(manners) / sizeof(manners[0]); i++) {
		h.manner = manners[i];
		assert_int_equal(login("ask", &h),
		    manners[i] == EMPTY ? PAM_AUTH_ERR : PAM_CONV_ERR);
	}
}

static void
no_conversation_denies(void **state)
{
	struct host h = {.answer = "123456"};
	pam_handle_t *pamh = start("ask", &h, 0);

	(void)state;
	assert_int_equal(pam_authenticate(pamh, 0), PAM_CONV_ERR);
	(void)pam_end(pamh, 0);
}

static void
r18_long_answers_deny(void **state)
{
	static const size_t lengths[] = {511, 512, 513, 65536};
	static char answer[65537];

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		memset(answer, '7', sizeof(answer));
		answer[lengths[i]] = '\0';
		assert_int_equal(login_answering("ask", answer),
		    lengths[i] <= 512 ? PAM_PERM_DENIED : PAM_CONV_ERR);
	}
}

/* The scripted verifier says PAM_PERM_DENIED when it sees an answer it does
 * not like, and PAM_AUTH_ERR when it only hears that there was no code. */
static void
the_password_never_reaches_the_verifier(void **state)
{
	struct host h = {.manner = TYPES_PASSWORD, .password_first = 1};

	(void)state;
	assert_int_equal(login("ask", &h), PAM_AUTH_ERR);
	assert_int_equal(h.prompts, 2);
	h.password_first = 0; /* the same answer, but nobody knows it */
	assert_int_equal(login("ask", &h), PAM_PERM_DENIED);
	h.manner = SSHD_STAND_IN;
	assert_int_equal(login("ask", &h), PAM_AUTH_ERR);
}

static void
a_first_factor_is_told_to_the_verifier(void **state)
{
	struct host h = {.manner = TYPES_PASSWORD, .password_first = 1};
	pam_handle_t *pamh;

	(void)state;
	assert_int_equal(login("first_factor", &h), PAM_PERM_DENIED);
	h.password_first = 0;
	assert_int_equal(login("first_factor", &h), PAM_AUTH_ERR);
	pamh = start("first_factor", &h, 1);
	assert_int_equal(pam_putenv(pamh, "SSH_AUTH_INFO_0=publickey ..."),
	    PAM_SUCCESS);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_PERM_DENIED);
	(void)pam_end(pamh, 0);
}

static void
silent_means_no_information(void **state)
{
	struct host h = {.manner = ANSWERS, .answer = ""};
	pam_handle_t *pamh = start("tell", &h, 1);

	(void)state;
	assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	assert_int_equal(h.infos, 1);
	assert_int_equal(pam_authenticate(pamh, PAM_SILENT), PAM_SUCCESS);
	assert_int_equal(h.infos, 1);
	(void)pam_end(pamh, 0);
}

static void
r09_the_verifier_starts_in_clean_surroundings(void **state)
{
	sigset_t mask;

	(void)state;
	assert_int_equal(setenv("https_proxy", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(setenv("SSLKEYLOGFILE", "/dev/null", 1), 0);
	assert_int_not_equal(dup2(2, 17), -1);
	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGTERM);
	assert_int_equal(sigprocmask(SIG_BLOCK, &mask, NULL), 0);
	assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	assert_int_equal(login_answering("surroundings", ""), PAM_SUCCESS);
	assert_true(signal(SIGPIPE, SIG_DFL) == SIG_IGN);
	assert_int_equal(sigprocmask(SIG_UNBLOCK, &mask, NULL), 0);
	(void)close(17);
	(void)unsetenv("https_proxy");
	(void)unsetenv("SSLKEYLOGFILE");
}

/* In a child: the test's own descriptors are wanted later. */
static int
login_in_child(void (*prepare)(void), const char *script, const char *answer)
{
	int status = 0;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		prepare();
		_exit(login_answering(script, answer));
	}
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
close_standard_descriptors(void)
{
	(void)close(0);
	(void)close(1);
	(void)close(2);
}

static void
ignore_children(void)
{
	(void)signal(SIGCHLD, SIG_IGN);
}

static void
reap_everything(int signal_number)
{
	int saved = errno;

	(void)signal_number;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
	errno = saved;
}

static void
steal_children(void)
{
	(void)signal(SIGCHLD, reap_everything);
}

static void
hosts_with_odd_habits_still_log_in(void **state)
{
	(void)state;
	assert_int_equal(login_in_child(close_standard_descriptors,
	    "surroundings", ""), PAM_SUCCESS);
	assert_int_equal(login_in_child(close_standard_descriptors, "ask",
	    "123456"), PAM_SUCCESS);
	assert_int_equal(
	    login_in_child(ignore_children, "ask", "123456"), PAM_SUCCESS);
	assert_int_equal(
	    login_in_child(steal_children, "ask", "123456"), PAM_SUCCESS);
	assert_int_equal(
	    login_in_child(ignore_children, "ask", "654321"), PAM_PERM_DENIED);
	assert_int_equal(
	    login_in_child(steal_children, "hang", "x"), PAM_SERVICE_ERR);
}

static void
r04_nothing_is_left_open_or_unreaped(void **state)
{
	int before;

	(void)state;
	(void)login_answering("ask", "123456"); /* libpam warms up */
	before = open_descriptors();
	for (unsigned i = 0; i < 20; i++) {
		(void)login_answering("ask", "123456");
		(void)login_answering("crash", "123456");
		(void)login_answering("garbage", "123456");
	}
	assert_int_equal(open_descriptors(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void *
many_logins(void *arg)
{
	const char *answer = arg;
	struct host h = {.manner = ANSWERS, .answer = answer};
	const struct pam_conv conv = {converse, &h};
	pam_handle_t *pamh;
	intptr_t wrong = 0;

	for (unsigned i = 0; i < 25; i++) {
		if (pam_start_confdir("ask", "alice", &conv, directory,
		    &pamh) != PAM_SUCCESS)
			return (void *)(intptr_t)1000;
		if ((pam_authenticate(pamh, 0) == PAM_SUCCESS) !=
		    (strcmp(answer, "123456") == 0))
			wrong++;
		(void)pam_end(pamh, 0);
	}
	return (void *)wrong;
}

static void
threads_of_one_host_do_not_disturb_each_other(void **state)
{
	static char right[] = "123456", wrong[] = "654321";
	pthread_t threads[8];
	void *mistakes = NULL;

	(void)state;
	write_service("ask", "");
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, many_logins,
		    i % 2 == 0 ? right : wrong), 0);
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(pthread_join(threads[i], &mistakes), 0);
		assert_null(mistakes);
	}
}

static void
r31_users_that_no_message_carries_are_denied(void **state)
{
	static const char *const users[] = {"", "a\nb", "a\x1b[2J", "\xff\xfe"};
	struct host h = {.manner = ANSWERS, .answer = ""};
	const struct pam_conv conv = {converse, &h};
	pam_handle_t *pamh = NULL;
	char name[300];

	(void)state;
	write_service("allow", "");
	memset(name, 'a', sizeof(name));
	name[257] = '\0';
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(pam_start_confdir("allow",
		    i < 4 ? users[i] : name, &conv, directory, &pamh),
		    PAM_SUCCESS);
		assert_int_not_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
		(void)pam_end(pamh, 0);
	}
}

static void
r28_setcred_and_account_do_nothing(void **state)
{
	static const int flags[] = {PAM_ESTABLISH_CRED, PAM_DELETE_CRED,
	    PAM_REINITIALIZE_CRED, PAM_REFRESH_CRED, 0, PAM_SILENT};
	int (*entry)(pam_handle_t *, int, int, const char **);
	void *so = dlopen(module_path, RTLD_NOW);

	(void)state;
	assert_non_null(so);
	*(void **)&entry = dlsym(so, "pam_sm_setcred");
	assert_non_null(*(void **)&entry);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		assert_int_equal(entry(NULL, flags[i], 0, NULL), PAM_SUCCESS);
	*(void **)&entry = dlsym(so, "pam_sm_acct_mgmt");
	assert_non_null(*(void **)&entry);
	assert_int_equal(entry(NULL, 0, 0, NULL), PAM_IGNORE);
	(void)dlclose(so);
}

static void
entry_points_not_offered_are_not_there(void **state)
{
	static const char *const absent[] = {"pam_sm_open_session",
	    "pam_sm_close_session", "pam_sm_chauthtok", "wire_parse",
	    "buf_add", "err_name"};
	void *so = dlopen(module_path, RTLD_NOW);

	(void)state;
	assert_non_null(so);
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		assert_null(dlsym(so, absent[i]));
	(void)dlclose(so);
}

static int
make_directory(void **state)
{
	(void)state;
	if (realpath(TEST_MODULE, module_path) == NULL ||
	    mkdtemp(directory) == NULL)
		return -1;
	return 0;
}

static int
remove_directory(void **state)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	(void)state;
	if (dir == NULL)
		return -1;
	while ((entry = readdir(dir)) != NULL)
		(void)unlinkat(dirfd(dir), entry->d_name, 0);
	(void)closedir(dir);
	return rmdir(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verdicts_become_pam_codes),
	    cmocka_unit_test(r01_only_a_skip_verdict_has_no_opinion),
	    cmocka_unit_test(a_verifier_that_misbehaves_denies),
	    cmocka_unit_test(the_answer_reaches_the_verifier),
	    cmocka_unit_test(hidden_unless_the_verifier_wants_it_shown),
	    cmocka_unit_test(r05_conversations_that_fail_deny),
	    cmocka_unit_test(no_conversation_denies),
	    cmocka_unit_test(r18_long_answers_deny),
	    cmocka_unit_test(the_password_never_reaches_the_verifier),
	    cmocka_unit_test(a_first_factor_is_told_to_the_verifier),
	    cmocka_unit_test(silent_means_no_information),
	    cmocka_unit_test(r09_the_verifier_starts_in_clean_surroundings),
	    cmocka_unit_test(hosts_with_odd_habits_still_log_in),
	    cmocka_unit_test(r04_nothing_is_left_open_or_unreaped),
	    cmocka_unit_test(threads_of_one_host_do_not_disturb_each_other),
	    cmocka_unit_test(r31_users_that_no_message_carries_are_denied),
	    cmocka_unit_test(r28_setcred_and_account_do_nothing),
	    cmocka_unit_test(entry_points_not_offered_are_not_there),
	};

	return cmocka_run_group_tests_name(
	    "module", tests, make_directory, remove_directory);
}
