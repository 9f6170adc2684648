/*
 * Turns a login of this host into what login/tally.c has on record of it,
 * and that into cells to look at. Changes nothing, asks no service.
 */
#include "mfa/host_record.h"

#include <stdio.h>
#include <string.h>

enum { CELL_MAX = 64 };

void
host_record_look(struct host_record *r)
{
	r->broken = tally_look(&r->tally, &r->view) != ERR_OK;
	if (r->broken)
		memset(&r->view, 0, sizeof(r->view));
}

enum err
host_record_open(
    struct host_record *r, const struct config *cfg, const char *login)
{
	const struct tally_limits limits = {
	    .wrong = cfg->lockout, .pushes = cfg->max_push};
	enum err e;

	memset(r, 0, sizeof(*r));
	r->tally = (struct tally){.record.fd = -1, .limits = limits};
	r->account.lookups = &account_lookups_libc;
	r->account.login = login;
	if ((e = account_look_up(&r->account)) != ERR_OK)
		return e;
	if (r->account.name[0] == '\0')
		return ERR_UNKNOWN_PERSON;
	if (!tally_exists(cfg->state_dir, r->account.name))
		return ERR_OK;
	e = tally_open(&r->tally, cfg->state_dir, r->account.name, limits,
	    &clock_system);
	if (e == ERR_OK)
		host_record_look(r);
	return e;
}

void
host_record_close(struct host_record *r)
{
	tally_close(&r->tally);
}

bool
host_record_is_empty(const struct host_record *r)
{
	const struct tally_view *v = &r->view;

	return !r->broken && v->wrong == 0 && v->locked_s == 0 &&
	    v->pushes == 0 && v->push_pause_s == 0 && v->refused == 0;
}

static void
show_seconds(struct output *o, size_t column, bool json, int seconds)
{
	char text[CELL_MAX] = "no";

	if (json) {
		output_number(o, column, seconds);
		return;
	}
	if (seconds > 0)
		(void)snprintf(text, sizeof(text), "for %d s", seconds);
	output_text(o, column, text);
}

static void
show_wrong(
    const struct host_record *r, struct output *o, size_t first, bool json)
{
	const struct option_rate *limit = &r->tally.limits.wrong;
	char text[CELL_MAX] = "not counted: lockout is off";

	if (json && limit->count > 0)
		output_number(o, first + HOST_RECORD_WRONG, r->view.wrong);
	if (limit->count > 0)
		(void)snprintf(text, sizeof(text), "%d of %d within %d s",
		    r->view.wrong, limit->count, limit->seconds);
	if (!json)
		output_text(o, first + HOST_RECORD_WRONG, text);
	if (limit->count > 0)
		show_seconds(o, first + HOST_RECORD_LOCKED, json,
		    r->view.locked_s);
}

void
host_record_show(
    const struct host_record *r, struct output *o, size_t first, bool json)
{
	char text[CELL_MAX];

	if (r->broken) {
		if (!json)
			output_text(o, first, "the record cannot be read");
		return;
	}
	show_wrong(r, o, first, json);
	(void)snprintf(text, sizeof(text), "%d of %d open", r->view.pushes,
	    r->tally.limits.pushes);
	if (json)
		output_number(o, first + HOST_RECORD_PUSHES, r->view.pushes);
	else
		output_text(o, first + HOST_RECORD_PUSHES, text);
	show_seconds(
	    o, first + HOST_RECORD_PAUSE, json, r->view.push_pause_s);
}
