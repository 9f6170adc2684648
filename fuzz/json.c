/*
 * JSON: what is taken is JSON by the letter of RFC 8259, and every string in
 * it is whole. Read here a second time, by a reader that only says yes or no.
 */
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "net/json.h"

enum { DEPTH_MAX = 64 };

static bool read_value(const char **s, int depth);

static void
skip_space(const char **s)
{
	*s += strspn(*s, " \t\r\n");
}

static bool
read_digits(const char **s)
{
	size_t n = strspn(*s, "0123456789");

	*s += n;
	return n > 0;
}

static bool
read_number(const char **s)
{
	if (**s == '-')
		(*s)++;
	if (**s == '0')
		(*s)++;
	else if (!read_digits(s))
		return false;
	if (**s == '.' && ((*s)++, !read_digits(s)))
		return false;
	if (**s != 'e' && **s != 'E')
		return true;
	(*s)++;
	if (**s == '+' || **s == '-')
		(*s)++;
	return read_digits(s);
}

/* Past the backslash; an escaped NUL is none that we take. */
static bool
read_escape(const char **s)
{
	if (**s != 'u')
		return **s != '\0' && strchr("\"\\/bfnrt", *(*s)++) != NULL;
	(*s)++;
	if (strncmp(*s, "0000", 4) == 0 ||
	    strspn(*s, "0123456789abcdefABCDEF") < 4)
		return false;
	*s += 4;
	return true;
}

static bool
read_string(const char **s)
{
	if (*(*s)++ != '"')
		return false;
	while (**s != '"') {
		if ((unsigned char)**s < ' ')
			return false;
		if (*(*s)++ == '\\' && !read_escape(s))
			return false;
	}
	(*s)++;
	return true;
}

/* Items, of an object with their names, up to `end`. */
static bool
read_items(const char **s, bool named, char end, int depth)
{
	(*s)++;
	skip_space(s);
	if (**s == end)
		return (*s)++, true;
	for (;;) {
		skip_space(s);
		if (named && !read_string(s))
			return false;
		skip_space(s);
		if (named && *(*s)++ != ':')
			return false;
		if (!read_value(s, depth + 1))
			return false;
		skip_space(s);
		if (**s == end)
			return (*s)++, true;
		if (*(*s)++ != ',')
			return false;
	}
}

static bool
read_word(const char **s)
{
	static const char *const words[] = {"true", "false", "null"};

	for (size_t i = 0; i < 3; i++)
		if (strncmp(*s, words[i], strlen(words[i])) == 0) {
			*s += strlen(words[i]);
			return true;
		}
	return false;
}

static bool
read_value(const char **s, int depth)
{
	if (depth > DEPTH_MAX)
		return false;
	skip_space(s);
	switch (**s) {
	case '{':
		return read_items(s, true, '}', depth);
	case '[':
		return read_items(s, false, ']', depth);
	case '"':
		return read_string(s);
	case 't':
	case 'f':
	case 'n':
		return read_word(s);
	default:
		return read_number(s);
	}
}

/* No NUL, UTF-8, and one value with nothing behind it. */
static bool
is_json(const struct buf *text)
{
	const char *s = buf_text(text);

	if (strlen(s) != text->len || !read_value(&s, 0))
		return false;
	skip_space(&s);
	return *s == '\0';
}

static void
use(const struct json *j)
{
	static const char *const names[] = {"a", "statusCode", "data", "id"};
	const struct json *inner = NULL;
	const char *text = NULL;
	bool yes = false;
	int n = 0;

	for (size_t i = 0; i < 4; i++) {
		if (json_get_text(j, names[i], &text) == ERR_OK)
			must(text_is_clean(text, 0, false) &&
			    strlen(text) < 1u << 20, "a string is one");
		if (json_get_int(j, names[i], &n) == ERR_OK)
			must(!json_is_absent(j, names[i]), "it is there");
		(void)!json_get_bool(j, names[i], &yes);
		if (json_get_object(j, names[i], &inner) == ERR_OK)
			must(json_is_object(inner), "an object is one");
		if (json_get_array(j, names[i], &inner) != ERR_OK)
			continue;
		for (size_t k = 0; k < json_array_size(inner); k++)
			must(json_array_item(inner, k) != NULL,
			    "an array has its items");
	}
}

/* What was read, printed and read again, prints as the same. */
static void
must_be_stable(const struct json *j)
{
	struct buf once = BUF_INIT(1 << 22), twice = BUF_INIT(1 << 22);
	struct json *again = NULL;

	if (json_print(j, &once) == ERR_OK &&
	    json_parse(&once, &again) == ERR_OK)
		must(json_print(again, &twice) == ERR_OK &&
		    strcmp(buf_text(&once), buf_text(&twice)) == 0,
		    "printing is stable");
	json_free(&again);
	buf_clear(&once);
	buf_clear(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct buf text = input_part(&in, 1 << 16);
	struct json *j = NULL;
	enum err e = json_parse(&text, &j);

	must((e == ERR_OK) == (j != NULL), "there is a value, or an error");
	if (e == ERR_OK) {
		must(is_json(&text), "only JSON is taken for JSON");
		use(j);
		must_be_stable(j);
	}
	json_free(&j);
	buf_clear(&text);
	return 0;
}
