/*
 * Every option's own setter: a value that is refused changes nothing, one
 * that is taken is as the table promises.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "login/config.h"

enum { ROWS = 36 };

static const struct option *
choose_row(struct input *in)
{
	size_t rows = 0;

	while (config_options[rows].name != NULL)
		rows++;
	must(rows >= ROWS, "all options are there");
	return &config_options[input_choose(in, (unsigned)rows)];
}

static void
must_be_number(const struct option *o, int n, int unit)
{
	const struct option_range *range = o->arg;

	must(n >= range->min * unit && n <= range->max * unit,
	    "a number is in its range");
}

static bool
is_word_of(const struct option *o, const char *word)
{
	const char *const *words = o->arg;

	while (*words != NULL && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

static void
must_be_rate(const struct option *o, const struct option_rate *rate)
{
	const struct option_rate_range *range = o->arg;

	if (rate->count == 0 && rate->seconds == 0)
		return;
	must(rate->count >= range->count.min &&
	    rate->count <= range->count.max &&
	    rate->seconds >= range->seconds.min &&
	    rate->seconds <= range->seconds.max, "a rate is in its ranges");
}

static void
must_be_url(const char *url)
{
	must(strncmp(url, "https://", 8) == 0 && strlen(url) > 8 &&
	    url[8] != '/', "an address is https and has a host");
	must(strpbrk(url, "@?# \t\r\n\"'\\") == NULL,
	    "an address has no user, query or fragment");
	must(url[strlen(url) - 1] != '/', "an address ends in no slash");
}

/* The field that was set, against its row. */
static void
must_be_right(const struct option *o, const struct config *c)
{
	const void *field = (const char *)c + o->offset;
	const char *text = NULL;

	if (o->set == option_number)
		must_be_number(o, *(const int *)field, 1);
	else if (o->set == option_seconds)
		must_be_number(o, *(const int *)field, 1000);
	else if (o->set == option_rate)
		must_be_rate(o, field);
	else if (o->set == option_word)
		must(((const char *const *)o->arg)[*(const int *)field] !=
		    NULL, "a word is one of the list");
	if (o->set != option_text && o->set != option_path &&
	    o->set != option_choice && o->set != option_https_url &&
	    o->set != option_proxy_url)
		return;
	memcpy(&text, field, sizeof(text));
	must(text != NULL && text[0] != '\0' &&
	    text_is_clean(text, strlen(text), false), "text is clean");
	if (o->set == option_path)
		must(text[0] == '/', "a path is from / on");
	else if (o->set == option_choice)
		must(is_word_of(o, text), "a choice is one of the list");
	else if (o->set == option_https_url)
		must_be_url(text);
	else if (o->set == option_proxy_url)
		must(strpbrk(text, "@?# ") == NULL &&
		    strncmp(text, "http", 4) == 0, "a proxy is host and port");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	const struct option *o = choose_row(&in);
	char *value = input_text(&in), why[256] = "";
	struct config c = {0};
	static const struct config zeroed;
	enum err e = o->set(o, &c, value, why, sizeof(why));

	if (e == ERR_OK) {
		must_be_right(o, &c);
		/* and again: what was owned is given back */
		must(o->set(o, &c, value, why, sizeof(why)) == ERR_OK,
		    "what was right is right again");
	} else {
		must(e == ERR_CONFIG && why[0] != '\0', "a mistake is told");
		must(memcmp(&c, &zeroed, sizeof(c)) == 0,
		    "a mistake changes nothing");
		must(!text_is_clean(value, strlen(value), false) ||
		    text_is_clean(why, strlen(why), false),
		    "a mistake in clean text is told in clean text");
	}
	config_clear(&c);
	free(value);
	return 0;
}
