/*
 * Turns the configuration into a service that is ready to be asked, and
 * errors into a sentence and an exit status.
 */
#include "mfa/mfa.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/message.h"
#include "base/text.h"
#include "mfa/environment.h"

enum { WHAT_SHOWN = 400, ARGS_MAX = 4, ARG_MAX_BYTES = 4200 };

static const struct message chinese[] = {
#include "messages_mfa.inc"
    {NULL, NULL}};

void
mfa_report(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	(void)fprintf(stderr, "genauth-mfa: %s: %s\n", where, what);
	if (strstr(what, "Permission denied") != NULL && geteuid() != 0)
		(void)fprintf(stderr, _("genauth-mfa: this is for root: try it "
		    "with sudo\n"));
}

/* `NAME=VALUE`, a path made absolute. */
static void
add_arg(char args[ARGS_MAX][ARG_MAX_BYTES], size_t *count, const char *name,
    const char *value)
{
	char directory[ARG_MAX_BYTES / 2] = "";
	const char *slash = "";

	if (value == NULL)
		return;
	if ((strcmp(name, "conf") == 0 ||
	    strcmp(name, "access_token_file") == 0) && value[0] != '/' &&
	    getcwd(directory, sizeof(directory)) != NULL)
		slash = "/";
	if (snprintf(args[*count], ARG_MAX_BYTES, "%s=%s%s%s", name, directory,
	    slash, value) >= ARG_MAX_BYTES)
		(void)snprintf(args[*count], ARG_MAX_BYTES, "%s=", name);
	(*count)++;
}

void
mfa_speak(enum language chosen)
{
	bool zh = environment.utf8 &&
	    message_language(chosen, environment.locale) == LANGUAGE_ZH;

	message_use(zh ? chinese : NULL);
}

enum exit_status
mfa_read_config(struct mfa *m, struct config *cfg, option_report *to,
    void *ctx)
{
	char text[ARGS_MAX][ARG_MAX_BYTES];
	const char *args[ARGS_MAX + MFA_LOGIN_ARGS_MAX] = {
	    text[0], text[1], text[2], text[3]};
	struct config_request q = {.use = m->use, .args = args,
	    .report = to, .ctx = ctx};
	enum err e;

	add_arg(text, &q.count, "conf", m->config_file);
	add_arg(text, &q.count, "provider", m->provider);
	add_arg(text, &q.count, "user_id_type", m->id_type);
	add_arg(text, &q.count, "access_token_file", m->access_token_file);
	for (size_t i = 0; i < m->login_arg_count; i++)
		args[q.count++] = m->login_args[i];
	if ((e = config_read(cfg, &q)) == ERR_OK) {
		mfa_speak((enum language)cfg->language);
		e = config_choose_language(cfg, environment.locale);
	}
	if (e == ERR_MEMORY)
		(void)fprintf(stderr, "genauth-mfa: %s\n", _(err_text(e)));
	return e == ERR_OK ? STATUS_DONE : STATUS_CONFIG;
}

enum exit_status
mfa_open(struct mfa *m)
{
	m->tokens.fd = -1;
	if (mfa_read_config(m, &m->cfg, mfa_report, NULL) != STATUS_DONE)
		return STATUS_CONFIG;
	return mfa_open_service(m);
}

enum exit_status
mfa_open_service(struct mfa *m)
{
	log_set_debug(m->cfg.debug);
	if (m->use != CONFIG_PERSON && m->cfg.service.access_key_secret.len > 0)
		token_cache_open(&m->tokens, RUNTIMEDIR,
		    m->cfg.service.management_url,
		    m->cfg.service.access_key_id);
	return mfa_start(m);
}

enum exit_status
mfa_start(struct mfa *m)
{
	enum err e = http_new(&m->cfg.http, &m->http);

	if (e != ERR_OK)
		return mfa_fail(m, _("making ready"), e);
	mfa_renew_deadline(m);
	service_init(&m->service, provider_find(m->cfg.provider),
	    &m->cfg.service, http_transport(m->http), &m->deadline,
	    &m->tokens);
	return STATUS_DONE;
}

void
mfa_close(struct mfa *m)
{
	if (m->http != NULL)
		service_clear(&m->service);
	http_free(&m->http);
	if (m->tokens.fd != -1)
		token_cache_close(&m->tokens);
	config_clear(&m->cfg);
}

