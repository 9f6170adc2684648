/*
 * Turns a login name of this host into the name that the directory knows,
 * by the administrator's file. Reads no file and asks nobody.
 */
#include "login/usermap.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/lines.h"

/* Order by login, byte by byte. */
static int
compare_logins(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	size_t shorter = x->name_len < y->name_len ? x->name_len : y->name_len;
	int d = memcmp(x->name, y->name, shorter);

	return d != 0 ? d : (x->name_len > y->name_len) -
	    (x->name_len < y->name_len);
}

/* Order by id, "Alice" and "alice" being one. */
static int
compare_ids(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	size_t shorter =
	    x->value_len < y->value_len ? x->value_len : y->value_len;
	int d = strncasecmp(x->value, y->value, shorter);

	return d != 0 ? d : (x->value_len > y->value_len) -
	    (x->value_len < y->value_len);
}

/* Two neighbours that compare as equal, told by their lines. */
static enum err
refuse_twice(struct line *lines, size_t count,
    int (*compare)(const void *, const void *), char *why, size_t why_size)
{
	size_t first, second;

	qsort(lines, count, sizeof(*lines), compare);
	for (size_t i = 1; i < count; i++) {
		if (compare(&lines[i - 1], &lines[i]) != 0)
			continue;
		first = lines[i - 1].number;
		second = lines[i].number;
		(void)snprintf(why, why_size, "line %zu: the %s of line %zu "
		    "is there again", first > second ? first : second,
		    compare == compare_ids ? "directory id" : "login",
		    first > second ? second : first);
		return ERR_CONFIG;
	}
	return ERR_OK;
}

enum err
usermap_check(const struct buf *map, char *why, size_t why_size)
{
	struct line l = LINE_START, *lines;
	size_t count = 0, i = 0;
	enum err e;

	while (line_next(&l, map))
		count++;
	if ((lines = calloc(count + 1, sizeof(*lines))) == NULL)
		return ERR_MEMORY;
	e = ERR_OK;
	l = (struct line)LINE_START;
	while (e == ERR_OK && line_next(&l, map)) {
		lines[i++] = l;
		if (l.mistake != NULL) {
			(void)snprintf(why, why_size, "line %zu: %s", l.number,
			    l.mistake);
			e = ERR_CONFIG;
		}
	}
	if (e == ERR_OK)
		e = refuse_twice(lines, i, compare_logins, why, why_size);
	if (e == ERR_OK)
		e = refuse_twice(lines, i, compare_ids, why, why_size);
	free(lines);
	return e;
}

/* The line of the login, and whether the name is another's id. */
static enum err
find(const struct buf *map, const char *login, struct line *found,
    bool *taken)
{
	struct line l = LINE_START;
	struct line wanted = {.name = login, .name_len = strlen(login),
	    .value = login, .value_len = strlen(login)};

	*found = (struct line)LINE_START;
	*taken = false;
	while (line_next(&l, map)) {
		if (l.mistake != NULL)
			return ERR_CONFIG;
		if (compare_logins(&l, &wanted) == 0)
			*found = l;
		*taken |= compare_ids(&l, &wanted) == 0;
	}
	return ERR_OK;
}

enum err
usermap_resolve(const struct buf *map, const char *login, struct buf *out)
{
	struct line found;
	bool taken;
	enum err e = find(map, login, &found, &taken);

	if (e != ERR_OK)
		return e;
	if (found.name != NULL)
		return buf_add(out, found.value, found.value_len);
	if (taken)
		return ERR_CONFIG;
	return buf_add(out, login, strlen(login));
}

size_t
usermap_line(const struct buf *map, const char *login)
{
	struct line found;
	bool taken;

	return find(map, login, &found, &taken) == ERR_OK ? found.number : 0;
}
