#ifndef MFA_CONFIG_LINE_H
#define MFA_CONFIG_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/lines.h"

/* The first line without a mistake that sets option `name`; false: none. */
__attribute__((warn_unused_result)) bool config_line_get(
    const struct buf *content, const char *name, struct line *out);

/* The number of the one line of a configuration file, known to be right, that
 * sets option `name`, and its value, cut where it does not fit; 0: none. */
size_t config_line_find(const struct buf *content, const char *name,
    char *value, size_t value_size);

#endif
