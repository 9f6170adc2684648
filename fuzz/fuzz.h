#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* What libFuzzer, or replay.c, calls for every input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property of what is fuzzed: where it does not hold, says which and
 * aborts. */
void must(bool holds, const char *what);

/* Has every log line from now on be looked at: each must be clean text. */
void watch_log(void);

/*
 * An input, read from its front: bytes that choose, and parts of any length,
 * each ended by PART_END or the end of the input. What is handed out is not
 * a byte larger than it has to be, for the address sanitizer's sake.
 */
struct input {
	const uint8_t *next;
	size_t left;
};

enum { PART_END = 0x1e };

/* One of 0..n-1: 'a' is 0; 0 at the end of the input. */
unsigned input_choose(struct input *in, unsigned n);

/* The next part as bytes, with room to grow up to `max`, buf_clear() it; and
 * as text, up to its first NUL, free() it. */
struct buf input_part(struct input *in, size_t max);
char *input_text(struct input *in);

/* Is there anything left? */
bool input_more(const struct input *in);

#endif
