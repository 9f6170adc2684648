/*
 * pam_genauth.so: starts the verifier, carries its questions to the person
 * and its verdict to the PAM host. No network, no files, no state.
 */
#include <errno.h>
#include <string.h>
#include <syslog.h>

#define PAM_SM_AUTH
#define PAM_SM_ACCOUNT
#include <security/pam_ext.h>
#include <security/pam_modules.h>

#include "base/clock.h"
#include "module/host.h"
#include "module/verifier_process.h"
#include "wire/wire.h"

#define EXPORTED __attribute__((visibility("default")))

enum {
	START_TIMEOUT_MS = 30000, /* until the configuration is read */
	GRACE_MS = 5000,          /* over what the verifier allows itself */
};

/* One login, as the module sees it. */
struct login_relay {
	pam_handle_t *pamh;
	int flags;
	bool blind;
	struct verifier_process verifier;
	struct deadline deadline;
	struct wire_message message;
};

/* What PAM hosts are told for each reason to deny. Not PAM_USER_UNKNOWN and
 * never PAM_IGNORE: common stacks pass over those. */
static int
denial_code(enum err why)
{
	switch (why) {
	case ERR_MEMORY:
		return PAM_BUF_ERR;
	case ERR_CONVERSATION:
		return PAM_CONV_ERR;
	case ERR_UNREACHABLE:
	case ERR_TIMEOUT:
	case ERR_BUSY:
	case ERR_TLS:
	case ERR_REPLY:
	case ERR_CREDENTIAL:
		return PAM_AUTHINFO_UNAVAIL;
	case ERR_UNKNOWN_PERSON:
	case ERR_INACTIVE_PERSON:
	case ERR_OTHER_PERSON:
	case ERR_NO_FACTOR:
	case ERR_WRONG_CODE:
	case ERR_NOT_A_CODE:
	case ERR_TOO_SOON:
	case ERR_EXPIRED:
	case ERR_TOO_SLOW:
		return PAM_AUTH_ERR;
	case ERR_TRIES:
		return PAM_MAXTRIES;
	case ERR_DECLINED:
		return PAM_PERM_DENIED;
	case ERR_OK:
	case ERR_SYSTEM:
	case ERR_CONFIG:
	case ERR_WIRE:
	case ERR_COUNT:
		break;
	}
	return PAM_SERVICE_ERR;
}

/* The only place that may say "this login is none of my business". */
static int
no_opinion(void)
{
	return PAM_IGNORE;
}

/* The verdict message as a PAM code; a word it does not know denies. */
static int
verdict_code(const struct wire_message *m)
{
	const char *verdict = wire_get(m, "verdict");

	if (strcmp(verdict, "allow") == 0)
		return PAM_SUCCESS;
	if (strcmp(verdict, "skip") == 0)
		return no_opinion();
	return denial_code(err_from_name(wire_get(m, "reason")));
}

static enum err
relay_ask(struct login_relay *r)
{
	bool echo = strcmp(wire_get(&r->message, "echo"), "yes") == 0;
	struct buf answer = BUF_INIT(PAM_MAX_RESP_SIZE);
	struct wire_message reply;
	enum err e;

	wire_init(&reply, WIRE_ANSWER);
	e = host_ask(r->pamh, wire_get(&r->message, "text"), echo, &answer);
	if (e == ERR_OK)
		e = wire_add(&reply, "answer", buf_text(&answer));
	else
		e = wire_add(&reply, "error", err_name(e));
	if (r->blind && wire_get(&reply, "error") != NULL)
		pam_syslog(r->pamh, LOG_NOTICE, "sshd asked by way of "
		    "PasswordAuthentication, which cannot ask for a second "
		    "factor: in sshd_config set PasswordAuthentication no "
		    "and KbdInteractiveAuthentication yes");
	if (e == ERR_OK)
		e = wire_send(r->verifier.fd, &reply,
		    deadline_left_ms(&r->deadline));
	/* The verifier may have ended while the person was typing: what it
	 * said last is still to be read. */
	if (e == ERR_CONVERSATION)
		e = ERR_OK;
	buf_clear(&answer);
	wire_clear(&reply);
	return e;
}

