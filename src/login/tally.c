/*
 * Turns what is on record of one person's tries into whether there may be
 * another. Every "no" and every count comes from one reading under one lock;
 * what cannot be read or written allows nothing.
 */
#include "login/tally.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "login/tally_sheet.h"

enum { LOCK_MS = 2000 };

static enum err
lost(const char *why)
{
	log_write(LOG_ALERT, "tries cannot be counted: %s", why);
	return ERR_SYSTEM;
}

/* 0 is "none" in struct tally, and no time before it can be written. */
static int64_t
now_s(const struct tally *t)
{
	int64_t now = t->clock->wall_s(t->clock->ctx);

	return now < 1 ? 1 : now;
}

enum err
tally_open(struct tally *t, const char *directory, const char *login,
    struct tally_limits limits, const struct clock *clock)
{
	const char *const parts[] = {"tally", login};
	char name[RECORD_NAME_BYTES], why[512];

	*t = (struct tally){
	    .record = {-1}, .limits = limits, .clock = clock};
	if (record_name(parts, 2, name) != ERR_OK)
		return lost("no name for the record");
	if (record_open(&t->record, directory, name, why, sizeof(why)) !=
	    ERR_OK)
		return lost(why);
	return ERR_OK;
}

bool
tally_exists(const char *directory, const char *login)
{
	const char *const parts[] = {"tally", login};
	char name[RECORD_NAME_BYTES];

	return record_name(parts, 2, name) != ERR_OK ||
	    record_exists(directory, name);
}

void
tally_close(struct tally *t)
{
	record_close(&t->record);
}

static enum err
lock(const struct tally *t, bool exclusive)
{
	switch (record_lock(&t->record, exclusive, t->clock, LOCK_MS)) {
	case ERR_OK:
		return ERR_OK;
	case ERR_TIMEOUT:
		return lost("another process keeps the record locked");
	default:
		return lost(strerror(errno));
	}
}

/* Lock, then look at the clock and read. Ends in finish(), unless it fails. */
static enum err
begin(const struct tally *t, bool exclusive, struct tally_sheet *s,
    int64_t *now)
{
	struct buf text = BUF_INIT(RECORD_BLOCK_BYTES);
	enum err e = lock(t, exclusive);

	if (e != ERR_OK)
		return e;
	*now = now_s(t);
	if ((e = record_read(&t->record, &text)) == ERR_MEMORY)
		e = lost(err_text(e));
	else if (e != ERR_OK || !tally_sheet_read(&text, s))
		e = lost("the person's record is damaged; 'genauth-mfa "
			 "unlock' with their name clears it");
	if (e == ERR_OK)
		tally_sheet_forget(s, *now);
	else
		record_unlock(&t->record);
	buf_clear(&text);
	return e;
}

static void
finish(const struct tally *t)
{
	record_unlock(&t->record);
}

static enum err
put(const struct tally *t, const struct tally_sheet *s)
{
	struct buf text = BUF_INIT(RECORD_BLOCK_BYTES);
	enum err e = tally_sheet_write(s, &text);

	if (e == ERR_OK)
		e = record_write(&t->record, &text);
	buf_clear(&text);
	return e == ERR_OK ? ERR_OK : lost(strerror(errno));
}

enum err
tally_ask(struct tally *t, int *wait_s)
{
	struct tally_sheet s;
	int64_t now;
	enum err e;
	int wait;

	if (t->limits.wrong.count == 0)
		return ERR_OK;
	if ((e = begin(t, false, &s, &now)) != ERR_OK)
		return e;
	finish(t);
	if ((wait = tally_sheet_locked_s(&s, t->limits.wrong, now)) == 0)
		return ERR_OK;
	*wait_s = wait;
	return ERR_LOCKED_OUT;
}

enum err
tally_try(struct tally *t, int *wait_s)
{
	struct tally_sheet s;
	int64_t now;
	enum err e;
	int wait;

	t->try_s = 0;
	if (t->limits.wrong.count == 0)
		return ERR_OK;
	if ((e = begin(t, true, &s, &now)) != ERR_OK)
		return e;
	wait = tally_sheet_locked_s(&s, t->limits.wrong, now);
	if (wait > 0) {
		*wait_s = wait;
		e = ERR_LOCKED_OUT;
	} else {
		tally_sheet_add_try(&s, now);
		e = put(t, &s);
	}
	finish(t);
	if (e == ERR_OK)
		t->try_s = now;
	return e;
}

/* Where it fails that is told, and the code counts as a wrong one. */
void
tally_take_back(struct tally *t)
{
	struct tally_sheet s;
	int64_t at = t->try_s, now;

	t->try_s = 0;
	if (at == 0 || begin(t, true, &s, &now) != ERR_OK)
		return;
	tally_sheet_drop_try(&s, at);
	(void)!put(t, &s);
	finish(t);
}

enum err
tally_push(struct tally *t, int life_s, int *wait_s)
{
	struct tally_sheet s;
	int64_t now;
	enum err e;
	int wait;

	t->push_s = 0;
	if ((e = begin(t, true, &s, &now)) != ERR_OK)
		return e;
	wait = tally_sheet_push_s(&s, t->limits.pushes, now);
	t->crowded = s.push_count >= (size_t)t->limits.pushes;
	if (wait > 0) {
		*wait_s = wait;
		e = ERR_TOO_SOON;
	} else {
		tally_sheet_add_push(&s, now, life_s);
		e = put(t, &s);
	}
	finish(t);
	if (e == ERR_OK)
		t->push_s = now;
	return e;
}

/* One whose end cannot be noted stays outstanding for its life. */
void
tally_push_ended(struct tally *t, enum tally_push_end how)
{
	struct tally_sheet s;
	int64_t sent = t->push_s, now;
	bool open; /* not counted yet as one that nobody answered */

	t->push_s = 0;
	if (sent == 0 || begin(t, true, &s, &now) != ERR_OK)
		return;
	open = tally_sheet_drop_push(&s, sent);
	if (how == TALLY_PUSH_APPROVED)
		s.refused = s.refused_s = 0;
	else if (how == TALLY_PUSH_REFUSED ||
	    (how == TALLY_PUSH_UNANSWERED && open))
		tally_sheet_refuse(&s, now);
	(void)!put(t, &s);
	finish(t);
}

enum err
tally_look(struct tally *t, struct tally_view *out)
{
	struct tally_sheet s;
	int64_t now;
	enum err e = begin(t, false, &s, &now);

	if (e != ERR_OK)
		return e;
	finish(t);
	*out = (struct tally_view){
	    .wrong = tally_sheet_wrong(&s, t->limits.wrong, now),
	    .locked_s = tally_sheet_locked_s(&s, t->limits.wrong, now),
	    .pushes = (int)s.push_count,
	    .push_pause_s = tally_sheet_pause_s(&s, now),
	    .refused = (int)s.refused,
	};
	return ERR_OK;
}

enum err
tally_clear(struct tally *t)
{
	static const struct buf nothing = BUF_INIT(0);
	enum err e = lock(t, true);

	if (e != ERR_OK)
		return e;
	if (record_write(&t->record, &nothing) != ERR_OK)
		e = lost(strerror(errno));
	finish(t);
	return e;
}
