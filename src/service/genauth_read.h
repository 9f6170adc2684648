#ifndef SERVICE_GENAUTH_READ_H
#define SERVICE_GENAUTH_READ_H

#include "service/genauth_call.h"

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

#endif
