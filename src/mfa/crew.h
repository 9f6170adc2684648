#ifndef MFA_CREW_H
#define MFA_CREW_H

#include "mfa/journal.h"
#include "mfa/people.h"
#include "mfa/reset_person.h"

/*
 * Threads that reset the people of a list, each person by one of them. All
 * share the management token, few connections, and one pause when the
 * service asks for it. One by one until the service has answered once; no
 * further after SERVICE_FAILURES_MAX failures in a row that were not the
 * person's own.
 */
struct crew;

/* Told of each person when the journal has them; never twice at a time. What
 * it cannot tell ends the work. */
typedef enum err crew_tell(
    void *ctx, const struct listed *who, const struct reset_report *report);

/* All borrowed. Those who are STAGE_DONE are left out. */
struct crew_work {
	const struct mfa *m;
	struct people *people;
	struct journal *journal; /* NULL: none */
	int jobs;
	crew_tell *tell;
	void *ctx;
};

struct crew_counts {
	size_t done, failed; /* by this crew */
	int wait_s;          /* the service asked all to pause; 0: no */
};

/* ERR_MEMORY, ERR_SYSTEM (no thread), and those of http_new(). */
__attribute__((warn_unused_result)) enum err crew_start(
    const struct crew_work *work, struct crew **out);

/* Wait, at most `ms`, until all have gone home: true. */
bool crew_wait(struct crew *c, int ms, struct crew_counts *out);

/* Nobody begins with another person, nobody waits any more. */
void crew_stop(struct crew *c);

/* Once all have gone home: why they stopped before the list was done; ERR_OK
 * where it is done, or crew_stop() was called. Sets NULL. */
enum err crew_free(struct crew **c);

#endif
