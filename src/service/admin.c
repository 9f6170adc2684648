/*
 * The list of what administrators can work with, and what sources say of a
 * binding taken together. Speaks to nobody itself.
 */
#include "service/admin.h"

#include <string.h>

static const struct admin *const admins[] = {
    &admin_genauth,
    &admin_flashback,
};

const char *const binding_names[BINDING_COUNT] = {
    [BINDING_OTP] = "OTP",
    [BINDING_SMS] = "SMS",
    [BINDING_EMAIL] = "EMAIL",
    [BINDING_FACE] = "FACE",
};

enum bound
bindings_any(const struct bindings *b, enum binding which)
{
	if (b->info[which] == BOUND_YES || b->bound[which] == BOUND_YES)
		return BOUND_YES;
	if (b->info[which] == BOUND_NO || b->bound[which] == BOUND_NO)
		return BOUND_NO;
	return BOUND_UNKNOWN;
}

const struct admin *
admin_find(const char *provider)
{
	for (size_t i = 0; i < sizeof(admins) / sizeof(*admins); i++)
		if (strcmp(admins[i]->provider, provider) == 0)
			return admins[i];
	return NULL;
}
