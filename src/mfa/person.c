/*
 * Turns the name an administrator gives into the service's record, and the
 * record into what may be shown and asked of it. Changes nothing.
 */
#include "mfa/person.h"

#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "login/usermap.h"
#include "mfa/mask.h"
#include "mfa/terminal.h"

enum { NAME_MAX_BYTES = 255, ID_MAX_BYTES = 1024, WHAT_MAX = 1024 };

enum exit_status
person_check_name(const char *user)
{
	const char *fault = person_name_fault(user);
	char clean[80];

	if (fault == NULL)
		return STATUS_DONE;
	(void)fprintf(stderr, _("genauth-mfa: the name \"%s\" %s\n"),
	    text_clean(clean, sizeof(clean), user), fault);
	return STATUS_USAGE;
}

enum exit_status
person_begin(struct mfa *m, const char *user, bool change)
{
	enum exit_status status = person_check_name(user);

	if (status == STATUS_DONE)
		status = mfa_open(m);
	if (status == STATUS_DONE && person_admin(m)->find == NULL) {
		(void)fprintf(stderr, _("genauth-mfa: %s does not offer this; "
		    "it offers reset and self reset\n"),
		    person_admin(m)->provider);
		status = STATUS_USAGE;
	}
	if (status == STATUS_DONE && change)
		status = audit_check_reason(m);
	return status;
}

enum exit_status
person_confirm(struct mfa *m, const char *what, const struct account *a)
{
	char who[WHAT_MAX], question[WHAT_MAX + 64];
	enum err e;

	person_describe(a, who, sizeof(who));
	(void)snprintf(question, sizeof(question), _("%s of %s?"), what, who);
	e = terminal_confirm(m, question);
	mfa_renew_deadline(m);
	if (e == ERR_OK)
		return STATUS_DONE;
	(void)fprintf(stderr, _("genauth-mfa: nothing was changed\n"));
	return STATUS_REFUSED;
}

enum exit_status
person_fail(struct mfa *m, const char *what, const char *user, enum err e,
    const char *request_id)
{
	char text[WHAT_MAX];

	if (request_id != m->service.request_id)
		(void)snprintf(m->service.request_id,
		    sizeof(m->service.request_id), "%s", request_id);
	(void)snprintf(text, sizeof(text), _("%s of %s"), what, user);
	return mfa_fail(m, text, e);
}

const struct admin *
person_admin(const struct mfa *m)
{
	return admin_find(
	    m->provider != NULL ? m->provider : m->cfg.provider);
}

const char *
person_name_fault(const char *user)
{
	size_t len = strlen(user);

	if (len == 0)
		return _("is empty");
	if (len > NAME_MAX_BYTES)
		return _("is longer than 255 bytes");
	if (!text_is_clean(user, len, false))
		return _("holds control characters, or is not UTF-8");
	return NULL;
}

enum err
person_find(const struct mfa *m, struct service *s, const char *user,
    struct account *out)
{
	const char *type = m->id_type != NULL ? m->id_type
					      : m->cfg.service.user_id_type;
	struct buf id = BUF_INIT(ID_MAX_BYTES);
	enum err e;

	if (person_name_fault(user) != NULL)
		return ERR_UNKNOWN_PERSON;
	if (m->id_type == NULL)
		e = usermap_resolve(&m->cfg.users_map_text, user, &id);
	else
		e = buf_add_text(&id, user);
	if (e == ERR_OK)
		e = person_admin(m)->find(s, buf_text(&id), type, out);
	buf_clear(&id);
	return e;
}

void
person_contact(const struct account *a, enum binding which, char *out,
    size_t size)
{
	char masked[CONTACT_MAX], country[sizeof(a->phone_country) + 8];

	out[0] = '\0';
	if (which == BINDING_EMAIL && a->email[0] != '\0')
		mask_email(out, size, a->email);
	if (which != BINDING_SMS || a->phone[0] == '\0')
		return;
	mask_phone(masked, sizeof(masked), a->phone);
	(void)snprintf(out, size, "%s%s%s",
	    text_clean(country, sizeof(country), a->phone_country),
	    a->phone_country[0] != '\0' ? " " : "", masked);
}

void
person_describe(const struct account *a, char *out, size_t size)
{
	char login[CONTACT_MAX], name[CONTACT_MAX], contact[CONTACT_MAX];

	(void)text_clean(login, sizeof(login),
	    a->username[0] != '\0' ? a->username : a->id);
	(void)text_clean(name, sizeof(name), a->name);
	person_contact(a, BINDING_EMAIL, contact, sizeof(contact));
	if (contact[0] == '\0')
		person_contact(a, BINDING_SMS, contact, sizeof(contact));
	if (name[0] == '\0' && contact[0] == '\0')
		(void)snprintf(out, size, "%s", login);
	else
		(void)snprintf(out, size, "%s (%s%s%s)", login, name,
		    name[0] != '\0' && contact[0] != '\0' ? ", " : "",
		    contact);
}

bool
person_dispute(const struct bindings *b, enum binding which,
    char out[PERSON_DISPUTE_MAX])
{
	enum bound info = b->info[which], bound = b->bound[which];

	if (info == BOUND_UNKNOWN || bound == BOUND_UNKNOWN || info == bound)
		return false;
	(void)snprintf(out, PERSON_DISPUTE_MAX,
	    "get-user-mfa-info says %s, mfa-bound says %s",
	    info == BOUND_YES ? "bound" : "not bound",
	    bound == BOUND_YES ? "bound" : "not bound");
	return true;
}

const char *
person_bound(const struct bindings *b, enum binding which)
{
	char unused[PERSON_DISPUTE_MAX];

	if (person_dispute(b, which, unused))
		return "disputed";
	switch (bindings_any(b, which)) {
	case BOUND_YES:
		return "bound";
	case BOUND_NO:
		return "not bound";
	case BOUND_UNKNOWN:
		break;
	}
	return "unknown";
}

const char *
person_bindings(unsigned bits, char out[PERSON_BINDINGS_MAX])
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < BINDING_COUNT; i++)
		if (bits & 1u << i)
			len += (size_t)snprintf(out + len,
			    PERSON_BINDINGS_MAX - len, "%s%s",
			    len > 0 ? " " : "", binding_names[i]);
	return out;
}

enum exit_status
person_show(struct mfa *m, const char *what, const char *user,
    enum err (*show)(const struct mfa *m, const char *user,
    const struct account *a, const struct bindings *b))
{
	struct account who;
	struct bindings b;
	enum exit_status status;
	enum err e;

	if ((status = person_begin(m, user, false)) != STATUS_DONE)
		return status;
	if ((e = person_find(m, &m->service, user, &who)) == ERR_OK &&
	    (e = person_admin(m)->bindings(&m->service, &who, &b)) == ERR_OK)
		e = show(m, user, &who, &b);
	if (e == ERR_OK)
		return STATUS_DONE;
	return person_fail(m, what, user, e, m->service.request_id);
}
