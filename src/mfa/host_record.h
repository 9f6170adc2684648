#ifndef MFA_HOST_RECORD_H
#define MFA_HOST_RECORD_H

#include "login/account.h"
#include "login/config.h"
#include "login/tally.h"
#include "mfa/output.h"

/* What this host has on record of one login: wrong codes and pushes. */
struct host_record {
	struct local_account account;
	struct tally tally;
	struct tally_view view; /* all 0 where broken */
	bool broken;            /* it is there and cannot be read */
};

/*
 * Open the record of `login` by the settings in `cfg`, and look at it.
 * ERR_UNKNOWN_PERSON: no account of this host; ERR_SYSTEM: the accounts or
 * the directory cannot be had; ERR_MEMORY. `login` is borrowed.
 * host_record_close() in any case.
 */
__attribute__((warn_unused_result)) enum err host_record_open(
    struct host_record *r, const struct config *cfg, const char *login);
void host_record_close(struct host_record *r);

/* Look again. */
void host_record_look(struct host_record *r);

/* Is there nothing to forget? */
bool host_record_is_empty(const struct host_record *r);

/* Columns for it, in the order of host_record_show(). */
enum { HOST_RECORD_WRONG, HOST_RECORD_LOCKED, HOST_RECORD_PUSHES,
	HOST_RECORD_PAUSE, HOST_RECORD_COLUMNS };

/* Fill the cells from column `first` on: for people with what they are
 * measured by, for `json` as numbers; null for what is not known. */
void host_record_show(const struct host_record *r, struct output *o,
    size_t first, bool json);

#endif
