/*
 * The GenAuth provider over a scripted transport: what it asks, with which
 * headers, and what it makes of every kind of reply.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "fake_transport.h"
#include "service/genauth_sign.h"
#include "service/provider.h"
#include "service/token_cache.h"
#include "temp.h"

#define ID "6229ffaaaaaaaaaacade3e3d"
#define POOL "59f86b4832eb28071bdd9214"
#define REQUEST_ID "934108e5-9fbf-4d24-8da1-c330328abd6c"
#define KEY "7f1e5c0a9d"
#define SECRET "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
#define MFA_TOKEN "mfa-token"
#define FILE_OF(name) TEST_DATA "/" name ".json"
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* Everything one call needs, started anew for each script. */
static struct {
	struct service_settings settings;
	struct fake_clock clock;
	struct deadline deadline;
	struct fake_transport http;
	struct service service;
	struct person person;
	struct challenge challenge;
	struct buf recovery;
} w;

static char log_text[65536];
static int worst_priority;

static void
keep_log(void *ctx, int priority, const char *line)
{
	size_t len = strlen(log_text);

	(void)ctx;
	if (priority < worst_priority)
		worst_priority = priority;
	(void)snprintf(log_text + len, sizeof(log_text) - len, "%s\n", line);
}

static int
setup(void **state)
{
	static char management[] = "https://api.example.com";
	static char app[] = "https://app.example.com";
	static char app_id[] = "app-id", key[] = KEY, type[] = "username";
	static char language[] = "en";

	(void)state;
	memset(&w, 0, sizeof(w));
	w.settings = (struct service_settings){
	    .management_url = management,
	    .app_url = app,
	    .app_id = app_id,
	    .access_key_id = key,
	    .user_id_type = type,
	    .language = language,
	};
	buf_init(&w.settings.access_key_secret, 100);
	buf_init(&w.recovery, 256);
	challenge_init(&w.challenge);
	fake_clock_init(&w.clock);
	deadline_start(&w.deadline, &w.clock.clock, 60000);
	service_init(&w.service, provider_find("genauth"), &w.settings,
	    &w.http.transport, &w.deadline, NULL);
	log_text[0] = '\0';
	worst_priority = LOG_DEBUG;
	log_to(keep_log, NULL);
	log_set_debug(true);
	return buf_add_text(&w.settings.access_key_secret, SECRET) == ERR_OK
	    ? temp_setup(state) : -1;
}

static int
teardown(void **state)
{
	log_to(NULL, NULL);
	service_clear(&w.service);
	challenge_clear(&w.challenge);
	buf_clear(&w.recovery);
	buf_clear(&w.settings.access_key_secret);
	return temp_teardown(state);
}

static void
script(const struct fake_reply *replies, size_t count)
{
	fake_transport_init(&w.http, replies, count, &w.clock);
}

/* A token is there already: what a cached one looks like to the provider. */
static void
have_token(void)
{
	if (w.service.bearer.len == 0)
		assert_int_equal(
		    buf_add_text(&w.service.bearer, "cached"), ERR_OK);
}

static enum err
find(void)
{
	return w.service.provider->find(&w.service, "alice", &w.person);
}

static enum err
challenge(void)
{
	const struct person who = {ID};

	return w.service.provider->challenge(&w.service, &who, &w.challenge);
}

/* A person with everything bound. */
static void
have_challenge(void)
{
	challenge_clear(&w.challenge);
	w.challenge.bound = FACTOR_BIT(FACTOR_COUNT) - 1;
	(void)strcpy(w.challenge.phone, "13800008888");
	(void)strcpy(w.challenge.phone_country, "+86");
	(void)strcpy(w.challenge.email, "alice@example.com");
	assert_int_equal(
	    buf_add_text(&w.challenge.token, MFA_TOKEN), ERR_OK);
}

static enum err
send(enum factor f)
{
	have_challenge();
	return w.service.provider->send(&w.service, &w.challenge, f);
}

static enum err
check(enum factor f, const char *code, enum answer *out)
{
	const struct person who = {ID};
	struct buf b = BUF_INIT(512);
	enum err e;

	have_challenge();
	assert_int_equal(buf_add_text(&b, code), ERR_OK);
	buf_clear(&w.recovery);
	e = w.service.provider->check(
	    &w.service, &who, &w.challenge, f, &b, out, &w.recovery);
	buf_clear(&b);
	return e;
}

/* check() on this one reply: no error may leave a yes behind. */
static enum err
check_on(struct fake_reply reply, enum answer *out)
{
	enum err e;

	script(&reply, 1);
	*out = (enum answer)77;
	e = check(FACTOR_OTP, "123456", out);
	if (e != ERR_OK) {
		assert_int_equal(*out, 77);
		assert_int_equal(w.recovery.len, 0);
	}
	return e;
}

/* A row of a table of replies. */
struct row {
	const char *file;
	enum err err;
};

static void
the_provider_is_found_by_its_name(void **state)
{
	(void)state;
	assert_ptr_equal(provider_find("genauth"), &provider_genauth);
	assert_null(provider_find("nobody"));
	assert_null(provider_find(""));
	for (size_t i = 0; provider_names[i] != NULL; i++)
		assert_string_equal(provider_find(provider_names[i])->name,
		    provider_names[i]);
}

/* ---- get-user ---- */

static void
find_asks_get_user_and_keeps_the_id(void **state)
{
	const struct fake_reply r[] = {{.file = FILE_OF("user")}};

	(void)state;
	have_token();
	script(r, COUNT(r));
	assert_int_equal(find(), ERR_OK);
	assert_string_equal(w.person.id, ID);
	assert_string_equal(w.service.request_id, REQUEST_ID);
	assert_int_equal(w.http.count, 1);
	assert_string_equal(w.http.requests[0].method, "GET");
	assert_string_equal(w.http.requests[0].url, "https://api.example.com"
	    "/api/v3/get-user?userId=alice&userIdType=username");
	assert_string_equal(w.http.requests[0].body, "");
	assert_true(fake_request_has(&w.http, 0,
	    "authorization: Bearer cached"));
}

static void
find_believes_only_a_whole_active_record(void **state)
{
	static const struct row rows[] = {
	    {FILE_OF("user-suspended"), ERR_INACTIVE_PERSON},
	    {FILE_OF("user-deactivated"), ERR_INACTIVE_PERSON},
	    {FILE_OF("user-resigned"), ERR_INACTIVE_PERSON},
	    {FILE_OF("user-archived"), ERR_INACTIVE_PERSON},
	    {FILE_OF("user-status-other-case"), ERR_INACTIVE_PERSON},
	    {FILE_OF("user-no-status"), ERR_REPLY},
	    {FILE_OF("user-status-null"), ERR_REPLY},
	    {FILE_OF("user-status-bool"), ERR_REPLY},
	    {FILE_OF("user-no-id"), ERR_REPLY},
	    {FILE_OF("user-empty-id"), ERR_REPLY},
	    {FILE_OF("user-id-is-number"), ERR_REPLY},
	    {FILE_OF("user-id-too-long"), ERR_REPLY},
	    {FILE_OF("user-id-line-break"), ERR_REPLY},
	    {FILE_OF("user-id-nul"), ERR_REPLY},
	    {FILE_OF("user-id-doubled"), ERR_REPLY},
	    {FILE_OF("user-no-data"), ERR_REPLY},
	    {FILE_OF("user-data-null"), ERR_REPLY},
	    {FILE_OF("user-data-is-list"), ERR_REPLY},
	    {FILE_OF("user-data-doubled"), ERR_REPLY},
	    {FILE_OF("user-cut"), ERR_REPLY},
	    {FILE_OF("user-cut-early"), ERR_REPLY},
	    {FILE_OF("user-trailing"), ERR_REPLY},
	    {FILE_OF("user-not-found"), ERR_UNKNOWN_PERSON},
	    {FILE_OF("user-not-found-by-code"), ERR_UNKNOWN_PERSON},
	    {FILE_OF("user-locked"), ERR_INACTIVE_PERSON},
	    {FILE_OF("user-other-name"), ERR_OTHER_PERSON},
	    {FILE_OF("user-other-case"), ERR_OK},
	    {FILE_OF("user-no-name"), ERR_OK},
	    {FILE_OF("not-json"), ERR_REPLY},
	    {FILE_OF("deep"), ERR_REPLY},
	    {FILE_OF("envelope-none"), ERR_REPLY},
	    {FILE_OF("envelope-status-text"), ERR_REPLY},
	    {FILE_OF("envelope-disagrees"), ERR_REPLY},
	    {FILE_OF("envelope-disagrees-too"), ERR_REPLY},
	    {FILE_OF("envelope-api-code"), ERR_REPLY},
	    {FILE_OF("envelope-status-doubled"), ERR_REPLY},
	    {FILE_OF("envelope-status-201"), ERR_REPLY},
	    {FILE_OF("envelope-code-null"), ERR_REPLY},
	    {FILE_OF("envelope-list"), ERR_REPLY},
	    {FILE_OF("step-mfa"), ERR_REPLY},
	};

	(void)state;
	have_token();
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct fake_reply r = {.file = rows[i].file};
		enum err e;

		script(&r, 1);
		w.person.id[0] = '\0';
		if ((e = find()) != rows[i].err)
			fail_msg("%s: %s", rows[i].file, err_name(e));
		if (e != ERR_OK)
			assert_string_equal(w.person.id, "");
	}
}

