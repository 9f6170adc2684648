/*
 * flow = signin: the person's GenAuth password opens the challenge, so this
 * host holds no key of its own. Whatever comes of it, the token that GenAuth
 * gives for it is revoked.
 */
#include "login/attempt.h"

#include <string.h>

#include "base/log.h"
#include "base/message.h"
#include "login/factor.h"
#include "login/network.h"

enum { SIGN_OUT_MS = 3000, OTP_DIGITS = 6 };

static enum err
get_password(struct attempt *a, enum question what, struct buf *password)
{
	enum err e = attempt_ask(a, what, a->cfg->append ?
	    _("GenAuth password (or password,code): ") :
	    _("GenAuth password: "));

	if (e == ERR_OK && a->answer.len == 0)
		e = ERR_CONVERSATION;
	if (e == ERR_OK)
		e = buf_add(password, buf_text(&a->answer), a->answer.len);
	buf_clear(&a->answer);
	return e;
}

/* Does `tail` read as a code, or as the letter of a factor? */
static bool
is_answer(const struct attempt *a, const char *tail)
{
	struct buf text = BUF_INIT(ANSWER_MAX_BYTES + 1);
	struct buf code = BUF_INIT(ANSWER_MAX_BYTES + 1);
	enum factor factor;
	bool is = buf_add_text(&text, tail) == ERR_OK &&
	    factor_read_answer(&text, a->cfg->allowed.bits, FACTOR_COUNT,
		&factor, &code) != REPLY_NOTHING;

	buf_clear(&code);
	buf_clear(&text);
	return is;
}

/* append = yes: "password,123456", or a password and six digits. What is cut
 * off is the answer to a question that is still to come. */
static enum err
split_code(struct attempt *a, struct buf *password)
{
	char *text = password->ptr, *tail;
	enum err e;

	if (!a->cfg->append || password->len == 0)
		return ERR_OK;
	tail = strrchr(text, ',');
	if (tail != NULL && is_answer(a, tail + 1))
		*tail++ = '\0';
	else if (password->len > OTP_DIGITS &&
	    strspn(text + password->len - OTP_DIGITS, "0123456789") ==
		OTP_DIGITS)
		tail = text + password->len - OTP_DIGITS;
	else
		return ERR_OK;
	e = buf_add_text(&a->answer, tail);
	a->answered_early = e == ERR_OK;
	explicit_bzero(tail, strlen(tail));
	password->len = strlen(text);
	return e == ERR_OK && password->len == 0 ? ERR_CONVERSATION : e;
}

/* Nobody has shown anything yet: every no is the same no to the host. What is
 * in the way of signing in is told in words, as far as the service says it. */
static enum err
refuse(struct attempt *a, enum err why)
{
	a->out->shown = ERR_WRONG_PASSWORD;
	return why;
}

/*
 * Wrong passwords count as wrong codes do, or anybody could lock somebody out
 * at the service itself. A failure once the password has gone out says nothing
 * of the service to others: what was typed may have brought it about.
 */
static enum err
try_password(struct attempt *a, const struct sign_in *q, struct buf *token)
{
	enum err e = a->tally == NULL ? ERR_OK : tally_try(a->tally, &a->wait_s);

	if (e == ERR_LOCKED_OUT)
		return refuse(a, e);
	if (e != ERR_OK)
		return e;
	e = a->service->provider->sign_in(
	    a->service, q, &a->account, &a->challenge, token);
	if (a->tally != NULL && e != ERR_WRONG_PASSWORD)
		tally_take_back(a->tally);
	if (!a->service->sent || !breaker_counts(e))
		e = attempt_reached(a, e);
	if (e == ERR_WRONG_PASSWORD || e == ERR_INACTIVE_PERSON ||
	    e == ERR_DECLINED)
		return refuse(a, e);
	return e;
}

/* Everybody gives a password; `so_far` is known of this person. */
static enum err
sign_in(struct attempt *a, enum question what, enum err so_far,
    struct buf *token)
{
	struct buf password = BUF_INIT(ANSWER_MAX_BYTES + 1);
	struct sign_in q = {.account_type = a->cfg->service.user_id_type,
	    .password = &password};
	struct address from;
	enum err e = get_password(a, what, &password);

	if (e == ERR_OK)
		e = split_code(a, &password);
	if (e == ERR_OK && so_far != ERR_OK)
		e = refuse(a, so_far);
	if (e == ERR_OK)
		e = attempt_approach(a);
	if (e == ERR_OK) {
		q.account = buf_text(&a->directory_id);
		if (address_read(a->who->rhost, &from))
			q.client_ip = a->who->rhost;
		e = try_password(a, &q, token);
	}
	buf_clear(&password);
	return e;
}

/* Whatever came of the login, nobody needs the token any longer; the time
 * for that is not the login's. */
static void
sign_out(struct attempt *a, const struct buf *token)
{
	const struct deadline *deadline = a->service->deadline;
	struct deadline own;
	enum err e;

	deadline_start(&own, deadline->clock, SIGN_OUT_MS);
	a->service->deadline = &own;
	e = a->service->provider->sign_out(a->service, token);
	a->service->deadline = deadline;
	if (e != ERR_OK)
		log_write(LOG_WARNING, "the token of this login was not "
		    "revoked: %s", err_text(e));
}

/* The password the stack has, or the one the person types now. */
static enum err
sign_in_somehow(struct attempt *a, enum err so_far, struct buf *token)
{
	enum err e = ERR_CONVERSATION;

	if (a->cfg->try_first_pass || a->cfg->use_first_pass)
		e = sign_in(a, QUESTION_FIRST_PASS, so_far, token);
	if (a->cfg->use_first_pass || (e != ERR_CONVERSATION &&
	    e != ERR_NOT_A_CODE && a->out->shown != ERR_WRONG_PASSWORD))
		return e;
	/* a blind host has but the one password, which was wrong */
	if (a->who->blind && e != ERR_CONVERSATION)
		return e;
	a->answered_early = false;
	a->out->shown = ERR_OK;
	attempt_even_out(a);
	return sign_in(a, QUESTION_PASSWORD, so_far, token);
}

/* A host that answers by itself gives the password, and nothing to the next
 * question: it is seen to ask before the password goes out. */
static enum err
see_that_host_asks(struct attempt *a)
{
	enum err e;

	if (!a->who->blind || a->cfg->append)
		return ERR_OK;
	e = attempt_ask(a, QUESTION_VISIBLE, _("Press Enter to sign in: "));
	buf_clear(&a->answer);
	return e == ERR_NOT_A_CODE ? ERR_OK : e;
}

enum err
attempt_by_password(struct attempt *a, enum err so_far)
{
	struct buf token = BUF_INIT(a->challenge.token.max);
	enum err e = see_that_host_asks(a);

	/* what is typed here could make the service fail: nothing excuses it */
	a->engaged = true;
	if (e == ERR_OK)
		e = sign_in_somehow(a, so_far, &token);
	if (e == ERR_OK) {
		a->first_factor = true;
		a->service->login_token = &token;
		e = attempt_offer(a);
		e = e == ERR_OK ? attempt_answer(a) : attempt_pretend(a, e);
		a->service->login_token = NULL;
	}
	sign_out(a, &token);
	buf_clear(&token);
	return e;
}
