/*
 * The system's clocks, and a budget that shrinks.
 */
#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>

static int64_t
system_now_ms(void *ctx)
{
	struct timespec ts = {0, 0};

	(void)ctx;
	(void)clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static time_t
system_wall_s(void *ctx)
{
	(void)ctx;
	return time(NULL);
}

static void
system_sleep_ms(void *ctx, int ms)
{
	struct timespec ts = {ms / 1000, (long)(ms % 1000) * 1000000};

	(void)ctx;
	while (nanosleep(&ts, &ts) == -1 && errno == EINTR)
		continue;
}

const struct clock clock_system = {
    system_now_ms, system_wall_s, system_sleep_ms, NULL};

void
deadline_start(struct deadline *d, const struct clock *c, int ms)
{
	d->clock = c;
	d->at_ms = c->now_ms(c->ctx) + ms;
}

int
deadline_left_ms(const struct deadline *d)
{
	int64_t left = d->at_ms - d->clock->now_ms(d->clock->ctx);

	if (left <= 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}