static void
r20_the_record_must_carry_the_name_that_was_asked_for(void **state)
{
	static char types[][16] = {
	    "user_id", "external_id", "email", "phone"};
	static const enum err wanted[] = {ERR_OTHER_PERSON, ERR_OK,
	    ERR_OTHER_PERSON, ERR_OK};
	const struct fake_reply r = {.file = FILE_OF("user")};

	(void)state;
	have_token();
	/* "alice" is neither the id nor the e-mail of that record */
	for (size_t i = 0; i < COUNT(types); i++) {
		w.settings.user_id_type = types[i];
		script(&r, 1);
		worst_priority = LOG_DEBUG;
		assert_int_equal(find(), wanted[i]);
		assert_int_equal(worst_priority == LOG_ALERT,
		    wanted[i] == ERR_OTHER_PERSON);
	}
}

static void
r26_a_hostile_name_stays_one_query_value(void **state)
{
	const struct fake_reply r = {.file = FILE_OF("user-no-name")};

	(void)state;
	have_token();
	script(&r, 1);
	assert_int_equal(w.service.provider->find(&w.service,
	    "a&userIdType=user_id#/../?x=\r\nb: %41\xc3\xa9 '\"",
	    &w.person), ERR_OK);
	assert_string_equal(w.http.requests[0].url, "https://api.example.com"
	    "/api/v3/get-user?userId=a%26userIdType%3Duser_id%23%2F..%2F%3Fx"
	    "%3D%0D%0Ab%3A%20%2541%C3%A9%20%27%22&userIdType=username");
}

/* ---- envelope and HTTP status ---- */

static void
success_needs_http_2xx_too(void **state)
{
	static const struct {
		int status;
		enum err err;
	} rows[] = {{200, ERR_OK}, {201, ERR_OK}, {299, ERR_OK},
	    {301, ERR_REPLY}, {302, ERR_REPLY}, {400, ERR_REPLY},
	    {403, ERR_CREDENTIAL}, {404, ERR_REPLY}, {429, ERR_THROTTLED},
	    {500, ERR_BUSY}, {503, ERR_BUSY}, {101, ERR_REPLY},
	    {600, ERR_REPLY}};

	(void)state;
	have_token();
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct fake_reply r = {
		    .status = rows[i].status, .file = FILE_OF("user")};

		script(&r, 1);
		assert_int_equal(find(), rows[i].err);
	}
}

static void
without_an_envelope_the_http_status_speaks(void **state)
{
	static const struct {
		int status;
		enum err err;
	} rows[] = {{200, ERR_REPLY}, {204, ERR_REPLY}, {302, ERR_REPLY},
	    {400, ERR_REPLY}, {403, ERR_CREDENTIAL}, {404, ERR_REPLY},
	    {429, ERR_THROTTLED}, {500, ERR_BUSY}, {502, ERR_BUSY},
	    {599, ERR_BUSY}};

	(void)state;
	have_token();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fake_reply r = {
		    .status = rows[i].status, .file = FILE_OF("not-json")};

		script(&r, 1);
		assert_int_equal(find(), rows[i].err);
		r = (struct fake_reply){.status = rows[i].status, .body = ""};
		script(&r, 1);
		assert_int_equal(find(), rows[i].err);
	}
}

static void
codes_of_the_envelope_have_their_errors(void **state)
{
	static const struct {
		const char *body;
		enum err err;
	} rows[] = {
	    {"{\"statusCode\":429}", ERR_THROTTLED},
	    {"{\"statusCode\":500}", ERR_BUSY},
	    {"{\"statusCode\":503}", ERR_BUSY},
	    {"{\"statusCode\":499,\"apiCode\":1000}", ERR_BUSY},
	    {"{\"statusCode\":601}", ERR_REPLY},
	    {"{\"statusCode\":400}", ERR_REPLY},
	    {"{\"statusCode\":402}", ERR_CREDENTIAL},
	    {"{\"statusCode\":403}", ERR_CREDENTIAL},
	    {"{\"statusCode\":499,\"apiCode\":1001}", ERR_CREDENTIAL},
	    {"{\"statusCode\":499,\"apiCode\":1306}", ERR_CREDENTIAL},
	    {"{\"statusCode\":499,\"apiCode\":\"2005\"}",
		ERR_INACTIVE_PERSON},
	    {"{\"statusCode\":499,\"apiCode\":2011}", ERR_CONFIG},
	    {"{\"statusCode\":403,\"apiCode\":2057}", ERR_INACTIVE_PERSON},
	    {"{\"code\":2120008}", ERR_INACTIVE_PERSON},
	    {"{\"code\":\"2005\"}", ERR_INACTIVE_PERSON},
	    {"{\"statusCode\":404}", ERR_UNKNOWN_PERSON},
	    {"{\"code\":404}", ERR_UNKNOWN_PERSON},
	    {"{\"statusCode\":499,\"apiCode\":\"\"}", ERR_REPLY},
	    {"{\"statusCode\":499,\"apiCode\":\"2005x\"}", ERR_REPLY},
	    {"{\"statusCode\":499,\"apiCode\":\"99999999999\"}", ERR_REPLY},
	    {"{\"statusCode\":499,\"apiCode\":[2005]}", ERR_REPLY},
	    {"{\"statusCode\":429.5}", ERR_REPLY},
	    {"{}", ERR_REPLY},
	    {"[]", ERR_REPLY},
	    {"200", ERR_REPLY},
	};

	(void)state;
	have_token();
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct fake_reply r = {.body = rows[i].body};
		enum err e;

		script(&r, 1);
		if ((e = find()) != rows[i].err)
			fail_msg("%s: %s", rows[i].body, err_name(e));
	}
}

static void
errors_of_the_transport_come_through(void **state)
{
	static const enum err errors[] = {ERR_UNREACHABLE, ERR_TIMEOUT,
	    ERR_TLS, ERR_REPLY, ERR_CONFIG, ERR_MEMORY};
	enum answer a = ANSWER_NO;

	(void)state;
	have_token();
	for (size_t i = 0; i < COUNT(errors); i++) {
		const struct fake_reply r = {.err = errors[i]};

		script(&r, 1);
		assert_int_equal(find(), errors[i]);
		script(&r, 1);
		assert_int_equal(challenge(), errors[i]);
		assert_int_equal(w.challenge.bound, 0);
		script(&r, 1);
		assert_int_equal(send(FACTOR_SMS), errors[i]);
		assert_int_equal(check_on(r, &a), errors[i]);
	}
}

