/*
 * genauth-mfa status: one person's account, and what is bound to it as far
 * as the service's two sources agree; and what this host has on record of
 * that login. Changes nothing.
 */
#include <stdio.h>

#include "mfa/host_record.h"
#include "mfa/output.h"
#include "mfa/person.h"

static const struct output_column columns[] = {
    {"Username", "username"},
    {"Id", "id"},
    {"Name", "name"},
    {"Account", "account"},
    {"Last MFA", "last_mfa"},
    {"Phone", "phone"},
    {"E-mail", "email"},
    {"OTP", "otp"},
    {"SMS", "sms"},
    {"EMAIL", "email_factor"},
    {"FACE", "face"},
    {"Note", "note"},
    {"Wrong codes here", "wrong_codes_here"},
    {"Locked out here", "locked_out_s"},
    {"Pushes here", "pushes_here"},
    {"Push pause here", "push_pause_s"},
    {NULL, NULL},
};

enum { FIRST_BINDING = 7, NOTE = 11, FIRST_HERE = 12, NOTE_MAX = 400 };

/* Empty where nothing is worth saying. */
static void
write_note(const struct bindings *b, char out[NOTE_MAX])
{
	char text[PERSON_DISPUTE_MAX];
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < BINDING_COUNT; i++)
		if (person_dispute(b, (enum binding)i, text))
			len += (size_t)snprintf(out + len, NOTE_MAX - len,
			    "%s%s: %s", len > 0 ? "; " : "",
			    binding_names[i], text);
}

/* The way out, where people look for it. */
static void
show_lock(const struct host_record *r, struct output *o)
{
	char text[NOTE_MAX];

	(void)snprintf(text, sizeof(text), "for %d s (genauth-mfa unlock %s)",
	    r->view.locked_s, r->account.name);
	output_text(o, FIRST_HERE + HOST_RECORD_LOCKED, text);
}

/* With --id-type the name is none of this host's logins. */
static void
show_here(const struct mfa *m, const char *user, struct output *o)
{
	struct host_record r;
	enum err e;

	if (m->id_type != NULL)
		return;
	e = host_record_open(&r, &m->cfg, user);
	if (e == ERR_OK)
		host_record_show(&r, o, FIRST_HERE, m->json);
	else if (e != ERR_UNKNOWN_PERSON && !m->json)
		output_text(o, FIRST_HERE, "the record cannot be read");
	if (e == ERR_OK && r.view.locked_s > 0 && !m->json)
		show_lock(&r, o);
	host_record_close(&r);
}

static enum err
show(const struct mfa *m, const char *user, const struct account *a,
    const struct bindings *b)
{
	struct output *o = output_new(columns, m->json, true);
	char text[NOTE_MAX];
	enum err e;

	if (o == NULL)
		return ERR_MEMORY;
	output_row(o);
	output_text(o, 0, a->username);
	output_text(o, 1, a->id);
	output_text(o, 2, a->name);
	output_text(o, 3, a->status);
	output_text(o, 4, a->last_mfa[0] != '\0' ? a->last_mfa : NULL);
	person_contact(a, BINDING_SMS, text, sizeof(text));
	output_text(o, 5, text[0] != '\0' ? text : NULL);
	person_contact(a, BINDING_EMAIL, text, sizeof(text));
	output_text(o, 6, text[0] != '\0' ? text : NULL);
	for (unsigned i = 0; i < BINDING_COUNT; i++)
		output_text(o, FIRST_BINDING + i,
		    person_bound(b, (enum binding)i));
	write_note(b, text);
	output_text(o, NOTE, text[0] != '\0' ? text : NULL);
	show_here(m, user, o);
	e = output_print(o);
	output_free(&o);
	return e;
}

enum exit_status
command_status(struct mfa *m, int argc, char **argv)
{
	(void)argc;
	return person_show(m, "status", argv[0], show);
}
