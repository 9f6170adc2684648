#ifndef MFA_JOURNAL_H
#define MFA_JOURNAL_H

#include <stdbool.h>

#include "base/err.h"

/*
 * What was done to whom, kept in a file so that a run that was broken off
 * can go on. "begin" is on the disk before a person is touched, and "done"
 * before anybody is told so. Text, a line each, appended only:
 *
 *	CHECKSUM genauth-mfa-journal-1 SCOPE
 *	CHECKSUM begin NAME
 *	CHECKSUM done ok NAME           or the err_name() of why not
 */
struct journal;

/* Called for each person of the journal in its order: `done` false for
 * begun. */
typedef void journal_seen(
    void *ctx, const char *name, bool done, enum err result);

/*
 * Open (create) the file, be its only user, and read what is there. `scope`
 * is one line that says what the journal is good for; a journal of another
 * scope is refused. A torn last line is taken off: nothing was done on it.
 * ERR_CONFIG and a line in the log that says why it cannot be used,
 * ERR_MEMORY.
 */
__attribute__((warn_unused_result)) enum err journal_open(const char *path,
    const char *scope, journal_seen *seen, void *ctx, struct journal **out);

/*
 * Write and sync. From any thread: those that wait at the same time share one
 * sync. ERR_SYSTEM where that failed, and from then on always.
 */
__attribute__((warn_unused_result)) enum err journal_begin(
    struct journal *j, const char *name);
__attribute__((warn_unused_result)) enum err journal_done(
    struct journal *j, const char *name, enum err result);

/* Accepts NULL, sets NULL. */
void journal_free(struct journal **j);

#endif