static void
r11_the_request_id_is_cleaned_and_bounded(void **state)
{
	static const struct {
		const char *body, *id;
	} rows[] = {
	    {"{\"statusCode\":500,\"requestId\":\"a\\u001b[31mb\\nc\"}",
		"a?[31mb?c"},
	    {"{\"code\":500,\"uniqueId\":\"u-1\"}", "u-1"},
	    {"{\"code\":500,\"requestId\":5}", ""},
	    {"{\"code\":500}", ""},
	};
	struct fake_reply r;

	(void)state;
	have_token();
	for (size_t i = 0; i < COUNT(rows); i++) {
		r = (struct fake_reply){.body = rows[i].body};
		script(&r, 1);
		assert_int_equal(find(), ERR_BUSY);
		assert_string_equal(w.service.request_id, rows[i].id);
	}
	/* one of before is not taken for one of now */
	r = (struct fake_reply){.err = ERR_TIMEOUT};
	(void)strcpy(w.service.request_id, "old");
	script(&r, 1);
	assert_int_equal(find(), ERR_TIMEOUT);
	assert_string_equal(w.service.request_id, "");
}

/* ---- headers ---- */

static void
both_spellings_of_every_header_are_sent(void **state)
{
	static const char *const names[] = {"app-id: app-id",
	    ("userpool-id: " POOL), "lang: en-US", "request-from: sdk",
	    "sdk-version: pam_genauth:0.1.0"};
	const struct fake_reply r[] = {
	    {.file = FILE_OF("token")}, {.file = FILE_OF("user")}};
	char line[128];

	(void)state;
	script(r, COUNT(r));
	assert_int_equal(find(), ERR_OK);
	for (size_t i = 0; i < COUNT(names); i++) {
		(void)snprintf(line, sizeof(line), "x-genauth-%s", names[i]);
		assert_true(fake_request_has(&w.http, 1, line));
		(void)snprintf(line, sizeof(line), "x-authing-%s", names[i]);
		assert_true(fake_request_has(&w.http, 1, line));
	}
	assert_true(fake_request_has(&w.http, 1, "accept: application/json"));
	/* before the token is there, the pool is not known */
	assert_null(strstr(w.http.requests[0].headers, "userpool-id"));
	assert_null(strstr(w.http.requests[0].headers, "authorization"));
}

static void
the_language_is_passed_on(void **state)
{
	static char zh[] = "zh";
	const struct fake_reply r = {.file = FILE_OF("user")};

	(void)state;
	w.settings.language = zh;
	have_token();
	script(&r, 1);
	assert_int_equal(find(), ERR_OK);
	assert_true(fake_request_has(&w.http, 0, "x-genauth-lang: zh-CN"));
	assert_true(fake_request_has(&w.http, 0, "x-authing-lang: zh-CN"));
}

/* ---- management token ---- */

static void
a_token_is_fetched_once_and_kept(void **state)
{
	const struct fake_reply r[] = {{.file = FILE_OF("token")},
	    {.file = FILE_OF("user")}, {.file = FILE_OF("user")}};

	(void)state;
	script(r, COUNT(r));
	assert_int_equal(find(), ERR_OK);
	assert_int_equal(find(), ERR_OK);
	assert_int_equal(w.http.count, 3);
	assert_string_equal(w.http.requests[0].method, "POST");
	assert_string_equal(w.http.requests[0].url,
	    "https://api.example.com/api/v3/get-management-token");
	assert_string_equal(w.http.requests[0].body,
	    "{\"accessKeyId\":\"" KEY "\",\"accessKeySecret\":\"" SECRET
	    "\"}");
	assert_true(fake_request_has(
	    &w.http, 0, "content-type: application/json"));
	assert_non_null(strstr(
	    w.http.requests[1].headers, "\nauthorization: Bearer eyJ"));
	assert_string_equal(w.service.pool_id, POOL);
}

static void
a_token_reply_that_is_not_right_is_refused(void **state)
{
	static const struct row rows[] = {
	    {FILE_OF("token-line-break"), ERR_REPLY},
	    {FILE_OF("token-empty"), ERR_REPLY},
	    {FILE_OF("token-no-expiry"), ERR_REPLY},
	    {FILE_OF("token-expiry-is-text"), ERR_REPLY},
	    {FILE_OF("token-expired"), ERR_REPLY},
	    {FILE_OF("token-lives-too-long"), ERR_REPLY},
	    {FILE_OF("user"), ERR_REPLY},
	    {FILE_OF("user-no-data"), ERR_REPLY},
	    {FILE_OF("not-json"), ERR_REPLY},
	    {FILE_OF("user-locked"), ERR_CREDENTIAL},
	    {FILE_OF("user-not-found"), ERR_CREDENTIAL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct fake_reply r = {.file = rows[i].file};
		enum err e;

		script(&r, 1);
		if ((e = find()) != rows[i].err)
			fail_msg("%s: %s", rows[i].file, err_name(e));
		assert_int_equal(w.service.bearer.len, 0);
	}
}

static void
a_refused_key_is_a_credential_error(void **state)
{
	static const char *const bodies[] = {"{\"statusCode\":401}",
	    "{\"statusCode\":403,\"apiCode\":2333}", "{\"statusCode\":400}",
	    "{\"statusCode\":499,\"apiCode\":9999}"};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		const struct fake_reply r = {.body = bodies[i]};

		script(&r, 1);
		assert_int_equal(find(), ERR_CREDENTIAL);
		assert_int_equal(w.http.count, 1);
	}
}

static void
a_token_that_is_no_jwt_leaves_the_pool_unknown(void **state)
{
	const struct fake_reply opaque[] = {
	    {.file = FILE_OF("token-not-a-jwt")}, {.file = FILE_OF("user")}};
	const struct fake_reply hostile[] = {
	    {.file = FILE_OF("token-pool-line-break")},
	    {.file = FILE_OF("user")}};

	(void)state;
	script(opaque, COUNT(opaque));
	assert_int_equal(find(), ERR_OK);
	assert_string_equal(w.service.pool_id, "");
	assert_null(strstr(w.http.requests[1].headers, "userpool-id"));
	buf_clear(&w.service.bearer);
	script(hostile, COUNT(hostile));
	assert_int_equal(find(), ERR_OK);
	assert_null(strstr(w.http.requests[1].headers, "evil"));
}

static void
a_401_refetches_the_token_once(void **state)
{
	const struct fake_reply by_http[] = {
	    {.status = 401, .file = FILE_OF("not-json")},
	    {.file = FILE_OF("token")}, {.file = FILE_OF("user")}};
	const struct fake_reply by_envelope[] = {
	    {.body = "{\"statusCode\":401,\"apiCode\":2020}"},
	    {.file = FILE_OF("token")}, {.file = FILE_OF("user")}};
	const struct fake_reply twice[] = {
	    {.body = "{\"statusCode\":401}"}, {.file = FILE_OF("token")},
	    {.body = "{\"statusCode\":401}"}};

	(void)state;
	have_token();
	script(by_http, COUNT(by_http));
	assert_int_equal(find(), ERR_OK);
	assert_int_equal(w.http.count, 3);
	assert_true(fake_request_has(
	    &w.http, 0, "authorization: Bearer cached"));
	assert_false(fake_request_has(
	    &w.http, 2, "authorization: Bearer cached"));
	script(by_envelope, COUNT(by_envelope));
	assert_int_equal(find(), ERR_OK);
	script(twice, COUNT(twice));
	assert_int_equal(find(), ERR_CREDENTIAL);
	assert_int_equal(w.http.count, 3);
}

