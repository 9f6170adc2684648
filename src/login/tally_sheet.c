/*
 * Turns the text of a tally's record into entries and back, and entries into
 * how long somebody has to wait. Knows no clock: an entry has a say while it
 * is near, in the past or the future, so that a clock that was set neither
 * locks anybody out for long nor frees anybody for good.
 */
#include "login/tally_sheet.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/record.h"

/* MAGIC, "try AT" for each, "push SENT LIFE" for each, "refused COUNT LAST",
 * END. */
#define MAGIC "genauth-tally-1\n"
#define END "end\n"

enum {
	TRY_KEPT_S = 7 * 86400, /* no limit looks further back: config.c */
	REFUSED_KEPT_S = 86400,
	PAUSE_FIRST_S = 15,
	PAUSE_MAX_S = 3600,
	PAUSE_DOUBLED_MAX = 8, /* 15 s times 2^8 is beyond the longest */
};

static bool
read_tries(const char **s, struct tally_sheet *out)
{
	while (record_skip(s, "try ")) {
		if (out->try_count == TALLY_TRIES_MAX ||
		    !record_number(s, &out->tries[out->try_count++]) ||
		    !record_skip(s, "\n"))
			return false;
	}
	return true;
}

static bool
read_pushes(const char **s, struct tally_sheet *out)
{
	while (record_skip(s, "push ")) {
		struct tally_push *p = &out->pushes[out->push_count];

		if (out->push_count++ == TALLY_PUSHES_MAX ||
		    !record_number(s, &p->sent_s) || !record_skip(s, " ") ||
		    !record_number(s, &p->life_s) || !record_skip(s, "\n"))
			return false;
	}
	return true;
}

bool
tally_sheet_read(const struct buf *text, struct tally_sheet *out)
{
	const char *s = buf_text(text);

	memset(out, 0, sizeof(*out));
	if (text->len == 0)
		return true;
	return strlen(s) == text->len && record_skip(&s, MAGIC) &&
	    read_tries(&s, out) && read_pushes(&s, out) &&
	    record_skip(&s, "refused ") && record_number(&s, &out->refused) &&
	    record_skip(&s, " ") && record_number(&s, &out->refused_s) &&
	    record_skip(&s, "\n") && strcmp(s, END) == 0;
}

static enum err
add_line(struct buf *out, const char *word, int64_t first, int64_t second)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "%s %" PRId64 " %" PRId64 "\n",
	    word, first, second);
	return buf_add_text(out, line);
}

enum err
tally_sheet_write(const struct tally_sheet *s, struct buf *out)
{
	char line[64];
	enum err e = buf_add_text(out, MAGIC);

	for (size_t i = 0; e == ERR_OK && i < s->try_count; i++) {
		(void)snprintf(
		    line, sizeof(line), "try %" PRId64 "\n", s->tries[i]);
		e = buf_add_text(out, line);
	}
	for (size_t i = 0; e == ERR_OK && i < s->push_count; i++)
		e = add_line(out, "push", s->pushes[i].sent_s,
		    s->pushes[i].life_s);
	if (e == ERR_OK)
		e = add_line(out, "refused", s->refused, s->refused_s);
	return e == ERR_OK ? buf_add_text(out, END) : e;
}

static void
remove_try(struct tally_sheet *s, size_t i)
{
	s->try_count--;
	memmove(&s->tries[i], &s->tries[i + 1],
	    (s->try_count - i) * sizeof(s->tries[0]));
}

static void
remove_push(struct tally_sheet *s, size_t i)
{
	s->push_count--;
	memmove(&s->pushes[i], &s->pushes[i + 1],
	    (s->push_count - i) * sizeof(s->pushes[0]));
}

void
tally_sheet_add_try(struct tally_sheet *s, int64_t now_s)
{
	if (s->try_count == TALLY_TRIES_MAX)
		remove_try(s, 0);
	s->tries[s->try_count++] = now_s;
}

void
tally_sheet_add_push(struct tally_sheet *s, int64_t now_s, int64_t life_s)
{
	if (s->push_count == TALLY_PUSHES_MAX)
		remove_push(s, 0);
	s->pushes[s->push_count++] = (struct tally_push){now_s, life_s};
}

