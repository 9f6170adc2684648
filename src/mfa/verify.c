/*
 * `verify USER`: the very line of a login, on the terminal. Lets nobody in.
 */
#include <stdio.h>
#include <unistd.h>

#include "build.h"
#include "login/factor.h"
#include "login/login.h"
#include "mfa/output.h"
#include "mfa/terminal.h"

static const struct output_column columns[] = {
    {"User", "user"},
    {"Verdict", "verdict"},
    {"Reason", "reason"},
    {"Why", "why"},
    {"Factor", "factor"},
    {"Rule", "rule"},
    {"Request", "request_id"},
    {NULL, NULL},
};

static enum err
print(const struct mfa *m, const char *user, const struct login_result *r)
{
	struct output *o = output_new(columns, m->json, true);
	enum err e;

	if (o == NULL)
		return ERR_MEMORY;
	output_row(o);
	output_text(o, 0, user);
	output_text(o, 1, verdict_name(r->verdict));
	if (r->why != ERR_OK) {
		output_text(o, 2, err_name(r->why));
		output_text(o, 3, err_text(r->why));
	} else {
		output_text(o, 3, r->verdict == VERDICT_SKIP ?
		    "by the rules in users, no factor is needed" :
		    "the factor was right");
	}
	if (r->factor < FACTOR_COUNT)
		output_text(o, 4, factor_rows[r->factor].name);
	output_text(o, 5, r->rule);
	output_text(o, 6, m->service.request_id);
	e = output_print(o);
	output_free(&o);
	return e;
}

enum exit_status
command_verify(struct mfa *m, int argc, char **argv)
{
	char tty[64] = "";
	const struct login_request who = {.user = argv[0],
	    .service = "genauth-mfa", .rhost = "", .tty = tty, .ruser = "",
	    .ssh_connection = "", .command = "", .ref = "",
	    .first_factor = true};
	const struct login_setup setup = {.cfg = &m->cfg,
	    .service = &m->service, .person = &terminal_conversation,
	    .lookups = &account_lookups_libc, .runtime_dir = RUNTIMEDIR,
	    .candid = true};
	struct login_result result;
	enum exit_status status;
	enum err e;

	(void)argc;
	m->use = CONFIG_LOGIN;
	if ((status = mfa_open(m)) != STATUS_DONE)
		return status;
	if (ttyname_r(STDIN_FILENO, tty, sizeof(tty)) != 0)
		tty[0] = '\0';
	login_run(&setup, &who, &result);
	if ((e = print(m, argv[0], &result)) != ERR_OK)
		return mfa_fail(m, "verify", e);
	if (result.why != ERR_OK)
		return mfa_fail(m, argv[0], result.why);
	return result.verdict == VERDICT_DENY ? STATUS_REFUSED : STATUS_DONE;
}
