/*
 * self factors, self factor ID: what the person has bound. Changes nothing.
 */
#include "mfa/self_session.h"

static const struct output_column columns[] = {
    {"ID", "id"},
    {"TYPE", "type"},
    {"CONTACT", "contact"},
    {NULL, NULL},
};

static enum exit_status
show(struct self_session *s, const struct own_factors *factors, bool one)
{
	struct output *o = output_new(columns, s->m->json, one);
	enum err e = o == NULL ? ERR_MEMORY : ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < factors->count; i++) {
		const struct own_factor *f = &factors->list[i];
		char contact[CONTACT_MAX];

		self_mask(f, contact, sizeof(contact));
		output_row(o);
		output_text(o, 0, f->id);
		output_text(o, 1, f->type);
		if (contact[0] != '\0')
			output_text(o, 2, contact);
	}
	if (e == ERR_OK)
		e = output_print(o);
	output_free(&o);
	return e == ERR_OK ? STATUS_DONE : mfa_fail(s->m, "output", e);
}

enum exit_status
command_self_factors(struct mfa *m, int argc, char **argv)
{
	struct own_factors factors = {.count = 0};
	struct self_session s;
	enum exit_status status;
	enum err e;

	(void)argc, (void)argv;
	if ((status = self_begin(&s, m, false)) == STATUS_DONE) {
		e = self_list(&s.me, &factors);
		status = e == ERR_OK ? show(&s, &factors, false)
				     : self_fail(&s, "self factors", e);
	}
	return self_end(&s, status);
}

enum exit_status
command_self_factor(struct mfa *m, int argc, char **argv)
{
	struct own_factors factors = {.count = 0};
	struct self_session s;
	enum exit_status status;
	enum err e;

	(void)argc;
	if ((status = self_begin(&s, m, false)) == STATUS_DONE) {
		e = self_get(&s.me, argv[0], &factors.list[0]);
		factors.count = 1;
		status = e == ERR_OK ? show(&s, &factors, true)
				     : self_fail(&s, "self factor", e);
	}
	return self_end(&s, status);
}
