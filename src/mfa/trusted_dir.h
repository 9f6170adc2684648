#ifndef MFA_TRUSTED_DIR_H
#define MFA_TRUSTED_DIR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Open a directory to write files in that decide over logins. It and those
 * above it are no links, belong to root or to the user this program runs as,
 * and nobody else can write in them; above it a sticky directory will do, as
 * /tmp is. With `make` the last one is made, 0755, where it is missing;
 * `*made` says whether it was. The descriptor goes to `*out`. ERR_CONFIG with
 * a sentence in `why` that names the directory.
 */
__attribute__((warn_unused_result)) enum err trusted_dir_open(
    const char *path, bool make, int *out, bool *made, char *why,
    size_t why_size);

#endif
