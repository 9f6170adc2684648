/*
 * Turns a draft into a configuration in memory, and makes ready to ask the
 * service with it before anything of it is written.
 */
#include "mfa/draft.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/message.h"
#include "login/usermap.h"
#include "mfa/environment.h"

enum {
	CA_MAX_BYTES = 1024 * 1024,
	MAP_MAX_BYTES = 1024 * 1024,
	SECRET_MAX_BYTES = 512,
};

static void
say_nothing(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	(void)where;
	(void)what;
}

/* A secret: the one just given, or the one in the file that is named; nothing
 * where that cannot be read: who needs it says why, mfa_want_secret(). */
static enum err
take_secret(const struct draft *d, enum draft_secret_id id, const char *path,
    struct buf *out)
{
	const struct buf *given = &d->secrets[id].value;
	enum err e = ERR_OK;

	buf_init(out, SECRET_MAX_BYTES + 1);
	if (given->len > 0)
		return buf_add(out, given->ptr, given->len);
	if (path != NULL)
		e = config_read_secret(path, out, say_nothing, NULL);
	return e == ERR_CONFIG ? ERR_OK : e;
}

static enum err
take_file(const char *path, size_t max, struct buf *out)
{
	char why[DRAFT_WHY_MAX];
	enum err e;

	buf_init(out, max);
	if (path == NULL)
		return ERR_OK;
	e = file_read_trusted(path, false, out, why, sizeof(why));
	if (e == ERR_CONFIG)
		draft_report(NULL, path, why);
	return e;
}

static enum err
take_map(const char *path, struct buf *out)
{
	char why[DRAFT_WHY_MAX];
	enum err e = take_file(path, MAP_MAX_BYTES, out);

	if (e == ERR_OK && path != NULL &&
	    (e = usermap_check(out, why, sizeof(why))) == ERR_CONFIG)
		draft_report(NULL, path, why);
	return e;
}

/* The file that what is wrong is told of. */
static enum err
take_path(const struct draft *d, struct config *c)
{
	free(c->conf);
	c->conf = strdup(d->path);
	return c->conf == NULL ? ERR_MEMORY : ERR_OK;
}

static enum err
fill(const struct draft *d, struct config *c)
{
	enum err e = option_defaults(config_options, c);

	if (e == ERR_OK)
		e = take_path(d, c);
	/* what is wrong is told by draft_check(), or asked for anew */
	if (e == ERR_OK && option_parse_file(config_options, c, d->path,
	    &d->text, say_nothing, NULL) == ERR_MEMORY)
		e = ERR_MEMORY;
	if (e == ERR_OK)
		e = take_secret(d, DRAFT_ACCESS_KEY_SECRET,
		    c->access_key_secret_file, &c->service.access_key_secret);
	if (e == ERR_OK)
		e = take_secret(d, DRAFT_APP_SECRET, c->app_secret_file,
		    &c->service.app_secret);
	if (e == ERR_OK)
		e = take_file(c->http.ca_file, CA_MAX_BYTES, &c->http.ca);
	if (e == ERR_OK)
		e = take_map(c->user_map, &c->users_map_text);
	if (e == ERR_OK) {
		mfa_speak((enum language)c->language);
		e = config_choose_language(c, environment.locale);
	}
	return e;
}

enum exit_status
draft_open(const struct draft *d, struct mfa *m)
{
	enum err e;

	mfa_close(m); /* leaves the configuration empty */
	if ((e = fill(d, &m->cfg)) == ERR_OK) {
		log_set_debug(m->cfg.debug);
		return mfa_start(m);
	}
	if (e != ERR_CONFIG)
		draft_report(NULL, d->path, _(err_text(e)));
	return STATUS_CONFIG;
}
