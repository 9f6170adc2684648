/*
 * `doctor`: reads what decides over logins on a system (/etc/pam.d, sshd,
 * sudoers, the configuration) and says who gets in without the factor, who
 * does not get in at all, and how to mend it. Changes nothing.
 */
#include "mfa/doctor.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"

enum { WHY_BYTES = 1280 };

/* For people alone: in JSON services are notes. */
static const struct output_column service_columns[] = {
    {N_("SERVICE"), "where"},
    {N_("FACTOR"), "what"},
    {N_("LINE"), "where"},
    {NULL, NULL},
};

const char *
doctor_place(const struct handler *h, char out[DOCTOR_PATH_BYTES])
{
	(void)snprintf(out, DOCTOR_PATH_BYTES, "%s:%zu", h->file, h->line);
	return out;
}

void
doctor_report(void *ctx, const char *where, const char *what)
{
	struct doctor *d = ctx;
	bool hidden = !d->root_user &&
	    strstr(what, "Permission denied") != NULL;

	if (hidden)
		finding_add(d->findings, WARNING, where,
		    _("run it again as root"),
		    _("cannot be seen by this user, so nothing is known "
		    "of it"));
	else
		finding_add(d->findings, SERIOUS, where, _("mend that line or "
		    "file as it says"), "%s", what);
}

static enum err
examine(struct doctor *d)
{
	enum err e = doctor_find_modules(d);

	if (!d->root_user)
		finding_add(d->findings, WARNING, "genauth-mfa doctor",
		    _("run it as root"),
		    _("only root sees everything: sudoers, secrets and sshd's "
		    "settings may be missing here"));
	if (e == ERR_OK)
		e = doctor_pam(d);
	if (e == ERR_OK && !d->asks) {
		struct line_settings unused;

		finding_add(d->findings, SERIOUS, "/etc/pam.d",
		    _("add the line \"auth requisite pam_genauth.so\" to "
		    "/etc/pam.d/sshd or sudo, as the files in pam.d/ show"),
		    _("no service asks for the factor: pam_genauth protects "
		    "nothing on this system"));
		e = doctor_config(d, "", NULL, false, &unused);
	}
	if (e == ERR_OK)
		e = doctor_sshd(d);
	if (e == ERR_OK)
		e = doctor_sudo(d);
	if (e == ERR_OK)
		e = doctor_service(d);
	return e;
}

static enum err
print(const struct doctor *d)
{
	size_t serious = findings_count(d->findings, SERIOUS);
	enum err e = ERR_OK;

	if (!d->m->json) {
		e = output_print(d->services);
		if (e == ERR_OK && printf("\n") < 0)
			e = ERR_SYSTEM;
	}
	if (e == ERR_OK)
		e = findings_print(d->findings, d->m->json);
	if (e != ERR_OK || d->m->json)
		return e;
	if (serious == 0)
		(void)printf(_("\nAll clear: nothing serious was found; "
		    "%zu warnings, %zu notes.\n"),
		    findings_count(d->findings, WARNING),
		    findings_count(d->findings, NOTE));
	else
		(void)printf(_("\nNot in order: %zu serious, %zu warnings, "
		    "%zu notes. Mend the serious ones first, and keep a root "
		    "session open while you do.\n"), serious,
		    findings_count(d->findings, WARNING),
		    findings_count(d->findings, NOTE));
	return ERR_OK;
}

/* As this host's own configuration says, before anything is said. */
static void
choose_language(const struct doctor *d)
{
	struct config cfg;

	if (doctor_read_host(d, &cfg))
		config_clear(&cfg);
}

enum exit_status
command_doctor(struct mfa *m, int argc, char **argv)
{
	struct output_column titles[sizeof(service_columns) /
	    sizeof(service_columns[0])];
	struct doctor d = {.m = m, .here = m->root == NULL,
	    .root_user = geteuid() == 0, .root = {-1}};
	enum exit_status status = STATUS_CONFIG;
	char why[WHY_BYTES];
	enum err e = ERR_MEMORY;

	(void)argc;
	(void)argv;
	if (system_root_open(&d.root, m->root, why, sizeof(why)) != ERR_OK) {
		(void)fprintf(stderr, "genauth-mfa: %s: %s\n",
		    m->root == NULL ? "/" : m->root, why);
		return STATUS_CONFIG;
	}
	if (!d.here)
		file_read_below(d.root.fd);
	m->use = CONFIG_LOGIN;
	d.findings = findings_new();
	choose_language(&d);
	output_translate(service_columns, titles);
	d.services = output_new(titles, false, false);
	if (d.findings != NULL && d.services != NULL)
		e = examine(&d);
	if (e == ERR_OK)
		e = print(&d);
	if (e == ERR_OK)
		status = findings_count(d.findings, SERIOUS) == 0 ?
		    STATUS_DONE : STATUS_REFUSED;
	else
		status = mfa_fail(m, "doctor", e);
	system_root_free_names(d.module_directories);
	output_free(&d.services);
	findings_free(&d.findings);
	file_read_below(-1);
	system_root_close(&d.root);
	return status;
}