static void
a_403_does_not_refetch_the_token(void **state)
{
	const struct fake_reply r = {.body = "{\"statusCode\":403}"};

	(void)state;
	have_token();
	script(&r, 1);
	assert_int_equal(find(), ERR_CREDENTIAL);
	assert_int_equal(w.http.count, 1);
}

static void
an_otp_login_with_a_cached_token_is_three_requests(void **state)
{
	const struct fake_reply r[] = {{.file = FILE_OF("user")},
	    {.file = FILE_OF("trigger")}, {.file = FILE_OF("verify")}};
	struct buf token = BUF_INIT(100), code = BUF_INIT(10);
	struct token_cache cache;
	enum answer a = ANSWER_NO;

	(void)state;
	token_cache_open(&cache, temp_directory,
	    w.settings.management_url, w.settings.access_key_id);
	assert_int_equal(buf_add_text(&token, "from-cache"), ERR_OK);
	token_cache_store(&cache, &token, FAKE_WALL_S + 7200);
	w.service.tokens = &cache;
	script(r, COUNT(r));
	assert_int_equal(find(), ERR_OK);
	assert_int_equal(w.service.provider->challenge(
	    &w.service, &w.person, &w.challenge), ERR_OK);
	assert_int_equal(buf_add_text(&code, "123456"), ERR_OK);
	assert_int_equal(w.service.provider->check(&w.service, &w.person,
	    &w.challenge, FACTOR_OTP, &code, &a, &w.recovery), ERR_OK);
	assert_int_equal(a, ANSWER_YES);
	assert_int_equal(w.http.count, 3);
	assert_true(fake_request_has(
	    &w.http, 0, "authorization: Bearer from-cache"));
	token_cache_close(&cache);
	buf_clear(&token);
	buf_clear(&code);
}

static void
a_fetched_token_is_cached_until_the_service_refuses_it(void **state)
{
	const struct fake_reply r[] = {{.file = FILE_OF("token")},
	    {.file = FILE_OF("user")}};
	const struct fake_reply refused[] = {{.body = "{\"statusCode\":401}"},
	    {.err = ERR_UNREACHABLE}};
	struct buf out = BUF_INIT(8192);
	struct token_cache cache;

	(void)state;
	token_cache_open(&cache, temp_directory,
	    w.settings.management_url, w.settings.access_key_id);
	w.service.tokens = &cache;
	script(r, COUNT(r));
	assert_int_equal(find(), ERR_OK);
	assert_int_equal(token_cache_load(
	    &cache, FAKE_WALL_S + 7200 - 61, &out), ERR_OK);
	assert_string_equal(buf_text(&out), buf_text(&w.service.bearer));
	buf_clear(&out);
	assert_int_equal(token_cache_load(
	    &cache, FAKE_WALL_S + 7200 - 60, &out), ERR_EXPIRED);
	script(refused, COUNT(refused));
	assert_int_equal(find(), ERR_UNREACHABLE);
	assert_int_equal(
	    token_cache_load(&cache, FAKE_WALL_S, &out), ERR_EXPIRED);
	assert_int_equal(w.service.bearer.len, 0);
	token_cache_close(&cache);
}

/* ---- signed management calls ---- */

/* The signature over what was sent, computed over again. */
static void
assert_signed(const char *prefix, const char *scheme)
{
	const struct genauth_param params[] = {
	    {"userId", "alice"}, {"userIdType", "username"}, {NULL, NULL}};
	static char text[sizeof(w.http.requests[0].headers)];
	char wanted[256], *save = NULL;
	const char *lines[HTTP_HEADERS_MAX + 1];
	struct genauth_signing q = {prefix, "GET", "/api/v3/get-user", params,
	    lines, &w.settings.access_key_secret};
	struct buf signature = BUF_INIT(64);
	size_t n = 0;

	(void)strcpy(text, w.http.requests[0].headers);
	for (char *l = strtok_r(text, "\n", &save); l != NULL;
	    l = strtok_r(NULL, "\n", &save))
		lines[n++] = l;
	lines[n] = NULL;
	assert_int_equal(genauth_sign(&q, &signature), ERR_OK);
	(void)snprintf(wanted, sizeof(wanted), "authorization: %s " KEY ":%s",
	    scheme, buf_text(&signature));
	assert_true(fake_request_has(&w.http, 0, wanted));
	buf_clear(&signature);
}

static void
signed_calls_carry_the_signature_and_no_token(void **state)
{
	const struct fake_reply r = {.file = FILE_OF("user")};
	char first[16384];

	(void)state;
	w.settings.management_auth = MANAGEMENT_SIGNED;
	script(&r, 1);
	assert_int_equal(find(), ERR_OK);
	assert_int_equal(w.http.count, 1);
	assert_true(fake_request_has(
	    &w.http, 0, "date: Fri, 22 Nov 2024 01:33:00 GMT"));
	assert_true(fake_request_has(
	    &w.http, 0, "x-genauth-signature-method: HMAC-SHA1"));
	assert_true(fake_request_has(
	    &w.http, 0, "x-genauth-signature-version: 1.0"));
	assert_null(strstr(w.http.requests[0].headers, "Bearer"));
	assert_null(strstr(w.http.requests[0].headers, "x-authing-"));
	assert_signed("x-genauth-", "GenAuth");
	/* the nonce is new each time */
	(void)strcpy(first, w.http.requests[0].headers);
	script(&r, 1);
	assert_int_equal(find(), ERR_OK);
	assert_string_not_equal(first, w.http.requests[0].headers);
}

static void
the_host_decides_the_spelling_of_signed_calls(void **state)
{
	static char urls[][48] = {"https://api.authing.cn",
	    "https://API.AUTHING.CN:8443", "https://core.authing.com/x",
	    "https://api.genauth.ai", "https://authing.cn.example.com",
	    "https://evilauthing.cn", "https://127.0.0.1:8443"};
	static const bool authing[] = {
	    true, true, true, false, false, false, false};
	const struct fake_reply r = {.file = FILE_OF("user")};

	(void)state;
	w.settings.management_auth = MANAGEMENT_SIGNED;
	for (size_t i = 0; i < COUNT(urls); i++) {
		w.settings.management_url = urls[i];
		script(&r, 1);
		assert_int_equal(find(), ERR_OK);
		if (authing[i])
			assert_signed("x-authing-", "authing");
		else
			assert_signed("x-genauth-", "GenAuth");
	}
}

static void
a_refused_signature_is_final_and_names_the_clock(void **state)
{
	const struct fake_reply r = {.date_s = FAKE_WALL_S - 3600,
	    .body = "{\"statusCode\":401,\"apiCode\":1305}"};

	(void)state;
	w.settings.management_auth = MANAGEMENT_SIGNED;
	script(&r, 1);
	assert_int_equal(find(), ERR_CREDENTIAL);
	assert_int_equal(w.http.count, 1);
	assert_non_null(strstr(log_text, "code 1305"));
	assert_non_null(strstr(log_text, "clock is 3600 s ahead"));
}

/* ---- time ---- */

static void
every_request_gets_what_is_left_of_the_login(void **state)
{
	const struct fake_reply r[] = {
	    {.file = FILE_OF("token"), .takes_ms = 20000},
	    {.file = FILE_OF("user"), .takes_ms = 15000},
	    {.file = FILE_OF("trigger"), .takes_ms = 25000}};
	enum answer a = (enum answer)77;

	(void)state;
	script(r, COUNT(r));
	assert_int_equal(find(), ERR_OK);
	assert_int_equal(challenge(), ERR_OK);
	assert_int_equal(w.http.requests[0].timeout_ms, 60000);
	assert_int_equal(w.http.requests[1].timeout_ms, 40000);
	assert_int_equal(w.http.requests[2].timeout_ms, 25000);
	/* nothing left: not even asked */
	assert_int_equal(check(FACTOR_OTP, "123456", &a), ERR_TOO_SLOW);
	assert_int_equal(a, 77);
	assert_int_equal(send(FACTOR_SMS), ERR_TOO_SLOW);
	assert_int_equal(find(), ERR_TOO_SLOW);
	assert_int_equal(w.http.count, 3);
}

