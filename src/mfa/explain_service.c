/*
 * Turns what `explain` found out about the service, and what a login may want
 * of it, into words. Finds nothing out.
 */
#include "mfa/explain.h"

#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "login/factor.h"

#define SAY(...) (void)snprintf(out, size, __VA_ARGS__)

enum { NAMES_MAX = 160 };

bool
explain_reaches_service(const struct explanation *x)
{
	return x->mistake[0] == '\0' && x->auth.identity[0] != '\0';
}

static const char *
names(unsigned bits, char out[NAMES_MAX])
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned f = 0; f < FACTOR_COUNT; f++)
		if ((bits & FACTOR_BIT(f)) != 0)
			len += (size_t)snprintf(out + len, NAMES_MAX - len,
			    "%s%s", len > 0 ? " " : "", factor_rows[f].name);
	return bits == 0 ? _("none") : out;
}

/* Is known what can be offered: as configured, or what is bound of it? */
static bool
is_known(const struct outlook *o)
{
	return !o->was_asked || o->asked == ERR_OK || o->asked == ERR_NO_FACTOR;
}

void
explain_bound(const struct explanation *x, bool json, char *out, size_t size)
{
	const struct outlook *o = &x->auth;
	char list[NAMES_MAX];

	if (o->was_asked && is_known(o))
		SAY("%s", names(o->bound, list));
	else if (json || !x->m->online || x->mistake[0] != '\0')
		return;
	else if (o->was_asked)
		SAY(_("not known: %s"), _(err_text(o->asked)));
	else if (explain_reaches_service(x))
		SAY(_("not asked: with flow = signin it takes the person's "
		    "password"));
	else
		SAY(_("not asked: nor does such a login ask"));
}

void
explain_factors(const struct explanation *x, bool json, char *out, size_t size)
{
	const struct outlook *o = &x->auth;
	char list[NAMES_MAX];

	if (explain_reaches_service(x) && is_known(o))
		SAY("%s%s", names(o->offered, list),
		    json || o->was_asked
			? ""
			: _(", as far as they are bound (--online asks)"));
}

/* The module before any password or key: there nobody may learn what is
 * bound, and no phone may ring. */
void
explain_blindly(const struct explanation *x, bool json, char *out, size_t size)
{
	const struct outlook *o = &x->auth;
	char list[NAMES_MAX];

	if (!explain_reaches_service(x) || !is_known(o))
		return;
	if (json)
		SAY("%s", names(o->offered_blindly, list));
	else if (x->m->cfg.flow == FLOW_SIGNIN)
		SAY(_("makes no difference: the GenAuth password comes "
		    "first"));
	else if (o->usable_blindly == 0)
		SAY(_("denied: without a password or key before this module "
		    "no factor is left"));
	else
		SAY(_("without a password or key before this module: %s, "
		    "asked of everybody before the service is"),
		    names(o->offered_blindly, list));
}

void
explain_account_phase(
    const struct explanation *x, bool json, char *out, size_t size)
{
	const struct outlook *o = &x->account;

	if (!explain_reaches_service(x))
		return;
	if (strcmp(o->policy.rule, "account=ignore") == 0)
		SAY("%s", json ? "ignored" : _("nothing is asked there "
		    "(account = ignore): ssh by key alone needs no factor"));
	else if (o->kind == OUTLOOK_ASKED)
		SAY("%s", json ? "push" : _("a push is sent to who has shown "
		    "no factor before, as with ssh by key alone"));
	else if (o->kind == OUTLOOK_LET_IN)
		SAY("%s", json ? "let_in" : _("let in by fail = open"));
	else
		SAY("%s%s%s", _("denied"), json ? "" : ": ",
		    json ? "" : err_name(o->why));
}

void
explain_breaker(const struct explanation *x, bool json, char *out, size_t size)
{
	const struct option_rate *limit = &x->m->cfg.breaker;
	const struct breaker_view *b = &x->auth.breaker;

	if (!explain_reaches_service(x))
		return;
	if (limit->count == 0)
		SAY(_("off"));
	else if (json)
		SAY("%s", b->open_s > 0 ? "open" : "closed");
	else if (b->open_s > 0)
		SAY(_("open for %d s: no login asks the service"), b->open_s);
	else
		SAY(_("closed: %d of %d logins in a row did not reach the "
		    "service%s"),
		    b->failures, limit->count,
		    x->who.rhost[0] != '\0' || x->who.ruser[0] != '\0'
			? ""
			: _(" (but each caller of su has a count of their "
			    "own)"));
}

/* The failures that are let in: see fail_open_excuses(). */
static void
list_excused(const struct config *cfg, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned e = 0; e < ERR_COUNT && len < size; e++)
		if (fail_open_excuses((enum fail_mode)cfg->fail, (enum err)e,
			cfg->flow == FLOW_SIGNIN))
			len += (size_t)snprintf(out + len, size - len, "%s%s",
			    len > 0 ? " " : "", err_name((enum err)e));
}

void
explain_service_down(
    const struct explanation *x, bool json, char *out, size_t size)
{
	char excused[NAMES_MAX];

	list_excused(&x->m->cfg, excused, sizeof(excused));
	if (!explain_reaches_service(x))
		return;
	if (x->auth.why == ERR_LOCKED_OUT || excused[0] == '\0')
		SAY("%s%s", _("denied"),
		    json ? ""
			 : x->auth.why == ERR_LOCKED_OUT
			     ? _(": locked out")
			     : _(" until it is back (fail = closed)"));
	else
		SAY("%s", json ? "let_in"
			       : _("let in without a factor (fail = open), "
				 "but denied once the service has said "
				 "what to ask for"));
}

void
explain_let_in_for(
    const struct explanation *x, bool json, char *out, size_t size)
{
	explain_service_down(x, true, out, size);
	if (strcmp(out, "let_in") == 0)
		list_excused(&x->m->cfg, out, size);
	else
		out[0] = '\0';
	if (!json && out[0] != '\0')
		(void)strcat(out, _("; every other failure denies"));
}

void
explain_timeouts(const struct explanation *x, bool json, char *out, size_t size)
{
	const struct config *c = &x->m->cfg;

	(void)json;
	if (explain_reaches_service(x))
		SAY(_("connection %d s, reply %d s, login %d s, push %d s, "
		    "denial at least %d s"),
		    c->http.connect_timeout_ms / 1000,
		    c->http.request_timeout_ms / 1000,
		    c->login_timeout_ms / 1000, c->push_timeout_ms / 1000,
		    c->fail_delay_ms / 1000);
}
