/*
 * self enroll otp|sms|email: binds a new factor. It counts only once the
 * service has taken a first code for it. Secrets go to the terminal, never
 * to standard output.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/message.h"
#include "login/factor.h"
#include "mfa/self_contact.h"
#include "mfa/self_screen.h"
#include "mfa/terminal.h"

enum {
	ROUNDS_MAX = 3, /* enrolments, where one after the other grows old */
	PROMPT_MAX = 400,
};

static const struct output_column columns[] = {
    {"TYPE", "type"},
    {"ENROLLED", "enrolled"},
    {"ID", "id"},
    {NULL, NULL},
};

/* What the service calls them. */
static const char *const types[] = {
    [FACTOR_OTP] = "OTP",
    [FACTOR_SMS] = "SMS",
    [FACTOR_EMAIL] = "EMAIL",
};

static enum err
ask_code(struct self_session *s, const struct enrolment *en,
    const char *prompt, struct buf *code)
{
	struct buf answer = BUF_INIT(ANSWER_MAX_BYTES);
	enum factor got = FACTOR_COUNT;
	bool inverse = false;
	enum err e;

	if (en->factor != FACTOR_OTP || self_screen_has_colours())
		return self_ask_code(s, prompt, en->factor, code);
	/* without colours nobody knows which of the two can be read */
	while ((e = terminal_ask(prompt, true, &answer)) == ERR_OK &&
	    strcasecmp(buf_text(&answer), "i") == 0) {
		inverse = !inverse;
		if ((e = self_screen_secret(en, inverse)) != ERR_OK)
			break;
	}
	if (e == ERR_OK && factor_read_answer(&answer, FACTOR_BIT(FACTOR_OTP),
	    FACTOR_COUNT, &got, code) != REPLY_CODE)
		e = self_ask_code(
		    s, _("Code from the app: "), FACTOR_OTP, code);
	buf_clear(&answer);
	return e == ERR_OK ? self_next_step(s) : e;
}

static void
first_prompt(const struct contact *what, char *out, size_t size)
{
	char where[CONTACT_MAX];

	self_contact_mask(what, where, sizeof(where));
	if (what->factor != FACTOR_OTP)
		(void)snprintf(out, size, _("Code sent to %s: "), where);
	else
		(void)snprintf(out, size, _("Code from the app%s: "),
		    self_screen_has_colours()
			? "" : _(" (i: the QR code inverted)"));
}

/* One enrolment from its beginning to a code that is right. */
static enum err
enroll_once(struct self_session *s, const struct contact *what,
    struct enrolment *en)
{
	struct buf code = BUF_INIT(ANSWER_MAX_BYTES);
	char prompt[PROMPT_MAX];
	enum err e;

	if ((e = self_next_step(s)) == ERR_OK)
		e = self_enroll_begin(&s->me, what, en);
	if (e == ERR_OK && what->factor == FACTOR_OTP)
		e = self_screen_secret(en, false);
	first_prompt(what, prompt, sizeof(prompt));
	for (int i = 1; e == ERR_OK; i++) {
		e = ask_code(s, en, prompt, &code);
		if (e == ERR_OK)
			e = self_enroll_finish(&s->me, en, &code);
		if (e != ERR_WRONG_CODE)
			break;
		(void)snprintf(
		    prompt, sizeof(prompt), _("That code is not right. Code: "));
		e = i < s->m->cfg.tries ? ERR_OK : ERR_TRIES;
	}
	buf_clear(&code);
	return e;
}

static enum err
tell_anew(enum factor f)
{
	return self_screen_tell(f == FACTOR_OTP
	    ? _("\nThe service does not take this enrolment any more: it lives "
	      "for a minute. Here is\na new one; remove what the app made of "
	      "the old one.")
	    : _("\nThe service does not take this enrolment any more: it lives "
	      "for a minute. A new\ncode is being sent."));
}

/* "Bound" is what the service reports. */
static enum err
read_back(struct self_session *s, enum factor f, struct own_factor *out)
{
	struct own_factors factors = {.count = 0};
	const struct own_factor *found = NULL;
	enum err e;

	mfa_renew_deadline(s->m);
	if ((e = self_list(&s->me, &factors)) == ERR_OK)
		found = self_find_type(&factors, types[f]);
	if (e == ERR_OK && found == NULL) {
		s->me.why = N_("the service does not report it as bound");
		e = ERR_DECLINED;
	}
	if (e == ERR_OK)
		*out = *found;
	return e;
}

