/*
 * genauth-mfa reset: takes every factor an administrator can from the people
 * named, ends their sessions, and says what is left. Lists of people are
 * reset_many.c's.
 */
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "mfa/audit.h"
#include "mfa/person.h"
#include "mfa/plan.h"
#include "mfa/reset_many.h"
#include "mfa/reset_report.h"
#include "mfa/terminal.h"
#include "mfa/unbind_person.h"

/* One run over the people of the command line. */
struct run {
	struct mfa *m;
	struct output *output; /* the plan, or what came of it */
	bool many;
	int failed;
	enum exit_status status; /* of the one that failed last */
};

static bool
is_flashback(const struct mfa *m)
{
	return person_admin(m)->find == NULL;
}

static void
plan(struct run *x, const char *user, const struct reset_report *r)
{
	if (is_flashback(x->m)) {
		plan_reset(x->output, user);
		return;
	}
	plan_unbind(x->output, user, &r->account, r->removed, 0);
	if (r->kicked)
		plan_kick(x->output, user);
}

/* Flashback is not asked who is meant: it is told. */
static enum exit_status
check_id_type(const struct mfa *m)
{
	if (!is_flashback(m) || m->id_type == NULL ||
	    strcmp(m->id_type, "user_id") == 0)
		return STATUS_DONE;
	(void)fprintf(stderr, _("genauth-mfa: flashback knows people by user_id "
	    "only\n"));
	return STATUS_USAGE;
}

/* Flashback has no way to look at another person first. Where it is not to
 * be, `r` says why. */
static enum exit_status
confirm(struct run *x, const char *user, struct reset_report *r)
{
	struct account who = {.id = ""};
	struct mfa *m = x->m;
	enum exit_status status;

	if (is_flashback(m))
		(void)snprintf(who.id, sizeof(who.id), "%s", user);
	else
		r->why = person_find(m, &m->service, user, &who);
	(void)snprintf(r->request_id, sizeof(r->request_id), "%s",
	    m->service.request_id);
	if (r->why != ERR_OK)
		return person_fail(m, "reset", user, r->why, r->request_id);
	status = person_confirm(m, _("Reset MFA"), &who);
	if (status != STATUS_DONE) {
		r->account = who;
		r->why = ERR_DECLINED;
		(void)snprintf(
		    r->message, sizeof(r->message), "not confirmed");
	}
	return status;
}

static enum exit_status
tell_failure(struct mfa *m, const char *user, const struct reset_report *r)
{
	char what[RESET_MESSAGE_MAX + 300];

	if (r->why == ERR_REPLY && r->left & UNBINDABLE) {
		(void)fprintf(stderr, _("genauth-mfa: reset of %s: %s (request "
		    "id %s)\n"), user, r->message, r->request_id);
		return STATUS_REFUSED;
	}
	(void)snprintf(what, sizeof(what), "%s%s%s", user,
	    r->message[0] != '\0' ? ": " : "", r->message);
	return person_fail(m, "reset", what, r->why, r->request_id);
}

static enum exit_status
reset_one(struct run *x, const char *user)
{
	struct reset_report r = {.why = ERR_OK};
	struct mfa *m = x->m;
	enum exit_status status = STATUS_DONE;

	mfa_renew_deadline(m);
	if (!m->dry_run)
		status = confirm(x, user, &r);
	if (status == STATUS_DONE &&
	    reset_person(m, &m->service, user, &r) != ERR_OK)
		status = tell_failure(m, user, &r);
	if (m->dry_run && r.why == ERR_OK)
		plan(x, user, &r);
	else if (!m->dry_run && (x->many || r.account.id[0] != '\0'))
		reset_report_add(x->output, user, &r);
	return status;
}

static void
reset_all(struct run *x, char **users, int count)
{
	char clean[80];
	enum exit_status status;

	for (int i = 0; i < count; i++) {
		if (terminal_interrupted()) {
			for (x->failed += count - i; i < count; i++)
				(void)fprintf(stderr, _("genauth-mfa: %s: "
				    "interrupted, not touched\n"), text_clean(
				    clean, sizeof(clean), users[i]));
			x->status = STATUS_REFUSED;
			return;
		}
		status = reset_one(x, users[i]);
		if (status != STATUS_DONE) {
			x->failed++;
			x->status = status;
		}
	}
}

enum exit_status
command_reset(struct mfa *m, int argc, char **argv)
{
	struct run x = {.m = m, .many = argc > 1};
	enum exit_status status = STATUS_DONE;
	enum err e;

	if (m->from != NULL && argc == 0)
		return command_reset_many(m);
	if (m->from != NULL || argc == 0 || m->jobs != 0 ||
	    m->journal != NULL) {
		(void)fputs(_("usage: genauth-mfa [OPTION...] reset USER...\n"
		    "       genauth-mfa [OPTION...] reset --from FILE "
		    "[--jobs N] [--journal FILE]\n"), stderr);
		return STATUS_USAGE;
	}
	for (int i = 0; i < argc && status == STATUS_DONE; i++)
		status = person_check_name(argv[i]);
	if (status != STATUS_DONE || (status = mfa_open(m)) != STATUS_DONE ||
	    (status = check_id_type(m)) != STATUS_DONE ||
	    (status = audit_check_reason(m)) != STATUS_DONE)
		return status;
	x.output = m->dry_run ? plan_new(m->json)
			      : reset_report_new(m->json, argc == 1);
	if (x.output == NULL)
		return person_fail(m, "reset", argv[0], ERR_MEMORY, "");
	reset_all(&x, argv, argc);
	e = output_print(x.output);
	output_free(&x.output);
	if (x.failed > 0)
		return argc == 1 ? x.status : STATUS_SOME_FAILED;
	if (e != ERR_OK)
		return person_fail(m, _("the result of the reset"), argv[0], e,
		    "");
	return STATUS_DONE;
}
