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
#include <stdbool.h>
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
	const char *service; /* NULL: the script's name */
	const char *more;    /* arguments behind script=..., or NULL */
	const char *account; /* the account phase's script, or NULL */
	const char *control, *after; /* NULL: required, pam_permit in account */
	int password_first;
	int prompts, infos, last_style;
	unsigned delay_us;   /* of the last pam_authenticate() */
	char told[600];
};

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **replies, void *ctx)
{
	struct host *h = ctx;

	assert_int_equal(count, 1);
	h->last_style = messages[0]->msg_style;
	if (h->last_style == PAM_TEXT_INFO) {
		h->infos++;
		(void)snprintf(h->told, sizeof(h->told), "%s",
		    messages[0]->msg);
	} else
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

/* Behind ours: PAM_IGNORE alone is no answer of a stack. */
static const char account_end[] = "account required pam_permit.so\n";

static void
write_service(const char *script, const struct host *h)
{
	const char *more = h->more == NULL ? "" : h->more;
	const char *control = h->control == NULL ? "required" : h->control;
	char path[4200];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", directory,
	    h->service == NULL ? script : h->service);
	assert_non_null(f = fopen(path, "w"));
	assert_true(fprintf(f, "%sauth %s %s script=%s %s\n",
	    h->password_first ? ask_password : "", control, module_path,
	    script, more) > 0);
	if (h->account != NULL)
		assert_true(fprintf(f, "account %s %s script=%s %s\n",
		    control, module_path, h->account, more) > 0);
	assert_true(fprintf(f, "%s",
	    h->after == NULL ? account_end : h->after) > 0);
	assert_int_equal(fclose(f), 0);
}

/* Instead of waiting, libpam tells this how long it would. */
static void
note_delay(int status, unsigned delay_us, void *ctx)
{
	(void)status;
	((struct host *)ctx)->delay_us = delay_us;
}

static void
do_not_wait(pam_handle_t *pamh)
{
	void (*function)(int, unsigned, void *) = note_delay;
	const void *item;

	memcpy(&item, &function, sizeof(item));
	assert_int_equal(
	    pam_set_item(pamh, PAM_FAIL_DELAY, item), PAM_SUCCESS);
}

