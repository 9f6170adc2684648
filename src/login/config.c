/*
 * Turns genauth.conf, the module's arguments and the files they name into
 * one struct. Everything must be right before anything is used. Asks no
 * service.
 */
#include "login/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "login/network.h"
#include "login/policy.h"
#include "login/tally.h"
#include "login/usermap.h"

enum {
	WHY_BYTES = 1280,
	CONF_MAX_BYTES = 64 * 1024,
	SECRET_MAX_BYTES = 512,
	TOKEN_MAX_BYTES = 8192,
	MAP_MAX_BYTES = 1024 * 1024,
	CA_MAX_BYTES = 1024 * 1024,
};

/* Where Flashback is, unless configured. */
#define FLASHBACK_URL "https://backend.flashback.tech"

const char *const config_providers[] = {"genauth", "flashback", NULL};
static const char *const auth_words[] = {"bearer", "signed", NULL};
static const char *const fail_words[] = {"closed", "open", NULL};
static const char *const flow_words[] = {"trigger", "signin", NULL};
static const char *const account_words[] = {"ignore", "push", NULL};
static const char *const info_words[] = {"auto", "prompt", "message", NULL};
static const char *const prompt_words[] = {"full", "short", NULL};
static const char *const language_words[] = {"auto", "en", "zh", NULL};
static const char *const user_id_types[] = {"user_id", "external_id", "phone",
    "email", "username", "identity", "sync_relation", "custom_field", NULL};

static const struct option_range connect_range = {1, 60};
static const struct option_range request_range = {1, 120};
static const struct option_range login_range = {10, 600};
static const struct option_range push_range = {10, 300};
static const struct option_range delay_range = {0, 10};
static const struct option_range tries_range = {1, 10};
static const struct option_range max_push_range = {1, TALLY_PUSHES_MAX};
static const struct option_rate_range breaker_range = {{1, 100}, {1, 3600}};
static const struct option_rate_range lockout_range = {
    {1, TALLY_TRIES_MAX}, {1, 7 * 86400}};

static option_set set_users, set_networks, set_factors;

#define AT(member) offsetof(struct config, member)

