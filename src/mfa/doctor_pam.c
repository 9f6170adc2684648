/*
 * Turns the files of /etc/pam.d into the table of services, and hands each
 * stack on to be judged. Says nothing about a stack itself.
 */
#include "mfa/doctor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"

/* Services that let people in; of those not here only who asks is shown. */
static const struct {
	const char *name;
	bool network;
} doors[] = {
    {"sshd", true}, {"login", false}, {"su", false}, {"su-l", false},
    {"sudo", false}, {"sudo-i", false}, {"other", false},
    {"remote", true}, {"cockpit", true}, {"dovecot", true}, {"ftp", true},
    {"gdm-password", false}, {"imap", true}, {"lightdm", false},
    {"openvpn", true}, {"polkit-1", false}, {"pop3", true},
    {"proftpd", true}, {"samba", true}, {"sddm", false}, {"smtp", true},
    {"vsftpd", true}, {"webmin", true}, {"xrdp-sesman", true},
};

/* Two services that one program has: it takes the second for `sudo -i`, for
 * `su -`. */
static const char *const siblings[DOCTOR_SIBLINGS][2] = {
    {"sudo", "sudo-i"}, {"su", "su-l"}};

static void
note_sibling(struct doctor *d, const char *name, bool asks)
{
	for (size_t i = 0; i < DOCTOR_SIBLINGS; i++)
		for (size_t k = 0; k < 2; k++)
			if (strcmp(siblings[i][k], name) == 0)
				d->siblings[i][k] =
				    (struct sibling){true, asks};
}

static void
tell_siblings(struct doctor *d)
{
	char place[DOCTOR_PATH_BYTES];

	for (size_t i = 0; i < DOCTOR_SIBLINGS; i++)
		for (size_t k = 0; k < 2; k++) {
			const struct sibling *open = &d->siblings[i][k];

			if (!open->there || open->asks ||
			    !d->siblings[i][1 - k].asks)
				continue;
			(void)snprintf(place, sizeof(place), "/etc/pam.d/%s",
			    siblings[i][k]);
			finding_add(d->findings, SERIOUS, place,
			    _("add the same line to this file"),
			    _("%s asks for the factor and %s does not: it is "
			    "the same program, and this is the way around"),
			    siblings[i][1 - k], siblings[i][k]);
		}
}

/* Files that packages and editors leave, and nobody's service. */
static const char *const leftovers[] = {".dpkg-", ".rpm", ".ucf-", ".bak",
    ".orig", ".old", "~", ".pam-old", ".swp"};

static bool
is_leftover(const char *name)
{
	for (size_t i = 0; i < sizeof(leftovers) / sizeof(leftovers[0]); i++)
		if (strstr(name, leftovers[i]) != NULL)
			return true;
	return false;
}

