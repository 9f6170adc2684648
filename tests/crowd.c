/*
 * crowd SERVICE-DIRECTORY SERVICE COUNT USER[,USER...] [ANSWER]...
 * COUNT logins at the same moment, each a PAM host of its own, that give these
 * answers in turn (the last one again and again). Says how many ended with
 * each PAM code.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <security/pam_appl.h>

enum { CODES = 64 };

struct script {
	char **answers;
	int count, next;
};

static int
converse(int n, const struct pam_message **messages,
    struct pam_response **replies, void *ctx)
{
	struct script *s = ctx;
	struct pam_response *r = calloc((size_t)n, sizeof(*r));

	for (int i = 0; i < n && r != NULL; i++) {
		if (messages[i]->msg_style != PAM_PROMPT_ECHO_OFF &&
		    messages[i]->msg_style != PAM_PROMPT_ECHO_ON)
			continue;
		if (s->count == 0) {
			free(r);
			return PAM_CONV_ERR;
		}
		r[i].resp = strdup(s->answers[s->next]);
		if (s->next < s->count - 1)
			s->next++;
	}
	*replies = r;
	return r == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

/* The i-th of "alice,bob", again from the first. */
static const char *
pick(char *list, int i)
{
	char *names[CODES], *rest = NULL;
	int n = 0;

	for (char *p = strtok_r(list, ",", &rest); p != NULL && n < CODES;
	    p = strtok_r(NULL, ",", &rest))
		names[n++] = p;
	return n == 0 ? "" : names[i % n];
}

static int
login(const char *directory, const char *service, const char *user,
    struct script *script)
{
	const struct pam_conv conv = {converse, script};
	pam_handle_t *pamh = NULL;
	int code = pam_start_confdir(service, user, &conv, directory, &pamh);

	if (code == PAM_SUCCESS)
		code = pam_putenv(pamh, "SSH_AUTH_INFO_0=publickey");
	if (code == PAM_SUCCESS)
		code = pam_authenticate(pamh, 0);
	if (pamh != NULL)
		(void)pam_end(pamh, code);
	return code;
}

int
main(int argc, char **argv)
{
	int counts[CODES] = {0}, gate[2], count, status;
	char byte;

	if (argc < 5 || (count = atoi(argv[3])) <= 0 || pipe(gate) == -1)
		return 2;
	for (int i = 0; i < count; i++) {
		struct script script = {argv + 5, argc - 5, 0};

		switch (fork()) {
		case -1:
			return 1;
		case 0:
			(void)close(gate[1]);
			(void)!read(gate[0], &byte, 1); /* until all are here */
			(void)close(gate[0]);
			_exit(login(
			    argv[1], argv[2], pick(argv[4], i), &script));
		default:
			break;
		}
	}
	(void)close(gate[0]);
	(void)close(gate[1]);
	while (wait(&status) > 0)
		counts[WIFEXITED(status) && WEXITSTATUS(status) < CODES - 1 ?
		    WEXITSTATUS(status) : CODES - 1]++;
	for (int i = 0; i < CODES; i++)
		if (counts[i] > 0)
			(void)printf("%d %s\n", counts[i], i == CODES - 1 ?
			    "ended badly" : pam_strerror(NULL, i));
	return 0;
}
