/*
 * self unbind ID, self reset: takes the person's own factors away, and reads
 * back which of them are gone. Phones and addresses of the account itself are
 * in self_contact.c.
 */
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "mfa/self_session.h"
#include "mfa/terminal.h"
#include "service/admin.h"

enum { QUESTION_MAX = 2048, DETAIL_MAX = 512 };

static const struct output_column columns[] = {
    {"ID", "id"},
    {"TYPE", "type"},
    {"CONTACT", "contact"},
    {"UNBOUND", "unbound"},
    {NULL, NULL},
};

/* What the service reports afterwards, if it does. */
struct outcome {
	struct own_factors after;
	bool known;
};

static enum exit_status
show(struct self_session *s, const struct own_factors *before,
    const struct outcome *x, bool one)
{
	struct output *o = output_new(columns, s->m->json, one);
	enum err e = o == NULL ? ERR_MEMORY : ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < before->count; i++) {
		const struct own_factor *f = &before->list[i];
		char contact[CONTACT_MAX];

		self_mask(f, contact, sizeof(contact));
		output_row(o);
		output_text(o, 0, f->id);
		output_text(o, 1, f->type);
		if (contact[0] != '\0')
			output_text(o, 2, contact);
		if (x->known)
			output_flag(
			    o, 3, self_find_id(&x->after, f->id) == NULL);
	}
	if (e == ERR_OK)
		e = output_print(o);
	output_free(&o);
	return e == ERR_OK ? STATUS_DONE : mfa_fail(s->m, "output", e);
}

static bool
is_contact(const struct own_factor *f)
{
	return strcmp(f->type, "SMS") == 0 || strcmp(f->type, "EMAIL") == 0;
}

/* What is still bound, and what can be done about it. True where it is only
 * what the service does not unbind in this way. */
static bool
tell_left(const struct own_factors *before, const struct outcome *x)
{
	bool only_contacts = x->known;

	if (!x->known)
		(void)fprintf(stderr, _("genauth-mfa: what is still bound is "
		    "not known; see: genauth-mfa self factors\n"));
	for (size_t i = 0; x->known && i < before->count; i++) {
		const struct own_factor *f = &before->list[i];
		char what[CONTACT_MAX + OWN_FACTOR_TYPE_MAX + 8];

		if (self_find_id(&x->after, f->id) == NULL)
			continue;
		self_describe(f, what, sizeof(what));
		(void)fprintf(stderr, _("genauth-mfa: still bound: %s%s\n"),
		    what,
		    strcmp(f->type, "SMS") == 0
			? _("; see: genauth-mfa self unbind-phone")
		    : strcmp(f->type, "EMAIL") == 0
			? _("; see: genauth-mfa self unbind-email") : "");
		only_contacts &= is_contact(f);
	}
	return only_contacts;
}

/*
 * Unbind each of them and read back. What the service reports
 * then counts: a request whose reply got lost may have been done. ERR_DECLINED
 * where it says yes but still reports one of them.
 */
static enum err
unbind_all(struct self_session *s, const struct own_factors *factors,
    struct outcome *x)
{
	struct self *me = &s->me;
	char said[sizeof(me->said)] = "", id[REQUEST_ID_MAX] = "";
	enum err first = ERR_OK, e;

	for (size_t i = 0; i < factors->count; i++) {
		e = self_next_step(s);
		if (e == ERR_OK)
			e = self_reset(me, factors->list[i].id);
		if (first == ERR_OK) { /* the one to tell about */
			first = e;
			memcpy(said, me->said, sizeof(said));
			memcpy(id, s->m->service.request_id, sizeof(id));
		}
		if (e == ERR_CREDENTIAL || e == ERR_CONVERSATION)
			break;
	}
	mfa_renew_deadline(s->m);
	if ((e = self_list(me, &x->after)) != ERR_OK)
		return first != ERR_OK ? first : e;
	x->known = true;
	for (size_t i = 0; i < factors->count; i++)
		if (self_find_id(&x->after, factors->list[i].id) != NULL)
			e = first != ERR_OK ? first : ERR_DECLINED;
	if (e != ERR_OK && first == ERR_OK)
		me->why = N_("the service still reports it as bound");
	memcpy(me->said, said, sizeof(said));
	memcpy(s->m->service.request_id, id, sizeof(id));
	return e;
}

/* The types, parted by spaces, for the audit line. */
static void
list_types(const struct own_factors *factors, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < factors->count && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s",
		    i > 0 ? " " : "", factors->list[i].type);
}

static enum exit_status
unbind(struct self_session *s, const char *action,
    const struct own_factors *factors, bool one)
{
	char detail[DETAIL_MAX];
	const struct audit_entry entry = {action, s->account,
	    s->me.person.id[0] != '\0' ? s->me.person.id : NULL, detail};
	struct outcome x = {.known = false};
	enum exit_status status;
	enum err e;

	list_types(factors, detail, sizeof(detail));
	if ((e = audit_intend(s->m, &entry)) != ERR_OK)
		return mfa_fail(s->m, _("audit; nothing was changed"), e);
	e = unbind_all(s, factors, &x);
	audit_result(s->m, &entry, e, s->m->service.request_id);
	status = show(s, factors, &x, one);
	if (e == ERR_OK)
		return status;
	if (tell_left(factors, &x) && !one && e == ERR_DECLINED)
		return status; /* all that can be unbound is */
	return self_fail(s, one ? "self unbind" : "self reset", e);
}

