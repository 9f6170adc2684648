/*
 * Turns a change into one line for syslog and one for the audit file. What
 * cannot be noted beforehand is not done; nothing here decides what is.
 */
#include "mfa/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "base/message.h"
#include "base/text.h"
#include "mfa/environment.h"
#include "net/json.h"

enum { LINE_MAX = 8 * 1024, FIELD_MAX = 1024, UID_UNSET = -1 };

/* Who is doing it, from what they cannot choose themselves. */
struct doer {
	unsigned login_uid, uid;
	const char *sudo_user;
	char tty[64];
};

/* A line to be, of both kinds. */
struct note {
	const struct mfa *m;
	const struct audit_entry *entry;
	const char *phase;      /* "intent", "result" */
	const char *result;     /* NULL: not known yet */
	const char *request_id;
	struct doer by;
};

/* The uid that logged in, which sudo and su leave alone; ours where nobody
 * did (a timer, a service). */
static unsigned
login_uid(void)
{
	char text[16] = "", *end;
	int fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, text, sizeof(text) - 1);
	unsigned long uid;

	if (fd != -1)
		(void)close(fd);
	if (n <= 0)
		return getuid();
	uid = strtoul(text, &end, 10);
	return end == text || uid >= (unsigned)UID_UNSET ? getuid()
							 : (unsigned)uid;
}

static struct doer
who(void)
{
	struct doer by = {.login_uid = login_uid(), .uid = getuid(),
	    .sudo_user = environment.sudo_user};

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (isatty(fd) == 1 &&
		    ttyname_r(fd, by.tty, sizeof(by.tty)) == 0)
			return by;
	by.tty[0] = '\0';
	return by;
}

static void
write_syslog(const struct note *n)
{
	struct buf line = BUF_INIT(LINE_MAX);
	char number[16];

	text_add_field(&line, "phase", n->phase);
	text_add_field(&line, "action", n->entry->action);
	text_add_field(&line, "user", n->entry->user);
	text_add_field(&line, "person_id", n->entry->person_id);
	text_add_field(&line, "detail", n->entry->detail);
	text_add_field(&line, "reason", n->m->reason);
	(void)snprintf(number, sizeof(number), "%u", n->by.login_uid);
	text_add_field(&line, "login_uid", number);
	(void)snprintf(number, sizeof(number), "%u", n->by.uid);
	text_add_field(&line, "uid", number);
	text_add_field(&line, "sudo_user", n->by.sudo_user);
	text_add_field(&line, "tty", n->by.tty);
	text_add_field(&line, "provider", n->m->cfg.provider);
	text_add_field(&line, "request_id", n->request_id);
	text_add_field(&line, "result", n->result);
	syslog(LOG_AUTHPRIV | LOG_NOTICE, "event=mfa%s", buf_text(&line));
	buf_clear(&line);
}

/* A text, cleaned; null for none. */
static void
put_text(struct json *object, const char *name, const char *value)
{
	char clean[FIELD_MAX];

	if (value == NULL)
		json_put_json(object, name, "null");
	else
		json_put_text(object, name,
		    text_clean(clean, sizeof(clean), value));
}

static void
put_number(struct json *object, const char *name, unsigned value)
{
	char number[16];

	(void)snprintf(number, sizeof(number), "%u", value);
	json_put_json(object, name, number);
}

static enum err
make_json(const struct note *n, struct buf *line)
{
	struct json *root = json_new_object(), *by;
	char now[32];
	time_t t = time(NULL);
	struct tm tm;
	enum err e;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		now[0] = '\0';
	put_text(root, "time", now);
	put_text(root, "phase", n->phase);
	put_text(root, "action", n->entry->action);
	put_text(root, "user", n->entry->user);
	put_text(root, "person_id", n->entry->person_id);
	put_text(root, "detail", n->entry->detail);
	put_text(root, "reason", n->m->reason);
	by = json_put_object(root, "by");
	put_number(by, "login_uid", n->by.login_uid);
	put_number(by, "uid", n->by.uid);
	put_text(by, "sudo_user", n->by.sudo_user);
	put_text(by, "tty", n->by.tty);
	put_text(root, "result", n->result);
	put_text(root, "request_id", n->request_id);
	put_text(root, "provider", n->m->cfg.provider);
	e = root == NULL ? ERR_MEMORY : json_print(root, line);
	if (e == ERR_OK)
		e = buf_add_text(line, "\n");
	json_free(&root);
	return e;
}

