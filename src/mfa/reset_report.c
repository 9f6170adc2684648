/*
 * Turns what came of a reset into a row of output. Prints nothing itself.
 */
#include "mfa/reset_report.h"

#include <stdio.h>

#include "mfa/person.h"
#include "mfa/unbind_person.h"

static const struct output_column columns[] = {
    {"USER", "user"},
    {"ID", "id"},
    {"RESULT", "result"},
    {"REMOVED", "removed"},
    {"LEFT", "left"},
    {"SESSIONS ENDED", "sessions_ended"},
    {"NOTE", "note"},
    {"REQUEST", "request_id"},
    {NULL, NULL},
};

struct output *
reset_report_new(bool json, bool one_person)
{
	return output_new(columns, json, one_person);
}

/* Why something is left, or what became of it. */
static void
write_note(const struct reset_report *r, char *out, size_t size)
{
	char names[PERSON_BINDINGS_MAX];
	unsigned contacts = r->left & ~(unsigned)UNBINDABLE;

	out[0] = '\0';
	if (r->message[0] != '\0')
		(void)snprintf(out, size, "%s", r->message);
	else if (r->why != ERR_OK)
		(void)snprintf(out, size, "%s", err_text(r->why));
	else if (contacts != 0)
		(void)snprintf(out, size, "%s: contacts of the account, see "
		    "unbind --remove-contact",
		    person_bindings(contacts, names));
}

void
reset_report_add(struct output *o, const char *user,
    const struct reset_report *r)
{
	char names[PERSON_BINDINGS_MAX], note[RESET_MESSAGE_MAX];

	output_row(o);
	output_text(o, 0, user);
	output_text(o, 1, r->account.id[0] != '\0' ? r->account.id : NULL);
	output_text(o, 2, r->why == ERR_OK ? "done" : err_name(r->why));
	output_text(o, 3, person_bindings(r->removed, names));
	output_text(o, 4, person_bindings(r->left, names));
	output_flag(o, 5, r->kicked);
	write_note(r, note, sizeof(note));
	output_text(o, 6, note[0] != '\0' ? note : NULL);
	output_text(o, 7, r->request_id[0] != '\0' ? r->request_id : NULL);
}
