#ifndef MFA_CONFIG_LINE_H
#define MFA_CONFIG_LINE_H

#include <stddef.h>

#include "base/buf.h"

/* The number of the one line of a configuration file, known to be right, that
 * sets option `name`, and its value, cut where it does not fit; 0: none. */
size_t config_line_find(const struct buf *content, const char *name,
    char *value, size_t value_size);

#endif
