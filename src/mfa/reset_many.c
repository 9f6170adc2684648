/*
 * Turns a list of people into people whose MFA is reset: reads the list,
 * asks, lets the crew do it, tells what came of it and how to go on.
 */
#include "mfa/reset_many.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/message.h"
#include "base/text.h"
#include "mfa/audit.h"
#include "mfa/bar.h"
#include "mfa/crew.h"
#include "mfa/person.h"
#include "mfa/plan.h"
#include "mfa/reset_report.h"
#include "mfa/terminal.h"

enum {
	JOBS_USUAL = 8,
	DRAW_MS = 200,
	MANY = 100, /* worth a journal */
	TEXT_SHOWN = 512,
};

struct run {
	struct mfa *m;
	struct people people;
	struct journal *journal; /* NULL: none */
	size_t strangers;        /* in the journal, not in the list */
	struct output *plan;     /* of a dry run */
	bool bar;
};

/* What an earlier run noted. Who failed then is a new one now. */
static void
take_up(void *ctx, const char *name, bool done, enum err result)
{
	struct run *r = ctx;
	struct listed *who = people_find(&r->people, name);

	if (who == NULL)
		r->strangers += !done;
	else if (!done)
		who->stage = STAGE_BEGUN;
	else
		who->stage = result == ERR_OK ? STAGE_DONE : STAGE_NEW;
}

static enum exit_status
open_journal(struct run *r)
{
	const struct mfa *m = r->m;
	const struct service_settings *s = &m->cfg.service;
	const char *url = s->management_url != NULL ? s->management_url : "";
	char scope[900];

	if (m->journal == NULL || m->dry_run)
		return STATUS_DONE;
	(void)snprintf(scope, sizeof(scope), "%s %s, %s, %s sessions",
	    m->cfg.provider, url, s->user_id_type,
	    m->keep_sessions ? "keep" : "end");
	if (journal_open(m->journal, scope, take_up, r, &r->journal) != ERR_OK)
		return STATUS_CONFIG;
	if (r->strangers > 0)
		(void)fprintf(stderr, _("genauth-mfa: %s also names people who "
		    "are not in this list; they are left alone\n"), m->journal);
	return STATUS_DONE;
}

static enum exit_status
read_list(struct run *r)
{
	const char *from = r->m->from;
	bool is_stdin = strcmp(from, "-") == 0;
	FILE *in = is_stdin ? stdin : fopen(from, "re");
	enum err e;

	if (in == NULL) {
		(void)fprintf(stderr, "genauth-mfa: %s: %s\n", from,
		    strerror(errno));
		return STATUS_USAGE;
	}
	e = people_read(&r->people, in, is_stdin ? _("standard input") : from);
	if (!is_stdin)
		(void)fclose(in);
	return e == ERR_OK ? STATUS_DONE : STATUS_USAGE;
}

static enum exit_status
confirm(const struct run *r, size_t to_do)
{
	char question[TEXT_SHOWN], from[256], done[64] = "";
	enum err e;

	if (r->m->dry_run)
		return STATUS_DONE;
	if (r->journal == NULL && to_do > MANY)
		(void)fprintf(stderr, _("genauth-mfa: without --journal FILE "
		    "this cannot go on where it was broken off\n"));
	if (to_do < r->people.count)
		(void)snprintf(done, sizeof(done), _(" (%zu are done already)"),
		    r->people.count - to_do);
	(void)snprintf(question, sizeof(question),
	    _("Reset MFA of %zu people from %s%s?"), to_do,
	    text_clean(from, sizeof(from), r->m->from), done);
	e = terminal_confirm(r->m, question);
	if (e == ERR_OK)
		return STATUS_DONE;
	return e == ERR_DECLINED ? STATUS_REFUSED : STATUS_USAGE;
}

/* What reset_person() only read about. */
static void
plan_person(
    const struct run *x, const char *user, const struct reset_report *r)
{
	if (person_admin(x->m)->find == NULL)
		plan_reset(x->plan, user);
	else
		plan_unbind(x->plan, user, &r->account, r->removed, 0);
	if (r->kicked)
		plan_kick(x->plan, user);
}

/* One object per person and line. */
static enum err
tell_json(const char *user, const struct reset_report *report)
{
	struct output *o = reset_report_new(true, true);
	enum err e;

	if (o == NULL)
		return ERR_MEMORY;
	reset_report_add(o, user, report);
	e = output_print(o);
	output_free(&o);
	return e;
}

static enum err
tell_text(const char *user, const struct reset_report *r)
{
	char bits[PERSON_BINDINGS_MAX];

	if (r->why != ERR_OK) {
		(void)printf(_("%s: failed: %s\n"), user, _(err_text(r->why)));
	} else {
		(void)printf(_("%s: reset"), user);
		if (r->removed != 0)
			(void)printf(_(", %s unbound"),
			    person_bindings(r->removed, bits));
		if (r->left != 0)
			(void)printf(
			    _(", %s left"), person_bindings(r->left, bits));
		(void)printf("%s\n", r->kicked ? _(", sessions ended") : "");
	}
	return fflush(stdout) == EOF ? ERR_SYSTEM : ERR_OK;
}

static enum err
tell(void *ctx, const struct listed *who, const struct reset_report *report)
{
	const struct run *r = ctx;

	if (r->m->dry_run) {
		if (report->why == ERR_OK)
			plan_person(r, who->name, report);
		return ERR_OK;
	}
	if (r->m->json)
		return tell_json(who->name, report);
	return r->bar ? ERR_OK : tell_text(who->name, report);
}

