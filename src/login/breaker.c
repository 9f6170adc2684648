/*
 * Turns what the last logins found out about the service into whether the
 * next one asks at all. Decides over no login: where the record cannot be
 * had, the service is asked as if there was none.
 */
#include "login/breaker.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

enum { LOCK_MS = 200, FAILURES_MAX = 1000000 };

/* "MAGIC failures until END"; anything else is a new record. */
#define MAGIC "genauth-breaker-1 "
#define END "\nend\n"

struct state {
	int64_t failures; /* in a row */
	int64_t until;    /* wall clock, seconds; 0: closed, the service is
			     asked */
};

void
breaker_open(struct breaker *b, const char *directory, const char *url,
    const char *caller, struct option_rate limit, const struct clock *clock)
{
	const char *const parts[] = {"breaker", url, caller};
	char name[RECORD_NAME_BYTES], why[512];

	*b = (struct breaker){
	    .record = {-1}, .limit = limit, .clock = clock};
	if (limit.count == 0)
		return;
	if (record_name(parts, 3, name) != ERR_OK)
		log_write(LOG_WARNING, "breaker: no name for the record");
	else if (record_open(&b->record, directory, name, why, sizeof(why)) !=
	    ERR_OK)
		log_write(LOG_WARNING, "breaker: %s", why);
}

void
breaker_close(struct breaker *b)
{
	record_close(&b->record);
}

static bool
lock(const struct breaker *b, bool exclusive)
{
	return b->record.fd != -1 &&
	    record_lock(&b->record, exclusive, b->clock, LOCK_MS) == ERR_OK;
}

static bool
parse(const struct buf *text, struct state *out)
{
	const char *s = buf_text(text);

	return strlen(s) == text->len && record_skip(&s, MAGIC) &&
	    record_number(&s, &out->failures) && record_skip(&s, " ") &&
	    record_number(&s, &out->until) && strcmp(s, END) == 0;
}

/* Locked. */
static struct state
get(const struct breaker *b)
{
	struct buf text = BUF_INIT(RECORD_BLOCK_BYTES);
	struct state s = {0, 0};

	if (record_read(&b->record, &text) != ERR_OK || !parse(&text, &s))
		s = (struct state){0, 0};
	buf_clear(&text);
	return s;
}

/* Locked exclusively. */
static void
put(const struct breaker *b, struct state s)
{
	struct buf text = BUF_INIT(RECORD_BLOCK_BYTES);
	char line[80];

	(void)snprintf(line, sizeof(line), MAGIC "%" PRId64 " %" PRId64 END,
	    s.failures, s.until);
	if (buf_add_text(&text, line) != ERR_OK ||
	    record_write(&b->record, &text) != ERR_OK)
		log_write(LOG_WARNING, "breaker: %s", strerror(errno));
	buf_clear(&text);
}

static int64_t
now_s(const struct breaker *b)
{
	return b->clock->wall_s(b->clock->ctx);
}

/* What is further ahead than we write it was written by another clock. */
static bool
is_open(const struct breaker *b, struct state s)
{
	int64_t now = now_s(b);

	return s.until > now && s.until <= now + b->limit.seconds;
}

/* Its time has passed: the first to come here asks, all others are told that
 * it is open until that login has reported. */
static enum err
take_probe(const struct breaker *b)
{
	struct state s;

	if (!lock(b, true))
		return ERR_OK;
	s = get(b);
	if (is_open(b, s)) {
		record_unlock(&b->record);
		return ERR_UNREACHABLE;
	}
	if (s.until != 0) {
		s.until = now_s(b) + b->limit.seconds;
		put(b, s);
	}
	record_unlock(&b->record);
	return ERR_OK;
}

enum err
breaker_ask(struct breaker *b)
{
	struct state s;

	if (!lock(b, false))
		return ERR_OK;
	s = get(b);
	record_unlock(&b->record);
	if (is_open(b, s))
		return ERR_UNREACHABLE;
	return s.until == 0 ? ERR_OK : take_probe(b);
}

void
breaker_look(const char *directory, const char *url, const char *caller,
    struct option_rate limit, const struct clock *clock,
    struct breaker_view *out)
{
	const char *const parts[] = {"breaker", url, caller};
	char name[RECORD_NAME_BYTES];
	struct breaker b;
	struct state s;

	*out = (struct breaker_view){0, 0};
	if (limit.count == 0 || record_name(parts, 3, name) != ERR_OK ||
	    !record_exists(directory, name))
		return;
	breaker_open(&b, directory, url, caller, limit, clock);
	if (lock(&b, false)) {
		s = get(&b);
		record_unlock(&b.record);
		out->failures = (int)s.failures;
		if (is_open(&b, s))
			out->open_s = (int)(s.until - now_s(&b));
	}
	breaker_close(&b);
}

bool
breaker_counts(enum err e)
{
	return e == ERR_UNREACHABLE || e == ERR_TIMEOUT || e == ERR_BUSY;
}

static void
count_failure(const struct breaker *b, enum err e)
{
	struct state s;
	bool opens;

	if (!lock(b, true))
		return;
	s = get(b);
	if (s.failures < FAILURES_MAX)
		s.failures++;
	opens = s.failures >= b->limit.count && s.until == 0;
	if (opens || s.until != 0)
		s.until = now_s(b) + b->limit.seconds;
	put(b, s);
	record_unlock(&b->record);
	if (opens)
		log_write(LOG_ALERT, "breaker: the service is away (%s, %d "
		    "in a row) and is not asked for the next %d s",
		    err_text(e), (int)s.failures, b->limit.seconds);
}

static void
reset(const struct breaker *b)
{
	struct state s;

	if (!lock(b, true))
		return;
	s = get(b);
	put(b, (struct state){0, 0});
	record_unlock(&b->record);
	if (s.until != 0)
		log_write(LOG_NOTICE, "breaker: the service is back, logins "
		    "ask it again");
}

/* Errors that may come about without a word from the service. */
static bool
is_our_own(enum err e)
{
	return e == ERR_MEMORY || e == ERR_SYSTEM || e == ERR_CONFIG ||
	    e == ERR_TOO_SLOW;
}

void
breaker_report(struct breaker *b, enum err e)
{
	struct state s;

	if (breaker_counts(e)) {
		count_failure(b, e);
		return;
	}
	if (is_our_own(e) || !lock(b, false))
		return;
	s = get(b);
	record_unlock(&b->record);
	if (s.failures != 0 || s.until != 0)
		reset(b);
}
