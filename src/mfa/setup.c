/*
 * `setup`: the first configuration, and later changes to it: asked for on a
 * terminal or taken from a file, tried against the service, then written.
 * Never touches /etc/pam.d or sshd_config.
 */
#include "mfa/setup.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/message.h"
#include "mfa/audit.h"
#include "mfa/terminal.h"

enum { LIST_BYTES = 1024 };

/* Can this run at all? */
static enum exit_status
check_ground(const struct mfa *m)
{
	int fd;

	if (m->provider != NULL && strcmp(m->provider, "genauth") != 0) {
		(void)fprintf(stderr, _("genauth-mfa: setup is for provider "
		    "genauth: logins need it\n"));
		return STATUS_USAGE;
	}
	if (geteuid() != 0 && !m->dry_run) {
		(void)fprintf(stderr, _("genauth-mfa: setup is for root, who "
		    "logins trust to have written their configuration: try it "
		    "with sudo\n"));
		return STATUS_CONFIG;
	}
	if (m->from != NULL)
		return STATUS_DONE;
	fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd == -1) {
		(void)fprintf(stderr, _("genauth-mfa: there is no terminal to "
		    "ask on: give the answers in a file, setup --from FILE\n"));
		return STATUS_USAGE;
	}
	(void)close(fd);
	return STATUS_DONE;
}

static enum exit_status
check_provider(const struct setup *s)
{
	char value[LINE_MAX_BYTES + 1];

	draft_get(&s->draft, "provider", value, sizeof(value));
	if (value[0] == '\0' || strcmp(value, "genauth") == 0)
		return STATUS_DONE;
	draft_report(NULL, s->draft.path,
	    _("setup is for provider = genauth: logins need it"));
	return STATUS_CONFIG;
}

static bool
has_default(const char *name)
{
	const struct option *o = option_find(config_options, name);

	return o != NULL && o->def != NULL;
}

/* What a login needs and nobody has given, all of it at once. */
static enum exit_status
check_complete(const struct setup *s)
{
	char value[LINE_MAX_BYTES + 1];
	enum exit_status status = STATUS_DONE;

	for (const struct setup_step *step = setup_steps; step->name != NULL;
	    step++) {
		if (!step->required || !setup_is_asked(s, step) ||
		    has_default(step->name))
			continue;
		draft_get(&s->draft, setup_option_of(step), value,
		    sizeof(value));
		if (value[0] != '\0')
			continue;
		(void)fprintf(stderr, _("genauth-mfa: %s: %s is missing\n"),
		    s->m->from, step->name);
		status = STATUS_CONFIG;
	}
	return status;
}

/* Every answer, whatever came of the one before. */
static enum exit_status
try_all(struct setup *s)
{
	enum exit_status status = STATUS_DONE;
	bool reached = true;
	enum err e;

	for (const struct setup_step *step = setup_steps; step->name != NULL;
	    step++) {
		if (!setup_is_asked(s, step) || step->test == SETUP_NO_TEST ||
		    (step->test != SETUP_TEST_URL && !reached))
			continue;
		e = setup_try(s, step);
		if (step->test == SETUP_TEST_URL)
			reached = e == ERR_OK;
		if (e != ERR_OK && status == STATUS_DONE)
			status = mfa_status(e);
	}
	if (status == STATUS_DONE && s->verify_user[0] != '\0' &&
	    !s->m->offline && (e = setup_try_person(s, s->verify_user)) !=
	    ERR_OK)
		status = mfa_status(e);
	return status;
}

/* Without a change nobody is asked: a service that is away must not fail a
 * run that has nothing to do. */
static enum exit_status
take_answers(struct setup *s)
{
	enum exit_status status;

	if ((status = setup_read_answers(s)) != STATUS_DONE)
		return status;
	if (draft_check(&s->draft, draft_report, NULL) != ERR_OK)
		return STATUS_CONFIG;
	if ((status = check_provider(s)) != STATUS_DONE ||
	    (status = check_complete(s)) != STATUS_DONE ||
	    (status = draft_open(&s->draft, s->m)) != STATUS_DONE)
		return status;
	if (draft_is_changed(&s->draft))
		status = try_all(s);
	if (status != STATUS_DONE)
		(void)fprintf(stderr, _("genauth-mfa: nothing was written\n"));
	return status;
}

