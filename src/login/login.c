/*
 * The straight line of a login: policy, user map, person, factors, ask,
 * check, verdict. The only place that allows.
 */
#include "login/login.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "login/factor.h"
#include "login/policy.h"
#include "login/usermap.h"

enum {
	MISREAD_MAX = 3, /* answers that are no code, before we give up */
	CHOICES_MAX = 5, /* letters typed, and so codes sent, in one login */
	ALL_MAX_BYTES = 1024,
};

/* One login under way. */
struct attempt {
	const struct config *cfg;
	const struct login_request *who;
	struct service *service;
	struct conversation *person;
	const struct deadline *deadline;
	enum err (*before_service)(void);
	struct login_result *out;
	struct person account;
	struct challenge challenge;
	unsigned offered;      /* FACTOR_BIT()s bound and allowed */
	enum factor sent;      /* whose code is under way */
	struct buf answer;
	bool answered_early;   /* `answer` was given before it was asked for */
	bool engaged;          /* see fail_open_excuses() */
	int misread, choices;
	char hint[128];        /* what the next prompt begins with */
};

const char *
verdict_name(enum verdict v)
{
	switch (v) {
	case VERDICT_ALLOW:
		return "allow";
	case VERDICT_SKIP:
		return "skip";
	case VERDICT_DENY:
		break;
	}
	return "deny";
}

bool
fail_open_excuses(enum fail_mode mode, enum err why, bool engaged)
{
	if (mode != FAIL_OPEN || engaged)
		return false;
	return why == ERR_UNREACHABLE || why == ERR_TIMEOUT || why == ERR_BUSY;
}

/* Ask once; the answer is left in a->answer. Just Enter is no answer. */
static enum err
ask(struct attempt *a, const char *prompt, bool echo)
{
	int left_ms = deadline_left_ms(a->deadline);
	enum err e;

	a->engaged = true;
	a->hint[0] = '\0';
	if (left_ms == 0)
		return ERR_TOO_SLOW;
	e = a->person->ask(a->person, prompt, echo, left_ms, &a->answer);
	if (e == ERR_OK && a->answer.len == 0)
		e = ERR_CONVERSATION;
	return e;
}

/* A host that may answer by itself is asked before the service hears of
 * this login; what it answers is used where the code is wanted. */
static enum err
ask_early(struct attempt *a)
{
	enum err e = ask(a, "Verification code: ", true);

	a->answered_early = e == ERR_OK;
	return e;
}

static enum err
ask_code(struct attempt *a)
{
	struct buf prompt = BUF_INIT(ALL_MAX_BYTES);
	enum err e;

	if (a->answered_early) {
		a->answered_early = false;
		return ERR_OK;
	}
	e = factor_prompt(&a->challenge, a->offered, a->sent,
	    a->cfg->prompt == PROMPT_FULL, a->who->first_factor,
	    a->hint[0] == '\0' ? NULL : a->hint, &prompt);
	if (e == ERR_OK)
		e = ask(a, buf_text(&prompt), false);
	buf_clear(&prompt);
	return e;
}

static void
hint_wait(struct attempt *a, const char *what)
{
	int wait_s = a->service->wait_s;

	if (wait_s > 0)
		(void)snprintf(a->hint, sizeof(a->hint),
		    "%s Another can be sent in %d s.", what, wait_s);
	else
		(void)snprintf(a->hint, sizeof(a->hint),
		    "%s Another can be sent after a minute.", what);
}

/* The person chose `f`: send a code. What stands in the way of sending becomes a hint while
 * there is something else to answer with. */
static enum err
send_code(struct attempt *a, enum factor f)
{
	enum err e;

	if (++a->choices > CHOICES_MAX)
		return ERR_TRIES;
	if (!factor_rows[f].sent) { /* back to the authenticator */
		a->sent = FACTOR_COUNT;
		return ERR_OK;
	}
	e = a->service->provider->send(a->service, &a->challenge, f);
	if (e == ERR_OK) {
		a->sent = f;
	} else if (e == ERR_TOO_SOON) {
		a->sent = f;
		hint_wait(a, "A code was sent a moment ago: use that one.");
		e = ERR_OK;
	} else if ((a->offered & ~FACTOR_BIT(f)) != 0 && e != ERR_MEMORY &&
	    e != ERR_TOO_SLOW && e != ERR_OTHER_PERSON) {
		log_write(LOG_WARNING, "code by %s not sent: %s",
		    factor_rows[f].name, err_text(e));
		hint_wait(a, "The code could not be sent.");
		e = ERR_OK;
	}
	return e;
}

/* The code that replaces a spent recovery code is lost unless it is seen, so
 * it is put where hosts hold nothing back: into a question. */
