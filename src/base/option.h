#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Where an option may come from. */
enum { OPTION_FILE = 1, OPTION_ARG = 2, OPTION_ANYWHERE = 3 };

struct option;

/*
 * Text to field: parse `value` into the field at `base + option->offset`.
 * ERR_CONFIG and a sentence in `why` where the value is not right; the field
 * then keeps what it had.
 */
typedef enum err option_set(const struct option *o, void *base,
    const char *value, char *why, size_t why_size);

/* One row drives default, parsing from both sources, `config show`, docs. */
struct option {
	const char *name;
	option_set *set;
	size_t offset;
	const char *def;   /* as text, through set(); NULL: none */
	unsigned from;     /* OPTION_FILE, OPTION_ARG */
	const void *arg;   /* what set() needs: a range, a word list */
	const char *doc;   /* one line for people */
};

struct option_range {
	int min, max;
};

/* "10/900": so many within so many seconds; count 0 is "off". */
struct option_rate {
	int count, seconds;
};

struct option_rate_range {
	struct option_range count, seconds;
};

/*
 * Field types. These own a char * (freed by whoever owns the struct):
 *   option_text       any text
 *   option_path       an absolute path
 *   option_choice     a word of the NULL-ended list in `arg`
 *   option_https_url  https only, no user, query or fragment; a slash at the
 *                     end is not kept
 *   option_proxy_url  http://host:port or https://host:port, nothing else
 * And these:
 *   option_number     int, within the struct option_range in `arg`
 *   option_seconds    int, text and range in seconds, field in milliseconds
 *   option_word       int, index in the NULL-ended list in `arg`
 *   option_rate       struct option_rate, "COUNT/SECONDS" or "off", within
 *                     the struct option_rate_range in `arg`
 *   option_flag       bool, "yes" or "no"; an argument may leave out "=yes"
 * No value is quoted in `why`: it may be a secret in the wrong place.
 */
option_set option_text, option_path, option_choice, option_https_url,
    option_proxy_url, option_number, option_seconds, option_word,
    option_rate, option_flag;

/* Called for every mistake: `where` is "FILE:LINE", "FILE" or "argument". */
typedef void option_report(void *ctx, const char *where, const char *what);

/*
 * A table (ended by a row without name) filling the struct at `base`.
 * option_defaults() first, then the file's text, then the arguments: later
 * sources win, twice in one source is a mistake. Every mistake is reported;
 * ERR_CONFIG where there was any, ERR_MEMORY. A name the table lacks is
 * reported with the nearest one it has. The grammar is that of base/lines.h.
 * The struct starts zeroed: what a field owns is freed when it is set again.
 */
__attribute__((warn_unused_result)) enum err option_defaults(
    const struct option *table, void *base);
__attribute__((warn_unused_result)) enum err option_parse_file(
    const struct option *table, void *base, const char *path,
    const struct buf *content, option_report *report, void *ctx);
__attribute__((warn_unused_result)) enum err option_parse_args(
    const struct option *table, void *base, const char *const *args,
    size_t count, option_report *report, void *ctx);

/* The row of that name, or NULL. */
const struct option *option_find(const struct option *table, const char *name);

#endif
