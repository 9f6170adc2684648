/*
 * Turns received bytes into JSON values whose every use is type-checked, and
 * flat objects into text. Wraps cJSON, which by itself takes more than JSON
 * allows: what it lets pass is refused by a look over the bytes first.
 */
#include "net/json.h"

#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/text.h"

/* cJSON does not tell bad text from lack of memory, and callers must know:
 * what is not JSON may be fine to them. */
static _Thread_local bool memory_ran_out;

static void *
allocate(size_t size)
{
	void *p = malloc(size);

	if (p == NULL)
		memory_ran_out = true;
	return p;
}

/* Replies hold tokens and password hashes: no copy may stay in the heap. */
static void
wipe_and_free(void *p)
{
	if (p == NULL)
		return;
	explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

static void
install_hooks(void)
{
	cJSON_Hooks hooks = {allocate, wipe_and_free};

	cJSON_InitHooks(&hooks);
}

static void
want_hooks(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, install_hooks);
}

/* struct json is never defined: it is a cJSON under a name of our own. */
static cJSON *
inner(struct json *j)
{
	return (cJSON *)(void *)j;
}

static const cJSON *
inner_const(const struct json *j)
{
	return (const cJSON *)(const void *)j;
}

static const struct json *
outer(const cJSON *j)
{
	return (const struct json *)(const void *)j;
}

/* The length of the escape sequence at `s`, its backslash included; 0 for an
 * escaped NUL, at which cJSON would end the string, and for one that is not
 * four hexadecimal digits, which cJSON reads as NUL. What else may follow a
 * backslash cJSON checks. */
static size_t
escape_length(const char *s, size_t left)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	if (left < 2)
		return 0;
	if (s[1] != 'u')
		return 2;
	if (left < 6 || memcmp(s + 2, "0000", 4) == 0)
		return 0;
	for (size_t i = 2; i < 6; i++)
		if (memchr(digits, s[i], sizeof(digits) - 1) == NULL)
			return 0;
	return 6;
}

static size_t
digits_length(const char *s, size_t left)
{
	size_t n = 0;

	while (n < left && s[n] >= '0' && s[n] <= '9')
		n++;
	return n;
}

/* The length of the number at `s`, 0 where it is none: cJSON takes what
 * strtod() does, "01" and "1." too. */
static size_t
number_length(const char *s, size_t left)
{
	size_t i = left > 0 && s[0] == '-' ? 1 : 0, n;

	n = digits_length(s + i, left - i);
	if (n == 0 || (n > 1 && s[i] == '0'))
		return 0;
	i += n;
	if (i < left && s[i] == '.') {
		if ((n = digits_length(s + i + 1, left - i - 1)) == 0)
			return 0;
		i += 1 + n;
	}
	if (i == left || (s[i] != 'e' && s[i] != 'E'))
		return i;
	i++;
	if (i < left && (s[i] == '+' || s[i] == '-'))
		i++;
	n = digits_length(s + i, left - i);
	return n == 0 ? 0 : i + n;
}

/* The length of the string that starts behind the quote at `s`, with its
 * closing quote; 0 where it has no end or holds what JSON forbids. */
static size_t
string_length(const char *s, size_t left)
{
	size_t i = 0, n;

	while (i < left && s[i] != '"') {
		if ((unsigned char)s[i] < 0x20)
			return 0;
		n = s[i] == '\\' ? escape_length(s + i, left - i)
				 : text_character_length(s + i, left - i);
		if (n == 0)
			return 0;
		i += n;
	}
	return i < left ? i + 1 : 0;
}

/* What cJSON does not check: control characters anywhere, NUL, UTF-8, depth,
 * how numbers look, bytes that are not ASCII (such as a byte order mark)
 * outside strings. */
static bool
is_acceptable(const char *s, size_t len)
{
	size_t depth = 0, n;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '"') {
			if ((n = string_length(s + i + 1, len - i - 1)) == 0)
				return false;
			i += n;
		} else if (s[i] == '-' || (s[i] >= '0' && s[i] <= '9')) {
			if ((n = number_length(s + i, len - i)) == 0)
				return false;
			i += n - 1;
		} else if (s[i] == '{' || s[i] == '[') {
			if (++depth > JSON_DEPTH_MAX)
				return false;
		} else if (s[i] == '}' || s[i] == ']') {
			if (depth-- == 0)
				return false;
		} else if ((s[i] < ' ' || s[i] > '~') && s[i] != '\t' &&
		    s[i] != '\n' && s[i] != '\r')
			return false;
	}
	return depth == 0;
}

/* Two readers could take two different members for the one that counts. */
static bool
has_doubled_member(const cJSON *j)
{
	size_t members = 0;

	for (const cJSON *m = j->child; m != NULL; m = m->next) {
		if (has_doubled_member(m))
			return true;
		if (!cJSON_IsObject(j))
			continue;
		if (++members > JSON_MEMBERS_MAX)
			return true;
		for (const cJSON *n = j->child; n != m; n = n->next)
			if (strcmp(m->string, n->string) == 0)
				return true;
	}
	return false;
}

enum err
json_parse(const struct buf *text, struct json **out)
{
	cJSON *root;

	if (text->len == 0 ||
	    !is_acceptable(text->ptr, text->len))
		return ERR_REPLY;
	want_hooks();
	memory_ran_out = false;
	/* One more for the NUL that has to follow the value. */
	root = cJSON_ParseWithLengthOpts(text->ptr, text->len + 1, NULL, true);
	if (root == NULL)
		return memory_ran_out ? ERR_MEMORY : ERR_REPLY;
	if (has_doubled_member(root)) {
		cJSON_Delete(root);
		return ERR_REPLY;
	}
	*out = (struct json *)(void *)root;
	return ERR_OK;
}

