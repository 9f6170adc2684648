/*
 * Prints what the table of commands and options says, for people.
 */
#include "mfa/command_line.h"

#include <string.h>

#include "base/message.h"

enum { LEFT_WIDTH = 28 };

static void
print_row(FILE *to, const char *left, const char *argument, const char *right)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%s%s%s", left,
	    argument[0] == '\0' ? "" : " ", argument);
	(void)fprintf(to, "  %-*s %s\n", LEFT_WIDTH, text, right);
}

static void
print_options(const struct command *c, FILE *to)
{
	char name[32];

	for (const struct command_option *o = command_options; o->name != NULL;
	    o++) {
		if (c != NULL && !command_takes(c, o))
			continue;
		(void)snprintf(name, sizeof(name), "--%s", o->name);
		print_row(to, name, o->argument == NULL ? "" : o->argument,
		    _(o->summary));
	}
}

void
help_print(const struct command *c, FILE *to)
{
	if (c != NULL) {
		(void)fprintf(to, _("usage: genauth-mfa [OPTION...] %s%s%s\n\n"
		    "%s\n\nOptions:\n"), c->name,
		    c->arguments[0] == '\0' ? "" : " ", c->arguments,
		    _(c->summary));
		print_options(c, to);
		return;
	}
	(void)fprintf(to, _("usage: genauth-mfa [OPTION...] COMMAND\n\n"
	    "Commands:\n"));
	for (c = commands; c->name != NULL; c++)
		print_row(to, c->name, c->arguments, _(c->summary));
	(void)fprintf(to, _("\nOptions (help COMMAND: those it takes):\n"));
	print_options(NULL, to);
	print_row(to, "--help", "", _("this, or of the command"));
	print_row(to, "--version", "", _("the version"));
}

enum exit_status
command_help(struct mfa *m, int argc, char **argv)
{
	const struct command *c = NULL;
	int used;

	(void)m;
	if (argc > 0 && (c = command_find(argc, argv, &used)) == NULL)
		return STATUS_USAGE;
	help_print(c, stdout);
	return STATUS_DONE;
}
