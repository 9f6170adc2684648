/*
 * The smallest PAM host: one pam_authenticate() that answers every question
 * with the given word. With BENCH_REPORT set it also says what that cost the
 * host in memory and libraries. Exits 0 only when the login was allowed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <security/pam_appl.h>

static int
answer(int count, const struct pam_message **messages,
    struct pam_response **out, void *word)
{
	struct pam_response *replies = calloc((size_t)count, sizeof(*replies));

	if (replies == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			replies[i].resp = strdup(word);
	*out = replies;
	return PAM_SUCCESS;
}

/* Of this program alone: ru_maxrss would begin with what its parent had. */
static void
report_memory(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	struct rusage helpers;
	char line[256];
	long kib;

	while (status != NULL && fgets(line, sizeof(line), status) != NULL)
		if (sscanf(line, "VmHWM: %ld kB", &kib) == 1)
			printf("host %ld\n", kib);
	if (status != NULL)
		(void)fclose(status);
	if (getrusage(RUSAGE_CHILDREN, &helpers) == 0)
		printf("helper %ld\n", helpers.ru_maxrss);
}

static void
report_libraries(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[4352], last[4352] = "";

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
		const char *path = strchr(line, '/');

		if (path == NULL || strstr(path, ".so") == NULL ||
		    strcmp(path, last) == 0)
			continue;
		(void)snprintf(last, sizeof(last), "%s", path);
		printf("library %s", strrchr(path, '/') + 1);
	}
	if (maps != NULL)
		(void)fclose(maps);
}

int
main(int argc, char **argv)
{
	struct pam_conv conversation = {answer, NULL};
	pam_handle_t *pamh = NULL;
	int rc;

	if (argc != 5) {
		(void)fputs("usage: bench-pam-login CONFDIR SERVICE USER "
		    "ANSWER\n", stderr);
		return 2;
	}
	conversation.appdata_ptr = argv[4];
	rc = pam_start_confdir(argv[2], argv[3], &conversation, argv[1],
	    &pamh);
	if (rc != PAM_SUCCESS) {
		(void)fprintf(stderr, "pam_start: %s\n",
		    pam_strerror(NULL, rc));
		return 2;
	}
	rc = pam_authenticate(pamh, 0);
	if (rc != PAM_SUCCESS)
		(void)fprintf(stderr, "%s: %s\n", argv[2],
		    pam_strerror(pamh, rc));
	if (getenv("BENCH_REPORT") != NULL) {
		report_memory();
		report_libraries();
	}
	(void)pam_end(pamh, rc);
	return rc == PAM_SUCCESS ? 0 : 1;
}