static pam_handle_t *
start(const char *script, struct host *h, int with_conversation)
{
	const struct pam_conv conv = {with_conversation ? converse : NULL, h};
	pam_handle_t *pamh = NULL;

	write_service(script, h);
	assert_int_equal(pam_start_confdir(
	    h->service == NULL ? script : h->service, "alice", &conv,
	    directory, &pamh), PAM_SUCCESS);
	do_not_wait(pamh);
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

/* What the account phase says after an auth phase by the script `auth`; NULL:
 * there was none. */
static int
account_after(const char *auth, struct host *h)
{
	pam_handle_t *pamh = start(auth == NULL ? "crash" : auth, h, 1);
	int rc;

	if (auth != NULL)
		(void)pam_authenticate(pamh, 0);
	h->prompts = h->infos = 0;
	rc = pam_acct_mgmt(pamh, 0);
	assert_int_equal(pam_end(pamh, rc), PAM_SUCCESS);
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
	    {"deny_throttled", PAM_AUTHINFO_UNAVAIL},
	    {"deny_tls", PAM_AUTHINFO_UNAVAIL},
	    {"deny_bad_reply", PAM_AUTHINFO_UNAVAIL},
	    {"deny_credential", PAM_AUTHINFO_UNAVAIL},
	    {"deny_unknown_person", PAM_AUTH_ERR},
	    {"deny_inactive_person", PAM_AUTH_ERR},
	    {"deny_other_person", PAM_AUTH_ERR},
	    {"deny_no_factor", PAM_AUTH_ERR},
	    {"deny_wrong_password", PAM_AUTH_ERR},
	    {"deny_wrong_code", PAM_AUTH_ERR},
	    {"deny_not_a_code", PAM_AUTH_ERR},
	    {"deny_tries_used_up", PAM_MAXTRIES},
	    {"deny_locked_out", PAM_MAXTRIES},
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

/* These go on to success where our module says PAM_IGNORE, and die where it
 * says anything else: a stack of nothing but PAM_IGNORE cannot be told from
 * others. */
static const char on_ignore[] = "[ignore=1 default=die]";
static const char then_permit[] = "auth required pam_deny.so\n"
    "auth required pam_permit.so\naccount required pam_deny.so\n"
    "account required pam_permit.so\n";

static void
r01_only_a_skip_verdict_has_no_opinion(void **state)
{
	static const char *const others[] = {"deny_none", "deny_config",
	    "deny_system", "odd_verdict", "crash", "unfinished"};
	struct host h = {.manner = ANSWERS, .answer = "",
	    .control = on_ignore, .after = then_permit};

	(void)state;
	assert_int_equal(login("skip", &h), PAM_SUCCESS);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(login(others[i], &h), PAM_SERVICE_ERR);
		h.account = others[i];
		assert_int_equal(account_after(NULL, &h), PAM_SERVICE_ERR);
	}
	h.account = "skip";
	assert_int_equal(account_after(NULL, &h), PAM_SUCCESS);
	h.account = "crash"; /* one of the auth phase says nothing here */
	assert_int_equal(account_after("skip", &h), PAM_SERVICE_ERR);
}

static const char *const misbehaviour[] = {"odd_verdict", "crash", "garbage",
    "oversized", "unfinished", "wrong_verb", "silent", "allow_then_crash",
    "allow_then_fail", "hang", "half_ready", "odd_question"};

enum { MISBEHAVIOURS = sizeof(misbehaviour) / sizeof(misbehaviour[0]) };

/* Four hex digits. */
static void
assert_ref(const char *ref)
{
	assert_int_equal(strlen(ref), 4);
	assert_int_equal(strspn(ref, "0123456789abcdef"), 4);
}

/* Said in the verifier's place, with a reference; but for a verdict, before
 * which a verifier speaks for itself. */
static void
assert_module_spoke(const struct host *h, const char *script)
{
	const char *ref = strstr(h->told, "Ref: ");

	if (strcmp(script, "odd_verdict") == 0) {
		assert_int_equal(h->infos, 0);
		return;
	}
	assert_int_equal(h->infos, 1);
	assert_non_null(ref);
	assert_ref(ref + 5);
}

static void
a_verifier_that_misbehaves_denies(void **state)
{
	struct host h = {.manner = ANSWERS, .answer = "123456"};

	(void)state;
	for (size_t i = 0; i < MISBEHAVIOURS; i++) {
		h.infos = 0;
		assert_int_equal(login(misbehaviour[i], &h), PAM_SERVICE_ERR);
		assert_module_spoke(&h, misbehaviour[i]);
	}
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
	assert_int_equal(login("ask_visible", &h), PAM_SUCCESS);
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

/* flow = signin asks for it: then it may well be the one typed before. */
static void
a_password_that_is_asked_for_may_be_the_one_typed_before(void **state)
{
	struct host h = {.manner = TYPES_PASSWORD, .password_first = 1};

	(void)state;
	assert_int_equal(login("ask_password", &h), PAM_PERM_DENIED);
	assert_int_equal(h.last_style, PAM_PROMPT_ECHO_OFF);
	h.manner = SSHD_STAND_IN; /* but never what stands in for one */
	h.password_first = 0;
	assert_int_equal(login("ask_password", &h), PAM_AUTH_ERR);
}

static void
the_first_password_is_had_without_asking(void **state)
{
	struct host h = {.manner = TYPES_PASSWORD, .password_first = 1};

	(void)state;
	assert_int_equal(login("ask_first_pass", &h), PAM_PERM_DENIED);
	assert_int_equal(h.prompts, 1); /* pam_exec's own */
	h = (struct host){.manner = ANSWERS, .answer = "123456"};
	assert_int_equal(login("ask_first_pass", &h), PAM_CONV_ERR);
	assert_int_equal(h.prompts, 0);
	h.password_first = 1;
	assert_int_equal(login("ask_first_pass", &h), PAM_SUCCESS);
	h.manner = SSHD_STAND_IN;
	assert_int_equal(login("ask_first_pass", &h), PAM_CONV_ERR);
	h.manner = EMPTY;
	assert_int_equal(login("ask_first_pass", &h), PAM_CONV_ERR);
}

/* Does HELLO's field have this value (NULL: is it not there), with
 * `environment` in PAM's own? */
static bool
hello_says(struct host *h, const char *environment, const char *field,
    const char *value)
{
	char more[600];
	pam_handle_t *pamh;
	int rc;

	(void)snprintf(more, sizeof(more), "%s%s%s%s", field,
	    value == NULL ? "" : " [", value == NULL ? "" : value,
	    value == NULL ? "" : "]");
	h->more = more;
	pamh = start("hello", h, 1);
	h->more = NULL;
	if (environment != NULL)
		assert_int_equal(pam_putenv(pamh, environment), PAM_SUCCESS);
	rc = pam_authenticate(pamh, 0);
	assert_int_equal(pam_end(pamh, rc), PAM_SUCCESS);
	assert_true(rc == PAM_SUCCESS || rc == PAM_PERM_DENIED);
	return rc == PAM_SUCCESS;
}

static void
a_first_factor_is_told_to_the_verifier(void **state)
{
	static const char key[] = "SSH_AUTH_INFO_0=publickey ...";
	struct host h = {.manner = TYPES_PASSWORD, .password_first = 1};

	(void)state;
	assert_true(hello_says(&h, NULL, "first_factor", "yes"));
	h.password_first = 0;
	assert_true(hello_says(&h, NULL, "first_factor", "no"));
	assert_true(hello_says(&h, key, "first_factor", "yes"));
}

static void
where_sshd_says_a_login_comes_from_is_told_to_the_verifier(void **state)
{
	struct host h = {.manner = ANSWERS, .answer = "", .service = "sshd"};

	(void)state;
	assert_true(hello_says(&h, NULL, "ssh_connection", NULL));
	assert_true(hello_says(&h,
	    "SSH_CONNECTION=192.0.2.7 50022 192.0.2.1 22", "ssh_connection",
	    "192.0.2.7 50022 192.0.2.1 22"));
	assert_true(hello_says(&h, "SSH_CONNECTION=a\x1b" "b\n",
	    "ssh_connection", "a?b?"));
	/* of another service it is the caller's word, or some module's */
	h.service = "su";
	assert_true(hello_says(&h, "SSH_CONNECTION=192.0.2.7 1 2 3",
	    "ssh_connection", NULL));
	h.service = "sshd";
	/* so is the process's own environment */
	assert_int_equal(setenv("SSH_CONNECTION", "192.0.2.7 1 2 3", 1), 0);
	assert_true(hello_says(&h, NULL, "ssh_connection", NULL));
	(void)unsetenv("SSH_CONNECTION");
}

/* Of the login first, then the host's; all three variables. */
static void
the_locale_for_messages_is_told_to_the_verifier(void **state)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	struct host h = {.manner = ANSWERS, .answer = ""};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		(void)unsetenv(names[i]);
	assert_true(hello_says(&h, NULL, "language", NULL));
	assert_int_equal(setenv("LANG", "zh_CN.UTF-8", 1), 0);
	assert_true(hello_says(&h, NULL, "language", "zh_CN.UTF-8"));
	assert_true(hello_says(&h, "LANG=en_US.UTF-8", "language",
	    "en_US.UTF-8"));
	assert_int_equal(setenv("LC_MESSAGES", "zh_SG.UTF-8", 1), 0);
	assert_true(hello_says(&h, "LANG=en_US.UTF-8", "language",
	    "zh_SG.UTF-8"));
	assert_int_equal(setenv("LC_ALL", "\x1b[2J", 1), 0);
	assert_true(hello_says(&h, NULL, "language", "?[2J"));
	assert_true(hello_says(&h, "LC_ALL=C", "language", "C"));
	(void)unsetenv("LC_MESSAGES");
	(void)unsetenv("LANG");
	assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
}

static void
what_the_module_itself_says_is_in_the_hosts_language(void **state)
{
	struct host h = {.manner = ANSWERS, .answer = ""};

	(void)state;
	(void)login("crash", &h);
	assert_non_null(strstr(h.told, "do not work on this host now"));
	assert_int_equal(setenv("LC_ALL", "zh_CN.UTF-8", 1), 0);
	(void)login("crash", &h);
	assert_non_null(strstr(h.told, "本主机目前无法进行多因素登录。"));
	assert_int_equal(setenv("LC_ALL", "zh_CN.GBK", 1), 0);
	(void)login("crash", &h);
	assert_non_null(strstr(h.told, "do not work on this host now"));
	assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
}

static void
the_command_is_sudos_word_and_nobody_elses(void **state)
{
	static const char *const others[] = {"su", "sshd", "login", "hello"};
	struct host h = {.manner = ANSWERS, .answer = ""};

	(void)state;
	assert_int_equal(setenv("SUDO_COMMAND", "/usr/bin/id -un", 1), 0);
	h.service = "sudo";
	assert_true(hello_says(&h, NULL, "command", "/usr/bin/id -un"));
	h.service = "sudo-i";
	assert_true(hello_says(&h, NULL, "command", "/usr/bin/id -un"));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		h.service = others[i];
		assert_true(hello_says(&h, NULL, "command", NULL));
	}
	h.service = "sudo";
	assert_int_equal(setenv("SUDO_COMMAND", "a\nb\x1b", 1), 0);
	assert_true(hello_says(&h, NULL, "command", "a?b?"));
	(void)unsetenv("SUDO_COMMAND");
	assert_true(hello_says(&h, NULL, "command", NULL));
}