/* Is it there as a file that others include, and no service of its own? */
static bool
is_fragment(const char *name)
{
	static const char *const starts[] = {"common-", "system-", "password-",
	    "postlogin", "fingerprint-", "smartcard-", "config-util"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (strncmp(name, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

/* Its place in doors[], or -1. */
static int
find_door(const char *service)
{
	for (size_t i = 0; i < sizeof(doors) / sizeof(doors[0]); i++)
		if (strcmp(doors[i].name, service) == 0)
			return (int)i;
	return -1;
}

static enum err
read_source(void *ctx, const char *path, struct buf *out, char *why,
    size_t why_size)
{
	const struct doctor *d = ctx;

	return system_root_read(&d->root, path, out, why, why_size);
}

/* A stack, and one of its types. */
struct examined {
	const char *name;
	struct pam_stack stack;
	const struct handler **picked;
	size_t count;
};

static void
add_row(struct doctor *d, const struct examined *s, const struct judgement *j)
{
	static const char *const answers[] = {
	    N_("asks"), N_("asks, but for root"), N_("asks some"),
	    N_("can be passed")};
	const char *answer = j->factor == NULL ? _("does not ask") :
	    j->shut ? _("lets nobody in") : _(answers[j->without_factor.way]);
	char place[DOCTOR_PATH_BYTES];

	(void)snprintf(place, sizeof(place), "/etc/pam.d/%s", s->name);
	if (j->factor != NULL)
		(void)doctor_place(j->factor, place);
	if (d->m->json) {
		finding_add(d->findings, NOTE, place, "", "service %s: %s",
		    s->name, answer);
		return;
	}
	output_row(d->services);
	output_text(d->services, 0, s->name);
	output_text(d->services, 1, answer);
	if (j->factor != NULL)
		output_text(d->services, 2, place);
}

/* A line in a file that many services include. */
static void
tell_shared(struct doctor *d, const struct handler *h)
{
	char place[DOCTOR_PATH_BYTES];
	const char *file = strrchr(h->file, '/');

	if (file != NULL && is_fragment(file + 1))
		finding_add(d->findings, WARNING, doctor_place(h, place),
		    _("put the line into the files of the services that are to "
		    "ask, behind what includes this one"),
		    _("every service that includes this file asks for the "
		    "factor, those that cannot ask anybody (cron, mail, file "
		    "servers) among them: they will not let people in"));
}

/* A service that lets people in without pam_genauth's having a say. */
static void
tell_unasked(struct doctor *d, const struct examined *s,
    const struct judgement *j)
{
	int door = find_door(s->name);
	char place[DOCTOR_PATH_BYTES] = "/etc/pam.d";

	if (door == -1)
		return;
	(void)snprintf(place, sizeof(place), "/etc/pam.d/%s", s->name);
	if (j->with_nothing.way >= WAY_SOME)
		doctor_tell_auth(d, s->name, j);
	/* of sshd there is more to say: see doctor_sshd.c */
	if (doors[door].network && strcmp(s->name, "sshd") != 0)
		finding_add(d->findings, WARNING, place,
		    _("add the line \"auth requisite pam_genauth.so\" behind "
		    "the password, or see that nobody reaches this service"),
		    _("%s can be reached over the network and does not ask for "
		    "the factor"),
		    s->name);
}

/* Other modules that are not there: their lines fail. */
static void
tell_missing(struct doctor *d, const struct examined *s)
{
	char place[DOCTOR_PATH_BYTES];

	for (size_t i = 0; i < s->count; i++) {
		const struct handler *h = s->picked[i];
		int action = h->action[CODE_MODULE_UNKNOWN];

		if (h->missing && pam_module_kind(h) != MODULE_FACTOR &&
		    (action == ACTION_BAD || action == ACTION_DIE))
			finding_add(d->findings, WARNING,
			    doctor_place(h, place),
			    _("install it, or take the line out"),
			    _("there is no file of the module %s: this line "
			    "always fails"), h->module);
	}
}

static enum err
look_at_auth(struct doctor *d, struct examined *s)
{
	bool ssh = strcmp(s->name, "sshd") == 0;
	struct line_settings settings;
	struct judgement j;
	enum err e = ERR_OK;

	s->count = pam_stack_pick(&s->stack, TYPE_AUTH, s->picked);
	pam_judge(s->picked, s->count, &j);
	note_sibling(d, s->name, j.factor != NULL);
	if (j.factor != NULL || find_door(s->name) != -1) {
		add_row(d, s, &j);
		tell_missing(d, s);
	}
	if (ssh)
		d->sshd = (struct sshd_stack){.there = true,
		    .asks = j.factor != NULL,
		    .factor_alone = j.factor_alone.way == WAY_ALL &&
		    j.with_nothing.way != WAY_ALL};
	if (j.factor == NULL) {
		tell_unasked(d, s, &j);
		return ERR_OK;
	}
	d->asks = true;
	for (size_t i = 0; i < s->count && e == ERR_OK; i++) {
		if (pam_module_kind(s->picked[i]) != MODULE_FACTOR)
			continue;
		tell_shared(d, s->picked[i]);
		if ((e = doctor_module(d, s->picked[i])) == ERR_OK)
			e = doctor_config(d, s->name, s->picked[i], false,
			    &settings);
		d->exempts = settings.known && settings.exempts;
		if (ssh)
			d->sshd.login_timeout_s = settings.login_timeout_s;
	}
	if (e == ERR_OK)
		doctor_tell_auth(d, s->name, &j);
	return e;
}

static enum err
look_at_account(struct doctor *d, struct examined *s)
{
	bool ssh = strcmp(s->name, "sshd") == 0;
	struct line_settings settings = {.known = false};
	struct judgement j;
	enum err e = ERR_OK;

	s->count = pam_stack_pick(&s->stack, TYPE_ACCOUNT, s->picked);
	pam_judge(s->picked, s->count, &j);
	if (j.factor == NULL)
		return ERR_OK;
	if ((e = doctor_module(d, j.factor)) == ERR_OK)
		e = doctor_config(d, s->name, j.factor, true, &settings);
	if (e != ERR_OK || !settings.push)
		return e;
	if (ssh) {
		d->asks = true;
		d->sshd.account_asks = j.without_factor.way == WAY_NONE;
		tell_shared(d, j.factor);
		if (d->sshd.login_timeout_s == 0)
			d->sshd.login_timeout_s = settings.login_timeout_s;
	}
	doctor_tell_account(d, s->name, &j);
	return ERR_OK;
}

static void
tell_broken(struct doctor *d, const struct examined *s)
{
	char where[DOCTOR_PATH_BYTES];
	bool asks = false;

	for (size_t i = 0; i < s->stack.count; i++)
		asks = asks || pam_module_kind(&s->stack.handlers[i]) ==
		    MODULE_FACTOR;
	d->asks = d->asks || asks;
	if (strcmp(s->name, "sshd") == 0)
		d->sshd = (struct sshd_stack){.there = true, .asks = asks};
	(void)snprintf(where, sizeof(where), "/etc/pam.d/%s", s->name);
	finding_add(d->findings, SERIOUS, where, _("mend the lines that are "
	    "named with it"),
	    _("%s: Linux-PAM cannot read this service, so "
	    "nobody gets in"), s->name);
}

static enum err
look_at(struct doctor *d, const struct pam_source *source, const char *name)
{
	struct examined s = {.name = name};
	enum err e = pam_stack_load(
	    source, name, &s.stack, doctor_report, d);

	if (e == ERR_OK &&
	    (s.picked = calloc(s.stack.count + 1, sizeof(*s.picked))) == NULL)
		e = ERR_MEMORY;
	if (e == ERR_OK)
		doctor_mark_missing(d, &s.stack);
	if (e == ERR_OK && s.stack.broken) {
		tell_broken(d, &s);
	} else if (e == ERR_OK) {
		e = look_at_auth(d, &s);
		if (e == ERR_OK)
			e = look_at_account(d, &s);
	}
	free(s.picked);
	pam_stack_clear(&s.stack);
	return e;
}

static bool
has_name(char **names, const char *name)
{
	for (; names != NULL && *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* Those of `names` that are services, but for those in `seen`. */
static enum err
look_at_all(struct doctor *d, char **names, char **seen)
{
	const struct pam_source source = {.read = read_source, .ctx = d};
	enum err e = names == NULL ? ERR_MEMORY : ERR_OK;

	for (; e == ERR_OK && *names != NULL; names++)
		if (!is_leftover(*names) && !is_fragment(*names) &&
		    !has_name(seen, *names))
			e = look_at(d, &source, *names);
	return e;
}

/* No pam.d at all: one file holds every service. */
static enum err
look_at_conf(struct doctor *d)
{
	const struct pam_source source = {
	    .read = read_source, .ctx = d, .conf = true};
	struct stat st;
	enum err e = ERR_OK;

	if (!system_root_stat(&d->root, "/etc/pam.conf", &st)) {
		finding_add(d->findings, SERIOUS, "/etc/pam.d",
		    _("install Linux-PAM, or check --root"),
		    _("there is no /etc/pam.d, /usr/lib/pam.d or /etc/pam.conf "
		    "to look at"));
		return ERR_OK;
	}
	for (size_t i = 0; i < sizeof(doors) / sizeof(doors[0]) &&
	    e == ERR_OK; i++)
		e = look_at(d, &source, doors[i].name);
	return e;
}

enum err
doctor_pam(struct doctor *d)
{
	char **etc = system_root_list(&d->root, "/etc/pam.d");
	char **usr = system_root_list(&d->root, "/usr/lib/pam.d");
	enum err e = ERR_MEMORY;

	if (etc != NULL && usr != NULL && etc[0] == NULL && usr[0] == NULL)
		e = look_at_conf(d);
	else if (etc != NULL)
		e = look_at_all(d, etc, NULL);
	if (e == ERR_OK)
		e = look_at_all(d, usr, etc);
	tell_siblings(d);
	system_root_free_names(etc);
	system_root_free_names(usr);
	return e;
}
