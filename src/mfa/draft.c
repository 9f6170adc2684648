/*
 * Turns the configuration that is there, and answers, into the one that is to
 * be. Writes nothing: see draft_write.c; asks nobody: see draft_open.c.
 */
#include "mfa/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lines.h"
#include "base/message.h"
#include "base/text.h"
#include "mfa/conf_edit.h"
#include "mfa/trusted_dir.h"

#define FIRST_LINE "# Options: man genauth.conf. To try them: " \
    "genauth-mfa config check, ping.\n"

enum {
	CONF_MAX_BYTES = 64 * 1024,
	SECRET_MAX_BYTES = 512,
	SECRET_FILES_MAX = 99,
};

const struct draft_secret_row draft_secret_rows[DRAFT_SECRETS] = {
    [DRAFT_ACCESS_KEY_SECRET] = {
	"access_key_secret", "access_key_secret_file"},
    [DRAFT_APP_SECRET] = {"app_secret", "app_secret_file"},
};

void
draft_report(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	(void)fprintf(stderr, "genauth-mfa: %s: %s\n", where, what);
}

static void
say_nothing(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	(void)where;
	(void)what;
}

static enum exit_status
refuse(const struct draft *d, const char *why)
{
	draft_report(NULL, d->path, why);
	return STATUS_CONFIG;
}

/* An absolute path: a directory is walked from / on. */
static bool
set_path(struct draft *d, const char *file)
{
	char directory[DRAFT_PATH_MAX] = "";

	if (file[0] != '/' && getcwd(directory, sizeof(directory)) == NULL)
		return false;
	return snprintf(d->path, sizeof(d->path), "%s%s%s", directory,
	    file[0] == '/' ? "" : "/", file) < (int)sizeof(d->path);
}

static bool
is_free(const char *path)
{
	struct stat st;

	return lstat(path, &st) == -1 && errno == ENOENT;
}

/* Could it be written? Told before anybody has typed a word. Where the
 * directory is missing draft_write() makes it. */
static enum exit_status
check_place(const struct draft *d, bool write)
{
	char directory[DRAFT_PATH_MAX], why[DRAFT_WHY_MAX];
	int len = (int)(strrchr(d->path, '/') - d->path), fd = -1;
	enum exit_status status = STATUS_DONE;
	bool made;

	(void)snprintf(directory, sizeof(directory), "%.*s",
	    len > 0 ? len : 1, d->path);
	if (!write || is_free(directory))
		return STATUS_DONE;
	if (trusted_dir_open(directory, false, &fd, &made, why,
	    sizeof(why)) != ERR_OK)
		return refuse(d, why);
	if (faccessat(fd, ".", W_OK, AT_EACCESS) == -1)
		status = refuse(d, strerror(errno));
	(void)close(fd);
	return status;
}

static enum exit_status
read_old(struct draft *d)
{
	char why[DRAFT_WHY_MAX];
	struct stat st = {.st_mode = 0644};
	enum err e;

	if (lstat(d->path, &st) == -1 && errno == ENOENT)
		return buf_add_text(&d->text, FIRST_LINE) == ERR_OK ?
		    STATUS_DONE : refuse(d, _(err_text(ERR_MEMORY)));
	d->exists = true;
	d->mode = st.st_mode & 0777;
	e = file_read_trusted(d->path, false, &d->before, why, sizeof(why));
	if (e == ERR_OK)
		e = buf_add(&d->text, buf_text(&d->before), d->before.len);
	if (e == ERR_OK)
		return STATUS_DONE;
	return refuse(d, e == ERR_CONFIG ? why : _(err_text(e)));
}

enum exit_status
draft_begin(struct draft *d, const struct mfa *m)
{
	const char *file = m->config_file != NULL ? m->config_file
						  : CONFDIR "/genauth.conf";
	enum exit_status status;

	*d = (struct draft){.mode = 0644};
	buf_init(&d->before, CONF_MAX_BYTES);
	buf_init(&d->text, CONF_MAX_BYTES);
	for (int i = 0; i < DRAFT_SECRETS; i++)
		buf_init(&d->secrets[i].value, SECRET_MAX_BYTES);
	if (!set_path(d, file)) {
		draft_report(NULL, file, _("the path is too long"));
		return STATUS_CONFIG;
	}
	status = check_place(d, !m->dry_run);
	return status != STATUS_DONE ? status : read_old(d);
}

void
draft_clear(struct draft *d)
{
	buf_clear(&d->before);
	buf_clear(&d->text);
	for (int i = 0; i < DRAFT_SECRETS; i++)
		buf_clear(&d->secrets[i].value);
}

static void
get(const struct buf *text, const char *name, char *out, size_t size)
{
	struct buf value = BUF_INIT(LINE_MAX_BYTES);

	if (conf_edit_get(text, name, &value) != ERR_OK)
		buf_clear(&value);
	(void)snprintf(out, size, "%s", buf_text(&value));
	buf_clear(&value);
}

