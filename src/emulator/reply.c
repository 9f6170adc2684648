/*
 * Builds the envelopes of the two API generations. Knows no endpoint; the
 * HTTP status stays 200, as the documents have it, unless a handler says so.
 */
#include "emulator/request.h"

#include <stdio.h>
#include <string.h>

#include "emulator/crypto.h"

const char *
request_text(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(item) ? item->valuestring : NULL;
}

const char *
request_header(const struct request *r, const char *name)
{
	static const char *const prefixes[] = {"x-genauth-", "x-authing-"};
	char full[64];
	const char *value = NULL;

	for (int i = 0; i < 2 && value == NULL; i++) {
		snprintf(full, sizeof(full), "%s%s", prefixes[i], name);
		value = MHD_lookup_connection_value(r->connection,
		    MHD_HEADER_KIND, full);
	}
	return value;
}

static bool
is_v2(const struct request *r)
{
	return strncmp(r->path, "/api/v2/", 8) == 0;
}

static void
answer(struct request *r, cJSON *out)
{
	char id[37];

	crypto_uuid(id);
	cJSON_AddStringToObject(out, "requestId", id);
	cJSON_Delete(r->out);
	r->out = out;
	r->http = MHD_HTTP_OK;
}

static void
add_api_code(const struct request *r, cJSON *out, int api_code)
{
	char text[16];

	if (r->state->switches[SWITCH_API_CODE] == CODE_NUMBER) {
		cJSON_AddNumberToObject(out, "apiCode", api_code);
	} else {
		snprintf(text, sizeof(text), "%d", api_code);
		cJSON_AddStringToObject(out, "apiCode", text);
	}
}

void
reply_accept(struct request *r, cJSON *data)
{
	cJSON *out = cJSON_CreateObject();
	bool full = r->state->switches[SWITCH_V2_ENVELOPE] == ENVELOPE_FULL;

	if (is_v2(r))
		cJSON_AddNumberToObject(out, "code", 200);
	if (!is_v2(r) || full)
		cJSON_AddNumberToObject(out, "statusCode", 200);
	cJSON_AddStringToObject(out, "message", "Success");
	if (data != NULL)
		cJSON_AddItemToObject(out, "data", data);
	else if (is_v2(r))
		cJSON_AddNullToObject(out, "data");
	answer(r, out);
}

void
reply_refuse(struct request *r, int status, int api_code, const char *message)
{
	cJSON *out = cJSON_CreateObject();
	bool full = r->state->switches[SWITCH_V2_ENVELOPE] == ENVELOPE_FULL;

	if (is_v2(r))
		cJSON_AddNumberToObject(out, "code",
		    api_code != 0 ? api_code : status);
	if (!is_v2(r) || full)
		cJSON_AddNumberToObject(out, "statusCode", status);
	if (api_code != 0 && (!is_v2(r) || full))
		add_api_code(r, out, api_code);
	cJSON_AddStringToObject(out, "message", message);
	if (is_v2(r))
		cJSON_AddNullToObject(out, "data");
	answer(r, out);
}

void
reply_plain(struct request *r, unsigned http, cJSON *out)
{
	cJSON_Delete(r->out);
	r->out = out;
	r->http = http;
}

void
reply_bad_parameter(struct request *r, const char *name)
{
	char text[96];

	snprintf(text, sizeof(text), "parameter missing or not right: %s",
	    name);
	reply_refuse(r, 400, 0, text);
}

void
reply_no_user(struct request *r)
{
	reply_refuse(r, 404, 2004, "user not found");
}
