#ifndef MFA_FINDING_H
#define MFA_FINDING_H

#include "base/option.h"
#include "mfa/output.h"

enum severity { SERIOUS, WARNING, NOTE };

/* What was found, each once, in any order. */
struct findings;

/* NULL without memory. findings_free() accepts NULL, sets NULL. */
struct findings *findings_new(void);
void findings_free(struct findings **f);

/*
 * Add one: where ("FILE:LINE", or what it is about), what it means, as a
 * format, and how to mend it ("": it may be meant). Copied.
 */
__attribute__((format(printf, 5, 6))) void finding_add(struct findings *f,
    enum severity severity, const char *where, const char *mend,
    const char *format, ...);

/* Of this severity. */
size_t findings_count(const struct findings *f, enum severity severity);

/* Write them to standard output, the worst first. ERR_MEMORY, also where one
 * could not be added; ERR_SYSTEM. */
__attribute__((warn_unused_result)) enum err findings_print(
    const struct findings *f, bool json);

#endif
