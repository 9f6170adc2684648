/*
 * self unbind-phone, self unbind-email: takes the phone number or the address
 * off the person's account, with a code that is sent to it.
 */
#include "mfa/self_contact.h"

#include <stdio.h>
#include <string.h>

#include "base/message.h"

enum { PROMPT_MAX = 400 };

static const struct output_column columns[] = {
    {"CONTACT", "contact"},
    {"UNBOUND", "unbound"},
    {NULL, NULL},
};

static const char *
noun(enum factor f)
{
	return f == FACTOR_SMS ? N_("phone number") : N_("e-mail address");
}

void
self_contact_mask(const struct contact *c, char *out, size_t size)
{
	struct own_factor f = {.id = ""};

	memcpy(c->factor == FACTOR_SMS ? f.phone : f.email, c->address,
	    sizeof(f.phone));
	memcpy(f.phone_country, c->country, sizeof(f.phone_country));
	self_mask(&f, out, size);
}

/* Only digits of `in`, with its '+'; false where something else is in it. */
static bool
take_digits(const char *in, bool plus, char *out, size_t size)
{
	size_t len = 0;

	for (const char *p = in; *p != '\0'; p++) {
		if (strchr(" -.()", *p) != NULL)
			continue;
		if ((*p < '0' || *p > '9') &&
		    !(plus && len == 0 && *p == '+'))
			return false;
		if (len == 0 && plus && *p != '+')
			out[len++] = '+';
		if (len + 1 >= size)
			return false;
		out[len++] = *p;
	}
	out[len] = '\0';
	return true;
}

static enum err
ask_phone(struct contact *c)
{
	char text[CONTACT_MAX];
	enum err e = self_ask_text(_("Country code of the phone, such as +86 "
	    "(just Enter: none): "), "", text, sizeof(text));

	if (e == ERR_OK &&
	    (!take_digits(text, true, c->country, sizeof(c->country)) ||
	    strlen(c->country) > 5))
		e = ERR_CONVERSATION;
	if (e == ERR_OK)
		e = self_ask_text(_("Phone number without the country code: "),
		    NULL, text, sizeof(text));
	if (e == ERR_OK &&
	    (!take_digits(text, false, c->address, sizeof(c->address)) ||
	    strlen(c->address) < 4 || strlen(c->address) > 20))
		e = ERR_CONVERSATION;
	return e;
}

enum err
self_contact_ask(struct contact *c)
{
	const char *at;
	enum err e;

	if (c->factor == FACTOR_SMS)
		return ask_phone(c);
	e = self_ask_text(
	    _("E-mail address: "), NULL, c->address, sizeof(c->address));
	at = strchr(c->address, '@');
	if (e == ERR_OK && (at == NULL || at == c->address || at[1] == '\0' ||
	    strpbrk(c->address, " \t") != NULL))
		e = ERR_CONVERSATION;
	return e;
}

/* Where the factor list says it is; else the person has to. */
static enum err
find_contact(struct self_session *s, struct contact *c)
{
	bool sms = c->factor == FACTOR_SMS;
	struct own_factors factors = {.count = 0};
	const struct own_factor *f;
	enum err e = self_list(&s->me, &factors);

	if (e != ERR_OK)
		return e;
	f = self_find_type(&factors, sms ? "SMS" : "EMAIL");
	if (f == NULL || (sms ? f->phone : f->email)[0] == '\0')
		return self_contact_ask(c);
	memcpy(c->address, sms ? f->phone : f->email, sizeof(c->address));
	memcpy(c->country, sms ? f->phone_country : "",
	    sms ? sizeof(c->country) : 1);
	return ERR_OK;
}

/* A code sent a moment ago is as good as a new one. */
static enum err
send_code(struct self_session *s, const struct contact *c, char *prompt,
    size_t size)
{
	char where[CONTACT_MAX];
	enum err e = self_send_unbind(&s->me, c);

	self_contact_mask(c, where, sizeof(where));
	(void)snprintf(prompt, size, _("%sCode sent to %s: "),
	    e == ERR_TOO_SOON
		? _("A code was sent a moment ago: use that one. ") : "",
	    where);
	return e == ERR_TOO_SOON ? ERR_OK : e;
}

