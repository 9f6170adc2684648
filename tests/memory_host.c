/*
 * memory_host SERVICE USER <ANSWERS
 * A PAM host that lives on after its login. The first line of its standard
 * input is kept, all others are the answers in turn: each is read straight
 * into the reply that the module is handed and has to wipe, so that every
 * copy found afterwards is somebody else's. Says how the login ended, then
 * waits to be searched and killed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <security/pam_appl.h>

enum { LINE_MAX_BYTES = 513 };

/* A line, unbuffered; NULL at the end of input. To be freed. */
static char *
read_line(void)
{
	char *line = calloc(1, LINE_MAX_BYTES);
	size_t len = 0;

	while (line != NULL && len < LINE_MAX_BYTES - 1 &&
	    read(STDIN_FILENO, line + len, 1) == 1 && line[len] != '\n')
		len++;
	if (line == NULL || len == 0) {
		free(line);
		return NULL;
	}
	line[len] = '\0';
	return line;
}

static int
converse(int n, const struct pam_message **messages,
    struct pam_response **replies, void *unused)
{
	struct pam_response *r = calloc((size_t)n, sizeof(*r));

	(void)unused;
	for (int i = 0; i < n && r != NULL; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			r[i].resp = read_line();
	*replies = r;
	return r == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

int
main(int argc, char **argv)
{
	const struct pam_conv conv = {converse, NULL};
	pam_handle_t *pamh = NULL;
	char *volatile kept;
	int code;

	if (argc != 3 || (kept = read_line()) == NULL)
		return 2;
	code = pam_start(argv[1], argv[2], &conv, &pamh);
	if (code == PAM_SUCCESS)
		code = pam_putenv(pamh, "SSH_AUTH_INFO_0=publickey");
	if (code == PAM_SUCCESS)
		code = pam_authenticate(pamh, 0);
	(void)printf("%s\n", pam_strerror(pamh, code));
	(void)fflush(stdout);
	for (;;)
		(void)pause();
}
