#ifndef MFA_OUTPUT_H
#define MFA_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Results on standard output: one description, two writers. A table aligned
 * by libsmartcols (for one record: a list of "title  value"), or with `json`
 * one object per row and line, its members in the order of the columns.
 * Everything shown passes text_clean().
 */
struct output_column {
	const char *title;  /* "BOUND"; for people */
	const char *member; /* "bound"; for programs, never changes */
};

struct output;

/* `columns` is ended by a NULL title and borrowed. NULL without memory. */
/* A copy of `columns`, with titles in the language that is spoken; `out` has
 * room for all of them, the last one, too. */
void output_translate(
    const struct output_column *columns, struct output_column *out);

struct output *output_new(
    const struct output_column *columns, bool json, bool one_record);
void output_free(struct output **o);

/* Begin a row, then fill its cells by column number; what is not filled is
 * empty, or null. output_flag() is yes/no, or true/false. */
void output_row(struct output *o);
void output_text(struct output *o, size_t column, const char *text);
void output_number(struct output *o, size_t column, long number);
void output_flag(struct output *o, size_t column, bool flag);

/* Write it all. ERR_MEMORY, ERR_SYSTEM (standard output is gone). */
__attribute__((warn_unused_result)) enum err output_print(struct output *o);

#endif
