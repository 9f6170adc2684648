/*
 * A person's own steps at GenAuth over a scripted transport: what is sent,
 * what each kind of reply comes to, and that no secret stays behind.
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
#include "login/login.h"
#include "service/self.h"

#define ID "65a1b2c3d4e5f60718290a01"
#define PASSWORD "alice-p\303\244ss\"word"
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* Claims {"sub":ID}, of another person, without "sub"; not signed. */
#define JWT(claims) "e30." claims ".c2ln"
#define MINE JWT("eyJzdWIiOiI2NWExYjJjM2Q0ZTVmNjA3MTgyOTBhMDEifQ")
#define OTHERS JWT("eyJzdWIiOiI2NWExYjJjM2Q0ZTVmNjA3MTgyOTBhMDYifQ")
#define NOBODYS JWT("eyJhdWQiOiJ4In0")
/* {"data":{"userId":ID}} and {"data":{}} */
#define MFA_TOKEN JWT("eyJkYXRhIjp7InVzZXJJZCI6IjY1YTFiMmMzZDRlNWY2MDcxOD" \
	"I5MGEwMSJ9fQ")
#define MFA_TOKEN_OF_NOBODY JWT("eyJkYXRhIjp7fX0")

#define YES "{\"statusCode\":200,\"message\":\"ok\"}"
#define NO(status, code) "{\"statusCode\":" #status ",\"apiCode\":" #code \
	",\"message\":\"n\\u001bo\",\"requestId\":\"r-1\"}"
#define DATA(data) "{\"statusCode\":200,\"message\":\"ok\",\"data\":" data "}"
#define CHALLENGE(code, data) "{\"statusCode\":300,\"code\":" #code \
	",\"apiCode\":" #code ",\"message\":\"MFA\",\"data\":" data "}"

static struct {
	struct config cfg;
	struct fake_clock clock;
	struct deadline deadline;
	struct fake_transport http;
	struct service service;
	struct self me;
	struct challenge challenge;
	struct buf password;
	struct enrolment enrolment;
} w;

static char log_text[65536];

static void
keep_log(void *ctx, int priority, const char *line)
{
	size_t len = strlen(log_text);

	(void)ctx, (void)priority;
	(void)snprintf(log_text + len, sizeof(log_text) - len, "%s\n", line);
}

static int
setup(void **state)
{
	static char app[] = "https://app.example.com", app_id[] = "app-id";
	static char language[] = "en";

	(void)state;
	memset(&w, 0, sizeof(w));
	w.cfg.service.app_url = app;
	w.cfg.service.app_id = app_id;
	w.cfg.service.language = language;
	w.cfg.tries = 3;
	w.cfg.allowed.bits = FACTOR_BIT(FACTOR_COUNT) - 1;
	buf_init(&w.cfg.service.app_secret, 100);
	buf_init(&w.password, 100);
	challenge_init(&w.challenge);
	enrolment_init(&w.enrolment);
	fake_clock_init(&w.clock);
	deadline_start(&w.deadline, &w.clock.clock, 60000);
	service_init(&w.service, provider_find("genauth"), &w.cfg.service,
	    &w.http.transport, &w.deadline, NULL);
	self_init(&w.me, &w.service);
	log_text[0] = '\0';
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
	log_to(NULL, NULL);
	self_clear(&w.me);
	service_clear(&w.service);
	challenge_clear(&w.challenge);
	enrolment_clear(&w.enrolment);
	buf_clear(&w.password);
	buf_clear(&w.cfg.service.app_secret);
	return 0;
}

static void
script(const struct fake_reply *replies, size_t count)
{
	fake_transport_init(&w.http, replies, count, &w.clock);
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

static enum err
sign_in(const char *body)
{
	const struct fake_reply reply[] = {{.body = body}};

	script(reply, 1);
	return self_sign_in(&w.me, "alice", &w.password, &w.challenge);
}

static void
have_token(void)
{
	buf_clear(&w.me.token);
	assert_int_equal(buf_add_text(&w.me.token, MINE), ERR_OK);
}

#define TOKENS(access, id) DATA("{\"access_token\":\"" access "\"," \
	"\"id_token\":\"" id "\",\"token_type\":\"Bearer\"," \
	"\"expire_in\":1209600,\"scope\":\"openid profile\"}")

static void
password_is_sent_once_and_as_it_is(void **state)
{
	(void)state;
	assert_int_equal(sign_in(TOKENS(MINE, MINE)), ERR_OK);
	assert_int_equal(w.http.count, 1);
	assert_request(0, "POST", "/api/v3/signin",
	    "{\"connection\":\"PASSWORD\",\"passwordPayload\":"
	    "{\"account\":\"alice\",\"password\":"
	    "\"alice-p\303\244ss\\\"word\"}}");
	assert_null(strstr(w.http.requests[0].headers, "authorization"));
	assert_string_equal(buf_text(&w.me.token), MINE);
	assert_string_equal(w.me.person.id, ID);
}

