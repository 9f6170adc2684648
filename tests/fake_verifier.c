/*
 * A verifier that follows a script, named by the module argument script=...,
 * so that the module can be tested against everything a verifier might do.
 */
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "build.h"
#include "wire/wire.h"

enum { WIRE_FD = 3 };

static void
say(enum wire_verb verb, const char *name, const char *value,
    const char *name2, const char *value2)
{
	struct wire_message m;

	wire_init(&m, verb);
	if (wire_add(&m, name, value) != ERR_OK ||
	    (name2 != NULL && wire_add(&m, name2, value2) != ERR_OK) ||
	    wire_send(WIRE_FD, &m, 1000) != ERR_OK)
		_exit(9);
	wire_clear(&m);
}

static void
verdict(const char *word, const char *reason)
{
	say(WIRE_VERDICT, "verdict", word, "reason", reason);
}

static void
ready(const char *fail_delay_ms)
{
	say(WIRE_READY, "login_timeout_ms", "1", "fail_delay_ms",
	    fail_delay_ms);
}

/* Ask; allow for 123456, else deny for the reason the answer gives. */
static void
ask_and_judge(const char *question)
{
	struct wire_message m;
	const char *answer, *error;

	wire_init(&m, WIRE_NONE);
	say(WIRE_ASK, "text", "Code: ", "question", question);
	if (wire_recv(WIRE_FD, &m, 20000) != ERR_OK || m.verb != WIRE_ANSWER)
		_exit(8);
	answer = wire_get(&m, "answer");
	error = wire_get(&m, "error");
	if (answer != NULL && error == NULL && strcmp(answer, "123456") == 0)
		verdict("allow", "none");
	else if (error != NULL)
		verdict("deny", error);
	else
		verdict("deny", answer[0] == '\0' ? "too_slow" : "declined");
	wire_clear(&m);
}

/* Ask, but do not wait for the answer. */
static void
ask_and_leave(const char *question)
{
	say(WIRE_ASK, "text", "Code: ", "question", question);
	verdict("deny", "too_slow");
}

/* Ask in a way that no module knows, and allow whatever it says. */
static void
ask_oddly(void)
{
	struct wire_message m;

	wire_init(&m, WIRE_NONE);
	say(WIRE_ASK, "text", "Code: ", "question", "shouted");
	(void)!wire_recv(WIRE_FD, &m, 20000);
	verdict("allow", "none");
	wire_clear(&m);
}

/* "5000_deny": the delay that a denial is to have, then the verdict. */
static void
say_after_ready(const char *script)
{
	char ms[16] = "";

	(void)strncpy(ms, script, strcspn(script, "_") % sizeof(ms));
	ready(ms);
	verdict(script + strlen(ms) + 1, "wrong_code");
}

/* Allow where the field named by the second argument has the value of the
 * third; without a third, where it is not there. */
static void
judge_hello(const struct wire_message *hello)
{
	const char *name = wire_get_nth(hello, "arg", 1);
	const char *wanted = wire_get_nth(hello, "arg", 2);
	const char *value = wire_get(hello, name);
	bool right = wanted == NULL || value == NULL ? wanted == value :
	    strcmp(value, wanted) == 0;

	verdict(right ? "allow" : "deny", right ? "none" : "declined");
}

static bool
is_dev_null(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	    major(st.st_rdev) == 1 && minor(st.st_rdev) == 3;
}

static bool
only_expected_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	int others = 0;

	if (dir == NULL)
		return false;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.' && atoi(entry->d_name) > WIRE_FD &&
		    atoi(entry->d_name) != dirfd(dir))
			others++;
	(void)closedir(dir);
	return others == 0 && is_dev_null(0) && is_dev_null(1) &&
	    is_dev_null(2);
}

/* The runtime of a sanitized build handles these for its reports. */
static bool
taken_by_sanitizer(int s)
{
#ifdef SANITIZED
	return s == SIGSEGV || s == SIGBUS || s == SIGFPE || s == SIGILL ||
	    s == SIGABRT;
#else
	(void)s;
	return false;
#endif
}