const struct option config_options[] = {
    {"conf", option_path, AT(conf), CONFDIR "/genauth.conf", OPTION_ARG,
	NULL, "the configuration file to read instead of the usual one"},
    {"provider", option_choice, AT(provider), "genauth", OPTION_ANYWHERE,
	config_providers, "the kind of service: genauth; genauth-mfa also "
	"talks to flashback"},
    {"management_url", option_https_url, AT(service.management_url), NULL,
	OPTION_ANYWHERE, NULL, "address of the management API"},
    {"app_url", option_https_url, AT(service.app_url), NULL,
	OPTION_ANYWHERE, NULL, "address of the application's own host"},
    {"app_id", option_text, AT(service.app_id), NULL, OPTION_ANYWHERE, NULL,
	"id of the application whose factor settings count"},
    {"access_key_id", option_text, AT(service.access_key_id), NULL,
	OPTION_ANYWHERE, NULL, "id of the management key"},
    {"access_key_secret_file", option_path, AT(access_key_secret_file), NULL,
	OPTION_ANYWHERE, NULL, "file with the secret of the management key"},
    {"app_secret_file", option_path, AT(app_secret_file), NULL,
	OPTION_ANYWHERE, NULL,
	"file with the application's secret, for flow = signin, push and "
	"genauth-mfa self"},
    {"access_token_file", option_path, AT(access_token_file), NULL,
	OPTION_ANYWHERE, NULL, "file with the access token for Flashback"},
    {"management_auth", option_word, AT(service.management_auth), "bearer",
	OPTION_ANYWHERE, auth_words,
	"send a token fetched with the key, or sign each request"},
    {"user_id_type", option_choice, AT(service.user_id_type), "username",
	OPTION_ANYWHERE, user_id_types,
	"what the service takes a login name for"},
    {"user_map", option_path, AT(user_map), NULL, OPTION_ANYWHERE, NULL,
	"file of lines login = name at the service"},
    {"users", set_users, AT(users), "*", OPTION_ANYWHERE, NULL,
	"who needs the factor: rules, the first that matches decides"},
    {"networks", set_networks, AT(networks), NULL, OPTION_ANYWHERE, NULL,
	"addresses from where no factor is needed: 10.0.0.0/8 2001:db8::/32"},
    {"local", option_flag, AT(local), "yes", OPTION_ANYWHERE, NULL,
	"whether logins on this host itself (console, su, sudo) need the "
	"factor"},
    {"factors", set_factors, AT(allowed), "otp sms email recovery",
	OPTION_ANYWHERE, NULL, "the factors that may be used: otp sms email "
	"push recovery; push is sent unasked where it is first"},
    {"ca_file", option_path, AT(http.ca_file), NULL, OPTION_ANYWHERE, NULL,
	"certificates to trust instead of the system's"},
    {"proxy", option_proxy_url, AT(http.proxy), NULL, OPTION_ANYWHERE, NULL,
	"proxy on the way to the service"},
    {"connect_timeout", option_seconds, AT(http.connect_timeout_ms), "5",
	OPTION_ANYWHERE, &connect_range, "seconds to wait for a connection"},
    {"request_timeout", option_seconds, AT(http.request_timeout_ms), "10",
	OPTION_ANYWHERE, &request_range, "seconds to wait for one reply"},
    {"login_timeout", option_seconds, AT(login_timeout_ms), "100",
	OPTION_ANYWHERE, &login_range, "seconds that one login may take"},
    {"push_timeout", option_seconds, AT(push_timeout_ms), "60",
	OPTION_ANYWHERE, &push_range, "seconds to wait for the phone"},
    {"fail", option_word, AT(fail), "closed", OPTION_ANYWHERE, fail_words,
	"deny, or let in, while the service cannot be reached"},
    {"breaker", option_rate, AT(breaker), "3/60", OPTION_ANYWHERE,
	&breaker_range, "logins in a row that cannot reach the service, and "
	"seconds for which the next do not try; or off"},
    {"flow", option_word, AT(flow), "trigger", OPTION_ANYWHERE, flow_words,
	"ask with the management key, or sign the person in with their "
	"GenAuth password"},
    {"append", option_flag, AT(append), "no", OPTION_ANYWHERE, NULL,
	"flow = signin: password and code may be one answer, "
	"\"password,123456\""},
    {"try_first_pass", option_flag, AT(try_first_pass), "no", OPTION_ARG,
	NULL, "flow = signin: take the password the stack has, else ask"},
    {"use_first_pass", option_flag, AT(use_first_pass), "no", OPTION_ARG,
	NULL, "flow = signin: take the password the stack has, never ask"},
    {"account", option_word, AT(account), "ignore", OPTION_ANYWHERE,
	account_words, "push: the account phase sends a push to whom the auth "
	"phase did not ask (ssh by key alone)"},
    {"tries", option_number, AT(tries), "3", OPTION_ANYWHERE, &tries_range,
	"wrong codes that end the login"},
    {"lockout", option_rate, AT(lockout), "10/900", OPTION_ANYWHERE,
	&lockout_range, "wrong codes of one person, and seconds within which "
	"they lock that person out of this host; or off"},
    {"max_push", option_number, AT(max_push), "1", OPTION_ANYWHERE,
	&max_push_range, "pushes to one person that may be open at once"},
    {"fail_delay", option_seconds, AT(fail_delay_ms), "2", OPTION_ANYWHERE,
	&delay_range, "seconds that a denial takes at least"},
    {"verifier_user", option_text, AT(verifier_user), "nobody",
	OPTION_ANYWHERE, NULL, "user without rights, or a uid, that the "
	"verifier becomes once its files are open, where it is root"},
    {"state_dir", option_path, AT(state_dir), RUNTIMEDIR, OPTION_FILE, NULL,
	 "where wrong codes are counted; on a disk they outlast a reboot"},
    {"prompt", option_word, AT(prompt), "full", OPTION_ANYWHERE,
	prompt_words, "say what can be answered, or just \"Code: \""},
    {"info", option_word, AT(info), "auto", OPTION_ANYWHERE, info_words,
	"what must be seen goes into a question, or is a message; auto: a "
	"question for sshd and silent hosts"},
    {"language", option_word, AT(language), "auto", OPTION_ANYWHERE,
	language_words, "of questions and messages, and of the "
	"service's SMS; auto: the host's"},
    {"debug", option_flag, AT(debug), "no", OPTION_ANYWHERE, NULL,
	"log every step"},
    {"require_reason", option_flag, AT(require_reason), "no",
	OPTION_ANYWHERE, NULL, "changes by genauth-mfa need a --reason"},
    {"audit_file", option_path, AT(audit_file), NULL, OPTION_ANYWHERE, NULL,
	"file that gets a line for each change by genauth-mfa"},
    {NULL, NULL, 0, NULL, 0, NULL, NULL},
};

