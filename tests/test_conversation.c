/*
 * pam_genauth.so and the conversations of its hosts: whatever a host's
 * function does or returns, for each kind of question and in both phases, the
 * module neither crashes nor takes it for more than it is.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <security/pam_appl.h>

#include "temp.h"

enum { LONG_BYTES = 65536, EXIT_OF_HOST = 7 };

static char module_path[4096];

/* What a conversation does with a question. */
enum manner {
	ANSWERS, ANSWERS_AT_LENGTH, HAS_NUL_BEHIND_CODE, HAS_NUL_WITHIN_CODE,
	NULL_ARRAY, NULL_REPLY, EMPTY, FAILS, FAILS_WITH_ANSWER, FAILS_ODDLY,
	WANTS_TO_BE_CALLED_AGAIN, NO_CONVERSATION,
	READS_ITEMS, LOGS_IN_ON_SAME_HANDLE, LOGS_IN_ON_ANOTHER, ENDS_HANDLE,
	COMES_LATE, ENDS_PROCESS,
};

struct host {
	enum manner manner;
	size_t length;      /* of the answer, where it is one of length */
	bool on_information; /* it does that with what it is to show, too */
	pam_handle_t *pamh;
	int prompts;
	int inner;          /* what a call back into PAM said */
};

static int log_in(const char *script, enum manner manner);

/* Memory that ends where the answer does: reading on is seen by ASan. */
static char *
copy(const char *bytes, size_t size)
{
	char *p = malloc(size);

	assert_non_null(p);
	memcpy(p, bytes, size);
	return p;
}

static char *
long_answer(size_t length)
{
	char *p = malloc(length + 1);

	assert_non_null(p);
	memset(p, '7', length);
	p[length] = '\0';
	return p;
}

static void
read_items(pam_handle_t *pamh)
{
	static const int items[] = {PAM_SERVICE, PAM_USER, PAM_TTY, PAM_RHOST,
	    PAM_CONV, PAM_RUSER, PAM_USER_PROMPT, PAM_FAIL_DELAY};
	const void *value;

	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		assert_int_equal(
		    pam_get_item(pamh, items[i], &value), PAM_SUCCESS);
	assert_int_equal(pam_set_item(pamh, PAM_TTY, "elsewhere"), PAM_SUCCESS);
	assert_int_equal(pam_putenv(pamh, "SSH_AUTH_INFO_0=x"), PAM_SUCCESS);
}

