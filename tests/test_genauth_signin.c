/*
 * Signing in with a password, a push to the phone, and the authenticator of
 * whoever is signed in, over a scripted transport: what is sent, what each
 * kind of reply comes to, and that no token outlives its use.
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
#include "service/provider.h"

#define ID "6229ffaaaaaaaaaacade3e3d"
#define PASSWORD "alice-p\303\244ss\"word"
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* Claims {"sub":ID}, of another person, without "sub", with a number, and
 * with all but the last letter of ID; not signed. */
#define JWT(claims) "e30." claims ".c2ln"
#define MINE JWT("eyJzdWIiOiI2MjI5ZmZhYWFhYWFhYWFhY2FkZTNlM2QifQ")
#define OTHERS JWT("eyJzdWIiOiI2MjI5ZmZhYWFhYWFhYWFhY2FkZTNlM2UifQ")
#define NOBODYS JWT("eyJhdWQiOiJ4In0")
#define NUMBERS JWT("eyJzdWIiOjd9")
#define SHORTENED JWT("eyJzdWIiOiI2MjI5ZmZhYWFhYWFhYWFhY2FkZTNlMyJ9")
/* {"data":{"userId":ID}} */
#define MFA_TOKEN JWT("eyJkYXRhIjp7InVzZXJJZCI6IjYyMjlmZmFhYWFhYWFhYWFjYWR" \
	"lM2UzZCJ9fQ")

#define NO(status, code) "{\"statusCode\":" #status ",\"apiCode\":" #code \
	",\"message\":\"no\",\"requestId\":\"r-no\"}"
#define DATA(data) "{\"statusCode\":200,\"message\":\"ok\"," \
	"\"requestId\":\"r-yes\",\"data\":" data "}"
#define TOKENS(access, id) "{\"access_token\":\"" access "\"," \
	"\"id_token\":\"" id "\",\"token_type\":\"Bearer\"," \
	"\"expire_in\":1209600,\"scope\":\"openid profile\"}"
#define CHALLENGE(code, data) "{\"statusCode\":300,\"code\":" #code \
	",\"apiCode\":" #code ",\"message\":\"MFA\",\"data\":" data "}"

static const struct fake_reply revoked = {.body = ""};

static struct {
	struct service_settings settings;
	struct fake_clock clock;
	struct deadline deadline;
	struct fake_transport http;
	struct service service;
	struct person who;
	struct challenge challenge;
	struct buf password, token, recovery;
	struct push push;
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
	static char app[] = "https://app.example.com", app_id[] = "app-id";
	static char language[] = "en";

	(void)state;
	memset(&w, 0, sizeof(w));
	w.settings = (struct service_settings){
	    .app_url = app, .app_id = app_id, .language = language};
	buf_init(&w.settings.app_secret, 100);
	buf_init(&w.password, 100);
	buf_init(&w.token, 8192);
	buf_init(&w.recovery, 256);
	challenge_init(&w.challenge);
	(void)strcpy(w.who.id, ID);
	fake_clock_init(&w.clock);
	deadline_start(&w.deadline, &w.clock.clock, 60000);
	service_init(&w.service, provider_find("genauth"), &w.settings,
	    &w.http.transport, &w.deadline, NULL);
	log_text[0] = '\0';
	worst_priority = LOG_DEBUG;
	log_to(keep_log, NULL);
	log_set_debug(true);
	return buf_add_text(&w.password, PASSWORD) == ERR_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	/* what is secret is in no log line, whatever happened */
	assert_null(strstr(log_text, "alice-p"));
	assert_null(strstr(log_text, "app-secret"));
	assert_null(strstr(log_text, "e30."));
	assert_null(strstr(log_text, "123456"));
	assert_null(strstr(log_text, "push-id"));
	log_to(NULL, NULL);
	service_clear(&w.service);
	challenge_clear(&w.challenge);
	buf_clear(&w.recovery);
	buf_clear(&w.token);
	buf_clear(&w.password);
	buf_clear(&w.settings.app_secret);
	return 0;
}

static void
script(const struct fake_reply *replies, size_t count)
{
	fake_transport_init(&w.http, replies, count, &w.clock);
	log_text[0] = '\0';
	worst_priority = LOG_DEBUG;
}

static void
assert_request(size_t i, const char *method, const char *path,
    const char *body)
{
	char url[512];

	(void)snprintf(url, sizeof(url), "https://app.example.com%s", path);
	assert_true(i < w.http.count);
	assert_string_equal(w.http.requests[i].method, method);
	assert_string_equal(w.http.requests[i].url, url);
	assert_string_equal(w.http.requests[i].body, body);
	assert_true(fake_request_has(&w.http, i, "x-genauth-app-id: app-id"));
	assert_true(fake_request_has(&w.http, i, "x-authing-app-id: app-id"));
}

/* The i-th request revokes `token`, and it is the last one. */
static void
assert_revoked_at_the_end(size_t i, const char *token)
{
	char body[512];

	(void)snprintf(
	    body, sizeof(body), "token=%s&client_id=app-id", token);
	assert_int_equal(w.http.count, i + 1);
	assert_request(i, "POST", "/oidc/token/revocation", body);
}

/* ---- sending a push ---- */

static enum err
push_on(struct fake_reply reply)
{
	script(&reply, 1);
	(void)strcpy(w.push.id, "an older one");
	w.push.life_s = 77;
	return w.service.provider->push(&w.service, "alice", &w.push);
}

