/*
 * The whole module: pam_sm_authenticate() and pam_sm_acct_mgmt() between a
 * PAM host and a verifier that both follow the input. PAM_SUCCESS only on a
 * well-formed VERDICT that says allow and is the verifier's first, and last,
 * word on it; PAM_IGNORE only on one that says skip.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <security/pam_ext.h>
#include <security/pam_modules.h>

#include "base/text.h"
#include "fuzz.h"
#include "module/verifier_process.h"
#include "wire/wire.h"

enum { DATAGRAMS_MAX = 48, ANSWERS_MAX = 8, ARGS_MAX = 40 };

/* How the person, and their host, behave. */
enum manner { ANSWERS, REFUSES, NULL_REPLY, REFUSES_WITH_REPLY,
	HAS_NO_ITEMS, VERIFIER_LEAVES, MANNERS };

/* What libpam would keep, all of it from the input. */
struct pam_handle {
	char *user, *service, *rhost, *tty, *password, *language, *ssh;
	enum manner manner;
	char *answers[ANSWERS_MAX];
	size_t asked;
	void *kept;
	void (*cleanup)(pam_handle_t *pamh, void *data, int status);
	unsigned keeps; /* so many times pam_set_data() works */
	unsigned delays;
};

/* The verifier that is to be started. */
static struct {
	struct buf datagrams[DATAGRAMS_MAX];
	size_t count;
	bool starts, ends_badly;
	int fd; /* its end of the wire */
	size_t running;
} verifier;

/* ---- libpam, as far as the module uses it ---- */

int
pam_get_user(pam_handle_t *pamh, const char **user, const char *prompt)
{
	must(prompt == NULL, "the name is not asked for in our words");
	*user = pamh->user;
	if (pamh->user[0] == '~')
		return PAM_CONV_AGAIN;
	return pamh->user[0] == '?' ? PAM_CONV_ERR : PAM_SUCCESS;
}

int
pam_get_item(const pam_handle_t *pamh, int type, const void **item)
{
	const char *text = type == PAM_USER ? pamh->user :
	    pamh->manner == HAS_NO_ITEMS ? NULL :
	    type == PAM_SERVICE ? pamh->service :
	    type == PAM_RHOST ? pamh->rhost :
	    type == PAM_TTY ? pamh->tty :
	    type == PAM_AUTHTOK ? pamh->password : NULL;

	*item = text != NULL && text[0] != '\0' ? text : NULL;
	return *item == NULL && pamh->manner == HAS_NO_ITEMS ? PAM_BAD_ITEM :
	    PAM_SUCCESS;
}

const char *
pam_getenv(pam_handle_t *pamh, const char *name)
{
	return strcmp(name, "LANG") == 0 ? pamh->language :
	    strcmp(name, "SSH_CONNECTION") == 0 ? pamh->ssh : NULL;
}

__attribute__((format(printf, 1, 0))) static void
must_be_clean(const char *format, va_list args)
{
	char text[2048];

	must(vsnprintf(text, sizeof(text), format, args) >= 0, "it is text");
	must(text_is_clean(text, strlen(text), true),
	    "what is shown or logged is clean text");
}

int
pam_prompt(pam_handle_t *pamh, int style, char **response, const char *format,
    ...)
{
	va_list args;

	va_start(args, format);
	must_be_clean(format, args);
	va_end(args);
	if (style == PAM_TEXT_INFO)
		return PAM_SUCCESS;
	must(style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON,
	    "a question is one");
	if (pamh->manner == VERIFIER_LEAVES && verifier.fd != -1) {
		(void)close(verifier.fd);
		verifier.fd = -1;
	}
	*response = pamh->manner == NULL_REPLY || pamh->manner == REFUSES ?
	    NULL : strdup(pamh->answers[pamh->asked % ANSWERS_MAX]);
	pamh->asked++;
	return pamh->manner == REFUSES || pamh->manner == REFUSES_WITH_REPLY ?
	    PAM_CONV_ERR : PAM_SUCCESS;
}

void
pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
	va_list args;

	(void)pamh;
	(void)priority;
	va_start(args, format);
	must_be_clean(format, args);
	va_end(args);
}

int
pam_fail_delay(pam_handle_t *pamh, unsigned us)
{
	(void)us;
	pamh->delays++;
	return PAM_SUCCESS;
}

int
pam_set_data(pam_handle_t *pamh, const char *name, void *data,
    void (*cleanup)(pam_handle_t *, void *, int))
{
	(void)name;
	if (pamh->keeps == 0)
		return PAM_BUF_ERR;
	pamh->keeps--;
	if (pamh->cleanup != NULL)
		pamh->cleanup(pamh, pamh->kept, 0);
	pamh->kept = data;
	pamh->cleanup = cleanup;
	return PAM_SUCCESS;
}

int
pam_get_data(const pam_handle_t *pamh, const char *name, const void **data)
{
	(void)name;
	*data = pamh->kept;
	return pamh->kept == NULL ? PAM_NO_MODULE_DATA : PAM_SUCCESS;
}

/* ---- the verifier, in place of verifier_process.c ---- */

enum err
verifier_start(struct verifier_process *v)
{
	int pair[2];

	if (!verifier.starts)
		return ERR_SYSTEM;
	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0,
	    "there are sockets");
	for (size_t i = 0; i < verifier.count; i++)
		must(send(pair[1], buf_text(&verifier.datagrams[i]),
		    verifier.datagrams[i].len, MSG_DONTWAIT) ==
		    (ssize_t)verifier.datagrams[i].len, "all is sent");
	must(shutdown(pair[1], SHUT_WR) == 0, "that was all");
	v->fd = pair[0];
	v->pid = 1;
	verifier.fd = pair[1];
	verifier.running++;
	return ERR_OK;
}

