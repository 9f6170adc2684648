/*
 * What `setup` asks for, in order, and the words it asks with.
 */
#include "mfa/setup.h"

#include <string.h>

#include "base/message.h"

const struct setup_step setup_steps[] = {
    {"flow", true, true, true, -1, "trigger", SETUP_NO_TEST, NULL,
	"flow", N_("How does this host ask GenAuth? trigger: with a management "
	"key that lies here.\nsignin: without one; people type their GenAuth "
	"password at each login.")},
    {"management_url", true, false, true, -1, "https://api.genauth.ai",
	SETUP_TEST_URL, "management_url", N_("Management API"),
	N_("Where is GenAuth's management API? For Authing it is "
	"https://api.authing.cn.")},
    {"access_key_id", true, false, true, -1, NULL, SETUP_NO_TEST, NULL,
	N_("Id of the management key"),
	N_("The key of a collaborative administrator who may read users, and "
	"read and trigger MFA.")},
    {"access_key_secret", true, false, true, DRAFT_ACCESS_KEY_SECRET, NULL,
	SETUP_TEST_KEY, "access_key_id", N_("Its secret (not shown)"), NULL},
    {"app_url", true, true, true, -1, NULL, SETUP_TEST_URL, "app_url",
	N_("Application's address"),
	N_("The address of the application's own host, as "
	"https://NAME.genauth.ai.")},
    {"app_id", true, true, true, -1, NULL, SETUP_TEST_APP, "app_id",
	N_("Application's id"), NULL},
    {"app_secret", true, true, false, DRAFT_APP_SECRET, NULL, SETUP_NO_TEST,
	NULL, N_("Application's secret (not shown)"),
	N_("Only for flow = signin, push, and people's own commands "
	"(genauth-mfa self), and\nonly where the application wants one.")},
    {NULL, false, false, false, -1, NULL, SETUP_NO_TEST, NULL, NULL, NULL},
};

/* Not asked for unless the way to the service wants it. */
const struct setup_step setup_proxy_step = {"proxy", true, true, false, -1,
    NULL, SETUP_NO_TEST, NULL, N_("Proxy, as http://HOST:PORT"),
    N_("Does this host reach the outside through a proxy only? Enter: no, ask "
    "for the\naddress again.")};
const struct setup_step setup_ca_step = {"ca_file", true, true, false, -1,
    NULL, SETUP_NO_TEST, NULL, N_("File with its certificate (PEM)"),
    N_("Its certificate is of an authority that this host does not know. "
    "Either somebody\nsits in between, or the service is your company's own "
    "and has an authority of its\nown. Only then name the file with that "
    "authority's certificate, as you got it from\nwhoever runs the service: "
    "whom it vouches for will be believed at every login.\nEnter: no, ask for "
    "the address again.")};

bool
setup_is_asked(const struct setup *s, const struct setup_step *step)
{
	char flow[LINE_MAX_BYTES + 1];

	draft_get(&s->draft, "flow", flow, sizeof(flow));
	return strcmp(flow, "signin") == 0 ? step->signin : step->trigger;
}

const char *
setup_option_of(const struct setup_step *step)
{
	return step->secret < 0 ? step->name
				: draft_secret_rows[step->secret].option;
}
