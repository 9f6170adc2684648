#ifndef SERVICE_GENAUTH_PUSH_H
#define SERVICE_GENAUTH_PUSH_H

#include "service/provider.h"

/* The verbs of provider.h. */
__attribute__((warn_unused_result)) enum err genauth_push(
    struct service *s, const char *directory_id, struct push *out);
__attribute__((warn_unused_result)) enum err genauth_poll(struct service *s,
    const struct person *who, const struct push *p, enum answer *out);

#endif
