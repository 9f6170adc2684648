#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

/* A program that logs in once, and succeeds by exiting with 0. */
struct subject {
	const char *label;
	char **argv;       /* where "totp:SECRET" stands, the code of now goes */
	char code[8];
	char *secret;      /* decoded, owned; NULL: no code is needed */
	size_t secret_len;
};

/* One login, with everything it starts. */
struct cost {
	double wall_ms, cpu_ms;
	long peak_kib;     /* of the largest process */
};

/* What bench-pam-login says of itself. */
struct host {
	long host_kib, helper_kib; /* 0: no such process */
	char libraries[2048];      /* names, a blank after each */
};

/* Find the code's place in argv. False: no such secret, or no memory. */
bool subject_init(struct subject *s, const char *label, char **argv);
void subject_clear(struct subject *s);

/* One login from before its start until it is reaped. False: it failed. */
bool measure_cost(struct subject *s, struct cost *out);

/* One login that reports about its host. False: it failed. */
bool measure_host(struct subject *s, struct host *out);

/* Logins per second with so many under way at any time; a negative number
 * where one failed. */
double measure_rate(struct subject *s, int parallel, double seconds);

#endif
