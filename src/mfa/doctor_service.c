/*
 * Asks the service one question, whether it is there, and compares the clocks.
 * Only on this very system, with a configuration that has no mistake.
 */
#include "mfa/doctor.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/message.h"

enum { SKEW_MAX_S = 60 };

static void
say_nothing(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	(void)where;
	(void)what;
}

static void
tell_answer(struct doctor *d, const struct config *cfg, const char *url,
    const struct http_probe *p)
{
	long skew = p->date_s == 0 ? 0 : labs((long)(time(NULL) - p->date_s));

	if (skew > SKEW_MAX_S)
		finding_add(d->findings, WARNING, url, _("run an NTP client"),
		    _("this host's clock and the service's differ by %ld s: "
		    "codes are checked by the service's, but certificates%s by "
		    "this one"), skew, cfg->service.management_auth != 0 ?
		    _(" are, and requests signed,") : _(" are checked"));
}

static enum err
probe(struct doctor *d, const struct config *cfg, const char *url)
{
	struct http *http = NULL;
	struct http_probe p;
	enum err e = http_new(&cfg->http, &http);

	if (e == ERR_OK)
		e = http_probe(http, url, cfg->http.connect_timeout_ms +
		    cfg->http.request_timeout_ms, &p);
	if (e == ERR_OK)
		tell_answer(d, cfg, url, &p);
	else if (e != ERR_MEMORY)
		finding_add(d->findings, SERIOUS, url,
		    _("run: genauth-mfa ping"),
		    _("the service does not answer now (%s): %s"),
		    _(err_text(e)),
		    cfg->fail == FAIL_OPEN ?
		    _("everybody gets in without the factor") :
		    _("nobody gets in who needs the factor"));
	http_free(&http);
	return e == ERR_MEMORY ? e : ERR_OK;
}

bool
doctor_read_host(const struct doctor *d, struct config *out)
{
	bool usable = d->here &&
	    mfa_read_config(d->m, out, say_nothing, NULL) == STATUS_DONE;

	if (d->m->json)
		mfa_speak(LANGUAGE_EN);
	return usable;
}

enum err
doctor_service(struct doctor *d)
{
	struct config cfg;
	enum err e = ERR_OK;

	if (!d->here)
		finding_add(d->findings, NOTE, "--root", _("run doctor there"),
		    _("the service and the clocks were not asked: this is not "
		    "the system that will ask"));
	if (!doctor_read_host(d, &cfg))
		return ERR_OK;
	e = probe(d, &cfg, cfg.flow == FLOW_SIGNIN ? cfg.service.app_url :
	    cfg.service.management_url);
	config_clear(&cfg);
	return e;
}