static void
application_secret_goes_into_the_body(void **state)
{
	(void)state;
	assert_int_equal(
	    buf_add_text(&w.cfg.service.app_secret, "app-secret"), ERR_OK);
	assert_int_equal(sign_in(TOKENS(MINE, MINE)), ERR_OK);
	assert_non_null(strstr(w.http.requests[0].body,
	    ",\"client_id\":\"app-id\",\"client_secret\":\"app-secret\"}"));
}

static void
token_need_not_be_a_jwt(void **state)
{
	(void)state;
	assert_int_equal(sign_in(TOKENS("opaque", MINE)), ERR_OK);
	assert_string_equal(w.me.person.id, ID);
	assert_int_equal(sign_in(
	    DATA("{\"access_token\":\"opaque\"}")), ERR_OK);
	assert_string_equal(w.me.person.id, "");
	assert_string_equal(buf_text(&w.me.token), "opaque");
	assert_int_equal(sign_in(TOKENS(NOBODYS, NOBODYS)), ERR_OK);
	assert_string_equal(w.me.person.id, "");
}

static void
tokens_of_two_persons_are_an_alarm(void **state)
{
	(void)state;
	assert_int_equal(sign_in(TOKENS(MINE, OTHERS)), ERR_OTHER_PERSON);
	assert_non_null(strstr(log_text, "another person"));
	/* and it is still there, to be revoked */
	assert_string_equal(buf_text(&w.me.token), MINE);
}

static void
sign_in_without_a_usable_token_is_a_bad_reply(void **state)
{
	const char *const replies[] = {
	    YES,
	    DATA("{}"),
	    DATA("[]"),
	    DATA("{\"access_token\":\"\"}"),
	    DATA("{\"access_token\":7}"),
	    DATA("{\"access_token\":\"a\\nb\"}"),
	    "{\"statusCode\":200,\"code\":1636,\"data\":{}}",
	    "<html>",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++) {
		assert_int_equal(sign_in(replies[i]), ERR_REPLY);
		assert_int_equal(w.me.token.len, 0);
		assert_int_equal(w.challenge.bound, 0);
	}
}

static void
token_beside_what_is_wrong_is_kept_to_be_revoked(void **state)
{
	(void)state;
	assert_int_equal(sign_in(
	    DATA("{\"access_token\":\"a\",\"id_token\":7}")), ERR_REPLY);
	assert_string_equal(buf_text(&w.me.token), "a");
	/* "sub" is a number */
	assert_int_equal(sign_in(DATA("{\"access_token\":\""
	    JWT("eyJzdWIiOjd9") "\"}")), ERR_REPLY);
	assert_string_equal(buf_text(&w.me.token), JWT("eyJzdWIiOjd9"));
}

static void
good_reply_with_a_bad_http_status_is_none(void **state)
{
	const struct fake_reply reply[] = {
	    {.status = 500, .body = TOKENS(MINE, MINE)}};

	(void)state;
	script(reply, 1);
	assert_int_equal(self_sign_in(&w.me, "alice", &w.password,
	    &w.challenge), ERR_BUSY);
	assert_int_equal(w.me.token.len, 0);
}

