/*
 * What one login costs, for several programs that log in: runs them in turns
 * and prints tables. Where they and their servers come from is the matter of
 * bench.sh.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/measure.h"
#include "bench/report.h"

enum { SUBJECTS_MAX = 16, MEMORY_ROUNDS = 9 };

struct bench {
	struct subject subjects[SUBJECTS_MAX];
	struct result results[SUBJECTS_MAX];
	size_t count;
	size_t rounds;
	double seconds;
};

static bool
usage(void)
{
	(void)fputs("usage: bench-login [--rounds N] [--seconds S] "
	    ": LABEL COMMAND [ARGUMENT]... [: LABEL COMMAND ...]...\n"
	    "  --rounds N    logins of each, in turns (200)\n"
	    "  --seconds S   for each number at a time (1)\n"
	    "An argument totp:SECRET stands for the code of that moment.\n",
	    stderr);
	return false;
}

/* ": LABEL COMMAND ...", each up to the next ":". */
static bool
parse_subjects(struct bench *b, char **argv)
{
	char **starts[SUBJECTS_MAX];

	b->count = 0;
	while (*argv != NULL) {
		if (strcmp(*argv, ":") != 0 || b->count == SUBJECTS_MAX)
			return usage();
		*argv++ = NULL; /* and so the one before ends here */
		starts[b->count++] = argv;
		while (*argv != NULL && strcmp(*argv, ":") != 0)
			argv++;
		if (argv - starts[b->count - 1] < 2)
			return usage();
	}
	for (size_t i = 0; i < b->count; i++) {
		b->results[i].label = starts[i][0];
		if (!subject_init(
			&b->subjects[i], starts[i][0], starts[i] + 1))
			return usage();
	}
	return b->count > 0 || usage();
}

static bool
parse(struct bench *b, int argc, char **argv)
{
	static const struct option options[] = {
	    {"rounds", required_argument, NULL, 'r'},
	    {"seconds", required_argument, NULL, 's'},
	    {NULL, 0, NULL, 0},
	};
	long rounds = 200;
	int option;

	b->seconds = 1;
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1)
		if (option == 'r')
			rounds = atol(optarg);
		else if (option == 's')
			b->seconds = atof(optarg);
		else
			return usage();
	if (rounds < 1 || rounds > 100000 || b->seconds <= 0)
		return usage();
	b->rounds = (size_t)rounds;
	return parse_subjects(b, argv + optind);
}

static bool
failed(const struct bench *b, size_t i)
{
	(void)fprintf(stderr, "bench-login: a login with %s failed\n",
	    b->subjects[i].label);
	return false;
}

static bool
series_init(struct series *s, size_t room)
{
	s->values = calloc(room, sizeof(*s->values));
	return s->values != NULL;
}

static void
series_add(struct series *s, double value)
{
	s->values[s->count++] = value;
}

static bool
allocate(struct bench *b)
{
	for (size_t i = 0; i < b->count; i++) {
		struct result *r = &b->results[i];

		if (!series_init(&r->wall_ms, b->rounds) ||
		    !series_init(&r->cpu_ms, b->rounds) ||
		    !series_init(&r->host_kib, MEMORY_ROUNDS) ||
		    !series_init(&r->helper_kib, MEMORY_ROUNDS))
			return false;
	}
	return true;
}

/* Another order in each round, the same orders in each bench. */
static void
shuffle(size_t *order, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t k = (size_t)random() % i, kept = order[i - 1];

		order[i - 1] = order[k];
		order[k] = kept;
	}
}

/* What a server has to do after the last one shall not hit the next. */
static void
settle(void)
{
	static const struct timespec t = {0, 2000000};

	(void)nanosleep(&t, NULL);
}

/* Round 0 does not count: it reads the files and fetches the token. */
static bool
measure_costs(struct bench *b)
{
	const size_t count = b->count;
	size_t order[SUBJECTS_MAX];
	struct cost cost;

	for (size_t i = 0; i < count; i++)
		order[i] = i;
	for (size_t round = 0; round <= b->rounds; round++) {
		shuffle(order, count);
		for (size_t k = 0; k < count; k++) {
			struct result *r = &b->results[order[k]];

			settle();
			if (!measure_cost(&b->subjects[order[k]], &cost))
				return failed(b, order[k]);
			if (round == 0)
				continue;
			series_add(&r->wall_ms, cost.wall_ms);
			series_add(&r->cpu_ms, cost.cpu_ms);
		}
	}
	return true;
}

/* A subject that is no PAM host reports nothing: all it has is a peak. */
static bool
measure_hosts(struct bench *b)
{
	struct host host;
	struct cost cost;

	for (size_t i = 0; i < b->count; i++)
		for (size_t n = 0; n < MEMORY_ROUNDS; n++) {
			struct result *r = &b->results[i];

			if (!measure_host(&b->subjects[i], &host) ||
			    !measure_cost(&b->subjects[i], &cost))
				return failed(b, i);
			if (host.host_kib == 0)
				host.helper_kib = cost.peak_kib;
			series_add(&r->host_kib, (double)host.host_kib);
			series_add(&r->helper_kib, (double)host.helper_kib);
			memcpy(r->libraries, host.libraries,
			    sizeof(r->libraries));
		}
	return true;
}

static void
measure_rates(struct bench *b)
{
	for (size_t i = 0; i < b->count; i++)
		for (size_t k = 0; k < RATES; k++)
			b->results[i].rates[k] = measure_rate(
			    &b->subjects[i], rate_parallel[k], b->seconds);
}

static void
report(struct bench *b)
{
	for (size_t i = 0; i < b->count; i++) {
		series_sort(&b->results[i].wall_ms);
		series_sort(&b->results[i].cpu_ms);
		series_sort(&b->results[i].host_kib);
		series_sort(&b->results[i].helper_kib);
	}
	printf("One login that succeeds, each in a fresh process, %zu of each "
	    "in turns\n\n", b->rounds);
	report_costs(b->results, b->count);
	report_rates(b->results, b->count);
	report_libraries(b->results, b->count);
	report_goals(b->results, b->count);
}

static void
clear(struct bench *b)
{
	for (size_t i = 0; i < b->count; i++) {
		subject_clear(&b->subjects[i]);
		free(b->results[i].wall_ms.values);
		free(b->results[i].cpu_ms.values);
		free(b->results[i].host_kib.values);
		free(b->results[i].helper_kib.values);
	}
}

int
main(int argc, char **argv)
{
	static struct bench b;
	int status = EXIT_FAILURE;

	if (!parse(&b, argc, argv))
		return 2;
	if (allocate(&b) && measure_costs(&b) && measure_hosts(&b)) {
		measure_rates(&b);
		report(&b);
		status = EXIT_SUCCESS;
	}
	clear(&b);
	return status;
}