static enum err
show_recovery(struct attempt *a, const struct buf *code)
{
	char prompt[256], clean[128];
	enum err e;

	if (code->len == 0)
		return ERR_OK;
	(void)snprintf(prompt, sizeof(prompt), "Your recovery code is used up. "
	    "Write down the new one:\n%s\nThen press Enter: ",
	    text_clean(clean, sizeof(clean), buf_text(code)));
	e = a->person->ask(a->person, prompt, true,
	    deadline_left_ms(a->deadline), &a->answer);
	explicit_bzero(prompt, sizeof(prompt));
	explicit_bzero(clean, sizeof(clean));
	return e;
}

/* ERR_OK without ALLOW: a wrong code, and there are tries left. */
static enum err
check_code(struct attempt *a, const struct buf *code)
{
	struct buf recovery = BUF_INIT(128);
	enum answer answer = ANSWER_NO;
	enum err e;

	e = a->service->provider->check(a->service, &a->account, &a->challenge,
	    a->out->factor, code, &answer, &recovery);
	if (e == ERR_OK && answer == ANSWER_YES) {
		if ((e = show_recovery(a, &recovery)) == ERR_OK)
			a->out->verdict = VERDICT_ALLOW;
	} else if (e == ERR_OK) {
		if (++a->out->wrong_codes >= a->cfg->tries)
			e = ERR_TRIES;
		(void)snprintf(a->hint, sizeof(a->hint),
		    "That code is not right.");
	}
	buf_clear(&recovery);
	return e;
}

/* One question, and what follows from its answer. */
static enum err
round_of_questions(struct attempt *a)
{
	struct buf code = BUF_INIT(ANSWER_MAX_BYTES);
	enum reply_kind kind = REPLY_NOTHING;
	enum factor factor = FACTOR_COUNT;
	enum err e;

	e = ask_code(a);
	if (e == ERR_OK)
		kind = factor_read_answer(&a->answer, a->offered, a->sent,
		    &factor, &code);
	else if (e == ERR_NOT_A_CODE)
		e = ERR_OK;
	buf_clear(&a->answer);
	if (e == ERR_OK && kind == REPLY_CHOICE) {
		e = send_code(a, factor);
	} else if (e == ERR_OK && kind == REPLY_CODE) {
		a->out->factor = factor;
		e = check_code(a, &code);
	} else if (e == ERR_OK) {
		if (++a->misread >= MISREAD_MAX)
			e = ERR_NOT_A_CODE;
		(void)snprintf(a->hint, sizeof(a->hint),
		    "That does not look like a code.");
	}
	buf_clear(&code);
	return e;
}

/* With one factor there is nothing to choose: its code is sent at once. */
static enum err
start_only_factor(struct attempt *a)
{
	for (unsigned f = 0; f < FACTOR_COUNT; f++)
		if (a->offered == FACTOR_BIT(f) && factor_rows[f].sent &&
		    !a->answered_early)
			return send_code(a, (enum factor)f);
	return ERR_OK;
}

static enum err
challenge_person(struct attempt *a)
{
	enum err e;

	a->engaged = true;
	a->offered = a->challenge.bound & a->cfg->allowed;
	if (a->offered == 0)
		return ERR_NO_FACTOR;
	e = start_only_factor(a);
	while (e == ERR_OK && a->out->verdict != VERDICT_ALLOW)
		e = round_of_questions(a);
	/* Who gives up after a wrong code was wrong. */
	if (e == ERR_CONVERSATION && a->out->wrong_codes > 0)
		e = ERR_WRONG_CODE;
	return e;
}

static enum err
straight_line(struct attempt *a)
{
	const struct provider *provider = a->service->provider;
	struct buf directory_id = BUF_INIT(PERSON_ID_MAX);
	bool needed = true;
	enum err e;

	e = policy_needs_factor(a->cfg->users, a->who->user, &needed,
	    a->out->rule, sizeof(a->out->rule));
	if (e == ERR_OK && !needed) {
		a->out->verdict = VERDICT_SKIP;
		return ERR_OK;
	}
	if (e == ERR_OK && a->before_service != NULL)
		e = a->before_service();
	if (e == ERR_OK && a->who->blind)
		e = ask_early(a);
	if (e == ERR_OK)
		e = usermap_resolve(
		    &a->cfg->users_map_text, a->who->user, &directory_id);
	if (e == ERR_OK)
		e = provider->find(
		    a->service, buf_text(&directory_id), &a->account);
	if (e == ERR_OK)
		e = provider->challenge(
		    a->service, &a->account, &a->challenge);
	if (e == ERR_OK)
		e = challenge_person(a);
	buf_clear(&directory_id);
	return e;
}