static enum err
unbind(struct self_session *s, const struct contact *c)
{
	struct buf code = BUF_INIT(ANSWER_MAX_BYTES);
	char prompt[PROMPT_MAX];
	enum err e = send_code(s, c, prompt, sizeof(prompt));

	for (int i = 1; e == ERR_OK; i++) {
		e = self_ask_code(s, prompt, c->factor, &code);
		if (e == ERR_OK)
			e = self_unbind(&s->me, c, &code);
		if (e != ERR_WRONG_CODE)
			break;
		(void)snprintf(
		    prompt, sizeof(prompt), _("That code is not right. Code: "));
		e = i < s->m->cfg.tries ? ERR_OK : ERR_TRIES;
	}
	buf_clear(&code);
	return e;
}

/* ERR_DECLINED where the service said yes and still reports it. */
static enum err
read_back(struct self_session *s, const struct contact *c)
{
	struct own_factors factors = {.count = 0};
	enum err e = self_list(&s->me, &factors);

	for (size_t i = 0; e == ERR_OK && i < factors.count; i++) {
		const struct own_factor *f = &factors.list[i];

		if (strcmp(c->factor == FACTOR_SMS ? f->phone : f->email,
			c->address) != 0)
			continue;
		s->me.why = N_("the service still reports it as bound");
		e = ERR_DECLINED;
	}
	return e;
}

static enum exit_status
show(struct self_session *s, const char *where)
{
	struct output *o = output_new(columns, s->m->json, true);
	enum err e = o == NULL ? ERR_MEMORY : ERR_OK;

	if (e == ERR_OK) {
		output_row(o);
		output_text(o, 0, where);
		output_flag(o, 1, true);
		e = output_print(o);
	}
	output_free(&o);
	return e == ERR_OK ? STATUS_DONE : mfa_fail(s->m, "output", e);
}

static enum exit_status
unbind_with_leave(struct self_session *s, const struct contact *c,
    const char *what)
{
	bool sms = c->factor == FACTOR_SMS;
	const struct audit_entry entry = {"self-unbind", s->account,
	    s->me.person.id[0] != '\0' ? s->me.person.id : NULL,
	    noun(c->factor)};
	char question[2 * CONTACT_MAX + 160], where[CONTACT_MAX];
	const struct self_request plan[] = {
	    {sms ? "/api/v3/send-sms" : "/api/v3/send-email", where},
	    {sms ? "/api/v3/unbind-phone" : "/api/v3/unbind-email", NULL},
	};
	enum exit_status status;
	enum err e;

	self_contact_mask(c, where, sizeof(where));
	if (s->m->dry_run)
		return self_show_plan(s, plan, 2);
	(void)snprintf(question, sizeof(question), _("Unbind the %s %s of %s, "
	    "which can then no more be used to sign in?"), _(noun(c->factor)),
	    where, s->account);
	if ((status = self_confirm(s, question)) != STATUS_DONE)
		return status;
	if ((e = audit_intend(s->m, &entry)) != ERR_OK)
		return mfa_fail(s->m, _("audit; nothing was changed"), e);
	if ((e = self_next_step(s)) == ERR_OK)
		e = unbind(s, c);
	if (e == ERR_OK)
		e = read_back(s, c);
	audit_result(s->m, &entry, e, s->m->service.request_id);
	return e == ERR_OK ? show(s, where) : self_fail(s, what, e);
}

static enum exit_status
run(struct mfa *m, enum factor f, const char *what)
{
	struct contact contact = {.factor = f};
	struct self_session s;
	enum exit_status status;
	enum err e;

	if ((status = self_begin(&s, m, true)) == STATUS_DONE) {
		e = find_contact(&s, &contact);
		status = e == ERR_OK ? unbind_with_leave(&s, &contact, what)
				     : self_fail(&s, what, e);
	}
	return self_end(&s, status);
}

enum exit_status
command_self_unbind_phone(struct mfa *m, int argc, char **argv)
{
	(void)argc, (void)argv;
	return run(m, FACTOR_SMS, "self unbind-phone");
}

enum exit_status
command_self_unbind_email(struct mfa *m, int argc, char **argv)
{
	(void)argc, (void)argv;
	return run(m, FACTOR_EMAIL, "self unbind-email");
}
