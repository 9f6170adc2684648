#ifndef TESTS_FAKE_CLOCK_H
#define TESTS_FAKE_CLOCK_H

#include "base/clock.h"

/* A clock that only moves when told to, or when slept on. It starts at
 * FAKE_WALL_S, Fri, 22 Nov 2024 01:33:00 GMT. */
enum { FAKE_WALL_S = 1732239180 };

struct fake_clock {
	struct clock clock;
	int64_t now_ms;
	time_t wall_s;
	int slept_ms; /* all sleeps together */
};

void fake_clock_init(struct fake_clock *f);
void fake_clock_advance(struct fake_clock *f, int ms);

#endif