void
draft_get(const struct draft *d, const char *name, char *out, size_t size)
{
	get(&d->text, name, out, size);
}

/* By the option's own row, so that the words are those of `config check`. */
static enum err
check_value(const char *name, const char *value, char *why, size_t why_size)
{
	const struct option *o = option_find(config_options, name);
	struct config scratch;
	enum err e;

	memset(&scratch, 0, sizeof(scratch));
	e = o == NULL ? ERR_CONFIG :
	    o->set(o, &scratch, value, why, why_size);
	config_clear(&scratch);
	return e;
}

enum err
draft_set(struct draft *d, const char *name, const char *value, char *why,
    size_t why_size)
{
	char now[LINE_MAX_BYTES + 1];
	enum err e = check_value(name, value, why, why_size);

	if (e != ERR_OK)
		return e;
	draft_get(d, name, now, sizeof(now));
	if (strcmp(now, value) == 0)
		return ERR_OK;
	e = conf_edit_set(&d->text, name, value);
	if (e == ERR_CONFIG)
		(void)snprintf(why, why_size, _("cannot stand in a "
		    "configuration: it is longer than 1024 bytes, or has a # "
		    "behind white space"));
	return e;
}

/* Does this file hold just this secret, and is it one that can be trusted? */
static bool
holds(const char *path, const struct buf *secret)
{
	struct buf found = BUF_INIT(SECRET_MAX_BYTES + 1);
	bool same = config_read_secret(path, &found, say_nothing, NULL) ==
		ERR_OK &&
	    text_same_secret(buf_text(&found), found.len, buf_text(secret),
		secret->len);

	buf_clear(&found);
	return same;
}

/* FILE, FILE.2, FILE.3 ... beside genauth.conf: the first that holds the
 * secret, or that is not there. */
static bool
choose_file(const struct draft *d, const char *name,
    const struct buf *secret, char path[DRAFT_PATH_MAX])
{
	int directory = (int)(strrchr(d->path, '/') - d->path), n, len;
	char number[8] = "";

	for (n = 1; n <= SECRET_FILES_MAX; n++) {
		if (n > 1)
			(void)snprintf(number, sizeof(number), ".%d", n);
		len = snprintf(path, DRAFT_PATH_MAX, "%.*s/%s%s", directory,
		    d->path, name, number);
		if (len >= DRAFT_PATH_MAX)
			return false;
		if (is_free(path) || holds(path, secret))
			return true;
	}
	return false;
}

enum err
draft_set_secret(struct draft *d, enum draft_secret_id id,
    const struct buf *secret, char *why, size_t why_size)
{
	const struct draft_secret_row *row = &draft_secret_rows[id];
	char now[LINE_MAX_BYTES + 1], path[DRAFT_PATH_MAX];
	enum err e = ERR_OK;

	if (secret->len == 0 || secret->len > SECRET_MAX_BYTES ||
	    !text_is_clean(buf_text(secret), secret->len, false)) {
		(void)snprintf(why, why_size, _("wants one line of plain text, "
		    "at most %d bytes"), SECRET_MAX_BYTES);
		return ERR_CONFIG;
	}
	get(&d->before, row->option, now, sizeof(now));
	buf_clear(&d->secrets[id].value);
	d->secrets[id].path[0] = '\0';
	if (now[0] != '\0' && holds(now, secret))
		return draft_set(d, row->option, now, why, why_size);
	if (!choose_file(d, row->name, secret, path)) {
		(void)snprintf(why, why_size, _("there are too many files "
		    "beside %s, or its path is too long"), d->path);
		return ERR_CONFIG;
	}
	if ((e = draft_set(d, row->option, path, why, why_size)) == ERR_OK &&
	    is_free(path)) {
		e = buf_add(&d->secrets[id].value, secret->ptr, secret->len);
		memcpy(d->secrets[id].path, path, sizeof(path));
	}
	return e;
}

void
draft_restore(struct draft *d, struct buf *text)
{
	struct buf other = d->text;

	d->text = *text;
	*text = other;
}

bool
draft_is_changed(const struct draft *d)
{
	for (int i = 0; i < DRAFT_SECRETS; i++)
		if (d->secrets[i].path[0] != '\0')
			return true;
	return d->before.len != d->text.len ||
	    memcmp(buf_text(&d->before), buf_text(&d->text), d->text.len) != 0;
}

bool
draft_has_changed(const struct draft *d, const char *name)
{
	char before[LINE_MAX_BYTES + 1], now[LINE_MAX_BYTES + 1];

	get(&d->before, name, before, sizeof(before));
	draft_get(d, name, now, sizeof(now));
	return strcmp(before, now) != 0;
}

enum err
draft_check(const struct draft *d, option_report *report, void *ctx)
{
	struct config scratch;
	enum err e;

	memset(&scratch, 0, sizeof(scratch));
	e = option_parse_file(config_options, &scratch, d->path, &d->text,
	    report, ctx);
	config_clear(&scratch);
	return e;
}