/* Loading, with who hears of mistakes. */
struct loading {
	struct config *c;
	enum config_use use;
	option_report *report;
	void *ctx;
};

static enum err
set_users(const struct option *o, void *base, const char *value, char *why,
    size_t why_size)
{
	enum err e = policy_check_rules(value, why, why_size);

	return e != ERR_OK ? e : option_text(o, base, value, why, why_size);
}

static enum err
set_networks(const struct option *o, void *base, const char *value, char *why,
    size_t why_size)
{
	enum err e = network_check_list(value, why, why_size);

	return e != ERR_OK ? e : option_text(o, base, value, why, why_size);
}

static enum err
set_factors(const struct option *o, void *base, const char *value, char *why,
    size_t why_size)
{
	struct factor_list *list = (void *)((char *)base + o->offset);

	return factor_parse_list(value, list, why, why_size);
}

static void
say_nothing(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	(void)where;
	(void)what;
}

/* The first error stays, but for ERR_MEMORY, which says the rest is moot. */
static enum err
worse(enum err so_far, enum err e)
{
	return so_far == ERR_OK || e == ERR_MEMORY ? e : so_far;
}

static enum err
read_file(const struct loading *l, const char *path, bool secret,
    struct buf *out)
{
	char why[WHY_BYTES];
	enum err e = file_read_trusted(path, secret, out, why, sizeof(why));

	if (e == ERR_CONFIG)
		l->report(l->ctx, path, why);
	return e;
}

static enum err
require(const struct loading *l, const char *name, const char *value)
{
	char what[80];

	if (value != NULL)
		return ERR_OK;
	(void)snprintf(what, sizeof(what), "%s is missing", name);
	l->report(l->ctx, l->c->conf, what);
	return ERR_CONFIG;
}

static bool
is_flashback(const struct config *c)
{
	return c->provider != NULL && strcmp(c->provider, "flashback") == 0;
}

static enum err
check_flashback(const struct loading *l)
{
	if (l->use != CONFIG_LOGIN)
		return require(
		    l, "access_token_file", l->c->access_token_file);
	l->report(l->ctx, l->c->conf, "provider: flashback cannot check a "
	    "login; logins need provider = genauth");
	return ERR_CONFIG;
}

/* Does this use speak as the person, and so without the management key? */
static bool
is_persons(const struct loading *l)
{
	return l->use == CONFIG_PERSON ||
	    (l->use == CONFIG_LOGIN && l->c->flow == FLOW_SIGNIN);
}

static bool
wants_push(const struct config *c)
{
	return (c->allowed.bits & FACTOR_BIT(FACTOR_PUSH)) != 0 ||
	    c->account == ACCOUNT_PUSH;
}

static enum err
refuse(const struct loading *l, const char *what)
{
	l->report(l->ctx, l->c->conf, what);
	return ERR_CONFIG;
}

/* nobody, under any name: other daemons run as nobody, too. */
static bool
is_shared_user(const char *name)
{
	return name == NULL || strcmp(name, "nobody") == 0 ||
	    strcmp(name, "65534") == 0;
}

