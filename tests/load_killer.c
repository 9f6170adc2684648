/*
 * load_killer DIRECTORY SERVICE PEOPLE CODE-FILE COUNT SEED
 * Logins with a right code, whose verifier is killed at a random moment, until
 * COUNT were killed in time. All of those must be denied; those whose verifier
 * had ended before, and every tenth one that nobody disturbs, let in; and
 * nothing may be left of any. Ends with 0 where it was so.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "load_login.h"

enum {
	UNDISTURBED = 10,
	ATTEMPTS = 6,
	AFTER_QUESTION = 4, /* checking a code takes so much less */
};

static struct load load;
static volatile int prompts;

/* One verifier to be killed. */
struct victim {
	pid_t host;         /* the thread that starts it */
	bool asked;         /* wait for the question first */
	long after_us;
	atomic_bool over;   /* the login has ended */
	bool killed;
	int prompts;        /* that there had been by then */
};

static long
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

/* The child that the host has now, or 0. */
static pid_t
child_of(pid_t host)
{
	char path[64];
	pid_t pid = 0;
	FILE *in;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", host);
	if ((in = fopen(path, "re")) == NULL)
		return 0;
	if (fscanf(in, "%d", &pid) != 1)
		pid = 0;
	(void)fclose(in);
	return pid;
}

/* Its state as /proc has it; 'X' where it is gone. */
static char
state_of(pid_t pid)
{
	char path[64], state = 'X';
	FILE *in;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if ((in = fopen(path, "re")) == NULL)
		return 'X';
	if (fscanf(in, "%*d (%*[^)]) %c", &state) != 1)
		state = 'X';
	(void)fclose(in);
	return state;
}

/* Stopped first: only then is it certain that it had not ended by itself. */
static bool
kill_alive(pid_t pid)
{
	char state;

	if (kill(pid, SIGSTOP) == -1)
		return false;
	while ((state = state_of(pid)) != 'T' && state != 'Z' && state != 'X')
		continue;
	(void)kill(pid, SIGKILL);
	return state == 'T';
}

static void *
hunt(void *ctx)
{
	struct victim *v = ctx;
	const struct timespec wait = {
	    v->after_us / 1000000, v->after_us % 1000000 * 1000};
	const struct timespec moment = {0, 50000};
	pid_t pid = 0;

	while (v->asked && !v->over && prompts == 0)
		(void)nanosleep(&moment, NULL);
	(void)nanosleep(&wait, NULL);
	while (!v->over && (pid = child_of(v->host)) == 0)
		continue;
	v->prompts = prompts;
	v->killed = pid != 0 && kill_alive(pid);
	return NULL;
}

/* The login's PAM code. */
static int
disturbed(int i, struct victim *v)
{
	pthread_t hunter;
	int code;

	prompts = 0;
	if (pthread_create(&hunter, NULL, hunt, v) != 0)
		exit(2);
	code = load_login(&load, i, LOAD_RIGHT, &prompts);
	v->over = true;
	(void)pthread_join(hunter, NULL);
	return code;
}

static bool
complain(int i, const char *what, int code)
{
	(void)fprintf(stderr, "login %d %s: %s\n", i, what,
	    pam_strerror(NULL, code));
	return false;
}

static bool
undisturbed(int i)
{
	int code = load_login(&load, i, LOAD_RIGHT, NULL);

	return code == PAM_SUCCESS || complain(i, "that nobody disturbed", code);
}

/* How long a login takes: the slowest of three, warm. */
static long
usual_us(void)
{
	long most = 0, start;

	for (int i = 0; i < 4; i++) {
		start = now_us();
		if (!undisturbed(i))
			exit(1);
		if (i > 0 && now_us() - start > most)
			most = now_us() - start;
	}
	return most;
}

int
main(int argc, char **argv)
{
	int wanted, killed = 0, late = 0, before = 0, code, descriptors, i;
	unsigned seed;
	bool fine = true;
	long span;

	if (argc != 7)
		return 2;
	load = (struct load){argv[1], argv[2], argv[4], atoi(argv[3])};
	wanted = atoi(argv[5]);
	seed = (unsigned)atoi(argv[6]);
	if (load.people <= 0 || wanted <= 0)
		return 2;
	openlog("load_killer", LOG_NDELAY, LOG_AUTHPRIV); /* its descriptor */
	span = usual_us();
	descriptors = load_count("/proc/self/fd");
	for (i = 0; killed < wanted && i < wanted * ATTEMPTS; i++) {
		struct victim v = {.host = gettid(), .asked = i % 2 == 1};

		v.after_us = (long)rand_r(&seed) %
		    (v.asked ? span / AFTER_QUESTION : span);
		code = disturbed(i, &v);
		killed += v.killed;
		late += !v.killed;
		before += v.killed && v.prompts == 0;
		if (v.killed && (code == PAM_SUCCESS || code == PAM_IGNORE))
			fine = complain(i, "whose verifier was killed", code);
		if (!v.killed && code != PAM_SUCCESS)
			fine = complain(i, "whose verifier had ended", code);
		if (i % UNDISTURBED == 0)
			fine = undisturbed(i) && fine;
	}
	fine = undisturbed(i) && fine && killed == wanted &&
	    load_count("/proc/self/fd") == descriptors && load_children() == 0;
	(void)printf("%d verifiers killed within %ld ms (%d before the "
	    "question), %d had ended before; descriptors %d -> %d, children "
	    "%d\n", killed, span / 1000, before, late, descriptors,
	    load_count("/proc/self/fd"), load_children());
	return fine ? 0 : 1;
}
