/*
 * Asks the phone: sends a push, waits for what it says, and sees to it that
 * nobody is worn down by pushes. Only after a first factor: see
 * attempt_offer().
 */
#include "login/attempt.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/message.h"

enum {
	POLL_MS = 1000,
	WAIT_MAX_S = 10,
	AGAIN_S = 60, /* where the service does not say */
};

/* Something is in the way: a hint while there is another way to answer. */
static enum err
give_up(struct attempt *a, enum err e, const char *hint)
{
	if ((a->offered & ~FACTOR_BIT(FACTOR_PUSH)) == 0 || e == ERR_MEMORY ||
	    e == ERR_TOO_SLOW || e == ERR_OTHER_PERSON)
		return e;
	(void)snprintf(a->hint, sizeof(a->hint), "%s", hint);
	return ERR_OK;
}

static enum err
send_push(struct attempt *a, struct push *push)
{
	int life_s = a->cfg->push_timeout_ms / 1000;
	enum err e = ERR_OK;

	if (a->tally != NULL)
		e = tally_push(a->tally, life_s, &a->wait_s);
	if (e != ERR_OK)
		return e;
	e = a->service->provider->push(
	    a->service, buf_text(&a->directory_id), push);
	if (e == ERR_TOO_SOON)
		a->wait_s = a->service->wait_s > 0 ? a->service->wait_s
						   : AGAIN_S;
	if (e != ERR_OK && a->tally != NULL)
		tally_push_ended(a->tally, e == ERR_TIMEOUT ?
		    TALLY_PUSH_UNANSWERED : TALLY_PUSH_NOT_NEEDED);
	return e;
}

/*
 * Wait for the phone's word until `until`; ANSWER_WAIT: there was none. A
 * poll that fails to reach the service says nothing about the person, and the
 * next one may.
 */
static enum err
wait_for_phone(struct attempt *a, const struct push *push,
    const struct deadline *until, enum answer *answer)
{
	const struct clock *clock = a->deadline->clock;
	int ms, left_ms;
	enum err e;

	for (;;) {
		*answer = ANSWER_WAIT;
		e = a->service->provider->poll(
		    a->service, &a->account, push, answer);
		if (e != ERR_OK && e != ERR_THROTTLED && !breaker_counts(e))
			return e;
		if (e == ERR_OK && *answer != ANSWER_WAIT)
			return ERR_OK;
		left_ms = deadline_left_ms(until);
		if (left_ms == 0)
			return e;
		ms = POLL_MS;
		if (e == ERR_THROTTLED && a->service->wait_s > 0)
			ms = 1000 * (a->service->wait_s < WAIT_MAX_S ?
			    a->service->wait_s : WAIT_MAX_S);
		clock->sleep_ms(clock->ctx, ms < left_ms ? ms : left_ms);
	}
}

/*
 * Say that the phone is waiting. In a question where messages are not seen:
 * who types a code there need not wait for the phone (`*typed`).
 */
static enum err
announce(struct attempt *a, bool *typed)
{
	bool codes = (a->offered & ~FACTOR_BIT(FACTOR_PUSH)) != 0;
	char prompt[128];
	enum err e;

	*typed = false;
	if (a->who->account_phase || !attempt_must_ask(a))
		return a->person->tell(
		    a->person, _("Approve this login on your phone."));
	(void)snprintf(prompt, sizeof(prompt),
	    _("Approve this login on your phone, then press Enter%s: "),
	    codes ? _(" (or type a code)") : "");
	e = attempt_ask(a, QUESTION_CODE, prompt);
	*typed = e == ERR_OK && a->answer.len > 0 && codes;
	a->answered_early = *typed;
	return e == ERR_NOT_A_CODE ? ERR_OK : e;
}

static enum tally_push_end
how_it_ended(enum err e, enum answer answer)
{
	if (e == ERR_OK && answer == ANSWER_YES)
		return TALLY_PUSH_APPROVED;
	if (e == ERR_OK && answer == ANSWER_NO)
		return TALLY_PUSH_REFUSED;
	return TALLY_PUSH_UNANSWERED;
}

/* Something was typed instead of waiting. What the phone has said by now
 * counts all the same: a "no" above all. */
static void
look_at_phone(struct attempt *a, const struct push *push, enum answer *answer)
{
	if (a->service->provider->poll(
	    a->service, &a->account, push, answer) != ERR_OK)
		*answer = ANSWER_WAIT;
	if (*answer == ANSWER_WAIT)
		return;
	buf_clear(&a->answer);
	a->answered_early = false;
}

static enum err
ask_phone(struct attempt *a, const struct push *push,
    const struct deadline *until, enum answer *answer)
{
	bool typed = false;
	enum err e = announce(a, &typed);

	if (e == ERR_OK && typed)
		look_at_phone(a, push, answer);
	else if (e == ERR_OK)
		e = wait_for_phone(a, push, until, answer);
	return e;
}

static enum err
too_soon(struct attempt *a)
{
	char hint[sizeof(a->hint)];

	if (a->tally != NULL && a->tally->crowded) {
		log_write(LOG_WARNING, "push not sent: another login of this "
		    "person waits for the phone");
		return give_up(a, ERR_TOO_SOON,
		    _("Another login is asking your "
		    "phone now: refuse it there if it is not yours."));
	}
	(void)snprintf(hint, sizeof(hint),
	    _("A push can be sent again in %d s."), a->wait_s);
	return give_up(a, ERR_TOO_SOON, hint);
}

/* Send one, unless the one that this login has sent already is still open. */
static enum err
start_push(struct attempt *a)
{
	int ms = a->cfg->push_timeout_ms, left = deadline_left_ms(a->deadline);
	enum err e;

	if (a->push_open)
		return ERR_OK;
	deadline_start(
	    &a->push_until, a->deadline->clock, ms < left ? ms : left);
	if ((e = send_push(a, &a->push)) == ERR_OK) {
		a->push_open = true;
		return ERR_OK;
	}
	if (e == ERR_TOO_SOON)
		return too_soon(a);
	log_write(LOG_WARNING, "push not sent: %s", err_text(e));
	return give_up(a, e, _("The push could not be sent."));
}

enum err
attempt_push(struct attempt *a, bool *approved)
{
	enum answer answer = ANSWER_WAIT;
	enum err e = start_push(a);

	if (!a->push_open)
		return e;
	a->out->factor = FACTOR_PUSH;
	e = ask_phone(a, &a->push, &a->push_until, &answer);
	if (a->answered_early)
		return e; /* login_run() says what came of the push */
	a->push_open = false;
	if (a->tally != NULL)
		tally_push_ended(a->tally, how_it_ended(e, answer));
	if (e == ERR_OK && answer == ANSWER_NO)
		return ERR_DECLINED;
	if (e == ERR_OK && answer == ANSWER_YES)
		*approved = true;
	else if (e == ERR_OK || e == ERR_EXPIRED)
		return give_up(a, ERR_EXPIRED,
		    _("No answer came from the phone."));
	else if (e != ERR_CONVERSATION && e != ERR_WIRE)
		return give_up(a, e, _("The phone could not be asked."));
	return e;
}