static void
a_429_is_waited_for_when_short_and_repeatable(void **state)
{
	const struct fake_reply r[] = {{.status = 429, .retry_after_s = 5,
	    .body = ""}, {.file = FILE_OF("user")}};
	const struct fake_reply in_envelope[] = {{.retry_after_s = 2,
	    .body = "{\"statusCode\":429}"}, {.file = FILE_OF("user")}};
	const struct fake_reply of_token[] = {{.status = 429,
	    .retry_after_s = 1, .body = ""}, {.file = FILE_OF("token")},
	    {.file = FILE_OF("user")}};
	const struct fake_reply twice[] = {
	    {.status = 429, .retry_after_s = 1, .body = ""},
	    {.status = 429, .retry_after_s = 3, .body = ""}};

	(void)state;
	have_token();
	script(r, COUNT(r));
	assert_int_equal(find(), ERR_OK);
	assert_int_equal(w.clock.slept_ms, 5000);
	script(in_envelope, COUNT(in_envelope));
	assert_int_equal(find(), ERR_OK);
	assert_int_equal(w.clock.slept_ms, 7000);
	script(twice, COUNT(twice));
	assert_int_equal(find(), ERR_THROTTLED);
	assert_int_equal(w.service.wait_s, 3);
	assert_int_equal(w.clock.slept_ms, 8000);
	buf_clear(&w.service.bearer);
	script(of_token, COUNT(of_token));
	assert_int_equal(find(), ERR_OK);
	assert_int_equal(w.clock.slept_ms, 9000);
}

static void
a_429_is_not_waited_for_otherwise(void **state)
{
	static const struct {
		struct fake_reply reply;
		enum err err;
	} rows[] = {
	    {{.status = 429, .retry_after_s = 6, .body = ""}, ERR_THROTTLED},
	    {{.status = 429, .retry_after_s = -1, .body = ""}, ERR_THROTTLED},
	    {{.status = 503, .retry_after_s = 1, .body = ""}, ERR_BUSY}};
	const struct fake_reply soon = {
	    .status = 429, .retry_after_s = 3, .body = ""};
	enum answer a = ANSWER_NO;

	(void)state;
	have_token();
	for (size_t i = 0; i < COUNT(rows); i++) {
		script(&rows[i].reply, 1);
		assert_int_equal(find(), rows[i].err);
		assert_int_equal(
		    w.service.wait_s, rows[i].reply.retry_after_s);
	}
	/* what may count or send something is never repeated */
	assert_int_equal(check_on(soon, &a), ERR_THROTTLED);
	assert_int_equal(w.service.wait_s, 3);
	script(&soon, 1);
	assert_int_equal(send(FACTOR_SMS), ERR_THROTTLED);
	/* nor what would end after the login */
	fake_clock_advance(&w.clock, 57000);
	script(&soon, 1);
	assert_int_equal(find(), ERR_THROTTLED);
	assert_int_equal(w.clock.slept_ms, 0);
}

/* ---- trigger data ---- */

static void
challenge_asks_for_the_person_by_id(void **state)
{
	const struct fake_reply r = {.file = FILE_OF("trigger")};

	(void)state;
	have_token();
	script(&r, 1);
	assert_int_equal(challenge(), ERR_OK);
	assert_string_equal(w.http.requests[0].method, "GET");
	assert_string_equal(w.http.requests[0].url, "https://api.example.com"
	    "/api/v3/get-mfa-trigger-data?appId=app-id&userId=" ID
	    "&userIdType=user_id");
	assert_int_equal(w.challenge.bound, FACTOR_BIT(FACTOR_OTP) |
	    FACTOR_BIT(FACTOR_SMS) | FACTOR_BIT(FACTOR_EMAIL) |
	    FACTOR_BIT(FACTOR_RECOVERY));
	assert_int_equal(w.challenge.first, FACTOR_EMAIL);
	assert_string_equal(w.challenge.phone, "13800008888");
	assert_string_equal(w.challenge.phone_country, "+86");
	assert_string_equal(w.challenge.email, "alice@example.com");
	assert_memory_equal(buf_text(&w.challenge.token), "eyJ", 3);
	/* the pool was not known from elsewhere */
	assert_string_equal(w.service.pool_id, POOL);
}

static void
r02_only_what_is_bound_and_switched_on_is_offered(void **state)
{
	static const struct {
		const char *file;
		unsigned bound;
		enum factor first;
	} rows[] = {
	    {FILE_OF("trigger-only-otp"), FACTOR_BIT(FACTOR_OTP) |
		FACTOR_BIT(FACTOR_RECOVERY), FACTOR_OTP},
	    {FILE_OF("trigger-nothing-bound"), 0, FACTOR_OTP},
	    {FILE_OF("trigger-nothing-allowed"), 0, FACTOR_OTP},
	    {FILE_OF("trigger-empty-contacts"), 0, FACTOR_OTP},
	    {FILE_OF("trigger-switched-off"), FACTOR_BIT(FACTOR_EMAIL),
		FACTOR_EMAIL},
	};

	(void)state;
	have_token();
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct fake_reply r = {.file = rows[i].file};

		script(&r, 1);
		assert_int_equal(challenge(), ERR_OK);
		if (w.challenge.bound != rows[i].bound)
			fail_msg("%s: %x", rows[i].file, w.challenge.bound);
		assert_int_equal(w.challenge.first, rows[i].first);
		assert_int_not_equal(w.challenge.token.len, 0);
	}
}

static void
challenge_believes_only_whole_trigger_data(void **state)
{
	static const struct row rows[] = {
	    {FILE_OF("trigger-no-token"), ERR_REPLY},
	    {FILE_OF("trigger-empty-token"), ERR_REPLY},
	    {FILE_OF("trigger-token-line-break"), ERR_REPLY},
	    {FILE_OF("trigger-token-too-long"), ERR_REPLY},
	    {FILE_OF("trigger-token-is-number"), ERR_REPLY},
	    {FILE_OF("trigger-no-list"), ERR_REPLY},
	    {FILE_OF("trigger-list-is-null"), ERR_REPLY},
	    {FILE_OF("trigger-list-is-object"), ERR_REPLY},
	    {FILE_OF("trigger-item-is-text"), ERR_REPLY},
	    {FILE_OF("trigger-item-no-status"), ERR_REPLY},
	    {FILE_OF("trigger-item-status-bool"), ERR_REPLY},
	    {FILE_OF("trigger-item-no-sort"), ERR_REPLY},
	    {FILE_OF("trigger-item-no-policy"), ERR_REPLY},
	    {FILE_OF("trigger-policy-doubled"), ERR_REPLY},
	    {FILE_OF("trigger-phone-is-number"), ERR_REPLY},
	    {FILE_OF("trigger-phone-too-long"), ERR_REPLY},
	    {FILE_OF("trigger-country-too-long"), ERR_REPLY},
	    {FILE_OF("trigger-email-is-list"), ERR_REPLY},
	    {FILE_OF("trigger-otp-is-text"), ERR_REPLY},
	    {FILE_OF("trigger-otp-doubled"), ERR_REPLY},
	    {FILE_OF("trigger-token-user-is-number"), ERR_REPLY},
	    {FILE_OF("trigger-token-data-is-text"), ERR_REPLY},
	    {FILE_OF("trigger-token-not-a-jwt"), ERR_OK},
	    {FILE_OF("trigger-token-without-user"), ERR_OK},
	    {FILE_OF("trigger-other-person"), ERR_OTHER_PERSON},
	    {FILE_OF("user"), ERR_REPLY},
	    {FILE_OF("user-no-data"), ERR_REPLY},
	    {FILE_OF("not-json"), ERR_REPLY},
	    {FILE_OF("user-locked"), ERR_INACTIVE_PERSON},
	};

	(void)state;
	have_token();
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct fake_reply r = {.file = rows[i].file};
		enum err e;

		script(&r, 1);
		/* what was there before must not shine through */
		have_challenge();
		if ((e = challenge()) != rows[i].err)
			fail_msg("%s: %s", rows[i].file, err_name(e));
		if (e == ERR_OK)
			continue;
		assert_int_equal(w.challenge.bound, 0);
		assert_int_equal(w.challenge.token.len, 0);
		assert_string_equal(w.challenge.phone, "");
		assert_string_equal(w.challenge.email, "");
	}
}

