#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Time as functions, so that a test can own it. */
struct clock {
	int64_t (*now_ms)(void *ctx);       /* monotonic, over suspend */
	time_t (*wall_s)(void *ctx);        /* for dates and expiry */
	void (*sleep_ms)(void *ctx, int ms);
	void *ctx;
};

extern const struct clock clock_system;

/* One budget for many steps: each step asks what is left. */
struct deadline {
	const struct clock *clock;
	int64_t at_ms;
};

void deadline_start(struct deadline *d, const struct clock *c, int ms);

/* What is left, 0 when it ran out. */
int deadline_left_ms(const struct deadline *d);

#endif
