/*
 * `config check`: every mistake of the configuration at once, and who owns
 * and may read the files it names. Asks no service.
 */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "login/account.h"
#include "login/verifier_user.h"
#include "mfa/mfa.h"
#include "mfa/output.h"

static const struct output_column columns[] = {
    {"WHERE", "where"},
    {"OWNER", "owner"},
    {"MODE", "mode"},
    {"MISTAKE", "mistake"},
    {NULL, NULL},
};

enum { WHERE, OWNER, MODE, MISTAKE };
enum { CONF_MAX_BYTES = 64 * 1024, SECRET_MAX_BYTES = 8193 };

/* What hears of mistakes. */
struct check {
	struct output *o;
	bool wrong;
};

static void
note(void *ctx, const char *where, const char *what)
{
	struct check *c = ctx;

	c->wrong = true;
	output_row(c->o);
	output_text(c->o, WHERE, where);
	output_text(c->o, MISTAKE, what);
}

static void
show_file(struct output *o, const char *path)
{
	char mode[8], number[16];
	struct passwd *owner;
	struct stat st;

	if (path == NULL || lstat(path, &st) == -1)
		return;
	owner = getpwuid(st.st_uid);
	(void)snprintf(mode, sizeof(mode), "%04o",
	    (unsigned)st.st_mode & 07777);
	(void)snprintf(number, sizeof(number), "%u", (unsigned)st.st_uid);
	output_row(o);
	output_text(o, WHERE, path);
	output_text(o, OWNER, owner == NULL ? number : owner->pw_name);
	output_text(o, MODE, mode);
}

/* A secret that only some commands read is checked here all the same. */
static void
check_secret(struct check *c, const char *path)
{
	struct buf secret = BUF_INIT(SECRET_MAX_BYTES);

	if (path != NULL)
		(void)!config_read_secret(path, &secret, note, c);
	buf_clear(&secret);
}

static void
say_nothing(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	(void)where;
	(void)what;
}

/* What the file says, as far as it can be read; mistakes are told elsewhere. */
static void
read_loosely(const struct mfa *m, struct config *cfg)
{
	struct buf content = BUF_INIT(CONF_MAX_BYTES);
	char why[256];

	memset(cfg, 0, sizeof(*cfg));
	(void)!option_defaults(config_options, cfg);
	if (file_read_trusted(m->config_file == NULL ? cfg->conf :
	    m->config_file, false, &content, why, sizeof(why)) == ERR_OK)
		(void)!option_parse_file(config_options, cfg, cfg->conf,
		    &content, say_nothing, NULL);
	buf_clear(&content);
}

static bool
is_flashback(const struct mfa *m, const struct config *cfg)
{
	const char *name = m->provider != NULL ? m->provider : cfg->provider;

	return name != NULL && strcmp(name, "flashback") == 0;
}

/* A login would be denied for it, and this is where that is told beforehand. */
static void
check_verifier_user(struct check *c, const struct config *cfg)
{
	char why[VERIFIER_USER_WHY_BYTES];
	struct verifier_user user;
	enum err e;

	if (cfg->verifier_user == NULL)
		return;
	e = verifier_user_of(
	    &account_lookups_libc, cfg, &user, why, sizeof(why));
	if (e == ERR_CONFIG || e == ERR_SYSTEM)
		note(c, cfg->conf, why);
}

static void
show_files(struct check *c, const struct mfa *m, const struct config *cfg)
{
	show_file(c->o, m->config_file == NULL ? cfg->conf : m->config_file);
	show_file(c->o, cfg->access_key_secret_file);
	show_file(c->o, cfg->app_secret_file);
	show_file(c->o, cfg->access_token_file);
	show_file(c->o, cfg->user_map);
	show_file(c->o, cfg->http.ca_file);
	show_file(c->o, cfg->audit_file);
}

enum exit_status
command_config_check(struct mfa *m, int argc, char **argv)
{
	struct check c = {.o = output_new(columns, m->json, false)};
	enum exit_status status;
	struct config cfg;
	enum err e;

	(void)argc;
	(void)argv;
	if (c.o == NULL)
		return mfa_fail(m, "config check", ERR_MEMORY);
	read_loosely(m, &cfg);
	/* as a login will read it: whatever would deny one is to be seen */
	m->use = is_flashback(m, &cfg) ? CONFIG_ADMINISTRATOR : CONFIG_LOGIN;
	status = mfa_read_config(m, &m->cfg, note, &c);
	if (m->cfg.service.app_secret.len == 0)
		check_secret(&c, cfg.app_secret_file);
	if (!is_flashback(m, &cfg))
		check_secret(&c, cfg.access_token_file);
	if (m->use == CONFIG_LOGIN)
		check_verifier_user(&c, &cfg);
	show_files(&c, m, &cfg);
	config_clear(&cfg);
	e = output_print(c.o);
	output_free(&c.o);
	if (e != ERR_OK)
		return mfa_fail(m, "config check", e);
	return c.wrong ? STATUS_CONFIG : status;
}
