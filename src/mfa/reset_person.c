/*
 * Turns one person's name into a person without factors, as far as an
 * administrator can do that, and into a report of what became of it. Prints
 * nothing and asks nobody: bulk work runs it in many threads.
 */
#include "mfa/reset_person.h"

#include <stdio.h>
#include <string.h>

#include "mfa/audit.h"
#include "mfa/person.h"
#include "mfa/unbind_person.h"

/* One person under way. */
struct reset {
	const struct mfa *m;
	struct service *s;
	const struct admin *admin;
	const char *user;
	struct reset_report *report;
	struct unbinding unbinding;
};

static void
keep_request_id(struct reset *x, const char *id)
{
	(void)snprintf(x->report->request_id, sizeof(x->report->request_id),
	    "%s", id);
}

/* What is still there after `wanted` was to go. */
static void
report_left(struct reset *x, unsigned wanted)
{
	const struct unbinding *u = &x->unbinding;

	x->report->left = u->bound | (u->unknown & UNBINDABLE);
	x->report->removed = u->looked ? wanted & ~x->report->left : 0;
}

/* What the error alone does not tell. */
static void
explain(struct reset *x, enum err e)
{
	struct reset_report *r = x->report;
	char names[PERSON_BINDINGS_MAX];

	if (!(r->left & UNBINDABLE))
		return;
	(void)person_bindings(r->left & UNBINDABLE, names);
	if (!x->unbinding.looked)
		(void)snprintf(r->message, sizeof(r->message),
		    "%s may be unbound or not: it could not be read back",
		    names);
	else if (e == ERR_REPLY)
		(void)snprintf(r->message, sizeof(r->message),
		    "the service still reports %s", names);
}

/* What cannot be noted is not done. */
static enum err
note(struct reset *x, const struct audit_entry *entry)
{
	enum err e = audit_intend(x->m, entry);

	if (e != ERR_OK)
		(void)snprintf(x->report->message, sizeof(x->report->message),
		    "not done, because it could not be noted for the audit");
	return e;
}

static enum err
end_sessions(struct reset *x)
{
	enum err e = x->admin->kick(x->s, &x->report->account);

	keep_request_id(x, x->s->request_id);
	x->report->kicked = e == ERR_OK;
	return e;
}

static enum err
change(struct reset *x, unsigned wanted)
{
	char names[PERSON_BINDINGS_MAX], detail[PERSON_BINDINGS_MAX + 16];
	struct reset_report *r = x->report;
	const bool kick = !x->m->keep_sessions;
	const struct audit_entry entry = {"reset", x->user, r->account.id,
	    detail};
	enum err e;

	(void)snprintf(detail, sizeof(detail), "%s%s%s",
	    person_bindings(wanted, names), wanted != 0 && kick ? " " : "",
	    kick ? "sessions" : "");
	if ((e = note(x, &entry)) != ERR_OK)
		return e;
	if (wanted != 0) {
		e = unbind_factors(&x->unbinding, wanted);
		keep_request_id(x, x->unbinding.request_id);
		report_left(x, wanted);
	}
	if (e == ERR_OK && kick)
		e = end_sessions(x);
	audit_result(x->m, &entry, e, r->request_id);
	return e;
}

static enum err
reset_by_steps(struct reset *x)
{
	struct reset_report *r = x->report;
	const bool kick = !x->m->keep_sessions;
	unsigned wanted;
	enum err e;

	e = person_find(x->m, x->s, x->user, &r->account);
	if (e == ERR_OK)
		e = unbind_look(&x->unbinding);
	keep_request_id(x, x->s->request_id);
	if (e != ERR_OK)
		return e;
	wanted = x->unbinding.bound & UNBINDABLE;
	report_left(x, 0);
	if (x->m->dry_run) {
		r->removed = wanted;
		r->left &= ~wanted;
		r->kicked = kick;
	} else if (wanted != 0 || kick) {
		e = change(x, wanted);
	}
	/* What the service says nothing about is not gone. */
	if (e == ERR_OK && r->left & UNBINDABLE)
		e = ERR_REPLY;
	explain(x, e);
	return e;
}

/* Flashback: one request, and nothing to read beside it. */
static enum err
reset_at_once(struct reset *x)
{
	struct reset_report *r = x->report;
	const struct audit_entry entry = {"reset", x->user, r->account.id,
	    NULL};
	enum err e;

	if (person_name_fault(x->user) != NULL)
		return ERR_UNKNOWN_PERSON;
	(void)snprintf(r->account.id, sizeof(r->account.id), "%s", x->user);
	if (x->m->dry_run)
		return ERR_OK;
	if ((e = note(x, &entry)) != ERR_OK)
		return e;
	e = x->admin->reset(
	    x->s, r->account.id, r->message, sizeof(r->message));
	audit_result(x->m, &entry, e, r->request_id);
	return e;
}

enum err
reset_person(const struct mfa *m, struct service *s, const char *user,
    struct reset_report *out)
{
	const struct admin *admin = person_admin(m);
	struct reset x = {m, s, admin, user, out,
	    {.s = s, .admin = admin, .who = &out->account}};

	*out = (struct reset_report){.why = ERR_OK};
	out->why = admin->reset != NULL ? reset_at_once(&x)
					: reset_by_steps(&x);
	return out->why;
}
