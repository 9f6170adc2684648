#ifndef MFA_PLAN_H
#define MFA_PLAN_H

#include "mfa/output.h"
#include "service/admin.h"

/*
 * What --dry-run shows: the requests that would be made, one row each, with
 * the members user, method and path. All but plan_new() take NULL.
 */
struct output *plan_new(bool json);

/* Unbind these factors (1 << enum binding), remove those contacts. */
void plan_unbind(struct output *o, const char *user,
    const struct account *who, unsigned factors, unsigned contacts);

/* End the sessions. */
void plan_kick(struct output *o, const char *user);

/* Flashback's reset. */
void plan_reset(struct output *o, const char *user);

#endif
