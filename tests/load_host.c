/*
 * load_host crowd|threads DIRECTORY SERVICE PEOPLE CODE-FILE COUNT
 * COUNT logins with right and wrong codes mixed: all at the same moment, each
 * a process of its own; or in one long-lived process, THREADS at a time. Says
 * how many ended as they had to, and what the long-lived one has grown by
 * since it was warm. Ends with 0 where all did and nothing grew.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "load_login.h"

enum {
	THREADS = 8,
	WARM_UP = 80,         /* logins before the first figures; COUNT is more */
	GROWTH_MAX_KIB = 512, /* for any number of logins: heaps of libc */
};

static struct load load;
static int count;
static atomic_int next_login, as_planned, allowed, denied;

/* What a process may not have more of afterwards. */
struct figures {
	int descriptors, threads, children;
	long rss_kib;
};

static void
one_login(int i)
{
	enum load_kind kind = load_kind_of(&load, i);
	int code = load_login(&load, i, kind, NULL);

	atomic_fetch_add(code == PAM_SUCCESS ? &allowed : &denied, 1);
	if (load_as_planned(kind, code))
		atomic_fetch_add(&as_planned, 1);
	else
		(void)fprintf(stderr, "login %d of kind %d: %s\n", i,
		    (int)kind, pam_strerror(NULL, code));
}

static long
rss_kib(void)
{
	char line[256];
	long kib = -1;
	FILE *in = fopen("/proc/self/status", "re");

	while (in != NULL && fgets(line, sizeof(line), in) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	if (in != NULL)
		(void)fclose(in);
	return kib;
}

static struct figures
measure(void)
{
	return (struct figures){load_count("/proc/self/fd"),
	    load_count("/proc/self/task"), load_children(), rss_kib()};
}

/* Where all of them and the main thread meet, before and after measuring. */
static pthread_barrier_t warm, measured;

static void *
work(void *unused)
{
	int i;

	(void)unused;
	while ((i = atomic_fetch_add(&next_login, 1)) < WARM_UP)
		one_login(i);
	(void)pthread_barrier_wait(&warm);
	(void)pthread_barrier_wait(&measured);
	for (; i < count; i = atomic_fetch_add(&next_login, 1))
		one_login(i);
	(void)pthread_barrier_wait(&warm);
	(void)pthread_barrier_wait(&measured);
	return NULL;
}

/* Figures while all threads stand still: they are the same ones both times. */
static struct figures
measure_at_rest(void)
{
	struct figures f;

	(void)pthread_barrier_wait(&warm);
	f = measure();
	(void)pthread_barrier_wait(&measured);
	return f;
}

static bool
long_lived(void)
{
	struct figures before, after;
	pthread_t threads[THREADS];

	(void)pthread_barrier_init(&warm, NULL, THREADS + 1);
	(void)pthread_barrier_init(&measured, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			exit(2);
	before = measure_at_rest();
	after = measure_at_rest();
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	(void)printf("descriptors %d -> %d, threads %d -> %d, children %d -> "
	    "%d, VmRSS %ld -> %ld KiB\n", before.descriptors,
	    after.descriptors, before.threads, after.threads, before.children,
	    after.children, before.rss_kib, after.rss_kib);
	return before.descriptors > 0 && before.rss_kib > 0 &&
	    after.descriptors == before.descriptors &&
	    after.threads == before.threads && before.children == 0 &&
	    after.children == 0 &&
	    after.rss_kib - before.rss_kib <= GROWTH_MAX_KIB;
}

/* A child of the crowd: waits at the gate, logs in, tells how by its status. */
static void
member(int i, const int gate[2])
{
	char byte;

	(void)close(gate[1]);
	(void)!read(gate[0], &byte, 1); /* until all are here */
	one_login(i);
	_exit(as_planned == 1 ? (allowed == 1 ? 0 : 1) : 2);
}

static bool
crowd(void)
{
	int gate[2], status;

	if (pipe(gate) == -1)
		return false;
	for (int i = 0; i < count; i++)
		switch (fork()) {
		case -1:
			return false;
		case 0:
			member(i, gate);
			break;
		default:
			break;
		}
	(void)close(gate[0]);
	(void)close(gate[1]);
	while (wait(&status) > 0) {
		if (!WIFEXITED(status))
			continue;
		allowed += WEXITSTATUS(status) == 0;
		denied += WEXITSTATUS(status) != 0;
		as_planned += WEXITSTATUS(status) < 2;
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct timespec start, end;
	bool fine;
	int ms;

	if (argc != 7)
		return 2;
	load = (struct load){argv[2], argv[3], argv[5], atoi(argv[4])};
	count = atoi(argv[6]);
	if (load.people <= 0 || count <= WARM_UP)
		return 2;
	openlog("load_host", LOG_NDELAY, LOG_AUTHPRIV); /* its descriptor */
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	fine = strcmp(argv[1], "crowd") == 0 ? crowd() : long_lived();
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	ms = (int)((end.tv_sec - start.tv_sec) * 1000 +
	    (end.tv_nsec - start.tv_nsec) / 1000000);
	(void)printf("%d logins of %d people in %d.%d s: %d allowed, %d "
	    "denied, %d as they had to\n", count, load.people, ms / 1000,
	    ms % 1000 / 100, allowed, denied, as_planned);
	return fine && as_planned == count ? 0 : 1;
}
