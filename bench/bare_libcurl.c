/*
 * The floor: a program that makes the three requests of a login with an
 * authenticator code on one libcurl connection, and does nothing else. It
 * is handed a management token, and knows the person beforehand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <curl/curl.h>

enum { REPLY_MAX = 65536, LINE_MAX_BYTES = 4096 };

struct reply {
	size_t len;
	char text[REPLY_MAX];
};

/* What the command line says. */
struct task {
	const char *ca_file, *url, *token_file, *app_id, *user, *code;
};

static size_t
take(char *bytes, size_t size, size_t count, void *ctx)
{
	struct reply *r = ctx;
	size_t len = size * count;

	if (len >= sizeof(r->text) - r->len)
		return 0;
	memcpy(r->text + r->len, bytes, len);
	r->len += len;
	r->text[r->len] = '\0';
	return len;
}

/* One request; the reply as JSON, NULL unless it is HTTP 200. */
static cJSON *
fetch(CURL *easy, const char *url, const char *token, const char *body)
{
	static struct reply reply;
	struct curl_slist *headers;
	char line[LINE_MAX_BYTES];
	long status = 0;
	CURLcode code;

	reply.len = 0;
	(void)snprintf(line, sizeof(line), "authorization: Bearer %s", token);
	headers = curl_slist_append(NULL, line);
	headers = curl_slist_append(headers, "content-type: application/json");
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, &reply);
	if (body != NULL)
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
	code = curl_easy_perform(easy);
	curl_slist_free_all(headers);
	if (code != CURLE_OK)
		(void)fprintf(stderr, "%s: %s\n", url,
		    curl_easy_strerror(code));
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	return code == CURLE_OK && status == 200 ? cJSON_Parse(reply.text)
						 : NULL;
}

/* statusCode in v3 replies, code in v2 replies. */
static int
is_good(const cJSON *reply, const char *name)
{
	const cJSON *code = cJSON_GetObjectItemCaseSensitive(reply, name);

	return cJSON_IsNumber(code) && code->valueint == 200;
}

static int
log_in(CURL *easy, const struct task *t, const char *management_token)
{
	char url[LINE_MAX_BYTES], body[64], mfa_token[LINE_MAX_BYTES - 64];
	cJSON *user = NULL, *trigger = NULL, *verified = NULL;
	const char *text;
	int good = 0;

	(void)snprintf(url, sizeof(url), "%s/api/v3/get-user?userId=%s"
	    "&userIdType=username", t->url, t->user);
	user = fetch(easy, url, management_token, NULL);
	if (!is_good(user, "statusCode"))
		goto out;
	(void)snprintf(url, sizeof(url), "%s/api/v3/get-mfa-trigger-data?"
	    "appId=%s&userId=%s&userIdType=username", t->url, t->app_id,
	    t->user);
	trigger = fetch(easy, url, management_token, NULL);
	text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(
	    cJSON_GetObjectItemCaseSensitive(trigger, "data"), "mfaToken"));
	if (!is_good(trigger, "statusCode") || text == NULL)
		goto out;
	(void)snprintf(mfa_token, sizeof(mfa_token), "%s", text);
	(void)snprintf(url, sizeof(url), "%s/api/v2/mfa/totp/verify", t->url);
	(void)snprintf(body, sizeof(body), "{\"totp\":\"%s\"}", t->code);
	verified = fetch(easy, url, mfa_token, body);
	good = is_good(verified, "code");
out:
	cJSON_Delete(user);
	cJSON_Delete(trigger);
	cJSON_Delete(verified);
	return good;
}

static int
read_token(const char *path, char token[LINE_MAX_BYTES - 64])
{
	FILE *file = fopen(path, "re");
	int good = file != NULL &&
	    fgets(token, LINE_MAX_BYTES - 64, file) != NULL;

	if (file != NULL)
		(void)fclose(file);
	token[good ? strcspn(token, "\n") : 0] = '\0';
	return good;
}

/* The settings of the verifier that decide over what a request costs. */
static void
set_up(CURL *easy, const char *ca_file)
{
	curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION,
	    (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
}

int
main(int argc, char **argv)
{
	char token[LINE_MAX_BYTES - 64];
	struct task t;
	CURL *easy;
	int good;

	/* What of the cost is there before main() begins. */
	if (argc == 2 && strcmp(argv[1], "--load-only") == 0)
		return 0;
	if (argc != 7) {
		(void)fputs("usage: bench-bare-libcurl --load-only | CA_FILE "
		    "URL TOKEN_FILE APP_ID USER CODE\n", stderr);
		return 2;
	}
	t = (struct task){argv[1], argv[2], argv[3], argv[4], argv[5],
	    argv[6]};
	if (!read_token(t.token_file, token)) {
		perror(t.token_file);
		return 2;
	}
	if (curl_global_init(CURL_GLOBAL_SSL) != CURLE_OK ||
	    (easy = curl_easy_init()) == NULL)
		return 2;
	set_up(easy, t.ca_file);
	good = log_in(easy, &t, token);
	if (!good)
		(void)fputs("bare libcurl: not verified\n", stderr);
	curl_easy_cleanup(easy);
	curl_global_cleanup();
	return good ? 0 : 1;
}
