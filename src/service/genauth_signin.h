#ifndef SERVICE_GENAUTH_SIGNIN_H
#define SERVICE_GENAUTH_SIGNIN_H

#include "service/genauth_call.h"

/*
 * sign_in() of provider.h for whoever wants no more than to be signed in:
 * with ERR_OK either `token` is there, and `out` empty, `who` "" where the
 * token does not say; or `out` is what to answer first, and `who` whom.
 */
__attribute__((warn_unused_result)) enum err genauth_password(
    struct service *s, const struct sign_in *q, struct person *who,
    struct challenge *out, struct buf *token);

/* The verbs of provider.h. */
__attribute__((warn_unused_result)) enum err genauth_sign_in(
    struct service *s, const struct sign_in *q, struct person *who,
    struct challenge *out, struct buf *token);
__attribute__((warn_unused_result)) enum err genauth_sign_out(
    struct service *s, const struct buf *token);

#endif
