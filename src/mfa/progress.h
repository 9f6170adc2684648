#ifndef MFA_PROGRESS_H
#define MFA_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How fast it goes, from what was done up to when. Starts zeroed. */
struct estimate {
	bool begun;
	int64_t at_ms;
	uint64_t done;
	double rate;    /* a second; recent time counts most */
};

/* `done` so far at `now_ms`. What goes backwards is not believed. */
void estimate_add(struct estimate *e, int64_t now_ms, uint64_t done);

/* Seconds until `total`; -1 where nobody can say. Never above 99 hours. */
int64_t estimate_left_s(const struct estimate *e, uint64_t total);

/* What a bar shows. */
struct progress {
	uint64_t done, total, failed;
	const struct estimate *estimate;
	int wait_s;     /* the service asked us to pause; 0: it did not */
};

/*
 * "[=====>    ]  1234 of 10000   245/s   0:36 left   2 failed", at most
 * `columns` wide: where they are few there is less of a bar, then none, and
 * then the end is cut. Returns `out`.
 */
const char *progress_line(
    const struct progress *p, int columns, char *out, size_t size);

#endif
