/*
 * pam_genauth.so: starts the verifier, carries its questions to the person
 * and its verdict to the PAM host. No network, no files, no state.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>

#define PAM_SM_AUTH
#define PAM_SM_ACCOUNT
#include <security/pam_ext.h>
#include <security/pam_modules.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/version.h"
#include "build.h"
#include "module/host.h"
#include "module/verifier_process.h"
#include "wire/wire.h"

#define EXPORTED __attribute__((visibility("default")))

enum {
	START_TIMEOUT_MS = 30000, /* until the configuration is read */
	GRACE_MS = 5000,          /* over what the verifier allows itself */
	FAIL_DELAY_MS = 2000,     /* until the configuration is read */
	FAIL_DELAY_MAX_MS = 10000,
	REF_BYTES = 5,
};

/* For `genauth-mfa doctor`: see base/version.h. */
__attribute__((used)) static const char version[] =
    VERSION_MARK PACKAGE_VERSION " verifier=" VERIFIER_PATH;

/* What is kept with the PAM handle once the auth phase has passed, so that the
 * account phase does not ask again. */
static const char passed_key[] = "pam_genauth_passed";

/* The few messages that are ours, in Chinese. */
static const struct message chinese[] = {
#include "messages_module.inc"
    {NULL, NULL}};

/* One login, as the module sees it. */
struct login_relay {
	pam_handle_t *pamh;
	int flags;
	bool blind;
	int fail_delay_ms;
	char ref[REF_BYTES]; /* what the person can quote to the help desk */
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
	case ERR_THROTTLED:
	case ERR_TLS:
	case ERR_REPLY:
	case ERR_CREDENTIAL:
		return PAM_AUTHINFO_UNAVAIL;
	case ERR_UNKNOWN_PERSON:
	case ERR_INACTIVE_PERSON:
	case ERR_OTHER_PERSON:
	case ERR_NO_FACTOR:
	case ERR_WRONG_PASSWORD:
	case ERR_WRONG_CODE:
	case ERR_NOT_A_CODE:
	case ERR_TOO_SOON:
	case ERR_EXPIRED:
	case ERR_TOO_SLOW:
		return PAM_AUTH_ERR;
	case ERR_TRIES:
	case ERR_LOCKED_OUT:
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

/* Put the question, whichever way it wants. */
static enum err
relay_question(struct login_relay *r, struct buf *answer)
{
	const char *question = wire_get(&r->message, "question");
	const char *text = wire_get(&r->message, "text");

	if (strcmp(question, "code") == 0)
		return host_ask(r->pamh, text, false, false, answer);
	if (strcmp(question, "visible") == 0)
		return host_ask(r->pamh, text, true, false, answer);
	if (strcmp(question, "password") == 0)
		return host_ask(r->pamh, text, false, true, answer);
	if (strcmp(question, "first_pass") == 0)
		return host_first_pass(r->pamh, answer);
	return ERR_WIRE;
}

static enum err
relay_ask(struct login_relay *r)
{
	struct buf answer = BUF_INIT(PAM_MAX_RESP_SIZE);
	struct wire_message reply;
	enum err e;

	wire_init(&reply, WIRE_ANSWER);
	e = relay_question(r, &answer);
	if (e == ERR_OK)
		e = wire_add(&reply, "answer", buf_text(&answer));
	else if (e != ERR_WIRE)
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
	int delay_ms;

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
			delay_ms =
			    wire_get_number(&r->message, "fail_delay_ms");
			if (delay_ms > FAIL_DELAY_MAX_MS)
				e = ERR_WIRE;
			else
				r->fail_delay_ms = delay_ms;
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

/* The verifier could not say it. */
static void
tell_broken(const struct login_relay *r)
{
	bool zh = message_language(LANGUAGE_AUTO, host_locale(r->pamh)) ==
	    LANGUAGE_ZH;
	char text[160];

	(void)snprintf(text, sizeof(text),
	    message_in(zh ? chinese : NULL,
		"Logins with a second factor do "
		"not work on this host now. Ask your administrator. Ref: %s"),
	    r->ref);
	host_tell(r->pamh, r->flags, text);
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
		    "login denied: cannot start %s: %s ref=%s", VERIFIER_PATH,
		    strerrordesc_np(errno), r->ref);
		tell_broken(r);
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
		    "ended: look for its own messages ref=%s", r->ref);
	else if (e != ERR_OK)
		pam_syslog(r->pamh, LOG_ALERT, "login denied: the verifier "
		    "failed (%s); run %s by hand to see whether it starts, "
		    "and look for its own messages ref=%s", err_name(e),
		    VERIFIER_PATH, r->ref);
	if (e != ERR_OK)
		tell_broken(r);
	return code;
}