static void
push_asks_the_phone_of_the_account(void **state)
{
	const struct fake_reply r = {.body = DATA(
	    "{\"pushCodeId\":\"push-id\",\"expireTime\":120}")};

	(void)state;
	assert_int_equal(push_on(r), ERR_OK);
	assert_string_equal(w.push.id, "push-id");
	assert_int_equal(w.push.life_s, 120);
	assert_int_equal(w.http.count, 1);
	assert_request(0, "POST", "/api/v3/signin-by-push",
	    "{\"account\":\"alice\"}");
	assert_null(strstr(w.http.requests[0].headers, "authorization"));
	assert_string_equal(w.service.request_id, "r-yes");
}

static void
r26_a_hostile_account_stays_one_value(void **state)
{
	const struct fake_reply r = {.body = NO(404, 2004)};

	(void)state;
	script(&r, 1);
	assert_int_equal(w.service.provider->push(&w.service,
	    "a\",\"options\":{\"x\":\"\r\n", &w.push), ERR_UNKNOWN_PERSON);
	assert_request(0, "POST", "/api/v3/signin-by-push",
	    "{\"account\":\"a\\\",\\\"options\\\":{\\\"x\\\":\\\"\\r\\n\"}");
}

#define X32 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X127 X32 X32 X32 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void
push_believes_only_a_whole_reply(void **state)
{
	static const struct {
		const char *body;
		enum err err;
	} rows[] = {
	    {DATA("{\"pushCodeId\":\"p\",\"expireTime\":1}"), ERR_OK},
	    {DATA("{\"pushCodeId\":\"p\",\"expireTime\":3600}"), ERR_OK},
	    {DATA("{\"pushCodeId\":\"" X127 "\",\"expireTime\":9}"), ERR_OK},
	    {DATA("{\"pushCodeId\":\"" X127 "x\",\"expireTime\":9}"),
		ERR_REPLY},
	    {DATA("{\"pushCodeId\":\"p\"}"), ERR_REPLY},
	    {DATA("{\"expireTime\":120}"), ERR_REPLY},
	    {DATA("{\"pushCodeId\":\"\",\"expireTime\":9}"), ERR_REPLY},
	    {DATA("{\"pushCodeId\":\"a b\",\"expireTime\":9}"), ERR_REPLY},
	    {DATA("{\"pushCodeId\":\"a\\n\",\"expireTime\":9}"), ERR_REPLY},
	    {DATA("{\"pushCodeId\":\"\303\244\",\"expireTime\":9}"),
		ERR_REPLY},
	    {DATA("{\"pushCodeId\":null,\"expireTime\":9}"), ERR_REPLY},
	    {DATA("{\"pushCodeId\":7,\"expireTime\":9}"), ERR_REPLY},
	    {DATA("{\"pushCodeId\":\"p\",\"expireTime\":0}"), ERR_REPLY},
	    {DATA("{\"pushCodeId\":\"p\",\"expireTime\":-1}"), ERR_REPLY},
	    {DATA("{\"pushCodeId\":\"p\",\"expireTime\":3601}"), ERR_REPLY},
	    {DATA("{\"pushCodeId\":\"p\",\"expireTime\":1e30}"), ERR_REPLY},
	    {DATA("{\"pushCodeId\":\"p\",\"expireTime\":\"120\"}"),
		ERR_REPLY},
	    {DATA("{\"pushCodeId\":\"p\",\"expireTime\":9,"
		"\"pushCodeId\":\"q\"}"), ERR_REPLY},
	    {DATA("{\"pushCodeId\":\"p\",\"expireTime\":9,"
		"\"expireTime\":9}"), ERR_REPLY},
	    {DATA("[]"), ERR_REPLY},
	    {DATA("null"), ERR_REPLY},
	    {"{\"statusCode\":200}", ERR_REPLY},
	    {"<html>", ERR_REPLY},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum err e = push_on((struct fake_reply){.body = rows[i].body});

		if (e != rows[i].err)
			fail_msg("%s: %s", rows[i].body, err_name(e));
		if (e != ERR_OK) {
			assert_string_equal(w.push.id, "");
			assert_int_equal(w.push.life_s, 0);
		}
	}
}

