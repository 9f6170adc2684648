/*
 * The part of a login that a person sees: what is asked, what an answer is,
 * what follows from it. Decides no login: see login.c.
 */
#include "login/attempt.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/message.h"
#include "base/text.h"
#include "login/factor.h"

enum {
	MISREAD_MAX = 3,      /* answers that are no code, before we give up */
	PROMPT_MAX_BYTES = 512,
	ALL_MAX_BYTES = 1024,
	EVEN_MS = 1000,       /* from an answer to what follows from it */
	COMMAND_SHOWN_BYTES = 121,
};

enum err
attempt_ask(struct attempt *a, enum question what, const char *prompt)
{
	const struct clock *clock = a->deadline->clock;
	int left_ms = deadline_left_ms(a->deadline);
	enum err e;

	a->asked |= what != QUESTION_FIRST_PASS;
	a->hint[0] = '\0';
	if (left_ms == 0)
		return ERR_TOO_SLOW;
	e = a->person->ask(a->person, what, prompt, left_ms, &a->answer);
	a->answered_ms = clock->now_ms(clock->ctx);
	log_write(LOG_DEBUG, "login: asked: %s", e == ERR_OK ? "answered"
							    : err_text(e));
	/* what failed here was not the service */
	return fail_open_excuses(FAIL_OPEN, e, false) ? ERR_SYSTEM : e;
}

void
attempt_even_out(const struct attempt *a)
{
	const struct clock *clock = a->deadline->clock;
	int64_t ms = a->answered_ms + EVEN_MS - clock->now_ms(clock->ctx);
	int left_ms = deadline_left_ms(a->deadline);

	if (a->answered_ms == 0 || a->cfg->fail_delay_ms == 0 || ms <= 0)
		return;
	clock->sleep_ms(clock->ctx, ms < left_ms ? (int)ms : left_ms);
}

bool
attempt_must_ask(const struct attempt *a)
{
	if (a->who->blind)
		return false;
	if (a->cfg->info == INFO_AUTO)
		return a->who->silent ||
		    strncmp(a->who->service, "sshd", 4) == 0;
	return a->cfg->info == INFO_PROMPT;
}

/* What sudo is about to run, and where: once, above the first question. */
static void
describe_command(struct attempt *a, char *out, size_t size)
{
	char host[HOST_NAME_MAX + 2] = "", command[COMMAND_SHOWN_BYTES];

	out[0] = '\0';
	if (a->command_shown || a->cfg->prompt != PROMPT_FULL ||
	    a->who->command[0] == '\0' ||
	    strncmp(a->who->service, "sudo", 4) != 0)
		return;
	a->command_shown = true;
	if (gethostname(host, sizeof(host) - 1) == -1)
		host[0] = '\0';
	(void)snprintf(out, size, "sudo%s%s: %s\n",
	    host[0] == '\0' ? "" : " on ", host,
	    text_clean(command, sizeof(command), a->who->command));
}

static enum err
make_prompt(struct attempt *a, struct buf *out)
{
	char command[256], text[PROMPT_MAX_BYTES];
	enum err e;

	e = factor_prompt(&a->challenge, a->offered, a->sent,
	    a->cfg->prompt == PROMPT_FULL, a->first_factor,
	    a->hint[0] == '\0' ? NULL : a->hint, out);
	describe_command(a, command, sizeof(command));
	if (e != ERR_OK || command[0] == '\0' ||
	    strlen(command) + out->len >= sizeof(text))
		return e;
	(void)snprintf(text, sizeof(text), "%s%s", command, buf_text(out));
	buf_clear(out);
	return buf_add_text(out, text);
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
	if (!a->first_factor)
		attempt_even_out(a);
	e = make_prompt(a, &prompt);
	if (e == ERR_OK)
		e = attempt_ask(a, a->who->blind ? QUESTION_VISIBLE
						 : QUESTION_CODE,
		    buf_text(&prompt));
	buf_clear(&prompt);
	return e == ERR_OK && a->answer.len == 0 ? ERR_CONVERSATION : e;
}

