#ifndef MFA_PAM_FILE_H
#define MFA_PAM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * The syntax of /etc/pam.d, as Linux-PAM reads it (pam.conf(5)). The codes
 * have Linux-PAM's own numbers; its headers are for the module alone, so a
 * test compares them.
 */
enum pam_code {
	CODE_SUCCESS = 0,
	CODE_SERVICE_ERR = 3,
	CODE_PERM_DENIED = 6,
	CODE_AUTH_ERR = 7,
	CODE_IGNORE = 25,
	CODE_MODULE_UNKNOWN = 28,
	CODE_INCOMPLETE = 31,
	CODE_COUNT = 32,
};

/* What a line does with a code; more than 0: jumps over so many. */
enum pam_action {
	ACTION_IGNORE = 0,
	ACTION_OK = -1,
	ACTION_DONE = -2,
	ACTION_BAD = -3,
	ACTION_DIE = -4,
	ACTION_RESET = -5,
	ACTION_UNSET = -6,
};

/* "auth_err"; "ok", "jump". Never NULL. */
const char *pam_code_name(int code);
const char *pam_action_name(int action);

/* The code of that name, or -1. */
int pam_code_find(const char *name);

/*
 * One line, put together where it ends in a backslash. What its readers do
 * not agree about is a `doubt`; NULL: none.
 */
struct pam_line {
	size_t number;     /* of its first line in the file, from 1 */
	char *text;        /* owned; NULL: the end */
	const char *doubt;
};

/* Where reading is; begins as {content, content + len, 0}. */
struct pam_reader {
	const char *next, *end;
	size_t number;
};

/*
 * The next line that is not blank, pam_line_clear() it. ERR_CONFIG where the
 * text ends within a line or holds a NUL: Linux-PAM gives the whole file up
 * then. ERR_MEMORY.
 */
__attribute__((warn_unused_result)) enum err pam_line_next(
    struct pam_reader *r, struct pam_line *out);
void pam_line_clear(struct pam_line *line);

/*
 * The next word at `*next`, which is changed like strtok_r() does: "[a b]" is
 * one word, without the brackets. NULL: no more.
 */
char *pam_word(char **next);

/*
 * What a line with this control does with each code. False where it is not
 * understood: everything is then bad, as Linux-PAM has it. Not for include
 * and substack.
 */
bool pam_control_read(const char *control, int action[static CODE_COUNT]);

#endif
