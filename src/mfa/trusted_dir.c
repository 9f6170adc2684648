/*
 * Turns the path of a directory into a descriptor, one step at a time, each
 * looked at after it was opened. Writes no file.
 */
#include "mfa/trusted_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"

enum { FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* The path down to here, for a sentence. */
struct step {
	const char *path;
	size_t len;
	bool last;
};

static enum err
refuse(const struct step *s, const char *reason, char *why, size_t why_size)
{
	(void)snprintf(why, why_size, "%.*s %s", (int)s->len, s->path, reason);
	return ERR_CONFIG;
}

static enum err
check(int fd, const struct step *s, char *why, size_t why_size)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return refuse(s, strerror(errno), why, why_size);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return refuse(s, _("belongs to somebody else, who could "
		    "replace what is written there; root has to own it"), why,
		    why_size);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0 &&
	    (s->last || (st.st_mode & S_ISVTX) == 0))
		return refuse(s, _("can be written by group or others, who "
		    "could replace what is written there; run: chmod go-w "
		    "on it"), why, why_size);
	return ERR_OK;
}

/* Readable for everybody: people run genauth-mfa, too. */
static bool
make_one(int parent, const char *name, int *fd)
{
	if (mkdirat(parent, name, 0755) == -1)
		return false;
	*fd = openat(parent, name, FLAGS);
	if (*fd != -1 && fchmod(*fd, 0755) == 0 &&
	    fchown(*fd, geteuid(), getegid()) == 0)
		return true;
	if (*fd != -1)
		(void)close(*fd);
	*fd = -1;
	(void)unlinkat(parent, name, AT_REMOVEDIR);
	return false;
}

/* From `*fd` into `name`; `*fd` is closed, and becomes the next, or -1. */
static enum err
enter(int *fd, const char *name, const struct step *s, bool *made, char *why,
    size_t why_size)
{
	int next = openat(*fd, name, FLAGS);
	bool make = next == -1 && errno == ENOENT && made != NULL;
	enum err e = ERR_OK;

	if (make)
		*made = make_one(*fd, name, &next);
	if (next == -1)
		e = refuse(s, errno == ENOTDIR || errno == ELOOP ?
		    _("is a symbolic link, or no directory; name the directory "
		    "itself") : strerror(errno), why, why_size);
	(void)close(*fd);
	*fd = next;
	return e != ERR_OK ? e : check(next, s, why, why_size);
}

enum err
trusted_dir_open(const char *path, bool make, int *out, bool *made, char *why,
    size_t why_size)
{
	struct step s = {.path = path, .len = 1};
	char name[256];
	size_t len;
	int fd = open("/", FLAGS);
	enum err e;

	*made = false;
	if (fd == -1)
		return refuse(&s, strerror(errno), why, why_size);
	s.last = path[strspn(path, "/")] == '\0';
	e = check(fd, &s, why, why_size);
	for (const char *p = path + strspn(path, "/");
	    e == ERR_OK && *p != '\0'; p += len + strspn(p + len, "/")) {
		len = strcspn(p, "/");
		s.len = (size_t)(p - path) + len;
		s.last = p[len + strspn(p + len, "/")] == '\0';
		if (len >= sizeof(name)) {
			e = refuse(&s, strerror(ENAMETOOLONG), why, why_size);
			break;
		}
		(void)snprintf(name, sizeof(name), "%.*s", (int)len, p);
		e = enter(&fd, name, &s, make && s.last ? made : NULL, why,
		    why_size);
	}
	if (e == ERR_OK) {
		*out = fd;
		return ERR_OK;
	}
	if (fd != -1)
		(void)close(fd);
	return e;
}