/* Serve the verifier until its verdict, which is left in r->message. */
static enum err
relay_serve(struct login_relay *r)
{
	enum err e = ERR_OK;

	while (e == ERR_OK) {
		e = wire_recv(r->verifier.fd, &r->message,
		    deadline_left_ms(&r->deadline));
		if (e == ERR_CONVERSATION) /* it ended without a verdict */
			return ERR_SYSTEM;
		if (e != ERR_OK)
			return e;
		switch (r->message.verb) {
		case WIRE_READY:
			deadline_start(&r->deadline, &clock_system, GRACE_MS +
			    wire_get_number(&r->message, "login_timeout_ms"));
			break;
		case WIRE_ASK:
			e = relay_ask(r);
			break;
		case WIRE_TELL:
			host_tell(r->pamh, r->flags,
			    wire_get(&r->message, "text"));
			break;
		case WIRE_VERDICT:
			return ERR_OK;
		case WIRE_NONE:
		case WIRE_HELLO:
		case WIRE_ANSWER:
		case WIRE_VERB_COUNT:
			e = ERR_WIRE;
			break;
		}
	}
	return e;
}

/* From HELLO to a PAM code; every way out but a verdict denies. */
static int
relay_run(struct login_relay *r, const struct wire_message *hello)
{
	enum err e;
	int code;

	deadline_start(&r->deadline, &clock_system, START_TIMEOUT_MS);
	if ((e = verifier_start(&r->verifier)) != ERR_OK) {
		pam_syslog(r->pamh, LOG_ALERT,
		    "login denied: cannot start %s: %s", VERIFIER_PATH,
		    strerrordesc_np(errno));
		return denial_code(e);
	}
	r->blind = strcmp(wire_get(hello, "blind"), "yes") == 0;
	e = wire_send(r->verifier.fd, hello, deadline_left_ms(&r->deadline));
	if (e == ERR_OK || e == ERR_CONVERSATION)
		e = relay_serve(r);
	if (e == ERR_OK)
		code = verdict_code(&r->message);
	else
		code = denial_code(e == ERR_TIMEOUT ? ERR_SYSTEM : e);
	if (verifier_stop(&r->verifier, e == ERR_OK ? GRACE_MS : 0) &&
	    e == ERR_OK) {
		e = ERR_SYSTEM;
		code = denial_code(e);
	}
	if (e == ERR_TIMEOUT)
		pam_syslog(r->pamh, LOG_ALERT, "login denied: the verifier "
		    "went on for longer than login_timeout allows, and was "
		    "ended: look for its own messages");
	else if (e != ERR_OK)
		pam_syslog(r->pamh, LOG_ALERT, "login denied: the verifier "
		    "failed (%s); run %s by hand to see whether it starts, "
		    "and look for its own messages", err_name(e),
		    VERIFIER_PATH);
	return code;
}

EXPORTED int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct login_relay relay = {.pamh = pamh, .flags = flags};
	struct wire_message hello;
	int code = PAM_SERVICE_ERR;
	enum err e;

	wire_init(&hello, WIRE_HELLO);
	wire_init(&relay.message, WIRE_NONE);
	e = host_describe(pamh, flags, argc, argv, &hello, &code);
	if (e == ERR_OK) {
		code = relay_run(&relay, &hello);
	} else if (code != PAM_INCOMPLETE) {
		pam_syslog(pamh, LOG_NOTICE, "login denied: user, service or "
		    "arguments are not usable (%s)", err_name(e));
		code = denial_code(e);
	}
	wire_clear(&hello);
	wire_clear(&relay.message);
	return code;
}

/* There is nothing to set, and sshd ends the session where this fails. */
EXPORTED int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

EXPORTED int
pam_sm_acct_mgmt(
    pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return no_opinion();
}
