/*
 * Turns the answers so far into questions to the service, and what comes of
 * them into a sentence for whoever has to mend it. Changes nothing there.
 */
#include "mfa/setup.h"

#include <string.h>
#include <time.h>

#include "base/message.h"
#include "base/text.h"
#include "login/usermap.h"
#include "mfa/ping.h"
#include "service/genauth_call.h"

enum { PATH_MAX_BYTES = 4096, SKEW_MAX_S = 30, DAY_S = 86400 };

/* What an error means for an address that was given. */
static const struct {
	enum err e;
	const char *means;
} url_advice[] = {
    {ERR_UNREACHABLE, N_("is the address right, does its name resolve, and may "
	"this host connect there (firewall, proxy)?")},
    {ERR_TIMEOUT, N_("is the address right, and may this host connect there "
	"(firewall, proxy)?")},
    {ERR_TLS, N_("nothing is sent to somebody who cannot prove to be who they "
	"are: is the address right, and this host's clock?")},
    {ERR_CONFIG, N_("look at proxy and ca_file: the proxy does not let this "
	"through, or the file holds no certificate")},
    {ERR_REPLY, N_("somebody is there, but does not speak HTTP as a service "
	"does: is the address right?")},
    {ERR_SYSTEM, N_("this host is out of descriptors, ports or memory")},
};

static void
say(const char *what, enum err e, const char *problem, const char *means)
{
	char clean[LINE_MAX_BYTES];

	(void)fprintf(stderr, "genauth-mfa: %s: %s",
	    text_clean(clean, sizeof(clean), what), _(err_text(e)));
	if (problem[0] != '\0')
		(void)fprintf(stderr, " (%s)", problem);
	if (means[0] != '\0')
		(void)fprintf(stderr, _("; %s"), means);
	(void)fprintf(stderr, "\n");
}

static void
say_way(const struct setup *s, const char *url)
{
	const struct http_probe *p = &s->probe;
	time_t now = time(NULL);
	long days = (long)((p->not_after - now) / DAY_S);
	long skew = p->date_s == 0 ? 0 : (long)(now - p->date_s);

	if (s->interview) {
		(void)fprintf(stderr, _("  ok: %s answers from %s port %d, %s"),
		    url, p->address, p->port, p->tls_version);
		if (p->not_after != 0)
			(void)fprintf(stderr, _(", certificate good for %ld "
			    "days"), days);
		(void)fprintf(stderr, "\n");
	}
	if (skew > SKEW_MAX_S || skew < -SKEW_MAX_S)
		(void)fprintf(stderr, _("genauth-mfa: warning: this host's "
		    "clock is %ld s %s the service's; set it right, logins "
		    "depend on it\n"), skew > 0 ? skew : -skew,
		    skew > 0 ? _("ahead of") : _("behind"));
}

static enum err
try_url(struct setup *s, const char *name)
{
	struct mfa *m = s->m;
	char url[LINE_MAX_BYTES + 1];
	const char *means = "";
	enum err e;

	draft_get(&s->draft, name, url, sizeof(url));
	mfa_renew_deadline(m);
	e = http_probe(m->http, url, deadline_left_ms(&m->deadline),
	    &s->probe);
	if (e == ERR_OK) {
		say_way(s, url);
		return ERR_OK;
	}
	for (size_t i = 0; i < sizeof(url_advice) / sizeof(*url_advice); i++)
		if (url_advice[i].e == e)
			means = _(url_advice[i].means);
	say(url, e, s->probe.problem, means);
	return e;
}

/* Whether it may read the settings is a hint only: no login does. */
static void
say_rights(const struct setup *s, enum err e)
{
	if (s->interview)
		(void)fprintf(stderr, _("  ok: the key is accepted\n"));
	if (e != ERR_OK)
		(void)fprintf(stderr, _("genauth-mfa: warning: the key may not "
		    "read the settings of MFA; where logins are denied with "
		    "reason=credential, give it the right to read users, and "
		    "to read and trigger MFA\n"));
}

static enum err
try_key(struct setup *s)
{
	struct mfa *m = s->m;
	struct ping_key key;
	enum err e;

	if (mfa_want_secret(m, "access_key_secret_file",
	    m->cfg.access_key_secret_file,
	    &m->cfg.service.access_key_secret) != STATUS_DONE)
		return ERR_CONFIG;
	e = ping_key(m, &key);
	if (key.accepted == PING_YES &&
	    (e == ERR_OK || e == ERR_CREDENTIAL || e == ERR_REPLY)) {
		say_rights(s, e);
		return ERR_OK;
	}
	if (e == ERR_CREDENTIAL)
		say(_("the management key"), e, "", _("the id or the secret is "
		    "wrong, or the key was switched off"));
	else if (e == ERR_REPLY)
		say(m->cfg.service.management_url, e, "", _("this is not "
		    "the address of GenAuth's management API"));
	else
		say(_("the management key"), e, "", "");
	return e;
}

