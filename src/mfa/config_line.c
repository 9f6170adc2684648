/*
 * Turns the text of a configuration file into where it sets an option, to be
 * shown. What an option is, and whether it is right: see login/config.c.
 */
#include "mfa/config_line.h"

#include <stdio.h>
#include <string.h>

bool
config_line_get(const struct buf *content, const char *name, struct line *out)
{
	*out = (struct line)LINE_START;
	while (line_next(out, content))
		if (out->mistake == NULL && out->name_len == strlen(name) &&
		    memcmp(out->name, name, out->name_len) == 0)
			return true;
	return false;
}

size_t
config_line_find(
    const struct buf *content, const char *name, char *value, size_t value_size)
{
	struct line l;

	if (!config_line_get(content, name, &l))
		return 0;
	(void)snprintf(value, value_size, "%.*s", (int)l.value_len,
	    l.value == NULL ? "" : l.value);
	return l.number;
}