enum exit_status
mfa_want_secret(struct mfa *m, const char *name, const char *path,
    struct buf *out)
{
	char what[64];

	if (out->len > 0)
		return STATUS_DONE;
	if (path == NULL) {
		(void)snprintf(what, sizeof(what), "%s is missing", name);
		mfa_report(NULL, m->cfg.conf, what);
		return STATUS_CONFIG;
	}
	return config_read_secret(path, out, mfa_report, NULL) == ERR_OK ?
	    STATUS_DONE : STATUS_CONFIG;
}

void
mfa_renew_deadline(struct mfa *m)
{
	deadline_start(
	    &m->deadline, &clock_system, m->cfg.login_timeout_ms);
}

/* The status and the next step that go with each error. */
static const struct {
	enum exit_status status;
	const char *advice; /* NULL: none */
} outcomes[ERR_COUNT] = {
    [ERR_MEMORY] = {STATUS_CONFIG, NULL},
    [ERR_SYSTEM] = {STATUS_CONFIG, NULL},
    [ERR_CONFIG] = {STATUS_CONFIG, N_("run: genauth-mfa config check")},
    [ERR_WIRE] = {STATUS_CONFIG, NULL},
    [ERR_CONVERSATION] = {STATUS_REFUSED, NULL},
    [ERR_UNREACHABLE] = {STATUS_UNREACHABLE, N_("run: genauth-mfa ping")},
    [ERR_TIMEOUT] = {STATUS_UNREACHABLE, N_("run: genauth-mfa ping")},
    [ERR_BUSY] = {STATUS_UNREACHABLE, N_("try again later")},
    [ERR_THROTTLED] = {STATUS_UNREACHABLE, N_("wait before you try again")},
    [ERR_TLS] = {STATUS_UNREACHABLE, N_("run: genauth-mfa ping")},
    [ERR_REPLY] = {STATUS_UNREACHABLE,
	N_("tell the service's support the request id")},
    [ERR_CREDENTIAL] = {STATUS_NOT_PERMITTED,
	N_("check the key, its secret and its rights at the service")},
    [ERR_UNKNOWN_PERSON] = {STATUS_NOT_FOUND,
	N_("check the name, and --id-type")},
    [ERR_INACTIVE_PERSON] = {STATUS_REFUSED,
	N_("activate the account at the service first")},
    [ERR_OTHER_PERSON] = {STATUS_REFUSED,
	N_("treat it as an attack until you know better")},
    [ERR_NO_FACTOR] = {STATUS_REFUSED, NULL},
    [ERR_WRONG_PASSWORD] = {STATUS_REFUSED, NULL},
    [ERR_WRONG_CODE] = {STATUS_REFUSED, NULL},
    [ERR_NOT_A_CODE] = {STATUS_REFUSED, NULL},
    [ERR_TRIES] = {STATUS_REFUSED, NULL},
    [ERR_LOCKED_OUT] = {STATUS_REFUSED, N_("run: genauth-mfa unlock USER")},
    [ERR_DECLINED] = {STATUS_REFUSED, NULL},
    [ERR_TOO_SOON] = {STATUS_REFUSED, N_("wait a minute")},
    [ERR_EXPIRED] = {STATUS_REFUSED, N_("start again")},
    [ERR_TOO_SLOW] = {STATUS_UNREACHABLE, N_("start again")},
};

enum exit_status
mfa_status(enum err e)
{
	return outcomes[e].status;
}

enum exit_status
mfa_fail(const struct mfa *m, const char *what, enum err e)
{
	const char *id = m->service.request_id;
	char clean[WHAT_SHOWN], line[2 * WHAT_SHOWN];
	size_t len;

	len = (size_t)snprintf(line, sizeof(line), "genauth-mfa: %s: %s",
	    text_clean(clean, sizeof(clean), what), _(err_text(e)));
	if (outcomes[e].advice != NULL)
		len += (size_t)snprintf(line + len, sizeof(line) - len,
		    _("; %s"), _(outcomes[e].advice));
	if (id[0] != '\0')
		(void)snprintf(line + len, sizeof(line) - len,
		    _(" (request id %s)"), id);
	/* one write: lines of several threads do not mix */
	(void)fprintf(stderr, "%s\n", line);
	return outcomes[e].status;
}
