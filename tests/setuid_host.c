/*
 * setuid-host SERVICE USER ANSWER...
 * A PAM host that is installed setuid root and does not care who started it or
 * how: environment, limits, signals and descriptors reach the modules as they
 * came. Gives the answers in turn; where there is none left, the conversation
 * fails. Ends with 77 where the login is allowed, 1 where it is denied, 2 where
 * PAM could not be started.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <security/pam_appl.h>

enum { EXIT_DENIED = 1, EXIT_NO_PAM = 2, EXIT_ALLOWED = 77 };

static int
answer(const struct pam_message *message, struct pam_response *response,
    char ***next)
{
	if (message->msg_style != PAM_PROMPT_ECHO_OFF &&
	    message->msg_style != PAM_PROMPT_ECHO_ON)
		return PAM_SUCCESS;
	if (**next == NULL)
		return PAM_CONV_ERR;
	response->resp = strdup(*(*next)++);
	return response->resp == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

static int
converse(int n, const struct pam_message **messages,
    struct pam_response **responses, void *ctx)
{
	struct pam_response *r = calloc((size_t)n, sizeof(*r));
	int code = r == NULL ? PAM_BUF_ERR : PAM_SUCCESS;

	for (int i = 0; i < n && code == PAM_SUCCESS; i++)
		code = answer(messages[i], &r[i], ctx);
	if (code == PAM_SUCCESS) {
		*responses = r;
		return PAM_SUCCESS;
	}
	for (int i = 0; i < n && r != NULL; i++)
		free(r[i].resp);
	free(r);
	return code;
}

int
main(int argc, char **argv)
{
	char **next = argv + 3;
	const struct pam_conv conversation = {converse, &next};
	pam_handle_t *pamh = NULL;
	int code;

	if (argc < 3 || geteuid() != 0 ||
	    pam_start(argv[1], argv[2], &conversation, &pamh) != PAM_SUCCESS)
		return EXIT_NO_PAM;
	code = pam_authenticate(pamh, 0);
	(void)fprintf(stderr, "pam code %d\n", code);
	(void)pam_end(pamh, code);
	return code == PAM_SUCCESS ? EXIT_ALLOWED : EXIT_DENIED;
}
