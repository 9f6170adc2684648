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
#include "login/login.h"
#include "service/token_cache.h"
#include "verifier/sandbox.h"
#include "verifier/wire_conversation.h"
#include "wire/wire.h"

enum {
	WIRE_FD = 3,
	WIRE_TIMEOUT_MS = 5000,
	EXIT_BY_HAND = 2,
};

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
send_ready(int login_timeout_ms)
{
	struct wire_message m;
	char number[16];
	enum err e;

	wire_init(&m, WIRE_READY);
	(void)snprintf(number, sizeof(number), "%d", login_timeout_ms);
	e = wire_add(&m, "login_timeout_ms", number);
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
		e = wire_add(&m, "reason", err_name(r->why));
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

static void
read_request(const struct wire_message *hello, struct login_request *out)
{
	*out = (struct login_request){
	    .user = field_or_empty(hello, "user"),
	    .service = field_or_empty(hello, "service"),
	    .rhost = field_or_empty(hello, "rhost"),
	    .tty = field_or_empty(hello, "tty"),
	    .ruser = field_or_empty(hello, "ruser"),
	    .first_factor =
		strcmp(field_or_empty(hello, "first_factor"), "yes") == 0,
	    .blind = strcmp(field_or_empty(hello, "blind"), "yes") == 0,
	};
}

/* The configuration is read: open what the sandbox will not let us open, and
 * run the login, which enters it. */
static enum err
run(const struct login_request *who, const struct config *cfg,
    struct login_result *out)
{
	struct wire_conversation person;
	struct token_cache tokens;
	struct deadline deadline;
	struct service service;
	struct http *http = NULL;
	enum err e;

	deadline_start(&deadline, &clock_system, cfg->login_timeout_ms);
	wire_conversation_init(&person, WIRE_FD);
	token_cache_open(&tokens, RUNTIMEDIR, cfg->service.management_url,
	    cfg->service.access_key_id);
	if ((e = send_ready(cfg->login_timeout_ms)) == ERR_OK &&
	    (e = http_new(&cfg->http, &http)) == ERR_OK) {
		service_init(&service, provider_find(cfg->provider),
		    &cfg->service, http_transport(http), &deadline, &tokens);
		login_run(cfg, who, &service, &person.conversation,
		    sandbox_enter, out);
		service_clear(&service);
	}
	http_free(&http);
	token_cache_close(&tokens);
	return e;
}

/* A login that could not even begin is denied, and logged like any other. */
static void
deny_unstarted(const struct login_request *who, enum err why,
    struct login_result *out)
{
	struct wire_conversation person;

	*out = (struct login_result){.why = why, .factor = FACTOR_COUNT};
	login_log(who, out, "", "", 0);
	wire_conversation_init(&person, WIRE_FD);
	(void)!person.conversation.tell(&person.conversation, "Logins with a "
	    "second factor are not set up correctly on this host. Ask your "
	    "administrator; the system log says what is wrong.");
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
	read_request(&hello, &who);
	if (e == ERR_OK)
		e = load_config(&hello, &cfg);
	if (e == ERR_OK) {
		log_set_debug(cfg.debug);
		e = run(&who, &cfg, &result);
	}
	if (e != ERR_OK)
		deny_unstarted(&who, e, &result);
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