static void
r19_a_token_of_another_person_is_an_alarm(void **state)
{
	const struct fake_reply r = {.file = FILE_OF("trigger-other-person")};

	(void)state;
	have_token();
	script(&r, 1);
	assert_int_equal(challenge(), ERR_OTHER_PERSON);
	assert_int_equal(worst_priority, LOG_ALERT);
}

/* ---- sending codes ---- */

static void
codes_are_sent_the_way_the_official_component_does(void **state)
{
	const struct fake_reply r = {.body = "{\"statusCode\":200}"};
	const struct fake_reply v2 = {.body = "{\"code\":200,\"data\":true}"};

	(void)state;
	script(&r, 1);
	assert_int_equal(send(FACTOR_SMS), ERR_OK);
	assert_string_equal(w.http.requests[0].method, "POST");
	assert_string_equal(w.http.requests[0].url,
	    "https://app.example.com/api/v3/send-sms");
	assert_string_equal(w.http.requests[0].body,
	    "{\"channel\":\"CHANNEL_VERIFY_MFA\",\"phoneNumber\":"
	    "\"13800008888\",\"phoneCountryCode\":\"+86\"}");
	assert_true(fake_request_has(&w.http, 0, "x-genauth-app-id: app-id"));
	assert_null(strstr(w.http.requests[0].headers, "authorization"));
	script(&v2, 1);
	assert_int_equal(send(FACTOR_EMAIL), ERR_OK);
	assert_string_equal(w.http.requests[0].url,
	    "https://app.example.com/api/v2/email/send");
	assert_string_equal(w.http.requests[0].body,
	    "{\"email\":\"alice@example.com\",\"scene\":"
	    "\"MFA_VERIFY_CODE\"}");
}

static void
a_country_code_that_is_not_known_is_left_out(void **state)
{
	const struct fake_reply r[] = {
	    {.body = "{\"statusCode\":200}"}, {.file = FILE_OF("verify")}};
	struct buf code = BUF_INIT(10);
	const struct person who = {ID};
	enum answer a = ANSWER_NO;

	(void)state;
	have_challenge();
	w.challenge.phone_country[0] = '\0';
	script(r, COUNT(r));
	assert_int_equal(w.service.provider->send(
	    &w.service, &w.challenge, FACTOR_SMS), ERR_OK);
	assert_int_equal(buf_add_text(&code, "1234"), ERR_OK);
	assert_int_equal(w.service.provider->check(&w.service, &who,
	    &w.challenge, FACTOR_SMS, &code, &a, &w.recovery), ERR_OK);
	assert_null(strstr(w.http.requests[0].body, "Country"));
	assert_null(strstr(w.http.requests[1].body, "Country"));
	buf_clear(&code);
}

static void
asking_for_a_code_too_soon_says_how_long_to_wait(void **state)
{
	static const struct {
		struct fake_reply reply;
		int wait_s;
	} rows[] = {
	    {{.retry_after_s = 42, .body = "{\"statusCode\":422}"}, 42},
	    {{.body = "{\"statusCode\":422}"}, -1},
	    {{.body = "{\"code\":2080}"}, -1},
	    {{.body = "{\"statusCode\":499,\"apiCode\":2080}"}, -1},
	    {{.status = 422, .retry_after_s = 7, .body = ""}, 7},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		script(&rows[i].reply, 1);
		assert_int_equal(send(FACTOR_SMS), ERR_TOO_SOON);
		assert_int_equal(w.service.wait_s, rows[i].wait_s);
	}
}

static void
nothing_is_sent_for_what_is_not_bound(void **state)
{
	enum answer a = (enum answer)77;
	struct buf code = BUF_INIT(10);
	const struct person who = {ID};

	(void)state;
	script(NULL, 0);
	assert_int_equal(send(FACTOR_OTP), ERR_NO_FACTOR);
	assert_int_equal(send(FACTOR_PUSH), ERR_NO_FACTOR);
	assert_int_equal(send(FACTOR_RECOVERY), ERR_NO_FACTOR);
	assert_int_equal(check(FACTOR_PUSH, "1", &a), ERR_NO_FACTOR);
	assert_int_equal(send(FACTOR_COUNT), ERR_NO_FACTOR);
	have_challenge();
	w.challenge.bound = 0;
	assert_int_equal(buf_add_text(&code, "1"), ERR_OK);
	for (int f = 0; f <= FACTOR_COUNT; f++) {
		assert_int_equal(w.service.provider->send(&w.service,
		    &w.challenge, (enum factor)f), ERR_NO_FACTOR);
		assert_int_equal(w.service.provider->check(&w.service, &who,
		    &w.challenge, (enum factor)f, &code, &a, &w.recovery),
		    ERR_NO_FACTOR);
	}
	assert_int_equal(a, 77);
	buf_clear(&code);
}

/* ---- verifying ---- */

static void
each_factor_is_verified_at_its_endpoint(void **state)
{
	static const struct {
		enum factor factor;
		const char *path, *body;
	} rows[] = {
	    {FACTOR_OTP, "/api/v2/mfa/totp/verify", "{\"totp\":\"1\\\"2\"}"},
	    {FACTOR_SMS, "/api/v2/applications/mfa/sms/verify",
		"{\"phone\":\"13800008888\",\"code\":\"1\\\"2\","
		"\"phoneCountryCode\":\"+86\"}"},
	    {FACTOR_EMAIL, "/api/v2/applications/mfa/email/verify",
		"{\"email\":\"alice@example.com\",\"code\":\"1\\\"2\"}"},
	    {FACTOR_RECOVERY, "/api/v2/mfa/totp/recovery",
		"{\"recoveryCode\":\"1\\\"2\"}"},
	};
	const struct fake_reply r = {.file = FILE_OF("verify")};

	(void)state;
	/* all but the push, whose answer is no code */
	assert_int_equal(COUNT(rows), FACTOR_COUNT - 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum answer a = ANSWER_NO;
		char url[128];

		script(&r, 1);
		assert_int_equal(
		    check(rows[i].factor, "1\"2", &a), ERR_OK);
		assert_int_equal(a, ANSWER_YES);
		assert_string_equal(w.http.requests[0].method, "POST");
		(void)snprintf(url, sizeof(url), "https://app.example.com%s",
		    rows[i].path);
		assert_string_equal(w.http.requests[0].url, url);
		assert_string_equal(w.http.requests[0].body, rows[i].body);
		assert_true(fake_request_has(
		    &w.http, 0, "authorization: Bearer " MFA_TOKEN));
		assert_true(fake_request_has(
		    &w.http, 0, "content-type: application/json"));
	}
}

