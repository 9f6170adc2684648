/*
 * genauth-mfa explain: finds out why a login is asked for a factor, exempt or
 * denied, by the login's own steps. Asks the service with --online only, and
 * the person never; changes nothing. How it is told: explain_print.c.
 */
#include "mfa/explain.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lines.h"
#include "base/message.h"
#include "base/text.h"
#include "login/usermap.h"
#include "login/verifier_user.h"
#include "mfa/config_line.h"
#include "mfa/person.h"

enum { CONF_MAX_BYTES = 64 * 1024 };

/* Told at once, and the first one kept for the explanation. */
static void
note_mistake(void *ctx, const char *where, const char *what)
{
	struct explanation *x = ctx;

	mfa_report(NULL, where, what);
	if (x->mistake[0] == '\0')
		(void)snprintf(
		    x->mistake, sizeof(x->mistake), "%s: %s", where, what);
}

/*
 * What PAM would say of it. The module, too, passes on addresses cleaned. sshd
 * always says where somebody comes from; sudo is called by the very person
 * that it asks, whose breaker is their own.
 */
static void
describe(struct explanation *x, const struct mfa *m)
{
	struct local_account account = {
	    .lookups = &account_lookups_libc, .login = x->user};
	bool sshd;

	(void)text_clean(x->service, sizeof(x->service), m->pam_service);
	(void)text_clean(x->rhost, sizeof(x->rhost), m->rhost);
	sshd = strncmp(x->service, "sshd", 4) == 0;
	x->some_address = sshd && x->rhost[0] == '\0';
	x->who = (struct login_request){.user = x->user,
	    .service = x->service,
	    .rhost = x->some_address ? "some address" : x->rhost,
	    .tty = "",
	    .ruser = "",
	    .ssh_connection = "",
	    .command = "",
	    .ref = "",
	    .first_factor = true};
	if (strncmp(x->service, "sudo", 4) != 0 || x->rhost[0] != '\0' ||
	    account_look_up(&account) != ERR_OK)
		return;
	x->who.ruser = x->user;
	x->who.caller_uid = account.uid;
}

/* What else denies every login, and is found before the login begins. */
static void
check_host(struct explanation *x, const struct config *cfg)
{
	char why[VERIFIER_USER_WHY_BYTES];
	struct verifier_user user;
	enum err e;

	if (geteuid() != 0)
		return;
	e = verifier_user_of(
	    &account_lookups_libc, cfg, &user, why, sizeof(why));
	if (e != ERR_OK)
		note_mistake(x, cfg->conf, e == ERR_MEMORY ? err_text(e) : why);
}

/* The option that the rule is of. */
static const char *
option_of(const struct outlook *o)
{
	if (strncmp(o->policy.rule, "networks=", 9) == 0)
		return "networks";
	return strcmp(o->policy.rule, "local=no") == 0 ? "local" : "users";
}

static bool
is_argument(const struct mfa *m, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < m->login_arg_count; i++)
		if (strncmp(m->login_args[i], name, len) == 0 &&
		    strchr("=", m->login_args[i][len]) != NULL)
			return true;
	return false;
}

static void
find_rule(struct explanation *x, const struct mfa *m)
{
	struct buf content = BUF_INIT(CONF_MAX_BYTES);
	const char *name = option_of(&x->auth), *conf = m->cfg.conf;
	char why[256], value[LINE_MAX_BYTES];
	size_t line = 0;

	if (file_read_trusted(conf, false, &content, why, sizeof(why)) ==
	    ERR_OK)
		line = config_line_find(&content, name, value, sizeof(value));
	buf_clear(&content);
	if (is_argument(m, name))
		(void)snprintf(x->rule_from, sizeof(x->rule_from), "%s",
		    N_("PAM line"));
	else if (line > 0)
		(void)snprintf(
		    x->rule_from, sizeof(x->rule_from), "%s:%zu", conf, line);
	else
		(void)snprintf(x->rule_from, sizeof(x->rule_from), "%s",
		    N_("default"));
}

