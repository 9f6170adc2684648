/*
 * Turns the environment into a handful of facts and empties it. No secret,
 * path or address is ever taken from it.
 */
#include "mfa/environment.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/message.h"
#include "base/text.h"

struct environment environment;

static const char *
get(const char *name)
{
	const char *value = getenv(name);

	return value == NULL ? "" : value;
}

static const char *
get_for_messages(void *ctx, const char *name)
{
	(void)ctx;
	return get(name);
}

/* What characters there are, as setlocale() would choose it. */
static const char *
get_ctype(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (get(names[i])[0] != '\0')
			return get(names[i]);
	return "";
}

static bool
is_utf8(const char *locale)
{
	const char *charset = strchr(locale, '.');

	return charset != NULL && (strncasecmp(charset, ".UTF-8", 6) == 0 ||
	    strncasecmp(charset, ".utf8", 5) == 0);
}

void
environment_take(void)
{
	struct environment *e = &environment;
	const char *term = get("TERM");
	long columns = strtol(get("COLUMNS"), NULL, 10);

	(void)text_clean(e->sudo_user, sizeof(e->sudo_user),
	    get("SUDO_USER"));
	(void)text_clean(e->locale, sizeof(e->locale),
	    message_locale(get_for_messages, NULL));
	e->utf8 = is_utf8(get_ctype());
	e->dumb = term[0] == '\0' || strcmp(term, "dumb") == 0;
	e->rich = !e->dumb && get("NO_COLOR")[0] == '\0';
	e->columns = columns >= 20 && columns <= 1000 ? (int)columns : 0;
	(void)clearenv();
}
