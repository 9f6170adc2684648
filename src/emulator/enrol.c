/*
 * Binding an authenticator in two steps, the same for both generations of
 * the API: a new secret, then the first passcode made from it.
 */
#include "emulator/enrol.h"

#include <stdio.h>
#include <string.h>

#include "emulator/crypto.h"

struct pending *
enrol_otp_start(struct state *s, struct user *u)
{
	struct pending *p = &u->pending;

	*p = (struct pending){.factor = FACTOR_OTP};
	crypto_random_hex(p->token, 32);
	crypto_totp_secret(p->secret);
	crypto_recovery_code(p->recovery);
	p->until = state_now(s) + s->switches[SWITCH_ENROL_LIFETIME];
	return p;
}

void
enrol_otp_uri(const struct state *s, const struct user *u, char *out)
{
	snprintf(out, ENROL_URI,
	    "otpauth://totp/%s:%s?secret=%s&period=30&digits=6"
	    "&algorithm=SHA1&issuer=%s",
	    s->pool, u->username, u->pending.secret, s->pool);
}

bool
enrol_waits(const struct state *s, const struct user *u, enum factor f)
{
	return u->pending.factor == f && state_now(s) < u->pending.until;
}

bool
enrol_otp_finish(struct state *s, struct user *u, const char *code)
{
	struct pending *p = &u->pending;
	uint64_t step;

	if (!enrol_waits(s, u, FACTOR_OTP) ||
	    !state_totp_of(s, p->secret, code, &step))
		return false;
	state_unbind(u, FACTOR_OTP);
	snprintf(u->otp_secret, sizeof(u->otp_secret), "%s", p->secret);
	snprintf(u->recovery, sizeof(u->recovery), "%s", p->recovery);
	u->totp_used = step;
	*p = (struct pending){.until = 0};
	return true;
}
