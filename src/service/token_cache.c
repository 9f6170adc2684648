/*
 * Keeps one management token per service and key in a root-only file, so that
 * the next login need not ask for it. What is not exactly as it was written
 * is no token: a torn write or another's file costs a request, nothing else.
 */
#include "service/token_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/sha.h>

#include "base/log.h"

enum {
	FILE_MAX_BYTES = 8192 + 64,
	LIFE_MAX_S = 31 * 86400, /* further off: not written by us, or the
				    clock was wrong then or is now */
};

/* "MAGIC expires\ntoken\nEND": without its end it was not written whole. */
#define MAGIC "genauth-token-1 "
#define END "\nend\n"

static enum err
name_file(const char *url, const char *key, char out[2 * SHA256_DIGEST_LENGTH
    + 1])
{
	struct buf text = BUF_INIT(8192);
	unsigned char hash[SHA256_DIGEST_LENGTH];
	enum err e;

	if ((e = buf_add_text(&text, url)) != ERR_OK ||
	    (e = buf_add_text(&text, "\n")) != ERR_OK ||
	    (e = buf_add_text(&text, key)) != ERR_OK)
		goto out;
	if (SHA256((const unsigned char *)buf_text(&text), text.len, hash) ==
	    NULL) {
		e = ERR_SYSTEM;
		goto out;
	}
	for (size_t i = 0; i < sizeof(hash); i++)
		(void)snprintf(out + 2 * i, 3, "%02x", hash[i]);
out:
	buf_clear(&text);
	return e;
}

/* Ours, of that kind, and nobody else can get at it. */
static bool
is_private(int fd, mode_t kind)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return false;
	return (st.st_mode & S_IFMT) == kind && st.st_uid == geteuid() &&
	    (st.st_mode & (S_IRWXG | S_IRWXO)) == 0 &&
	    (kind == S_IFDIR || st.st_nlink == 1);
}

/* The file in the directory, -1 and a log line where it cannot be used. */
static int
open_in(const char *directory, const char *name)
{
	int dir, fd = -1;

	if (mkdir(directory, 0700) == -1 && errno != EEXIST) {
		log_write(LOG_WARNING, "token cache: %s: %s", directory,
		    strerror(errno));
		return -1;
	}
	dir = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir == -1) {
		log_write(LOG_WARNING, "token cache: %s: %s", directory,
		    strerror(errno));
		return -1;
	}
	if (!is_private(dir, S_IFDIR)) {
		log_write(LOG_WARNING, "token cache: %s has to be owned by "
		    "the user this runs as, and to have mode 0700", directory);
		goto out;
	}
	fd = openat(dir, name,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd == -1) {
		log_write(LOG_WARNING, "token cache: a file in %s: %s",
		    directory, strerror(errno));
		goto out;
	}
	if (!is_private(fd, S_IFREG)) {
		log_write(LOG_WARNING, "token cache: a file in %s is not a "
		    "plain file of our own with mode 0600", directory);
		(void)close(fd);
		fd = -1;
	}
out:
	(void)close(dir);
	return fd;
}

void
token_cache_open(struct token_cache *t, const char *directory,
    const char *management_url, const char *access_key_id)
{
	char name[2 * SHA256_DIGEST_LENGTH + 1] = "";

	t->fd = -1;
	if (name_file(management_url, access_key_id, name) != ERR_OK) {
		log_write(LOG_WARNING, "token cache: no name for the file");
		return;
	}
	t->fd = open_in(directory, name);
}

void
token_cache_close(struct token_cache *t)
{
	if (t->fd != -1)
		(void)close(t->fd);
	t->fd = -1;
}

/* Never waits: whoever holds the lock must not hold up a login. */
static bool
lock(const struct token_cache *t, int how)
{
	return t->fd != -1 && flock(t->fd, how | LOCK_NB) == 0;
}

static void
unlock(const struct token_cache *t)
{
	(void)flock(t->fd, LOCK_UN);
}

static enum err
read_file(int fd, struct buf *out)
{
	char chunk[1024];
	enum err e = ERR_OK;
	ssize_t n;

	do {
		n = pread(fd, chunk, sizeof(chunk), (off_t)out->len);
		if (n > 0)
			e = buf_add(out, chunk, (size_t)n);
	} while (e == ERR_OK && n > 0);
	explicit_bzero(chunk, sizeof(chunk));
	return n == -1 ? ERR_SYSTEM : e;
}

/* The digits at `s` up to `end`; false where there is anything else. */
static bool
read_time(const char *s, const char *end, int64_t *out)
{
	int64_t t = 0;

	if (s == end || end - s > 15)
		return false;
	for (; s < end; s++) {
		if (*s < '0' || *s > '9')
			return false;
		t = t * 10 + (*s - '0');
	}
	*out = t;
	return true;
}

/* The token in the file's text, where it is good at `now_s`. */
static enum err
parse(const struct buf *text, time_t now_s, struct buf *out)
{
	const char *s = buf_text(text), *line, *end;
	int64_t expires = 0;

	if (strlen(s) != text->len || strncmp(s, MAGIC, strlen(MAGIC)) != 0)
		return ERR_EXPIRED;
	s += strlen(MAGIC);
	if ((line = strchr(s, '\n')) == NULL || !read_time(s, line, &expires))
		return ERR_EXPIRED;
	line++;
	end = line;
	while (*end > ' ' && *end <= '~')
		end++;
	if (end == line || strcmp(end, END) != 0)
		return ERR_EXPIRED;
	if (expires <= (int64_t)now_s + TOKEN_MARGIN_S ||
	    expires > (int64_t)now_s + LIFE_MAX_S)
		return ERR_EXPIRED;
	return buf_add(out, line, (size_t)(end - line));
}

enum err
token_cache_load(const struct token_cache *t, time_t now_s, struct buf *out)
{
	struct buf text = BUF_INIT(FILE_MAX_BYTES);
	enum err e;

	if (!lock(t, LOCK_SH))
		return ERR_EXPIRED;
	e = read_file(t->fd, &text);
	unlock(t);
	if (e == ERR_OK)
		e = parse(&text, now_s, out);
	buf_clear(&text);
	return e == ERR_OK ? ERR_OK : ERR_EXPIRED;
}

static bool
write_all(int fd, const struct buf *text)
{
	size_t done = 0;

	while (done < text->len) {
		ssize_t n = pwrite(
		    fd, text->ptr + done, text->len - done, (off_t)done);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

void
token_cache_store(
    const struct token_cache *t, const struct buf *token, time_t expires_s)
{
	struct buf text = BUF_INIT(FILE_MAX_BYTES);
	char head[64];

	(void)snprintf(
	    head, sizeof(head), MAGIC "%" PRId64 "\n", (int64_t)expires_s);
	if (buf_add_text(&text, head) != ERR_OK ||
	    buf_add(&text, buf_text(token), token->len) != ERR_OK ||
	    buf_add_text(&text, END) != ERR_OK || !lock(t, LOCK_EX))
		goto out;
	if (ftruncate(t->fd, 0) == -1 || !write_all(t->fd, &text)) {
		log_write(LOG_WARNING, "token cache: %s", strerror(errno));
		(void)!ftruncate(t->fd, 0);
	}
	unlock(t);
out:
	buf_clear(&text);
}

void
token_cache_forget(const struct token_cache *t)
{
	if (!lock(t, LOCK_EX))
		return;
	if (ftruncate(t->fd, 0) == -1)
		log_write(LOG_WARNING, "token cache: %s", strerror(errno));
	unlock(t);
}
