/*
 * Turns an English message into a Chinese one. Not by way of gettext(), which
 * obeys LANGUAGE, NLSPATH and LOCPATH and the process's locale: in a setuid
 * host these are the caller's, a module must not call setlocale() in its host,
 * the verifier's sandbox opens no files, and a server may not have generated
 * zh_CN at all. So gettext's tools keep po/zh_CN.po, and what it says is
 * compiled in. Writes nothing, so it is safe in threads; libc only: the PAM
 * module links it.
 */
#include "base/message.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Written in Simplified Chinese: China's and Singapore's, or just "zh". */
static bool
is_simplified(const char *locale)
{
	if (!begins(locale, "zh"))
		return false;
	locale += strlen("zh");
	if (begins(locale, "_CN") || begins(locale, "_SG"))
		locale += strlen("_CN");
	return locale[0] == '.';
}

static bool
is_utf8(const char *locale)
{
	const char *codeset = strchr(locale, '.');
	size_t len = codeset == NULL ? 0 : strcspn(++codeset, "@");

	return (len == 5 && strncasecmp(codeset, "UTF-8", len) == 0) ||
	    (len == 4 && strncasecmp(codeset, "utf8", len) == 0);
}

enum language
message_language(enum language chosen, const char *locale)
{
	if (chosen != LANGUAGE_AUTO)
		return chosen;
	return locale != NULL && is_simplified(locale) && is_utf8(locale) ?
	    LANGUAGE_ZH : LANGUAGE_EN;
}

const char *
message_locale(const char *(*get)(void *ctx, const char *name), void *ctx)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = get(ctx, names[i]);

		if (value != NULL && value[0] != '\0')
			return value;
	}
	return "";
}

const char *
message_in(const struct message *table, const char *english)
{
	for (; table != NULL && table->english != NULL; table++)
		if (strcmp(table->english, english) == 0)
			return table->chinese;
	return english;
}