/* Options that are right by themselves and not together. */
static enum err
check_together(const struct loading *l)
{
	const struct config *c = l->c;
	const char *type = c->service.user_id_type;
	bool signin = c->flow == FLOW_SIGNIN, push = wants_push(c);
	/* what sign-in and push take a person by */
	bool has_account = type != NULL && (strcmp(type, "username") == 0 ||
	    strcmp(type, "email") == 0 || strcmp(type, "phone") == 0);
	enum err e = ERR_OK;

	if (l->use != CONFIG_LOGIN)
		return ERR_OK;
	if (c->append && !signin)
		e = refuse(l, "append: needs flow = signin");
	if ((c->try_first_pass || c->use_first_pass) && !signin)
		e = refuse(l, "try_first_pass, use_first_pass: need "
		    "flow = signin");
	if (signin && c->fail == FAIL_OPEN)
		e = refuse(l, "fail: open cannot go with flow = signin: the "
		    "password that is asked with could make the service fail");
	if (c->fail == FAIL_OPEN && is_shared_user(c->verifier_user))
		e = refuse(l, "fail: open needs a verifier_user of its own (a "
		    "user, or a number that nothing uses): whatever else runs "
		    "as nobody could make the service seem away");
	if (c->account == ACCOUNT_PUSH && signin)
		e = refuse(l, "account: push needs flow = trigger");
	if (signin && !has_account)
		e = refuse(l, "flow: signin needs user_id_type = username, "
		    "email or phone");
	if (push && !has_account)
		e = refuse(l, "factors, account: push needs user_id_type = "
		    "username, email or phone");
	if (push && c->login_timeout_ms < c->push_timeout_ms)
		e = refuse(l, "push_timeout: is longer than login_timeout");
	return e;
}

static enum err
check_required(const struct loading *l)
{
	const struct service_settings *s = &l->c->service;
	enum err e;

	if (is_flashback(l->c))
		return check_flashback(l);
	e = require(l, "app_url", s->app_url);
	e = worse(e, require(l, "app_id", s->app_id));
	if (is_persons(l))
		return e;
	e = worse(e, require(l, "management_url", s->management_url));
	e = worse(e, require(l, "access_key_id", s->access_key_id));
	return worse(e, require(l, "access_key_secret_file",
	    l->c->access_key_secret_file));
}

static enum err
parse_conf(const struct loading *l, bool *was_read)
{
	struct buf content = BUF_INIT(CONF_MAX_BYTES);
	const char *path = l->c->conf;
	enum err e;

	e = read_file(l, path, false, &content);
	*was_read = e == ERR_OK;
	if (e == ERR_OK)
		e = option_parse_file(config_options, l->c, path, &content,
		    l->report, l->ctx);
	buf_clear(&content);
	return e;
}

enum err
config_read_secret(
    const char *path, struct buf *out, option_report *report, void *ctx)
{
	const struct loading l = {.report = report, .ctx = ctx};
	const char *what = NULL;
	enum err e;

	if ((e = read_file(&l, path, true, out)) != ERR_OK)
		return e;
	if (out->len > 0 && out->ptr[out->len - 1] == '\n')
		out->ptr[--out->len] = '\0';
	if (out->len == 0)
		what = "is empty";
	else if (out->len == out->max)
		what = "is too long";
	else if (!text_is_clean(buf_text(out), out->len, false))
		what = "holds more than one line of plain text";
	if (what == NULL)
		return ERR_OK;
	report(ctx, path, what);
	buf_clear(out);
	return ERR_CONFIG;
}

/* Those without which nothing can be asked; the rest when it is wanted. */
static enum err
read_secret(const struct loading *l, const char *path, struct buf *out)
{
	return path == NULL ? ERR_OK :
	    config_read_secret(path, out, l->report, l->ctx);
}

static enum err
read_secrets(const struct loading *l)
{
	struct config *c = l->c;
	enum err e = ERR_OK;

	if (is_flashback(c))
		return read_secret(
		    l, c->access_token_file, &c->service.access_token);
	/* who signs in, or has it done by push, takes the token back after */
	if (l->use == CONFIG_LOGIN && (c->flow == FLOW_SIGNIN || wants_push(c)))
		e = read_secret(l, c->app_secret_file, &c->service.app_secret);
	if (!is_persons(l))
		e = worse(e, read_secret(l, c->access_key_secret_file,
		    &c->service.access_key_secret));
	return e;
}

