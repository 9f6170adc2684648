/*
 * Turns error values into the word that logs and the wire use and into a
 * clause for people. Does not decide anything: see login/login.c.
 */
#include "base/err.h"

#include <string.h>

#include "base/message.h"

static const struct {
	const char *name, *text;
} errors[ERR_COUNT] = {
    [ERR_OK] = {"none", N_("no error")},
    [ERR_MEMORY] = {"memory", N_("out of memory")},
    [ERR_SYSTEM] = {"system", N_("a system call failed")},
    [ERR_CONFIG] = {"config", N_("the configuration is not usable")},
    [ERR_WIRE] = {"wire", N_("module and verifier misunderstood each other")},
    [ERR_CONVERSATION] = {"conversation", N_("no answer could be had")},
    [ERR_UNREACHABLE] = {"unreachable", N_("the service cannot be reached")},
    [ERR_TIMEOUT] = {"timeout", N_("the service did not answer in time")},
    [ERR_BUSY] = {"busy", N_("the service is not able to answer now")},
    [ERR_THROTTLED] = {"throttled",
	N_("the service asks this host to come back later")},
    [ERR_TLS] = {"tls", N_("the service could not prove its identity")},
    [ERR_REPLY] = {"bad_reply", N_("the service sent an unexpected reply")},
    [ERR_CREDENTIAL] = {"credential",
	N_("the service does not accept this host's key")},
    [ERR_UNKNOWN_PERSON] = {"unknown_person",
	N_("the service does not know this person")},
    [ERR_INACTIVE_PERSON] = {"inactive_person",
	N_("the person's account at the service is not active")},
    [ERR_OTHER_PERSON] = {"other_person",
	N_("the service answered for another person")},
    [ERR_NO_FACTOR] = {"no_factor", N_("the person has no usable factor")},
    [ERR_WRONG_PASSWORD] = {"wrong_password",
	N_("the service does not accept the password")},
    [ERR_WRONG_CODE] = {"wrong_code", N_("the code was wrong")},
    [ERR_NOT_A_CODE] = {"not_a_code", N_("the answer was not a code")},
    [ERR_TRIES] = {"tries_used_up", N_("too many wrong codes")},
    [ERR_LOCKED_OUT] = {"locked_out",
	N_("too many wrong codes on this host lately")},
    [ERR_DECLINED] = {"declined", N_("the login was refused on the phone")},
    [ERR_TOO_SOON] = {"too_soon", N_("a code was sent a moment ago")},
    [ERR_EXPIRED] = {"expired", N_("the challenge is no longer valid")},
    [ERR_TOO_SLOW] = {"too_slow", N_("the time for this login ran out")},
};

const char *
err_name(enum err e)
{
	return (unsigned)e < ERR_COUNT ? errors[e].name : "invalid";
}

const char *
err_text(enum err e)
{
	return (unsigned)e < ERR_COUNT ? errors[e].text : "invalid error";
}

enum err
err_from_name(const char *name)
{
	for (unsigned e = 0; e < ERR_COUNT; e++)
		if (strcmp(errors[e].name, name) == 0)
			return (enum err)e;
	return ERR_COUNT;
}
