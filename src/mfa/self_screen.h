#ifndef MFA_SELF_SCREEN_H
#define MFA_SELF_SCREEN_H

#include <stdbool.h>

#include "service/self.h"

/* Can the terminal show a QR code in colours of its own? Else somebody has
 * to say whether it is read better inverted. */
bool self_screen_has_colours(void);

/* These fail with ERR_CONVERSATION where there is no terminal. */

__attribute__((warn_unused_result)) enum err self_screen_tell(
    const char *text);

/* The secret as a QR code, where one fits, and in groups of four. */
__attribute__((warn_unused_result)) enum err self_screen_secret(
    const struct enrolment *en, bool inverse);

/* The recovery code, the only time that anybody sees it, and wait until the
 * person has it. Nothing where there is none. */
__attribute__((warn_unused_result)) enum err self_screen_recovery(
    const struct enrolment *en);

#endif
