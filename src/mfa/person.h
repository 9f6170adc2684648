#ifndef MFA_PERSON_H
#define MFA_PERSON_H

#include "mfa/audit.h"
#include "service/admin.h"

/*
 * Be ready to work on `user`: the name can be one, the configuration is
 * read, the provider offers single steps, and where a `change` needs a reason
 * it is given. Says what is wrong on standard error.
 */
enum exit_status person_begin(
    struct mfa *m, const char *user, bool change);

/* STATUS_USAGE after saying so where `user` cannot be a name. */
enum exit_status person_check_name(const char *user);

/* "WHAT of alice (Alice Example, ...)" and whether that is to be done.
 * STATUS_DONE for yes; else the status to end with, after saying that nothing
 * was changed. Gives the work its time anew. */
enum exit_status person_confirm(
    struct mfa *m, const char *what, const struct account *a);

/* mfa_fail() for WHAT of this user, with that request id. */
enum exit_status person_fail(struct mfa *m, const char *what,
    const char *user, enum err e, const char *request_id);

/* A command that only looks (WHAT): find `user` and what is bound to them, and
 * hand both to `show`, which prints them. What fails is told. */
enum exit_status person_show(struct mfa *m, const char *what,
    const char *user, enum err (*show)(const struct mfa *m,
    const char *user, const struct account *a, const struct bindings *b));

/* What can be done at the provider that was asked for. Never NULL once the
 * configuration is read. */
const struct admin *person_admin(const struct mfa *m);

/*
 * Who is `user`? A login of this host, by the type and the user map of the
 * configuration; or with --id-type what the service calls them, without the
 * map. Suspended people are found too. Errors as admin.find(),
 * ERR_UNKNOWN_PERSON also for what can be nobody's name, and ERR_CONFIG where
 * the user map gives that name to somebody else.
 */
__attribute__((warn_unused_result)) enum err person_find(const struct mfa *m,
    struct service *s, const char *user, struct account *out);

/* NULL, or why this cannot be a person's name ("is empty"). */
const char *person_name_fault(const char *user);

/* "alice (Alice Example, a***e@example.com)", masked and cleaned. */
void person_describe(const struct account *a, char *out, size_t size);

/* Phone or e-mail, masked and cleaned; "" for none. */
void person_contact(const struct account *a, enum binding which, char *out,
    size_t size);

/* "bound", "not bound", "unknown", or "disputed" where sources disagree. */
const char *person_bound(const struct bindings *b, enum binding which);

/* Do the sources disagree? Then `out` says how. */
enum { PERSON_DISPUTE_MAX = 80 };
bool person_dispute(const struct bindings *b, enum binding which,
    char out[PERSON_DISPUTE_MAX]);

/* "OTP FACE" for those bits (1 << enum binding), "" for none. */
enum { PERSON_BINDINGS_MAX = 32 };
const char *person_bindings(unsigned bits, char out[PERSON_BINDINGS_MAX]);

#endif
