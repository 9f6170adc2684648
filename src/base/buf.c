/*
 * Growable bytes that never leave a copy of themselves behind.
 */
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

void
buf_init(struct buf *b, size_t max_bytes)
{
	*b = (struct buf)BUF_INIT(max_bytes);
}

/* Never realloc(): it leaves the old bytes in freed memory. */
static enum err
grow(struct buf *b, size_t need)
{
	size_t cap = b->cap < 64 ? 64 : b->cap;
	char *moved;

	while (cap < need)
		cap *= 2;
	if ((moved = calloc(1, cap)) == NULL)
		return ERR_MEMORY;
	if (b->ptr != NULL) {
		memcpy(moved, b->ptr, b->len);
		explicit_bzero(b->ptr, b->cap);
		free(b->ptr);
	}
	b->ptr = moved;
	b->cap = cap;
	return ERR_OK;
}

enum err
buf_add(struct buf *b, const void *bytes, size_t len)
{
	enum err e;

	if (len > b->max || b->len > b->max - len)
		return ERR_MEMORY;
	if (b->len + len + 1 > b->cap &&
	    (e = grow(b, b->len + len + 1)) != ERR_OK)
		return e;
	if (len > 0)
		memcpy(b->ptr + b->len, bytes, len);
	b->len += len;
	b->ptr[b->len] = '\0';
	return ERR_OK;
}

enum err
buf_add_text(struct buf *b, const char *text)
{
	return buf_add(b, text, strlen(text));
}

const char *
buf_text(const struct buf *b)
{
	return b->ptr == NULL ? "" : b->ptr;
}

void
buf_clear(struct buf *b)
{
	if (b->ptr != NULL) {
		explicit_bzero(b->ptr, b->cap);
		free(b->ptr);
	}
	buf_init(b, b->max);
}