static void
r19_yes_needs_the_same_persons_id(void **state)
{
	static const struct row rows[] = {
	    {FILE_OF("verify"), ERR_OK},
	    {FILE_OF("verify-both-codes"), ERR_OK},
	    {FILE_OF("verify-other-person"), ERR_OTHER_PERSON},
	    {FILE_OF("verify-empty-id"), ERR_OTHER_PERSON},
	    {FILE_OF("verify-id-prefix"), ERR_OTHER_PERSON},
	    {FILE_OF("recovery-other-person"), ERR_OTHER_PERSON},
	    {FILE_OF("verify-no-id"), ERR_REPLY},
	    {FILE_OF("verify-id-is-null"), ERR_REPLY},
	    {FILE_OF("verify-id-doubled"), ERR_REPLY},
	    {FILE_OF("verify-no-data"), ERR_REPLY},
	    {FILE_OF("verify-data-true"), ERR_REPLY},
	    {FILE_OF("verify-cut"), ERR_REPLY},
	    {FILE_OF("recovery-code-is-number"), ERR_REPLY},
	    {FILE_OF("recovery-code-escape"), ERR_REPLY},
	    {FILE_OF("recovery-code-too-long"), ERR_REPLY},
	    {FILE_OF("user"), ERR_REPLY},
	    {FILE_OF("envelope-disagrees"), ERR_REPLY},
	    {FILE_OF("not-json"), ERR_REPLY},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct fake_reply r = {.file = rows[i].file};
		enum answer a;
		enum err e;

		worst_priority = LOG_DEBUG;
		if ((e = check_on(r, &a)) != rows[i].err)
			fail_msg("%s: %s", rows[i].file, err_name(e));
		if (e == ERR_OK)
			assert_int_equal(a, ANSWER_YES);
		assert_int_equal(worst_priority == LOG_ALERT,
		    e == ERR_OTHER_PERSON);
	}
}

static void
a_success_without_http_2xx_is_no_yes(void **state)
{
	static const int statuses[] = {
	    100, 199, 300, 302, 304, 400, 401, 403, 404, 429, 500, 503, 999};
	enum answer a;

	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++) {
		const struct fake_reply r[] = {
		    {.status = statuses[i], .file = FILE_OF("verify")},
		    {.status = statuses[i], .file = FILE_OF("verify")}};

		script(r, COUNT(r));
		a = (enum answer)77;
		assert_int_not_equal(check(FACTOR_OTP, "1", &a), ERR_OK);
		assert_int_equal(a, 77);
	}
}

static void
only_the_codes_for_it_are_a_no(void **state)
{
	static const struct {
		struct fake_reply reply;
		enum err err; /* ERR_OK: the answer is no */
	} rows[] = {
	    {{.body = "{\"code\":6001}"}, ERR_OK},
	    {{.body = "{\"code\":6002}"}, ERR_OK},
	    {{.body = "{\"code\":6003}"}, ERR_OK},
	    {{.body = "{\"code\":6004}"}, ERR_OK},
	    {{.body = "{\"code\":2001}"}, ERR_OK},
	    {{.body = "{\"statusCode\":403,\"apiCode\":6001}"}, ERR_OK},
	    {{.body = "{\"code\":499,\"apiCode\":\"6001\"}"}, ERR_OK},
	    {{.status = 400, .body = "{\"code\":6001}"}, ERR_OK},
	    {{.body = "{\"code\":2021}"}, ERR_EXPIRED},
	    {{.body = "{\"code\":2020}"}, ERR_EXPIRED},
	    {{.body = "{\"statusCode\":401}"}, ERR_EXPIRED},
	    {{.status = 401, .body = ""}, ERR_EXPIRED},
	    {{.status = 403, .body = ""}, ERR_CREDENTIAL},
	    {{.body = "{\"statusCode\":403}"}, ERR_CREDENTIAL},
	    {{.body = "{\"code\":2005}"}, ERR_INACTIVE_PERSON},
	    {{.body = "{\"code\":2057}"}, ERR_INACTIVE_PERSON},
	    {{.status = 429, .body = ""}, ERR_THROTTLED},
	    {{.body = "{\"code\":500}"}, ERR_BUSY},
	    {{.status = 502, .file = FILE_OF("not-json")}, ERR_BUSY},
	    {{.body = "{\"code\":1636}"}, ERR_REPLY},
	    {{.body = "{\"code\":400}"}, ERR_REPLY},
	    {{.status = 400, .body = "{\"code\":400}"}, ERR_REPLY},
	    {{.body = "{\"code\":2000}"}, ERR_REPLY},
	    {{.body = "{\"code\":60011}"}, ERR_REPLY},
	    {{.body = "{\"code\":-6001}"}, ERR_REPLY},
	    {{.body = "{\"statusCode\":200,\"apiCode\":6001}"}, ERR_REPLY},
	    {{.body = "{\"apiCode\":6001}"}, ERR_REPLY},
	    {{.body = "{\"code\":0}"}, ERR_REPLY},
	    {{.body = "{\"code\":300,\"apiCode\":null}"}, ERR_REPLY},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum answer a;
		enum err e = check_on(rows[i].reply, &a);

		if (e != rows[i].err)
			fail_msg("%s: %s", rows[i].reply.body, err_name(e));
		if (e == ERR_OK)
			assert_int_equal(a, ANSWER_NO);
	}
}

/* No 401 of a verification is answered with the management key. */
static void
an_expired_challenge_is_not_asked_twice(void **state)
{
	const struct fake_reply r = {.status = 401, .body = ""};
	enum answer a;

	(void)state;
	assert_int_equal(check_on(r, &a), ERR_EXPIRED);
	assert_int_equal(w.http.count, 1);
}

static void
the_other_totp_path_is_tried_once_where_the_first_is_missing(void **state)
{
	const struct fake_reply by_http[] = {
	    {.status = 404, .file = FILE_OF("not-json")},
	    {.file = FILE_OF("verify")}};
	const struct fake_reply by_envelope[] = {
	    {.status = 404, .body = "{\"statusCode\":404,\"message\":"
		"\"Cannot POST /api/v2/mfa/totp/verify\"}"},
	    {.body = "{\"code\":6001}"}};
	const struct fake_reply both[] = {
	    {.status = 404, .body = ""}, {.status = 404, .body = ""}};
	const struct fake_reply person = {.status = 404,
	    .body = "{\"statusCode\":404,\"apiCode\":2004}"};
	const struct fake_reply missing = {.status = 404, .body = ""};
	enum answer a = ANSWER_NO;

	(void)state;
	script(by_http, COUNT(by_http));
	assert_int_equal(check(FACTOR_OTP, "123456", &a), ERR_OK);
	assert_int_equal(a, ANSWER_YES);
	assert_string_equal(w.http.requests[1].url, "https://app.example.com"
	    "/api/v2/applications/mfa/totp/verify");
	assert_string_equal(
	    w.http.requests[1].body, "{\"totp\":\"123456\"}");
	script(by_envelope, COUNT(by_envelope));
	assert_int_equal(check(FACTOR_OTP, "123456", &a), ERR_OK);
	assert_int_equal(a, ANSWER_NO);
	script(both, COUNT(both));
	assert_int_equal(check(FACTOR_OTP, "123456", &a), ERR_REPLY);
	assert_int_equal(check_on(person, &a), ERR_REPLY);
	script(&missing, 1);
	assert_int_equal(check(FACTOR_SMS, "1234", &a), ERR_REPLY);
}

static void
r05_an_empty_code_is_no_and_is_not_sent(void **state)
{
	const struct person who = {ID};
	struct buf code = BUF_INIT(16);
	enum answer a = (enum answer)77;

	(void)state;
	script(NULL, 0);
	assert_int_equal(check(FACTOR_OTP, "", &a), ERR_OK);
	assert_int_equal(a, ANSWER_NO);
	have_challenge();
	a = (enum answer)77;
	assert_int_equal(buf_add(&code, "123456\0x", 8), ERR_OK);
	assert_int_equal(w.service.provider->check(&w.service, &who,
	    &w.challenge, FACTOR_OTP, &code, &a, &w.recovery), ERR_OK);
	assert_int_equal(a, ANSWER_NO);
	buf_clear(&code);
}

static void
a_person_without_id_is_never_the_same(void **state)
{
	const struct fake_reply r = {.file = FILE_OF("verify-empty-id")};
	const struct person nobody = {""};
	struct buf code = BUF_INIT(16);
	enum answer a = ANSWER_NO;

	(void)state;
	have_challenge();
	script(&r, 1);
	assert_int_equal(buf_add_text(&code, "1"), ERR_OK);
	assert_int_equal(w.service.provider->check(&w.service, &nobody,
	    &w.challenge, FACTOR_OTP, &code, &a, &w.recovery),
	    ERR_OTHER_PERSON);
	buf_clear(&code);
}

