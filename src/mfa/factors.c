/*
 * genauth-mfa factors: one row per factor a person can have, what each of
 * the service's sources says of it, and how it is removed. Changes nothing.
 */
#include "mfa/output.h"
#include "mfa/person.h"
#include "mfa/unbind_person.h"

static const struct output_column columns[] = {
    {"TYPE", "type"},
    {"BOUND", "bound"},
    {"CONTACT", "contact"},
    {"MFA-INFO", "mfa_info"},
    {"MFA-BOUND", "mfa_bound"},
    {"REMOVE WITH", "remove"},
    {NULL, NULL},
};

static const char *
said(enum bound b)
{
	switch (b) {
	case BOUND_YES:
		return "yes";
	case BOUND_NO:
		return "no";
	case BOUND_UNKNOWN:
		break;
	}
	return NULL;
}

static void
add_row(struct output *o, const struct account *a, const struct bindings *b,
    enum binding which)
{
	char contact[CONTACT_MAX];

	person_contact(a, which, contact, sizeof(contact));
	output_row(o);
	output_text(o, 0, binding_names[which]);
	output_text(o, 1, person_bound(b, which));
	output_text(o, 2, contact[0] != '\0' ? contact : NULL);
	output_text(o, 3, said(b->info[which]));
	output_text(o, 4, said(b->bound[which]));
	if (bindings_any(b, which) == BOUND_YES)
		output_text(o, 5, 1u << which & UNBINDABLE
		    ? "unbind" : "unbind --remove-contact");
}

static enum err
show(const struct mfa *m, const char *user, const struct account *a,
    const struct bindings *b)
{
	struct output *o = output_new(columns, m->json, false);
	enum err e;

	(void)user;
	if (o == NULL)
		return ERR_MEMORY;
	for (unsigned i = 0; i < BINDING_COUNT; i++)
		add_row(o, a, b, (enum binding)i);
	e = output_print(o);
	output_free(&o);
	return e;
}

enum exit_status
command_factors(struct mfa *m, int argc, char **argv)
{
	(void)argc;
	return person_show(m, "factors", argv[0], show);
}
