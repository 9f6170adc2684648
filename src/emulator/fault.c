/*
 * The table of faults, and what those that concern the reply's JSON do to
 * it. Those that concern connection and status line are done in server.c.
 */
#include "emulator/fault.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *def, *doc;
} rows[FAULT_COUNT] = {
    [FAULT_LATENCY] = {"latency_ms", "200", "wait before the reply"},
    [FAULT_HTTP_STATUS] = {"http_status", "503",
	"this HTTP status with an error body, nothing done"},
    [FAULT_STATUS_LINE] = {"status_line", "500",
	"this HTTP status over an otherwise good reply"},
    [FAULT_RETRY_AFTER] = {"retry_after_s", "5",
	"429 with Retry-After, nothing done"},
    [FAULT_API_ERROR] = {"api_error", "500",
	"error envelope STATUS or STATUS:APICODE, nothing done"},
    [FAULT_CUT_CONNECTION] = {"cut_connection", "",
	"close without a reply, nothing done"},
    [FAULT_LOST_REPLY] = {"lost_reply", "",
	"done, but closed without a reply"},
    [FAULT_SLOW_BYTES] = {"slow_bytes", "50",
	"reply one byte in so many milliseconds"},
    [FAULT_NOT_JSON] = {"not_json", "<html>Bad gateway</html>",
	"this text in place of the reply"},
    [FAULT_CUT_JSON] = {"cut_json", "50", "so many percent of the reply"},
    [FAULT_HUGE_BODY] = {"huge_body", "1048576",
	"so many bytes of padding in the reply"},
    [FAULT_WRONG_TYPE] = {"wrong_content_type", "text/html",
	"this Content-Type"},
    [FAULT_REDIRECT] = {"redirect", "", "302 to VALUE or to the same URL"},
    [FAULT_OTHER_PERSON] = {"other_person", "",
	"replies speak of this user, or of any other one"},
    [FAULT_MISSING_FIELD] = {"missing_field", "data",
	"leave this member out of data, or of the reply"},
    [FAULT_MISTYPED_FIELD] = {"mistyped_field", "data",
	"make this member an array of numbers"},
    [FAULT_DOUBLED_MEMBER] = {"doubled_member", "message",
	"write this member twice"},
    [FAULT_TERMINAL_ESCAPES] = {"terminal_escapes", "",
	"control characters in this member, or in names and messages"},
    [FAULT_TRAILING_BYTES] = {"trailing_bytes", "{}", "this behind the reply"},
    [FAULT_DEEP_NESTING] = {"deep_nesting", "2000", "arrays so deep"},
    [FAULT_EXPIRED_CERTIFICATE] = {"expired_certificate", "",
	"an expired certificate (@PATH does not apply)"},
    [FAULT_FOREIGN_CERTIFICATE] = {"foreign_certificate", "",
	"a certificate of another authority (@PATH does not apply)"},
};

static int
find(const char *name)
{
	for (int i = 0; i < FAULT_COUNT; i++)
		if (strcmp(rows[i].name, name) == 0)
			return i;
	return -1;
}

static bool
copy(char *out, size_t size, const char *from, size_t len)
{
	if (len >= size)
		return false;
	memcpy(out, from, len);
	out[len] = '\0';
	return true;
}

static bool
parse_count(const char *text, long *out)
{
	char *end;
	long count = strtol(text, &end, 10);

	if (end == text || *end != '\0' || count < 1)
		return false;
	*out = count;
	return true;
}