static void
a_spent_recovery_code_brings_the_next_one(void **state)
{
	const struct fake_reply r[] = {
	    {.file = FILE_OF("recovery")}, {.file = FILE_OF("verify")}};
	enum answer a = ANSWER_NO;

	(void)state;
	script(r, COUNT(r));
	assert_int_equal(check(FACTOR_RECOVERY, "e7ad-aaa4", &a), ERR_OK);
	assert_int_equal(a, ANSWER_YES);
	assert_string_equal(
	    buf_text(&w.recovery), "e7ad-aaa4-da75-fa37-57d1-5141");
	assert_int_equal(check(FACTOR_RECOVERY, "e7ad-aaa4", &a), ERR_OK);
	assert_int_equal(w.recovery.len, 0);
}

static void
a_huge_reply_is_read_where_it_is_right(void **state)
{
	static char body[HTTP_REPLY_MAX_BYTES];
	struct fake_reply r = {.body = body};
	size_t len;

	(void)state;
	have_token();
	len = (size_t)snprintf(body, sizeof(body), "{\"statusCode\":200,"
	    "\"data\":{\"userId\":\"" ID "\",\"status\":\"Activated\","
	    "\"x\":[");
	while (len < sizeof(body) - 16)
		len += (size_t)snprintf(
		    body + len, sizeof(body) - len, "[],{},");
	(void)snprintf(body + len, sizeof(body) - len, "0]}}");
	script(&r, 1);
	assert_int_equal(find(), ERR_OK);
	/* and cut by one byte it is not */
	body[strlen(body) - 1] = '\0';
	script(&r, 1);
	assert_int_equal(find(), ERR_REPLY);
}

static void
r22_no_secret_and_no_body_reaches_the_log(void **state)
{
	static const char *const secrets[] = {SECRET, MFA_TOKEN, "424242",
	    "eyJ", "13800008888", "alice@example.com", "5a8dd3ad",
	    "ujxnpmx3gi8l", "e7ad-aaa4", "cached", "echo"};
	static const struct fake_reply replies[] = {
	    {.body = "{\"code\":6001,\"message\":\"echo 424242\"}"},
	    {.body = "{\"code\":1234,\"message\":\"echo " SECRET "\"}"},
	    {.status = 401, .body = ""}, {.file = FILE_OF("verify")},
	    {.file = FILE_OF("verify-other-person")},
	    {.file = FILE_OF("recovery")}, {.file = FILE_OF("not-json")}};
	const struct fake_reply token = {
	    .body = "{\"statusCode\":403,\"message\":\"echo " SECRET "\"}"};
	const struct fake_reply other[] = {
	    {.file = FILE_OF("user-other-name")},
	    {.file = FILE_OF("trigger-other-person")}};
	enum answer a;

	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++) {
		script(&replies[i], 1);
		(void)!check(FACTOR_OTP, "424242", &a);
	}
	script(&token, 1);
	assert_int_equal(find(), ERR_CREDENTIAL);
	have_token();
	script(other, COUNT(other));
	assert_int_equal(find(), ERR_OTHER_PERSON);
	assert_int_equal(challenge(), ERR_OTHER_PERSON);
	assert_string_not_equal(log_text, "");
	for (size_t i = 0; i < COUNT(secrets); i++)
		if (strstr(log_text, secrets[i]) != NULL)
			fail_msg("in the log: %s", secrets[i]);
}

static void
r11_a_service_message_is_logged_cleaned(void **state)
{
	const struct fake_reply r = {.body =
	    "{\"statusCode\":400,\"message\":\"bad\\u001b[2J\\nuserId\"}"};
	const struct fake_reply forged = {.body = "{\"statusCode\":400,"
	    "\"message\":\"x\\\" event=login verdict=allow\"}"};

	(void)state;
	have_token();
	script(&forged, 1);
	assert_int_equal(find(), ERR_REPLY);
	assert_non_null(strstr(log_text,
	    "message=\"x\\\" event=login verdict=allow\"\n"));
	log_text[0] = '\0';
	script(&r, 1);
	assert_int_equal(find(), ERR_REPLY);
	assert_string_equal(log_text, "genauth: GET /api/v3/get-user: "
	    "HTTP 200, status 400, code 0 message=bad?[2J?userId\n");
}

static void
cleared_objects_hold_nothing(void **state)
{
	(void)state;
	have_token();
	have_challenge();
	(void)strcpy(w.service.pool_id, POOL);
	service_clear(&w.service);
	challenge_clear(&w.challenge);
	assert_int_equal(w.service.bearer.len, 0);
	assert_null(w.service.bearer.ptr);
	assert_string_equal(w.service.pool_id, "");
	assert_int_equal(w.challenge.bound, 0);
	assert_null(w.challenge.token.ptr);
	assert_string_equal(w.challenge.phone, "");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(the_provider_is_found_by_its_name),
	    T(find_asks_get_user_and_keeps_the_id),
	    T(find_believes_only_a_whole_active_record),
	    T(r20_the_record_must_carry_the_name_that_was_asked_for),
	    T(r26_a_hostile_name_stays_one_query_value),
	    T(success_needs_http_2xx_too),
	    T(without_an_envelope_the_http_status_speaks),
	    T(codes_of_the_envelope_have_their_errors),
	    T(errors_of_the_transport_come_through),
	    T(r11_the_request_id_is_cleaned_and_bounded),
	    T(both_spellings_of_every_header_are_sent),
	    T(the_language_is_passed_on),
	    T(a_token_is_fetched_once_and_kept),
	    T(a_token_reply_that_is_not_right_is_refused),
	    T(a_refused_key_is_a_credential_error),
	    T(a_token_that_is_no_jwt_leaves_the_pool_unknown),
	    T(a_401_refetches_the_token_once),
	    T(a_403_does_not_refetch_the_token),
	    T(an_otp_login_with_a_cached_token_is_three_requests),
	    T(a_fetched_token_is_cached_until_the_service_refuses_it),
	    T(signed_calls_carry_the_signature_and_no_token),
	    T(the_host_decides_the_spelling_of_signed_calls),
	    T(a_refused_signature_is_final_and_names_the_clock),
	    T(every_request_gets_what_is_left_of_the_login),
	    T(a_429_is_waited_for_when_short_and_repeatable),
	    T(a_429_is_not_waited_for_otherwise),
	    T(challenge_asks_for_the_person_by_id),
	    T(r02_only_what_is_bound_and_switched_on_is_offered),
	    T(challenge_believes_only_whole_trigger_data),
	    T(r19_a_token_of_another_person_is_an_alarm),
	    T(codes_are_sent_the_way_the_official_component_does),
	    T(a_country_code_that_is_not_known_is_left_out),
	    T(asking_for_a_code_too_soon_says_how_long_to_wait),
	    T(nothing_is_sent_for_what_is_not_bound),
	    T(each_factor_is_verified_at_its_endpoint),
	    T(r19_yes_needs_the_same_persons_id),
	    T(a_success_without_http_2xx_is_no_yes),
	    T(only_the_codes_for_it_are_a_no),
	    T(an_expired_challenge_is_not_asked_twice),
	    T(the_other_totp_path_is_tried_once_where_the_first_is_missing),
	    T(r05_an_empty_code_is_no_and_is_not_sent),
	    T(a_person_without_id_is_never_the_same),
	    T(a_spent_recovery_code_brings_the_next_one),
	    T(a_huge_reply_is_read_where_it_is_right),
	    T(r22_no_secret_and_no_body_reaches_the_log),
	    T(r11_a_service_message_is_logged_cleaned),
	    T(cleared_objects_hold_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
