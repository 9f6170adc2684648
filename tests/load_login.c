/*
 * One login of a load: a PAM host of its own for a person made by the
 * emulator's --people, and what /proc says of the process afterwards. Decides
 * nothing about how many there are.
 */
#include "load_login.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <security/pam_appl.h>

/* What the conversation knows. */
struct person {
	const struct load *load;
	enum load_kind kind;
	int asked;
	volatile int *prompts;
};

enum load_kind
load_kind_of(const struct load *l, int i)
{
	return (enum load_kind)((i / l->people + i % l->people) % LOAD_KINDS);
}

bool
load_as_planned(enum load_kind kind, int pam_code)
{
	return pam_code == (kind == LOAD_WRONG ? PAM_MAXTRIES : PAM_SUCCESS);
}

static char *
right_code(const char *file)
{
	char line[32] = "";
	FILE *in = fopen(file, "re");

	if (in == NULL)
		return NULL;
	if (fgets(line, sizeof(line), in) == NULL)
		line[0] = '\0';
	(void)fclose(in);
	line[strcspn(line, "\n")] = '\0';
	return strdup(line);
}

static char *
answer_of(struct person *p)
{
	bool wrong = p->kind == LOAD_WRONG ||
	    (p->kind == LOAD_WRONG_THEN_RIGHT && p->asked == 0);

	p->asked++;
	if (p->prompts != NULL)
		(*p->prompts)++;
	return wrong ? strdup("000000") : right_code(p->load->code_file);
}

static int
converse(int n, const struct pam_message **messages,
    struct pam_response **replies, void *ctx)
{
	struct pam_response *r = calloc((size_t)n, sizeof(*r));

	for (int i = 0; i < n && r != NULL; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			r[i].resp = answer_of(ctx);
	*replies = r;
	return r == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

/* pam_fail_delay()'s pauses are not what is looked at. */
static void
no_delay(int status, unsigned us, void *ctx)
{
	(void)status;
	(void)us;
	(void)ctx;
}

int
load_login(
    const struct load *l, int i, enum load_kind kind, volatile int *prompts)
{
	struct person person = {l, kind, 0, prompts};
	const struct pam_conv conv = {converse, &person};
	void (*const delay)(int, unsigned, void *) = no_delay;
	const void *delay_item;
	pam_handle_t *pamh = NULL;
	char user[32];
	int code;

	memcpy(&delay_item, &delay, sizeof(delay_item)); /* as PAM has it */
	(void)snprintf(user, sizeof(user), "person%05d", i % l->people + 1);
	code = pam_start_confdir(l->service, user, &conv, l->directory, &pamh);
	if (code == PAM_SUCCESS)
		code = pam_set_item(pamh, PAM_FAIL_DELAY, delay_item);
	if (code == PAM_SUCCESS)
		code = pam_putenv(pamh, "SSH_AUTH_INFO_0=publickey");
	if (code == PAM_SUCCESS)
		code = pam_authenticate(pamh, 0);
	if (pamh != NULL)
		(void)pam_end(pamh, code);
	return code;
}

int
load_count(const char *directory)
{
	const struct dirent *entry;
	DIR *d = opendir(directory);
	int n = 0;

	if (d == NULL)
		return -1;
	while ((entry = readdir(d)) != NULL)
		n += entry->d_name[0] != '.';
	(void)closedir(d);
	return n;
}

/* Of one thread: a line of numbers. */
static int
children_of(const char *task)
{
	char path[300];
	FILE *in;
	int n = 0, pid;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%s/children", task);
	if ((in = fopen(path, "re")) == NULL)
		return -1;
	while (fscanf(in, "%d", &pid) == 1)
		n++;
	(void)fclose(in);
	return n;
}

int
load_children(void)
{
	const struct dirent *entry;
	DIR *d = opendir("/proc/self/task");
	int n = 0, more;

	if (d == NULL)
		return -1;
	while (n != -1 && (entry = readdir(d)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		more = children_of(entry->d_name);
		n = more == -1 ? -1 : n + more;
	}
	(void)closedir(d);
	return n;
}