/* No command is too long for a login. */
static void
r18_a_long_command_is_cut(void **state)
{
	static char command[70000];
	struct host h = {.manner = ANSWERS, .answer = "", .service = "sudo"};

	(void)state;
	memset(command, 'x', sizeof(command) - 1);
	assert_int_equal(setenv("SUDO_COMMAND", command, 1), 0);
	command[253] = '\0';
	(void)strcat(command, "...");
	assert_true(hello_says(&h, NULL, "command", command));
	(void)unsetenv("SUDO_COMMAND");
}

static void
a_reference_is_made_for_each_login(void **state)
{
	struct host h = {.manner = ANSWERS, .answer = ""};
	char first[8];
	int others = 0;

	(void)state;
	assert_int_equal(login("tell_ref", &h), PAM_SUCCESS);
	assert_ref(h.told);
	(void)snprintf(first, sizeof(first), "%.7s", h.told);
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(login("tell_ref", &h), PAM_SUCCESS);
		others += strcmp(h.told, first) != 0;
	}
	assert_true(others > 0);
}

/* libpam spreads a delay over half to one and a half of what it was told. */
static bool
is_delay(unsigned us, unsigned ms)
{
	return us >= ms * 500 && us <= ms * 1500;
}

static void
denials_are_delayed_and_nothing_else_is(void **state)
{
	struct host h = {.manner = ANSWERS, .answer = "123456"};

	(void)state;
	assert_int_equal(login("delay_5000_deny", &h), PAM_AUTH_ERR);
	assert_true(is_delay(h.delay_us, 5000));
	assert_int_equal(login("delay_9000_deny", &h), PAM_AUTH_ERR);
	assert_true(is_delay(h.delay_us, 9000));
	assert_int_equal(login("delay_10000_deny", &h), PAM_AUTH_ERR);
	assert_true(is_delay(h.delay_us, 10000));
	/* nor does a verifier that is beside itself keep anybody waiting */
	assert_int_equal(login("delay_10001_allow", &h), PAM_SERVICE_ERR);
	assert_true(is_delay(h.delay_us, 2000));
	assert_int_equal(login("delay_999999999_allow", &h), PAM_SERVICE_ERR);
	assert_true(is_delay(h.delay_us, 2000));
	assert_int_equal(login("delay_0_deny", &h), PAM_AUTH_ERR);
	assert_int_equal(h.delay_us, 0);
	h.delay_us = 1;
	assert_int_equal(login("delay_5000_allow", &h), PAM_SUCCESS);
	assert_int_equal(h.delay_us, 0);
	h.delay_us = 1;
	(void)login("delay_5000_skip", &h);
	assert_int_equal(h.delay_us, 0);
}

