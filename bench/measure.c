/*
 * Turns a command into what one run of it costs: time, processor, memory,
 * runs per second. Knows nothing of what it runs.
 */
#include "bench/measure.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <liboath/oath.h>

static const char code_mark[] = "totp:";

static double
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

bool
subject_init(struct subject *s, const char *label, char **argv)
{
	*s = (struct subject){.label = label, .argv = argv};
	for (; *argv != NULL; argv++) {
		const char *text = *argv + strlen(code_mark);

		if (strncmp(*argv, code_mark, strlen(code_mark)) != 0)
			continue;
		if (oath_base32_decode(text, strlen(text), &s->secret,
		    &s->secret_len) != OATH_OK)
			return false;
		*argv = s->code;
	}
	return true;
}

void
subject_clear(struct subject *s)
{
	free(s->secret);
	*s = (struct subject){.label = NULL};
}

static bool
make_code(struct subject *s)
{
	return s->secret == NULL || oath_totp_generate(s->secret,
	    s->secret_len, time(NULL), 30, 0, 6, s->code) == OATH_OK;
}

/* Standard output goes to `output`, an empty environment comes along. */
static bool
start(const struct subject *s, int output, bool report, pid_t *pid)
{
	static char report_word[] = "BENCH_REPORT=1";
	char *environment[] = {report ? report_word : NULL, NULL};
	posix_spawn_file_actions_t files;
	int rc;

	if (posix_spawn_file_actions_init(&files) != 0)
		return false;
	rc = posix_spawn_file_actions_adddup2(&files, output, 1);
	if (rc == 0)
		rc = posix_spawn(pid, s->argv[0], &files, NULL, s->argv,
		    environment);
	(void)posix_spawn_file_actions_destroy(&files);
	if (rc != 0)
		(void)fprintf(stderr, "%s: %s\n", s->argv[0], strerror(rc));
	return rc == 0;
}

static double
cpu_ms(const struct rusage *u)
{
	return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1e3 +
	    (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e3;
}

bool
measure_cost(struct subject *s, struct cost *out)
{
	struct rusage usage;
	double began;
	int status;
	pid_t pid;

	if (!make_code(s))
		return false;
	began = now_ms();
	if (!start(s, STDERR_FILENO, false, &pid) ||
	    wait4(pid, &status, 0, &usage) != pid)
		return false;
	out->wall_ms = now_ms() - began;
	out->cpu_ms = cpu_ms(&usage);
	out->peak_kib = usage.ru_maxrss;
	return status == 0;
}

static void
read_report(FILE *from, struct host *out)
{
	char line[512], name[256];
	size_t len = 0;

	*out = (struct host){.host_kib = 0};
	while (fgets(line, sizeof(line), from) != NULL) {
		if (sscanf(line, "host %ld", &out->host_kib) == 1 ||
		    sscanf(line, "helper %ld", &out->helper_kib) == 1 ||
		    sscanf(line, "library %255s", name) != 1 ||
		    len + strlen(name) + 2 > sizeof(out->libraries))
			continue;
		len += (size_t)sprintf(out->libraries + len, "%s ", name);
	}
}

bool
measure_host(struct subject *s, struct host *out)
{
	int ends[2], status = -1;
	FILE *from;
	pid_t pid;

	if (!make_code(s) || pipe2(ends, O_CLOEXEC) == -1)
		return false;
	if (!start(s, ends[1], true, &pid))
		pid = -1;
	(void)close(ends[1]);
	if (pid != -1 && (from = fdopen(ends[0], "r")) != NULL) {
		read_report(from, out);
		(void)fclose(from);
	} else {
		(void)close(ends[0]);
	}
	return pid != -1 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* Each that ends is followed by another. Counted from the first end, when
 * all are under way, to the last before the time is up. */
double
measure_rate(struct subject *s, int parallel, double seconds)
{
	double began = now_ms(), first = 0, last = 0;
	int running = 0, ended = 0, status;
	bool good = true;
	pid_t pid;

	for (;;) {
		bool more = good && now_ms() - began < seconds * 1e3;

		while (more && running < parallel && good) {
			good = make_code(s) &&
			    start(s, STDERR_FILENO, false, &pid);
			running += good;
		}
		if (running == 0)
			break;
		if (wait(&status) == -1)
			return -1;
		running--;
		good = good && status == 0;
		if (!more)
			continue;
		last = now_ms();
		if (ended++ == 0)
			first = last;
	}
	if (!good || ended < 2)
		return -1;
	return (ended - 1) / (last - first) * 1e3;
}