/* Ask, or with --dry-run tell, then do. */
static enum exit_status
unbind_with_leave(struct self_session *s, const char *action,
    const struct own_factors *factors, bool one)
{
	char question[QUESTION_MAX], what[CONTACT_MAX + 64];
	struct self_request plan[OWN_FACTORS_MAX];
	enum exit_status status;
	size_t len = (size_t)snprintf(question, sizeof(question), _("Unbind "));

	for (size_t i = 0; i < factors->count; i++) {
		const struct own_factor *f = &factors->list[i];

		plan[i] = (struct self_request){"/api/v3/reset-factor", f->id};
		self_describe(f, what, sizeof(what));
		if (len < sizeof(question))
			len += (size_t)snprintf(question + len,
			    sizeof(question) - len, "%s%s",
			    i > 0 ? ", " : "", what);
	}
	if (s->m->dry_run)
		return self_show_plan(s, plan, factors->count);
	if (len < sizeof(question))
		(void)snprintf(question + len, sizeof(question) - len,
		    _(" of %s?"), s->account);
	if ((status = self_confirm(s, question)) != STATUS_DONE)
		return status;
	return unbind(s, action, factors, one);
}

enum exit_status
command_self_unbind(struct mfa *m, int argc, char **argv)
{
	struct own_factors factors = {.count = 1};
	struct self_session s;
	enum exit_status status;
	enum err e;

	(void)argc;
	if ((status = self_begin(&s, m, true)) == STATUS_DONE) {
		e = self_get(&s.me, argv[0], &factors.list[0]);
		status = e == ERR_OK
		    ? unbind_with_leave(&s, "self-unbind", &factors, true)
		    : self_fail(&s, "self unbind", e);
	}
	return self_end(&s, status);
}

static enum exit_status
show_reset(struct self_session *s, const char *said)
{
	static const struct output_column told[] = {
	    {"RESET", "reset"}, {"MESSAGE", "message"}, {NULL, NULL}};
	struct output *o = output_new(told, s->m->json, true);
	enum err e = o == NULL ? ERR_MEMORY : ERR_OK;

	if (e == ERR_OK) {
		output_row(o);
		output_flag(o, 0, true);
		output_text(o, 1, said);
		e = output_print(o);
	}
	output_free(&o);
	return e == ERR_OK ? STATUS_DONE : mfa_fail(s->m, "output", e);
}

/* Flashback: one request for all of it, as whoever the token is of. */
static enum exit_status
reset_at_once(struct self_session *s, const struct admin *admin)
{
	static const struct audit_entry entry = {
	    "self-reset", "the token's owner", NULL, NULL};
	struct mfa *m = s->m;
	char said[DETAIL_MAX] = "", what[DETAIL_MAX + 16];
	enum exit_status status;
	enum err e;

	if (m->dry_run)
		return self_show_plan(
		    s, &(const struct self_request){"/mfa/reset", NULL}, 1);
	status = self_confirm(s, _("Reset your own MFA?"));
	if (status != STATUS_DONE)
		return status;
	if ((e = audit_intend(m, &entry)) != ERR_OK)
		return mfa_fail(m, _("audit; nothing was changed"), e);
	mfa_renew_deadline(m);
	e = admin->reset(&m->service, NULL, said, sizeof(said));
	audit_result(m, &entry, e, m->service.request_id);
	if (e == ERR_OK)
		return show_reset(s, said);
	(void)snprintf(what, sizeof(what), "self reset%s%s",
	    said[0] != '\0' ? ": " : "", said);
	return mfa_fail(m, what, e);
}

static enum exit_status
reset(struct self_session *s)
{
	struct own_factors factors = {.count = 0};
	enum err e = self_list(&s->me, &factors);

	if (e != ERR_OK)
		return self_fail(s, "self reset", e);
	if (factors.count == 0) {
		(void)fprintf(stderr, _("genauth-mfa: nothing is bound\n"));
		return STATUS_DONE;
	}
	return unbind_with_leave(s, "self-reset", &factors, false);
}

enum exit_status
command_self_reset(struct mfa *m, int argc, char **argv)
{
	const struct admin *admin = NULL;
	struct self_session s;
	enum exit_status status;

	(void)argc, (void)argv;
	if ((status = self_open(&s, m, true)) == STATUS_DONE)
		admin = admin_find(m->cfg.provider);
	if (admin != NULL && admin->reset != NULL)
		status = reset_at_once(&s, admin);
	else if (status == STATUS_DONE &&
	    (status = self_sign_in_here(&s)) == STATUS_DONE)
		status = reset(&s);
	return self_end(&s, status);
}
