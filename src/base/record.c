/*
 * Turns a few lines of text into a root-only file that many processes share,
 * and back. Does not know what they say, and never looks at a file that
 * somebody else could have made.
 */
#include "base/record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

enum { HASH_BYTES = 32, POLL_MS = 10, DIGITS_MAX = 15 };

enum err
record_name(
    const char *const *parts, size_t count, char out[RECORD_NAME_BYTES])
{
	unsigned char hash[HASH_BYTES];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx != NULL &&
	    EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;

	for (size_t i = 0; ok && i < count; i++)
		ok = EVP_DigestUpdate(
		    ctx, parts[i], strlen(parts[i]) + 1) == 1;
	ok = ok && EVP_DigestFinal_ex(ctx, hash, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok)
		return ERR_SYSTEM;
	for (size_t i = 0; i < sizeof(hash); i++)
		(void)snprintf(out + 2 * i, 3, "%02x", hash[i]);
	return ERR_OK;
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

int
record_open_directory(const char *directory, char *why, size_t why_size)
{
	int dir = -1;

	if (mkdir(directory, 0700) == 0 || errno == EEXIST)
		dir = open(directory,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir == -1) {
		(void)snprintf(
		    why, why_size, "%s: %s", directory, strerror(errno));
		return -1;
	}
	if (is_private(dir, S_IFDIR))
		return dir;
	(void)snprintf(why, why_size, "%s has to be owned by the user this "
	    "runs as, and to have mode 0700", directory);
	(void)close(dir);
	return -1;
}

/* Room for the first block while we may be root still, for whom file systems
 * keep some: who fills the disk must not lock out whom we have no record of.
 * Where it cannot be had, writing will tell. */
static void
reserve(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && st.st_size == 0)
		(void)!fallocate(
		    fd, FALLOC_FL_KEEP_SIZE, 0, RECORD_BLOCK_BYTES);
}

enum err
record_open(struct record *r, const char *directory, const char *name,
    char *why, size_t why_size)
{
	int dir = record_open_directory(directory, why, why_size);

	r->fd = -1;
	if (dir == -1)
		return ERR_SYSTEM;
	/* NONBLOCK and NOCTTY: see base/file.c */
	r->fd = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY | O_CLOEXEC, 0600);
	if (r->fd == -1)
		(void)snprintf(why, why_size, "a file in %s: %s", directory,
		    strerror(errno));
	(void)close(dir);
	if (r->fd != -1 && !is_private(r->fd, S_IFREG)) {
		(void)snprintf(why, why_size, "a file in %s is not a plain "
		    "file of our own with mode 0600", directory);
		record_close(r);
	}
	if (r->fd == -1)
		return ERR_SYSTEM;
	reserve(r->fd);
	return ERR_OK;
}

void
record_close(struct record *r)
{
	if (r->fd != -1)
		(void)close(r->fd);
	r->fd = -1;
}

bool
record_exists(const char *directory, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	return snprintf(path, sizeof(path), "%s/%s", directory, name) >=
	    (int)sizeof(path) || lstat(path, &st) == 0 || errno != ENOENT;
}

/* Asked for again and again: a lock that is waited for has no time limit. */
enum err
record_lock(const struct record *r, bool exclusive, const struct clock *clock,
    int timeout_ms)
{
	struct deadline deadline;

	deadline_start(&deadline, clock, timeout_ms);
	while (flock(r->fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return ERR_SYSTEM;
		if (deadline_left_ms(&deadline) == 0)
			return ERR_TIMEOUT;
		clock->sleep_ms(clock->ctx, POLL_MS);
	}
	return ERR_OK;
}

void
record_unlock(const struct record *r)
{
	(void)flock(r->fd, LOCK_UN);
}

enum err
record_read(const struct record *r, struct buf *out)
{
	char chunk[RECORD_BLOCK_BYTES];
	size_t start = out->len;
	enum err e = ERR_OK;
	ssize_t n;

	do {
		n = pread(r->fd, chunk, sizeof(chunk),
		    (off_t)(out->len - start));
		if (n == -1 || (size_t)n > out->max - out->len)
			e = ERR_SYSTEM;
		else
			e = buf_add(out, chunk, (size_t)n);
	} while (e == ERR_OK && n > 0);
	explicit_bzero(chunk, sizeof(chunk));
	while (out->len > start && out->ptr[out->len - 1] == ' ')
		out->ptr[--out->len] = '\0';
	return e;
}

/* A short text fills its block, see record.h. */
static enum err
fill_block(const struct buf *text, struct buf *out)
{
	char spaces[RECORD_BLOCK_BYTES];
	enum err e = buf_add(out, buf_text(text), text->len);

	if (e != ERR_OK || text->len == 0 || text->len >= sizeof(spaces))
		return e;
	memset(spaces, ' ', sizeof(spaces));
	return buf_add(out, spaces, sizeof(spaces) - text->len);
}

static bool
write_all(int fd, const struct buf *bytes)
{
	size_t done = 0;

	while (done < bytes->len) {
		ssize_t n = pwrite(
		    fd, bytes->ptr + done, bytes->len - done, (off_t)done);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* What a full disk let through of a longer text is no part of the old one. */
static void
cut_back(int fd, off_t size)
{
	int saved = errno;

	(void)!ftruncate(fd, size);
	errno = saved;
}

enum err
record_write(const struct record *r, const struct buf *text)
{
	struct buf bytes = BUF_INIT(text->len + RECORD_BLOCK_BYTES);
	struct stat old;
	enum err e;

	if (fstat(r->fd, &old) == -1)
		return ERR_SYSTEM;
	if ((e = fill_block(text, &bytes)) != ERR_OK)
		goto out;
	if (!write_all(r->fd, &bytes)) {
		if (old.st_size < (off_t)bytes.len)
			cut_back(r->fd, old.st_size);
		e = ERR_SYSTEM;
	} else if (old.st_size > (off_t)bytes.len &&
	    ftruncate(r->fd, (off_t)bytes.len) == -1)
		e = ERR_SYSTEM;
out:
	buf_clear(&bytes);
	return e;
}

bool
record_skip(const char **s, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*s, word, len) != 0)
		return false;
	*s += len;
	return true;
}

bool
record_number(const char **s, int64_t *out)
{
	size_t len = strspn(*s, "0123456789");
	int64_t n = 0;

	if (len == 0 || len > DIGITS_MAX || (len > 1 && **s == '0'))
		return false;
	for (; len > 0; len--)
		n = n * 10 + (*(*s)++ - '0');
	*out = n;
	return true;
}
