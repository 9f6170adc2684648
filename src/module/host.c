/*
 * Everything that is asked of the PAM host: who wants in, and questions to
 * the person. Decides nothing.
 */
#include "module/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <security/pam_ext.h>

#include "base/message.h"
#include "base/text.h"

/* What sshd types for a user it does not know (openssh auth-pam.c). */
static const char sshd_no_password[] = "\b\n\r\177INCORRECT";

static const char *
item_text(pam_handle_t *pamh, int item)
{
	const void *value = NULL;

	if (pam_get_item(pamh, item, &value) != PAM_SUCCESS)
		return NULL;
	return value;
}

static bool
is_set(const char *text)
{
	return text != NULL && text[0] != '\0';
}

/* Remote names may hold anything; they are for rules and logs only. */
static enum err
add_cleaned(struct wire_message *m, const char *name, const char *value)
{
	char clean[257];

	if (!is_set(value))
		return ERR_OK;
	return wire_add(m, name, text_clean(clean, sizeof(clean), value));
}

/* An item that cannot be had is not one that is not set: where a login comes
 * from may exempt it. */
static enum err
add_item(pam_handle_t *pamh, int item, struct wire_message *m,
    const char *name)
{
	const void *value = NULL;

	if (pam_get_item(pamh, item, &value) != PAM_SUCCESS)
		return ERR_SYSTEM;
	return add_cleaned(m, name, value);
}

static enum err
add_args(struct wire_message *m, int argc, const char **argv)
{
	enum err e = ERR_OK;

	if (argc > WIRE_ARGS_MAX)
		return ERR_WIRE;
	for (int i = 0; i < argc && e == ERR_OK; i++)
		e = wire_add(m, "arg", argv[i]);
	return e;
}

static bool
service_is(pam_handle_t *pamh, const char *name)
{
	const char *service = item_text(pamh, PAM_SERVICE);

	return service != NULL && strncmp(service, name, strlen(name)) == 0;
}

/*
 * What sudo is to run, to be shown to the person, and where sshd says that
 * they come from. Of no other service: there these are whatever the caller,
 * or a module before us, has made of them.
 */
static enum err
add_service_context(pam_handle_t *pamh, struct wire_message *m)
{
	if (service_is(pamh, "sudo"))
		return add_cleaned(m, "command", getenv("SUDO_COMMAND"));
	if (service_is(pamh, "sshd"))
		return add_cleaned(m, "ssh_connection",
		    pam_getenv(pamh, "SSH_CONNECTION"));
	return ERR_OK;
}

/* sshd's stand-in for one is none. */
static bool
has_password(pam_handle_t *pamh)
{
	const char *password = item_text(pamh, PAM_AUTHTOK);

	return is_set(password) && strcmp(password, sshd_no_password) != 0;
}

/* The environment of the login, else the host's, which in su is the caller's:
 * it is only compared. */
static const char *
get_variable(void *ctx, const char *name)
{
	const char *value = pam_getenv(ctx, name);

	return is_set(value) ? value : getenv(name);
}

const char *
host_locale(pam_handle_t *pamh)
{
	return message_locale(get_variable, pamh);
}

static enum err
add_context(pam_handle_t *pamh, int flags, struct wire_message *m)
{
	const char *locale = host_locale(pamh);
	char clean[64], number[16];
	enum err e;

	if (is_set(locale) && (e = wire_add(m, "language",
	    text_clean(clean, sizeof(clean), locale))) != ERR_OK)
		return e;
	(void)snprintf(number, sizeof(number), "%u", (unsigned)flags & 0xffffU);
	if ((e = wire_add(m, "flags", number)) != ERR_OK)
		return e;
	if ((e = add_service_context(pamh, m)) != ERR_OK)
		return e;
	if ((e = wire_add(m, "first_factor",
	    has_password(pamh) ||
	    is_set(pam_getenv(pamh, "SSH_AUTH_INFO_0")) ? "yes" : "no")) !=
	    ERR_OK)
		return e;
	return wire_add(m, "blind",
	    host_may_answer_blindly(pamh) ? "yes" : "no");
}

enum err
host_describe(pam_handle_t *pamh, int flags, int argc, const char **argv,
    struct wire_message *hello, int *pam_code)
{
	const char *user = NULL, *service;
	enum err e;
	int rc;

	if ((rc = pam_get_user(pamh, &user, NULL)) == PAM_CONV_AGAIN) {
		*pam_code = PAM_INCOMPLETE;
		return ERR_CONVERSATION;
	}
	if (rc == PAM_CONV_ERR)
		return ERR_CONVERSATION;
	if (rc != PAM_SUCCESS || !is_set(user))
		return ERR_SYSTEM;
	service = item_text(pamh, PAM_SERVICE);
	if ((e = wire_add(hello, "user", user)) != ERR_OK ||
	    (e = wire_add(hello, "service",
	    is_set(service) ? service : "unknown")) != ERR_OK ||
	    (e = add_item(pamh, PAM_RHOST, hello, "rhost")) != ERR_OK ||
	    (e = add_item(pamh, PAM_TTY, hello, "tty")) != ERR_OK ||
	    (e = add_item(pamh, PAM_RUSER, hello, "ruser")) != ERR_OK ||
	    (e = add_context(pamh, flags, hello)) != ERR_OK)
		return e;
	return add_args(hello, argc, argv);
}

bool
host_may_answer_blindly(pam_handle_t *pamh)
{
	const char *tty = item_text(pamh, PAM_TTY);

	return tty != NULL && strcmp(tty, "ssh") == 0 &&
	    environ != NULL && environ[0] != NULL;
}

static bool
host_knows(pam_handle_t *pamh, const char *answer)
{
	const char *password = item_text(pamh, PAM_AUTHTOK);

	return is_set(password) && text_same_secret(answer, strlen(answer),
	    password, strlen(password));
}

enum err
host_ask(pam_handle_t *pamh, const char *text, bool echo, bool password,
    struct buf *answer)
{
	char *reply = NULL;
	enum err e = ERR_CONVERSATION;
	int rc;

	buf_clear(answer);
	rc = pam_prompt(pamh, echo ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF,
	    &reply, "%s", text);
	if (rc == PAM_SUCCESS && reply != NULL &&
	    strlen(reply) <= PAM_MAX_RESP_SIZE) {
		if (strcmp(reply, sshd_no_password) == 0 ||
		    (!password && host_knows(pamh, reply)))
			e = ERR_NOT_A_CODE;
		else
			e = buf_add_text(answer, reply);
	}
	if (reply != NULL) {
		explicit_bzero(reply, strlen(reply));
		free(reply);
	}
	return e;
}

enum err
host_first_pass(pam_handle_t *pamh, struct buf *answer)
{
	const char *password = item_text(pamh, PAM_AUTHTOK);

	buf_clear(answer);
	if (!is_set(password) || strlen(password) > PAM_MAX_RESP_SIZE ||
	    strcmp(password, sshd_no_password) == 0)
		return ERR_CONVERSATION;
	return buf_add_text(answer, password);
}

void
host_tell(pam_handle_t *pamh, int flags, const char *text)
{
	if (((unsigned)flags & PAM_SILENT) == 0)
		(void)pam_info(pamh, "%s", text);
}
