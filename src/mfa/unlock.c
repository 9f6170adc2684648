/*
 * genauth-mfa unlock: forgets the wrong codes and pushes that this host has
 * on record of a login. Asks no service, and changes nothing there.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/message.h"
#include "base/text.h"
#include "mfa/audit.h"
#include "mfa/host_record.h"
#include "mfa/output.h"
#include "mfa/person.h"

static const struct output_column columns[] = {
    {"User", "user"},
    {"Wrong codes here", "wrong_codes_here"},
    {"Locked out here", "locked_out_s"},
    {"Pushes here", "pushes_here"},
    {"Push pause here", "push_pause_s"},
    {"Result", "result"},
    {NULL, NULL},
};

enum { USER, FIRST, RESULT = FIRST + HOST_RECORD_COLUMNS };
enum { DETAIL_MAX = 120, WHAT_MAX = 320 };

/* What was on record, and what came of it. */
static enum err
show(const struct mfa *m, const struct host_record *was, const char *result)
{
	struct output *o = output_new(columns, m->json, true);
	enum err e;

	if (o == NULL)
		return ERR_MEMORY;
	output_row(o);
	output_text(o, USER, was->account.name);
	host_record_show(was, o, FIRST, m->json);
	output_text(o, RESULT, result);
	e = output_print(o);
	output_free(&o);
	return e;
}

/* What is to be forgotten, for the audit. */
static void
describe(const struct host_record *r, char out[DETAIL_MAX])
{
	const struct tally_view *v = &r->view;

	if (r->broken)
		(void)snprintf(out, DETAIL_MAX, "a record that cannot be read");
	else
		(void)snprintf(out, DETAIL_MAX, "wrong codes: %d, locked out: "
		    "%d s, pushes: %d, push pause: %d s", v->wrong,
		    v->locked_s, v->pushes, v->push_pause_s);
}

static enum exit_status
fail(const struct mfa *m, const char *login, enum err e)
{
	char what[WHAT_MAX];

	(void)snprintf(what, sizeof(what), _("unlock of %s"), login);
	return mfa_fail(m, what, e);
}

/* The record could not be had at all. */
static enum exit_status
refuse(const struct mfa *m, const char *login, enum err e)
{
	char clean[WHAT_MAX];

	if (e == ERR_UNKNOWN_PERSON) {
		(void)fprintf(stderr, _("genauth-mfa: %s is no account of this "
		    "host\n"), text_clean(clean, sizeof(clean), login));
		return STATUS_NOT_FOUND;
	}
	if (geteuid() != 0)
		(void)fprintf(stderr, _("genauth-mfa: this is for root: try it "
		    "with sudo\n"));
	return fail(m, login, e);
}

static enum exit_status
confirm(struct mfa *m, const struct host_record *r)
{
	const struct tally_view *v = &r->view;
	char what[WHAT_MAX];
	struct account who = {.id = ""};

	if (r->broken)
		(void)snprintf(what, sizeof(what), "%s",
		    _("Forget what this host has on record (a record that "
		    "cannot be read)"));
	else
		(void)snprintf(what, sizeof(what),
		    _("Forget what this host has on record (wrong codes: %d, "
		    "locked out: %d s, pushes: %d, push pause: %d s)"),
		    v->wrong, v->locked_s, v->pushes, v->push_pause_s);
	(void)snprintf(
	    who.username, sizeof(who.username), "%s", r->account.name);
	return person_confirm(m, what, &who);
}

/* Clear and read back: the same moment may bring the next wrong code. */
static enum err
clear(const struct mfa *m, struct host_record *r, const char *detail)
{
	const struct audit_entry entry = {
	    "unlock", r->account.name, NULL, detail};
	enum err e = audit_intend(m, &entry);

	if (e != ERR_OK)
		return e;
	if ((e = tally_clear(&r->tally)) == ERR_OK) {
		host_record_look(r);
		if (r->broken)
			e = ERR_SYSTEM;
		else if (r->view.locked_s > 0)
			e = ERR_LOCKED_OUT;
	}
	audit_result(m, &entry, e, NULL);
	return e;
}

static enum exit_status
unlock(struct mfa *m, struct host_record *r)
{
	const struct host_record was = *r;
	const char *result = "nothing on record";
	char detail[DETAIL_MAX];
	enum exit_status status;
	enum err e = ERR_OK, shown;

	if (!host_record_is_empty(r) && m->dry_run) {
		result = "would be cleared";
	} else if (!host_record_is_empty(r)) {
		describe(r, detail);
		if ((status = confirm(m, r)) != STATUS_DONE)
			return status;
		e = clear(m, r, detail);
		result = e == ERR_OK ? "cleared" : "not cleared";
	}
	shown = show(m, &was, result);
	if (e == ERR_OK)
		e = shown;
	return e == ERR_OK ? STATUS_DONE : fail(m, r->account.name, e);
}

enum exit_status
command_unlock(struct mfa *m, int argc, char **argv)
{
	struct host_record r;
	enum exit_status status;
	enum err e;

	(void)argc;
	m->use = CONFIG_PERSON; /* no service is asked: no key is needed */
	if ((status = person_check_name(argv[0])) != STATUS_DONE ||
	    (status = mfa_open(m)) != STATUS_DONE ||
	    (status = audit_check_reason(m)) != STATUS_DONE)
		return status;
	e = host_record_open(&r, &m->cfg, argv[0]);
	status = e == ERR_OK ? unlock(m, &r) : refuse(m, argv[0], e);
	host_record_close(&r);
	return status;
}
