#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

/*
 * A small root-only file that many processes read and write in turn. It is
 * opened once (a sandbox may forbid that later), and locked for each use. Its
 * name is a hash: nothing of what it is about becomes a path.
 */
struct record {
	int fd; /* -1: none */
};

enum { RECORD_NAME_BYTES = 65 };

/* SHA-256 over `parts` (each ended by its NUL), in hex. ERR_SYSTEM. */
__attribute__((warn_unused_result)) enum err record_name(
    const char *const *parts, size_t count, char out[RECORD_NAME_BYTES]);

/*
 * Open, or create, `name` in `directory`, which is made 0700 when missing.
 * Both must be ours alone: ERR_SYSTEM where they are not, or for any other
 * failure, with a sentence in `why` that names the directory.
 */
__attribute__((warn_unused_result)) enum err record_open(struct record *r,
    const char *directory, const char *name, char *why, size_t why_size);
void record_close(struct record *r);

/* The directory, made 0700 when missing, as record_open() opens it: a
 * descriptor, or -1 and the sentence in `why`. */
int record_open_directory(
    const char *directory, char *why, size_t why_size);

/* For who only looks. Is there a record of that name? Yes, too, where that
 * cannot be told. Could record_open() make one there? As far as that can be
 * told without doing it; ERR_SYSTEM as above. Both make nothing. */
bool record_exists(const char *directory, const char *name);
__attribute__((warn_unused_result)) enum err record_could_open(
    const char *directory, char *why, size_t why_size);

/*
 * Lock, `exclusive` to write. ERR_TIMEOUT where somebody else holds it for
 * longer than `timeout_ms` (0: do not wait at all). ERR_SYSTEM.
 */
__attribute__((warn_unused_result)) enum err record_lock(
    const struct record *r, bool exclusive, const struct clock *clock,
    int timeout_ms);
void record_unlock(const struct record *r);

/* Append the whole text to `out`, "" for a new record; spaces at its end are
 * not part of it. Locked. ERR_SYSTEM, also for one larger than `out` may grow;
 * ERR_MEMORY. */
__attribute__((warn_unused_result)) enum err record_read(
    const struct record *r, struct buf *out);

/*
 * Replace the text, which does not end in a space. Locked exclusively. One of
 * less than RECORD_BLOCK_BYTES is replaced by one write that does not change
 * the file's size, so that a process killed meanwhile leaves the old text or
 * the new; a longer one has to show by its end that it is whole. ERR_SYSTEM,
 * with errno; ERR_MEMORY.
 */
enum { RECORD_BLOCK_BYTES = 4096 };
__attribute__((warn_unused_result)) enum err record_write(
    const struct record *r, const struct buf *text);

/* For who reads what a record says: is `word`, or is a decimal
 * number of 1 to 15 digits without leading zeros, next at `*s`? `*s` is then
 * behind it. */
bool record_skip(const char **s, const char *word);
bool record_number(const char **s, int64_t *out);

#endif
