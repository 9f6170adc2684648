/*
 * Turns "unbind these" into requests and into what the service reports
 * afterwards. Asks nobody, prints nothing and leaves no audit line.
 */
#include "mfa/unbind_person.h"

#include <string.h>

bool
unbind_is_gone(const struct unbinding *x, enum binding which)
{
	return x->looked && !((x->bound | x->unknown) & 1u << which);
}

enum err
unbind_look(struct unbinding *x)
{
	struct bindings b;
	enum err e = x->admin->bindings(x->s, x->who, &b);

	if (e != ERR_OK)
		return e;
	x->bound = x->unknown = 0;
	for (unsigned i = 0; i < BINDING_COUNT; i++) {
		enum bound any = bindings_any(&b, (enum binding)i);

		x->bound |= any == BOUND_YES ? 1u << i : 0;
		x->unknown |= any == BOUND_UNKNOWN ? 1u << i : 0;
	}
	x->looked = true;
	return ERR_OK;
}

/* The first failure stays, with its request id. */
static enum err
note(struct unbinding *x, enum err so_far, enum err e)
{
	if (so_far != ERR_OK)
		return so_far;
	memcpy(x->request_id, x->s->request_id, sizeof(x->request_id));
	return e;
}

/* The service's own report, whatever came of the change (`e`). */
static enum err
read_back(struct unbinding *x, unsigned wanted, enum err e)
{
	enum err read;

	x->looked = false;
	if ((read = unbind_look(x)) != ERR_OK)
		return note(x, e, read);
	if (e == ERR_OTHER_PERSON) /* an alarm, whoever is unbound now */
		return e;
	if (!((x->bound | x->unknown) & wanted))
		return ERR_OK;
	return e != ERR_OK ? e : ERR_REPLY;
}

enum err
unbind_factors(struct unbinding *x, unsigned wanted)
{
	enum err e = ERR_OK;

	for (unsigned i = 0; i < BINDING_COUNT; i++)
		if (wanted & 1u << i)
			e = note(x, e, x->admin->unbind(x->s, x->who,
			    (enum binding)i));
	return read_back(x, wanted, e);
}

enum err
unbind_contact(struct unbinding *x, enum binding which)
{
	struct account now;
	enum err e = note(x, ERR_OK,
	    x->admin->remove_contact(x->s, x->who, which));
	enum err read;

	if ((e = read_back(x, 1u << which, e)) != ERR_OK)
		return e;
	/* The account must not show it any more either. */
	read = x->admin->find(x->s, x->who->id, "user_id", &now);
	if (read == ERR_OK && (which == BINDING_SMS
		? now.phone : now.email)[0] == '\0')
		return ERR_OK;
	x->unknown |= 1u << which;
	return read != ERR_OK ? note(x, ERR_OK, read) : ERR_REPLY;
}