static void
push_that_is_refused_says_why(void **state)
{
	static const struct {
		struct fake_reply reply;
		enum err err;
	} rows[] = {
	    {{.body = NO(404, 2004)}, ERR_UNKNOWN_PERSON},
	    {{.body = NO(499, 2004)}, ERR_UNKNOWN_PERSON},
	    {{.body = NO(403, 2004)}, ERR_UNKNOWN_PERSON},
	    {{.body = NO(404, 0)}, ERR_UNKNOWN_PERSON},
	    {{.body = NO(403, 2120008)}, ERR_INACTIVE_PERSON},
	    {{.body = NO(403, 1576)}, ERR_INACTIVE_PERSON},
	    {{.body = NO(403, 2005)}, ERR_INACTIVE_PERSON},
	    {{.body = NO(403, 2057)}, ERR_INACTIVE_PERSON},
	    {{.body = NO(403, 2130010)}, ERR_INACTIVE_PERSON},
	    {{.body = NO(499, 0)}, ERR_NO_FACTOR},
	    {{.body = NO(422, 0)}, ERR_TOO_SOON},
	    {{.body = NO(499, 2011)}, ERR_CONFIG},
	    {{.body = NO(403, 0)}, ERR_CREDENTIAL},
	    {{.body = NO(400, 0)}, ERR_REPLY},
	    {{.body = NO(300, 1636)}, ERR_REPLY},
	    {{.body = NO(500, 0)}, ERR_BUSY},
	    {{.status = 503, .body = ""}, ERR_BUSY},
	    {{.status = 404, .body = ""}, ERR_REPLY},
	    {{.status = 500, .body = DATA("{\"pushCodeId\":\"p\","
		"\"expireTime\":120}")}, ERR_BUSY},
	    {{.err = ERR_TIMEOUT}, ERR_TIMEOUT},
	    {{.err = ERR_TLS}, ERR_TLS},
	    /* and it is never sent twice */
	    {{.body = NO(429, 0), .retry_after_s = 1}, ERR_THROTTLED},
	    {{.status = 429, .body = "", .retry_after_s = 1}, ERR_THROTTLED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum err e = push_on(rows[i].reply);

		if (e != rows[i].err)
			fail_msg("row %zu: %s", i, err_name(e));
		assert_int_equal(w.http.count, 1);
		assert_string_equal(w.push.id, "");
	}
}

/* ---- what the phone says ---- */

static enum err
poll_on(const struct fake_reply *replies, size_t count, enum answer *out)
{
	const struct push p = {.id = "push-id&x=1", .life_s = 120};
	enum err e;

	script(replies, count);
	*out = (enum answer)77;
	e = w.service.provider->poll(&w.service, &w.who, &p, out);
	if (e != ERR_OK)
		assert_int_equal(*out, 77);
	return e;
}

#define STATUS(word) DATA("{\"status\":\"" word "\"}")
#define APPROVED(tokens) \
	DATA("{\"status\":\"AUTHORIZED\",\"tokenSet\":" tokens "}")

static void
poll_asks_for_this_push(void **state)
{
	const struct fake_reply r = {.body = STATUS("PUSHED")};
	enum answer a;

	(void)state;
	assert_int_equal(poll_on(&r, 1, &a), ERR_OK);
	assert_int_equal(a, ANSWER_WAIT);
	assert_int_equal(w.http.count, 1);
	assert_request(0, "GET",
	    "/api/v3/check-pushcode-status?pushCodeId=push-id%26x%3D1", "");
	assert_null(strstr(w.http.requests[0].headers, "authorization"));
}

static void
every_status_has_its_answer(void **state)
{
	static const struct {
		const char *body;
		enum err err;
		enum answer answer;
	} rows[] = {
	    {STATUS("PUSHED"), ERR_OK, ANSWER_WAIT},
	    {STATUS("CANCELLED"), ERR_OK, ANSWER_NO},
	    {STATUS("EXPIRED"), ERR_EXPIRED, ANSWER_NO},
	    {STATUS("ERROR"), ERR_REPLY, ANSWER_NO},
	    {STATUS("AUTHORISED"), ERR_REPLY, ANSWER_NO},
	    {STATUS("pushed"), ERR_REPLY, ANSWER_NO},
	    {STATUS(""), ERR_REPLY, ANSWER_NO},
	    {DATA("{\"status\":true}"), ERR_REPLY, ANSWER_NO},
	    {DATA("{\"status\":null}"), ERR_REPLY, ANSWER_NO},
	    {DATA("{\"tokenSet\":" TOKENS(MINE, MINE) "}"), ERR_REPLY,
		ANSWER_NO},
	    {DATA("{\"status\":\"CANCELLED\",\"status\":\"AUTHORIZED\","
		"\"tokenSet\":" TOKENS(MINE, MINE) "}"), ERR_REPLY, ANSWER_NO},
	    {DATA("{}"), ERR_REPLY, ANSWER_NO},
	    {DATA("[]"), ERR_REPLY, ANSWER_NO},
	    {"{\"statusCode\":200}", ERR_REPLY, ANSWER_NO},
	    {"<html>", ERR_REPLY, ANSWER_NO},
	    {NO(404, 0), ERR_EXPIRED, ANSWER_NO},
	    {NO(404, 2004), ERR_EXPIRED, ANSWER_NO},
	    {NO(403, 2005), ERR_INACTIVE_PERSON, ANSWER_NO},
	    {NO(403, 2120008), ERR_INACTIVE_PERSON, ANSWER_NO},
	    {NO(500, 0), ERR_BUSY, ANSWER_NO},
	};
	enum answer a;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct fake_reply r = {.body = rows[i].body};
		enum err e = poll_on(&r, 1, &a);

		if (e != rows[i].err)
			fail_msg("%s: %s", rows[i].body, err_name(e));
		if (e == ERR_OK)
			assert_int_equal(a, rows[i].answer);
		assert_int_equal(w.http.count, 1);
	}
}

static void
approval_needs_http_2xx_too(void **state)
{
	static const int statuses[] = {199, 302, 400, 401, 404, 500, 503};
	enum answer a;

	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++) {
		const struct fake_reply r = {.status = statuses[i],
		    .body = APPROVED(TOKENS(MINE, MINE))};

		assert_int_not_equal(poll_on(&r, 1, &a), ERR_OK);
	}
}

static void
waiting_is_left_to_who_polls(void **state)
{
	const struct fake_reply r = {
	    .status = 429, .retry_after_s = 2, .body = ""};
	enum answer a;

	(void)state;
	assert_int_equal(poll_on(&r, 1, &a), ERR_THROTTLED);
	assert_int_equal(w.service.wait_s, 2);
	assert_int_equal(w.clock.slept_ms, 0);
}