static void
refusals_are_told_in_plain_words(void **state)
{
	static const struct {
		const char *reply, *words;
	} refusals[] = {
	    {NO(403, 2333), "password is wrong"},
	    {NO(403, 2006), "password is wrong"},
	    {NO(404, 2004), "password is wrong"},
	    {NO(403, 2005), "locked"},
	    {NO(403, 2057), "locked"},
	    {NO(300, 1643), "locked"},
	    {NO(499, 2000), "captcha"},
	    {NO(300, 1639), "new password"},
	    {NO(300, 2058), "new password"},
	    {NO(300, 2071), "new password"},
	    {NO(403, 1576), "not active"},
	    {NO(403, 2120008), "not active"},
	    {NO(300, 1640), "step that a terminal cannot do"},
	    {NO(300, 1642), "step that a terminal cannot do"},
	    {NO(302, 4711), "step that a terminal cannot do"},
	    {NO(300, 2921), "step that a terminal cannot do"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++) {
		assert_int_equal(sign_in(refusals[i].reply), ERR_DECLINED);
		assert_non_null(w.me.why);
		assert_non_null(strstr(w.me.why, refusals[i].words));
		assert_string_equal(w.me.said, "");
		assert_int_equal(w.me.token.len, 0);
	}
}

static void
refused_application_is_not_a_wrong_password(void **state)
{
	(void)state;
	assert_int_equal(sign_in("{\"statusCode\":403,\"message\":\"no\"}"),
	    ERR_CREDENTIAL);
	assert_null(w.me.why);
	assert_int_equal(sign_in(NO(499, 2011)), ERR_CONFIG);
}

static void
sign_in_is_never_repeated(void **state)
{
	const struct fake_reply busy[] = {{.status = 429, .retry_after_s = 1,
	    .body = NO(429, 0)}};
	const struct fake_reply slow[] = {{.err = ERR_TIMEOUT}};

	(void)state;
	script(busy, 1);
	assert_int_equal(self_sign_in(&w.me, "alice", &w.password,
	    &w.challenge), ERR_THROTTLED);
	script(slow, 1);
	assert_int_equal(self_sign_in(&w.me, "alice", &w.password,
	    &w.challenge), ERR_TIMEOUT);
}

#define ALL_FACTORS "{\"mfaToken\":\"" MFA_TOKEN "\",\"mfaPhone\":" \
	"\"18800008888\",\"totpMfaEnabled\":true,\"applicationMfa\":[" \
	"{\"mfaPolicy\":\"OTP\",\"status\":1,\"sort\":1}," \
	"{\"mfaPolicy\":\"SMS\",\"status\":1,\"sort\":0}]}"

static void
challenge_comes_before_the_token(void **state)
{
	(void)state;
	assert_int_equal(sign_in(CHALLENGE(1636, ALL_FACTORS)), ERR_OK);
	assert_int_equal(w.me.token.len, 0);
	assert_string_equal(w.me.person.id, ID);
	assert_string_equal(buf_text(&w.challenge.token), MFA_TOKEN);
	assert_int_equal(w.challenge.bound, FACTOR_BIT(FACTOR_OTP) |
	    FACTOR_BIT(FACTOR_SMS) | FACTOR_BIT(FACTOR_RECOVERY));
	assert_int_equal(w.challenge.first, FACTOR_SMS);
}

static void
old_challenge_is_the_authenticator(void **state)
{
	(void)state;
	assert_int_equal(sign_in("{\"code\":1635,\"message\":\"m\",\"data\":"
	    "{\"mfaToken\":\"" MFA_TOKEN "\",\"username\":\"alice\"}}"),
	    ERR_OK);
	assert_int_equal(w.challenge.bound,
	    FACTOR_BIT(FACTOR_OTP) | FACTOR_BIT(FACTOR_RECOVERY));
	assert_int_equal(w.challenge.first, FACTOR_OTP);
	assert_string_equal(buf_text(&w.challenge.token), MFA_TOKEN);
}

static void
challenge_of_nobody_is_a_bad_reply(void **state)
{
	const char *const replies[] = {
	    CHALLENGE(1636, "{}"),
	    CHALLENGE(1636, "null"),
	    CHALLENGE(1636, "{\"mfaToken\":\"opaque\",\"applicationMfa\":[]}"),
	    CHALLENGE(1636, "{\"mfaToken\":\"" MFA_TOKEN_OF_NOBODY
		"\",\"applicationMfa\":[]}"),
	    CHALLENGE(1636, "{\"mfaToken\":\"" MFA_TOKEN "\"}"),
	    CHALLENGE(1635, "{\"mfaToken\":7}"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++) {
		assert_int_equal(sign_in(replies[i]), ERR_REPLY);
		assert_int_equal(w.challenge.token.len, 0);
		assert_int_equal(w.challenge.bound, 0);
	}
}

/* The person types these, one after the other. */
static const char *const *typed;

static enum err
scripted_ask(struct conversation *c, enum question what, const char *prompt,
    int timeout_ms, struct buf *answer)
{
	(void)c, (void)what, (void)prompt, (void)timeout_ms;
	buf_clear(answer);
	return *typed == NULL ? ERR_CONVERSATION
			      : buf_add_text(answer, *typed++);
}

static enum err
scripted_tell(struct conversation *c, const char *text)
{
	(void)c, (void)text;
	return ERR_OK;
}

static enum err
answer(const char *const *lines, const struct fake_reply *replies,
    size_t count)
{
	struct conversation person = {scripted_ask, scripted_tell};
	enum err e;

	assert_int_equal(sign_in(CHALLENGE(1636, ALL_FACTORS)), ERR_OK);
	typed = lines;
	script(replies, count);
	w.service.login_token = &w.me.token;
	e = login_answer(
	    &w.cfg, &w.me.person, &w.challenge, &w.service, &person);
	w.service.login_token = NULL;
	return e;
}

#define VERIFIED(id, token) "{\"code\":200,\"message\":\"ok\",\"data\":" \
	"{\"id\":\"" id "\",\"password\":\"p\",\"salt\":\"s\"" token "}}"

static void
right_code_brings_the_token(void **state)
{
	const char *const lines[] = {"000000", "123456", NULL};
	const struct fake_reply replies[] = {{.body = NO(403, 6001)},
	    {.body = VERIFIED(ID, ",\"token\":\"" MINE "\"")}};

	(void)state;
	assert_int_equal(answer(lines, replies, 2), ERR_OK);
	assert_string_equal(buf_text(&w.me.token), MINE);
	assert_request(1, "POST", "/api/v2/mfa/totp/verify",
	    "{\"totp\":\"123456\"}");
	assert_true(fake_request_has(
	    &w.http, 1, "authorization: Bearer " MFA_TOKEN));
	/* the challenge is still the caller's */
	assert_string_equal(buf_text(&w.challenge.token), MFA_TOKEN);
}

static void
wrong_codes_only_bring_none(void **state)
{
	const char *const lines[] = {"000000", "000001", "000002", NULL};
	const struct fake_reply replies[] = {{.body = NO(403, 6001)},
	    {.body = NO(403, 6001)}, {.body = NO(403, 6001)}};

	(void)state;
	assert_int_equal(answer(lines, replies, 3), ERR_TRIES);
	assert_int_equal(w.me.token.len, 0);
	assert_null(strstr(log_text, "event=login"));
}

static void
right_code_without_a_usable_token_is_a_bad_reply(void **state)
{
	const char *const bodies[] = {
	    VERIFIED(ID, ""),
	    VERIFIED(ID, ",\"token\":null"),
	    VERIFIED(ID, ",\"token\":\"\""),
	    VERIFIED(ID, ",\"token\":\"a b\""),
	    VERIFIED(ID, ",\"token\":[]"),
	};
	const char *const lines[] = {"123456", NULL};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		const struct fake_reply reply[] = {{.body = bodies[i]}};

		assert_int_equal(answer(lines, reply, 1), ERR_REPLY);
		assert_int_equal(w.me.token.len, 0);
	}
}

static void
right_code_of_another_person_is_an_alarm(void **state)
{
	const char *const lines[] = {"123456", NULL};
	const struct fake_reply other_id[] = {{.body = VERIFIED(
	    "65a1b2c3d4e5f60718290a06", ",\"token\":\"" OTHERS "\"")}};
	const struct fake_reply other_token[] = {
	    {.body = VERIFIED(ID, ",\"token\":\"" OTHERS "\"")}};

	(void)state;
	assert_int_equal(answer(lines, other_id, 1), ERR_OTHER_PERSON);
	assert_int_equal(w.me.token.len, 0);
	assert_int_equal(answer(lines, other_token, 1), ERR_OTHER_PERSON);
	assert_string_equal(buf_text(&w.me.token), OTHERS); /* to be revoked */
}

static void
given_token_is_used_as_it_is(void **state)
{
	struct buf token = BUF_INIT(9000);
	const char *const bad[] = {"", "two words", "line\nbreak", "\303\244"};

	(void)state;
	assert_int_equal(buf_add_text(&token, MINE), ERR_OK);
	assert_int_equal(self_use_token(&w.me, &token), ERR_OK);
	assert_string_equal(w.me.person.id, ID);
	assert_string_equal(buf_text(&w.me.token), MINE);
	for (size_t i = 0; i < COUNT(bad); i++) {
		buf_clear(&token);
		assert_int_equal(buf_add_text(&token, bad[i]), ERR_OK);
		assert_int_equal(self_use_token(&w.me, &token), ERR_REPLY);
		assert_int_equal(w.me.token.len, 0);
	}
	buf_clear(&token);
	assert_int_equal(buf_add(&token, "a\0b", 3), ERR_OK);
	assert_int_equal(self_use_token(&w.me, &token), ERR_REPLY);
	buf_clear(&token);
}

static enum err
sign_out(const struct fake_reply *reply)
{
	have_token();
	script(reply, 1);
	return self_sign_out(&w.me);
}

static void
revocation_is_a_form(void **state)
{
	const struct fake_reply empty[] = {{.body = ""}};
	const struct fake_reply object[] = {{.body = "{}"}};

	(void)state;
	assert_int_equal(sign_out(empty), ERR_OK);
	assert_request(0, "POST", "/oidc/token/revocation",
	    "token=" MINE "&client_id=app-id");
	assert_true(fake_request_has(&w.http, 0,
	    "content-type: application/x-www-form-urlencoded"));
	assert_null(strstr(w.http.requests[0].headers,
	    "content-type: application/json"));
	assert_int_equal(w.me.token.len, 0);
	assert_int_equal(buf_add_text(
	    &w.cfg.service.app_secret, "app-secret&=%+"), ERR_OK);
	assert_int_equal(sign_out(object), ERR_OK);
	assert_string_equal(w.http.requests[0].body, "token=" MINE
	    "&client_id=app-id&client_secret=app-secret%26%3D%25%2B");
}

static void
without_a_token_there_is_nothing_to_revoke(void **state)
{
	(void)state;
	script(NULL, 0);
	assert_int_equal(self_sign_out(&w.me), ERR_OK);
	assert_int_equal(w.http.count, 0);
}

static void
failed_revocation_is_told_and_the_token_wiped(void **state)
{
	static const struct {
		struct fake_reply reply;
		enum err err;
	} fails[] = {
	    {{.status = 401, .body = "{\"error\":\"invalid_client\"}"},
		ERR_CREDENTIAL},
	    {{.status = 400, .body = "{\"error\":\"invalid_request\"}"},
		ERR_REPLY},
	    {{.status = 200, .body = "{\"error\":\"invalid_request\"}"},
		ERR_REPLY},
	    {{.status = 503, .body = ""}, ERR_BUSY},
	    {{.status = 302, .body = ""}, ERR_REPLY},
	    {{.err = ERR_UNREACHABLE}, ERR_UNREACHABLE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(fails); i++) {
		assert_int_equal(sign_out(&fails[i].reply), fails[i].err);
		assert_int_equal(w.me.token.len, 0);
	}
}

static enum err
list(const char *body, struct own_factors *out)
{
	const struct fake_reply reply[] = {{.body = body}};

	have_token();
	script(reply, 1);
	return self_list(&w.me, out);
}

#define OTP_FACTOR "{\"factorId\":\"f0\",\"factorType\":\"OTP\"," \
	"\"profile\":{}}"
#define SMS_FACTOR "{\"factorId\":\"f1\",\"factorType\":\"SMS\",\"profile\":" \
	"{\"phoneNumber\":\"18800008888\",\"phoneCountryCode\":\"+86\"}}"
#define EMAIL_FACTOR "{\"factorId\":\"f2|email\",\"factorType\":\"EMAIL\"," \
	"\"profile\":{\"email\":\"alice@example.com\"}}"

static void
list_is_an_array(void **state)
{
	struct own_factors f = {.count = 0};

	(void)state;
	assert_int_equal(list(DATA("[" OTP_FACTOR "," SMS_FACTOR ","
	    EMAIL_FACTOR ",{\"factorId\":\"f3\",\"factorType\":\"PASSKEY\"}]"),
	    &f), ERR_OK);
	assert_request(0, "GET", "/api/v3/list-enrolled-factors", "");
	assert_true(
	    fake_request_has(&w.http, 0, "authorization: Bearer " MINE));
	assert_int_equal(f.count, 4);
	assert_string_equal(f.list[1].phone, "18800008888");
	assert_string_equal(f.list[1].phone_country, "+86");
	assert_string_equal(f.list[2].id, "f2|email");
	assert_string_equal(f.list[2].email, "alice@example.com");
	assert_string_equal(f.list[3].type, "PASSKEY");
	assert_int_equal(list(DATA("[]"), &f), ERR_OK);
	assert_int_equal(f.count, 0);
}

static void
list_may_be_a_single_object(void **state)
{
	struct own_factors f = {.count = 0};

	(void)state;
	assert_int_equal(list(DATA(SMS_FACTOR), &f), ERR_OK);
	assert_int_equal(f.count, 1);
	assert_string_equal(f.list[0].id, "f1");
}

static void
list_that_is_not_sane_is_a_bad_reply(void **state)
{
	const char *const bodies[] = {
	    YES,
	    DATA("7"),
	    DATA("{}"),
	    DATA("[7]"),
	    DATA("[" OTP_FACTOR "," OTP_FACTOR "]"),
	    DATA("[{\"factorId\":\"f0\"}]"),
	    DATA("[{\"factorType\":\"OTP\"}]"),
	    DATA("[{\"factorId\":\"\",\"factorType\":\"OTP\"}]"),
	    DATA("[{\"factorId\":\"f 0\",\"factorType\":\"OTP\"}]"),
	    DATA("[{\"factorId\":\"f\\u001b0\",\"factorType\":\"OTP\"}]"),
	    DATA("[{\"factorId\":\"f0\",\"factorType\":\"O\\nTP\"}]"),
	    DATA("[{\"factorId\":\"f0\",\"factorType\":\"OTP\","
		 "\"profile\":[]}]"),
	    DATA("[{\"factorId\":\"f0\",\"factorType\":\"SMS\","
		 "\"profile\":{\"phoneNumber\":188}}]"),
	};
	struct own_factors f = {.count = 77};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		assert_int_equal(list(bodies[i], &f), ERR_REPLY);
		assert_int_equal(f.count, 77);
	}
}

static void
list_that_is_too_long_is_a_bad_reply(void **state)
{
	struct own_factors f = {.count = 77};
	static char body[8192];
	size_t len;

	(void)state;
	(void)strcpy(body, "{\"statusCode\":200,\"data\":[");
	for (int i = 0; i <= OWN_FACTORS_MAX; i++) {
		len = strlen(body);
		(void)snprintf(body + len, sizeof(body) - len,
		    "%s{\"factorId\":\"f%d\",\"factorType\":\"OTP\"}",
		    i > 0 ? "," : "", i);
	}
	(void)strcat(body, "]}");
	assert_int_equal(list(body, &f), ERR_REPLY);
	assert_int_equal(f.count, 77);
}

static enum err
get(const char *id, const char *body)
{
	const struct fake_reply reply[] = {{.body = body}};
	struct own_factor f = {.id = ""};

	have_token();
	script(reply, 1);
	return self_get(&w.me, id, &f);
}

static void
factor_id_is_percent_encoded(void **state)
{
	(void)state;
	assert_int_equal(get("f2|email", DATA(EMAIL_FACTOR)), ERR_OK);
	assert_request(0, "GET", "/api/v3/get-factor?factorId=f2%7Cemail", "");
	assert_int_equal(get("../x&y=1 ", NO(404, 0)), ERR_NO_FACTOR);
	assert_request(0, "GET",
	    "/api/v3/get-factor?factorId=..%2Fx%26y%3D1%20", "");
}

static void
another_factor_than_asked_for_is_a_bad_reply(void **state)
{
	(void)state;
	assert_int_equal(get("f1", DATA(OTP_FACTOR)), ERR_REPLY);
	assert_int_equal(get("f0", DATA("[" OTP_FACTOR "]")), ERR_REPLY);
}

static enum err
reset(const char *body)
{
	const struct fake_reply reply[] = {{.body = body}};

	have_token();
	script(reply, 1);
	return self_reset(&w.me, "f2|email");
}

static void
reset_names_the_factor_in_the_body(void **state)
{
	(void)state;
	assert_int_equal(reset(YES), ERR_OK);
	assert_request(0, "POST", "/api/v3/reset-factor",
	    "{\"factorId\":\"f2|email\"}");
	assert_true(
	    fake_request_has(&w.http, 0, "authorization: Bearer " MINE));
}

static void
refused_reset_keeps_the_words_of_the_service(void **state)
{
	(void)state;
	assert_int_equal(reset(NO(499, 0)), ERR_DECLINED);
	assert_string_equal(w.me.said, "n?o");
	assert_string_equal(w.service.request_id, "r-1");
	assert_int_equal(reset(YES), ERR_OK);
	assert_string_equal(w.me.said, "");
}

static void
replies_mean_the_same_for_every_step(void **state)
{
	static const struct {
		const char *body;
		enum err err;
	} replies[] = {
	    {NO(403, 2001), ERR_WRONG_CODE},
	    {NO(403, 6001), ERR_WRONG_CODE},
	    {NO(400, 6003), ERR_WRONG_CODE},
	    {NO(401, 2020), ERR_CREDENTIAL},
	    {NO(403, 2021), ERR_CREDENTIAL},
	    {"{\"statusCode\":401,\"message\":\"m\"}", ERR_CREDENTIAL},
	    {NO(404, 0), ERR_NO_FACTOR},
	    {NO(422, 0), ERR_TOO_SOON},
	    {NO(499, 2080), ERR_TOO_SOON},
	    {NO(403, 1001), ERR_DECLINED},
	    {"{\"statusCode\":403,\"message\":\"m\"}", ERR_DECLINED},
	    {NO(409, 0), ERR_DECLINED},
	    {NO(429, 0), ERR_THROTTLED},
	    {NO(500, 0), ERR_BUSY},
	    {NO(300, 1636), ERR_REPLY},
	    {NO(403, 2005), ERR_INACTIVE_PERSON},
	    {"{}", ERR_REPLY},
	    {"<html>", ERR_REPLY},
	    {"", ERR_REPLY},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++)
		assert_int_equal(reset(replies[i].body), replies[i].err);
}

static void
change_is_never_repeated(void **state)
{
	const struct fake_reply busy[] = {{.status = 429, .retry_after_s = 1,
	    .body = NO(429, 0)}};

	(void)state;
	have_token();
	script(busy, 1);
	assert_int_equal(self_reset(&w.me, "f0"), ERR_THROTTLED);
}

static const struct contact phone = {
    FACTOR_SMS, "18800008888", "+86"};
static const struct contact email = {
    FACTOR_EMAIL, "alice@example.com", ""};
static const struct contact no_contact = {FACTOR_OTP, "", ""};

static enum err
unbind(const struct contact *c, const char *body)
{
	const struct fake_reply reply[] = {{.body = body}};
	struct buf code = BUF_INIT(20);
	enum err e;

	have_token();
	script(reply, 1);
	assert_int_equal(buf_add_text(&code, "1234"), ERR_OK);
	e = self_unbind(&w.me, c, &code);
	buf_clear(&code);
	return e;
}

static void
code_to_unbind_is_sent_by_its_own_channel(void **state)
{
	const struct fake_reply replies[] = {{.body = YES}, {.body = YES},
	    {.body = NO(422, 0)}};

	(void)state;
	script(replies, 3);
	assert_int_equal(self_send_unbind(&w.me, &phone), ERR_OK);
	assert_request(0, "POST", "/api/v3/send-sms",
	    "{\"channel\":\"CHANNEL_UNBIND_PHONE\",\"phoneNumber\":"
	    "\"18800008888\",\"phoneCountryCode\":\"+86\"}");
	assert_int_equal(self_send_unbind(&w.me, &email), ERR_OK);
	assert_request(1, "POST", "/api/v3/send-email",
	    "{\"channel\":\"CHANNEL_UNBIND_EMAIL\",\"email\":"
	    "\"alice@example.com\"}");
	assert_int_equal(self_send_unbind(&w.me, &email), ERR_TOO_SOON);
}

static void
contact_is_unbound_with_the_code(void **state)
{
	(void)state;
	assert_int_equal(unbind(&phone, YES), ERR_OK);
	assert_request(0, "POST", "/api/v3/unbind-phone",
	    "{\"passCode\":\"1234\"}");
	assert_int_equal(unbind(&email, YES), ERR_OK);
	assert_request(0, "POST", "/api/v3/unbind-email",
	    "{\"passCode\":\"1234\"}");
	assert_int_equal(unbind(&email, NO(403, 2001)), ERR_WRONG_CODE);
	assert_null(w.me.why);
}

static void
last_way_to_sign_in_is_explained(void **state)
{
	(void)state;
	assert_int_equal(unbind(&phone, NO(499, 0)), ERR_DECLINED);
	assert_non_null(strstr(w.me.why, "bind an e-mail address first"));
	assert_int_equal(unbind(&email, NO(403, 4711)), ERR_DECLINED);
	assert_non_null(strstr(w.me.why, "bind a phone first"));
}

static enum err
begin(const struct contact *c, const char *body)
{
	const struct fake_reply reply[] = {{.body = body}};

	have_token();
	script(reply, 1);
	return self_enroll_begin(&w.me, c, &w.enrolment);
}

#define SECRET "JBSWY3DPEHPK3PXP"
#define URI(query) "otpauth://totp/pool:alice?" query
#define OTP_DATA(uri, more) DATA("{\"enrollmentToken\":\"et\",\"otpData\":" \
	"{\"qrCodeUri\":\"" uri "\",\"qrCodeDataUrl\":\"data:x\"" more "}}")

