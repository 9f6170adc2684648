/*
 * Turns method, headers, path and parameters of a request into the text that
 * the management API's HMAC signature covers. Does not compute the HMAC.
 */
#include "emulator/sign.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int
by_name(const void *a, const void *b)
{
	const struct sign_header *x = a, *y = b;

	return strcasecmp(x->name, y->name);
}

static int
by_member(const void *a, const void *b)
{
	const cJSON *const *x = a, *const *y = b;

	return strcmp((*x)->string, (*y)->string);
}

/* A string goes in raw, all else as compact JSON. */
static void
write_value(FILE *out, const cJSON *value)
{
	char *json;

	if (cJSON_IsString(value)) {
		fputs(value->valuestring, out);
	} else if ((json = cJSON_PrintUnformatted(value)) != NULL) {
		fputs(json, out);
		free(json);
	}
}

char *
sign_resource(const char *path, const cJSON *params)
{
	int count = cJSON_GetArraySize(params);
	const cJSON **members, *member;
	char *text = NULL;
	size_t len, n = 0;
	FILE *out;

	if (count == 0)
		return strdup(path);
	if ((members = calloc((size_t)count, sizeof(*members))) == NULL)
		return NULL;
	cJSON_ArrayForEach(member, params) members[n++] = member;
	qsort(members, n, sizeof(*members), by_member);
	if ((out = open_memstream(&text, &len)) != NULL) {
		fputs(path, out);
		for (size_t i = 0; i < n; i++) {
			fprintf(out, "%c%s=", i == 0 ? '?' : '&',
			    members[i]->string);
			write_value(out, members[i]);
		}
		fclose(out);
	}
	free(members);
	return text;
}

/* `name:value`, the name in lower case, the value trimmed. */
static void
write_header(FILE *out, const struct sign_header *h)
{
	const char *value = h->value + strspn(h->value, " \t\r\n\f");
	size_t len = strlen(value);

	for (const char *p = h->name; *p != '\0'; p++)
		fputc(tolower((unsigned char)*p), out);
	fputc(':', out);
	while (len > 0 && strchr(" \t\r\n\f", value[len - 1]) != NULL)
		len--;
	for (size_t i = 0; i < len; i++)
		fputc(strchr("\t\r\n\f", value[i]) != NULL ? ' ' : value[i],
		    out);
	fputc('\n', out);
}

char *
sign_text(const char *method, const char *prefix, struct sign_header *headers,
    size_t count, const char *resource)
{
	size_t len;
	char *text = NULL;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return NULL;
	qsort(headers, count, sizeof(*headers), by_name);
	fprintf(out, "%s\n", method);
	for (size_t i = 0; i < count; i++)
		if (strncasecmp(headers[i].name, prefix, strlen(prefix)) == 0 ||
		    strcasecmp(headers[i].name, "date") == 0)
			write_header(out, &headers[i]);
	fputs(resource, out);
	fclose(out);
	return text;
}