static void
r19_approval_is_a_yes_of_this_person_only(void **state)
{
	static const struct {
		const char *tokens;
		enum err err;
		const char *revoked; /* NULL: none that could be */
	} rows[] = {
	    {TOKENS(MINE, MINE), ERR_OK, MINE},
	    {TOKENS("opaque", MINE), ERR_OK, "opaque"},
	    {TOKENS(MINE, NOBODYS), ERR_OK, MINE},
	    {"{\"access_token\":\"" MINE "\"}", ERR_OK, MINE},
	    {TOKENS(OTHERS, OTHERS), ERR_OTHER_PERSON, OTHERS},
	    {TOKENS(OTHERS, MINE), ERR_OTHER_PERSON, OTHERS},
	    {TOKENS(MINE, OTHERS), ERR_OTHER_PERSON, MINE},
	    {TOKENS("opaque", OTHERS), ERR_OTHER_PERSON, "opaque"},
	    {TOKENS(SHORTENED, SHORTENED), ERR_OTHER_PERSON, SHORTENED},
	    {TOKENS("opaque", "opaque"), ERR_REPLY, "opaque"},
	    {TOKENS(NOBODYS, NOBODYS), ERR_REPLY, NOBODYS},
	    {TOKENS(NUMBERS, MINE), ERR_REPLY, NUMBERS},
	    {TOKENS(MINE, NUMBERS), ERR_REPLY, MINE},
	    {"{\"access_token\":\"" MINE "\",\"id_token\":7}", ERR_REPLY,
		MINE},
	    {"{\"id_token\":\"" MINE "\"}", ERR_REPLY, NULL},
	    {TOKENS("", MINE), ERR_REPLY, NULL},
	    {TOKENS("a b", MINE), ERR_REPLY, NULL},
	    {"{\"access_token\":[\"" MINE "\"]}", ERR_REPLY, NULL},
	    {"{\"access_token\":\"" MINE "\",\"access_token\":\"" MINE
		"\"}", ERR_REPLY, NULL},
	    {"{}", ERR_REPLY, NULL},
	    {"[]", ERR_REPLY, NULL},
	    {"null", ERR_REPLY, NULL},
	    {"\"" MINE "\"", ERR_REPLY, NULL},
	};
	enum answer a;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char body[2048];
		const struct fake_reply r[] = {{.body = body}, revoked};
		enum err e;

		(void)snprintf(body, sizeof(body), APPROVED("%s"),
		    rows[i].tokens);
		if ((e = poll_on(r, 2, &a)) != rows[i].err)
			fail_msg("%s: %s", rows[i].tokens, err_name(e));
		if (e == ERR_OK)
			assert_int_equal(a, ANSWER_YES);
		assert_int_equal(worst_priority == LOG_ALERT,
		    e == ERR_OTHER_PERSON);
		if (rows[i].revoked == NULL)
			assert_int_equal(w.http.count, 1);
		else
			assert_revoked_at_the_end(1, rows[i].revoked);
	}
}

static void
r19_approval_for_nobody_is_no_yes(void **state)
{
	const struct fake_reply mine[] = {
	    {.body = APPROVED(TOKENS(MINE, MINE))}, revoked};
	const struct fake_reply nobodys[] = {
	    {.body = APPROVED(TOKENS(NOBODYS, NOBODYS))}, revoked};
	enum answer a;

	(void)state;
	w.who.id[0] = '\0';
	assert_int_equal(poll_on(mine, 2, &a), ERR_OTHER_PERSON);
	assert_int_equal(poll_on(nobodys, 2, &a), ERR_REPLY);
}

static void
failed_revocation_changes_no_answer(void **state)
{
	static const struct fake_reply fails[] = {
	    {.status = 401, .body = "{\"error\":\"invalid_client\"}"},
	    {.status = 503, .body = ""}, {.err = ERR_UNREACHABLE}};
	enum answer a;

	(void)state;
	for (size_t i = 0; i < COUNT(fails); i++) {
		const struct fake_reply mine[] = {
		    {.body = APPROVED(TOKENS(MINE, MINE))}, fails[i]};
		const struct fake_reply others[] = {
		    {.body = APPROVED(TOKENS(OTHERS, OTHERS))}, fails[i]};

		assert_int_equal(poll_on(mine, 2, &a), ERR_OK);
		assert_int_equal(a, ANSWER_YES);
		assert_int_equal(worst_priority, LOG_WARNING);
		assert_non_null(strstr(log_text, "not revoked"));
		assert_int_equal(poll_on(others, 2, &a), ERR_OTHER_PERSON);
		assert_int_equal(worst_priority, LOG_ALERT);
		assert_non_null(strstr(log_text, "not revoked"));
	}
}

static void
last_reply_of_a_poll_is_what_the_phone_said(void **state)
{
	const struct fake_reply r[] = {
	    {.body = APPROVED(TOKENS(MINE, MINE)), .retry_after_s = 4},
	    {.status = 429, .retry_after_s = 9,
		.body = "{\"requestId\":\"r-revocation\"}"}};
	enum answer a;

	(void)state;
	assert_int_equal(poll_on(r, 2, &a), ERR_OK);
	assert_string_equal(w.service.request_id, "r-yes");
	assert_int_equal(w.service.wait_s, 4);
}

/* ---- signing in ---- */

