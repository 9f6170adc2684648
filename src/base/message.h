#ifndef BASE_MESSAGE_H
#define BASE_MESSAGE_H

#include <stdbool.h>

/*
 * What people are told, in their language. A message is written in English
 * where it is said, as _("..."), or as N_("...") in a table from which _()
 * reads it later; xgettext finds both. What machines and logs read is not
 * marked.
 */
enum language { LANGUAGE_AUTO, LANGUAGE_EN, LANGUAGE_ZH };

/* One message; a table of them ends with a NULL. Made from po/zh_CN.po when
 * building, one table for each program. */
struct message {
	const char *english, *chinese;
};

/*
 * The language of `locale` ("zh_CN.UTF-8"; "" or NULL: nothing is known),
 * unless `chosen` is one. Chinese only where it is Simplified and UTF-8:
 * whoever has zh_TW or GB18030 gets English, as they would from gettext, or
 * instead of rubbish.
 */
enum language message_language(enum language chosen, const char *locale);

/*
 * The locale for messages, as setlocale() would choose it: LC_ALL,
 * LC_MESSAGES, LANG. `get(ctx, name)` gives a variable, NULL or "" where it
 * is not set. "" where none is.
 */
const char *message_locale(
    const char *(*get)(void *ctx, const char *name), void *ctx);

/* `english` in the language of `table`; itself where the table is NULL or has
 * no such message. Never NULL, nothing to free. A format stays one for the
 * same arguments: see tests/test_message.c. */
__attribute__((format_arg(2))) const char *message_in(
    const struct message *table, const char *english);

/*
 * For programs of our own, not the module, which lives in others: the table
 * that message() reads from now on. NULL: English. Borrowed; to be called
 * before there are threads.
 */
void message_use(const struct message *table);
__attribute__((format_arg(1))) const char *message(const char *english);
bool message_is_english(void);

#define _(english) message(english)
#define N_(english) english

#endif
