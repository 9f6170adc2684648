#ifndef SERVICE_ADMIN_H
#define SERVICE_ADMIN_H

#include "service/provider.h"

/* What can be bound to a person; more than a login can ask for. */
enum binding {
	BINDING_OTP,
	BINDING_SMS,
	BINDING_EMAIL,
	BINDING_FACE,
	BINDING_COUNT
};

extern const char *const binding_names[BINDING_COUNT]; /* "OTP", "SMS", ... */

/* What a source says of a binding. Zeroed memory knows nothing. */
enum bound { BOUND_UNKNOWN = 0, BOUND_NO, BOUND_YES };

/* The person, for an administrator. Text as the service sent it, bounded:
 * clean and mask it before it is shown. */
struct account {
	char id[PERSON_ID_MAX];
	char username[CONTACT_MAX], name[CONTACT_MAX];
	char status[32];          /* "Activated", "Suspended", ... */
	char phone[CONTACT_MAX], phone_country[16], email[CONTACT_MAX];
	char last_mfa[64];        /* lastMfaTime, "" for never */
};

/* What two sources say, kept apart: where they disagree people are told. */
struct bindings {
	enum bound info[BINDING_COUNT];  /* get-user-mfa-info */
	enum bound bound[BINDING_COUNT]; /* mfa-bound: OTP and FACE only */
};

/* Bound as far as any source says; BOUND_UNKNOWN where none does. */
enum bound bindings_any(const struct bindings *b, enum binding which);

/*
 * What an administrator can do at a provider (api/genauth.md sections 5, 7).
 * NULL where the provider does not offer it. Errors as in provider.h; `find`
 * finds suspended people too. Each is one step; nothing is read back here.
 */
struct admin {
	const char *provider;
	enum err (*find)(struct service *s, const char *directory_id,
	    const char *id_type, struct account *out);
	enum err (*bindings)(struct service *s, const struct account *who,
	    struct bindings *out);
	enum err (*unbind)(struct service *s, const struct account *who,
	    enum binding which);                 /* OTP, FACE */
	enum err (*remove_contact)(struct service *s,
	    const struct account *who, enum binding which); /* SMS, EMAIL */
	enum err (*kick)(struct service *s, const struct account *who);
	/* Flashback: `directory_id` NULL resets the caller. `message` gets one
	 * sentence for people, cleaned, with the service's own words; "" where
	 * no reply came. */
	enum err (*reset)(struct service *s, const char *directory_id,
	    char *message, size_t message_size);
};

extern const struct admin admin_genauth, admin_flashback;

/* By the provider's name, NULL where there is none. */
const struct admin *admin_find(const char *provider);

#endif
