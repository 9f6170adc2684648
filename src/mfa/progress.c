/*
 * Turns counts and times into a rate, the time left, and the text of a
 * progress bar. Does not look at a clock or a terminal.
 */
#include "mfa/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	MEMORY_MS = 5000, /* what is older than that hardly counts */
	LEFT_MAX_S = 99 * 3600 + 59 * 60 + 59,
	BAR_MIN = 10,
	BAR_MAX = 40,
};

void
estimate_add(struct estimate *e, int64_t now_ms, uint64_t done)
{
	double passed_ms, rate, weight;

	if (!e->begun) {
		*e = (struct estimate){
		    .begun = true, .at_ms = now_ms, .done = done};
		return;
	}
	if (now_ms <= e->at_ms || done < e->done)
		return;
	passed_ms = (double)(now_ms - e->at_ms);
	rate = (double)(done - e->done) * 1000 / passed_ms;
	/* the first one has nothing before it that could be remembered */
	weight = e->rate > 0 ? passed_ms / (passed_ms + (double)MEMORY_MS) : 1;
	e->rate += (rate - e->rate) * weight;
	e->at_ms = now_ms;
	e->done = done;
}

int64_t
estimate_left_s(const struct estimate *e, uint64_t total)
{
	double left_s;

	if (total <= e->done)
		return 0;
	if (e->rate <= 0)
		return -1;
	left_s = (double)(total - e->done) / e->rate;
	if (left_s >= (double)LEFT_MAX_S)
		return LEFT_MAX_S;
	return (int64_t)left_s + 1; /* nobody minds being early */
}

static void
format_left(const struct progress *p, char *out, size_t size)
{
	int64_t s = estimate_left_s(p->estimate, p->total);

	if (p->wait_s > 0)
		(void)snprintf(out, size, "   told to wait %d s", p->wait_s);
	else if (s < 0)
		(void)snprintf(out, size, "   -:-- left");
	else if (s < 3600)
		(void)snprintf(out, size, "   %" PRId64 ":%02" PRId64 " left",
		    s / 60, s % 60);
	else
		(void)snprintf(out, size,
		    "   %" PRId64 ":%02" PRId64 ":%02" PRId64 " left",
		    s / 3600, s / 60 % 60, s % 60);
}

static void
format_bar(const struct progress *p, size_t width, char bar[BAR_MAX + 3])
{
	double share = p->total == 0 ? 1 : (double)p->done / (double)p->total;
	size_t full = share >= 1 ? width : (size_t)(share * (double)width);

	bar[0] = '[';
	memset(bar + 1, '=', full);
	memset(bar + 1 + full, ' ', width - full);
	if (full < width)
		bar[1 + full] = '>';
	bar[1 + width] = ']';
	bar[2 + width] = '\0';
}

const char *
progress_line(const struct progress *p, int columns, char *out, size_t size)
{
	char bar[BAR_MAX + 3] = "", left[40], failed[40] = "", facts[256];
	size_t room = columns > 0 ? (size_t)columns : 0, len;

	format_left(p, left, sizeof(left));
	if (p->failed > 0)
		(void)snprintf(failed, sizeof(failed), "   %" PRIu64 " failed",
		    p->failed);
	(void)snprintf(facts, sizeof(facts),
	    "%" PRIu64 " of %" PRIu64 "   %.0f/s%s%s", p->done, p->total,
	    p->estimate->rate, left, failed);
	len = strlen(facts);
	if (room >= len + BAR_MIN + 3)
		format_bar(p, room - len - 3 < BAR_MAX ? room - len - 3
						       : BAR_MAX, bar);
	if (room >= size)
		room = size - 1;
	(void)snprintf(out, size, "%s%s%.*s", bar, bar[0] == '\0' ? "" : " ",
	    (int)room, facts);
	return out;
}
