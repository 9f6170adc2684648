/*
 * Turns "begin" and "done" into lines that are on the disk when it returns.
 * How a line looks, and how it is read back, is in journal_text.c.
 */
#include "mfa/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/message.h"
#include "mfa/journal_text.h"

struct journal {
	int fd;
	const char *path;         /* borrowed, while opening */
	pthread_mutex_t lock;
	pthread_cond_t synced_more;
	uint64_t written, synced; /* lines */
	bool syncing, failed;
};

/* A journal says who may be left out: nobody else may write it. */
static enum err
open_private(struct journal *j)
{
	struct stat st;

	j->fd = open(j->path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW |
	    O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	if (j->fd == -1 && errno == ELOOP)
		return journal_refuse(
		    j->path, _("is a symbolic link; name the file itself"));
	if (j->fd == -1 || fstat(j->fd, &st) == -1)
		return journal_refuse(j->path, strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		return journal_refuse(
		    j->path, _("is not a plain file with one name"));
	if (st.st_uid != geteuid() || (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return journal_refuse(j->path, _("has to be owned by the user "
		    "this runs as, and to have mode 0600"));
	if (flock(j->fd, LOCK_EX | LOCK_NB) == -1)
		return journal_refuse(j->path, _("is in use by another run"));
	return ERR_OK;
}

/* A file whose name is not on the disk is lost with all that is in it. */
static bool
sync_directory(const char *path)
{
	char *copy = strdup(path);
	int fd = copy == NULL ? -1
	    : open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = fd != -1 && (fsync(fd) == 0 || errno == EINVAL);

	if (fd != -1)
		(void)close(fd);
	free(copy);
	return synced;
}

/* Called with the lock held. What went out in part is the last line. */
static void
write_line(struct journal *j, const char *text)
{
	char line[JOURNAL_LINE_SIZE];
	size_t len = journal_line(text, line);

	if (j->failed)
		return;
	if (len == 0 || write(j->fd, line, len) != (ssize_t)len) {
		log_write(LOG_ERR, _("journal: %s"),
		    len == 0 ? _("the line is too long") : strerror(errno));
		j->failed = true;
		return;
	}
	j->written++;
}

/* Called with the lock held: for all whose lines are written by now. */
static void
sync_lines(struct journal *j)
{
	uint64_t all = j->written;
	bool synced;

	j->syncing = true;
	(void)pthread_mutex_unlock(&j->lock);
	if (!(synced = fdatasync(j->fd) == 0))
		log_write(LOG_ERR, _("journal: %s"), strerror(errno));
	(void)pthread_mutex_lock(&j->lock);
	j->syncing = false;
	if (synced)
		j->synced = all;
	else
		j->failed = true;
	(void)pthread_cond_broadcast(&j->synced_more);
}

static enum err
append(struct journal *j, const char *text)
{
	uint64_t mine;
	bool failed;

	(void)pthread_mutex_lock(&j->lock);
	write_line(j, text);
	mine = j->written;
	while (!j->failed && j->synced < mine) {
		if (j->syncing)
			(void)pthread_cond_wait(&j->synced_more, &j->lock);
		else
			sync_lines(j);
	}
	failed = j->failed;
	(void)pthread_mutex_unlock(&j->lock);
	return failed ? ERR_SYSTEM : ERR_OK;
}

static enum err
append_parts(struct journal *j, const char *word, const char *name)
{
	char text[JOURNAL_TEXT_MAX + 1];
	int len = snprintf(text, sizeof(text), "%s %s", word, name);

	return len <= JOURNAL_TEXT_MAX ? append(j, text) : ERR_SYSTEM;
}

enum err
journal_begin(struct journal *j, const char *name)
{
	return append_parts(j, "begin", name);
}

enum err
journal_done(struct journal *j, const char *name, enum err result)
{
	char word[40];

	(void)snprintf(word, sizeof(word), "done %s",
	    result == ERR_OK ? "ok" : err_name(result));
	return append_parts(j, word, name);
}

/* Read what is there, take off what is torn, begin where there is nothing. */
static enum err
settle(struct journal *j, const struct journal_reading *r)
{
	int copy = fcntl(j->fd, F_DUPFD_CLOEXEC, 0);
	FILE *in = copy == -1 ? NULL : fdopen(copy, "r");
	off_t good = 0;
	enum err e;

	if (in == NULL) {
		if (copy != -1)
			(void)close(copy);
		return ERR_MEMORY;
	}
	e = journal_read(r, in, &good);
	(void)fclose(in);
	if (e == ERR_OK && ftruncate(j->fd, good) == -1)
		e = journal_refuse(j->path, _("cannot be written"));
	if (e == ERR_OK && good == 0 &&
	    (append_parts(j, JOURNAL_HEAD, r->scope) != ERR_OK ||
	    !sync_directory(j->path)))
		e = journal_refuse(j->path, _("cannot be written"));
	return e;
}

enum err
journal_open(const char *path, const char *scope, journal_seen *seen,
    void *ctx, struct journal **out)
{
	const struct journal_reading reading = {path, scope, seen, ctx};
	struct journal *j = calloc(1, sizeof(*j));
	enum err e;

	if (j == NULL)
		return ERR_MEMORY;
	(void)pthread_mutex_init(&j->lock, NULL);
	(void)pthread_cond_init(&j->synced_more, NULL);
	j->path = path;
	if ((e = open_private(j)) == ERR_OK)
		e = settle(j, &reading);
	if (e != ERR_OK)
		journal_free(&j);
	else
		*out = j;
	return e;
}

void
journal_free(struct journal **j)
{
	if (*j == NULL)
		return;
	if ((*j)->fd != -1)
		(void)close((*j)->fd);
	(void)pthread_cond_destroy(&(*j)->synced_more);
	(void)pthread_mutex_destroy(&(*j)->lock);
	free(*j);
	*j = NULL;
}
