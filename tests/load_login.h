#ifndef LOAD_LOGIN_H
#define LOAD_LOGIN_H

#include <stdbool.h>

/* Where the logins of a load go, and who they are. */
struct load {
	const char *directory, *service; /* for pam_start_confdir() */
	const char *code_file;           /* its first line is right just now */
	int people;                      /* person00001 and so on */
};

/* What a person answers. */
enum load_kind {
	LOAD_RIGHT,
	LOAD_RIGHT_TOO,
	LOAD_WRONG_THEN_RIGHT,
	LOAD_WRONG,
	LOAD_KINDS,
};

/* The kind of the i-th login: every person comes to every one of them. */
enum load_kind load_kind_of(const struct load *l, int i);

/* Log in as the i-th login's person; the PAM code it ended with. Where
 * `prompts` is not NULL, it counts the questions as they come. */
int load_login(
    const struct load *l, int i, enum load_kind kind, volatile int *prompts);

/* Is that how such a login has to end? */
bool load_as_planned(enum load_kind kind, int pam_code);

/* The entries of a directory of /proc; -1 where there is none. */
int load_count(const char *directory);

/* The children that this process has, reaped or not; -1: not to be had. */
int load_children(void);

#endif
