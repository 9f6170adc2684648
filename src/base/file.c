/*
 * Turns a file that decides over logins into its bytes, or into a sentence
 * about why it cannot be trusted. Does not look at what the bytes say.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* -1: this system's own root. */
static int read_root = -1;

int
file_open_below(int root, const char *path, int flags)
{
	struct open_how how = {.flags = (unsigned)flags,
	    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};

	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

void
file_read_below(int root)
{
	read_root = root;
}

/* Asked of the open descriptor, so that nothing can be swapped meanwhile. */
static enum err
check_trust(int fd, const char *path, bool secret, char *why, size_t why_size)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		(void)snprintf(why, why_size, "%s", strerror(errno));
	else if (!S_ISREG(st.st_mode))
		(void)snprintf(why, why_size, "is not a regular file");
	else if (st.st_uid != 0 && st.st_uid != geteuid())
		(void)snprintf(why, why_size, "belongs to user %u; run: "
		    "chown root:root %s", (unsigned)st.st_uid, path);
	else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		(void)snprintf(why, why_size, "can be written by group or "
		    "others; run: chmod %s %s", secret ? "600" : "go-w", path);
	else if (secret && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		(void)snprintf(why, why_size, "is a secret, but open to group "
		    "or others; run: chmod 600 %s", path);
	else
		return ERR_OK;
	return ERR_CONFIG;
}

static enum err
read_all(int fd, struct buf *out, char *why, size_t why_size)
{
	char bytes[4096];
	enum err e = ERR_OK;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			(void)snprintf(why, why_size, "cannot be read: %s",
			    strerror(errno));
			e = ERR_CONFIG;
			break;
		}
		if ((size_t)n > out->max - out->len) {
			(void)snprintf(why, why_size, "is too long");
			e = ERR_CONFIG;
			break;
		}
		if ((e = buf_add(out, bytes, (size_t)n)) != ERR_OK)
			break;
	}
	explicit_bzero(bytes, sizeof(bytes));
	return e;
}

enum err
file_read_trusted(
    const char *path, bool secret, struct buf *out, char *why, size_t why_size)
{
	/* NONBLOCK and NOCTTY: a fifo must not hang us, a terminal not
	 * become ours, before fstat() can say that it is one */
	const int flags =
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	int fd = read_root == -1 ? open(path, flags) :
				   file_open_below(read_root, path, flags);
	enum err e = ERR_CONFIG;

	if (fd == -1 && errno == ELOOP)
		(void)snprintf(why, why_size,
		    "is a symbolic link; name the file itself");
	else if (fd == -1)
		(void)snprintf(why, why_size, "cannot be opened: %s",
		    strerror(errno));
	else
		e = check_trust(fd, path, secret, why, why_size);
	if (e == ERR_OK)
		e = read_all(fd, out, why, why_size);
	if (fd != -1)
		(void)close(fd);
	if (e != ERR_OK)
		buf_clear(out);
	return e;
}
