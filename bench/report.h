#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "bench/measure.h"

enum { RATES = 4 };

extern const int rate_parallel[RATES];

/* Numbers of one kind; sorted by series_sort(). */
struct series {
	double *values;
	size_t count;
};

/* All that was measured of one subject. */
struct result {
	const char *label;
	struct series wall_ms, cpu_ms, host_kib, helper_kib;
	double rates[RATES];       /* negative: a login failed */
	char libraries[2048];
};

void series_sort(struct series *s);

/* Everything as tables, and the goals with how far they were met. */
void report_costs(const struct result *results, size_t count);
void report_rates(const struct result *results, size_t count);
void report_libraries(const struct result *results, size_t count);
void report_goals(const struct result *results, size_t count);

#endif