static int
log_priority(const struct login_result *r)
{
	if (r->why == ERR_OTHER_PERSON ||
	    (r->verdict != VERDICT_DENY && r->why != ERR_OK))
		return LOG_ALERT;
	switch (r->why) {
	case ERR_MEMORY:
	case ERR_SYSTEM:
	case ERR_CONFIG:
	case ERR_WIRE:
	case ERR_UNREACHABLE:
	case ERR_TIMEOUT:
	case ERR_BUSY:
	case ERR_TLS:
	case ERR_REPLY:
	case ERR_CREDENTIAL:
		return LOG_ERR;
	default:
		return r->verdict == VERDICT_DENY ? LOG_NOTICE : LOG_INFO;
	}
}

void
login_log(const struct login_request *who, const struct login_result *r,
    const char *provider, const char *request_id, int64_t ms)
{
	struct buf line = BUF_INIT(ALL_MAX_BYTES);
	char number[24];

	(void)snprintf(number, sizeof(number), "%lld", (long long)ms);
	text_add_field(&line, "verdict", verdict_name(r->verdict));
	if (r->why != ERR_OK)
		text_add_field(&line, "reason", err_name(r->why));
	text_add_field(&line, "user", who->user);
	text_add_field(&line, "service", who->service);
	text_add_field(&line, "rhost", who->rhost);
	text_add_field(&line, "tty", who->tty);
	text_add_field(&line, "ruser", who->ruser);
	text_add_field(&line, "rule", r->rule);
	if (r->factor < FACTOR_COUNT)
		text_add_field(&line, "factor", factor_rows[r->factor].name);
	text_add_field(&line, "provider", provider);
	text_add_field(&line, "request_id", request_id);
	text_add_field(&line, "ms", number);
	log_write(log_priority(r), "event=login%s", buf_text(&line));
	buf_clear(&line);
}

/* What the person is told; not why, which is for the log alone. */
static void
tell_denial(struct attempt *a)
{
	switch (a->out->why) {
	case ERR_TRIES:
		(void)a->person->tell(a->person, "Too many wrong codes.");
		break;
	case ERR_TOO_SLOW:
	case ERR_EXPIRED:
		(void)a->person->tell(a->person,
		    "The time for this login ran out. Try again.");
		break;
	case ERR_UNREACHABLE:
	case ERR_TIMEOUT:
	case ERR_BUSY:
		(void)a->person->tell(a->person, "The verification service "
		    "cannot be used now. Try again later, or ask your "
		    "administrator.");
		break;
	case ERR_CONVERSATION:
	case ERR_WIRE:
		break; /* nobody to tell */
	default:
		(void)a->person->tell(a->person, "You could not be verified. "
		    "Ask your administrator if this goes on.");
		break;
	}
}

void
login_run(const struct config *cfg, const struct login_request *who,
    struct service *service, struct conversation *person,
    enum err (*before_service)(void), struct login_result *out)
{
	const struct deadline *deadline = service->deadline;
	const struct clock *clock = deadline->clock;
	struct attempt a = {.cfg = cfg, .who = who, .service = service,
	    .person = person, .deadline = deadline, .out = out,
	    .before_service = before_service, .sent = FACTOR_COUNT,
	    .answer = BUF_INIT(ANSWER_MAX_BYTES)};
	int64_t started_ms = clock->now_ms(clock->ctx);

	memset(out, 0, sizeof(*out));
	out->factor = FACTOR_COUNT;
	challenge_init(&a.challenge);
	out->why = straight_line(&a);
	if (out->why != ERR_OK)
		out->verdict = VERDICT_DENY;
	if (fail_open_excuses((enum fail_mode)cfg->fail, out->why, a.engaged))
		out->verdict = VERDICT_ALLOW;
	login_log(who, out, service->provider->name, service->request_id,
	    clock->now_ms(clock->ctx) - started_ms);
	if (out->verdict == VERDICT_DENY)
		tell_denial(&a);
	challenge_clear(&a.challenge);
	buf_clear(&a.answer);
}

enum err
login_answer(const struct config *cfg, const struct person *who,
    const struct challenge *challenge, struct service *service,
    struct conversation *person)
{
	const struct login_request request = {.first_factor = true};
	struct login_result result = {.factor = FACTOR_COUNT};
	struct attempt a = {.cfg = cfg, .who = &request, .service = service,
	    .person = person, .deadline = service->deadline, .out = &result,
	    .account = *who, .challenge = *challenge, .sent = FACTOR_COUNT,
	    .answer = BUF_INIT(ANSWER_MAX_BYTES)};
	enum err e = challenge_person(&a);

	buf_clear(&a.answer); /* the challenge is the caller's */
	return e;
}
