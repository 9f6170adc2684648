#ifndef SERVICE_SELF_PRIVATE_H
#define SERVICE_SELF_PRIVATE_H

#include "service/genauth_call.h"
#include "service/self.h"

/* genauth_perform(), with what a refusal means to a person (see self.h). */
__attribute__((warn_unused_result)) enum err self_perform(struct self *me,
    const struct genauth_call *c, struct genauth_reply *reply);

/* A POST as the person, whose reply says nothing but yes. */
__attribute__((warn_unused_result)) enum err self_post(struct self *me,
    const char *path, const struct genauth_param *params,
    unsigned json_params);

#endif
