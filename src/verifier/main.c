/*
 * genauth-verifier: one login. Reads HELLO and the configuration, shuts
 * itself in, runs the login over the wire, says the verdict, ends.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "build.h"
#include "base/log.h"
#include "base/message.h"
#include "base/version.h"
#include "login/account.h"
#include "login/login.h"
#include "login/verifier_user.h"
#include "service/token_cache.h"
#include "verifier/sandbox.h"
#include "verifier/wire_conversation.h"
#include "wire/wire.h"

enum {
	WIRE_FD = 3,
	WIRE_TIMEOUT_MS = 5000,
	SILENT_TIMEOUT_MS = 20000, /* the module gives up after 30 s */
	EXIT_BY_HAND = 2,
	FLAG_SILENT = 0x8000, /* PAM_SILENT */
};

/* What people are told, in Chinese. */
static const struct message chinese[] = {
#include "messages_verifier.inc"
    {NULL, NULL}};

/* For `genauth-mfa doctor`: see base/version.h. */
__attribute__((used)) static const char version[] =
    VERSION_MARK PACKAGE_VERSION;

/*
 * Debian's libcurl brings GnuTLS along (for RTMP and LDAP), which readies
 * itself when loaded: 0.5 ms for nothing, since HTTPS is OpenSSL's. This is
 * its documented way (GNUTLS_SKIP_GLOBAL_INIT) to wait until it is used.
 */
__attribute__((visibility("default"))) int _gnutls_global_init_skip(void);

int
_gnutls_global_init_skip(void)
{
	return 1;
}

static void
log_syslog(void *ctx, int priority, const char *line)
{
	(void)ctx;
	syslog(priority, "%s", line);
}

static void
report_config(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	log_write(LOG_ALERT, "event=config %s: %s", where, what);
}

static const char *
field_or_empty(const struct wire_message *m, const char *name)
{
	const char *value = wire_get(m, name);

	return value == NULL ? "" : value;
}

static enum err
add_number(struct wire_message *m, const char *name, int value)
{
	char number[16];

	(void)snprintf(number, sizeof(number), "%d", value);
	return wire_add(m, name, number);
}

static enum err
send_ready(const struct config *cfg)
{
	struct wire_message m;
	enum err e;

	wire_init(&m, WIRE_READY);
	e = add_number(&m, "login_timeout_ms", cfg->login_timeout_ms);
	if (e == ERR_OK)
		e = add_number(&m, "fail_delay_ms", cfg->fail_delay_ms);
	if (e == ERR_OK)
		e = wire_send(WIRE_FD, &m, WIRE_TIMEOUT_MS);
	wire_clear(&m);
	return e;
}

static enum err
send_verdict(const struct login_result *r)
{
	struct wire_message m;
	enum err e;

	wire_init(&m, WIRE_VERDICT);
	e = wire_add(&m, "verdict", verdict_name(r->verdict));
	if (e == ERR_OK)
		e = wire_add(&m, "reason", err_name(r->shown));
	if (e == ERR_OK)
		e = wire_send(WIRE_FD, &m, WIRE_TIMEOUT_MS);
	wire_clear(&m);
	return e;
}

static enum err
load_config(const struct wire_message *hello, struct config *cfg)
{
	const char *args[WIRE_ARGS_MAX];
	size_t count = 0;
	enum err e;

	while (count < WIRE_ARGS_MAX &&
	    (args[count] = wire_get_nth(hello, "arg", count)) != NULL)
		count++;
	if ((e = config_load(cfg, args, count, report_config, NULL)) != ERR_OK)
		return e;
	return config_choose_language(
	    cfg, field_or_empty(hello, "language"));
}

/* Whoever is not root stays who they are. */
static enum err
find_user(const struct config *cfg, struct verifier_user *user)
{
	char why[VERIFIER_USER_WHY_BYTES];
	enum err e;

	*user = (struct verifier_user){geteuid(), getegid()};
	if (user->uid != 0)
		return ERR_OK;
	e = verifier_user_of(
	    &account_lookups_libc, cfg, user, why, sizeof(why));
	if (e == ERR_CONFIG || e == ERR_SYSTEM)
		report_config(NULL, cfg->conf, why);
	return e;
}

static bool
field_is(const struct wire_message *m, const char *name, const char *value)
{
	return strcmp(field_or_empty(m, name), value) == 0;
}

static void
read_request(const struct wire_message *hello, uid_t caller,
    struct login_request *out)
{
	int flags = wire_get_number(hello, "flags");

	*out = (struct login_request){
	    .user = field_or_empty(hello, "user"),
	    .service = field_or_empty(hello, "service"),
	    .rhost = field_or_empty(hello, "rhost"),
	    .tty = field_or_empty(hello, "tty"),
	    .ruser = field_or_empty(hello, "ruser"),
	    .ssh_connection = field_or_empty(hello, "ssh_connection"),
	    .command = field_or_empty(hello, "command"),
	    .ref = field_or_empty(hello, "ref"),
	    .caller_uid = caller,
	    .first_factor = field_is(hello, "first_factor", "yes"),
	    .blind = field_is(hello, "blind", "yes"),
	    .silent = flags > 0 && (flags & FLAG_SILENT) != 0,
	    .account_phase = field_is(hello, "phase", "account"),
	};
}

