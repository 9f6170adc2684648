/*
 * Turns a draft into files, so that at every moment there is either the old
 * configuration, whole, or the new one. Decides nothing about its content.
 */
#include "mfa/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"
#include "login/account.h"
#include "login/verifier_user.h"
#include "mfa/trusted_dir.h"

enum { NAME_BYTES = 256, CONTENT_MAX_BYTES = 64 * 1024 };

/* The writing of one draft. Names are within `directory`. */
struct writing {
	const struct draft *d;
	int directory;
	bool made_directory;
	char path[DRAFT_PATH_MAX]; /* of the directory */
	char name[NAME_BYTES];     /* "genauth.conf" */
	char fresh[NAME_BYTES];    /* ".genauth.conf.new" */
	char fresh_path[DRAFT_PATH_MAX + NAME_BYTES];
	bool made_secret[DRAFT_SECRETS];
};

static enum exit_status
refuse(const char *where, const char *why)
{
	draft_report(NULL, where, why);
	return STATUS_CONFIG;
}

static const char *
base_name(const char *path)
{
	return strrchr(path, '/') + 1;
}

static bool
set_names(struct writing *w)
{
	const char *name = base_name(w->d->path);
	int len = (int)(name - w->d->path);

	/* "/genauth.conf" lies in "/" */
	(void)snprintf(w->path, sizeof(w->path), "%.*s",
	    len > 1 ? len - 1 : 1, w->d->path);
	(void)snprintf(w->name, sizeof(w->name), "%.255s", name);
	(void)snprintf(w->fresh_path, sizeof(w->fresh_path), "%s/.%s.new",
	    w->path, name);
	return name[0] != '\0' && strlen(name) < NAME_BYTES - 16 &&
	    snprintf(w->fresh, sizeof(w->fresh), ".%.200s.new", name) <
	    (int)sizeof(w->fresh);
}