bool
fault_set_parts(struct fault faults[FAULT_COUNT], const char *name,
    const char *value, const char *path, const char *count)
{
	int which = find(name);
	struct fault f = {.on = true, .left = -1};
	const char *at, *hash;
	size_t len, path_len;

	if (which < 0)
		return false;
	if (value == NULL)
		value = "";
	at = strchr(value, '@');
	hash = strchr(at != NULL ? at : value, '#');
	len = at != NULL       ? (size_t)(at - value)
	    : hash != NULL     ? (size_t)(hash - value)
			       : strlen(value);
	if (at != NULL) {
		path_len = hash != NULL ? (size_t)(hash - at - 1)
					: strlen(at + 1);
		if (!copy(f.path, sizeof(f.path), at + 1, path_len))
			return false;
	} else if (path != NULL &&
	    !copy(f.path, sizeof(f.path), path, strlen(path))) {
		return false;
	}
	if (hash != NULL)
		count = hash + 1;
	if (count != NULL && !parse_count(count, &f.left))
		return false;
	if (len == 0) {
		value = rows[which].def;
		len = strlen(value);
	}
	if (!copy(f.value, sizeof(f.value), value, len))
		return false;
	faults[which] = f;
	return true;
}

bool
fault_set_text(struct fault faults[FAULT_COUNT], const char *text)
{
	char name[32];
	size_t len = strcspn(text, "=@#");

	if (!copy(name, sizeof(name), text, len))
		return false;
	return fault_set_parts(faults, name,
	    text[len] == '=' ? text + len + 1 : text + len, NULL, NULL);
}

bool
fault_clear(struct fault faults[FAULT_COUNT], const char *name)
{
	int which;

	if (name == NULL) {
		memset(faults, 0, sizeof(*faults) * FAULT_COUNT);
		return true;
	}
	if ((which = find(name)) < 0)
		return false;
	faults[which].on = false;
	return true;
}

static bool
use(struct fault *f)
{
	if (!f->on)
		return false;
	if (f->left > 0 && --f->left == 0)
		f->on = false;
	return true;
}

bool
fault_pick_one(struct fault faults[FAULT_COUNT], enum fault_name name)
{
	return use(&faults[name]);
}

void
fault_pick(struct fault faults[FAULT_COUNT], const char *request,
    struct fault_set *out)
{
	memset(out->value, 0, sizeof(out->value));
	for (int i = 0; i < FAULT_EXPIRED_CERTIFICATE; i++) {
		if (!faults[i].on || strstr(request, faults[i].path) == NULL ||
		    !use(&faults[i]))
			continue;
		memcpy(out->text[i], faults[i].value, sizeof(out->text[i]));
		out->value[i] = out->text[i];
	}
}

long
fault_number(const struct fault_set *set, enum fault_name name)
{
	const char *value = set->value[name];

	return value == NULL ? 0 : strtol(value, NULL, 10);
}

/* The object that holds `name`: data, its first element, or the reply. */
static cJSON *
holder(cJSON *reply, const char *name)
{
	cJSON *data = cJSON_GetObjectItemCaseSensitive(reply, "data");

	if (cJSON_IsArray(data))
		data = cJSON_GetArrayItem(data, 0);
	if (cJSON_GetObjectItemCaseSensitive(data, name) != NULL)
		return data;
	if (cJSON_GetObjectItemCaseSensitive(reply, name) != NULL)
		return reply;
	return NULL;
}

static void
add_escapes(cJSON *reply, const char *name)
{
	cJSON *in = holder(reply, name);
	cJSON *member = cJSON_GetObjectItemCaseSensitive(in, name);
	char text[256];

	if (!cJSON_IsString(member))
		return;
	snprintf(text, sizeof(text),
	    "\x1b[2J\x1b]0;owned\x07\xe2\x80\xae%.128s\r\nroot: ok\x1b[31m",
	    member->valuestring);
	cJSON_ReplaceItemInObjectCaseSensitive(in, name,
	    cJSON_CreateString(text));
}

