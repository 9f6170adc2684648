#ifndef MFA_RESET_REPORT_H
#define MFA_RESET_REPORT_H

#include "mfa/output.h"
#include "mfa/reset_person.h"

/*
 * What came of resetting people, for people and programs: one row each, the
 * members user, id, result ("done" or the error's name), removed, left,
 * sessions_ended, note, request_id. NULL without memory.
 */
struct output *reset_report_new(bool json, bool one_person);
void reset_report_add(struct output *o, const char *user,
    const struct reset_report *r);

#endif
