/*
 * The table of switches: what the documents do not decide, as settings with
 * a stated default. Section 10 of the API notes is where they come from.
 */
#include "emulator/switch.h"

#include <stdlib.h>
#include <string.h>

struct row {
	const char *name, *def;
	const char *words; /* separated by '|'; NULL: a number */
	const char *doc;
};

static const struct row rows[SWITCH_COUNT] = {
    [SWITCH_HEADER_PREFIX] = {"header_prefix", "any", "any|genauth|authing",
	"spelling accepted in signed requests"},
    [SWITCH_WRONG_KEY_STATUS] = {"wrong_key_status", "403", NULL,
	"statusCode for a wrong access key"},
    [SWITCH_SKEW] = {"skew_s", "300", NULL, "clock skew of signed requests"},
    [SWITCH_TOKEN_LIFETIME] = {"token_lifetime_s", "7200", NULL,
	"life of the management token"},
    [SWITCH_V2_MANAGEMENT] = {"v2_management", "yes", "no|yes",
	"does the v3 management token work on /api/v2/users"},
    [SWITCH_SIGNIN_MFA] = {"signin_mfa", "ignore", "ignore|challenge|refuse",
	"what /api/v3/signin makes of MFA"},
    [SWITCH_MFA_STATUS] = {"mfa_status", "300", NULL,
	"statusCode beside apiCode 1636"},
    [SWITCH_CLIENT_AUTH] = {"client_auth", "any", "any|post|basic|none",
	"how an application proves itself at sign-in"},
    [SWITCH_MFA_LIFETIME] = {"mfa_lifetime_s", "360", NULL,
	"life of an mfaToken"},
    [SWITCH_MFA_EXPIRED_CODE] = {"mfa_expired_code", "2021", NULL,
	"code for an expired mfaToken"},
    [SWITCH_MFA_SINGLE_USE] = {"mfa_single_use", "no", "no|yes",
	"is an mfaToken spent by one right code"},
    [SWITCH_MFA_ATTEMPTS] = {"mfa_attempts", "0", NULL,
	"wrong codes an mfaToken survives, 0: any number"},
    [SWITCH_MFA_ON_V3] = {"mfa_on_v3", "yes", "no|yes",
	"does an mfaToken open the v3 factor endpoints"},
    [SWITCH_TOTP_WINDOW] = {"totp_window", "1", NULL,
	"steps of 30 s accepted to either side"},
    [SWITCH_TOTP_REPLAY] = {"totp_replay", "refuse", "refuse|allow",
	"a code used before"},
    [SWITCH_TOTP_PATH] = {"totp_path", "both", "both|mfa|applications",
	"which of the two paths verifies, the other answers 404"},
    [SWITCH_CODE_LENGTH] = {"verify_code_length", "6", NULL,
	"digits of an SMS or e-mail code, 4 to 8"},
    [SWITCH_CODE_LIFETIME] = {"code_lifetime_s", "300", NULL,
	"life of an SMS or e-mail code"},
    [SWITCH_SEND_INTERVAL] = {"send_interval_s", "60", NULL,
	"between two codes to one target and channel"},
    [SWITCH_V3_EMAIL] = {"v3_email", "yes", "no|yes",
	"does a code of v3 send-email pass the v2 verify"},
    [SWITCH_ENROL_LIFETIME] = {"enrol_lifetime_s", "60", NULL,
	"life of an enrollmentToken"},
    [SWITCH_PUSH_LIFETIME] = {"push_lifetime_s", "120", NULL,
	"time to answer a push"},
    [SWITCH_FACTOR_LIST] = {"factor_list", "array", "array|object",
	"shape of list-enrolled-factors with one factor"},
    [SWITCH_RESET_CONTACT] = {"reset_contact", "remove",
	"refuse|ignore|remove", "reset-factor on SMS and EMAIL"},
    [SWITCH_BOUND_CONTACT] = {"bound_contact", "refuse",
	"refuse|ignore|remove", "DELETE mfa-bound with SMS or EMAIL"},
    [SWITCH_CLEAR_CONTACT] = {"clear_contact", "null", "null|empty|never",
	"what clears phone or e-mail in update-user"},
    [SWITCH_API_CODE] = {"api_code", "number", "number|string",
	"type of apiCode"},
    [SWITCH_V2_ENVELOPE] = {"v2_envelope", "plain", "plain|full",
	"full adds statusCode and apiCode to v2 replies"},
};

/* The place of `value` in "a|b|c", or -1. */
static int
word_index(const char *words, const char *value)
{
	size_t len = strlen(value);

	for (int i = 0;; i++) {
		size_t n = strcspn(words, "|");

		if (n == len && strncmp(words, value, n) == 0)
			return i;
		if (words[n] == '\0')
			return -1;
		words += n + 1;
	}
}

static bool
set(int values[SWITCH_COUNT], int which, const char *value)
{
	char *end;
	long number;

	if (rows[which].words != NULL) {
		number = word_index(rows[which].words, value);
	} else {
		number = strtol(value, &end, 10);
		if (end == value || *end != '\0' || number > 100000000)
			return false;
		if (which == SWITCH_CODE_LENGTH && (number < 4 || number > 8))
			return false;
	}
	if (number < 0)
		return false;
	values[which] = (int)number;
	return true;
}

void
switch_defaults(int values[SWITCH_COUNT])
{
	for (int i = 0; i < SWITCH_COUNT; i++)
		if (!set(values, i, rows[i].def))
			abort();
}

bool
switch_set(int values[SWITCH_COUNT], const char *name, const char *value)
{
	for (int i = 0; i < SWITCH_COUNT; i++)
		if (strcmp(rows[i].name, name) == 0)
			return set(values, i, value);
	return false;
}

void
switch_list(FILE *out)
{
	for (int i = 0; i < SWITCH_COUNT; i++)
		fprintf(out, "  %-18s %s (%s%s%s)\n", rows[i].name,
		    rows[i].doc, rows[i].words == NULL ? "" : rows[i].words,
		    rows[i].words == NULL ? "" : "; ", rows[i].def);
}
