#ifndef NET_HTTP_PRIVATE_H
#define NET_HTTP_PRIVATE_H

#include <stdbool.h>
#include <time.h>

#include "net/http.h"

/* Parts of http.c that need no network to be tested. */

/* What a CURLcode means for a login; `began`: bytes of the reply came. */
enum err http_err(int curl_code, bool began);

/* A Retry-After value, seconds or a date, as seconds from `now_s` between 0
 * and HTTP_WAIT_MAX_S; -1 where it is neither. */
int http_retry_after(const char *value, time_t now_s);

/* Let `run` (a CURLcode from a CURL *) perform the transfers of `h` from now
 * on: see http_multi.c. */
void http_run_by(
    struct http *h, int (*run)(void *ctx, void *easy), void *ctx);

#endif
