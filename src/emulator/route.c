/*
 * The table of endpoints: method, path, who may call, who answers. What is
 * not in the table does not exist.
 */
#include "emulator/route.h"

#include <string.h>

#include "emulator/auth.h"

struct route {
	const char *method, *path; /* '*' stands for one path segment */
	enum auth need;
	route_handler *handler;
};

static const struct route routes[] = {
    {"POST", "/api/v3/get-management-token", AUTH_NONE, management_token},
    {"GET", "/api/v3/get-user", AUTH_MANAGEMENT, management_user},
    {"GET", "/api/v3/get-user-batch", AUTH_MANAGEMENT, management_users_batch},
    {"GET", "/api/v3/list-users", AUTH_MANAGEMENT, management_list},
    {"POST", "/api/v3/list-users", AUTH_MANAGEMENT, management_list},
    {"POST", "/api/v3/is-user-exists", AUTH_MANAGEMENT, management_exists},
    {"GET", "/api/v3/get-user-mfa-info", AUTH_MANAGEMENT, management_mfa_info},
    {"GET", "/api/v3/get-mfa-trigger-data", AUTH_MANAGEMENT,
	management_trigger},
    {"GET", "/api/v3/get-mfa-status", AUTH_MANAGEMENT, management_mfa_status},
    {"GET", "/api/v3/get-otp-secret-by-user", AUTH_MANAGEMENT,
	management_otp_secret},
    {"POST", "/api/v3/import-otp", AUTH_MANAGEMENT, management_import_otp},
    {"GET", "/api/v3/get-global-mfa-settings", AUTH_MANAGEMENT,
	management_settings},
    {"POST", "/api/v3/update-user", AUTH_MANAGEMENT, management_update_user},
    {"POST", "/api/v3/kick-users", AUTH_MANAGEMENT, management_kick},
    {"POST", "/api/v3/check-session-status", AUTH_MANAGEMENT,
	management_session},

    {"GET", "/api/v2/users/*/mfa-bound", AUTH_MANAGEMENT, bound_show},
    {"DELETE", "/api/v2/users/*/mfa-bound", AUTH_MANAGEMENT, bound_delete},
    {"GET", "/api/v2/applications/*/public-config", AUTH_NONE,
	bound_public_config},

    {"POST", "/api/v3/signin", AUTH_APP, signin_password},
    {"POST", "/api/v3/send-sms", AUTH_APP, signin_send_sms},
    {"POST", "/api/v3/send-email", AUTH_APP, signin_send_email},
    {"POST", "/api/v3/pre-check-code", AUTH_APP, signin_check_code},
    {"POST", "/api/v3/signin-by-push", AUTH_APP, signin_push},
    {"GET", "/api/v3/check-pushcode-status", AUTH_APP, signin_push_status},
    {"POST", "/api/v3/set-pushcode-status", AUTH_USER, signin_push_set},
    {"POST", "/api/v3/change-pushcode-status", AUTH_USER, signin_push_change},
    {"POST", "/api/v3/get-pushlogin-relation-apps", AUTH_USER,
	signin_push_apps},
    {"POST", "/oidc/token/revocation", AUTH_NONE, signin_revoke},

    {"GET", "/api/v3/list-enrolled-factors", AUTH_USER_OR_MFA, factor_list},
    {"GET", "/api/v3/get-factor", AUTH_USER_OR_MFA, factor_get},
    {"GET", "/api/v3/list-factors-to-enroll", AUTH_USER_OR_MFA,
	factor_available},
    {"POST", "/api/v3/send-enroll-factor-request", AUTH_USER_OR_MFA,
	factor_request},
    {"POST", "/api/v3/enroll-factor", AUTH_USER_OR_MFA, factor_enrol},
    {"POST", "/api/v3/reset-factor", AUTH_USER, factor_reset},
    {"POST", "/api/v3/mfa-totp-verify", AUTH_USER, factor_verify},
    {"POST", "/api/v3/unbind-phone", AUTH_USER, factor_unbind_phone},
    {"POST", "/api/v3/unbind-email", AUTH_USER, factor_unbind_email},
    {"POST", "/api/v3/bind-phone", AUTH_USER, factor_bind_phone},
    {"POST", "/api/v3/bind-email", AUTH_USER, factor_bind_email},

    {"POST", "/api/v2/mfa/totp/verify", AUTH_MFA, challenge_totp},
    {"POST", "/api/v2/applications/mfa/totp/verify", AUTH_MFA,
	challenge_totp_application},
    {"POST", "/api/v2/applications/mfa/sms/verify", AUTH_MFA, challenge_sms},
    {"POST", "/api/v2/applications/mfa/email/verify", AUTH_MFA,
	challenge_email},
    {"POST", "/api/v2/mfa/totp/recovery", AUTH_MFA, challenge_recovery},
    {"POST", "/api/v2/applications/mfa/check", AUTH_MFA, challenge_check},
    {"GET", "/api/v2/mfa/authenticator", AUTH_USER_OR_MFA,
	challenge_authenticators},
    {"POST", "/api/v2/mfa/totp/associate", AUTH_USER_OR_MFA,
	challenge_associate},
    {"POST", "/api/v2/mfa/totp/associate/confirm", AUTH_USER_OR_MFA,
	challenge_confirm},
    {"DELETE", "/api/v2/mfa/totp/associate", AUTH_USER, challenge_unbind},
    {"POST", "/api/v2/sms/send", AUTH_APP, challenge_send_sms},
    {"POST", "/api/v2/email/send", AUTH_APP, challenge_send_email},
    {"POST", "/mfa/token/introspection", AUTH_NONE, challenge_introspect},

    {"POST", "/mfa/reset", AUTH_FLASHBACK, flashback_reset},
};

/* Same path, where the pattern's '*' stands for any one segment. */
static bool
path_matches(const char *pattern, struct request *r)
{
	const char *star = strchr(pattern, '*'), *from;
	size_t before, len;

	if (star == NULL)
		return strcmp(pattern, r->path) == 0;
	before = (size_t)(star - pattern);
	if (strncmp(pattern, r->path, before) != 0)
		return false;
	from = r->path + before;
	len = strcspn(from, "/");
	if (len == 0 || len >= sizeof(r->segment) ||
	    strcmp(from + len, star + 1) != 0)
		return false;
	memcpy(r->segment, from, len);
	r->segment[len] = '\0';
	return true;
}

void
route_run(struct request *r)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (strcmp(routes[i].method, r->method) != 0 ||
		    !path_matches(routes[i].path, r))
			continue;
		if (auth_check(r, routes[i].need))
			routes[i].handler(r);
		return;
	}
	reply_refuse(r, 404, 0, "no such endpoint");
	r->http = MHD_HTTP_NOT_FOUND;
}
