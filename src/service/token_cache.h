#ifndef SERVICE_TOKEN_CACHE_H
#define SERVICE_TOKEN_CACHE_H

#include <time.h>

#include "base/buf.h"

/*
 * The management token, kept between logins in one root-only file per
 * service and key under the runtime directory. The file is opened once,
 * before the sandbox forbids opening for writing. Losing the cache costs a
 * request, never a login: nothing here fails.
 */
struct token_cache {
	int fd; /* -1: no cache */
};

/*
 * Open (create) the file for this service and key; `directory` is made 0700
 * when missing and must belong to us alone. The file's name is a hash: no
 * part of the configuration becomes a path. Logs why when it cannot.
 */
void token_cache_open(struct token_cache *t, const char *directory,
    const char *management_url, const char *access_key_id);
void token_cache_close(struct token_cache *t);

/* Append the token to `out` if one is there that is good for another
 * TOKEN_MARGIN_S at `now_s`; ERR_EXPIRED where not. */
enum { TOKEN_MARGIN_S = 60 };
__attribute__((warn_unused_result)) enum err token_cache_load(
    const struct token_cache *t, time_t now_s, struct buf *out);

void token_cache_store(const struct token_cache *t, const struct buf *token,
    time_t expires_s);
void token_cache_forget(const struct token_cache *t);

#endif