/* What only a login that wants a factor needs. */
struct network {
	const struct config *cfg;
	struct verifier_user user;
	struct service service;
	struct token_cache tokens;
	struct http *http;
};

/* Open what the sandbox will not let us open, and enter it: from there on we
 * are nobody of importance. */
static enum err
go_online(void *ctx)
{
	struct network *n = ctx;
	const struct service_settings *s = &n->cfg->service;
	enum err e = http_new(&n->cfg->http, &n->http);

	if (e != ERR_OK)
		return e;
	n->service.transport = http_transport(n->http);
	if (n->cfg->flow == FLOW_TRIGGER) {
		token_cache_open(&n->tokens, RUNTIMEDIR, s->management_url,
		    s->access_key_id);
		n->service.tokens = &n->tokens;
	}
	return sandbox_enter(n->user.uid, n->user.gid);
}

static enum err
run(const struct login_request *who, const struct config *cfg,
    struct login_result *out)
{
	struct network n = {.cfg = cfg, .tokens.fd = -1};
	struct wire_conversation person;
	struct deadline deadline;
	const struct login_setup setup = {.cfg = cfg,
	    .service = &n.service, .person = &person.conversation,
	    .lookups = &account_lookups_libc, .runtime_dir = RUNTIMEDIR,
	    .before_service = go_online, .ctx = &n};
	enum err e;

	if ((e = find_user(cfg, &n.user)) != ERR_OK ||
	    (e = send_ready(cfg)) != ERR_OK)
		return e;
	deadline_start(&deadline, &clock_system, cfg->login_timeout_ms);
	wire_conversation_init(&person, WIRE_FD);
	message_use(
	    strcmp(cfg->service.language, "zh") == 0 ? chinese : NULL);
	service_init(&n.service, provider_find(cfg->provider), &cfg->service,
	    NULL, &deadline, NULL);
	login_run(&setup, who, out);
	service_clear(&n.service);
	http_free(&n.http);
	token_cache_close(&n.tokens);
	return ERR_OK;
}

/* A login that could not even begin is denied, and logged like any other. */
static void
deny_unstarted(const struct login_request *who, const char *locale,
    enum err why, struct login_result *out)
{
	struct wire_conversation person;
	struct conversation *c = &person.conversation;
	struct buf unused = BUF_INIT(ANSWER_MAX_BYTES + 1);
	char text[256];

	if (message_language(LANGUAGE_AUTO, locale) == LANGUAGE_ZH)
		message_use(chinese);
	*out = (struct login_result){
	    .why = why, .shown = why, .factor = FACTOR_COUNT};
	login_log(who, out, "", "", 0);
	wire_conversation_init(&person, WIRE_FD);
	(void)snprintf(text, sizeof(text),
	    _("Logins with a second factor are "
	    "not set up correctly on this host. Ask your administrator; the "
	    "system log says what is wrong. Ref: %s%s"), who->ref,
	    who->silent ? _(". Press Enter: ") : "");
	if (!who->silent)
		(void)!c->tell(c, text);
	else if (!who->account_phase)
		(void)!c->ask(c, QUESTION_CODE, text, SILENT_TIMEOUT_MS,
		    &unused);
	buf_clear(&unused);
}

static int
started_by_module(void)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return getsockopt(WIRE_FD, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	    type == SOCK_SEQPACKET;
}

int
main(void)
{
	struct login_result result = {0};
	struct config cfg = {0};
	struct login_request who;
	const uid_t caller = getuid();
	struct wire_message hello;
	enum err e;

	if (!started_by_module()) {
		(void)fputs("genauth-verifier is started by pam_genauth.so for "
		    "each login; it starts here, so its libraries are in "
		    "place.\n", stderr);
		return EXIT_BY_HAND;
	}
	openlog("genauth-verifier", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
	log_to(log_syslog, NULL);
	wire_init(&hello, WIRE_NONE);
	e = sandbox_prepare();
	if (e == ERR_OK)
		e = wire_recv(WIRE_FD, &hello, WIRE_TIMEOUT_MS);
	if (e == ERR_OK && hello.verb != WIRE_HELLO)
		e = ERR_WIRE;
	read_request(&hello, caller, &who);
	if (e == ERR_OK)
		e = load_config(&hello, &cfg);
	if (e == ERR_OK) {
		log_set_debug(cfg.debug);
		e = run(&who, &cfg, &result);
	}
	if (e != ERR_OK)
		deny_unstarted(
		    &who, field_or_empty(&hello, "language"), e, &result);
	e = send_verdict(&result);
	config_clear(&cfg);
	wire_clear(&hello);
#ifndef SANITIZED
	/* What was secret is wiped; the farewells of thirty libraries would
	 * only keep the person waiting for another 0.5 ms. */
	_exit(e == ERR_OK ? 0 : 1);
#endif
	return e == ERR_OK ? 0 : 1;
}