static enum err
sign_in_as(const struct sign_in *q, const struct fake_reply *reply)
{
	enum err e;

	script(reply, 1);
	(void)strcpy(w.who.id, "whoever it was");
	e = w.service.provider->sign_in(
	    &w.service, q, &w.who, &w.challenge, &w.token);
	if (e != ERR_OK) {
		assert_string_equal(w.who.id, "whoever it was");
		assert_int_equal(w.challenge.bound, 0);
		assert_int_equal(w.challenge.token.len, 0);
		assert_false(w.challenge.signed_in);
	}
	return e;
}

static enum err
sign_in(const char *body)
{
	const struct fake_reply reply = {.body = body};
	const struct sign_in q = {"account", "alice", &w.password, NULL};

	return sign_in_as(&q, &reply);
}

static void
sign_in_is_sent_once_and_as_it_is(void **state)
{
	static const char *const types[] = {
	    "account", "username", "email", "phone"};
	const struct fake_reply reply = {.body = DATA(TOKENS(MINE, MINE))};

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		const struct sign_in q = {
		    types[i], "alice", &w.password, NULL};
		char body[256];

		assert_int_equal(sign_in_as(&q, &reply), ERR_OK);
		(void)snprintf(body, sizeof(body),
		    "{\"connection\":\"PASSWORD\",\"passwordPayload\":"
		    "{\"%s\":\"alice\",\"password\":"
		    "\"alice-p\303\244ss\\\"word\"}}", types[i]);
		assert_int_equal(w.http.count, 1);
		assert_request(0, "POST", "/api/v3/signin", body);
		assert_null(
		    strstr(w.http.requests[0].headers, "authorization"));
	}
}

static void
sign_in_says_from_where_and_for_which_application(void **state)
{
	const struct fake_reply reply = {.body = DATA(TOKENS(MINE, MINE))};
	const struct sign_in q = {
	    "username", "alice", &w.password, "2001:db8::7\"x"};

	(void)state;
	assert_int_equal(sign_in_as(&q, &reply), ERR_OK);
	assert_non_null(strstr(w.http.requests[0].body,
	    "\"options\":{\"clientIp\":\"2001:db8::7\\\"x\"}}"));
	assert_int_equal(
	    buf_add_text(&w.settings.app_secret, "app-secret"), ERR_OK);
	assert_int_equal(sign_in_as(&q, &reply), ERR_OK);
	assert_non_null(strstr(w.http.requests[0].body,
	    "\"options\":{\"clientIp\":\"2001:db8::7\\\"x\"},"
	    "\"client_id\":\"app-id\",\"client_secret\":\"app-secret\"}"));
}

static void
no_password_is_sent_that_is_none(void **state)
{
	const struct sign_in q = {"account", "alice", &w.password, NULL};

	(void)state;
	buf_clear(&w.password);
	assert_int_equal(sign_in_as(&q, NULL), ERR_WRONG_PASSWORD);
	assert_non_null(w.service.why);
	assert_int_equal(
	    buf_add(&w.password, "alice-p\0x", 9), ERR_OK);
	assert_int_equal(sign_in_as(&q, NULL), ERR_WRONG_PASSWORD);
	assert_int_equal(w.http.count, 0);
}

static void
r02_a_sign_in_alone_proves_no_second_factor(void **state)
{
	(void)state;
	assert_int_equal(sign_in(DATA(TOKENS(MINE, NOBODYS))), ERR_OK);
	assert_string_equal(w.who.id, ID);
	assert_true(w.challenge.signed_in);
	assert_int_equal(w.challenge.bound, FACTOR_BIT(FACTOR_OTP));
	assert_int_equal(w.challenge.first, FACTOR_OTP);
	assert_string_equal(buf_text(&w.challenge.token), MINE);
	assert_string_equal(buf_text(&w.token), MINE);
	assert_null(w.service.why);
	/* the access token says nothing, the id token does */
	assert_int_equal(sign_in(DATA(TOKENS("opaque", MINE))), ERR_OK);
	assert_string_equal(w.who.id, ID);
	assert_string_equal(buf_text(&w.challenge.token), "opaque");
	assert_string_equal(buf_text(&w.token), "opaque");
}

