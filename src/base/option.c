/*
 * Turns the lines of a file and the arguments of a program into the fields
 * of a struct, as a table of options says. Knows no option by name.
 */
#include "base/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/text.h"

enum { WHY_BYTES = 256 };

/* One source being read: which rows it has set, and where. */
struct source {
	const struct option *table;
	void *base;
	unsigned from;
	const char *path; /* NULL: arguments */
	size_t *seen;     /* line or argument that set row i, 0: none yet */
	option_report *report;
	void *ctx;
};

const struct option *
option_find(const struct option *table, const char *name)
{
	for (; table->name != NULL; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

static const char *
name_at(const void *ctx, size_t i)
{
	const struct option *table = ctx;

	return table[i].name;
}

/*
 * The name of an option that is not there may be a secret pasted into the
 * wrong place: it is shown only where it looks like a name.
 */
static enum err
explain_unknown(const struct option *table, const char *name, char *why,
    size_t why_size)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-";
	const char *near;

	if (strlen(name) > 40 || name[strspn(name, letters)] != '\0')
		(void)snprintf(why, why_size, "unknown option");
	else if ((near = text_nearest(name, name_at, table)) == NULL)
		(void)snprintf(why, why_size, "unknown option \"%.40s\"",
		    name);
	else
		(void)snprintf(why, why_size,
		    "unknown option \"%.40s\", did you mean %s", name, near);
	return ERR_CONFIG;
}

static enum err
set_option(const struct option *o, void *base, const char *value, char *why,
    size_t why_size)
{
	char reason[WHY_BYTES] = "";
	enum err e = o->set(o, base, value, reason, sizeof(reason));

	if (e == ERR_CONFIG)
		(void)snprintf(why, why_size, "%s: %s", o->name, reason);
	return e;
}

/* Set what the line says. */
static enum err
apply(struct source *s, const struct line *l, char *why, size_t why_size)
{
	char name[LINE_MAX_BYTES + 1], value[LINE_MAX_BYTES + 1] = "yes";
	const struct option *o;
	size_t *seen;

	if (l->mistake != NULL) {
		(void)snprintf(why, why_size, "%s", l->mistake);
		return ERR_CONFIG;
	}
	(void)snprintf(name, sizeof(name), "%.*s", (int)l->name_len, l->name);
	if ((o = option_find(s->table, name)) == NULL)
		return explain_unknown(s->table, name, why, why_size);
	if ((o->from & s->from) == 0) {
		(void)snprintf(why, why_size, "%s cannot be set %s", o->name,
		    s->path == NULL ? "by an argument" : "in a file");
		return ERR_CONFIG;
	}
	if (l->value == NULL && o->set != option_flag) {
		(void)snprintf(why, why_size, "%s needs a value", o->name);
		return ERR_CONFIG;
	}
	seen = &s->seen[o - s->table];
	if (*seen != 0) {
		(void)snprintf(why, why_size, "%s is set already, in %s %zu",
		    o->name, s->path == NULL ? "argument" : "line", *seen);
		return ERR_CONFIG;
	}
	*seen = l->number;
	if (l->value != NULL)
		(void)snprintf(value, sizeof(value), "%.*s",
		    (int)l->value_len, l->value);
	return set_option(o, s->base, value, why, why_size);
}

/* Apply one line and report what is wrong with it. The worst error wins. */
static enum err
take(struct source *s, const struct line *l, enum err so_far)
{
	char why[WHY_BYTES + 80] = "", where[LINE_MAX_BYTES + 32] = "argument";
	enum err e = apply(s, l, why, sizeof(why));

	if (e == ERR_CONFIG) {
		if (s->path != NULL)
			(void)snprintf(where, sizeof(where), "%s:%zu", s->path,
			    l->number);
		s->report(s->ctx, where, why);
	}
	return e == ERR_OK || so_far == ERR_MEMORY ? so_far : e;
}

static size_t *
new_seen(const struct option *table)
{
	size_t rows = 0;

	while (table[rows].name != NULL)
		rows++;
	return calloc(rows + 1, sizeof(size_t));
}

enum err
option_defaults(const struct option *table, void *base)
{
	char why[WHY_BYTES];
	enum err e;

	for (const struct option *o = table; o->name != NULL; o++)
		if (o->def != NULL &&
		    (e = set_option(o, base, o->def, why, sizeof(why))) !=
		    ERR_OK)
			return e;
	return ERR_OK;
}

enum err
option_parse_file(const struct option *table, void *base, const char *path,
    const struct buf *content, option_report *report, void *ctx)
{
	struct source s = {table, base, OPTION_FILE, path, new_seen(table),
	    report, ctx};
	struct line l = LINE_START;
	enum err e = ERR_OK;

	if (s.seen == NULL)
		return ERR_MEMORY;
	while (line_next(&l, content))
		e = take(&s, &l, e);
	free(s.seen);
	return e;
}

enum err
option_parse_args(const struct option *table, void *base,
    const char *const *args, size_t count, option_report *report, void *ctx)
{
	struct source s = {table, base, OPTION_ARG, NULL, new_seen(table),
	    report, ctx};
	enum err e = ERR_OK;

	if (s.seen == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < count; i++) {
		struct line l = LINE_START;

		l.number = i + 1;
		line_read(&l, args[i], strlen(args[i]));
		e = take(&s, &l, e);
	}
	free(s.seen);
	return e;
}
