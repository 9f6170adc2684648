/*
 * Turns results into tables for people, and says of each goal whether it
 * was met. Measures nothing.
 */
#include "bench/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const int rate_parallel[RATES] = {1, 2, 4, 8};

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void
series_sort(struct series *s)
{
	qsort(s->values, s->count, sizeof(*s->values), compare);
}

static double
median(const struct series *s)
{
	if (s->count == 0)
		return 0;
	return (s->values[(s->count - 1) / 2] + s->values[s->count / 2]) / 2;
}

static const struct result *
find(const struct result *results, size_t count, const char *label)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(results[i].label, label) == 0)
			return &results[i];
	return NULL;
}

static void
print_series(const struct series *s)
{
	printf(" %7.2f %6.2f %6.2f", median(s), s->values[0],
	    s->values[s->count - 1]);
}

/* 0: there is no such process. */
static void
print_kib(const struct series *s)
{
	if (median(s) > 0)
		printf(" %7.0f", median(s));
	else
		printf(" %7s", "-");
}

void
report_costs(const struct result *results, size_t count)
{
	const struct result *bare = find(results, count, "bare libcurl");

	printf("%-21s %21s %21s %12s %15s\n%-21s %7s %6s %6s %7s %6s %6s "
	    "%6s %5s %7s %7s\n", "", "wall ms", "CPU ms", "x bare curl",
	    "peak KiB", "", "median", "min", "max", "median", "min", "max",
	    "wall", "CPU", "host", "helper");
	for (size_t i = 0; i < count; i++) {
		const struct result *r = &results[i];

		printf("%-21s", r->label);
		print_series(&r->wall_ms);
		print_series(&r->cpu_ms);
		if (bare != NULL)
			printf(" %6.2f %5.2f",
			    median(&r->wall_ms) / median(&bare->wall_ms),
			    median(&r->cpu_ms) / median(&bare->cpu_ms));
		print_kib(&r->host_kib);
		print_kib(&r->helper_kib);
		putchar('\n');
	}
}

void
report_rates(const struct result *results, size_t count)
{
	printf("\n%-21s", "Logins a second");
	for (size_t i = 0; i < RATES; i++)
		printf(" %6d", rate_parallel[i]);
	printf(" at a time\n");
	for (size_t i = 0; i < count; i++) {
		printf("%-21s", results[i].label);
		for (size_t k = 0; k < RATES; k++)
			if (results[i].rates[k] < 0)
				printf(" %6s", "failed");
			else
				printf(" %6.0f", results[i].rates[k]);
		putchar('\n');
	}
}

/* The next name that is neither in every host nor a PAM module. */
static const char *
next_other(const char *libraries, const char *everywhere, char name[256])
{
	char with_blank[260];
	int len;

	while (sscanf(libraries, "%255s%n", name, &len) == 1) {
		libraries += len;
		(void)snprintf(with_blank, sizeof(with_blank), "%s ", name);
		if (strstr(everywhere, with_blank) == NULL &&
		    strncmp(name, "pam_", 4) != 0)
			return libraries;
	}
	return NULL;
}

static size_t
count_others(const char *libraries, const char *everywhere)
{
	char name[256];
	size_t count = 0;

	while ((libraries = next_other(libraries, everywhere, name)) != NULL)
		count++;
	return count;
}

static void
print_others(const char *label, const char *libraries, const char *everywhere)
{
	char name[256];

	printf("%-21s", label);
	if (count_others(libraries, everywhere) == 0)
		printf(" none");
	while ((libraries = next_other(libraries, everywhere, name)) != NULL)
		printf(" %s", name);
	putchar('\n');
}

void
report_libraries(const struct result *results, size_t count)
{
	const struct result *permit = find(results, count, "pam_permit");

	if (permit == NULL)
		return;
	printf("\nLibraries in the host\n");
	print_others("every host", permit->libraries, "");
	for (size_t i = 0; i < count; i++)
		if (results[i].libraries[0] != '\0' && &results[i] != permit)
			print_others(results[i].label, results[i].libraries,
			    permit->libraries);
}

/* One goal, and how far it was met; NAN: it could not be measured. */
struct goal {
	const char *what, *limit;
	double value;
	int decimals;
	const char *unit;
	bool met;
};

static void
print_goal(const struct goal *g)
{
	printf("  %-46s %-16s", g->what, g->limit);
	if (isnan(g->value))
		printf(" not measured\n");
	else
		printf(" %7.*f %-3s   %s\n", g->decimals, g->value, g->unit,
		    g->met ? "met" : "NOT MET");
}

/* How often the median of `b` goes into that of `a`. */
static double
ratio(const struct series *a, const struct series *b)
{
	return median(a) / median(b);
}

void
report_goals(const struct result *results, size_t count)
{
	const struct result *mine = find(results, count, "pam_genauth");
	const struct result *bare = find(results, count, "bare libcurl");
	const struct result *duo = find(results, count, "pam_duo");
	const struct result *permit = find(results, count, "pam_permit");
	double wall, cpu, faster, host, verifier, libraries;

	if (mine == NULL || bare == NULL || permit == NULL)
		return;
	wall = ratio(&mine->wall_ms, &bare->wall_ms);
	cpu = ratio(&mine->cpu_ms, &bare->cpu_ms);
	faster = duo == NULL ? NAN : ratio(&duo->wall_ms, &mine->wall_ms);
	host = median(&mine->host_kib) - median(&permit->host_kib);
	verifier = median(&mine->helper_kib);
	libraries = (double)count_others(mine->libraries, permit->libraries);
	printf("\nGoals for pam_genauth\n");
	print_goal(&(struct goal){"wall time, in that of the bare libcurl "
	    "program", "at most 1.15", wall, 2, "", wall <= 1.15});
	print_goal(&(struct goal){"CPU time, in that of the bare libcurl "
	    "program", "at most 1.15", cpu, 2, "", cpu <= 1.15});
	print_goal(&(struct goal){"times faster than pam_duo", "at least 8",
	    faster, 1, "", faster >= 8});
	print_goal(&(struct goal){"libraries in the host beside every host's",
	    "none", libraries, 0, "", libraries <= 0});
	print_goal(&(struct goal){"host's peak above that with pam_permit",
	    "at most 300 KiB", host, 0, "KiB", host <= 300});
	print_goal(&(struct goal){"verifier's peak", "below 16384 KiB",
	    verifier, 0, "KiB", verifier < 16384});
}
