/*
 * Keeps one management token per service and key in a root-only file, so that
 * the next login need not ask for it. What is not exactly as it was written
 * is no token: a torn write or another's file costs a request, nothing else.
 */
#include "service/token_cache.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/record.h"

enum {
	FILE_MAX_BYTES = 8192 + 64,
	LIFE_MAX_S = 31 * 86400, /* further off: not written by us, or the
				    clock was wrong then or is now */
};

/* "MAGIC expires\ntoken\nEND": without its end it was not written whole. */
#define MAGIC "genauth-token-1 "
#define END "\nend\n"

void
token_cache_open(struct token_cache *t, const char *directory,
    const char *management_url, const char *access_key_id)
{
	const char *const parts[] = {"token", management_url, access_key_id};
	char name[RECORD_NAME_BYTES], why[512];
	struct record r;

	t->fd = -1;
	if (record_name(parts, 3, name) != ERR_OK)
		log_write(LOG_WARNING, "token cache: no name for the file");
	else if (record_open(&r, directory, name, why, sizeof(why)) != ERR_OK)
		log_write(LOG_WARNING, "token cache: %s", why);
	else
		t->fd = r.fd;
}

void
token_cache_close(struct token_cache *t)
{
	struct record r = {t->fd};

	record_close(&r);
	t->fd = -1;
}

/* Never waits: whoever holds the lock must not hold up a login. */
static bool
lock(const struct record *r, bool exclusive)
{
	return r->fd != -1 &&
	    record_lock(r, exclusive, &clock_system, 0) == ERR_OK;
}

/* The token in the file's text, where it is good at `now_s`. */
static enum err
parse(const struct buf *text, time_t now_s, struct buf *out)
{
	const char *s = buf_text(text), *token, *end;
	int64_t expires = 0;

	if (strlen(s) != text->len || !record_skip(&s, MAGIC) ||
	    !record_number(&s, &expires) || !record_skip(&s, "\n"))
		return ERR_EXPIRED;
	token = end = s;
	while (*end > ' ' && *end <= '~')
		end++;
	if (end == token || strcmp(end, END) != 0)
		return ERR_EXPIRED;
	if (expires <= (int64_t)now_s + TOKEN_MARGIN_S ||
	    expires > (int64_t)now_s + LIFE_MAX_S)
		return ERR_EXPIRED;
	return buf_add(out, token, (size_t)(end - token));
}

enum err
token_cache_load(const struct token_cache *t, time_t now_s, struct buf *out)
{
	const struct record r = {t->fd};
	struct buf text = BUF_INIT(FILE_MAX_BYTES);
	enum err e;

	if (!lock(&r, false))
		return ERR_EXPIRED;
	e = record_read(&r, &text);
	record_unlock(&r);
	if (e == ERR_OK)
		e = parse(&text, now_s, out);
	buf_clear(&text);
	return e == ERR_OK ? ERR_OK : ERR_EXPIRED;
}

/* A failure costs a request, nothing else. */
static void
replace(const struct token_cache *t, const struct buf *text)
{
	const struct record r = {t->fd};

	if (!lock(&r, true))
		return;
	if (record_write(&r, text) != ERR_OK)
		log_write(LOG_WARNING, "token cache: %s", strerror(errno));
	record_unlock(&r);
}

void
token_cache_store(
    const struct token_cache *t, const struct buf *token, time_t expires_s)
{
	struct buf text = BUF_INIT(FILE_MAX_BYTES);
	char head[64];

	(void)snprintf(
	    head, sizeof(head), MAGIC "%" PRId64 "\n", (int64_t)expires_s);
	if (buf_add_text(&text, head) == ERR_OK &&
	    buf_add(&text, buf_text(token), token->len) == ERR_OK &&
	    buf_add_text(&text, END) == ERR_OK)
		replace(t, &text);
	buf_clear(&text);
}

void
token_cache_forget(const struct token_cache *t)
{
	static const struct buf nothing = BUF_INIT(0);

	replace(t, &nothing);
}