/* What the configuration says is not known: as by default. */
static void
denials_without_a_configuration_are_delayed(void **state)
{
	struct host h = {.manner = ANSWERS, .answer = ""};

	(void)state;
	assert_int_equal(login("deny_config", &h), PAM_SERVICE_ERR);
	assert_true(is_delay(h.delay_us, 2000));
	h.delay_us = 0;
	assert_int_equal(login("crash", &h), PAM_SERVICE_ERR);
	assert_true(is_delay(h.delay_us, 2000));
}

static void
the_account_phase_asks_who_had_no_auth_phase(void **state)
{
	struct host h = {.manner = ANSWERS, .answer = ""};

	(void)state;
	h.account = "allow";
	assert_int_equal(account_after(NULL, &h), PAM_SUCCESS);
	h.account = "deny_declined";
	assert_int_equal(account_after(NULL, &h), PAM_PERM_DENIED);
	h.account = "skip"; /* no opinion: the next module's word counts */
	assert_int_equal(account_after(NULL, &h), PAM_SUCCESS);
}

static void
the_phase_is_told_to_the_verifier(void **state)
{
	struct host h = {.manner = ANSWERS, .answer = ""};

	(void)state;
	assert_true(hello_says(&h, NULL, "phase", "auth"));
	h.account = "hello";
	h.more = "phase account";
	assert_int_equal(account_after(NULL, &h), PAM_SUCCESS);
	h.more = "phase auth";
	assert_int_equal(account_after(NULL, &h), PAM_PERM_DENIED);
}