static void
token_of_a_bad_reply_is_there_to_be_revoked(void **state)
{
	static const struct {
		const char *data;
		enum err err;
		const char *token;
	} rows[] = {
	    {TOKENS("opaque", "opaque"), ERR_REPLY, "opaque"},
	    {TOKENS(NOBODYS, NOBODYS), ERR_REPLY, NOBODYS},
	    {TOKENS(NUMBERS, MINE), ERR_REPLY, NUMBERS},
	    {TOKENS(MINE, OTHERS), ERR_OTHER_PERSON, MINE},
	    {"{\"access_token\":\"a\",\"id_token\":7}", ERR_REPLY, "a"},
	    {TOKENS("", MINE), ERR_REPLY, ""},
	    {TOKENS("a\\nb", MINE), ERR_REPLY, ""},
	    {"{\"access_token\":\"a\",\"access_token\":\"a\"}", ERR_REPLY, ""},
	    {"{}", ERR_REPLY, ""},
	    {"[]", ERR_REPLY, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char body[1024];
		enum err e;

		(void)snprintf(body, sizeof(body), DATA("%s"), rows[i].data);
		if ((e = sign_in(body)) != rows[i].err)
			fail_msg("%s: %s", rows[i].data, err_name(e));
		assert_string_equal(buf_text(&w.token), rows[i].token);
		assert_int_equal(worst_priority == LOG_ALERT,
		    e == ERR_OTHER_PERSON);
		assert_null(w.service.why);
	}
}

#define ALL_FACTORS "{\"mfaToken\":\"" MFA_TOKEN "\",\"mfaPhone\":" \
	"\"18800008888\",\"totpMfaEnabled\":true,\"applicationMfa\":[" \
	"{\"mfaPolicy\":\"OTP\",\"status\":1,\"sort\":1}," \
	"{\"mfaPolicy\":\"SMS\",\"status\":1,\"sort\":0}]}"

static void
challenge_stands_before_the_token(void **state)
{
	(void)state;
	assert_int_equal(buf_add_text(&w.token, "an older one"), ERR_OK);
	assert_int_equal(sign_in(CHALLENGE(1636, ALL_FACTORS)), ERR_OK);
	assert_string_equal(w.who.id, ID);
	assert_int_equal(w.token.len, 0);
	assert_false(w.challenge.signed_in);
	assert_string_equal(buf_text(&w.challenge.token), MFA_TOKEN);
	assert_int_equal(w.challenge.bound, FACTOR_BIT(FACTOR_OTP) |
	    FACTOR_BIT(FACTOR_SMS) | FACTOR_BIT(FACTOR_RECOVERY));
	assert_int_equal(w.challenge.first, FACTOR_SMS);
	assert_int_equal(sign_in("{\"code\":1635,\"message\":\"m\",\"data\":"
	    "{\"mfaToken\":\"" MFA_TOKEN "\",\"username\":\"alice\"}}"),
	    ERR_OK);
	assert_int_equal(w.challenge.bound,
	    FACTOR_BIT(FACTOR_OTP) | FACTOR_BIT(FACTOR_RECOVERY));
	assert_null(w.service.why);
}

static void
challenge_of_nobody_is_a_bad_reply(void **state)
{
	const char *const replies[] = {
	    CHALLENGE(1636, "{}"),
	    CHALLENGE(1636, "{\"mfaToken\":\"opaque\",\"applicationMfa\":[]}"),
	    CHALLENGE(1636, "{\"mfaToken\":\"" NOBODYS
		"\",\"applicationMfa\":[]}"),
	    CHALLENGE(1636, "{\"mfaToken\":\"" MFA_TOKEN "\"}"),
	    CHALLENGE(1635, "{\"mfaToken\":7}"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++)
		assert_int_equal(sign_in(replies[i]), ERR_REPLY);
}

static void
refusals_have_their_errors_and_words(void **state)
{
	static const struct {
		const char *reply;
		enum err err;
		const char *words; /* NULL: nothing to add */
	} rows[] = {
	    {NO(403, 2333), ERR_WRONG_PASSWORD, "password is wrong"},
	    {NO(403, 2006), ERR_WRONG_PASSWORD, "password is wrong"},
	    {NO(404, 2004), ERR_WRONG_PASSWORD, "password is wrong"},
	    {NO(403, 2005), ERR_INACTIVE_PERSON, "locked"},
	    {NO(403, 2057), ERR_INACTIVE_PERSON, "locked"},
	    {NO(300, 1643), ERR_INACTIVE_PERSON, "locked"},
	    {NO(403, 1576), ERR_INACTIVE_PERSON, "not active"},
	    {NO(403, 2120008), ERR_INACTIVE_PERSON, "not active"},
	    {NO(403, 2130010), ERR_INACTIVE_PERSON, "not active"},
	    {NO(499, 2000), ERR_DECLINED, "captcha"},
	    {NO(300, 1639), ERR_DECLINED, "new password"},
	    {NO(300, 2058), ERR_DECLINED, "new password"},
	    {NO(300, 2061), ERR_DECLINED, "new password"},
	    {NO(300, 2071), ERR_DECLINED, "new password"},
	    {NO(300, 1640), ERR_DECLINED, "step that a terminal cannot do"},
	    {NO(302, 4711), ERR_DECLINED, "step that a terminal cannot do"},
	    {NO(300, 2921), ERR_DECLINED, "step that a terminal cannot do"},
	    {NO(300, 2930), ERR_DECLINED, "step that a terminal cannot do"},
	    {NO(300, 1108), ERR_DECLINED, "step that a terminal cannot do"},
	    {"{\"statusCode\":403,\"message\":\"no\"}", ERR_CREDENTIAL, NULL},
	    {NO(499, 2011), ERR_CONFIG, NULL},
	    {NO(429, 0), ERR_THROTTLED, NULL},
	    {NO(500, 0), ERR_BUSY, NULL},
	    {NO(400, 0), ERR_REPLY, NULL},
	    {"{\"statusCode\":200,\"code\":1636,\"data\":{}}", ERR_REPLY,
		NULL},
	    {"<html>", ERR_REPLY, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum err e = sign_in(rows[i].reply);

		if (e != rows[i].err)
			fail_msg("%s: %s", rows[i].reply, err_name(e));
		assert_int_equal(
		    w.service.why == NULL, rows[i].words == NULL);
		if (rows[i].words != NULL)
			assert_non_null(
			    strstr(w.service.why, rows[i].words));
		assert_int_equal(w.token.len, 0);
	}
}

static void
password_is_never_sent_twice(void **state)
{
	static const struct {
		struct fake_reply reply;
		enum err err;
	} rows[] = {
	    {{.status = 429, .retry_after_s = 1, .body = ""}, ERR_THROTTLED},
	    {{.body = NO(429, 0), .retry_after_s = 1}, ERR_THROTTLED},
	    {{.status = 503, .body = ""}, ERR_BUSY},
	    {{.status = 401, .body = ""}, ERR_CREDENTIAL},
	    {{.status = 500, .body = DATA(TOKENS(MINE, MINE))}, ERR_BUSY},
	    {{.err = ERR_TIMEOUT}, ERR_TIMEOUT},
	};
	const struct sign_in q = {"account", "alice", &w.password, NULL};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(
		    sign_in_as(&q, &rows[i].reply), rows[i].err);
		assert_int_equal(w.http.count, 1);
		assert_int_equal(w.token.len, 0);
	}
}

/* ---- the authenticator of whoever is signed in ---- */

static enum err
check(enum factor f, const char *code, const char *token,
    const struct fake_reply *replies, size_t count, enum answer *out)
{
	struct buf b = BUF_INIT(64);
	enum err e;

	challenge_clear(&w.challenge);
	w.challenge.bound = FACTOR_BIT(FACTOR_COUNT) - 1;
	w.challenge.signed_in = true;
	assert_int_equal(buf_add_text(&w.challenge.token, token), ERR_OK);
	assert_int_equal(buf_add_text(&b, code), ERR_OK);
	script(replies, count);
	*out = (enum answer)77;
	e = w.service.provider->check(&w.service, &w.who, &w.challenge, f, &b,
	    out, &w.recovery);
	buf_clear(&b);
	if (e != ERR_OK)
		assert_int_equal(*out, 77);
	assert_int_equal(w.recovery.len, 0);
	return e;
}

static enum err
check_on(struct fake_reply reply, enum answer *out)
{
	return check(FACTOR_OTP, "123456", MINE, &reply, 1, out);
}

static void
signed_in_person_is_verified_with_the_access_token(void **state)
{
	enum answer a;

	(void)state;
	assert_int_equal(check_on((struct fake_reply){
	    .body = DATA("{\"verified\":true}")}, &a), ERR_OK);
	assert_int_equal(a, ANSWER_YES);
	assert_request(0, "POST", "/api/v3/mfa-totp-verify",
	    "{\"totp\":\"123456\"}");
	assert_true(
	    fake_request_has(&w.http, 0, "authorization: Bearer " MINE));
}

static void
only_verified_true_is_a_yes(void **state)
{
	static const struct {
		struct fake_reply reply;
		enum err err;
		enum answer answer;
	} rows[] = {
	    {{.body = DATA("{\"verified\":true}")}, ERR_OK, ANSWER_YES},
	    {{.body = DATA("{\"verified\":false}")}, ERR_OK, ANSWER_NO},
	    {{.body = NO(403, 6001)}, ERR_OK, ANSWER_NO},
	    {{.body = NO(400, 6003)}, ERR_OK, ANSWER_NO},
	    {{.body = DATA("{\"verified\":\"true\"}")}, ERR_REPLY, 0},
	    {{.body = DATA("{\"verified\":1}")}, ERR_REPLY, 0},
	    {{.body = DATA("{\"verified\":null}")}, ERR_REPLY, 0},
	    {{.body = DATA("{\"verified\":[true]}")}, ERR_REPLY, 0},
	    {{.body = DATA("{\"verified\":true,\"verified\":true}")},
		ERR_REPLY, 0},
	    {{.body = DATA("{\"Verified\":true}")}, ERR_REPLY, 0},
	    {{.body = DATA("{\"id\":\"" ID "\"}")}, ERR_REPLY, 0},
	    {{.body = DATA("true")}, ERR_REPLY, 0},
	    {{.body = "{\"statusCode\":200,\"verified\":true}"}, ERR_REPLY, 0},
	    {{.body = "{\"verified\":true}"}, ERR_REPLY, 0},
	    {{.body = "<html>"}, ERR_REPLY, 0},
	    {{.body = NO(401, 2020)}, ERR_EXPIRED, 0},
	    {{.status = 401, .body = ""}, ERR_EXPIRED, 0},
	    {{.body = NO(403, 0)}, ERR_CREDENTIAL, 0},
	    {{.body = NO(403, 2005)}, ERR_INACTIVE_PERSON, 0},
	    {{.body = NO(429, 0), .retry_after_s = 1}, ERR_THROTTLED, 0},
	    {{.status = 500, .body = DATA("{\"verified\":true}")},
		ERR_BUSY, 0},
	    {{.status = 302, .body = DATA("{\"verified\":true}")},
		ERR_REPLY, 0},
	    /* the other paths are for challenges, and not tried */
	    {{.status = 404, .body = ""}, ERR_REPLY, 0},
	    {{.status = 404, .body = "{\"statusCode\":404}"}, ERR_REPLY, 0},
	    {{.err = ERR_TIMEOUT}, ERR_TIMEOUT, 0},
	};
	enum answer a;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum err e = check_on(rows[i].reply, &a);

		if (e != rows[i].err)
			fail_msg("row %zu: %s", i, err_name(e));
		if (e == ERR_OK)
			assert_int_equal(a, rows[i].answer);
		assert_int_equal(w.http.count, 1);
	}
}

static void
r19_another_persons_access_token_is_an_alarm(void **state)
{
	const struct fake_reply yes = {.body = DATA("{\"verified\":true}")};
	enum answer a;

	(void)state;
	assert_int_equal(check(FACTOR_OTP, "123456", OTHERS, &yes, 1, &a),
	    ERR_OTHER_PERSON);
	assert_int_equal(worst_priority, LOG_ALERT);
	/* one that does not say is of whom the sign-in named */
	assert_int_equal(
	    check(FACTOR_OTP, "123456", "opaque", &yes, 1, &a), ERR_OK);
	assert_int_equal(a, ANSWER_YES);
	w.who.id[0] = '\0';
	assert_int_equal(check(FACTOR_OTP, "123456", "opaque", &yes, 1, &a),
	    ERR_OTHER_PERSON);
}

static void
signed_in_person_answers_with_the_authenticator_only(void **state)
{
	enum answer a;

	(void)state;
	for (int f = FACTOR_OTP + 1; f <= FACTOR_COUNT; f++)
		assert_int_equal(check((enum factor)f, "123456", MINE, NULL, 0,
		    &a), ERR_NO_FACTOR);
	/* r05: nothing is no, and not sent */
	assert_int_equal(
	    check(FACTOR_OTP, "", MINE, NULL, 0, &a), ERR_OK);
	assert_int_equal(a, ANSWER_NO);
}

/* ---- signing out ---- */

static enum err
sign_out(const struct fake_reply *reply)
{
	script(reply, 1);
	return w.service.provider->sign_out(&w.service, &w.token);
}

static void
sign_out_revokes_the_token(void **state)
{
	const struct fake_reply object = {.body = "{}"};

	(void)state;
	assert_int_equal(buf_add_text(&w.token, MINE), ERR_OK);
	assert_int_equal(sign_out(&revoked), ERR_OK);
	assert_revoked_at_the_end(0, MINE);
	assert_true(fake_request_has(&w.http, 0,
	    "content-type: application/x-www-form-urlencoded"));
	/* it is the caller's */
	assert_string_equal(buf_text(&w.token), MINE);
	assert_int_equal(buf_add_text(
	    &w.settings.app_secret, "app-secret&=%+"), ERR_OK);
	assert_int_equal(sign_out(&object), ERR_OK);
	assert_string_equal(w.http.requests[0].body, "token=" MINE
	    "&client_id=app-id&client_secret=app-secret%26%3D%25%2B");
}

static void
without_a_token_there_is_nothing_to_revoke(void **state)
{
	(void)state;
	assert_int_equal(sign_out(NULL), ERR_OK);
	assert_int_equal(w.http.count, 0);
}

static void
sign_out_that_fails_is_told(void **state)
{
	static const struct {
		struct fake_reply reply;
		enum err err;
	} rows[] = {
	    {{.status = 401, .body = "{\"error\":\"invalid_client\"}"},
		ERR_CREDENTIAL},
	    {{.status = 200, .body = "{\"error\":\"invalid_request\"}"},
		ERR_REPLY},
	    {{.status = 503, .body = ""}, ERR_BUSY},
	    {{.status = 429, .body = ""}, ERR_THROTTLED},
	    {{.err = ERR_UNREACHABLE}, ERR_UNREACHABLE},
	};

	(void)state;
	assert_int_equal(buf_add_text(&w.token, MINE), ERR_OK);
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(sign_out(&rows[i].reply), rows[i].err);
}

static void
whole_sign_in_is_three_requests(void **state)
{
	const struct fake_reply r[] = {{.body = DATA(TOKENS(MINE, MINE))},
	    {.body = DATA("{\"verified\":true}")}, revoked};
	const struct sign_in q = {"account", "alice", &w.password, NULL};
	const struct provider *p = w.service.provider;
	struct buf code = BUF_INIT(16);
	enum answer a = ANSWER_NO;

	(void)state;
	assert_int_equal(buf_add_text(&code, "123456"), ERR_OK);
	script(r, COUNT(r));
	assert_int_equal(p->sign_in(&w.service, &q, &w.who, &w.challenge,
	    &w.token), ERR_OK);
	assert_int_equal(p->check(&w.service, &w.who, &w.challenge,
	    FACTOR_OTP, &code, &a, &w.recovery), ERR_OK);
	assert_int_equal(a, ANSWER_YES);
	assert_int_equal(p->sign_out(&w.service, &w.token), ERR_OK);
	assert_revoked_at_the_end(2, MINE);
	buf_clear(&code);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(push_asks_the_phone_of_the_account),
	    T(r26_a_hostile_account_stays_one_value),
	    T(push_believes_only_a_whole_reply),
	    T(push_that_is_refused_says_why),
	    T(poll_asks_for_this_push),
	    T(every_status_has_its_answer),
	    T(approval_needs_http_2xx_too),
	    T(waiting_is_left_to_who_polls),
	    T(r19_approval_is_a_yes_of_this_person_only),
	    T(r19_approval_for_nobody_is_no_yes),
	    T(failed_revocation_changes_no_answer),
	    T(last_reply_of_a_poll_is_what_the_phone_said),
	    T(sign_in_is_sent_once_and_as_it_is),
	    T(sign_in_says_from_where_and_for_which_application),
	    T(no_password_is_sent_that_is_none),
	    T(r02_a_sign_in_alone_proves_no_second_factor),
	    T(token_of_a_bad_reply_is_there_to_be_revoked),
	    T(challenge_stands_before_the_token),
	    T(challenge_of_nobody_is_a_bad_reply),
	    T(refusals_have_their_errors_and_words),
	    T(password_is_never_sent_twice),
	    T(signed_in_person_is_verified_with_the_access_token),
	    T(only_verified_true_is_a_yes),
	    T(r19_another_persons_access_token_is_an_alarm),
	    T(signed_in_person_answers_with_the_authenticator_only),
	    T(sign_out_revokes_the_token),
	    T(without_a_token_there_is_nothing_to_revoke),
	    T(sign_out_that_fails_is_told),
	    T(whole_sign_in_is_three_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
