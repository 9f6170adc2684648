/*
 * Turns a login that nobody has begun into what it would come to, by the very
 * steps of login.c. Lets nobody in, asks nobody, leaves no trace on this host.
 */
#include "login/outlook.h"

#include <string.h>

#include "base/record.h"
#include "login/attempt.h"

/* As tally_open() and tally_ask() would have it. */
static enum err
look_at_tries(const struct attempt *a, struct outlook *out)
{
	const struct config *cfg = a->cfg;
	const struct tally_limits limits = {cfg->lockout, cfg->max_push};
	const char *account = a->policy.account;
	struct tally tally;
	enum err e;

	if (!attempt_counts_tries(a))
		return ERR_OK;
	e = record_could_open(
	    cfg->state_dir, out->mistake, sizeof(out->mistake));
	if (e != ERR_OK || !tally_exists(cfg->state_dir, account))
		return e;
	e = tally_open(
	    &tally, cfg->state_dir, account, limits, a->deadline->clock);
	if (e == ERR_OK)
		e = tally_ask(&tally, &out->locked_s);
	tally_close(&tally);
	return e;
}

/* The breaker is told nothing, and is no reason not to ask once. */
static enum err
ask_service(struct attempt *a, struct outlook *out)
{
	enum err e = attempt_look_up(a);

	if (e == ERR_OK && !a->who->account_phase)
		e = attempt_offer(a);
	out->was_asked = true;
	out->bound = a->challenge.bound;
	return e;
}

/* What the policy wants, and whether it can be had. */
static enum err
go_through(struct attempt *a, const struct login_setup *with, bool online,
    struct outlook *out)
{
	enum err known = attempt_decide(a, with->lookups), e;

	out->policy = a->policy;
	if (known == ERR_OK && !a->policy.needed) {
		out->kind = OUTLOOK_EXEMPT;
		return ERR_OK;
	}
	if (known != ERR_OK)
		return known;
	out->by = OUTLOOK_BY_RECORD;
	e = look_at_tries(a, out);
	if (e != ERR_OK && !attempt_is_about_person(e))
		return e;
	known = e;
	if (known == ERR_OK)
		out->by = OUTLOOK_BY_USER_MAP;
	if ((e = attempt_approach(a)) != ERR_OK)
		return known != ERR_OK ? known : e;
	memcpy(
	    out->identity, buf_text(&a->directory_id), a->directory_id.len + 1);
	if (known == ERR_OK && out->breaker.open_s > 0) {
		out->by = OUTLOOK_BY_BREAKER;
		known = ERR_UNREACHABLE;
	}
	if (online && a->cfg->flow == FLOW_TRIGGER)
		out->asked = ask_service(a, out);
	if (known == ERR_OK)
		out->by = OUTLOOK_BY_SERVICE;
	return known != ERR_OK ? known : out->asked;
}

/* What is offered, after a first factor or without one. */
static unsigned
offer(struct attempt *a, bool first_factor)
{
	a->first_factor = first_factor || a->cfg->flow == FLOW_SIGNIN;
	(void)!attempt_offer(a);
	return a->offered;
}

void
outlook_find(const struct login_setup *with, const struct login_request *who,
    bool online, struct outlook *out)
{
	struct login_result unused = {.factor = FACTOR_COUNT};
	const struct clock *clock = with->service->deadline->clock;
	struct attempt a = {.cfg = with->cfg,
	    .who = who,
	    .service = with->service,
	    .deadline = with->service->deadline,
	    .out = &unused,
	    .breaker.record.fd = -1,
	    .first_factor = true,
	    .sent = FACTOR_COUNT,
	    .directory_id = BUF_INIT(PERSON_ID_MAX)};
	char caller[300];

	memset(out, 0, sizeof(*out));
	challenge_init(&a.challenge);
	attempt_describe_caller(who, caller, sizeof(caller));
	breaker_look(with->runtime_dir, with->cfg->service.app_url, caller,
	    with->cfg->breaker, clock, &out->breaker);
	out->why = go_through(&a, with, online, out);
	if (out->why == ERR_OK && out->kind != OUTLOOK_EXEMPT)
		out->kind = OUTLOOK_ASKED;
	if (fail_open_excuses((enum fail_mode)with->cfg->fail, out->why,
		with->cfg->flow == FLOW_SIGNIN))
		out->kind = OUTLOOK_LET_IN;
	if (!out->was_asked)
		a.challenge.bound = ~FACTOR_BIT(FACTOR_PUSH);
	out->offered = offer(&a, true);
	out->offered_blindly = offer(&a, false);
	out->usable_blindly = a.usable;
	challenge_clear(&a.challenge);
	buf_clear(&a.directory_id);
}
