/*
 * Turns what doctor found into a list that is the same however it was found:
 * each finding once, the worst first. Judges nothing.
 */
#include "mfa/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"

static const struct output_column columns[] = {
    {N_("Severity"), "severity"},
    {N_("Where"), "where"},
    {N_("What"), "what"},
    {N_("Mend"), "mend"},
    {NULL, NULL},
};

enum { SEVERITY_COLUMN, WHERE, WHAT, MEND };
enum { TEXT_BYTES = 1024 };

static const char *const severity_names[] = {
    N_("serious"), N_("warning"), N_("note")};

struct finding {
	enum severity severity;
	char *where, *what, *mend;
};

struct findings {
	struct finding *list;
	size_t count;
	bool failed; /* out of memory meanwhile */
};

struct findings *
findings_new(void)
{
	return calloc(1, sizeof(struct findings));
}

static void
clear(struct finding *f)
{
	free(f->where);
	free(f->what);
	free(f->mend);
}

void
findings_free(struct findings **f)
{
	if (*f == NULL)
		return;
	for (size_t i = 0; i < (*f)->count; i++)
		clear(&(*f)->list[i]);
	free((*f)->list);
	free(*f);
	*f = NULL;
}

static bool
is_known(const struct findings *f, const char *where, const char *what)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->list[i].where, where) == 0 &&
		    strcmp(f->list[i].what, what) == 0)
			return true;
	return false;
}

void
finding_add(struct findings *f, enum severity severity, const char *where,
    const char *mend, const char *format, ...)
{
	char what[TEXT_BYTES];
	struct finding *more, *new;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	if (is_known(f, where, what))
		return;
	more = reallocarray(f->list, f->count + 1, sizeof(*more));
	if (more == NULL) {
		f->failed = true;
		return;
	}
	f->list = more;
	new = &f->list[f->count];
	*new = (struct finding){
	    severity, strdup(where), strdup(what), strdup(mend)};
	if (new->where == NULL || new->what == NULL || new->mend == NULL) {
		clear(new);
		f->failed = true;
		return;
	}
	f->count++;
}

size_t
findings_count(const struct findings *f, enum severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < f->count; i++)
		count += f->list[i].severity == severity;
	return count;
}

enum err
findings_print(const struct findings *f, bool json)
{
	struct output_column titles[sizeof(columns) / sizeof(columns[0])];
	struct output *o;
	enum err e;

	output_translate(columns, titles);
	o = output_new(titles, json, true);
	if (o == NULL || f->failed) {
		output_free(&o);
		return ERR_MEMORY;
	}
	for (int s = SERIOUS; s <= NOTE; s++)
		for (size_t i = 0; i < f->count; i++) {
			if (f->list[i].severity != (enum severity)s)
				continue;
			output_row(o);
			output_text(o, SEVERITY_COLUMN, _(severity_names[s]));
			output_text(o, WHERE, f->list[i].where);
			output_text(o, WHAT, f->list[i].what);
			output_text(o, MEND, f->list[i].mend[0] == '\0' ?
			    _("nothing, where that is meant") :
			    f->list[i].mend);
		}
	e = output_print(o);
	output_free(&o);
	return e;
}
