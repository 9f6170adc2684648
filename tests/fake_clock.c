/*
 * Time for tests. Does not pass by itself.
 */
#include "fake_clock.h"

static int64_t
fake_now_ms(void *ctx)
{
	return ((struct fake_clock *)ctx)->now_ms;
}

static time_t
fake_wall_s(void *ctx)
{
	return ((struct fake_clock *)ctx)->wall_s;
}

static void
fake_sleep_ms(void *ctx, int ms)
{
	struct fake_clock *f = ctx;

	f->slept_ms += ms;
	fake_clock_advance(f, ms);
}

void
fake_clock_init(struct fake_clock *f)
{
	*f = (struct fake_clock){
	    .clock = {fake_now_ms, fake_wall_s, fake_sleep_ms, f},
	    .now_ms = 1000,
	    .wall_s = FAKE_WALL_S,
	};
}

void
fake_clock_advance(struct fake_clock *f, int ms)
{
	f->now_ms += ms;
	f->wall_s += ms / 1000;
}
