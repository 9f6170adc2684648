/*
 * genauth-mfa kick: ends a person's sessions at the application. Unbinds
 * nothing.
 */
#include "base/message.h"
#include "mfa/audit.h"
#include "mfa/output.h"
#include "mfa/person.h"
#include "mfa/plan.h"

static const struct output_column columns[] = {
    {"User", "user"},
    {"Id", "id"},
    {"Result", "result"},
    {"Request", "request_id"},
    {NULL, NULL},
};

static enum err
show_plan(const struct mfa *m, const char *user)
{
	struct output *o = plan_new(m->json);
	enum err e = ERR_MEMORY;

	plan_kick(o, user);
	if (o != NULL)
		e = output_print(o);
	output_free(&o);
	return e;
}

static enum err
show(const struct mfa *m, const char *user, const struct account *who)
{
	struct output *o = output_new(columns, m->json, true);
	enum err e;

	if (o == NULL)
		return ERR_MEMORY;
	output_row(o);
	output_text(o, 0, user);
	output_text(o, 1, who->id);
	output_text(o, 2, "sessions ended");
	output_text(o, 3, m->service.request_id);
	e = output_print(o);
	output_free(&o);
	return e;
}

static enum err
kick(struct mfa *m, const char *user, const struct account *who)
{
	const struct audit_entry entry = {"kick", user, who->id, NULL};
	enum err e = audit_intend(m, &entry);

	if (e != ERR_OK)
		return e;
	e = person_admin(m)->kick(&m->service, who);
	audit_result(m, &entry, e, m->service.request_id);
	return e == ERR_OK ? show(m, user, who) : e;
}

enum exit_status
command_kick(struct mfa *m, int argc, char **argv)
{
	struct account who;
	enum exit_status status;
	enum err e;

	(void)argc;
	if ((status = person_begin(m, argv[0], true)) != STATUS_DONE)
		return status;
	e = person_find(m, &m->service, argv[0], &who);
	if (e == ERR_OK && m->dry_run) {
		e = show_plan(m, argv[0]);
	} else if (e == ERR_OK) {
		status = person_confirm(m, _("End the sessions"), &who);
		if (status != STATUS_DONE)
			return status;
		e = kick(m, argv[0], &who);
	}
	if (e == ERR_OK)
		return STATUS_DONE;
	return person_fail(m, _("ending the sessions"), argv[0], e,
	    m->service.request_id);
}