/* The last reply got lost: it may have been done, and there is a recovery
 * code to be shown. `had`: there was such a factor before. */
static bool
is_bound_after_all(struct self_session *s, const struct enrolment *en,
    bool had, enum err e)
{
	struct own_factor found;

	return (e == ERR_TIMEOUT || e == ERR_UNREACHABLE || e == ERR_REPLY) &&
	    !had && en->token.len > 0 &&
	    read_back(s, en->factor, &found) == ERR_OK;
}

static enum err
enroll(struct self_session *s, const struct contact *what, bool had,
    struct own_factor *out)
{
	struct enrolment en;
	enum err e = ERR_EXPIRED;

	enrolment_init(&en);
	for (int i = 0; e == ERR_EXPIRED && i < ROUNDS_MAX; i++) {
		e = i == 0 ? ERR_OK : tell_anew(what->factor);
		if (e == ERR_OK)
			e = enroll_once(s, what, &en);
	}
	if (is_bound_after_all(s, &en, had, e))
		e = ERR_OK;
	/* bound now, whatever happens to the terminal */
	if (e == ERR_OK && self_screen_recovery(&en) != ERR_OK)
		(void)fprintf(stderr, _("genauth-mfa: the factor is bound, but "
		    "nobody confirmed to have its recovery code\n"));
	if (e == ERR_OK)
		e = read_back(s, what->factor, out);
	enrolment_clear(&en);
	return e;
}

static enum exit_status
show(struct self_session *s, const struct own_factor *f)
{
	struct output *o = output_new(columns, s->m->json, true);
	enum err e = o == NULL ? ERR_MEMORY : ERR_OK;

	if (e == ERR_OK) {
		output_row(o);
		output_text(o, 0, f->type);
		output_flag(o, 1, true);
		output_text(o, 2, f->id);
		e = output_print(o);
	}
	output_free(&o);
	return e == ERR_OK ? STATUS_DONE : mfa_fail(s->m, "output", e);
}

/* An authenticator that is there may be replaced, and then is of no use. */
static enum exit_status
confirm_replacing(struct self_session *s, enum factor f, const char *what,
    bool *had)
{
	struct own_factors factors = {.count = 0};
	char question[CONTACT_MAX + 160];
	enum err e = self_list(&s->me, &factors);

	if (e != ERR_OK)
		return self_fail(s, what, e);
	*had = self_find_type(&factors, types[f]) != NULL;
	if (s->m->dry_run || !*had)
		return STATUS_DONE;
	(void)snprintf(question, sizeof(question), _("%s has %s bound already; "
	    "the new one may take its place. Go on?"), s->account, types[f]);
	return self_confirm(s, question);
}

static enum exit_status
run(struct self_session *s, enum factor f)
{
	const struct audit_entry entry = {"self-enroll", s->account,
	    s->me.person.id[0] != '\0' ? s->me.person.id : NULL, types[f]};
	const struct self_request plan[] = {
	    {"/api/v3/send-enroll-factor-request", types[f]},
	    {"/api/v3/enroll-factor", types[f]},
	};
	static const char what[] = "self enroll";
	struct contact contact = {.factor = f};
	struct own_factor found;
	bool had = false;
	enum exit_status status = confirm_replacing(s, f, what, &had);
	enum err e;

	if (status != STATUS_DONE)
		return status;
	if (s->m->dry_run)
		return self_show_plan(s, plan, 2);
	if (f != FACTOR_OTP && (e = self_contact_ask(&contact)) != ERR_OK)
		return self_fail(s, what, e);
	if ((e = audit_intend(s->m, &entry)) != ERR_OK)
		return mfa_fail(s->m, _("audit; nothing was changed"), e);
	e = enroll(s, &contact, had, &found);
	audit_result(s->m, &entry, e, s->m->service.request_id);
	return e == ERR_OK ? show(s, &found) : self_fail(s, what, e);
}

enum exit_status
command_self_enroll(struct mfa *m, int argc, char **argv)
{
	struct self_session s;
	enum exit_status status;
	unsigned f = 0;

	(void)argc;
	while (f < sizeof(types) / sizeof(*types) &&
	    strcasecmp(argv[0], factor_rows[f].name) != 0)
		f++;
	if (f == sizeof(types) / sizeof(*types)) {
		(void)fprintf(stderr, _("genauth-mfa: self enroll: the type is "
		    "otp, sms or email\n"));
		return STATUS_USAGE;
	}
	if ((status = self_begin(&s, m, true)) == STATUS_DONE)
		status = run(&s, (enum factor)f);
	return self_end(&s, status);
}
