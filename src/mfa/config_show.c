/*
 * `config show`: every option, its value, its default, and who said so. Of
 * secrets only how long they are.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/lines.h"
#include "mfa/config_line.h"
#include "mfa/mfa.h"
#include "mfa/output.h"

static const struct output_column columns[] = {
    {"OPTION", "option"},
    {"VALUE", "value"},
    {"DEFAULT", "default"},
    {"FROM", "from"},
    {NULL, NULL},
};

enum { OPTION, VALUE, DEFAULT, FROM };
enum { CONF_MAX_BYTES = 64 * 1024, FROM_MAX_BYTES = 4200 };

/* An argument that sets the option, or NULL. */
static const char *
find_argument(const struct mfa *m, const char *name)
{
	const struct {
		const char *name, *value;
	} arguments[] = {
	    {"conf", m->config_file == NULL ? NULL : m->cfg.conf},
	    {"provider", m->provider},
	    {"user_id_type", m->id_type},
	};

	for (size_t i = 0; i < sizeof(arguments) / sizeof(*arguments); i++)
		if (strcmp(arguments[i].name, name) == 0)
			return arguments[i].value;
	return NULL;
}

static void
show_option(const struct mfa *m, const struct option *o,
    const struct buf *content, struct output *out)
{
	char value[LINE_MAX_BYTES + 1], from[FROM_MAX_BYTES];
	const char *argument = find_argument(m, o->name);
	size_t line = config_line_find(content, o->name, value, sizeof(value));

	output_row(out);
	output_text(out, OPTION, o->name);
	output_text(out, DEFAULT, o->def);
	if (argument != NULL) {
		output_text(out, VALUE, argument);
		output_text(out, FROM, "argument");
	} else if (line > 0) {
		(void)snprintf(from, sizeof(from), "%s:%zu", m->cfg.conf,
		    line);
		output_text(out, VALUE, value);
		output_text(out, FROM, from);
	} else {
		/* Flashback's address has a default of its own */
		output_text(out, VALUE,
		    strcmp(o->name, "management_url") == 0 ?
		    m->cfg.service.management_url : o->def);
		output_text(out, FROM, "default");
	}
}

static void
show_secret(struct output *out, const char *name, const char *path,
    const struct buf *secret)
{
	char value[48];

	if (path == NULL)
		return;
	(void)snprintf(value, sizeof(value), "set, %zu bytes", secret->len);
	output_row(out);
	output_text(out, OPTION, name);
	output_text(out, VALUE, value);
	output_text(out, FROM, path);
}

static enum exit_status
want_secrets(struct mfa *m)
{
	struct config *c = &m->cfg;

	if (c->app_secret_file != NULL &&
	    mfa_want_secret(m, "app_secret_file", c->app_secret_file,
		&c->service.app_secret) != STATUS_DONE)
		return STATUS_CONFIG;
	if (c->access_token_file == NULL)
		return STATUS_DONE;
	return mfa_want_secret(m, "access_token_file", c->access_token_file,
	    &c->service.access_token);
}

enum exit_status
command_config_show(struct mfa *m, int argc, char **argv)
{
	struct output *out = output_new(columns, m->json, false);
	struct buf content = BUF_INIT(CONF_MAX_BYTES);
	const struct config *c = &m->cfg;
	char why[256];
	enum exit_status status;
	enum err e = out == NULL ? ERR_MEMORY : ERR_OK;

	(void)argc;
	(void)argv;
	if ((status = mfa_open(m)) != STATUS_DONE ||
	    (status = want_secrets(m)) != STATUS_DONE)
		goto out;
	if (e == ERR_OK)
		e = file_read_trusted(
		    c->conf, false, &content, why, sizeof(why));
	for (const struct option *o = config_options;
	    e == ERR_OK && o->name != NULL; o++)
		show_option(m, o, &content, out);
	if (e == ERR_OK) {
		show_secret(out, "access_key_secret",
		    c->access_key_secret_file, &c->service.access_key_secret);
		show_secret(out, "app_secret", c->app_secret_file,
		    &c->service.app_secret);
		show_secret(out, "access_token", c->access_token_file,
		    &c->service.access_token);
		e = output_print(out);
	}
	if (e != ERR_OK)
		status = mfa_fail(m, "config show", e);
out:
	buf_clear(&content);
	output_free(&out);
	return status;
}
