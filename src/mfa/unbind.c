/*
 * genauth-mfa unbind: unbinds the factors named, and reads back that they
 * are gone. SMS and EMAIL are contacts of the account: only when asked twice.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/message.h"
#include "base/text.h"
#include "mfa/audit.h"
#include "mfa/output.h"
#include "mfa/person.h"
#include "mfa/plan.h"
#include "mfa/unbind_person.h"

enum { CONTACTS = 1 << BINDING_SMS | 1 << BINDING_EMAIL };

static const struct output_column columns[] = {
    {"USER", "user"},
    {"ID", "id"},
    {"TYPE", "type"},
    {"RESULT", "result"},
    {"REQUEST", "request_id"},
    {NULL, NULL},
};

/* One run. Sets of factors are bits, 1 << enum binding. */
struct run {
	struct mfa *m;
	const char *user;
	struct account who;
	struct unbinding unbinding;
	unsigned named;   /* on the command line */
	unsigned wanted;  /* of these, what was bound, or may have been */
	unsigned tried;
	char request_ids[BINDING_COUNT][REQUEST_ID_MAX];
};

static enum exit_status
parse_types(char **words, int count, unsigned *out)
{
	unsigned i;
	char clean[40];

	*out = 0;
	for (; count > 0; count--, words++) {
		for (i = 0; i < BINDING_COUNT; i++)
			if (strcasecmp(*words, binding_names[i]) == 0)
				break;
		if (i == BINDING_COUNT) {
			(void)fprintf(stderr, _("genauth-mfa: \"%s\" is no "
			    "type; there are OTP, FACE, SMS and EMAIL\n"),
			    text_clean(clean, sizeof(clean), *words));
			return STATUS_USAGE;
		}
		*out |= 1u << i;
	}
	return STATUS_DONE;
}

static enum exit_status
refuse_contacts(void)
{
	(void)fputs(_("genauth-mfa: SMS and EMAIL are not bound like a device: "
	    "they are the phone number\nand the e-mail address of the "
	    "account, and go only with them. The person can then\nno longer "
	    "sign in or recover the password that way. If that is wanted:\n"
	    "--remove-contact\n"), stderr);
	return STATUS_REFUSED;
}

static const char *
result_of(const struct run *x, enum binding which)
{
	unsigned bit = 1u << which;

	if (!(x->wanted & bit))
		return "was not bound";
	if (!(x->tried & bit))
		return "not tried";
	if (!x->unbinding.looked)
		return "not known";
	return unbind_is_gone(&x->unbinding, which) ? "unbound"
						    : "still bound";
}

static enum err
show(const struct run *x)
{
	struct output *o = output_new(columns, x->m->json, false);
	enum err e;

	if (o == NULL)
		return ERR_MEMORY;
	for (unsigned i = 0; i < BINDING_COUNT; i++) {
		if (!(x->named & 1u << i))
			continue;
		output_row(o);
		output_text(o, 0, x->user);
		output_text(o, 1, x->who.id);
		output_text(o, 2, binding_names[i]);
		output_text(o, 3, result_of(x, (enum binding)i));
		if (x->request_ids[i][0] != '\0')
			output_text(o, 4, x->request_ids[i]);
	}
	e = output_print(o);
	output_free(&o);
	return e;
}

static enum err
show_plan(const struct run *x)
{
	struct output *o = plan_new(x->m->json);
	enum err e = ERR_MEMORY;

	plan_unbind(o, x->user, &x->who, x->wanted & UNBINDABLE,
	    x->wanted & CONTACTS);
	if (o != NULL)
		e = output_print(o);
	output_free(&o);
	return e;
}

/* One change: `types` are OTP and FACE in any number, or one contact. */
static enum err
change(struct run *x, unsigned types)
{
	char names[PERSON_BINDINGS_MAX];
	const struct audit_entry entry = {"unbind", x->user, x->who.id,
	    person_bindings(types, names)};
	struct unbinding *u = &x->unbinding;
	enum err e = audit_intend(x->m, &entry);

	if (e != ERR_OK)
		return e;
	x->tried |= types;
	if (types & CONTACTS)
		e = unbind_contact(u, types == 1u << BINDING_SMS
		    ? BINDING_SMS : BINDING_EMAIL);
	else
		e = unbind_factors(u, types);
	for (unsigned i = 0; i < BINDING_COUNT; i++)
		if (types & 1u << i)
			memcpy(x->request_ids[i], u->request_id,
			    sizeof(u->request_id));
	audit_result(x->m, &entry, e, u->request_id);
	return e;
}

