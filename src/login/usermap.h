#ifndef LOGIN_USERMAP_H
#define LOGIN_USERMAP_H

#include "base/buf.h"

/*
 * The directory's name for a login: lines `login = directory-id` in the
 * grammar of base/lines.h; a login the map lacks keeps its own name. Logins
 * are compared byte by byte. Ids are compared without regard to the case of
 * ASCII letters, as a service may do it.
 */

/* ERR_CONFIG with "line N: ..." in `why` for a line that is not one, or a
 * login or id given twice: two logins must not become one person;
 * ERR_MEMORY. */
__attribute__((warn_unused_result)) enum err usermap_check(
    const struct buf *map, char *why, size_t why_size);

/* Appends the id to `out`. An unmapped login that is somebody else's mapped
 * id is ERR_CONFIG: it would answer for that person. Also ERR_CONFIG for a
 * line that is not one, ERR_MEMORY. */
__attribute__((warn_unused_result)) enum err usermap_resolve(
    const struct buf *map, const char *login, struct buf *out);

/* The number of the line that says so, 0 where none does. */
size_t usermap_line(const struct buf *map, const char *login);

#endif
