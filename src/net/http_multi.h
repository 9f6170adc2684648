#ifndef NET_HTTP_MULTI_H
#define NET_HTTP_MULTI_H

#include <stddef.h>

#include "net/http.h"

/*
 * Few connections for many threads. Each thread has a struct http of its own;
 * those that joined send over connections that all of them share and that are
 * kept: no more than there are requests under way at a time.
 */
struct http_multi;

/* At most `connections` are kept. ERR_MEMORY, ERR_SYSTEM (no thread). */
__attribute__((warn_unused_result)) enum err http_multi_new(
    size_t connections, struct http_multi **out);

/* From now on `h` sends through `m`, which must outlive its last request. */
void http_multi_join(struct http_multi *m, struct http *h);

/* After the last perform(). Accepts NULL, sets NULL. */
void http_multi_free(struct http_multi **m);

#endif
