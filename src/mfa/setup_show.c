/*
 * Turns a draft into what a person reads before it is written and after, and
 * into a result for programs. Shows no secret; writes to no file.
 */
#include "mfa/setup.h"

#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "mfa/conf_edit.h"
#include "mfa/output.h"

enum { LIST_BYTES = 1024, SHOWN_BYTES = LINE_MAX_BYTES + 8 };

static const struct output_column columns[] = {
    {"Changed", "changed"},
    {"Written", "written"},
    {"Configuration", "configuration"},
    {"Options", "options"},
    {"Previous", "previous"},
    {NULL, NULL},
};

enum { CHANGED, WRITTEN, CONFIGURATION, OPTIONS, PREVIOUS };

/* The same lines as in README.md and pam.d/sshd: see tests/mfa_setup.sh. */
static const char lines[] = N_(
    "Nothing asks for the factor yet. Keep a second root session open until a "
    "new login\n"
    "has worked; to go back, take the line out again.\n"
    "\n"
    "In /etc/pam.d/sshd, behind \"@include common-auth\" (or whatever asks "
    "for the password):\n"
    "\n"
    "auth       requisite    pam_genauth.so\n"
    "\n"
    "In /etc/ssh/sshd_config.d/genauth.conf:\n"
    "\n"
    "UsePAM yes\n"
    "KbdInteractiveAuthentication yes\n"
    "PasswordAuthentication no\n"
    "AuthenticationMethods keyboard-interactive:pam\n"
    "\n"
    "Then: sshd -t && systemctl reload ssh, and log in anew from another "
    "terminal.\n"
    "genauth-mfa doctor says what is still open.\n");

void
setup_show_lines(FILE *to)
{
	(void)fputs(_(lines), to);
}

void
setup_list_changes(const struct setup *s, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (const struct option *o = config_options; o->name != NULL; o++)
		if (draft_has_changed(&s->draft, o->name) && len < size)
			len += (size_t)snprintf(out + len, size - len,
			    "%s%s", len > 0 ? " " : "", o->name);
}

static void
show_change(const struct setup *s, const char *name, FILE *to)
{
	struct buf before = BUF_INIT(LINE_MAX_BYTES);
	char now[LINE_MAX_BYTES + 1], clean[SHOWN_BYTES], was[SHOWN_BYTES];

	draft_get(&s->draft, name, now, sizeof(now));
	if (conf_edit_get(&s->draft.before, name, &before) != ERR_OK)
		buf_clear(&before);
	(void)fprintf(to, "  %s = %s", name,
	    text_clean(clean, sizeof(clean), now));
	if (before.len > 0)
		(void)fprintf(to, _("   (was %s)"),
		    text_clean(was, sizeof(was), buf_text(&before)));
	(void)fputc('\n', to);
	buf_clear(&before);
}

void
setup_show_plan(const struct setup *s, FILE *to)
{
	const struct draft *d = &s->draft;

	for (int i = 0; i < DRAFT_SECRETS; i++)
		if (d->secrets[i].path[0] != '\0')
			(void)fprintf(to, _("%s (root only, 0600):\n"
			    "  the secret, %zu characters, not shown\n"),
			    d->secrets[i].path, d->secrets[i].value.len);
	(void)fprintf(to, "%s (%s%04o):\n", d->path,
	    d->exists ? _("the rest of it stays as it is; ") : "",
	    (unsigned)d->mode);
	for (const struct option *o = config_options; o->name != NULL; o++)
		if (draft_has_changed(d, o->name))
			show_change(s, o->name, to);
}

static enum exit_status
show_json(const struct setup *s, bool changed, bool written)
{
	char list[LIST_BYTES], previous[DRAFT_PATH_MAX + 8];
	struct output *o = output_new(columns, true, true);
	enum err e;

	if (o == NULL)
		return mfa_fail(s->m, "setup", ERR_MEMORY);
	output_row(o);
	output_flag(o, CHANGED, changed);
	output_flag(o, WRITTEN, written);
	output_text(o, CONFIGURATION, s->draft.path);
	setup_list_changes(s, list, sizeof(list));
	output_text(o, OPTIONS, list);
	(void)snprintf(previous, sizeof(previous), "%s.old", s->draft.path);
	if (written && s->draft.exists)
		output_text(o, PREVIOUS, previous);
	e = output_print(o);
	output_free(&o);
	return e == ERR_OK ? STATUS_DONE : mfa_fail(s->m, "setup", e);
}

enum exit_status
setup_show_result(const struct setup *s, bool written)
{
	bool changed = draft_is_changed(&s->draft);

	if (s->m->json)
		return show_json(s, changed, written);
	if (changed && !written)
		(void)printf(_("would be changed\n"));
	else
		(void)printf("%s\n", changed ? _("changed") : _("unchanged"));
	return STATUS_DONE;
}
