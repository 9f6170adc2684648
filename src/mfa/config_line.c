/*
 * Turns the text of a configuration file into where it sets an option, to be
 * shown. What an option is, and whether it is right: see login/config.c.
 */
#include "mfa/config_line.h"

#include <stdio.h>
#include <string.h>

#include "base/lines.h"

size_t
config_line_find(
    const struct buf *content, const char *name, char *value, size_t value_size)
{
	struct line l = LINE_START;

	while (line_next(&l, content)) {
		if (l.name_len != strlen(name) ||
		    memcmp(l.name, name, l.name_len) != 0)
			continue;
		(void)snprintf(value, value_size, "%.*s", (int)l.value_len,
		    l.value == NULL ? "" : l.value);
		return l.number;
	}
	return 0;
}
