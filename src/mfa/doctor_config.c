/*
 * Turns the configuration, as a login by one line of /etc/pam.d would read
 * it, into findings: its mistakes, whom it exempts, and what a dead service
 * means. Asks no service.
 */
#include "mfa/doctor.h"

#include <stdio.h>
#include <string.h>

#include "base/lines.h"
#include "base/message.h"
#include "login/account.h"
#include "login/verifier_user.h"

enum { ARGUMENTS_MAX = 64, CONF_MAX_BYTES = 64 * 1024, WHY_BYTES = 1280 };

/* One reading of it, for one line. */
struct reading {
	struct doctor *d;
	const char *service;
	const struct handler *h; /* NULL: none */
	const struct config *cfg;
	struct buf content;      /* of cfg->conf, to find lines in */
};

/* Mistakes in arguments are mistakes of the line that has them. */
static void
report(void *ctx, const char *where, const char *what)
{
	const struct reading *r = ctx;
	char place[DOCTOR_PATH_BYTES];

	if (r->h != NULL && strcmp(where, "argument") == 0)
		where = doctor_place(r->h, place);
	doctor_report(r->d, where, what);
}

static bool
names_option(const char *argument, const char *option)
{
	size_t len = strlen(option);

	return strncmp(argument, option, len) == 0 &&
	    (argument[len] == '=' || argument[len] == '\0');
}

/* Where the option was set: on the line, or in the file. */
static const char *
find_place(const struct reading *r, const char *option,
    char out[DOCTOR_PATH_BYTES])
{
	struct line l = LINE_START;

	for (char **a = r->h == NULL ? NULL : r->h->arguments;
	    a != NULL && *a != NULL; a++)
		if (names_option(*a, option))
			return doctor_place(r->h, out);
	(void)snprintf(out, DOCTOR_PATH_BYTES, "%s", r->cfg->conf);
	while (line_next(&l, &r->content))
		if (l.name_len == strlen(option) &&
		    memcmp(l.name, option, l.name_len) == 0)
			(void)snprintf(out, DOCTOR_PATH_BYTES, "%s:%zu",
			    r->cfg->conf, l.number);
	return out;
}

static void
tell_exemptions(const struct reading *r, struct line_settings *out)
{
	struct findings *f = r->d->findings;
	const struct config *c = r->cfg;
	char place[DOCTOR_PATH_BYTES];
	bool some = strcmp(c->users, "*") != 0;

	out->exempts = some || c->networks != NULL || !c->local;
	if (some)
		finding_add(f, NOTE, find_place(r, "users", place), "",
		    _("users = %s: the first rule that matches decides; whom a "
		    "rule with ! names, or no rule, gets in without the "
		    "factor"), c->users);
	if (c->networks != NULL)
		finding_add(f, WARNING, find_place(r, "networks", place),
		    _("keep the list short; sudo and su name no address, so it "
		    "does not touch them"),
		    _("networks = %s: who comes from there gets in without the "
		    "factor, whoever that is"), c->networks);
	if (!c->local)
		finding_add(f, WARNING, find_place(r, "local", place),
		    _("write local = yes on the lines of sudo and su"),
		    _("local = no: sudo, su and the console do not ask, also "
		    "people who came by ssh, nor does a network service that "
		    "does not tell PAM the address"));
}

static void
tell_outage(const struct reading *r)
{
	struct findings *f = r->d->findings;
	const struct config *c = r->cfg;
	char place[DOCTOR_PATH_BYTES];

	if (c->fail == FAIL_CLOSED) {
		finding_add(f, NOTE, find_place(r, "fail", place), _("keep one "
		    "way in that does not ask, as root's console"),
		    _("while the service is down, nobody whom it would ask "
		    "gets in (fail = closed)"));
		return;
	}
	finding_add(f, WARNING, find_place(r, "fail", place),
	    _("write fail = closed, or at least keep it to one service by "
	    "writing fail=open on its line"),
	    _("while the service cannot be reached, or answers 5xx or 429, "
	    "everybody gets in without the factor (fail = open): who can cut "
	    "or flood this host's network decides that"));
}

static void
tell_push(const struct reading *r, bool account)
{
	char place[DOCTOR_PATH_BYTES];

	if (account && r->cfg->account != ACCOUNT_PUSH)
		finding_add(r->d->findings, NOTE, doctor_place(r->h, place),
		    _("take the line out, or set account = push"),
		    _("%s: the account line has no effect without account = "
		    "push"), r->service);
}

/* Of this system; another one has other accounts. */
static void
check_verifier_user(const struct reading *r)
{
	char why[VERIFIER_USER_WHY_BYTES], place[DOCTOR_PATH_BYTES];
	struct verifier_user user;
	enum err e;

	if (!r->d->here || r->cfg->verifier_user == NULL)
		return;
	e = verifier_user_of(
	    &account_lookups_libc, r->cfg, &user, why, sizeof(why));
	if (e == ERR_CONFIG || e == ERR_SYSTEM)
		finding_add(r->d->findings, SERIOUS,
		    find_place(r, "verifier_user", place), "", "%s", why);
}

/* The line's arguments, and --config where it names no file. */
static enum err
read_line(struct reading *r, struct config *cfg)
{
	char conf[DOCTOR_PATH_BYTES];
	const char *args[ARGUMENTS_MAX];
	struct config_request q = {.use = CONFIG_LOGIN, .args = args,
	    .report = report, .ctx = r};
	bool named = r->d->m->config_file == NULL;

	for (char **a = r->h == NULL ? NULL : r->h->arguments;
	    a != NULL && *a != NULL && q.count < ARGUMENTS_MAX - 1; a++) {
		args[q.count++] = *a;
		named = named || names_option(*a, "conf");
	}
	if (!named) {
		(void)snprintf(conf, sizeof(conf), "conf=%s",
		    r->d->m->config_file);
		args[q.count++] = conf;
	}
	return config_read(cfg, &q);
}

enum err
doctor_config(struct doctor *d, const char *service, const struct handler *h,
    bool account, struct line_settings *out)
{
	struct config cfg;
	struct reading r = {.d = d, .service = service, .h = h, .cfg = &cfg,
	    .content = BUF_INIT(CONF_MAX_BYTES)};
	char why[WHY_BYTES];
	enum err e = read_line(&r, &cfg);

	memset(out, 0, sizeof(*out));
	if (e != ERR_OK)
		return e == ERR_MEMORY ? e : ERR_OK;
	e = system_root_read(
	    &d->root, cfg.conf, &r.content, why, sizeof(why));
	out->known = true;
	out->push = cfg.account == ACCOUNT_PUSH;
	out->login_timeout_s = cfg.login_timeout_ms / 1000;
	check_verifier_user(&r);
	if (h != NULL) {
		tell_push(&r, account);
		tell_exemptions(&r, out);
		tell_outage(&r);
	}
	buf_clear(&r.content);
	config_clear(&cfg);
	return e == ERR_MEMORY ? e : ERR_OK;
}