enum err
attempt_ask_early(struct attempt *a)
{
	enum err e;

	a->offered = a->cfg->allowed.bits & ~FACTOR_BIT(FACTOR_PUSH);
	e = ask_code(a);
	a->answered_early = e == ERR_OK || e == ERR_NOT_A_CODE;
	return e == ERR_NOT_A_CODE ? ERR_OK : e;
}

static void
hint_wait(struct attempt *a, const char *what)
{
	int wait_s = a->service->wait_s;

	if (wait_s > 0)
		(void)snprintf(a->hint, sizeof(a->hint),
		    _("%s Another can be sent in %d s."), what, wait_s);
	else
		(void)snprintf(a->hint, sizeof(a->hint),
		    _("%s Another can be sent after a minute."), what);
}

/*
 * The person chose `f`: send a code. What stands in the way of sending becomes
 * a hint while there is something else to answer with; where no first factor
 * was seen, nobody learns whether there was anything to send to.
 */
static enum err
send_code(struct attempt *a, enum factor f)
{
	enum err e = ERR_NO_FACTOR;

	if ((a->usable & FACTOR_BIT(f)) != 0)
		e = a->service->provider->send(
		    a->service, &a->challenge, f);
	if (e == ERR_OK) {
		a->sent = f;
		return ERR_OK;
	}
	if (e == ERR_MEMORY || e == ERR_TOO_SLOW || e == ERR_OTHER_PERSON)
		return e;
	if ((a->usable & FACTOR_BIT(f)) != 0)
		log_write(LOG_WARNING, "code by %s not sent: %s",
		    factor_rows[f].name, err_text(e));
	if (!a->first_factor) {
		a->sent = f;
	} else if (e == ERR_TOO_SOON) {
		a->sent = f;
		hint_wait(a, _("A code was sent a moment ago: use that one."));
	} else if ((a->offered & ~FACTOR_BIT(f)) != 0) {
		hint_wait(a, _("The code could not be sent."));
	} else {
		return e;
	}
	return ERR_OK;
}

/* The person chose `f` by its letter. */
static enum err
choose(struct attempt *a, enum factor f, bool *right)
{
	if (++a->choices > CHOICES_MAX)
		return ERR_TRIES;
	if (f == FACTOR_PUSH)
		return attempt_push(a, right);
	if (factor_rows[f].sent)
		return send_code(a, f);
	a->sent = FACTOR_COUNT; /* back to the authenticator */
	return ERR_OK;
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
	(void)snprintf(prompt, sizeof(prompt),
	    _("Your recovery code is used up. "
	    "Write down the new one:\n%s\nThen press Enter: "),
	    text_clean(clean, sizeof(clean), buf_text(code)));
	if ((e = attempt_ask(a, QUESTION_VISIBLE, prompt)) == ERR_NOT_A_CODE)
		e = ERR_OK; /* whatever was typed, it was seen */
	if (e != ERR_OK)
		log_write(LOG_WARNING, "the new recovery code was not shown: "
		    "the person has none now, until they enrol anew");
	explicit_bzero(prompt, sizeof(prompt));
	explicit_bzero(clean, sizeof(clean));
	return e;
}

/* A code that cannot be right is not sent; any other is counted first. Who is
 * locked out meanwhile learns it only after a first factor. */
static enum err
check_at_service(struct attempt *a, const struct buf *code,
    enum answer *answer, struct buf *recovery)
{
	enum err e;

