#ifndef MFA_COMMAND_LINE_H
#define MFA_COMMAND_LINE_H

#include <stddef.h>
#include <stdio.h>

#include "mfa/mfa.h"

/* One row per long option drives parsing, help, completion, the man check. */
struct command_option {
	const char *name;
	const char *argument;     /* "FILE"; NULL: a flag */
	size_t offset;            /* of the field in struct mfa */
	const char *const *words; /* what the argument may be; NULL: any */
	int max;                  /* > 0: a number from 1 to this */
	bool common;              /* every command takes it */
	const char *summary;
};

extern const struct command_option command_options[]; /* NULL name ends it */

/* What is to be done. */
struct command_line {
	const struct command *command; /* NULL: only help or the version */
	bool help, version;
	int argc;
	char **argv;     /* behind the command's name, within `operands` */
	char **operands; /* owned */
};

/*
 * Read the command line into `m` and `out`. Options stand anywhere before
 * "--"; names are taken whole, never abbreviated, so that a script does not
 * change its meaning when an option is added. STATUS_USAGE after saying on
 * standard error what is wrong. Free out->operands in any case.
 */
enum exit_status command_line_parse(
    struct mfa *m, int argc, char **argv, struct command_line *out);

/* Does the command take this option? */
bool command_takes(const struct command *c, const struct command_option *o);

/* The command named by the first of `words`, or by two of them; `*used` is
 * how many. NULL after saying so, with the nearest name. */
const struct command *command_find(int count, char **words, int *used);

/* help.c: of one command, or of all where NULL. */
void help_print(const struct command *c, FILE *to);

#endif