static void
look_ahead(struct explanation *x, struct service *service, bool online)
{
	const struct login_setup setup = {.cfg = &x->m->cfg,
	    .service = service,
	    .lookups = &account_lookups_libc,
	    .runtime_dir = RUNTIMEDIR};
	struct login_request later = x->who;

	outlook_find(&setup, &x->who, online, &x->auth);
	later.account_phase = true;
	outlook_find(&setup, &later, false, &x->account);
}

/* What a login opens before it asks the service: it denies where it cannot. */
static void
check_http(struct explanation *x, const struct mfa *m)
{
	struct http *http = NULL;
	enum err e = http_new(&m->cfg.http, &http);

	http_free(&http);
	if (e != ERR_OK)
		note_mistake(x, m->cfg.conf,
		    e == ERR_CONFIG ? "proxy: has to be http://" : err_text(e));
}

/* Without asking anybody. */
static void
find_out(struct explanation *x, struct mfa *m)
{
	const struct config *cfg = &m->cfg;
	struct service nobody;

	mfa_renew_deadline(m);
	service_init(&nobody, provider_find(cfg->provider), &cfg->service, NULL,
	    &m->deadline, NULL);
	look_ahead(x, &nobody, false);
	service_clear(&nobody);
	find_rule(x, m);
	if (x->auth.kind == OUTLOOK_EXEMPT)
		return;
	check_http(x, m);
	x->map_line =
	    usermap_line(&cfg->users_map_text, x->auth.policy.account);
	x->has_record =
	    x->auth.policy.account[0] != '\0' &&
	    host_record_open(&x->record, cfg, x->auth.policy.account) == ERR_OK;
}

/* What the exit status says is what was found out with --online, or that this
 * host is not right. */
static enum exit_status
conclude(struct mfa *m, const struct explanation *x)
{
	const struct outlook *o = &x->auth;

	if (x->mistake[0] != '\0')
		return STATUS_CONFIG;
	if (o->was_asked && o->asked != ERR_OK)
		return mfa_fail(m, x->user, o->asked);
	if (o->kind != OUTLOOK_DENIED)
		return STATUS_DONE;
	if (o->why == ERR_UNKNOWN_PERSON)
		return m->online ? STATUS_NOT_FOUND : STATUS_DONE;
	return o->why == ERR_SYSTEM || o->why == ERR_CONFIG ||
		       o->why == ERR_MEMORY
		   ? STATUS_CONFIG
		   : STATUS_DONE;
}

static enum exit_status
explain(struct mfa *m, struct explanation *x)
{
	enum exit_status status = STATUS_DONE;
	enum err e;

	if (mfa_read_config(m, &m->cfg, note_mistake, x) != STATUS_DONE) {
		if (x->mistake[0] == '\0')
			return STATUS_CONFIG;
	} else {
		check_host(x, &m->cfg);
	}
	if (x->mistake[0] == '\0')
		find_out(x, m);
	if (x->mistake[0] == '\0' && m->online && x->auth.identity[0] != '\0') {
		if ((status = mfa_open_service(m)) != STATUS_DONE)
			return status;
		look_ahead(x, &m->service, true);
	}
	if ((e = explain_print(x)) != ERR_OK)
		return mfa_fail(m, "explain", e);
	return conclude(m, x);
}

enum exit_status
command_explain(struct mfa *m, int argc, char **argv)
{
	struct explanation x = {
	    .m = m, .user = argv[0], .record.tally.record.fd = -1};
	enum exit_status status = person_check_name(argv[0]);

	if (status != STATUS_DONE)
		return status;
	if (argc - 1 > MFA_LOGIN_ARGS_MAX) {
		(void)fprintf(stderr,
		    _("genauth-mfa: pam_genauth takes at most "
		    "%d arguments: with more it denies every login\n"),
		    MFA_LOGIN_ARGS_MAX);
		return STATUS_USAGE;
	}
	m->use = CONFIG_LOGIN;
	m->login_args = (const char *const *)argv + 1;
	m->login_arg_count = (size_t)argc - 1;
	describe(&x, m);
	status = explain(m, &x);
	host_record_close(&x.record);
	return status;
}
