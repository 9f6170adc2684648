/*
 * Flashback's POST /mfa/reset (section 7.1): another vendor, with real HTTP
 * statuses and an envelope of its own.
 */
#include "emulator/route.h"

#include <string.h>

static void
answer(struct request *r, unsigned http, const char *name, const char *text)
{
	cJSON *out = cJSON_CreateObject();

	cJSON_AddBoolToObject(out, "success", http == MHD_HTTP_OK);
	cJSON_AddStringToObject(out, name, text);
	reply_plain(r, http, out);
}

void
flashback_reset(struct request *r)
{
	const char *id = request_text(r->body, "resetUserId");
	struct user *u = r->user;

	if (id != NULL && strcmp(id, u->id) != 0) {
		if (strcmp(u->flashback_role, "OWNER") != 0 &&
		    strcmp(u->flashback_role, "ADMINISTRATOR") != 0) {
			answer(r, MHD_HTTP_FORBIDDEN, "error",
			    "Insufficient permissions. OWNER or ADMINISTRATOR "
			    "role required to reset another user's MFA.");
			return;
		}
		if ((u = state_user(r->state, id, "user_id")) == NULL) {
			answer(r, MHD_HTTP_NOT_FOUND, "error",
			    "User not found");
			return;
		}
	}
	u->flashback_mfa = false;
	answer(r, MHD_HTTP_OK, "message", "MFA reset successfully");
}
