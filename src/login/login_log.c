/*
 * What is said of a login: the line in the log, and the one sentence for the
 * person, which mostly does not say why.
 */
#include "login/attempt.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/message.h"
#include "base/text.h"
#include "login/factor.h"

enum {
	LINE_MAX_BYTES = 2000, /* whatever a stranger calls themselves */
	READ_MS = 5000, /* to read a sentence, and press Enter */
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
	case ERR_THROTTLED:
	case ERR_TLS:
	case ERR_REPLY:
	case ERR_CREDENTIAL:
		return LOG_ERR;
	case ERR_LOCKED_OUT:
	case ERR_DECLINED:
		return LOG_WARNING;
	default:
		return r->verdict == VERDICT_DENY ? LOG_NOTICE : LOG_INFO;
	}
}

void
login_log(const struct login_request *who, const struct login_result *r,
    const char *provider, const char *request_id, int64_t ms)
{
	struct buf line = BUF_INIT(LINE_MAX_BYTES);
	char number[24];

	(void)snprintf(number, sizeof(number), "%lld", (long long)ms);
	text_add_field(&line, "verdict", verdict_name(r->verdict));
	if (r->why != ERR_OK)
		text_add_field(&line, "reason", err_name(r->why));
	text_add_field(&line, "user", who->user);
	text_add_field(&line, "service", who->service);
	text_add_field(&line, "phase", who->account_phase ? "account" : "");
	text_add_field(&line, "rhost", who->rhost);
	text_add_field(&line, "tty", who->tty);
	text_add_field(&line, "ruser", who->ruser);
	text_add_field(&line, "rule", r->rule);
	if (r->factor < FACTOR_COUNT)
		text_add_field(&line, "factor", factor_rows[r->factor].name);
	text_add_field(&line, "breaker", r->by_breaker ? "open" : "");
	text_add_field(&line, "provider", provider);
	text_add_field(&line, "request_id", request_id);
	text_add_field(&line, "ref", who->ref);
	text_add_field(&line, "ms", number);
	log_write(log_priority(r), "event=login%s", buf_text(&line));
	buf_clear(&line);
}

/* What the person is told; mostly not why, which is for the log alone. */
static const char *
denial_text(const struct attempt *a, char *space, size_t size)
{
	bool password = a->cfg->flow == FLOW_SIGNIN && !a->first_factor;

	if (a->service->why != NULL && (a->out->why == ERR_DECLINED ||
	    a->out->why == ERR_INACTIVE_PERSON)) {
		(void)snprintf(space, size,
		    _("GenAuth refused the sign-in: %s."), _(a->service->why));
		return space;
	}
	switch (a->out->shown) {
	case ERR_TRIES:
		return _("Too many wrong codes.");
	case ERR_CONVERSATION:
		return _("A code is needed, and none was typed. Without a "
		    "terminal it cannot be asked for.");
	case ERR_EXPIRED:
		if (a->out->factor == FACTOR_PUSH)
			return _("No answer came from the phone. Try again.");
		return _("The time for this login ran out. Try again.");
	case ERR_TOO_SLOW:
		return _("The time for this login ran out. Try again.");
	case ERR_UNREACHABLE:
	case ERR_TIMEOUT:
	case ERR_BUSY:
	case ERR_THROTTLED:
		return _("The verification service cannot be used now. Try "
		    "again later, or ask your administrator.");
	case ERR_DECLINED:
		return _("The login was refused on the phone. If that was not "
		    "you, tell your administrator.");
	case ERR_LOCKED_OUT:
		if (a->first_factor) {
			(void)snprintf(space, size, _("Too many wrong codes "
			    "lately. Try again in %d min, or ask your "
			    "administrator."), (a->wait_s + 59) / 60);
			return space;
		}
		break;
	case ERR_TOO_SOON:
		if (a->tally != NULL && a->tally->crowded)
			return _("Another login is asking your phone now: "
			    "refuse it there if it is not yours.");
		(void)snprintf(space, size, _("A push was sent a moment ago. "
		    "Try again in %d s."), a->wait_s);
		return space;
	default:
		break;
	}
	if (password)
		return _("The user name or the password is wrong.");
	return _("You could not be verified. Ask your administrator if this "
	    "goes on.");
}

/*
 * A host that is silent (sudo) would keep it from the person: there it waits
 * for Enter. So it does in Chinese at sshd: OpenSSH's client writes the last
 * message of keyboard-interactive like its own log, each byte that is not
 * ASCII as an octal number, but a question as it stands. Where it cannot be a
 * question either, it is in English.
 */
static bool
must_ask_to_tell(const struct attempt *a)
{
	bool may_ask = !a->who->account_phase && a->cfg->info != INFO_MESSAGE;
	bool octal = strncmp(a->who->service, "sshd", 4) == 0 &&
	    !a->who->account_phase && !message_is_english();

	if (may_ask && a->who->silent)
		return true;
	if (!octal)
		return false;
	if (may_ask && !a->who->blind && a->out->shown != ERR_CONVERSATION &&
	    deadline_left_ms(a->deadline) >= READ_MS)
		return true;
	message_use(NULL);
	return false;
}

void
attempt_tell_denial(struct attempt *a)
{
	bool in_question = must_ask_to_tell(a);
	char space[256], text[320];
	const char *ref = a->who->ref;

	if (a->out->shown == ERR_WIRE ||
	    (in_question && a->out->shown == ERR_CONVERSATION))
		return; /* nobody to tell */
	(void)snprintf(text, sizeof(text), "%s%s%s%s",
	    denial_text(a, space, sizeof(space)),
	    ref[0] == '\0' ? "" : _(" Ref: "), ref,
	    in_question ? _(". Press Enter: ") : "");
	if (in_question)
		(void)!attempt_ask(a, QUESTION_CODE, text);
	else
		(void)a->person->tell(a->person, text);
	buf_clear(&a->answer);
}
