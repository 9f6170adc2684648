/*
 * Turns the command line into the options of struct mfa, a command and its
 * operands, or into a sentence about what is wrong. Runs nothing.
 */
#include "mfa/command_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/text.h"

enum { WORD_SHOWN = 64, REASON_MAX_BYTES = 500, NAME_MAX_BYTES = 48 };

static enum exit_status
usage(const char *what, const char *word, const char *hint)
{
	char clean[WORD_SHOWN];

	(void)fprintf(stderr, "genauth-mfa: %s%s%s\n", what,
	    text_clean(clean, sizeof(clean), word), hint);
	(void)fprintf(stderr, _("Try: genauth-mfa help\n"));
	return STATUS_USAGE;
}

static const char *
option_name_at(const void *ctx, size_t i)
{
	const struct command_option *rows = ctx;

	return rows[i].name;
}

static enum exit_status
refuse_option(const char *word, const char *name)
{
	const char *near = text_nearest(
	    name, option_name_at, command_options);
	char hint[WORD_SHOWN] = "";

	if (near != NULL)
		(void)snprintf(hint, sizeof(hint), _(", did you mean --%s"),
		    near);
	return usage(_("unknown option "), word, hint);
}

static bool
is_word(const char *const *words, const char *value)
{
	for (; *words != NULL; words++)
		if (strcmp(*words, value) == 0)
			return true;
	return false;
}

/* Put the value into the field of the row. */
static enum exit_status
set_option(struct mfa *m, const struct command_option *o, const char *value)
{
	char *field = (char *)m + o->offset, *end;
	long number;

	if (o->argument == NULL) {
		*(bool *)(void *)field = true;
		return STATUS_DONE;
	}
	if (value[0] == '\0' || strlen(value) > 4095)
		return usage("--", o->name, _(" is empty or too long"));
	if (o->words != NULL && !is_word(o->words, value)) {
		(void)fprintf(stderr, _("genauth-mfa: --%s wants one of:"),
		    o->name);
		for (const char *const *w = o->words; *w != NULL; w++)
			(void)fprintf(stderr, " %s", *w);
		(void)fputc('\n', stderr);
		return STATUS_USAGE;
	}
	if (o->max > 0) {
		number = strtol(value, &end, 10);
		if (*end != '\0' || value[0] < '0' || value[0] > '9' ||
		    number < 1 || number > o->max) {
			(void)fprintf(stderr, _("genauth-mfa: --%s wants a "
			    "number from 1 to %d\n"), o->name, o->max);
			return STATUS_USAGE;
		}
		*(int *)(void *)field = (int)number;
		return STATUS_DONE;
	}
	*(const char **)(void *)field = value;
	return STATUS_DONE;
}

/* The command line, being read. */
struct reading {
	struct mfa *m;
	struct command_line *out;
	bool seen[32];   /* rows of command_options[] that were given */
	bool took_next;  /* the last option's value was the next word */
};

static enum exit_status
take_known(struct reading *r, const struct command_option *o,
    const char *value, const char *next)
{
	bool *seen = &r->seen[o - command_options];

	if (*seen)
		return usage("--", o->name, _(" is given twice"));
	*seen = true;
	if (o->argument == NULL && value != NULL)
		return usage("--", o->name, _(" takes no value"));
	if (o->argument != NULL && value == NULL) {
		if (next == NULL)
			return usage("--", o->name, _(" needs a value"));
		r->took_next = true;
		value = next;
	}
	return set_option(r->m, o, value);
}

/* One word that begins with "-"; `next` is the word behind it, or NULL. */
static enum exit_status
take_option(struct reading *r, const char *word, const char *next)
{
	const struct command_option *o = command_options;
	const char *value = strchr(word, '=');
	size_t len = value == NULL ? strlen(word) : (size_t)(value - word);
	char name[NAME_MAX_BYTES];

	r->took_next = false;
	if (word[1] != '-')
		return usage(_("unknown option "), word, "");
	(void)snprintf(name, sizeof(name), "%.*s", (int)len - 2, word + 2);
	if (value == NULL && strcmp(name, "help") == 0) {
		r->out->help = true;
		return STATUS_DONE;
	}
	if (value == NULL && strcmp(name, "version") == 0) {
		r->out->version = true;
		return STATUS_DONE;
	}
	while (o->name != NULL && strcmp(o->name, name) != 0)
		o++;
	if (o->name == NULL)
		return refuse_option(word, name);
	return take_known(r, o, value == NULL ? NULL : value + 1, next);
}

bool
command_takes(const struct command *c, const struct command_option *o)
{
	size_t len = strlen(o->name);
	const char *p = c->options;

	if (o->common)
		return true;
	while (*p != '\0') {
		size_t word = strcspn(p, " ");

		if (word == len && memcmp(p, o->name, len) == 0)
			return true;
		p += word + strspn(p + word, " ");
	}
	return false;
}

