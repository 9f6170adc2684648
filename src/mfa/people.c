/*
 * Turns a text with a name a line into a list of people, each of them once.
 * Asks nobody whether they exist.
 */
#include "mfa/people.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "mfa/person.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Without comment and white space around it. */
static char *
trim(char *line)
{
	size_t len;

	for (size_t i = 0; line[i] != '\0'; i++)
		if (line[i] == '#' && (i == 0 || is_blank(line[i - 1])))
			line[i] = '\0';
	while (is_blank(*line))
		line++;
	len = strlen(line);
	while (len > 0 && is_blank(line[len - 1]))
		len--;
	line[len] = '\0';
	return line;
}

static enum err
add(struct people *p, const char *name, size_t line)
{
	struct listed *longer = p->list;

	if ((p->count & (p->count + 1)) == 0) /* 0, 1, 3, 7, ... */
		longer = reallocarray(
		    p->list, 2 * p->count + 1, sizeof(*longer));
	if (longer == NULL)
		return ERR_MEMORY;
	p->list = longer;
	p->list[p->count] = (struct listed){
	    .name = strdup(name), .line = line};
	if (p->list[p->count].name == NULL)
		return ERR_MEMORY;
	p->count++;
	return ERR_OK;
}

/* One line of `len` bytes; ERR_CONFIG after telling what is wrong. */
static enum err
read_line(struct people *p, char *line, size_t len, const char *source,
    size_t number)
{
	const char *fault, *name;

	if (len > 0 && line[len - 1] == '\n')
		line[--len] = '\0';
	if (strlen(line) != len)
		fault = _("holds a NUL");
	else if (len > 0 && line[len - 1] == '\r')
		fault = _("ends in a carriage return, as files from Windows do");
	else if (*(name = trim(line)) == '\0')
		return ERR_OK;
	else if ((fault = person_name_fault(name)) == NULL)
		return add(p, name, number);
	(void)fprintf(stderr, _("genauth-mfa: %s, line %zu: the name %s\n"),
	    source, number, fault);
	return ERR_CONFIG;
}

static int
compare(const void *a, const void *b)
{
	const struct listed *x = *(struct listed *const *)a;
	const struct listed *y = *(struct listed *const *)b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

/* `by_name` anew for the list as it is. */
static enum err
sort(struct people *p)
{
	free(p->by_name);
	if ((p->by_name = calloc(p->count, sizeof(*p->by_name))) == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < p->count; i++)
		p->by_name[i] = &p->list[i];
	qsort(p->by_name, p->count, sizeof(*p->by_name), compare);
	return ERR_OK;
}

/* Who was named again stays in the list once, where named first. */
static enum err
drop_doubled(struct people *p, const char *source)
{
	struct listed **s = p->by_name;
	size_t kept = 0, first = 0;

	for (size_t i = 1, same = 0; i < p->count; i++) {
		if (strcmp(s[i]->name, s[same]->name) != 0) {
			same = i;
			continue;
		}
		if (first == 0 || s[i]->line < first)
			first = s[i]->line;
		s[i]->line = 0;
	}
	if (first == 0)
		return ERR_OK;
	for (size_t i = 0; i < p->count; i++) {
		if (p->list[i].line == 0)
			free(p->list[i].name);
		else
			p->list[kept++] = p->list[i];
	}
	(void)fprintf(stderr, _("genauth-mfa: %s: %zu named more than once, as "
	    "in line %zu; each is done once\n"), source, p->count - kept,
	    first);
	p->count = kept;
	return sort(p);
}

static enum err
read_all(struct people *p, FILE *in, const char *source)
{
	char *line = NULL;
	size_t size = 0, number = 0;
	ssize_t n;
	enum err e = ERR_OK, one;

	/* what is wrong with the rest is told as well */
	while ((n = getline(&line, &size, in)) >= 0) {
		one = read_line(p, line, (size_t)n, source, ++number);
		e = one != ERR_OK ? one : e;
		if (one == ERR_MEMORY)
			break;
	}
	free(line);
	if (e != ERR_MEMORY && ferror(in) != 0) {
		(void)fprintf(stderr, "genauth-mfa: %s: %s\n", source,
		    strerror(errno));
		return ERR_SYSTEM;
	}
	return e;
}

enum err
people_read(struct people *p, FILE *in, const char *source)
{
	enum err e;

	*p = (struct people){.count = 0};
	if ((e = read_all(p, in, source)) == ERR_OK && p->count == 0) {
		(void)fprintf(
		    stderr, _("genauth-mfa: %s: nobody is named\n"), source);
		e = ERR_CONFIG;
	}
	if (e == ERR_OK && (e = sort(p)) == ERR_OK)
		e = drop_doubled(p, source);
	if (e != ERR_OK)
		people_clear(p);
	return e;
}

struct listed *
people_find(const struct people *p, const char *name)
{
	size_t low = 0, high = p->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, p->by_name[middle]->name);

		if (order == 0)
			return p->by_name[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

size_t
people_count(const struct people *p, enum stage stage)
{
	size_t n = 0;

	for (size_t i = 0; i < p->count; i++)
		n += p->list[i].stage == stage;
	return n;
}

void
people_clear(struct people *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->list[i].name);
		free(p->list[i].request_id);
	}
	free(p->list);
	free(p->by_name);
	*p = (struct people){.count = 0};
}
