/*
 * The straight line of a login: policy, user map, person, factors, ask,
 * check, verdict. The only place that allows. What the person sees is in
 * questions.c, push.c and signin.c; what is said of it in login_log.c.
 */
#include "login/login.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "login/attempt.h"
#include "login/usermap.h"

enum { LATE_MS = 250 }; /* less than this: the login's time is used up */

bool
fail_open_excuses(enum fail_mode mode, enum err why, bool engaged)
{
	if (mode != FAIL_OPEN || engaged)
		return false;
	return why == ERR_UNREACHABLE || why == ERR_TIMEOUT ||
	    why == ERR_BUSY || why == ERR_THROTTLED;
}

enum err
attempt_approach(struct attempt *a)
{
	enum err e;

	buf_clear(&a->directory_id);
	e = usermap_resolve(
	    &a->cfg->users_map_text, a->policy.account, &a->directory_id);
	if (e == ERR_OK && (e = breaker_ask(&a->breaker)) != ERR_OK)
		a->out->by_breaker = true;
	return e;
}

enum err
attempt_reached(struct attempt *a, enum err e)
{
	if (e == ERR_TIMEOUT && a->asked &&
	    deadline_left_ms(a->deadline) < LATE_MS)
		e = ERR_TOO_SLOW;
	breaker_report(&a->breaker, e);
	return e;
}

enum err
attempt_look_up(struct attempt *a)
{
	const struct provider *provider = a->service->provider;
	enum err e;

	if ((e = attempt_approach(a)) != ERR_OK)
		return e;
	e = attempt_reached(a, provider->find(
	    a->service, buf_text(&a->directory_id), &a->account));
	if (e == ERR_OK && a->who->account_phase && provider->push == NULL)
		return ERR_NO_FACTOR;
	if (e != ERR_OK || a->who->account_phase)
		return e;
	return attempt_reached(a, provider->challenge(
	    a->service, &a->account, &a->challenge));
}

bool
attempt_is_about_person(enum err e)
{
	return e == ERR_UNKNOWN_PERSON || e == ERR_INACTIVE_PERSON ||
	    e == ERR_NO_FACTOR || e == ERR_LOCKED_OUT;
}

static enum err
ask_factors(struct attempt *a)
{
	enum err e = attempt_look_up(a);

	if (e == ERR_OK)
		e = attempt_offer(a);
	if (attempt_is_about_person(e))
		return attempt_pretend(a, e);
	if (e != ERR_OK)
		return e;
	a->engaged = true;
	return attempt_answer(a);
}

/* Nobody can be asked here, so it is a push or nothing. */
static enum err
ask_phone_only(struct attempt *a)
{
	bool approved = false;
	enum err e = attempt_look_up(a);

	if (e != ERR_OK)
		return e;
	a->engaged = true;
	a->offered = FACTOR_BIT(FACTOR_PUSH);
	e = attempt_push(a, &approved);
	return e == ERR_OK && !approved ? ERR_EXPIRED : e;
}

void
attempt_describe_caller(const struct login_request *who, char *out,
    size_t size)
{
	if (who->rhost[0] != '\0')
		(void)snprintf(out, size, "remote");
	else
		(void)snprintf(out, size, "local %u %s", who->caller_uid,
		    who->ruser);
}

bool
attempt_counts_tries(const struct attempt *a)
{
	return a->policy.account[0] != '\0' && (a->cfg->lockout.count > 0 ||
	    (a->cfg->allowed.bits & FACTOR_BIT(FACTOR_PUSH)) != 0 ||
	    a->who->account_phase);
}

/* What has to be open before the sandbox, and then the sandbox. */
static enum err
prepare(struct attempt *a, const struct login_setup *with, struct tally *tally)
{
	const struct config *cfg = a->cfg;
	const struct tally_limits limits = {cfg->lockout, cfg->max_push};
	const struct clock *clock = a->deadline->clock;
	char caller[300];
	enum err e = ERR_OK;

	attempt_describe_caller(a->who, caller, sizeof(caller));
	breaker_open(&a->breaker, with->runtime_dir, cfg->service.app_url,
	    caller, cfg->breaker, clock);
	if (attempt_counts_tries(a)) {
		e = tally_open(tally, cfg->state_dir, a->policy.account,
		    limits, clock);
		a->tally = e == ERR_OK ? tally : NULL;
	}
	if (e == ERR_OK && with->before_service != NULL)
		e = with->before_service(with->ctx);
	/* what failed here was not the service */
	return fail_open_excuses(FAIL_OPEN, e, false) ? ERR_SYSTEM : e;
}