static enum err
complain(const char *path, const char *why)
{
	(void)fprintf(stderr, _("genauth-mfa: audit_file %s: %s\n"), path, why);
	return ERR_SYSTEM;
}

/* Asked of the open descriptor; a fifo must not hang us. */
static enum err
open_file(const char *path, int *out)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW |
	    O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
	const char *why = NULL;
	struct stat st;

	if (fd == -1)
		return complain(path, strerror(errno));
	if (fstat(fd, &st) == -1)
		why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		why = _("is not a regular file");
	else if (st.st_uid != geteuid())
		why = _("belongs to somebody else");
	else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		why = _("can be written by group or others");
	if (why != NULL) {
		(void)close(fd);
		return complain(path, why);
	}
	*out = fd;
	return ERR_OK;
}

/* One write, so that lines of several processes do not mix; then to disk. */
static enum err
write_file(const char *path, const struct buf *line)
{
	ssize_t n;
	int fd = -1;
	enum err e = open_file(path, &fd);

	if (e != ERR_OK)
		return e;
	n = write(fd, line->ptr, line->len);
	if (n >= 0 && (size_t)n < line->len) {
		/* a full disk: what comes next begins on its own line */
		(void)!write(fd, "\n", 1);
		errno = ENOSPC;
		n = -1;
	}
	if (n == -1 || fsync(fd) == -1)
		e = complain(path, strerror(errno));
	(void)close(fd);
	return e;
}

/* syslog(3) does not say whether anybody listens. */
static bool
syslog_is_there(void)
{
	const struct sockaddr_un log = {AF_UNIX, "/dev/log"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool there = fd != -1 &&
	    (connect(fd, (const void *)&log, sizeof(log)) == 0 ||
		errno == EPROTOTYPE);

	if (fd != -1)
		(void)close(fd);
	return there;
}

static enum err
audit(const struct mfa *m, struct note *n)
{
	struct buf line = BUF_INIT(LINE_MAX);
	enum err e = ERR_OK;

	n->m = m;
	n->by = who();
	if (m->cfg.audit_file != NULL) {
		if ((e = make_json(n, &line)) == ERR_OK)
			e = write_file(m->cfg.audit_file, &line);
	} else if (!syslog_is_there()) {
		(void)fprintf(stderr, _("genauth-mfa: there is no syslog here "
		    "to note the change in; set audit_file\n"));
		e = ERR_SYSTEM;
	}
	buf_clear(&line);
	if (e == ERR_OK)
		write_syslog(n);
	return e;
}

enum err
audit_intend(const struct mfa *m, const struct audit_entry *entry)
{
	struct note n = {.entry = entry, .phase = "intent"};

	return audit(m, &n);
}

void
audit_result(const struct mfa *m, const struct audit_entry *entry,
    enum err result, const char *request_id)
{
	struct note n = {.entry = entry, .phase = "result",
	    .result = result == ERR_OK ? "done" : err_name(result),
	    .request_id = request_id != NULL && request_id[0] != '\0' ?
		request_id : NULL};

	if (audit(m, &n) != ERR_OK)
		(void)fprintf(stderr, _("genauth-mfa: what came of it could "
		    "not be noted in the audit\n"));
}

enum exit_status
audit_check_reason(const struct mfa *m)
{
	const char *reason = m->reason == NULL ? "" : m->reason;

	if (!m->cfg.require_reason || reason[strspn(reason, " \t")] != '\0')
		return STATUS_DONE;
	(void)fprintf(stderr, _("genauth-mfa: say why with --reason TEXT: "
	    "require_reason is set in %s\n"), m->cfg.conf);
	return STATUS_USAGE;
}
