#ifndef MFA_CONF_EDIT_H
#define MFA_CONF_EDIT_H

#include "base/buf.h"

/*
 * Change single options in the text of a configuration (base/lines.h), and
 * leave every other byte of it as the administrator wrote it.
 */

/* The value of `name` in the first line that sets it, appended to `out`.
 * ERR_CONFIG where none does. ERR_MEMORY. */
__attribute__((warn_unused_result)) enum err conf_edit_get(
    const struct buf *text, const char *name, struct buf *out);

/*
 * Give `name` this value: in its line, where comment and spacing stay, or
 * else in a line of its own at the end. ERR_CONFIG where the value would not
 * be read back as it is (" #", control characters, too long), ERR_MEMORY;
 * the text is then unchanged.
 */
__attribute__((warn_unused_result)) enum err conf_edit_set(
    struct buf *text, const char *name, const char *value);

#endif
