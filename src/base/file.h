#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * Read a whole file that decides over logins. It must be a regular file (not
 * a link), owned by root or by the user this program runs as, not writable
 * by group or others, and where `secret` not readable by them; all asked of
 * the open descriptor. Appends to `out`, which is empty after a failure.
 * ERR_CONFIG where a rule is broken, the file is missing or longer than `out`
 * may grow; `why` then goes on after the file's name: "is not a regular
 * file". ERR_MEMORY.
 */
__attribute__((warn_unused_result)) enum err file_read_trusted(
    const char *path, bool secret, struct buf *out, char *why, size_t why_size);

/*
 * Open `path` as if the directory `root` were the root of the system: neither
 * it nor a link on its way leads out (openat2). -1 and errno.
 */
int file_open_below(int root, const char *path, int flags);

/* From now on file_read_trusted() reads below this directory. Borrowed; -1:
 * not any more. For who looks at another system than this one. */
void file_read_below(int root);

#endif
