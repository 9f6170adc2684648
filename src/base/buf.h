#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

#include "base/err.h"

/*
 * Bytes that are secret or were received: codes, keys, tokens, bodies. Every
 * one of them is wiped when released and when it moves, so nobody has to
 * decide which is a secret. `ptr` is NULL while empty, else `len` bytes with
 * a NUL behind them. `max` is fixed at birth and never exceeded.
 */
struct buf {
	char *ptr;
	size_t len, cap, max;
};

#define BUF_INIT(max_bytes) {NULL, 0, 0, (max_bytes)}

void buf_init(struct buf *b, size_t max_bytes);

/* Append. ERR_MEMORY also when `max` would be exceeded; then nothing was. */
__attribute__((warn_unused_result)) enum err buf_add(
    struct buf *b, const void *bytes, size_t len);
__attribute__((warn_unused_result)) enum err buf_add_text(
    struct buf *b, const char *text);

/* The text held, "" while empty. Borrowed until the next change. */
const char *buf_text(const struct buf *b);

/* Wipe, release, leave empty with the same `max`. */
void buf_clear(struct buf *b);

#endif