static void
the_account_phase_does_not_ask_again(void **state)
{
	struct host h = {
	    .manner = ANSWERS, .answer = "", .account = "deny_declined"};

	(void)state;
	assert_int_equal(account_after("allow", &h), PAM_SUCCESS);
	/* who was exempt there has shown no factor */
	assert_int_equal(account_after("skip", &h), PAM_PERM_DENIED);
	assert_int_equal(account_after("deny_wrong_code", &h), PAM_PERM_DENIED);
	assert_int_equal(account_after("crash", &h), PAM_PERM_DENIED);
}

/* A login that passed says nothing for the next one on the same handle. */
static void
r25_a_later_refusal_takes_back_that_one_passed(void **state)
{
	struct host h = {.manner = ANSWERS, .answer = "123456",
	    .account = "deny_declined"};
	pam_handle_t *pamh = start("ask", &h, 1);

	(void)state;
	assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
	h.answer = "654321";
	assert_int_equal(pam_authenticate(pamh, 0), PAM_PERM_DENIED);
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_PERM_DENIED);
	h.answer = "123456";
	assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
	(void)pam_end(pamh, 0);
}

/* Nor for anybody else. */
static void
r20_one_who_passed_is_no_other_user(void **state)
{
	struct host h = {.manner = ANSWERS, .answer = "123456",
	    .account = "deny_declined"};
	pam_handle_t *pamh = start("ask", &h, 1);

	(void)state;
	assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_set_item(pamh, PAM_USER, "bob"), PAM_SUCCESS);
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_PERM_DENIED);
	(void)pam_end(pamh, 0);
}

