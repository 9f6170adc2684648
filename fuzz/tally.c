/*
 * The record of a person's tries: one that is read is one that is written,
 * byte for byte; none frees anybody by a clock that was set, or locks anybody
 * out for longer than the limit says.
 */
#include <string.h>

#include "fuzz.h"
#include "login/tally_sheet.h"

enum { NOW = 1732239180, PUSH_LIFE_S = 60 };

static void
must_be_the_same(const struct tally_sheet *s, const struct buf *text)
{
	struct buf again = BUF_INIT(RECORD_BLOCK_BYTES);

	must(tally_sheet_write(s, &again) == ERR_OK, "a sheet can be written");
	must(text->len == 0 || strcmp(buf_text(&again), buf_text(text)) == 0,
	    "a sheet is written as it was read");
	buf_clear(&again);
}

/* What is kept can be written and read. */
static void
must_be_kept(const struct tally_sheet *s)
{
	struct buf text = BUF_INIT(RECORD_BLOCK_BYTES);
	struct tally_sheet again;

	must(tally_sheet_write(s, &text) == ERR_OK &&
	    text.len < RECORD_BLOCK_BYTES, "a sheet fits into its block");
	must(tally_sheet_read(&text, &again), "what is written can be read");
	must(again.try_count == s->try_count &&
	    again.push_count == s->push_count &&
	    memcmp(again.tries, s->tries,
		s->try_count * sizeof(s->tries[0])) == 0,
	    "what is written is what is read");
	buf_clear(&text);
}

static void
try_sheet(struct tally_sheet *s, struct option_rate limit, int pushes,
    int64_t now)
{
	int wrong, locked, push;

	tally_sheet_forget(s, now);
	must_be_kept(s);
	wrong = tally_sheet_wrong(s, limit, now);
	locked = tally_sheet_locked_s(s, limit, now);
	must((locked > 0) == (limit.count > 0 && wrong >= limit.count),
	    "who has used up the tries is locked out, and nobody else");
	must(locked <= 2 * limit.seconds, "a lockout ends");
	push = tally_sheet_push_s(s, pushes, now);
	must(push >= 0 && push >= tally_sheet_pause_s(s, now),
	    "a pause holds pushes up");
	must(s->push_count < (size_t)pushes || push > 0,
	    "no more pushes than may be are outstanding");
	tally_sheet_add_try(s, now);
	must(tally_sheet_wrong(s, limit, now) >= (limit.count > 0),
	    "a try is counted");
	tally_sheet_add_push(s, now, PUSH_LIFE_S);
	must(tally_sheet_push_s(s, 1, now) > 0, "a push is outstanding");
	must_be_kept(s);
	tally_sheet_drop_push(s, now);
	tally_sheet_drop_try(s, now);
	must_be_kept(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t clocks[] = {
	    NOW, 1, NOW - 100, NOW + 86400, INT64_C(253402300799)};
	static const struct option_rate limits[] = {
	    {10, 900}, {0, 0}, {1, 1}, {100, 7 * 86400}};
	struct input in = {data, size};
	int64_t now = clocks[input_choose(&in, 5)];
	struct option_rate limit = limits[input_choose(&in, 4)];
	int pushes = 1 + (int)input_choose(&in, TALLY_PUSHES_MAX);
	struct buf text = input_part(&in, 1 << 16);
	struct tally_sheet s;

	if (tally_sheet_read(&text, &s)) {
		must(s.try_count <= TALLY_TRIES_MAX &&
		    s.push_count <= TALLY_PUSHES_MAX, "a sheet has an end");
		must_be_the_same(&s, &text);
		try_sheet(&s, limit, pushes, now);
	}
	buf_clear(&text);
	return 0;
}
