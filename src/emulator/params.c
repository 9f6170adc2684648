/*
 * Turns the query and the body of a request into JSON objects.
 */
#include "emulator/params.h"

#include <stdlib.h>
#include <string.h>

/* axios writes an array as NAME[]=a&NAME[]=b. */
static enum MHD_Result
add(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
	cJSON *object = ctx, *list;
	size_t len = strlen(name);
	char *plain;

	(void)kind;
	if (value == NULL)
		value = "";
	if (len < 3 || strcmp(name + len - 2, "[]") != 0) {
		cJSON_DeleteItemFromObjectCaseSensitive(object, name);
		cJSON_AddStringToObject(object, name, value);
		return MHD_YES;
	}
	if ((plain = strndup(name, len - 2)) == NULL)
		return MHD_NO;
	list = cJSON_GetObjectItemCaseSensitive(object, plain);
	if (list == NULL)
		list = cJSON_AddArrayToObject(object, plain);
	cJSON_AddItemToArray(list, cJSON_CreateString(value));
	free(plain);
	return MHD_YES;
}

/* a=b&c=d, with "+" for a space and %XX. Changes `text`. */
static cJSON *
parse_form(char *text)
{
	cJSON *object = cJSON_CreateObject();
	char *next, *value;

	for (; text != NULL; text = next) {
		if ((next = strchr(text, '&')) != NULL)
			*next++ = '\0';
		for (char *p = text; *p != '\0'; p++)
			if (*p == '+')
				*p = ' ';
		if ((value = strchr(text, '=')) == NULL)
			continue;
		*value++ = '\0';
		MHD_http_unescape(text);
		MHD_http_unescape(value);
		cJSON_AddStringToObject(object, text, value);
	}
	return object;
}

/* Only there are forms known (section 1.3); all else speaks JSON, whatever
 * the header says. */
static bool
is_form(const struct request *r)
{
	static const char form[] = "application/x-www-form-urlencoded";
	const char *type = MHD_lookup_connection_value(r->connection,
	    MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);

	return type != NULL && strncmp(type, form, strlen(form)) == 0 &&
	    (strncmp(r->path, "/oidc/", 6) == 0 ||
		strcmp(r->path, "/mfa/token/introspection") == 0);
}

bool
params_parse(struct request *r)
{
	r->query = cJSON_CreateObject();
	MHD_get_connection_values(r->connection, MHD_GET_ARGUMENT_KIND, add,
	    r->query);
	if (r->len == 0) {
		r->body = cJSON_CreateObject();
		return true;
	}
	if (is_form(r)) {
		r->body = parse_form(r->bytes);
		return true;
	}
	r->body = cJSON_ParseWithOpts(r->bytes, NULL, true);
	if (cJSON_IsNull(r->body)) { /* some clients send it for no body */
		cJSON_Delete(r->body);
		r->body = cJSON_CreateObject();
	}
	return cJSON_IsObject(r->body) && strlen(r->bytes) == r->len;
}
