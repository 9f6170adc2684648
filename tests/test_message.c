/*
 * Messages in two languages: every one that is in a table is looked up, and a
 * translation takes the place of the original anywhere: the same conversions
 * for printf, text that terminals take, the same ends.
 */
#include "base/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

enum { CONVERSIONS_MAX = 16, CONVERSION_BYTES = 12 };

static const struct message of_module[] = {
#include "messages_module.inc"
    {NULL, NULL}};

static const struct message of_verifier[] = {
#include "messages_verifier.inc"
    {NULL, NULL}};

static const struct message of_mfa[] = {
#include "messages_mfa.inc"
    {NULL, NULL}};

static const struct message *const tables[] = {
    of_module, of_verifier, of_mfa};

static void
for_each(void (*look)(const struct message *table, const struct message *m))
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		assert_non_null(tables[t][0].english);
		for (const struct message *m = tables[t]; m->english != NULL;
		    m++)
			look(tables[t], m);
	}
}

static void
looks_up(const struct message *table, const struct message *m)
{
	assert_ptr_equal(message_in(table, m->english), m->chinese);
	assert_ptr_equal(message_in(NULL, m->english), m->english);
	message_use(table);
	assert_ptr_equal(message(m->english), m->chinese);
	assert_false(message_is_english());
	message_use(NULL);
	assert_ptr_equal(message(m->english), m->english);
	assert_true(message_is_english());
}

static void
every_message_is_there_in_both_languages(void **state)
{
	static const char unknown[] = "What nobody has translated";

	(void)state;
	for_each(looks_up);
	assert_ptr_equal(message_in(of_mfa, unknown), unknown);
	assert_string_equal(
	    message_in(of_verifier, "That code is not right."),
	    "验证码不正确。");
}

/*
 * What each argument is converted with: "s", "zu", "*d"; `text` is "%s", or
 * "%2$s" for the second of them. The number of arguments.
 */
static size_t
read_conversions(const char *text, char out[][CONVERSION_BYTES])
{
	size_t count = 0;

	memset(out, 0, (size_t)CONVERSIONS_MAX * CONVERSION_BYTES);
	while ((text = strchr(text, '%')) != NULL) {
		size_t at = count, len;
		char *end;

		if (*++text == '%') {
			text++;
			continue;
		}
		len = strspn(text, "0123456789");
		if (text[len] == '$') {
			at = strtoul(text, &end, 10) - 1;
			text = end + 1;
		}
		len = strcspn(text, "csdiuoxp") + 1;
		assert_true(at < CONVERSIONS_MAX && len < CONVERSION_BYTES);
		memcpy(out[at], text, len);
		text += len;
		count++;
	}
	return count;
}

static void
converts_the_same(const struct message *table, const struct message *m)
{
	char english[CONVERSIONS_MAX][CONVERSION_BYTES];
	char chinese[CONVERSIONS_MAX][CONVERSION_BYTES];

	(void)table;
	assert_int_equal(read_conversions(m->english, english),
	    read_conversions(m->chinese, chinese));
	if (memcmp(english, chinese, sizeof(english)) != 0)
		fail_msg("\"%s\" and \"%s\"", m->english, m->chinese);
}

static void
every_translation_takes_the_same_arguments(void **state)
{
	char found[CONVERSIONS_MAX][CONVERSION_BYTES];

	(void)state;
	for_each(converts_the_same);
	assert_int_equal(read_conversions("%2$zu 100%% %1$.3s", found), 2);
	assert_string_equal(found[0], ".3s");
	assert_string_equal(found[1], "zu");
}

static bool
ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static void
can_be_shown(const struct message *table, const struct message *m)
{
	static const char *const ends[] = {": ", "\n", " "};

	(void)table;
	assert_true(text_is_clean(m->chinese, strlen(m->chinese), true));
	assert_true(m->chinese[0] != '\0');
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends_in(m->english, ends[i]) !=
		    ends_in(m->chinese, ends[i]))
			fail_msg("\"%s\" and \"%s\"", m->english, m->chinese);
}

static void
r11_every_translation_is_clean_text(void **state)
{
	(void)state;
	for_each(can_be_shown);
}

static void
is_there_once(const struct message *table, const struct message *m)
{
	for (const struct message *o = table; o < m; o++)
		assert_string_not_equal(o->english, m->english);
}

static void
no_message_is_there_twice(void **state)
{
	(void)state;
	for_each(is_there_once);
}

static void
chinese_is_for_simplified_in_utf8(void **state)
{
	static const char *const chinese[] = {"zh_CN.UTF-8", "zh_CN.utf8",
	    "zh_SG.UTF-8", "zh.UTF-8", "zh_CN.UTF-8@pinyin"};
	static const char *const english[] = {"", "C", "POSIX", "C.UTF-8",
	    "en_US.UTF-8", "zh", "zh_CN", "zh_CN.GB18030", "zh_CN.GBK",
	    "zh_CN.UTF-16", "zh_CN.", "zh_CN@UTF-8", "zh_TW.UTF-8",
	    "zh_HK.UTF-8", "zh_MO.UTF-8", "zha_CN.UTF-8", "ZH_CN.UTF-8",
	    "zh_CNX.UTF-8", "../../zh_CN.UTF-8"};

	(void)state;
	assert_int_equal(
	    message_language(LANGUAGE_AUTO, NULL), LANGUAGE_EN);
	for (size_t i = 0; i < sizeof(chinese) / sizeof(chinese[0]); i++)
		assert_int_equal(message_language(LANGUAGE_AUTO, chinese[i]),
		    LANGUAGE_ZH);
	for (size_t i = 0; i < sizeof(english) / sizeof(english[0]); i++)
		if (message_language(LANGUAGE_AUTO, english[i]) != LANGUAGE_EN)
			fail_msg("%s", english[i]);
}

static void
a_language_that_is_chosen_is_taken(void **state)
{
	(void)state;
	assert_int_equal(message_language(LANGUAGE_EN, "zh_CN.UTF-8"),
	    LANGUAGE_EN);
	assert_int_equal(message_language(LANGUAGE_ZH, "C"), LANGUAGE_ZH);
}

/* `ctx` are pairs of name and value. */
static const char *
find(void *ctx, const char *name)
{
	for (const char **p = ctx; *p != NULL; p += 2)
		if (strcmp(*p, name) == 0)
			return p[1];
	return NULL;
}

static void
the_locale_is_that_of_messages(void **state)
{
	const char *all[] = {"LANG", "c", "LC_MESSAGES", "b", "LC_ALL", "a",
	    "LANGUAGE", "d", "LC_CTYPE", "e", NULL};

	(void)state;
	assert_string_equal(message_locale(find, all), "a");
	all[5] = "";
	assert_string_equal(message_locale(find, all), "b");
	all[3] = "";
	assert_string_equal(message_locale(find, all), "c");
	all[1] = "";
	assert_string_equal(message_locale(find, all), "");
	all[0] = NULL;
	assert_string_equal(message_locale(find, all), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_message_is_there_in_both_languages),
	    cmocka_unit_test(every_translation_takes_the_same_arguments),
	    cmocka_unit_test(r11_every_translation_is_clean_text),
	    cmocka_unit_test(no_message_is_there_twice),
	    cmocka_unit_test(chinese_is_for_simplified_in_utf8),
	    cmocka_unit_test(a_language_that_is_chosen_is_taken),
	    cmocka_unit_test(the_locale_is_that_of_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
