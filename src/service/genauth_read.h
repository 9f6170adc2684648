#ifndef SERVICE_GENAUTH_READ_H
#define SERVICE_GENAUTH_READ_H

#include "service/genauth_call.h"

/* ERR_OTHER_PERSON, after the alarm in the log: `what` speaks of somebody
 * else. */
__attribute__((warn_unused_result)) enum err genauth_other_person(
    const char *what);

/* Is the record of get-user the one asked for? Where it has no such member
 * (phone numbers are spelt in many ways) there is nothing to compare.
 * ERR_OTHER_PERSON, ERR_REPLY. */
__attribute__((warn_unused_result)) enum err genauth_read_same_name(
    const struct json *data, const char *id_type, const char *directory_id);

/* A member of at most `size` - 1 bytes; missing, null and "" read as "".
 * ERR_REPLY. */
__attribute__((warn_unused_result)) enum err genauth_read_text(
    const struct json *data, const char *name, char *out, size_t size);

/* get-user: ERR_REPLY, ERR_INACTIVE_PERSON, ERR_OTHER_PERSON. */
__attribute__((warn_unused_result)) enum err genauth_read_person(
    const struct json *data, const char *id_type, const char *directory_id,
    struct person *out);

/* get-mfa-trigger-data: ERR_REPLY, ERR_OTHER_PERSON, ERR_MEMORY; `out` is
 * then to be cleared. Notes the pool in `s` where it is not known yet. */
__attribute__((warn_unused_result)) enum err genauth_read_challenge(
    struct service *s, const struct json *data, const struct person *who,
    struct challenge *out);

/* A verification that succeeded, but for whom? ERR_REPLY, ERR_OTHER_PERSON,
 * ERR_MEMORY. Appends the next recovery code where there is one. */
__attribute__((warn_unused_result)) enum err genauth_read_yes(
    const struct genauth_reply *reply, const struct person *who,
    struct buf *new_recovery);

/* Append the login token beside that yes; it is there after an error too,
 * where the reply had one. ERR_REPLY, ERR_OTHER_PERSON, ERR_MEMORY. */
__attribute__((warn_unused_result)) enum err genauth_read_login_token(
    const struct genauth_reply *reply, const struct person *who,
    struct buf *out);

/* What a sign-in brings, `what` its name in the log: `token` gets the access
 * token, after an error, too, where there was one: it lives until it is
 * revoked. `owner`: whom both tokens are about, "" where they do not say.
 * ERR_REPLY, ERR_OTHER_PERSON, ERR_MEMORY. */
__attribute__((warn_unused_result)) enum err genauth_read_tokens(
    const struct json *data, const char *what, struct person *owner,
    struct buf *token);

/* Whom an access or id token is about, "" where it does not say ("sub"; it
 * need not be a JWT). ERR_REPLY, ERR_MEMORY. */
__attribute__((warn_unused_result)) enum err genauth_read_subject(
    const char *token, struct person *out);

#endif
