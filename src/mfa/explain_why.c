/*
 * Turns what `explain` found out into the one sentence that says why. Finds
 * nothing out.
 */
#include "mfa/explain.h"

#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "login/factor.h"

#define SAY(...) (void)snprintf(out, size, __VA_ARGS__)

/* Nobody of this name: what they see, and what they do not learn. */
static void
why_stranger(const struct explanation *x, char *out, size_t size)
{
	static const struct challenge nothing;
	struct buf prompt = BUF_INIT(512);
	const struct config *cfg = &x->m->cfg;

	if (cfg->flow == FLOW_SIGNIN)
		(void)!buf_add_text(&prompt, _("GenAuth password: "));
	else
		(void)!factor_prompt(&nothing, x->auth.offered_blindly,
		    FACTOR_COUNT, cfg->prompt == PROMPT_FULL, false, NULL,
		    &prompt);
	SAY(_("this host has no account of this name. Whoever tries it is "
	    "asked \"%s\" like anybody, and denied whatever they type; the "
	    "service never hears of it"),
	    buf_text(&prompt));
	buf_clear(&prompt);
}

static void
why_policy(const struct explanation *x, char *out, size_t size)
{
	const struct policy_decision *p = &x->auth.policy;

	if (x->auth.why == ERR_UNKNOWN_PERSON)
		why_stranger(x, out, size);
	else if (x->auth.why == ERR_CONFIG)
		SAY(_("a group that users names is not on this host; nobody "
		    "is exempt by mistake, so all are denied whom that rule "
		    "could concern. Does 'getent group' know each of: users = "
		    "%s"),
		    x->m->cfg.users);
	else if (x->auth.why != ERR_OK)
		SAY(_("the accounts or groups of this host cannot be looked "
		    "up now; nobody is exempt by mistake"));
	else if (p->rule[0] == '\0')
		SAY(_("no rule of users concerns this login, and whom none "
		    "concerns needs no factor"));
	else if (p->rule[0] == '!')
		SAY(_("%s is the first rule of users that concerns this "
		    "login, and it exempts"),
		    p->rule);
	else
		SAY(_("users would ask, but the place is exempt: %s"), p->rule);
}

static void
why_record(const struct explanation *x, char *out, size_t size)
{
	const struct outlook *o = &x->auth;

	if (o->why == ERR_LOCKED_OUT)
		SAY(_("too many wrong codes of late: locked out of this host "
		    "for %d s more, or until: genauth-mfa unlock %s"),
		    o->locked_s, o->policy.account);
	else if (o->mistake[0] != '\0')
		SAY(_("wrong codes could not be counted, so no code is "
		    "taken: %s"),
		    o->mistake);
	else
		SAY(_("the record of wrong codes cannot be used, so no code "
		    "is taken; if it is damaged, this clears it: genauth-mfa "
		    "unlock %s"),
		    o->policy.account);
}

/* Is it denied like that of somebody who gives a wrong code? */
static bool
is_about_person(enum err e)
{
	return e == ERR_NO_FACTOR || e == ERR_UNKNOWN_PERSON ||
	       e == ERR_INACTIVE_PERSON;
}

static void
why_not(const struct explanation *x, char *out, size_t size)
{
	const struct outlook *o = &x->auth;

	switch (o->by) {
	case OUTLOOK_BY_POLICY:
		why_policy(x, out, size);
		return;
	case OUTLOOK_BY_RECORD:
		why_record(x, out, size);
		return;
	case OUTLOOK_BY_USER_MAP:
		SAY(_("%s has no line for this login, and gives its name to "
		    "another one: it would answer for somebody else"),
		    x->m->cfg.user_map);
		if (o->why == ERR_MEMORY)
			SAY(_("its name at the service is too long"));
		return;
	case OUTLOOK_BY_BREAKER:
		SAY(_("the last %d logins did not reach the service; for %d "
		    "s no login asks it"),
		    o->breaker.failures, o->breaker.open_s);
		return;
	case OUTLOOK_BY_SERVICE:
		SAY("%s%s", _(err_text(o->why)),
		    is_about_person(o->why) ? _("; asked like anybody, and "
					      "denied whatever is answered")
					    : "");
		return;
	}
}

void
explain_why(const struct explanation *x, char *out, size_t size)
{
	const struct outlook *o = &x->auth;
	size_t len;

	if (x->mistake[0] != '\0')
		SAY(_("every login with this configuration is denied, until "
		    "this is right: %s"),
		    x->mistake);
	else if (o->kind == OUTLOOK_ASKED)
		SAY(_("%s is the first rule of users that concerns this "
		    "login%s"),
		    o->policy.rule,
		    x->m->cfg.flow == FLOW_SIGNIN
			? _("; it asks for the GenAuth "
			  "password first (flow = signin)")
			: "");
	else
		why_not(x, out, size);
	len = strlen(out);
	if (x->mistake[0] == '\0' && o->kind == OUTLOOK_LET_IN)
		(void)snprintf(
		    out + len, size - len, _("; fail = open excuses that"));
}