/* The settings of the application that everybody may read, section 2.5. */
static enum err
ask_app(struct mfa *m, struct genauth_reply *reply)
{
	struct buf path = BUF_INIT(PATH_MAX_BYTES);
	struct genauth_call call = {
	    .method = "GET",
	    .base = m->cfg.service.app_url,
	    .params = (const struct genauth_param[]){{NULL, NULL}},
	    .auth = GENAUTH_APP,
	    .repeatable = true,
	};
	enum err e = buf_add_text(&path, "/api/v2/applications/");

	if (e == ERR_OK)
		e = text_percent_encode(m->cfg.service.app_id, &path);
	if (e == ERR_OK)
		e = buf_add_text(&path, "/public-config");
	mfa_renew_deadline(m);
	if (e == ERR_OK) {
		call.path = buf_text(&path);
		e = genauth_perform(&m->service, &call, reply);
	}
	buf_clear(&path);
	return e;
}

/* Only a "there is none" is believed: not every service may know the
 * question. */
static enum err
try_app(struct setup *s)
{
	struct mfa *m = s->m;
	struct genauth_reply reply = {0};
	const char *pool = NULL, *own = m->service.pool_id;
	enum err e = ask_app(m, &reply);
	bool unknown = e == ERR_CONFIG && reply.code == 2011;

	if (e == ERR_OK &&
	    json_get_text(reply.data, "userPoolId", &pool) == ERR_OK &&
	    own[0] != '\0' && strcmp(pool, own) != 0)
		(void)fprintf(stderr, _("genauth-mfa: warning: the application "
		    "and the key belong to different user pools; people who "
		    "are in one of them only cannot log in\n"));
	else if (e == ERR_OK && s->interview)
		(void)fprintf(stderr, _("  ok: the application is there\n"));
	genauth_reply_clear(&reply);
	if (e == ERR_REPLY || e == ERR_CREDENTIAL) {
		(void)fprintf(stderr, _("genauth-mfa: warning: the service "
		    "does not tell whether the application is there; verify "
		    "somebody to see\n"));
		return ERR_OK;
	}
	if (unknown)
		(void)fprintf(stderr, _("genauth-mfa: app_id: the service "
		    "knows no application of that id; copy it from the "
		    "application's page in the console\n"));
	else if (e != ERR_OK)
		say("app_id", e, "", "");
	return e;
}

enum err
setup_try(struct setup *s, const struct setup_step *step)
{
	if (s->m->offline)
		return ERR_OK;
	switch (step->test) {
	case SETUP_TEST_URL:
		return try_url(s, step->name);
	case SETUP_TEST_KEY:
		return try_key(s);
	case SETUP_TEST_APP:
		return try_app(s);
	case SETUP_NO_TEST:
		break;
	}
	return ERR_OK;
}

/* As far as a login goes before it asks. */
static enum err
find_factors(struct mfa *m, const char *user, unsigned *offered)
{
	struct buf id = BUF_INIT(PERSON_ID_MAX);
	struct challenge challenge;
	struct person person;
	enum err e = usermap_resolve(&m->cfg.users_map_text, user, &id);

	challenge_init(&challenge);
	mfa_renew_deadline(m);
	if (e == ERR_OK)
		e = m->service.provider->find(
		    &m->service, buf_text(&id), &person);
	if (e == ERR_OK)
		e = m->service.provider->challenge(
		    &m->service, &person, &challenge);
	*offered = challenge.bound & m->cfg.allowed.bits;
	challenge_clear(&challenge);
	buf_clear(&id);
	return e;
}

enum err
setup_try_person(struct setup *s, const char *user)
{
	struct mfa *m = s->m;
	unsigned offered = 0;
	enum err e;

	if (m->cfg.flow == FLOW_SIGNIN) {
		(void)fprintf(stderr, _("genauth-mfa: verify_user: with flow = "
		    "signin nobody can be looked up without their password; "
		    "try genauth-mfa verify on a terminal\n"));
		return ERR_OK;
	}
	e = find_factors(m, user, &offered);
	if (e == ERR_OK && offered == 0)
		e = ERR_NO_FACTOR;
	if (e != ERR_OK)
		(void)mfa_fail(m, user, e);
	return e;
}