static enum err
change_all(struct run *x)
{
	enum err e = ERR_OK;

	if (x->wanted & UNBINDABLE)
		e = change(x, x->wanted & UNBINDABLE);
	for (unsigned i = 0; i < BINDING_COUNT && e == ERR_OK; i++)
		if (x->wanted & CONTACTS & 1u << i)
			e = change(x, 1u << i);
	return e;
}

/* Once for all of it, and once more for each contact, which is named. */
static enum exit_status
confirm(const struct run *x)
{
	char names[PERSON_BINDINGS_MAX], contact[CONTACT_MAX];
	char what[CONTACT_MAX + 80];
	enum exit_status status;

	(void)snprintf(what, sizeof(what), _("Unbind %s"),
	    person_bindings(x->wanted, names));
	status = person_confirm(x->m, what, &x->who);
	for (unsigned i = 0; i < BINDING_COUNT && status == STATUS_DONE; i++) {
		if (!(x->wanted & CONTACTS & 1u << i))
			continue;
		person_contact(
		    &x->who, (enum binding)i, contact, sizeof(contact));
		(void)snprintf(what, sizeof(what),
		    _("Remove the %s %s from the account"),
		    i == BINDING_SMS ? _("phone number")
				     : _("e-mail address"),
		    contact);
		status = person_confirm(x->m, what, &x->who);
	}
	return status;
}

static enum exit_status
finish(struct run *x, enum err e)
{
	char what[PERSON_BINDINGS_MAX + 16], names[PERSON_BINDINGS_MAX];
	const struct unbinding *u = &x->unbinding;
	enum err shown = show(x);
	unsigned left = u->looked ? x->tried & (u->bound | u->unknown)
				  : x->tried;

	if (e == ERR_OK)
		e = shown;
	if (e == ERR_OK)
		return STATUS_DONE;
	if (e == ERR_REPLY && u->looked && left != 0) {
		(void)fprintf(stderr, _("genauth-mfa: the service still reports "
		    "%s as bound (request id %s)\n"),
		    person_bindings(left, names), u->request_id);
		return STATUS_REFUSED;
	}
	if (x->tried != 0 && !u->looked)
		(void)fprintf(stderr, _("genauth-mfa: whether %s is unbound is "
		    "not known: it could not be read back\n"),
		    person_bindings(left, names));
	(void)snprintf(what, sizeof(what), _("unbinding %s"),
	    person_bindings(x->wanted, names));
	return person_fail(x->m, what, x->user, e, u->request_id);
}

/* Everything from the first look at the person on. */
static enum exit_status
run(struct run *x)
{
	struct mfa *m = x->m;
	enum exit_status status;
	enum err e = person_find(m, &m->service, x->user, &x->who);

	if (e == ERR_OK)
		e = unbind_look(&x->unbinding);
	if (e != ERR_OK)
		return person_fail(m, _("unbinding factors"), x->user, e,
		    m->service.request_id);
	x->wanted = x->named & (x->unbinding.bound | x->unbinding.unknown);
	if (x->wanted != 0 && m->dry_run) {
		e = show_plan(x);
		return e == ERR_OK ? STATUS_DONE
		    : person_fail(m, _("the plan"), x->user, e, "");
	}
	if (x->wanted != 0) {
		if ((status = confirm(x)) != STATUS_DONE)
			return status;
		e = change_all(x);
	}
	return finish(x, e);
}

enum exit_status
command_unbind(struct mfa *m, int argc, char **argv)
{
	struct run x = {.m = m, .unbinding = {.s = &m->service}};
	enum exit_status status;

	x.user = argv[0];
	x.unbinding.who = &x.who;
	if ((status = parse_types(argv + 1, argc - 1, &x.named)) !=
	    STATUS_DONE)
		return status;
	if ((status = person_begin(m, x.user, true)) != STATUS_DONE)
		return status;
	if (x.named & CONTACTS && !m->remove_contact)
		return refuse_contacts();
	x.unbinding.admin = person_admin(m);
	return run(&x);
}
