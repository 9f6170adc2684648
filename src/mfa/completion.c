/*
 * `completion bash|zsh`: a script made of the table of commands and options.
 * Completes words; asks no service for names.
 */
#include <stdio.h>
#include <string.h>

#include "base/message.h"

#include "mfa/command_line.h"

/* The words that can stand at one place, "self" once only. `first` NULL: the
 * first words of all commands; else the words behind it. */
static void
print_words(const char *first)
{
	size_t len, last_len = 0;
	const char *last = "";

	for (const struct command *c = commands; c->name != NULL; c++) {
		const char *word = c->name;

		if (first != NULL) {
			len = strlen(first);
			if (strncmp(word, first, len) != 0 || word[len] != ' ')
				continue;
			word += len + 1;
		}
		len = strcspn(word, " ");
		if (len == last_len && strncmp(word, last, len) == 0)
			continue;
		(void)printf(" %.*s", (int)len, word);
		last = word;
		last_len = len;
	}
}

static void
print_options(const struct command *c)
{
	for (const struct command_option *o = command_options; o->name != NULL;
	    o++)
		if (c == NULL ? o->common : command_takes(c, o))
			(void)printf(" --%s", o->name);
}

/* What may follow an option that has a value. */
static void
print_values(void)
{
	for (const struct command_option *o = command_options; o->name != NULL;
	    o++) {
		if (o->argument == NULL)
			continue;
		(void)printf("\t--%s) ", o->name);
		if (strcmp(o->argument, "FILE") == 0)
			(void)printf("COMPREPLY=($(compgen -f -- \"$cur\"))");
		else
			(void)printf("words='");
		for (size_t i = 0; o->words != NULL && o->words[i] != NULL;
		    i++)
			(void)printf(" %s", o->words[i]);
		(void)printf("%s return ;;\n", strcmp(o->argument, "FILE") ==
		    0 ? ";" : "'; _genauth_mfa_match;");
	}
}

/* The options and the second words of each command. */
static void
print_commands(void)
{
	static const char *const families[] = {"self", "config"};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		(void)printf("\t'%s') words='", families[i]);
		print_words(families[i]);
		(void)printf("' ;;\n");
	}
	for (const struct command *c = commands; c->name != NULL; c++) {
		(void)printf("\t'%s'*) words='", c->name);
		print_options(c);
		(void)printf("' ;;\n");
	}
}

static void
print_script(void)
{
	(void)printf("# Made by: genauth-mfa completion\n"
	    "_genauth_mfa_match()\n{\n"
	    "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n\n"
	    "_genauth_mfa()\n{\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} words command='' i\n"
	    "\tCOMPREPLY=()\n"
	    "\tcase ${COMP_WORDS[COMP_CWORD-1]} in\n");
	print_values();
	(void)printf("\tesac\n"
	    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	    "\t\tcase ${COMP_WORDS[i]} in\n");
	for (const struct command_option *o = command_options; o->name != NULL;
	    o++)
		if (o->argument != NULL)
			(void)printf("%s--%s", o == command_options ? "\t\t" :
			    "|", o->name);
	(void)printf(") i=$((i + 1)) ;;\n"
	    "\t\t-*) ;;\n"
	    "\t\t*) command=\"${command:+$command }${COMP_WORDS[i]}\" ;;\n"
	    "\t\tesac\n"
	    "\tdone\n"
	    "\tcase $command in\n"
	    "\t'') words='");
	print_words(NULL);
	print_options(NULL);
	(void)printf(" --help --version' ;;\n"
	    "\thelp) words='");
	print_words(NULL);
	(void)printf("' ;;\n"
	    "\tcompletion) words='bash zsh' ;;\n");
	print_commands();
	(void)printf("\tesac\n"
	    "\t_genauth_mfa_match\n}\n"
	    "complete -F _genauth_mfa genauth-mfa\n");
}

enum exit_status
command_completion(struct mfa *m, int argc, char **argv)
{
	(void)m;
	(void)argc;
	if (strcmp(argv[0], "zsh") == 0) {
		(void)printf("#compdef genauth-mfa\n"
		    "autoload -U +X bashcompinit && bashcompinit\n");
	} else if (strcmp(argv[0], "bash") != 0) {
		(void)fprintf(stderr, _("genauth-mfa: completion wants one of: "
		    "bash zsh\n"));
		return STATUS_USAGE;
	}
	print_script();
	return STATUS_DONE;
}