/* Not a secret and not unique: enough to find a line in the log. */
static void
make_ref(char ref[REF_BYTES])
{
	unsigned short number = 0;

	(void)!getrandom(&number, sizeof(number), GRND_NONBLOCK);
	(void)snprintf(ref, REF_BYTES, "%04x", number);
}

static int
login(pam_handle_t *pamh, int flags, int argc, const char **argv,
    const char *phase)
{
	struct login_relay relay = {.pamh = pamh, .flags = flags,
	    .fail_delay_ms = FAIL_DELAY_MS};
	struct wire_message hello;
	int code = PAM_SERVICE_ERR;
	enum err e;

	make_ref(relay.ref);
	wire_init(&hello, WIRE_HELLO);
	wire_init(&relay.message, WIRE_NONE);
	if ((e = wire_add(&hello, "phase", phase)) == ERR_OK &&
	    (e = wire_add(&hello, "ref", relay.ref)) == ERR_OK)
		e = host_describe(pamh, flags, argc, argv, &hello, &code);
	if (e == ERR_OK) {
		code = relay_run(&relay, &hello);
	} else if (code != PAM_INCOMPLETE) {
		pam_syslog(pamh, LOG_NOTICE, "login denied: user, service or "
		    "arguments are not usable (%s) ref=%s", err_name(e),
		    relay.ref);
		tell_broken(&relay);
		code = denial_code(e);
	}
	wire_clear(&hello);
	wire_clear(&relay.message);
	if (code != PAM_SUCCESS && code != no_opinion() &&
	    code != PAM_INCOMPLETE && relay.fail_delay_ms > 0)
		(void)pam_fail_delay(pamh, 1000U * (unsigned)relay.fail_delay_ms);
	return code;
}

static const char *
user_of(pam_handle_t *pamh)
{
	const void *user = NULL;

	return pam_get_item(pamh, PAM_USER, &user) == PAM_SUCCESS ? user : NULL;
}

/* Has this user shown a factor in the auth phase? */
static bool
has_passed(pam_handle_t *pamh)
{
	const char *user = user_of(pamh);
	const void *passed = NULL;

	return pam_get_data(pamh, passed_key, &passed) == PAM_SUCCESS &&
	    passed != NULL && user != NULL && strcmp(passed, user) == 0;
}

static void
free_data(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh;
	(void)status;
	free(data);
}

static bool
note_passed(pam_handle_t *pamh)
{
	const char *user = user_of(pamh);
	char *passed = user == NULL ? NULL : strdup(user);

	if (passed == NULL)
		return false;
	if (pam_set_data(pamh, passed_key, passed, free_data) == PAM_SUCCESS)
		return true;
	free(passed);
	return false;
}

EXPORTED int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	int code;

	if (pam_set_data(pamh, passed_key, NULL, NULL) != PAM_SUCCESS)
		return denial_code(ERR_MEMORY);
	code = login(pamh, flags, argc, argv, "auth");
	if (code == PAM_SUCCESS && !note_passed(pamh))
		return denial_code(ERR_MEMORY);
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

/* For logins that have shown no factor in an auth phase, as ssh by key alone:
 * whether they need a push is for the verifier to say. */
EXPORTED int
pam_sm_acct_mgmt(
    pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	if (has_passed(pamh))
		return no_opinion();
	return login(pamh, flags, argc, argv, "account");
}