/* Until all is done, or stopped; why the crew stopped itself. */
static enum err
watch(const struct run *r, struct crew *crew, size_t to_do)
{
	struct estimate estimate = {0};
	struct progress p = {.total = to_do, .estimate = &estimate};
	const struct clock *clock = &clock_system;
	struct crew_counts counts;
	bool stopping = false;

	if (r->bar)
		bar_begin();
	while (!crew_wait(crew, DRAW_MS, &counts)) {
		if (!stopping && (stopping = terminal_interrupted()))
			crew_stop(crew);
		p.done = counts.done + counts.failed;
		p.failed = counts.failed;
		p.wait_s = counts.wait_s;
		estimate_add(&estimate, clock->now_ms(clock->ctx), p.done);
		if (r->bar)
			bar_draw(&p);
	}
	if (r->bar)
		bar_end();
	return crew_free(&crew);
}

static void
tell_failures(const struct run *r)
{
	for (size_t i = 0; i < r->people.count; i++) {
		const struct listed *who = &r->people.list[i];

		if (who->stage != STAGE_FAILED)
			continue;
		(void)fprintf(stderr, "genauth-mfa: %s: %s%s%s%s\n",
		    who->name, _(err_text(who->why)),
		    who->request_id != NULL ? _(" (request id ") : "",
		    who->request_id != NULL ? who->request_id : "",
		    who->request_id != NULL ? ")" : "");
	}
}

/* What was done, what was not, and how to go on. */
static void
tell_summary(const struct run *r, size_t before)
{
	const struct mfa *m = r->m;
	size_t done = people_count(&r->people, STAGE_DONE);
	size_t failed = people_count(&r->people, STAGE_FAILED);
	size_t begun = people_count(&r->people, STAGE_BEGUN);
	size_t rest = r->people.count - done - failed;
	FILE *out = m->json ? stderr : stdout;

	(void)fprintf(out, _("%zu people: %zu %s"), r->people.count,
	    done - before, m->dry_run ? _("would be reset") : _("reset"));
	if (before > 0)
		(void)fprintf(out, _(", %zu had been before"), before);
	(void)fprintf(out, _(", %zu failed, %zu not done\n"), failed, rest);
	if (begun > 0)
		(void)fprintf(stderr, _("genauth-mfa: of these %zu may have "
		    "been touched: it is not known how far it went\n"), begun);
	if (rest + failed == 0 || m->dry_run)
		return;
	if (r->journal != NULL)
		(void)fprintf(stderr, _("genauth-mfa: to go on, run the same "
		    "command again: --from %s --journal %s leaves out who is "
		    "done\n"), m->from, m->journal);
	else
		(void)fprintf(stderr, _("genauth-mfa: the same command begins "
		    "anew; with --journal FILE it could go on\n"));
}

static enum exit_status
do_all(struct run *r, size_t to_do)
{
	struct mfa *m = r->m;
	const struct crew_work work = {.m = m, .people = &r->people,
	    .journal = r->journal, .tell = tell, .ctx = r,
	    .jobs = m->jobs > 0 ? m->jobs : JOBS_USUAL};
	size_t before = people_count(&r->people, STAGE_DONE), rest;
	struct crew *crew = NULL;
	enum exit_status status = STATUS_DONE;
	enum err e;

	r->bar = terminal_is_rich(STDERR_FILENO) &&
	    !(m->json && isatty(STDOUT_FILENO));
	if (m->dry_run && (r->plan = plan_new(m->json)) == NULL)
		return mfa_fail(m, "reset", ERR_MEMORY);
	if ((e = crew_start(&work, &crew)) != ERR_OK)
		return mfa_fail(m, "reset", e);
	e = watch(r, crew, to_do);
	if (r->plan != NULL && output_print(r->plan) != ERR_OK && e == ERR_OK)
		e = ERR_SYSTEM;
	tell_failures(r);
	tell_summary(r, before);
	rest = r->people.count - people_count(&r->people, STAGE_DONE);
	if (e != ERR_OK)
		status = mfa_fail(m, _("stopped"), e);
	else if (people_count(&r->people, STAGE_FAILED) > 0)
		status = STATUS_SOME_FAILED;
	else if (rest > 0)
		status = STATUS_REFUSED; /* Ctrl-C */
	return status;
}

enum exit_status
command_reset_many(struct mfa *m)
{
	struct run r = {.m = m};
	enum exit_status status;
	size_t to_do;

	if (strcmp(m->from, "-") == 0 && !m->yes && !m->dry_run) {
		(void)fprintf(stderr, _("genauth-mfa: --from - needs --yes: "
		    "standard input cannot be asked as well\n"));
		return STATUS_USAGE;
	}
	if ((status = mfa_open(m)) != STATUS_DONE ||
	    (status = audit_check_reason(m)) != STATUS_DONE ||
	    (status = read_list(&r)) != STATUS_DONE ||
	    (status = open_journal(&r)) != STATUS_DONE)
		goto out;
	to_do = r.people.count - people_count(&r.people, STAGE_DONE);
	if (to_do == 0)
		(void)fprintf(stderr, _("genauth-mfa: all %zu are done already, "
		    "says %s\n"), r.people.count, m->journal);
	else if ((status = confirm(&r, to_do)) == STATUS_DONE)
		status = do_all(&r, to_do);
out:
	output_free(&r.plan);
	journal_free(&r.journal);
	people_clear(&r.people);
	return status;
}