static void
a_verifier_that_misbehaves_denies_in_the_account_phase(void **state)
{
	struct host h = {.manner = ANSWERS, .answer = "123456"};

	(void)state;
	for (size_t i = 0; i < MISBEHAVIOURS; i++) {
		h.account = misbehaviour[i];
		assert_int_equal(account_after(NULL, &h), PAM_SERVICE_ERR);
		assert_module_spoke(&h, misbehaviour[i]);
	}
}

/* A verifier asks nobody there; one that does is answered as anywhere. */
static void
a_question_of_the_account_phase_is_carried(void **state)
{
	struct host h = {
	    .manner = ANSWERS, .answer = "123456", .account = "ask"};

	(void)state;
	assert_int_equal(account_after(NULL, &h), PAM_SUCCESS);
	assert_int_equal(h.prompts, 1);
	h.manner = FAILS;
	assert_int_equal(account_after(NULL, &h), PAM_CONV_ERR);
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
		do_not_wait(pamh);
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
	const struct host h = {.manner = ANSWERS};
	pthread_t threads[8];
	void *mistakes = NULL;

	(void)state;
	write_service("ask", &h);
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
	write_service("allow", &h);
	memset(name, 'a', sizeof(name));
	name[257] = '\0';
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(pam_start_confdir("allow",
		    i < 4 ? users[i] : name, &conv, directory, &pamh),
		    PAM_SUCCESS);
		do_not_wait(pamh);
		assert_int_not_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
		(void)pam_end(pamh, 0);
	}
}

static void
r28_setcred_does_nothing(void **state)
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
	(void)setenv("LC_ALL", "C.UTF-8", 1); /* messages in English */
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
	    cmocka_unit_test(
		a_password_that_is_asked_for_may_be_the_one_typed_before),
	    cmocka_unit_test(the_first_password_is_had_without_asking),
	    cmocka_unit_test(a_first_factor_is_told_to_the_verifier),
	    cmocka_unit_test(
		where_sshd_says_a_login_comes_from_is_told_to_the_verifier),
	    cmocka_unit_test(the_locale_for_messages_is_told_to_the_verifier),
	    cmocka_unit_test(
		what_the_module_itself_says_is_in_the_hosts_language),
	    cmocka_unit_test(the_command_is_sudos_word_and_nobody_elses),
	    cmocka_unit_test(r18_a_long_command_is_cut),
	    cmocka_unit_test(a_reference_is_made_for_each_login),
	    cmocka_unit_test(denials_are_delayed_and_nothing_else_is),
	    cmocka_unit_test(denials_without_a_configuration_are_delayed),
	    cmocka_unit_test(the_account_phase_asks_who_had_no_auth_phase),
	    cmocka_unit_test(the_phase_is_told_to_the_verifier),
	    cmocka_unit_test(the_account_phase_does_not_ask_again),
	    cmocka_unit_test(r20_one_who_passed_is_no_other_user),
	    cmocka_unit_test(r25_a_later_refusal_takes_back_that_one_passed),
	    cmocka_unit_test(
		a_verifier_that_misbehaves_denies_in_the_account_phase),
	    cmocka_unit_test(a_question_of_the_account_phase_is_carried),
	    cmocka_unit_test(silent_means_no_information),
	    cmocka_unit_test(r09_the_verifier_starts_in_clean_surroundings),
	    cmocka_unit_test(hosts_with_odd_habits_still_log_in),
	    cmocka_unit_test(r04_nothing_is_left_open_or_unreaped),
	    cmocka_unit_test(threads_of_one_host_do_not_disturb_each_other),
	    cmocka_unit_test(r31_users_that_no_message_carries_are_denied),
	    cmocka_unit_test(r28_setcred_does_nothing),
	    cmocka_unit_test(entry_points_not_offered_are_not_there),
	};

	return cmocka_run_group_tests_name(
	    "module", tests, make_directory, remove_directory);
}
