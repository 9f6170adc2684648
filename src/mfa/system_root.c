/*
 * Turns a path within a system into its bytes, never leaving that system.
 * Writes nothing, runs nothing.
 */
#include "mfa/system_root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"

enum { NAMES_MAX = 10000 };

enum err
system_root_open(struct system_root *r, const char *directory, char *why,
    size_t why_size)
{
	int probe;

	r->fd = open(directory == NULL ? "/" : directory,
	    O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (r->fd == -1) {
		(void)snprintf(why, why_size, _("cannot be opened: %s"),
		    strerror(errno));
		return ERR_CONFIG;
	}
	if ((probe = system_root_file(r, "/", O_DIRECTORY)) == -1) {
		(void)snprintf(why, why_size, _("cannot be looked at without "
		    "leaving it (openat2, Linux 5.6): %s"), strerror(errno));
		system_root_close(r);
		return ERR_CONFIG;
	}
	(void)close(probe);
	return ERR_OK;
}

void
system_root_close(struct system_root *r)
{
	if (r->fd != -1)
		(void)close(r->fd);
	r->fd = -1;
}

int
system_root_file(const struct system_root *r, const char *path, int flags)
{
	return file_open_below(r->fd, path, flags | O_RDONLY | O_CLOEXEC |
	    O_NONBLOCK | O_NOCTTY);
}

bool
system_root_stat(
    const struct system_root *r, const char *path, struct stat *st)
{
	int fd = file_open_below(r->fd, path, O_PATH | O_CLOEXEC);
	bool done = fd != -1 && fstat(fd, st) == 0;
	int saved = errno;

	if (fd != -1)
		(void)close(fd);
	errno = saved;
	return done;
}

static enum err
read_bytes(int fd, struct buf *out)
{
	char bytes[4096];
	enum err e = ERR_OK;
	ssize_t n;

	while (e == ERR_OK && (n = read(fd, bytes, sizeof(bytes))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n != -1 && (size_t)n > out->max - out->len)
			errno = EFBIG;
		if (n == -1 || (size_t)n > out->max - out->len)
			return ERR_CONFIG;
		e = buf_add(out, bytes, (size_t)n);
	}
	return e;
}

enum err
system_root_read(const struct system_root *r, const char *path,
    struct buf *out, char *why, size_t why_size)
{
	int fd = system_root_file(r, path, 0), saved;
	enum err e = ERR_CONFIG;
	struct stat st;

	if (fd != -1 && fstat(fd, &st) == 0) {
		errno = EINVAL;
		if (S_ISREG(st.st_mode))
			e = read_bytes(fd, out);
	}
	saved = errno;
	if (e == ERR_CONFIG && (saved == EFBIG || saved == EINVAL))
		(void)snprintf(why, why_size, "%s", saved == EFBIG ?
		    _("is too long") : _("is not a regular file"));
	else if (e == ERR_CONFIG)
		(void)snprintf(why, why_size, _("cannot be opened: %s"),
		    strerror(saved));
	if (e != ERR_OK)
		buf_clear(out);
	if (fd != -1)
		(void)close(fd);
	errno = saved;
	return e;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Takes over the directory. */
static char **
read_names(DIR *d)
{
	char **names = calloc(1, sizeof(*names)), **more;
	struct dirent *entry;
	size_t count = 0;

	while (names != NULL && d != NULL && count < NAMES_MAX &&
	    (entry = readdir(d)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		more = reallocarray(names, count + 2, sizeof(*more));
		if (more != NULL) {
			names = more;
			names[count + 1] = NULL;
		}
		if (more == NULL ||
		    (names[count++] = strdup(entry->d_name)) == NULL) {
			system_root_free_names(names);
			names = NULL;
		}
	}
	if (names != NULL)
		qsort(names, count, sizeof(*names), compare_names);
	return names;
}

char **
system_root_list(const struct system_root *r, const char *path)
{
	int fd = system_root_file(r, path, O_DIRECTORY);
	DIR *d = fd == -1 ? NULL : fdopendir(fd);
	char **names = read_names(d);

	if (d != NULL)
		(void)closedir(d);
	else if (fd != -1)
		(void)close(fd);
	return names;
}

void
system_root_free_names(char **names)
{
	for (char **n = names; n != NULL && *n != NULL; n++)
		free(*n);
	free(names);
}