static void
authenticator_begins_with_secret_and_recovery_code(void **state)
{
	(void)state;
	assert_int_equal(begin(&no_contact, OTP_DATA(
	    URI("secret=" SECRET "&period=30&digits=6"),
	    ",\"recoveryCode\":\"e7ad-aaa4\"")), ERR_OK);
	assert_request(0, "POST", "/api/v3/send-enroll-factor-request",
	    "{\"factorType\":\"OTP\",\"profile\":{}}");
	assert_int_equal(w.enrolment.factor, FACTOR_OTP);
	assert_string_equal(buf_text(&w.enrolment.token), "et");
	assert_string_equal(buf_text(&w.enrolment.secret), SECRET);
	assert_string_equal(buf_text(&w.enrolment.recovery), "e7ad-aaa4");
	assert_string_equal(buf_text(&w.enrolment.uri),
	    URI("secret=" SECRET "&period=30&digits=6"));
}

static void
secret_may_stand_anywhere_in_the_query(void **state)
{
	const char *const bodies[] = {
	    OTP_DATA(URI("period=30&secret=" SECRET), ""),
	    OTP_DATA(URI("xsecret=no&secret=" SECRET "&digits=6"), ""),
	    OTP_DATA(URI("secret=" SECRET "%3D%3D"), ""),
	    OTP_DATA(URI("secret=" SECRET "=="), ",\"recoveryCode\":null"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		assert_int_equal(begin(&no_contact, bodies[i]), ERR_OK);
		assert_string_equal(buf_text(&w.enrolment.secret), SECRET);
		assert_int_equal(w.enrolment.recovery.len, 0);
	}
}

static void
enrolment_that_cannot_be_shown_is_a_bad_reply(void **state)
{
	const char *const bodies[] = {
	    YES,
	    DATA("{\"enrollmentToken\":\"et\"}"),
	    DATA("{\"enrollmentToken\":\"\",\"otpData\":{}}"),
	    DATA("{\"otpData\":{\"qrCodeUri\":\"" URI("secret=" SECRET)
		"\"}}"),
	    OTP_DATA("https://evil.example/?secret=" SECRET, ""),
	    OTP_DATA("otpauth://hotp/x?secret=" SECRET, ""),
	    OTP_DATA("otpauth://totp/secret=" SECRET, ""),
	    OTP_DATA(URI("secret="), ""),
	    OTP_DATA(URI("secret=SHORT234"), ""),
	    OTP_DATA(URI("secret=" SECRET "189"), ""),
	    OTP_DATA(URI("secret=" SECRET "\\u001b[2J"), ""),
	    OTP_DATA(URI("secret=" SECRET), ",\"recoveryCode\":7"),
	    OTP_DATA(URI("secret=" SECRET), ",\"recoveryCode\":\"a\\nb\""),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		assert_int_equal(begin(&no_contact, bodies[i]), ERR_REPLY);
		assert_int_equal(w.enrolment.token.len, 0);
		assert_int_equal(w.enrolment.uri.len, 0);
		assert_int_equal(w.enrolment.secret.len, 0);
	}
}

static void
contact_to_enrol_goes_into_the_profile(void **state)
{
	(void)state;
	assert_int_equal(
	    begin(&phone, DATA("{\"enrollmentToken\":\"et\"}")), ERR_OK);
	assert_request(0, "POST", "/api/v3/send-enroll-factor-request",
	    "{\"factorType\":\"SMS\",\"profile\":{\"phoneNumber\":"
	    "\"18800008888\",\"phoneCountryCode\":\"+86\"}}");
	assert_int_equal(
	    begin(&email, DATA("{\"enrollmentToken\":\"et\"}")), ERR_OK);
	assert_string_equal(w.http.requests[0].body,
	    "{\"factorType\":\"EMAIL\",\"profile\":{\"email\":"
	    "\"alice@example.com\"}}");
	assert_int_equal(begin(&email, NO(422, 0)), ERR_TOO_SOON);
	assert_int_equal(w.enrolment.token.len, 0);
}

static enum err
finish(const char *body)
{
	const struct fake_reply reply[] = {{.body = body}};
	struct buf code = BUF_INIT(20);
	enum err e;

	assert_int_equal(
	    begin(&phone, DATA("{\"enrollmentToken\":\"et\"}")), ERR_OK);
	script(reply, 1);
	assert_int_equal(buf_add_text(&code, "123456"), ERR_OK);
	e = self_enroll_finish(&w.me, &w.enrolment, &code);
	buf_clear(&code);
	return e;
}

static void
enrolment_counts_with_a_right_code(void **state)
{
	(void)state;
	assert_int_equal(finish(YES), ERR_OK);
	assert_request(0, "POST", "/api/v3/enroll-factor",
	    "{\"factorType\":\"SMS\",\"enrollmentToken\":\"et\","
	    "\"enrollmentData\":{\"passCode\":\"123456\"}}");
	assert_int_equal(finish(NO(403, 2001)), ERR_WRONG_CODE);
	assert_int_equal(finish(NO(403, 6001)), ERR_WRONG_CODE);
}

static void
enrolment_that_is_not_taken_has_expired(void **state)
{
	(void)state;
	assert_int_equal(finish(NO(499, 0)), ERR_EXPIRED);
	assert_int_equal(finish(NO(400, 0)), ERR_EXPIRED);
	assert_int_equal(finish(NO(404, 0)), ERR_EXPIRED);
	/* not a word about the enrolment */
	assert_int_equal(finish(NO(401, 2020)), ERR_CREDENTIAL);
	assert_int_equal(finish(NO(503, 0)), ERR_BUSY);
	assert_int_equal(finish("<html>"), ERR_REPLY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(password_is_sent_once_and_as_it_is),
	    TEST(application_secret_goes_into_the_body),
	    TEST(token_need_not_be_a_jwt),
	    TEST(tokens_of_two_persons_are_an_alarm),
	    TEST(sign_in_without_a_usable_token_is_a_bad_reply),
	    TEST(token_beside_what_is_wrong_is_kept_to_be_revoked),
	    TEST(good_reply_with_a_bad_http_status_is_none),
	    TEST(refusals_are_told_in_plain_words),
	    TEST(refused_application_is_not_a_wrong_password),
	    TEST(sign_in_is_never_repeated),
	    TEST(challenge_comes_before_the_token),
	    TEST(old_challenge_is_the_authenticator),
	    TEST(challenge_of_nobody_is_a_bad_reply),
	    TEST(right_code_brings_the_token),
	    TEST(wrong_codes_only_bring_none),
	    TEST(right_code_without_a_usable_token_is_a_bad_reply),
	    TEST(right_code_of_another_person_is_an_alarm),
	    TEST(given_token_is_used_as_it_is),
	    TEST(revocation_is_a_form),
	    TEST(without_a_token_there_is_nothing_to_revoke),
	    TEST(failed_revocation_is_told_and_the_token_wiped),
	    TEST(list_is_an_array),
	    TEST(list_may_be_a_single_object),
	    TEST(list_that_is_not_sane_is_a_bad_reply),
	    TEST(list_that_is_too_long_is_a_bad_reply),
	    TEST(factor_id_is_percent_encoded),
	    TEST(another_factor_than_asked_for_is_a_bad_reply),
	    TEST(reset_names_the_factor_in_the_body),
	    TEST(refused_reset_keeps_the_words_of_the_service),
	    TEST(replies_mean_the_same_for_every_step),
	    TEST(change_is_never_repeated),
	    TEST(code_to_unbind_is_sent_by_its_own_channel),
	    TEST(contact_is_unbound_with_the_code),
	    TEST(last_way_to_sign_in_is_explained),
	    TEST(authenticator_begins_with_secret_and_recovery_code),
	    TEST(secret_may_stand_anywhere_in_the_query),
	    TEST(enrolment_that_cannot_be_shown_is_a_bad_reply),
	    TEST(contact_to_enrol_goes_into_the_profile),
	    TEST(enrolment_counts_with_a_right_code),
	    TEST(enrolment_that_is_not_taken_has_expired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