bool
verifier_stop(struct verifier_process *v, int grace_ms)
{
	(void)grace_ms;
	must(v->pid == 1, "who runs is ended");
	(void)close(v->fd);
	v->pid = 0;
	verifier.running--;
	return verifier.ends_badly;
}

/* What the module sent: HELLO, then answers, all of them messages. */
static void
look_at_answers(size_t asked)
{
	char bytes[WIRE_MAX_BYTES + 1];
	struct wire_message m;
	size_t answers = 0;
	ssize_t n;

	wire_init(&m, WIRE_NONE);
	for (size_t i = 0; (n = recv(verifier.fd, bytes, sizeof(bytes),
	    MSG_DONTWAIT)) != 0; i++) {
		if (n == -1 && errno == ECONNRESET && i-- == 0)
			continue; /* the module left something unread */
		must(wire_parse(&m, bytes, (size_t)n) == ERR_OK,
		    "the module sends messages");
		must(m.verb == (i == 0 ? WIRE_HELLO : WIRE_ANSWER),
		    "HELLO, and then answers");
		answers += i > 0;
	}
	must(answers >= asked, "who was asked is answered for");
	wire_clear(&m);
	(void)close(verifier.fd);
}

/* ---- what has to come of it ---- */

static bool
begins_with(const struct buf *d, const char *word)
{
	size_t len = strlen(word) + 1;

	return d->len >= len && memcmp(d->ptr, word, len) == 0;
}

static bool
has_field(const struct buf *d, const char *field)
{
	return d->len > 0 && d->ptr[d->len - 1] == '\0' &&
	    memmem(d->ptr, d->len, field, strlen(field) + 1) != NULL;
}

/* Does this field decide? The first datagram that is not part of a talk is
 * looked at, by its bytes alone. */
static bool
says(const char *field)
{
	for (size_t i = 0; i < verifier.count; i++) {
		const struct buf *d = &verifier.datagrams[i];

		if (begins_with(d, "READY") || begins_with(d, "ASK") ||
		    begins_with(d, "TELL"))
			continue;
		return begins_with(d, "VERDICT") && has_field(d, field);
	}
	return false;
}

static void
must_be_deserved(const pam_handle_t *pamh, int code, bool account)
{
	bool fine = verifier.starts && !verifier.ends_badly;

	must(code != PAM_SUCCESS || (fine && says("verdict=allow") &&
	    (account || pamh->kept != NULL)),
	    "success is what the verifier said");
	must(code != PAM_IGNORE || (fine && says("verdict=skip")),
	    "no opinion is what the verifier said");
	must(code != PAM_USER_UNKNOWN && code != PAM_NEW_AUTHTOK_REQD,
	    "no stack passes over a denial");
	must((code == PAM_INCOMPLETE) == (pamh->user[0] == '~' &&
	    code != PAM_BUF_ERR), "only a host that says so is waited for");
}

static void
run(pam_handle_t *pamh, bool account, int flags, int argc, const char *arg)
{
	const char *args[ARGS_MAX];
	int code;

	for (int i = 0; i < argc; i++)
		args[i] = arg;
	verifier.fd = -1;
	code = account ? pam_sm_acct_mgmt(pamh, flags, argc, args)
		       : pam_sm_authenticate(pamh, flags, argc, args);
	must(verifier.running == 0, "the verifier is ended");
	must_be_deserved(pamh, code, account);
	must(code == PAM_SUCCESS || code == PAM_IGNORE || pamh->delays <= 1,
	    "a denial takes its time once");
	if (verifier.fd != -1)
		look_at_answers(pamh->asked);
	if (account)
		return;
	/* the account phase goes by what the auth phase came to */
	must((pamh->kept != NULL) == (code == PAM_SUCCESS),
	    "only a login that passed is noted");
	if (pamh->kept != NULL)
		must(pam_sm_acct_mgmt(pamh, flags, argc, args) == PAM_IGNORE,
		    "who has passed is not asked again");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct pam_handle pamh = {.manner =
	    (enum manner)input_choose(&in, MANNERS)};
	bool account = input_choose(&in, 8) == 7;
	int flags = input_choose(&in, 2) == 0 ? 0 : PAM_SILENT, argc;
	char *arg;

	verifier.starts = input_choose(&in, 16) != 15;
	verifier.ends_badly = input_choose(&in, 16) == 15;
	pamh.keeps = 2 - input_choose(&in, 16) / 7;
	argc = (int)input_choose(&in, ARGS_MAX);
	pamh.user = input_text(&in);
	pamh.service = input_text(&in);
	pamh.rhost = input_text(&in);
	pamh.tty = input_text(&in);
	pamh.password = input_text(&in);
	pamh.language = input_text(&in);
	pamh.ssh = input_text(&in);
	arg = input_text(&in);
	for (size_t i = 0; i < ANSWERS_MAX; i++)
		pamh.answers[i] = i < 2 ? input_text(&in) : strdup("123456");
	for (verifier.count = 0; input_more(&in) &&
	    verifier.count < DATAGRAMS_MAX; verifier.count++)
		verifier.datagrams[verifier.count] = input_part(&in, 16384);
	run(&pamh, account, flags, arg[0] == '\0' ? 0 : argc, arg);
	while (verifier.count > 0)
		buf_clear(&verifier.datagrams[--verifier.count]);
	for (size_t i = 0; i < ANSWERS_MAX; i++)
		free(pamh.answers[i]);
	if (pamh.cleanup != NULL)
		pamh.cleanup(&pamh, pamh.kept, 0);
	free(arg);
	free(pamh.ssh);
	free(pamh.language);
	free(pamh.password);
	free(pamh.tty);
	free(pamh.rhost);
	free(pamh.service);
	free(pamh.user);
	return 0;
}
