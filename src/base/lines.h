#ifndef BASE_LINES_H
#define BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { LINE_MAX_BYTES = 1024 };

/*
 * The lines `name = value` of a text; `#` after white space or at the start
 * begins a comment. White space around both sides is dropped, a value may
 * hold '=' and '#'. Nothing is copied: `name` and `value` point into the
 * text and have no NUL behind them.
 */
struct line {
	size_t number;       /* from 1 */
	const char *name, *value;
	size_t name_len, value_len;
	const char *mistake; /* not NULL: why this line is not one */
	const char *next;    /* where to go on */
};

/* Before the first line_next(). */
#define LINE_START {0, NULL, NULL, 0, 0, NULL, NULL}

/* The next line that is not blank; false at the end. `text` unchanged. */
bool line_next(struct line *l, const struct buf *text);

/*
 * Read one `name=value` that has no comment. Without a '=' `value` is NULL
 * and `name` all of it; that is no mistake here.
 */
void line_read(struct line *l, const char *text, size_t len);

#endif
