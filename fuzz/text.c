/*
 * Text for people: whatever comes in, what goes out is clean, ended and, in a
 * log line, one value.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz.h"

/* What a terminal must never see, spelt here a second time. */
static const char *const dangers[] = {"\xc2\x80", "\xc2\x85", "\xc2\x9b",
    "\xc2\x9d", "\xc2\x9f", "\xe2\x80\x8b", "\xe2\x80\x8e",
    "\xe2\x80\x8f", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaa",
    "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa9", "\xef\xbb\xbf",
    "\xf3\xa0\x81\x81", NULL};

static void
must_be_clean(const char *text, const char *what)
{
	for (const char *p = text; *p != '\0'; p++)
		must((unsigned char)*p >= ' ' && *p != 0x7f,
		    "there is no control character");
	for (size_t i = 0; dangers[i] != NULL; i++)
		must(strstr(text, dangers[i]) == NULL,
		    "nothing turns or hides what follows");
	must(text_is_clean(text, strlen(text), false), what);
}

static void
try_clean(const char *text, size_t size)
{
	char *out = malloc(size);

	must(out != NULL, "there is memory");
	must(text_clean(out, size, text) == out, "text_clean() returns out");
	must(strlen(out) < size, "cleaned text is ended");
	must_be_clean(out, "cleaned text is clean");
	if (strlen(text) < size && text_is_clean(text, strlen(text), false))
		must(strcmp(out, text) == 0, "clean text stays as it is");
	free(out);
}

/* What text_add_field() wrote, read back as a reader of logfmt would. */
static void
try_field(const char *text)
{
	char wanted[512], got[1200] = "";
	struct buf line = BUF_INIT(2048);
	const char *p;
	bool quoted;
	size_t len = 0;

	text_add_field(&line, "name", text);
	must_be_clean(buf_text(&line), "a field is clean");
	if (text[0] == '\0') {
		must(line.len == 0, "nothing is no field");
		return;
	}
	p = buf_text(&line);
	must(strncmp(p, " name=", 6) == 0, "a field begins with its name");
	p += 6;
	quoted = *p == '"';
	for (p += quoted; *p != '\0' && !(quoted && *p == '"'); p++) {
		if (*p == '\\' && quoted)
			p++;
		else
			must(quoted || strchr(" \"=\\", *p) == NULL,
			    "a field without quotes is one word");
		got[len++] = *p;
	}
	must(!quoted || strcmp(p, "\"") == 0, "the quotes end the field");
	must(strcmp(got, text_clean(wanted, sizeof(wanted), text)) == 0,
	    "a field reads as what was written");
	buf_clear(&line);
}

static void
try_masks(const char *text)
{
	char out[80];

	text_mask_email(out, sizeof(out), text);
	must_be_clean(out, "a masked address is clean");
	must(strstr(out, "***") != NULL, "an address is masked");
	text_mask_phone(out, sizeof(out), text);
	must_be_clean(out, "a masked number is clean");
	must(strncmp(out, "***", 3) == 0 && strlen(out) <= 7,
	    "of a number four digits are shown");
}

static int
hex_value(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	must(at != NULL, "an escape has two digits");
	return (int)(at - digits);
}

static void
try_percent(const char *text)
{
	struct buf out = BUF_INIT(1 << 20), back = BUF_INIT(1 << 20);
	const char *p;
	char byte;

	must(text_percent_encode(text, &out) == ERR_OK, "all can be encoded");
	for (p = buf_text(&out); *p != '\0'; p++) {
		must(strchr("&?=#/+ ", *p) == NULL, "nothing is left to tell");
		byte = *p;
		if (byte == '%') {
			byte = (char)(hex_value(p[1]) * 16 + hex_value(p[2]));
			p += 2;
		}
		must(buf_add(&back, &byte, 1) == ERR_OK, "it fits");
	}
	must(strcmp(buf_text(&back), text) == 0, "encoding loses nothing");
	buf_clear(&back);
	buf_clear(&out);
}

static const char *
word_at(const void *ctx, size_t i)
{
	static const char *const words[] = {"users", "user_map", "factors",
	    "", NULL};

	(void)ctx;
	return words[i];
}

static void
try_nearest(const char *text)
{
	for (size_t i = 0; word_at(NULL, i) != NULL; i++)
		if (strcmp(text, word_at(NULL, i)) == 0 && text[0] != '\0')
			must(text_nearest(text, word_at, NULL) ==
			    word_at(NULL, i), "a word is nearest to itself");
	(void)text_nearest(text, word_at, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	size_t room = 8 + input_choose(&in, 64);
	char *text = input_text(&in), *other = input_text(&in);
	size_t len = strlen(text), other_len = strlen(other);

	try_clean(text, room);
	try_clean(text, 512);
	try_field(text);
	try_masks(text);
	try_percent(text);
	try_nearest(text);
	must(text_same_secret(text, len, other, other_len) ==
	    (strcmp(text, other) == 0), "secrets are compared exactly");
	free(other);
	free(text);
	return 0;
}