	if ((a->usable & FACTOR_BIT(a->out->factor)) == 0)
		return ERR_OK;
	e = a->tally == NULL ? ERR_OK : tally_try(a->tally, &a->wait_s);
	if (e == ERR_LOCKED_OUT && !a->first_factor) {
		a->locked_out = true;
		a->usable = 0;
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	e = a->service->provider->check(a->service, &a->account,
	    &a->challenge, a->out->factor, code, answer, recovery);
	if (a->tally != NULL && (e != ERR_OK || *answer == ANSWER_YES))
		tally_take_back(a->tally);
	return e;
}

static enum err
check_code(struct attempt *a, const struct buf *code, bool *right)
{
	struct buf recovery = BUF_INIT(128);
	enum answer answer = ANSWER_NO;
	enum err e = check_at_service(a, code, &answer, &recovery);

	if (e == ERR_OK && answer == ANSWER_YES) {
		e = show_recovery(a, &recovery);
		*right = e == ERR_OK;
	} else if (e == ERR_OK) {
		attempt_even_out(a);
		if (++a->out->wrong_codes >= a->cfg->tries)
			e = ERR_TRIES;
		(void)snprintf(a->hint, sizeof(a->hint),
		    _("That code is not right."));
	}
	buf_clear(&recovery);
	return e;
}

/* One question, and what follows from its answer. */
static enum err
round_of_questions(struct attempt *a, bool *right)
{
	struct buf code = BUF_INIT(ANSWER_MAX_BYTES);
	enum reply_kind kind = REPLY_NOTHING;
	enum factor factor = FACTOR_COUNT;
	enum err e = ask_code(a);

	if (e == ERR_OK)
		kind = factor_read_answer(&a->answer, a->offered, a->sent,
		    &factor, &code);
	else if (e == ERR_NOT_A_CODE)
		e = ERR_OK;
	buf_clear(&a->answer);
	if (e == ERR_OK && kind == REPLY_CHOICE) {
		e = choose(a, factor, right);
	} else if (e == ERR_OK && kind == REPLY_CODE) {
		a->out->factor = factor;
		e = check_code(a, &code, right);
	} else if (e == ERR_OK) {
		if (++a->misread >= MISREAD_MAX)
			e = ERR_NOT_A_CODE;
		(void)snprintf(a->hint, sizeof(a->hint),
		    _("That does not look like a code."));
	}
	buf_clear(&code);
	return e;
}

/* With one factor there is nothing to choose: its code is sent at once. A
 * push goes first where the administrator said so. */
static enum err
start_without_asking(struct attempt *a, bool *right)
{
	if (a->answered_early || !a->first_factor || a->who->blind)
		return ERR_OK;
	if ((a->offered & FACTOR_BIT(FACTOR_PUSH)) != 0 &&
	    (a->cfg->allowed.first == FACTOR_PUSH ||
	    a->offered == FACTOR_BIT(FACTOR_PUSH)))
		return choose(a, FACTOR_PUSH, right);
	for (unsigned f = 0; f < FACTOR_COUNT; f++)
		if (a->offered == FACTOR_BIT(f) && factor_rows[f].sent)
			return choose(a, (enum factor)f, right);
	return ERR_OK;
}

enum err
attempt_offer(struct attempt *a)
{
	unsigned allowed = a->cfg->allowed.bits;

	/* a new recovery code could not be shown there */
	if (a->who->blind)
		allowed &= ~FACTOR_BIT(FACTOR_RECOVERY);
	a->usable = a->challenge.bound & allowed;
	if (a->first_factor && a->service->provider->push != NULL)
		a->usable |= allowed & FACTOR_BIT(FACTOR_PUSH);
	a->offered = a->first_factor ? a->usable
				     : allowed & ~FACTOR_BIT(FACTOR_PUSH);
	return a->usable == 0 ? ERR_NO_FACTOR : ERR_OK;
}

enum err
attempt_answer(struct attempt *a)
{
	bool right = false;
	enum err e = start_without_asking(a, &right);

	while (e == ERR_OK && !right)
		e = round_of_questions(a, &right);
	/* Who gives up after a wrong code was wrong. */
	if (e == ERR_CONVERSATION && a->out->wrong_codes > 0)
		e = ERR_WRONG_CODE;
	if (!a->locked_out)
		return e;
	a->out->shown = e;
	return ERR_LOCKED_OUT;
}

enum err
attempt_pretend(struct attempt *a, enum err why)
{
	unsigned allowed = a->cfg->allowed.bits & ~FACTOR_BIT(FACTOR_PUSH);
	enum err e;

	if (a->candid)
		return why;
	a->usable = 0;
	a->offered = allowed;
	if (a->first_factor && (allowed & FACTOR_BIT(FACTOR_OTP)) != 0)
		a->offered = FACTOR_BIT(FACTOR_OTP);
	a->out->shown = e = attempt_answer(a);
	return e == ERR_MEMORY || e == ERR_WIRE ? e : why;
}