static bool
write_all(int fd, const struct buf *content)
{
	size_t done = 0;
	ssize_t n;

	while (done < content->len) {
		n = write(fd, content->ptr + done, content->len - done);
		if (n == -1 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* A file of this name that was not there, on the disk when this returns.
 * Whoever holds the lock may remove what an earlier run left behind. */
static bool
put(const struct writing *w, const char *name, mode_t mode,
    const struct buf *content)
{
	int fd, error;

	(void)unlinkat(w->directory, name, 0);
	fd = openat(w->directory, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return false;
	if (write_all(fd, content) &&
	    fchown(fd, geteuid(), getegid()) == 0 && fchmod(fd, mode) == 0 &&
	    fsync(fd) == 0) {
		if (close(fd) == 0)
			return true;
		fd = -1;
	}
	error = errno;
	if (fd != -1)
		(void)close(fd);
	(void)unlinkat(w->directory, name, 0);
	errno = error;
	return false;
}

/* The secret under its name, unless something else took it meanwhile. */
static enum exit_status
put_secret(struct writing *w, enum draft_secret_id id)
{
	const char *path = w->d->secrets[id].path;
	struct buf line = BUF_INIT(CONTENT_MAX_BYTES);
	bool done = buf_add_text(&line,
	    buf_text(&w->d->secrets[id].value)) == ERR_OK &&
	    buf_add_text(&line, "\n") == ERR_OK &&
	    put(w, ".secret.new", 0600, &line);

	buf_clear(&line);
	if (done) {
		done = linkat(w->directory, ".secret.new", w->directory,
		    base_name(path), 0) == 0;
		w->made_secret[id] = done;
	}
	if (!done)
		(void)refuse(path, strerror(errno));
	(void)unlinkat(w->directory, ".secret.new", 0);
	return done ? STATUS_DONE : STATUS_CONFIG;
}

/* What is wrong with the new file is told under the name it is to have. */
static void
report_fresh(void *ctx, const char *where, const char *what)
{
	const struct writing *w = ctx;
	size_t len = strlen(w->fresh_path);
	char there[DRAFT_PATH_MAX + 32];

	if (strncmp(where, w->fresh_path, len) != 0) {
		draft_report(NULL, where, what);
		return;
	}
	(void)snprintf(there, sizeof(there), "%s%.16s", w->d->path,
	    where + len);
	draft_report(NULL, there, what);
}

/* As a login will read it: whatever would deny one is told now. */
static enum exit_status
check_fresh(struct writing *w)
{
	struct mfa login = {.config_file = w->fresh_path,
	    .use = CONFIG_LOGIN, .tokens = {.fd = -1}};
	char why[VERIFIER_USER_WHY_BYTES];
	struct verifier_user user;
	enum exit_status status;
	enum err e;

	status = mfa_read_config(&login, &login.cfg, report_fresh, w);
	if (status == STATUS_DONE) {
		e = verifier_user_of(&account_lookups_libc, &login.cfg, &user,
		    why, sizeof(why));
		if (e != ERR_OK)
			status = refuse(w->d->path,
			    e == ERR_MEMORY ? _(err_text(e)) : why);
	}
	config_clear(&login.cfg);
	return status;
}

/* Nobody else has changed it since it was shown. */
static enum exit_status
check_unchanged(const struct writing *w)
{
	struct buf now = BUF_INIT(CONTENT_MAX_BYTES);
	char why[DRAFT_WHY_MAX];
	struct stat st;
	bool same;

	(void)snprintf(why, sizeof(why), "%s",
	    _("was changed meanwhile; start again"));
	if (!w->d->exists) {
		same = fstatat(w->directory, w->name, &st,
		    AT_SYMLINK_NOFOLLOW) == -1 && errno == ENOENT;
	} else {
		same = file_read_trusted(
		    w->d->path, false, &now, why, sizeof(why)) == ERR_OK &&
		    now.len == w->d->before.len &&
		    memcmp(buf_text(&now), buf_text(&w->d->before),
			now.len) == 0;
	}
	buf_clear(&now);
	return same ? STATUS_DONE : refuse(w->d->path, why);
}

/* FILE.old is what FILE is now, by the same inode. A rename of one link onto
 * another of the same file does nothing, so the first name goes by itself. */
static bool
keep_old(const struct writing *w)
{
	char old[NAME_BYTES], link[NAME_BYTES];
	bool kept;

	if (!w->d->exists)
		return true;
	(void)snprintf(old, sizeof(old), "%.240s.old", w->name);
	(void)snprintf(link, sizeof(link), ".%.240s.old", w->name);
	(void)unlinkat(w->directory, link, 0);
	kept = linkat(w->directory, w->name, w->directory, link, 0) == 0 &&
	    renameat(w->directory, link, w->directory, old) == 0;
	(void)unlinkat(w->directory, link, 0);
	return kept;
}

static enum exit_status
write_files(struct writing *w)
{
	enum exit_status status = check_unchanged(w);

	for (int i = 0; status == STATUS_DONE && i < DRAFT_SECRETS; i++)
		if (w->d->secrets[i].path[0] != '\0')
			status = put_secret(w, (enum draft_secret_id)i);
	if (status != STATUS_DONE)
		return status;
	if (!put(w, w->fresh, w->d->mode, &w->d->text) ||
	    fsync(w->directory) == -1)
		return refuse(w->d->path, strerror(errno));
	if ((status = check_fresh(w)) != STATUS_DONE)
		return status;
	if (!keep_old(w) ||
	    renameat(w->directory, w->fresh, w->directory, w->name) == -1)
		return refuse(w->d->path, strerror(errno));
	if (fsync(w->directory) == -1)
		draft_report(NULL, w->path, _("is written, but may not outlast "
		    "a power cut"));
	return STATUS_DONE;
}

static void
take_back(struct writing *w)
{
	for (int i = 0; i < DRAFT_SECRETS; i++)
		if (w->made_secret[i])
			(void)unlinkat(w->directory,
			    base_name(w->d->secrets[i].path), 0);
	(void)unlinkat(w->directory, w->fresh, 0);
	if (w->made_directory)
		(void)rmdir(w->path);
	draft_report(NULL, w->d->path, _("nothing was changed"));
}

static enum exit_status
write_locked(struct writing *w)
{
	char why[DRAFT_WHY_MAX];
	enum exit_status status;

	if (trusted_dir_open(w->path, true, &w->directory, &w->made_directory,
	    why, sizeof(why)) != ERR_OK)
		return refuse(w->d->path, why);
	if (flock(w->directory, LOCK_EX | LOCK_NB) == -1)
		status = refuse(w->path, errno == EWOULDBLOCK ?
		    _("another genauth-mfa setup is writing here") :
		    strerror(errno));
	else if ((status = write_files(w)) != STATUS_DONE)
		take_back(w);
	(void)close(w->directory);
	return status;
}

enum exit_status
draft_write(const struct draft *d)
{
	struct writing w = {.d = d, .directory = -1};
	enum exit_status status;
	sigset_t all, before;

	if (!set_names(&w))
		return refuse(d->path, strerror(ENAMETOOLONG));
	/* a signal would leave a file behind; it takes a moment only */
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	status = write_locked(&w);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}