void
tally_sheet_drop_try(struct tally_sheet *s, int64_t at_s)
{
	for (size_t i = s->try_count; i-- > 0;)
		if (s->tries[i] == at_s) {
			remove_try(s, i);
			return;
		}
}

bool
tally_sheet_drop_push(struct tally_sheet *s, int64_t sent_s)
{
	for (size_t i = s->push_count; i-- > 0;)
		if (s->pushes[i].sent_s == sent_s) {
			remove_push(s, i);
			return true;
		}
	return false;
}

void
tally_sheet_refuse(struct tally_sheet *s, int64_t at_s)
{
	if (s->refused <= PAUSE_DOUBLED_MAX) /* more lengthen no pause */
		s->refused++;
	s->refused_s = at_s;
}

/* Less than `seconds` away, whichever way the clock was set. */
static bool
is_near(int64_t at_s, int64_t now_s, int64_t seconds)
{
	return (at_s > now_s ? at_s - now_s : now_s - at_s) < seconds;
}

void
tally_sheet_forget(struct tally_sheet *s, int64_t now_s)
{
	for (size_t i = s->try_count; i-- > 0;)
		if (!is_near(s->tries[i], now_s, TRY_KEPT_S))
			remove_try(s, i);
	for (size_t i = 0; i < s->push_count;) {
		const struct tally_push p = s->pushes[i];

		if (is_near(p.sent_s, now_s, p.life_s)) {
			i++;
			continue;
		}
		/* nobody said how it ended: it was not answered */
		tally_sheet_refuse(s, p.sent_s + p.life_s);
		remove_push(s, i);
	}
	if (!is_near(s->refused_s, now_s, REFUSED_KEPT_S))
		s->refused = s->refused_s = 0;
}

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* How long until less than `limit` of these times lie ahead; sorts them. */
static int
until_below(int64_t *ends, size_t count, int limit, int64_t now_s)
{
	int64_t wait;

	if (count < (size_t)limit)
		return 0;
	qsort(ends, count, sizeof(ends[0]), by_time);
	wait = ends[count - (size_t)limit] - now_s;
	return wait > INT_MAX ? INT_MAX : (int)wait;
}

/* When each wrong code that counts now will have stopped to. */
static size_t
wrong_ends(const struct tally_sheet *s, int seconds, int64_t now_s,
    int64_t ends[TALLY_TRIES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < s->try_count; i++)
		if (is_near(s->tries[i], now_s, seconds))
			ends[count++] = s->tries[i] + seconds;
	return count;
}

int
tally_sheet_wrong(
    const struct tally_sheet *s, struct option_rate limit, int64_t now_s)
{
	int64_t ends[TALLY_TRIES_MAX];

	return limit.count == 0 ? 0 :
	    (int)wrong_ends(s, limit.seconds, now_s, ends);
}

int
tally_sheet_locked_s(
    const struct tally_sheet *s, struct option_rate limit, int64_t now_s)
{
	int64_t ends[TALLY_TRIES_MAX];
	size_t count;

	if (limit.count == 0)
		return 0;
	count = wrong_ends(s, limit.seconds, now_s, ends);
	return until_below(ends, count, limit.count, now_s);
}

int
tally_sheet_pause_s(const struct tally_sheet *s, int64_t now_s)
{
	int pause = PAUSE_MAX_S;

	if (s->refused == 0)
		return 0;
	if (s->refused <= PAUSE_DOUBLED_MAX)
		pause = PAUSE_FIRST_S << (s->refused - 1);
	if (!is_near(s->refused_s, now_s, pause))
		return 0;
	return (int)(s->refused_s + pause - now_s);
}

int
tally_sheet_push_s(const struct tally_sheet *s, int limit, int64_t now_s)
{
	int64_t ends[TALLY_PUSHES_MAX];
	int full, pause = tally_sheet_pause_s(s, now_s);

	for (size_t i = 0; i < s->push_count; i++)
		ends[i] = s->pushes[i].sent_s + s->pushes[i].life_s;
	full = until_below(ends, s->push_count, limit, now_s);
	return full > pause ? full : pause;
}
