#ifndef EMULATOR_ROUTE_H
#define EMULATOR_ROUTE_H

#include "emulator/request.h"

/* Answer a request whose body has arrived. The caller holds the lock. */
void route_run(struct request *r);

/* Handlers, by section of the API notes. Each answers its request. */
typedef void route_handler(struct request *r);

/* management.c: 2.1, 5.1 */
route_handler management_token, management_user, management_users_batch,
    management_list, management_exists, management_mfa_info,
    management_trigger, management_mfa_status, management_otp_secret,
    management_import_otp, management_settings, management_kick,
    management_session, management_update_user;
/* bound.c: 2.5, 5.2 */
route_handler bound_show, bound_delete, bound_public_config;
/* signin.c: 3.3, 3.4, 3.6, revocation of 2.4 */
route_handler signin_password, signin_send_sms, signin_send_email,
    signin_check_code, signin_push, signin_push_status, signin_push_set,
    signin_push_change, signin_push_apps, signin_revoke;
/* factor.c: 3.1, 3.2 */
route_handler factor_list, factor_get, factor_available, factor_request,
    factor_enrol, factor_reset, factor_verify, factor_unbind_phone,
    factor_unbind_email, factor_bind_phone, factor_bind_email;
/* challenge.c: 3.7, 4, v2 twins of 3.3 */
route_handler challenge_totp, challenge_totp_application, challenge_sms,
    challenge_email, challenge_recovery, challenge_check,
    challenge_authenticators, challenge_associate, challenge_confirm,
    challenge_unbind, challenge_introspect, challenge_send_sms,
    challenge_send_email;
/* flashback.c: 7.1 */
route_handler flashback_reset;

#endif