void
json_free(struct json **j)
{
	cJSON_Delete(inner(*j));
	*j = NULL;
}

/* The member of that name, NULL where there is none. */
static const cJSON *
member(const struct json *object, const char *name)
{
	if (!json_is_object(object))
		return NULL;
	return cJSON_GetObjectItemCaseSensitive(inner_const(object), name);
}

/* The member of that name, where `is_right` says yes to its type. */
static enum err
find(const struct json *object, const char *name,
    cJSON_bool (*is_right)(const cJSON *), const cJSON **out)
{
	const cJSON *m = member(object, name);

	if (m == NULL || !is_right(m))
		return ERR_REPLY;
	*out = m;
	return ERR_OK;
}

enum err
json_get_text(const struct json *object, const char *name, const char **out)
{
	const cJSON *m = NULL;
	enum err e = find(object, name, cJSON_IsString, &m);

	if (e == ERR_OK)
		*out = m->valuestring;
	return e;
}

enum err
json_get_optional_text(
    const struct json *object, const char *name, const char **out)
{
	if (json_is_object(object) && json_is_absent(object, name)) {
		*out = NULL;
		return ERR_OK;
	}
	return json_get_text(object, name, out);
}

enum err
json_get_int(const struct json *object, const char *name, int *out)
{
	const cJSON *m = NULL;
	enum err e = find(object, name, cJSON_IsNumber, &m);
	double d;

	if (e != ERR_OK)
		return e;
	d = m->valuedouble;
	if (!(d >= INT_MIN && d <= INT_MAX) || (double)(int)d != d)
		return ERR_REPLY;
	*out = (int)d;
	return ERR_OK;
}

enum err
json_get_bool(const struct json *object, const char *name, bool *out)
{
	const cJSON *m = NULL;
	enum err e = find(object, name, cJSON_IsBool, &m);

	if (e == ERR_OK)
		*out = cJSON_IsTrue(m);
	return e;
}

enum err
json_get_object(
    const struct json *object, const char *name, const struct json **out)
{
	const cJSON *m = NULL;
	enum err e = find(object, name, cJSON_IsObject, &m);

	if (e == ERR_OK)
		*out = outer(m);
	return e;
}

enum err
json_get_array(
    const struct json *object, const char *name, const struct json **out)
{
	const cJSON *m = NULL;
	enum err e = find(object, name, cJSON_IsArray, &m);

	if (e == ERR_OK)
		*out = outer(m);
	return e;
}

bool
json_is_absent(const struct json *object, const char *name)
{
	const cJSON *m = member(object, name);

	return m == NULL || cJSON_IsNull(m);
}

bool
json_is_object(const struct json *j)
{
	return cJSON_IsObject(inner_const(j));
}

size_t
json_array_size(const struct json *array)
{
	const cJSON *a = inner_const(array);

	return cJSON_IsArray(a) ? (size_t)cJSON_GetArraySize(a) : 0;
}

const struct json *
json_array_item(const struct json *array, size_t i)
{
	if (i >= json_array_size(array))
		return NULL;
	return outer(cJSON_GetArrayItem(inner_const(array), (int)i));
}

struct json *
json_new_object(void)
{
	want_hooks();
	return (struct json *)(void *)cJSON_CreateObject();
}

/* cJSON leaves the valueint of objects and arrays alone: ours, to remember a
 * failed put. */
static void
remember_failure(cJSON *object)
{
	object->valueint = 1;
}

void
json_put_text(struct json *object, const char *name, const char *text)
{
	if (object == NULL || text == NULL)
		return;
	if (cJSON_AddStringToObject(inner(object), name, text) == NULL)
		remember_failure(inner(object));
}

struct json *
json_put_object(struct json *object, const char *name)
{
	cJSON *made;

	if (object == NULL)
		return NULL;
	if ((made = cJSON_AddObjectToObject(inner(object), name)) == NULL)
		remember_failure(inner(object));
	return (struct json *)(void *)made;
}

void
json_put_json(struct json *object, const char *name, const char *json)
{
	if (object == NULL)
		return;
	if (cJSON_AddRawToObject(inner(object), name, json) == NULL)
		remember_failure(inner(object));
}

struct json *
json_new_array(void)
{
	want_hooks();
	return (struct json *)(void *)cJSON_CreateArray();
}

void
json_add_text(struct json *array, const char *text)
{
	cJSON *item;

	if (array == NULL)
		return;
	if ((item = cJSON_CreateString(text)) == NULL ||
	    !cJSON_AddItemToArray(inner(array), item))
		remember_failure(inner(array));
}

static bool
has_failed(const cJSON *object)
{
	if (object->valueint != 0)
		return true;
	for (const cJSON *m = object->child; m != NULL; m = m->next)
		if (cJSON_IsObject(m) && has_failed(m))
			return true;
	return false;
}

enum err
json_print(const struct json *j, struct buf *out)
{
	char *text;
	enum err e;

	if (j == NULL || has_failed(inner_const(j)))
		return ERR_MEMORY;
	if ((text = cJSON_PrintUnformatted(inner_const(j))) == NULL)
		return ERR_MEMORY;
	e = buf_add_text(out, text);
	wipe_and_free(text);
	return e;
}