static enum err
read_user_map(const struct loading *l, const char *path, struct buf *out)
{
	char why[WHY_BYTES];
	enum err e;

	if (path == NULL)
		return ERR_OK;
	if ((e = read_file(l, path, false, out)) != ERR_OK)
		return e;
	e = usermap_check(out, why, sizeof(why));
	if (e == ERR_CONFIG)
		l->report(l->ctx, path, why);
	return e;
}

/* What it says is for the TLS library to judge. The bytes are kept: by then
 * the file may be another one, and is not ours to read any more. */
static enum err
read_ca_file(const struct loading *l, const char *path, struct buf *out)
{
	return path == NULL ? ERR_OK : read_file(l, path, false, out);
}

static enum err
default_url(struct config *c)
{
	if (!is_flashback(c) || c->service.management_url != NULL)
		return ERR_OK;
	c->service.management_url = strdup(FLASHBACK_URL);
	return c->service.management_url == NULL ? ERR_MEMORY : ERR_OK;
}

enum err
config_read(struct config *c, const struct config_request *q)
{
	const struct loading l = {c, q->use, q->report, q->ctx};
	bool was_read = false;
	enum err e;

	memset(c, 0, sizeof(*c));
	buf_init(&c->service.access_key_secret, SECRET_MAX_BYTES + 1);
	buf_init(&c->service.app_secret, SECRET_MAX_BYTES + 1);
	buf_init(&c->service.access_token, TOKEN_MAX_BYTES + 1);
	buf_init(&c->users_map_text, MAP_MAX_BYTES);
	buf_init(&c->http.ca, CA_MAX_BYTES);
	e = option_defaults(config_options, c);
	/* to learn of `conf`; once more after the file, because they win */
	e = worse(e, option_parse_args(config_options, c, q->args, q->count,
	    q->report, q->ctx));
	if (c->conf != NULL)
		e = worse(e, parse_conf(&l, &was_read));
	e = worse(e, option_parse_args(config_options, c, q->args, q->count,
	    say_nothing, NULL));
	if (was_read) {
		e = worse(e, check_required(&l));
		e = worse(e, check_together(&l));
	}
	e = worse(e, default_url(c));
	e = worse(e, read_secrets(&l));
	e = worse(e, read_user_map(&l, c->user_map, &c->users_map_text));
	e = worse(e, read_ca_file(&l, c->http.ca_file, &c->http.ca));
	if (e == ERR_OK)
		return ERR_OK;
	config_clear(c);
	return e;
}

enum err
config_load(struct config *c, const char *const *args, size_t count,
    option_report *report, void *ctx)
{
	const struct config_request q = {
	    CONFIG_LOGIN, args, count, report, ctx};

	return config_read(c, &q);
}

enum err
config_choose_language(struct config *c, const char *locale)
{
	enum language chosen =
	    message_language((enum language)c->language, locale);
	char *language = strdup(chosen == LANGUAGE_ZH ? "zh" : "en");

	if (language == NULL)
		return ERR_MEMORY;
	free(c->service.language);
	c->service.language = language;
	return ERR_OK;
}

void
config_clear(struct config *c)
{
	char *owned[] = {c->service.management_url, c->service.app_url,
	    c->service.app_id, c->service.access_key_id,
	    c->service.user_id_type, c->service.language, c->http.ca_file,
	    c->http.proxy, c->conf, c->provider, c->access_key_secret_file,
	    c->app_secret_file, c->access_token_file, c->audit_file,
	    c->user_map, c->users, c->networks,
	    c->state_dir, c->verifier_user};

	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
		free(owned[i]);
	buf_clear(&c->service.access_key_secret);
	buf_clear(&c->service.app_secret);
	buf_clear(&c->service.access_token);
	buf_clear(&c->users_map_text);
	buf_clear(&c->http.ca);
	memset(c, 0, sizeof(*c));
}
