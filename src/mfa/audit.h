#ifndef MFA_AUDIT_H
#define MFA_AUDIT_H

#include "mfa/mfa.h"

/*
 * One audit line per change: to syslog authpriv, and as a JSON line to
 * `audit_file` where it is set (O_APPEND, synced). Who did it is the login
 * uid, SUDO_USER and the terminal, never an argument. Thread-safe.
 *
 * audit_intend() comes before the change, and if it fails the change is not
 * made; audit_result() after it, with what came of it.
 */
struct audit_entry {
	const char *action;     /* "unbind", "reset", "kick", "self-unbind" */
	const char *user;       /* as the administrator named them */
	const char *person_id;  /* the service's id; NULL: not known yet */
	const char *detail;     /* "OTP"; NULL: none */
};

__attribute__((warn_unused_result)) enum err audit_intend(
    const struct mfa *m, const struct audit_entry *entry);
void audit_result(const struct mfa *m, const struct audit_entry *entry,
    enum err result, const char *request_id);

/* Is there a reason where the configuration requires one? Tells on standard
 * error and says STATUS_USAGE where not; else STATUS_DONE. */
enum exit_status audit_check_reason(const struct mfa *m);

#endif