/* The policy wants a factor, or (`so_far`) knows nobody of this name. */
static enum err
second_factor(struct attempt *a, enum err so_far)
{
	enum err e = so_far;

	if (e == ERR_OK && a->tally != NULL)
		e = tally_ask(a->tally, &a->wait_s);
	if (a->who->account_phase)
		return e != ERR_OK ? e : ask_phone_only(a);
	if (e == ERR_LOCKED_OUT && a->first_factor && !a->who->blind)
		return e;
	if (e != ERR_OK && !attempt_is_about_person(e))
		return e;
	so_far = e;
	if (a->cfg->flow == FLOW_SIGNIN)
		return attempt_by_password(a, so_far);
	e = ERR_OK;
	if (a->who->blind || !a->first_factor)
		e = attempt_ask_early(a);
	if (e != ERR_OK)
		return e;
	return so_far != ERR_OK ? attempt_pretend(a, so_far) : ask_factors(a);
}

enum err
attempt_decide(struct attempt *a, const struct account_lookups *lookups)
{
	const struct policy policy = {
	    a->cfg->users, a->cfg->networks, a->cfg->local};
	const struct policy_subject subject = {
	    a->who->user, a->who->rhost, a->who->ssh_connection};
	enum err known;

	if (a->who->account_phase && a->cfg->account != ACCOUNT_PUSH) {
		a->policy = (struct policy_decision){.rule = "account=ignore"};
		return ERR_OK;
	}
	known = policy_decide(lookups, &policy, &subject, &a->policy);
	log_write(LOG_DEBUG, "login: account %s, rule %s: %s",
	    a->policy.account, a->policy.rule, known != ERR_OK ?
	    err_text(known) : a->policy.needed ? "asked" : "exempt");
	return known;
}

static enum err
straight_line(struct attempt *a, const struct login_setup *with,
    struct tally *tally)
{
	enum err known = attempt_decide(a, with->lookups), e;

	memcpy(a->out->rule, a->policy.rule, sizeof(a->out->rule));
	if (known == ERR_OK && !a->policy.needed) {
		a->out->verdict = VERDICT_SKIP;
		return ERR_OK;
	}
	if (known != ERR_OK && known != ERR_UNKNOWN_PERSON)
		return known;
	if ((e = prepare(a, with, tally)) != ERR_OK ||
	    (e = second_factor(a, known)) != ERR_OK)
		return e;
	a->out->verdict = VERDICT_ALLOW;
	return ERR_OK;
}

void
login_run(const struct login_setup *with, const struct login_request *who,
    struct login_result *out)
{
	const struct deadline *deadline = with->service->deadline;
	const struct clock *clock = deadline->clock;
	struct tally tally;
	struct attempt a = {.cfg = with->cfg, .who = who,
	    .service = with->service, .person = with->person,
	    .deadline = deadline, .out = out, .candid = with->candid,
	    .breaker.record.fd = -1,
	    .first_factor = who->first_factor || who->account_phase,
	    .sent = FACTOR_COUNT, .directory_id = BUF_INIT(PERSON_ID_MAX),
	    .answer = BUF_INIT(ANSWER_MAX_BYTES + 1)};
	int64_t started_ms = clock->now_ms(clock->ctx);

	memset(out, 0, sizeof(*out));
	out->factor = FACTOR_COUNT;
	challenge_init(&a.challenge);
	out->why = straight_line(&a, with, &tally);
	if (out->why != ERR_OK)
		out->verdict = VERDICT_DENY;
	if (fail_open_excuses(
	    (enum fail_mode)with->cfg->fail, out->why, a.engaged))
		out->verdict = VERDICT_ALLOW;
	if (out->shown == ERR_OK)
		out->shown = out->why;
	login_log(who, out, with->service->provider->name,
	    with->service->request_id, clock->now_ms(clock->ctx) - started_ms);
	/* first: a denial may wait for the person to read it */
	if (a.push_open && a.tally != NULL)
		tally_push_ended(a.tally, out->verdict == VERDICT_ALLOW ?
		    TALLY_PUSH_NOT_NEEDED : TALLY_PUSH_UNANSWERED);
	if (out->verdict == VERDICT_DENY) {
		attempt_even_out(&a);
		attempt_tell_denial(&a);
	}
	if (a.tally != NULL)
		tally_close(a.tally);
	breaker_close(&a.breaker);
	challenge_clear(&a.challenge);
	buf_clear(&a.directory_id);
	buf_clear(&a.answer);
}

enum err
login_answer(const struct config *cfg, const struct person *who,
    const struct challenge *challenge, struct service *service,
    struct conversation *person)
{
	const struct login_request request = {.user = "", .service = "",
	    .rhost = "", .tty = "", .ruser = "", .ssh_connection = "",
	    .command = "", .ref = "", .first_factor = true};
	struct login_result result = {.factor = FACTOR_COUNT};
	struct attempt a = {.cfg = cfg, .who = &request, .service = service,
	    .person = person, .deadline = service->deadline, .out = &result,
	    .account = *who, .challenge = *challenge, .first_factor = true,
	    .breaker.record.fd = -1, .sent = FACTOR_COUNT,
	    .answer = BUF_INIT(ANSWER_MAX_BYTES + 1)};
	enum err e;

	a.offered = a.usable = challenge->bound & cfg->allowed.bits;
	e = a.usable == 0 ? ERR_NO_FACTOR : attempt_answer(&a);
	buf_clear(&a.answer); /* the challenge is the caller's */
	return e;
}
