#ifndef MFA_PEOPLE_H
#define MFA_PEOPLE_H

#include <stddef.h>
#include <stdio.h>

#include "base/err.h"

/* How far it went with one of many people. */
enum stage {
	STAGE_NEW,
	STAGE_BEGUN, /* may have been touched, and nobody knows how far */
	STAGE_FAILED,
	STAGE_DONE,
};

struct listed {
	char *name;
	size_t line;      /* where it was named first */
	enum stage stage;
	enum err why;     /* for STAGE_FAILED */
	char *request_id; /* NULL: none */
};

/* A list of people, each once, in the order of the list. */
struct people {
	struct listed *list;
	size_t count;
	struct listed **by_name; /* sorted */
};

/*
 * Read one name a line; '#' at the start or after white space begins a
 * comment. Every mistake is told on standard error, with `source` and the
 * line, and so is how many were named twice. ERR_CONFIG where there was a
 * mistake or is nobody, ERR_SYSTEM (told), ERR_MEMORY; `p` is then empty.
 */
__attribute__((warn_unused_result)) enum err people_read(
    struct people *p, FILE *in, const char *source);

/* NULL where nobody of that name is listed. */
struct listed *people_find(const struct people *p, const char *name);

/* How many are at that stage. */
size_t people_count(const struct people *p, enum stage stage);

/* For a zeroed one too. */
void people_clear(struct people *p);

#endif