static bool
default_signals(void)
{
	struct sigaction action;
	sigset_t mask;

	if (sigprocmask(SIG_BLOCK, NULL, &mask) == -1)
		return false;
	for (int s = 1; s < 32; s++) {
		if (sigismember(&mask, s) == 1)
			return false;
		if (s != SIGKILL && s != SIGSTOP && !taken_by_sanitizer(s) &&
		    (sigaction(s, NULL, &action) == -1 ||
		    action.sa_handler != SIG_DFL))
			return false;
	}
	return true;
}

static void
check_surroundings(void)
{
	bool clean = environ[0] == NULL && only_expected_descriptors() &&
	    default_signals() && getsid(0) == getpid();

	verdict(clean ? "allow" : "deny", clean ? "none" : "system");
}

static void
raw(const char *bytes, size_t len)
{
	(void)!send(WIRE_FD, bytes, len, MSG_NOSIGNAL);
}

static void
follow(const char *script)
{
	static const char big[9000];

	if (strncmp(script, "deny_", 5) == 0)
		verdict("deny", script + 5);
	else if (strcmp(script, "allow") == 0)
		verdict("allow", "none");
	else if (strcmp(script, "skip") == 0)
		verdict("skip", "none");
	else if (strcmp(script, "odd_verdict") == 0)
		verdict("maybe", "none");
	else if (strcmp(script, "ask") == 0)
		ask_and_judge("code");
	else if (strncmp(script, "ask_", 4) == 0)
		ask_and_judge(script + 4);
	else if (strncmp(script, "leave_", 6) == 0)
		ask_and_leave(script + 6);
	else if (strcmp(script, "odd_question") == 0)
		ask_oddly();
	else if (strncmp(script, "delay_", 6) == 0)
		say_after_ready(script + 6);
	else if (strcmp(script, "surroundings") == 0)
		check_surroundings();
	else if (strcmp(script, "tell") == 0) {
		say(WIRE_TELL, "text", "for your information", NULL, NULL);
		verdict("allow", "none");
	} else if (strcmp(script, "allow_then_crash") == 0) {
		verdict("allow", "none");
		(void)raise(SIGKILL);
	} else if (strcmp(script, "allow_then_fail") == 0) {
		verdict("allow", "none");
		_exit(1);
	} else if (strcmp(script, "crash") == 0)
		(void)raise(SIGSEGV);
	else if (strcmp(script, "garbage") == 0)
		raw("\x7f\x45\x4c\x46", 4);
	else if (strcmp(script, "oversized") == 0)
		raw(big, sizeof(big));
	else if (strcmp(script, "unfinished") == 0)
		raw("VERDICT\0verdict=allow\0reason=none", 33);
	else if (strcmp(script, "wrong_verb") == 0)
		say(WIRE_ANSWER, "answer", "x", NULL, NULL);
	else if (strcmp(script, "half_ready") == 0) {
		raw("READY\0login_timeout_ms=1", 25);
		verdict("allow", "none");
	} else if (strcmp(script, "hang") == 0) {
		ready("0");
		(void)pause();
	}
}

int
main(void)
{
	struct wire_message hello;
	const char *script;

	wire_init(&hello, WIRE_NONE);
	if (wire_recv(WIRE_FD, &hello, 5000) != ERR_OK ||
	    hello.verb != WIRE_HELLO ||
	    (script = wire_get_nth(&hello, "arg", 0)) == NULL ||
	    strncmp(script, "script=", 7) != 0)
		return 7;
	if (strcmp(script + 7, "hello") == 0)
		judge_hello(&hello);
	else if (strcmp(script + 7, "tell_ref") == 0) {
		say(WIRE_TELL, "text", wire_get(&hello, "ref"), NULL, NULL);
		verdict("allow", "none");
	} else
		follow(script + 7);
	wire_clear(&hello);
	return 0;
}
