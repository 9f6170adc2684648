#ifndef MFA_PING_H
#define MFA_PING_H

#include "mfa/mfa.h"

enum ping_said { PING_UNKNOWN = 0, PING_NO, PING_YES };

/* How far the management key gets. */
struct ping_key {
	enum ping_said accepted, may_read_mfa;
};

/* Fetch a fresh token with the key, and with it read the settings of MFA,
 * which changes nothing. What was found out is in `out`, on an error too. */
__attribute__((warn_unused_result)) enum err ping_key(
    struct mfa *m, struct ping_key *out);

#endif