/* Until the verifier has said its last and is gone, but for its number. */
static void
wait_for_end_of_verifier(void)
{
	siginfo_t info;

	assert_int_equal(
	    waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
}

static void
do_before_answering(struct host *h)
{
	switch (h->manner) {
	case READS_ITEMS:
		read_items(h->pamh);
		break;
	case LOGS_IN_ON_SAME_HANDLE:
		h->inner = pam_authenticate(h->pamh, 0);
		break;
	case LOGS_IN_ON_ANOTHER:
		h->inner = log_in("ask_code", ANSWERS);
		break;
	case ENDS_HANDLE:
		h->inner = pam_end(h->pamh, PAM_ABORT);
		break;
	case COMES_LATE:
		wait_for_end_of_verifier();
		break;
	case ENDS_PROCESS:
		_exit(EXIT_OF_HOST);
	default:
		break;
	}
}

/* NULL: none. */
static char *
make_answer(const struct host *h)
{
	switch (h->manner) {
	case NULL_REPLY:
		return NULL;
	case EMPTY:
		return copy("", 1);
	case ANSWERS_AT_LENGTH:
		return long_answer(h->length);
	case HAS_NUL_BEHIND_CODE:
		return copy("123456\0hidden", 14);
	case HAS_NUL_WITHIN_CODE:
		return copy("123\000456", 8);
	default:
		return copy("123456", 7);
	}
}

static int
code_of(enum manner manner)
{
	switch (manner) {
	case FAILS:
	case FAILS_WITH_ANSWER:
		return PAM_CONV_ERR;
	case FAILS_ODDLY:
		return 4711;
	case WANTS_TO_BE_CALLED_AGAIN:
		return PAM_CONV_AGAIN;
	default:
		return PAM_SUCCESS;
	}
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **replies, void *ctx)
{
	struct host *h = ctx;
	bool information = messages[0]->msg_style == PAM_TEXT_INFO;

	assert_int_equal(count, 1);
	if (!information)
		h->prompts++;
	if (information && !h->on_information) {
		*replies = NULL;
		return PAM_SUCCESS;
	}
	do_before_answering(h);
	if (h->manner == FAILS)
		return PAM_CONV_ERR; /* and `replies` is as it was */
	if (h->manner == NULL_ARRAY) {
		*replies = NULL;
		return PAM_SUCCESS;
	}
	*replies = calloc(1, sizeof(**replies));
	assert_non_null(*replies);
	(*replies)->resp = make_answer(h);
	return code_of(h->manner);
}

static void
do_not_wait(int status, unsigned delay_us, void *ctx)
{
	(void)status;
	(void)delay_us;
	(void)ctx;
}

/* `before`: a line that comes first, or "". */
static void
start(const char *script, const char *before, struct host *h)
{
	const struct pam_conv conv = {
	    h->manner == NO_CONVERSATION ? NULL : converse, h};
	void (*function)(int, unsigned, void *) = do_not_wait;
	const void *item;
	char text[9000];
	int len = snprintf(text, sizeof(text), "%sauth required %s script=%s\n"
	    "account required %s script=%s\n", before, module_path, script,
	    module_path, script);

	memcpy(&item, &function, sizeof(item));
	assert_non_null(temp_write(script, 0600, text, (size_t)len));
	assert_int_equal(pam_start_confdir(script, "alice", &conv,
	    temp_directory, &h->pamh), PAM_SUCCESS);
	assert_int_equal(
	    pam_set_item(h->pamh, PAM_FAIL_DELAY, item), PAM_SUCCESS);
}

static int
log_in(const char *script, enum manner manner)
{
	struct host h = {.manner = manner};
	int rc;

	start(script, "", &h);
	rc = pam_authenticate(h.pamh, 0);
	assert_int_equal(pam_end(h.pamh, rc), PAM_SUCCESS);
	return rc;
}

static int
run_phase(const char *script, const char *phase, struct host *h)
{
	int rc;

	start(script, "", h);
	rc = strcmp(phase, "auth") == 0 ? pam_authenticate(h->pamh, 0)
					: pam_acct_mgmt(h->pamh, 0);
	assert_int_equal(pam_end(h->pamh, rc), PAM_SUCCESS);
	return rc;
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

/* Questions that are put to the person; the scripted verifier allows for
 * 123456, and says PAM_PERM_DENIED to another answer, PAM_AUTH_ERR to an
 * empty one. */
static const char *const questions[] = {
    "ask_code", "ask_visible", "ask_password"};
static const char *const phases[] = {"auth", "account"};

static void
each_question_in_each_phase(struct host host, int code)
{
	struct host h;
	int before;

	for (size_t q = 0; q < 3; q++)
		for (size_t p = 0; p < 2; p++) {
			h = host;
			before = open_descriptors();
			assert_int_equal(
			    run_phase(questions[q], phases[p], &h), code);
			assert_int_equal(
			    h.prompts, h.manner == NO_CONVERSATION ? 0 : 1);
			assert_int_equal(open_descriptors(), before);
			assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
		}
}

static int
warm_up(void **state)
{
	(void)state;
	(void)log_in("ask_code", ANSWERS); /* libpam opens the log */
	return 0;
}

static void
r05_what_is_no_answer_denies(void **state)
{
	static const enum manner manners[] = {NULL_ARRAY, NULL_REPLY, FAILS,
	    FAILS_WITH_ANSWER, FAILS_ODDLY, WANTS_TO_BE_CALLED_AGAIN,
	    NO_CONVERSATION};

	(void)state;
	for (size_t i = 0; i < sizeof(manners) / sizeof(manners[0]); i++)
		each_question_in_each_phase(
		    (struct host){.manner = manners[i]}, PAM_CONV_ERR);
	each_question_in_each_phase(
	    (struct host){.manner = EMPTY}, PAM_AUTH_ERR);
}

static void
r18_answers_of_any_length(void **state)
{
	static const struct {
		size_t length;
		int code;
	} table[] = {
	    {1, PAM_PERM_DENIED},
	    {511, PAM_PERM_DENIED},
	    {512, PAM_PERM_DENIED},
	    {513, PAM_CONV_ERR},
	    {LONG_BYTES, PAM_CONV_ERR},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		each_question_in_each_phase(
		    (struct host){.manner = ANSWERS_AT_LENGTH,
		    .length = table[i].length}, table[i].code);
}

/* What is behind the NUL is not there for anybody. */
static void
a_nul_ends_an_answer(void **state)
{
	(void)state;
	each_question_in_each_phase(
	    (struct host){.manner = HAS_NUL_BEHIND_CODE}, PAM_SUCCESS);
	each_question_in_each_phase(
	    (struct host){.manner = HAS_NUL_WITHIN_CODE}, PAM_PERM_DENIED);
}

static void
conversations_may_look_at_the_handle(void **state)
{
	(void)state;
	each_question_in_each_phase(
	    (struct host){.manner = READS_ITEMS}, PAM_SUCCESS);
}

/* libpam refuses these calls; we must not mind. */
static void
conversations_may_try_to_log_in_or_end(void **state)
{
	static const enum manner manners[] = {
	    LOGS_IN_ON_SAME_HANDLE, ENDS_HANDLE};
	struct host h;

	(void)state;
	for (size_t m = 0; m < 2; m++)
		for (size_t p = 0; p < 2; p++) {
			h = (struct host){.manner = manners[m]};
			assert_int_equal(run_phase("ask_code", phases[p], &h),
			    PAM_SUCCESS);
			assert_int_equal(h.inner, PAM_SYSTEM_ERR);
			assert_int_equal(h.prompts, 1);
		}
}

static void
conversations_may_log_in_somebody_else(void **state)
{
	struct host h;

	(void)state;
	for (size_t p = 0; p < 2; p++) {
		h = (struct host){.manner = LOGS_IN_ON_ANOTHER};
		assert_int_equal(
		    run_phase("ask_code", phases[p], &h), PAM_SUCCESS);
		assert_int_equal(h.inner, PAM_SUCCESS);
	}
}

/* Nobody can hurry a conversation; what counts is what the verifier said
 * when its time was over. */
static void
an_answer_that_comes_late_does_not_count(void **state)
{
	struct host h;

	(void)state;
	for (size_t p = 0; p < 2; p++) {
		h = (struct host){.manner = COMES_LATE};
		assert_int_equal(run_phase(
		    "leave_code", phases[p], &h), PAM_AUTH_ERR);
		h = (struct host){.manner = COMES_LATE};
		assert_int_equal(run_phase(
		    "leave_password", phases[p], &h), PAM_AUTH_ERR);
	}
}

/* The verifier sees that its host is gone, and goes, too. */
static void
r04_a_host_that_ends_takes_its_verifier_along(void **state)
{
	struct host h = {.manner = ENDS_PROCESS};
	int status = 0;
	pid_t pid;

	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	for (size_t p = 0; p < 2; p++) {
		assert_int_not_equal(pid = fork(), -1);
		if (pid == 0)
			_exit(run_phase("ask_code", phases[p], &h));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), EXIT_OF_HOST);
		/* its verifier is our child now; it does not hang */
		assert_true(waitpid(-1, &status, 0) > 0);
		assert_true(WIFEXITED(status));
		assert_int_equal(waitpid(-1, NULL, 0), -1);
	}
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
}

/* What is only to be shown decides nothing. */
static void
information_that_cannot_be_shown_is_no_reason_to_deny(void **state)
{
	static const enum manner manners[] = {NULL_ARRAY, NULL_REPLY, FAILS,
	    FAILS_WITH_ANSWER, FAILS_ODDLY, WANTS_TO_BE_CALLED_AGAIN,
	    NO_CONVERSATION, ANSWERS, LOGS_IN_ON_SAME_HANDLE,
	    LOGS_IN_ON_ANOTHER};
	struct host h;

	(void)state;
	for (size_t i = 0; i < sizeof(manners) / sizeof(manners[0]); i++)
		for (size_t p = 0; p < 2; p++) {
			h = (struct host){
			    .manner = manners[i], .on_information = true};
			assert_int_equal(
			    run_phase("tell", phases[p], &h), PAM_SUCCESS);
		}
}

/* first_pass: nobody is asked, so no conversation is in the way. */
static void
the_first_password_needs_no_conversation(void **state)
{
	struct host h;

	(void)state;
	for (int m = ANSWERS; m <= ENDS_PROCESS; m++)
		for (size_t p = 0; p < 2; p++) {
			h = (struct host){.manner = (enum manner)m};
			assert_int_equal(run_phase(
			    "ask_first_pass", phases[p], &h), PAM_CONV_ERR);
			assert_int_equal(h.prompts, 0);
		}
}

/* pam_exec asks for it and leaves it in PAM_AUTHTOK, whatever it is. */
static void
r18_first_passwords_of_any_length(void **state)
{
	static const struct {
		size_t length;
		int code;
	} table[] = {
	    {1, PAM_PERM_DENIED},
	    {511, PAM_PERM_DENIED},
	    {512, PAM_PERM_DENIED},
	    {513, PAM_CONV_ERR},
	    {LONG_BYTES, PAM_CONV_ERR},
	};
	struct host h;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		h = (struct host){.manner = ANSWERS_AT_LENGTH,
		    .length = table[i].length};
		start("ask_first_pass", "auth optional pam_exec.so "
		    "expose_authtok quiet /bin/true\n", &h);
		assert_int_equal(
		    pam_authenticate(h.pamh, 0), table[i].code);
		assert_int_equal(h.prompts, 1);
		assert_int_equal(pam_end(h.pamh, 0), PAM_SUCCESS);
	}
}

static int
make_directory(void **state)
{
	if (realpath(TEST_MODULE, module_path) == NULL ||
	    temp_setup(state) == -1)
		return -1;
	return warm_up(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(r05_what_is_no_answer_denies),
	    cmocka_unit_test(r18_answers_of_any_length),
	    cmocka_unit_test(a_nul_ends_an_answer),
	    cmocka_unit_test(conversations_may_look_at_the_handle),
	    cmocka_unit_test(conversations_may_try_to_log_in_or_end),
	    cmocka_unit_test(conversations_may_log_in_somebody_else),
	    cmocka_unit_test(an_answer_that_comes_late_does_not_count),
	    cmocka_unit_test(r04_a_host_that_ends_takes_its_verifier_along),
	    cmocka_unit_test(
		information_that_cannot_be_shown_is_no_reason_to_deny),
	    cmocka_unit_test(the_first_password_needs_no_conversation),
	    cmocka_unit_test(r18_first_passwords_of_any_length),
	};

	return cmocka_run_group_tests_name(
	    "conversation", tests, make_directory, temp_teardown);
}
