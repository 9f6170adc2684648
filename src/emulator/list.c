/*
 * list-users of the management API, both spellings: filters, pages.
 */
#include "emulator/route.h"

#include <stdlib.h>
#include <string.h>

enum { LIMIT_MAX = 50, LIMIT_DEFAULT = 10 };

static const char *
field(const struct user *u, const char *name)
{
	if (strcmp(name, "username") == 0)
		return u->username;
	if (strcmp(name, "email") == 0)
		return u->email;
	if (strcmp(name, "phone") == 0)
		return u->phone;
	if (strcmp(name, "nickname") == 0 || strcmp(name, "name") == 0)
		return u->nickname;
	if (strcmp(name, "externalId") == 0)
		return u->external_id;
	if (strcmp(name, "status") == 0)
		return u->status;
	return NULL;
}

static bool
in_list(const cJSON *list, const char *text)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		if (cJSON_IsString(item) &&
		    strcmp(item->valuestring, text) == 0)
			return true;
	}
	return false;
}

/* 1 passes, 0 does not, -1 the filter is not understood. */
static int
passes(const struct user *u, const cJSON *filter)
{
	const char *name = request_text(filter, "field");
	const char *op = request_text(filter, "operator");
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(filter, "value");
	const char *have = name == NULL ? NULL : field(u, name);
	const char *want = cJSON_IsString(value) ? value->valuestring : NULL;

	if (have == NULL || op == NULL)
		return -1;
	if (strcmp(op, "IS_NULL") == 0)
		return *have == '\0';
	if (strcmp(op, "NOT_NULL") == 0)
		return *have != '\0';
	if (strcmp(op, "IN") == 0)
		return cJSON_IsArray(value) ? in_list(value, have) : -1;
	if (want == NULL)
		return -1;
	if (strcmp(op, "EQUAL") == 0)
		return strcmp(have, want) == 0;
	if (strcmp(op, "NOT_EQUAL") == 0)
		return strcmp(have, want) != 0;
	if (strcmp(op, "CONTAINS") == 0)
		return strstr(have, want) != NULL;
	if (strcmp(op, "NOT_CONTAINS") == 0)
		return strstr(have, want) == NULL;
	return -1;
}

static bool
has_keywords(const struct user *u, const char *keywords)
{
	return keywords == NULL || strstr(u->username, keywords) != NULL ||
	    strstr(u->nickname, keywords) != NULL ||
	    strstr(u->email, keywords) != NULL ||
	    strstr(u->phone, keywords) != NULL;
}

/* A number given as a number or, in a query, as text. */
static int
number(const cJSON *object, const char *name, int def)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	if (cJSON_IsNumber(item))
		return item->valueint;
	if (cJSON_IsString(item))
		return (int)strtol(item->valuestring, NULL, 10);
	return item == NULL ? def : -1;
}

static int
wanted(const struct request *r, const struct user *u)
{
	const cJSON *filters = cJSON_GetObjectItemCaseSensitive(r->body,
	    "advancedFilter"), *filter;
	const char *status = request_text(r->query, "status");
	int pass;

	if (!has_keywords(u, request_text(r->body, "keywords")) ||
	    (status != NULL && strcmp(u->status, status) != 0))
		return 0;
	cJSON_ArrayForEach(filter, filters)
	{
		if ((pass = passes(u, filter)) != 1)
			return pass;
	}
	return 1;
}

void
management_list(struct request *r)
{
	const cJSON *pages = strcmp(r->method, "GET") == 0
	    ? r->query
	    : cJSON_GetObjectItemCaseSensitive(
		  cJSON_GetObjectItemCaseSensitive(r->body, "options"),
		  "pagination");
	int page = number(pages, "page", 1), total = 0;
	int limit = number(pages, "limit", LIMIT_DEFAULT);
	cJSON *data, *list;

	if (page < 1 || page > 1000000 || limit < 1 || limit > LIMIT_MAX) {
		reply_bad_parameter(r, "page, limit (at most 50)");
		return;
	}
	data = cJSON_CreateObject();
	list = cJSON_CreateArray();
	for (size_t i = 0; i < r->state->user_count; i++) {
		const struct user *u = &r->state->users[i];
		int pass = wanted(r, u);

		if (pass < 0) {
			cJSON_Delete(data);
			cJSON_Delete(list);
			reply_bad_parameter(r, "advancedFilter");
			return;
		}
		if (pass == 0)
			continue;
		if (total >= (page - 1) * limit && total < page * limit)
			cJSON_AddItemToArray(list, person_v3(r, u));
		total++;
	}
	cJSON_AddNumberToObject(data, "totalCount", total);
	cJSON_AddItemToObject(data, "list", list);
	reply_accept(r, data);
}
