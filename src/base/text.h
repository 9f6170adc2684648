#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Copy text for a terminal or a log: control characters (C0, DEL, C1), bidi
 * marks, line separators and bytes that are not UTF-8 become '?'; what does
 * not fit is cut at a character and ends in "...". NULL reads as "". Returns
 * `out`, which is always terminated. `size` is at least 8.
 */
const char *text_clean(char *out, size_t size, const char *text);

/* Bytes of the UTF-8 character at `p`, 0 where there is none (RFC 3629).
 * `left` is at least 1. */
size_t text_character_length(const char *p, size_t left);

/*
 * The character at `p`, and in `*used` its bytes: in ASCII where it is one that
 * input methods for Chinese and Japanese type in its place (U+FF01 to U+FF5E
 * are the 94 printable ones in wide; U+3000 is the wide space), else the one
 * byte. `left` is at least 1.
 */
char text_narrow(const char *p, size_t left, size_t *used);

/* No byte that text_clean() would replace, but for '\n' where `lines`. */
bool text_is_clean(const char *text, size_t len, bool lines);

/*
 * Append " name=value" to a log line, quoted where the value could be taken
 * for more than one (logfmt), cleaned; nothing for NULL or "". A line that
 * grows too long loses its tail.
 */
void text_add_field(struct buf *line, const char *name, const char *value);

/* "***8888": the last four, or "***" where the number is shorter than 8. */
void text_mask_phone(char *out, size_t size, const char *phone);

/* "a***@example.com"; "***" where it is not an address. Cleaned. */
void text_mask_email(char *out, size_t size, const char *email);

/* Same bytes, taking the same time wherever they differ. */
bool text_same_secret(const char *a, size_t a_len, const char *b, size_t b_len);

/*
 * Append the decoded bytes. ERR_REPLY where a character is not of the
 * base64url alphabet (RFC 4648 section 5, no padding); `out` then unchanged.
 */
__attribute__((warn_unused_result)) enum err text_base64url_decode(
    const char *text, size_t len, struct buf *out);

/* Append `text` percent-encoded as one query value or path segment. */
__attribute__((warn_unused_result)) enum err text_percent_encode(
    const char *text, struct buf *out);

/*
 * The candidate nearest to `word` by edit distance, or NULL where none is
 * near enough to be a slip. `name_at(ctx, i)` gives candidate i, NULL at the
 * end.
 */
const char *text_nearest(const char *word,
    const char *(*name_at)(const void *ctx, size_t i), const void *ctx);

#endif
