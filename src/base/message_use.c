/*
 * The one language of a program of ours. Not in the module: there each login
 * has its own, and nothing global is written.
 */
#include "base/message.h"

#include <stddef.h>

static const struct message *used;

void
message_use(const struct message *table)
{
	used = table;
}

const char *
message(const char *english)
{
	return message_in(used, english);
}

bool
message_is_english(void)
{
	return used == NULL;
}