static enum exit_status
confirm(const struct setup *s)
{
	if (terminal_confirm(s->m, _("\nWrite this?")) == ERR_OK &&
	    !terminal_interrupted())
		return STATUS_DONE;
	(void)fprintf(stderr, _("genauth-mfa: nothing was written\n"));
	return STATUS_REFUSED;
}

/*
 * Where an audit_file is set the change is noted there or not made. Where
 * there is only syslog, and none runs, as in an image that is being built,
 * root's own file is written all the same.
 */
static enum exit_status
write_noted(struct setup *s)
{
	char list[LIST_BYTES];
	const struct audit_entry entry = {"setup", NULL, NULL, list};
	enum exit_status status;
	bool noted;

	setup_list_changes(s, list, sizeof(list));
	if ((status = audit_check_reason(s->m)) != STATUS_DONE)
		return status;
	noted = audit_intend(s->m, &entry) == ERR_OK;
	if (!noted && s->m->cfg.audit_file != NULL) {
		(void)fprintf(stderr, _("genauth-mfa: what cannot be noted is "
		    "not done: nothing was written\n"));
		return STATUS_CONFIG;
	}
	if (!noted)
		(void)fprintf(stderr, _("genauth-mfa: the configuration is "
		    "written all the same\n"));
	status = draft_write(&s->draft);
	if (noted)
		audit_result(s->m, &entry,
		    status == STATUS_DONE ? ERR_OK : ERR_CONFIG, NULL);
	return status;
}

static enum exit_status
finish(struct setup *s)
{
	FILE *to = s->m->json ? stderr : stdout;
	bool changed = draft_is_changed(&s->draft);
	bool write = changed && !s->m->dry_run;
	enum exit_status status = STATUS_DONE;

	if (changed && (s->interview || s->m->dry_run)) {
		if (s->interview)
			(void)fputs("\n", to);
		setup_show_plan(s, to);
		(void)fflush(to);
	}
	if (write && s->interview)
		status = confirm(s);
	if (write && status == STATUS_DONE)
		status = write_noted(s);
	if (status == STATUS_DONE)
		status = setup_show_result(s, write);
	return status;
}

/* Whoever answers questions is told beforehand what would be in the way. */
static enum exit_status
interview(struct setup *s)
{
	enum exit_status status;

	if ((status = check_provider(s)) != STATUS_DONE ||
	    (status = draft_open(&s->draft, s->m)) != STATUS_DONE)
		return status;
	if (!s->m->dry_run &&
	    (status = audit_check_reason(s->m)) != STATUS_DONE)
		return status;
	return setup_interview(s);
}

static enum exit_status
run(struct setup *s)
{
	enum exit_status status;

	s->interview = s->m->from == NULL;
	if ((status = draft_begin(&s->draft, s->m)) != STATUS_DONE)
		return status;
	status = s->interview ? interview(s) : take_answers(s);
	/* what was asked last may have changed what is used */
	if (status == STATUS_DONE)
		status = draft_open(&s->draft, s->m);
	if (status == STATUS_DONE)
		status = finish(s);
	if (status != STATUS_DONE || !s->interview || s->m->dry_run)
		return status;
	if (!s->m->offline)
		status = setup_verify(s);
	(void)fputs("\n", s->m->json ? stderr : stdout);
	setup_show_lines(s->m->json ? stderr : stdout);
	return status;
}

enum exit_status
command_setup(struct mfa *m, int argc, char **argv)
{
	struct setup s = {.m = m};
	enum exit_status status;

	(void)argc;
	(void)argv;
	if ((status = check_ground(m)) != STATUS_DONE)
		return status;
	status = run(&s);
	draft_clear(&s.draft);
	return status;
}