void
fault_edit_members(const struct fault_set *set, cJSON *reply)
{
	static const char *const names[] = {"message", "name", "nickname",
	    "username", "mfaPhone", "mfaEmail", "recoveryCode"};
	static const int numbers[] = {1, 2};
	const char *name;
	cJSON *in;

	if ((name = set->value[FAULT_TERMINAL_ESCAPES]) != NULL) {
		if (*name != '\0')
			add_escapes(reply, name);
		for (size_t i = 0; *name == '\0' && i < 7; i++)
			add_escapes(reply, names[i]);
	}
	if ((name = set->value[FAULT_DOUBLED_MEMBER]) != NULL &&
	    (in = holder(reply, name)) != NULL)
		cJSON_AddItemToObject(in, name,
		    cJSON_Duplicate(
			cJSON_GetObjectItemCaseSensitive(in, name), true));
	if ((name = set->value[FAULT_MISTYPED_FIELD]) != NULL &&
	    (in = holder(reply, name)) != NULL)
		cJSON_ReplaceItemInObjectCaseSensitive(in, name,
		    cJSON_CreateIntArray(numbers, 2));
	if ((name = set->value[FAULT_MISSING_FIELD]) != NULL &&
	    (in = holder(reply, name)) != NULL)
		cJSON_DeleteItemFromObjectCaseSensitive(in, name);
}

/* Replace the last '}' of `text` by a member of `count` filling bytes. */
static char *
grow(char *text, long count, const char *fill)
{
	bool nested = *fill == '[';
	size_t len = strlen(text), need = (size_t)count;
	char *out = malloc(len + 2 * need + 32), *p;

	if (out == NULL || len == 0 || count < 0) {
		free(out);
		return text;
	}
	memcpy(out, text, len - 1);
	p = stpcpy(out + len - 1, nested ? ",\"deep\":" : ",\"padding\":\"");
	memset(p, *fill, need);
	p += need;
	if (nested) {
		memset(p, ']', need);
		p += need;
	} else {
		*p++ = '"';
	}
	strcpy(p, "}");
	free(text);
	return out;
}

static char *
append(char *text, const char *more)
{
	size_t len = strlen(text);
	char *out = realloc(text, len + strlen(more) + 1);

	if (out == NULL)
		return text;
	strcpy(out + len, more);
	return out;
}

char *
fault_edit_text(const struct fault_set *set, char *text)
{
	size_t len;

	if (set->value[FAULT_HUGE_BODY] != NULL)
		text = grow(text, fault_number(set, FAULT_HUGE_BODY), "x");
	if (set->value[FAULT_DEEP_NESTING] != NULL)
		text = grow(text, fault_number(set, FAULT_DEEP_NESTING), "[");
	if (set->value[FAULT_TRAILING_BYTES] != NULL)
		text = append(text, set->value[FAULT_TRAILING_BYTES]);
	if (set->value[FAULT_CUT_JSON] != NULL) {
		len = strlen(text) *
		    (size_t)(fault_number(set, FAULT_CUT_JSON) % 100) / 100;
		text[len] = '\0';
	}
	if (set->value[FAULT_NOT_JSON] != NULL) {
		text[0] = '\0';
		text = append(text, set->value[FAULT_NOT_JSON]);
	}
	return text;
}

cJSON *
fault_report(const struct fault faults[FAULT_COUNT])
{
	cJSON *list = cJSON_CreateArray(), *item;

	for (int i = 0; i < FAULT_COUNT; i++) {
		if (!faults[i].on)
			continue;
		item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "name", rows[i].name);
		cJSON_AddStringToObject(item, "value", faults[i].value);
		cJSON_AddStringToObject(item, "path", faults[i].path);
		cJSON_AddNumberToObject(item, "left", (double)faults[i].left);
		cJSON_AddItemToArray(list, item);
	}
	return list;
}

void
fault_list(FILE *out)
{
	for (int i = 0; i < FAULT_COUNT; i++)
		fprintf(out, "  %-20s %s%s%s%s\n", rows[i].name, rows[i].doc,
		    *rows[i].def == '\0' ? "" : " (", rows[i].def,
		    *rows[i].def == '\0' ? "" : ")");
}
