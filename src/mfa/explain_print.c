/*
 * Turns what `explain` found out into sentences for people, and into members
 * for programs. Finds nothing out.
 */
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "login/network.h"
#include "mfa/explain.h"
#include "mfa/output.h"

#define SAY(...) (void)snprintf(out, size, __VA_ARGS__)

enum { ARGS_MAX = 700, SAID_MAX = 1600 };

static const struct output_column columns[] = {
    {N_("User"), "user"},
    {N_("Service"), "service"},
    {N_("From"), "rhost"},
    {N_("Verdict"), "verdict"},
    {N_("Reason"), "reason"},
    {N_("Why"), "why"},
    {N_("Rule"), "rule"},
    {N_("Rule from"), "rule_from"},
    {N_("Account"), "account"},
    {N_("At the service"), "identity"},
    {N_("Kind of name"), "id_type"},
    {N_("Name from"), "identity_from"},
    {N_("Bound"), "bound"},
    {N_("Factors"), "factors"},
    {N_("No first factor"), "factors_without_first"},
    {N_("Account line"), "account_phase"},
    {N_("Breaker"), "breaker"},
    {N_("Service down"), "service_down"},
    {N_("Let in for"), "let_in_for"},
    {N_("Timeouts"), "timeouts"},
    {N_("PAM line"), "pam_line"},
    {N_("Note"), "note"},
    {N_("Wrong codes here"), "wrong_codes_here"},
    {N_("Locked out here"), "locked_out_s"},
    {N_("Pushes here"), "pushes_here"},
    {N_("Push pause here"), "push_pause_s"},
    {NULL, NULL},
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void
say_user(const struct explanation *x, bool json, char *out, size_t size)
{
	(void)json;
	SAY("%s", x->user);
}

static void
say_service(const struct explanation *x, bool json, char *out, size_t size)
{
	if (x->service[0] != '\0' || json)
		SAY("%s", x->service);
	else
		SAY(_("any (--service was not given)"));
}

static void
say_rhost(const struct explanation *x, bool json, char *out, size_t size)
{
	if (x->rhost[0] != '\0' || json)
		SAY("%s", x->rhost);
	else if (x->some_address)
		SAY(_("an address that nothing exempts (--rhost was not "
		    "given)"));
	else
		SAY(_("no address: console, su, sudo (--rhost was not "
		    "given)"));
}

static void
say_verdict(const struct explanation *x, bool json, char *out, size_t size)
{
	static const char *const words[][2] = {
	    [OUTLOOK_DENIED] = {N_("denied"), "denied"},
	    [OUTLOOK_EXEMPT] = {N_("no factor is needed"), "exempt"},
	    [OUTLOOK_ASKED] = {N_("a factor is asked for"), "asked"},
	    [OUTLOOK_LET_IN] = {N_("let in without a factor"), "let_in"},
	};

	SAY("%s", _(words[x->mistake[0] != '\0' ? OUTLOOK_DENIED
						: x->auth.kind][json]));
}

static enum err
reason(const struct explanation *x)
{
	return x->mistake[0] != '\0' ? ERR_CONFIG : x->auth.why;
}

static void
say_reason(const struct explanation *x, bool json, char *out, size_t size)
{
	(void)json;
	if (reason(x) != ERR_OK)
		SAY("%s", err_name(reason(x)));
}

static void
say_why(const struct explanation *x, bool json, char *out, size_t size)
{
	(void)json;
	explain_why(x, out, size);
}

/* Has the policy decided? */
static bool
is_decided(const struct explanation *x)
{
	return x->mistake[0] == '\0' && (x->auth.by != OUTLOOK_BY_POLICY ||
					    x->auth.kind == OUTLOOK_EXEMPT);
}

static void
say_rule(const struct explanation *x, bool json, char *out, size_t size)
{
	const struct config *cfg = &x->m->cfg;
	const char *rule = x->auth.policy.rule;

	if (!is_decided(x))
		return;
	if (json || strcmp(rule, "local=no") == 0)
		SAY("%s", rule);
	else if (strncmp(rule, "networks=", 9) == 0)
		SAY(_("%s, of networks = %s"), rule + 9, cfg->networks);
	else
		SAY(_("%s, of users = %s"),
		    rule[0] == '\0' ? _("none") : rule, cfg->users);
}

static void
say_rule_from(const struct explanation *x, bool json, char *out, size_t size)
{
	(void)json;
	if (is_decided(x))
		SAY("%s", _(x->rule_from));
}

static void
say_account(const struct explanation *x, bool json, char *out, size_t size)
{
	const char *account = x->auth.policy.account;

	if (json || strcmp(account, x->user) != 0)
		SAY("%s", account);
}

static void
say_identity(const struct explanation *x, bool json, char *out, size_t size)
{
	if (json || !explain_reaches_service(x))
		SAY("%s", x->auth.identity);
	else
		SAY("%s (user_id_type = %s)", x->auth.identity,
		    x->m->cfg.service.user_id_type);
}

static void
say_id_type(const struct explanation *x, bool json, char *out, size_t size)
{
	if (json && explain_reaches_service(x))
		SAY("%s", x->m->cfg.service.user_id_type);
}

static void
say_identity_from(
    const struct explanation *x, bool json, char *out, size_t size)
{
	const char *map = x->m->cfg.user_map;

	if (explain_reaches_service(x) && x->map_line > 0)
		SAY("%s:%zu", map, x->map_line);
	else if (explain_reaches_service(x) && map != NULL && !json)
		SAY(_("the login itself: %s has no line for it"), map);
}

static void
say_pam_line(const struct explanation *x, bool json, char *out, size_t size)
{
	const struct mfa *m = x->m;
	size_t len = 0;

	for (size_t i = 0; i < m->login_arg_count && len < ARGS_MAX; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%.200s",
		    i > 0 ? " " : "", m->login_args[i]);
	if (m->login_arg_count == 0 && !json)
		SAY(_("not looked at, and its arguments win over the file: "
		    "copy them from /etc/pam.d/%s to the end of this command, "
		    "behind --"),
		    x->service[0] != '\0' ? x->service : "SERVICE");
}

static void
say_note(const struct explanation *x, bool json, char *out, size_t size)
{
	const struct config *cfg = &x->m->cfg;
	struct address address;

	(void)json;
	if (x->mistake[0] != '\0')
		return;
	if (x->rhost[0] != '\0' && !address_read(x->rhost, &address))
		SAY(_("%s is a name, and names exempt nobody: sshd tells the "
		    "module the address, too"),
		    x->rhost);
	else if (x->rhost[0] == '\0' && cfg->networks != NULL)
		SAY(_("from some addresses no factor is needed (networks = "
		    "%s): --rhost"),
		    cfg->networks);
	else if (x->rhost[0] == '\0' && !x->some_address && !cfg->local)
		SAY(_("from an address users alone decides: --rhost"));
}

/* In the order of the columns; the last four are host_record_show()'s. */
static explain_saying *const sayings[] = {say_user, say_service, say_rhost,
    say_verdict, say_reason, say_why, say_rule, say_rule_from, say_account,
    say_identity, say_id_type, say_identity_from, explain_bound,
    explain_factors, explain_blindly, explain_account_phase, explain_breaker,
    explain_service_down, explain_let_in_for, explain_timeouts, say_pam_line,
    say_note};

enum { SAYINGS = sizeof(sayings) / sizeof(sayings[0]) };

_Static_assert(SAYINGS + HOST_RECORD_COLUMNS + 1 == COLUMNS,
    "each column has what is said in it");

static void
add_column(struct output_column *shown, size_t *count, size_t which)
{
	shown[*count] = columns[which];
	shown[*count].title = _(columns[which].title);
	(*count)++;
}

/* JSON is in English, whatever is spoken. */
enum err
explain_print(const struct explanation *x)
{
	struct output_column shown[COLUMNS] = {{NULL, NULL}};
	char said[SAYINGS][SAID_MAX] = {""};
	bool json = x->m->json;
	size_t count = 0, column = 0;
	struct output *o;
	enum err e;

	if (json)
		mfa_speak(LANGUAGE_EN);
	for (size_t i = 0; i < SAYINGS; i++) {
		sayings[i](x, json, said[i], SAID_MAX);
		if (json || said[i][0] != '\0')
			add_column(shown, &count, i);
	}
	for (size_t i = 0; i < HOST_RECORD_COLUMNS; i++)
		if (json || x->has_record)
			add_column(shown, &count, SAYINGS + i);
	if (json)
		mfa_speak((enum language)x->m->cfg.language);
	if ((o = output_new(shown, json, true)) == NULL)
		return ERR_MEMORY;
	output_row(o);
	for (size_t i = 0; i < SAYINGS; i++) {
		if (said[i][0] != '\0')
			output_text(o, column, said[i]);
		if (json || said[i][0] != '\0')
			column++;
	}
	if (x->has_record)
		host_record_show(&x->record, o, column, json);
	e = output_print(o);
	output_free(&o);
	return e;
}