static enum exit_status
check_options(const struct reading *r)
{
	const struct command *c = r->out->command;

	for (size_t i = 0; command_options[i].name != NULL; i++) {
		if (!r->seen[i] || command_takes(c, &command_options[i]))
			continue;
		(void)fprintf(stderr, _("genauth-mfa: --%s is not an option of "
		    "%s\nTry: genauth-mfa help %s\n"), command_options[i].name,
		    c->name, c->name);
		return STATUS_USAGE;
	}
	if (r->m->reason != NULL && strlen(r->m->reason) > REASON_MAX_BYTES)
		return usage("--", "reason", _(" is longer than 500 bytes"));
	return STATUS_DONE;
}

/* As many operands as the row's `arguments` ask for? */
static enum exit_status
check_operands(const struct command_line *line)
{
	const struct command *c = line->command;
	int least = 0, most = 0;
	bool many = strstr(c->arguments, "...") != NULL;

	for (const char *p = c->arguments; *p != '\0';
	    p += strcspn(p, " "), p += strspn(p, " ")) {
		most++;
		if (*p != '[')
			least++;
	}
	if (line->argc >= least && (many || line->argc <= most))
		return STATUS_DONE;
	(void)fprintf(stderr, _("genauth-mfa: usage: genauth-mfa [OPTION...] "
	    "%s %s\n"), c->name, c->arguments);
	return STATUS_USAGE;
}

static const char *
command_name_at(const void *ctx, size_t i)
{
	const struct command *rows = ctx;

	return rows[i].name;
}

/* Say which commands begin with the word: "self wants one of: ...". */
static bool
explain_family(const char *first)
{
	size_t len = strlen(first);
	bool found = false;

	for (const struct command *c = commands; c->name != NULL; c++) {
		if (strncmp(c->name, first, len) != 0 || c->name[len] != ' ')
			continue;
		if (!found)
			(void)fprintf(stderr, _("genauth-mfa: %s wants one of:"),
			    first);
		found = true;
		(void)fprintf(stderr, " %s", c->name + len + 1);
	}
	if (found)
		(void)fputc('\n', stderr);
	return found;
}

const struct command *
command_find(int count, char **words, int *used)
{
	char both[2 * NAME_MAX_BYTES], hint[WORD_SHOWN] = "";
	const char *near;

	(void)snprintf(both, sizeof(both), "%.40s %.40s", words[0],
	    count > 1 ? words[1] : "");
	for (const struct command *c = commands; c->name != NULL; c++) {
		*used = strchr(c->name, ' ') == NULL ? 1 : 2;
		if (strcmp(c->name, *used == 1 ? words[0] : both) == 0)
			return c;
	}
	near = text_nearest(both, command_name_at, commands);
	if (near == NULL && explain_family(words[0]))
		return NULL;
	if (near == NULL)
		near = text_nearest(words[0], command_name_at, commands);
	if (near != NULL)
		(void)snprintf(hint, sizeof(hint), _(", did you mean %s"), near);
	if (near == NULL || strchr(near, ' ') == NULL)
		(void)snprintf(both, sizeof(both), "%.90s", words[0]);
	(void)usage(_("unknown command "), both, hint);
	return NULL;
}

static enum exit_status
take_words(struct reading *r, int argc, char **argv)
{
	struct command_line *out = r->out;
	bool options = true;
	enum exit_status status;

	for (int i = 1; i < argc; i++) {
		if (!options || argv[i][0] != '-' || argv[i][1] == '\0') {
			out->operands[out->argc++] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			options = false;
		} else {
			status = take_option(r, argv[i], argv[i + 1]);
			if (status != STATUS_DONE)
				return status;
			i += r->took_next ? 1 : 0;
		}
	}
	return STATUS_DONE;
}

enum exit_status
command_line_parse(
    struct mfa *m, int argc, char **argv, struct command_line *out)
{
	struct reading r = {.m = m, .out = out};
	enum exit_status status;
	int used = 0;

	memset(out, 0, sizeof(*out));
	if ((out->operands = calloc((size_t)argc + 1, sizeof(char *))) == NULL)
		return usage(_("out of memory"), "", "");
	status = take_words(&r, argc, argv);
	if (status != STATUS_DONE || out->version ||
	    (out->help && out->argc == 0))
		return status;
	if (out->operands[0] == NULL) {
		help_print(NULL, stderr);
		return STATUS_USAGE;
	}
	out->command = command_find(out->argc, out->operands, &used);
	if (out->command == NULL)
		return STATUS_USAGE;
	out->argv = out->operands + used;
	out->argc -= used;
	if (out->help)
		return STATUS_DONE;
	if ((status = check_options(&r)) != STATUS_DONE)
		return status;
	return check_operands(out);
}
