#ifndef MFA_JOURNAL_TEXT_H
#define MFA_JOURNAL_TEXT_H

#include <stdio.h>
#include <sys/types.h>

#include "mfa/journal.h"

/* Parts of journal.c: see there. */

#define JOURNAL_HEAD "genauth-mfa-journal-1"

enum {
	JOURNAL_TEXT_MAX = 1024,
	JOURNAL_LINE_SIZE = 9 + JOURNAL_TEXT_MAX + 2, /* "0123abcd TEXT\n" */
};

/* The line for `text`; its length, 0 where it is too long. */
size_t journal_line(const char *text, char line[JOURNAL_LINE_SIZE]);

struct journal_reading {
	const char *path, *scope;
	journal_seen *seen;
	void *ctx;
};

/* Tell everything that is there; `good` is where the whole lines end. */
__attribute__((warn_unused_result)) enum err journal_read(
    const struct journal_reading *r, FILE *in, off_t *good);

/* Logs "PATH: WHY"; ERR_CONFIG. */
enum err journal_refuse(const char *path, const char *why);

#endif
