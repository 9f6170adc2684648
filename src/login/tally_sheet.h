#ifndef LOGIN_TALLY_SHEET_H
#define LOGIN_TALLY_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "login/tally.h"

/* What a tally's record says. Times are those of the wall clock, in seconds;
 * what came first stands first. */
struct tally_sheet {
	int64_t tries[TALLY_TRIES_MAX];
	size_t try_count;
	struct tally_push {
		int64_t sent_s, life_s;
	} pushes[TALLY_PUSHES_MAX];
	size_t push_count;
	int64_t refused, refused_s; /* pushes in a row, and the last one */
};

/* False where the text is not exactly one that tally_sheet_write() makes. An
 * empty one is an empty sheet. */
bool tally_sheet_read(const struct buf *text, struct tally_sheet *out);

/* Append the text, below RECORD_BLOCK_BYTES. ERR_MEMORY. */
__attribute__((warn_unused_result)) enum err tally_sheet_write(
    const struct tally_sheet *s, struct buf *out);

/* Add an entry; the oldest makes room where all places are taken. */
void tally_sheet_add_try(struct tally_sheet *s, int64_t now_s);
void tally_sheet_add_push(
    struct tally_sheet *s, int64_t now_s, int64_t life_s);

/* Remove one entry of that time, if there is any (of pushes: was there?). */
void tally_sheet_drop_try(struct tally_sheet *s, int64_t at_s);
bool tally_sheet_drop_push(struct tally_sheet *s, int64_t sent_s);

/* A push that ended then was refused, or not answered. */
void tally_sheet_refuse(struct tally_sheet *s, int64_t at_s);

/* Forget what no longer has a say at `now_s`. The functions below are for a
 * sheet on which this was done. */
void tally_sheet_forget(struct tally_sheet *s, int64_t now_s);

/* How many wrong codes count now, and how long they lock the person out; 0:
 * not at all, as with a `limit` whose count is 0. */
int tally_sheet_wrong(
    const struct tally_sheet *s, struct option_rate limit, int64_t now_s);
int tally_sheet_locked_s(
    const struct tally_sheet *s, struct option_rate limit, int64_t now_s);

/* How long the pause after refused pushes lasts, and how long no push may be
 * sent, be it for that or for `limit` of them being outstanding; 0: not. */
int tally_sheet_pause_s(const struct tally_sheet *s, int64_t now_s);
int tally_sheet_push_s(const struct tally_sheet *s, int limit, int64_t now_s);

#endif
