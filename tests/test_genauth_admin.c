/*
 * An administrator's steps at GenAuth over a scripted transport: what is
 * asked, and what is made of the replies.
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
#include "service/admin.h"
#include "service/genauth_sign.h"

#define ID "65a1b2c3d4e5f60718290a01"
#define KEY "7f1e5c0a9d"
#define SECRET "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
#define HOST "https://api.example.com"
#define USER(members) "{\"statusCode\":200,\"message\":\"ok\",\"requestId\":" \
	"\"r-1\",\"data\":{" members "}}"
#define ALICE USER("\"userId\":\"" ID "\",\"username\":\"alice\"," \
	"\"status\":\"Activated\",\"name\":\"Alice Example\"," \
	"\"nickname\":\"Ally\",\"phone\":\"18800008888\"," \
	"\"phoneCountryCode\":\"+86\",\"email\":\"alice@example.com\"," \
	"\"lastMfaTime\":\"2024-11-22T01:33:00.000Z\"")
#define INFO(otp, sms, email, face) USER("\"totpStatus\":\"" otp \
	"\",\"smsMfaStatus\":\"" sms "\",\"emailMfaStatus\":\"" email \
	"\",\"faceMfaStatus\":\"" face "\"")
#define BOUND(face, otp) "{\"code\":200,\"message\":\"ok\",\"data\":" \
	"{\"FACE\":" face ",\"OTP\":" otp "}}"
#define V2_DONE "{\"code\":200,\"message\":\"ok\",\"data\":null}"
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static struct {
	struct service_settings settings;
	struct fake_clock clock;
	struct deadline deadline;
	struct fake_transport http;
	struct service service;
	struct fake_reply replies[4];
	struct account account;
	struct bindings bindings;
} w;

static int
setup(void **state)
{
	static char management[] = HOST, app[] = "https://app.example.com";
	static char app_id[] = "app\"id", key[] = KEY, type[] = "username";
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
	(void)strcpy(w.account.id, ID);
	buf_init(&w.settings.access_key_secret, 100);
	fake_clock_init(&w.clock);
	deadline_start(&w.deadline, &w.clock.clock, 60000);
	service_init(&w.service, provider_find("genauth"), &w.settings,
	    &w.http.transport, &w.deadline, NULL);
	return buf_add_text(&w.settings.access_key_secret, SECRET) != ERR_OK ||
	    buf_add_text(&w.service.bearer, "cached") != ERR_OK ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	service_clear(&w.service);
	buf_clear(&w.settings.access_key_secret);
	return 0;
}

static void
script(const char *first, const char *second)
{
	memset(w.replies, 0, sizeof(w.replies));
	w.replies[0].body = first;
	w.replies[1].body = second;
	fake_transport_init(
	    &w.http, w.replies, second == NULL ? 1 : 2, &w.clock);
}

static enum err
find_as(const char *name, const char *type)
{
	return admin_genauth.find(&w.service, name, type, &w.account);
}

static enum err
find(const char *body)
{
	script(body, NULL);
	return find_as("alice", "username");
}

static enum err
look(const char *info, const char *bound)
{
	script(info, bound);
	memset(&w.bindings, 0x55, sizeof(w.bindings));
	return admin_genauth.bindings(&w.service, &w.account, &w.bindings);
}

static enum err
unbind(enum binding which, const char *body)
{
	script(body, NULL);
	return admin_genauth.unbind(&w.service, &w.account, which);
}

static enum err
remove_contact(enum binding which, const char *body)
{
	script(body, NULL);
	return admin_genauth.remove_contact(&w.service, &w.account, which);
}

static enum err
kick(const char *body)
{
	script(body, NULL);
	return admin_genauth.kick(&w.service, &w.account);
}

static void
find_asks_get_user_and_reads_the_record(void **state)
{
	(void)state;
	assert_int_equal(find(ALICE), ERR_OK);
	assert_string_equal(w.http.requests[0].method, "GET");
	assert_string_equal(w.http.requests[0].url,
	    HOST "/api/v3/get-user?userId=alice&userIdType=username");
	assert_true(fake_request_has(
	    &w.http, 0, "authorization: Bearer cached"));
	assert_string_equal(w.account.id, ID);
	assert_string_equal(w.account.username, "alice");
	assert_string_equal(w.account.name, "Alice Example");
	assert_string_equal(w.account.status, "Activated");
	assert_string_equal(w.account.phone, "18800008888");
	assert_string_equal(w.account.phone_country, "+86");
	assert_string_equal(w.account.email, "alice@example.com");
	assert_string_equal(w.account.last_mfa, "2024-11-22T01:33:00.000Z");
	assert_string_equal(w.service.request_id, "r-1");
}

static void
find_finds_suspended_people_too(void **state)
{
	(void)state;
	assert_int_equal(find(USER("\"userId\":\"" ID "\",\"username\":"
	    "\"alice\",\"status\":\"Suspended\",\"nickname\":\"Ally\"")),
	    ERR_OK);
	assert_string_equal(w.account.status, "Suspended");
	assert_string_equal(w.account.name, "Ally");
	assert_string_equal(w.account.phone, "");
}

static void
names_are_data_in_the_query(void **state)
{
	static const struct {
		const char *name, *sent;
	} names[] = {
	    {"alice|../../x", "alice%7C..%2F..%2Fx"},
	    {"a b\"c'd", "a%20b%22c%27d"},
	    {"a\nb", "a%0Ab"},
	    {"a&userIdType=user_id#?%", "a%26userIdType%3Duser_id%23%3F%25"},
	    {"\xe5\xbc\xa0", "%E5%BC%A0"},
	};
	char url[300];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		script(ALICE, NULL);
		assert_int_equal(
		    find_as(names[i].name, "phone"), ERR_OK);
		(void)snprintf(url, sizeof(url),
		    HOST "/api/v3/get-user?userId=%s&userIdType=phone",
		    names[i].sent);
		assert_string_equal(w.http.requests[0].url, url);
	}
}

static void
find_of_three_hundred_characters_is_sent_whole(void **state)
{
	char name[901];

	(void)state;
	for (size_t i = 0; i < 300; i++)
		memcpy(name + 3 * i, "\xe5\xbc\xa0", 3);
	name[900] = '\0';
	script(ALICE, NULL);
	assert_int_equal(find_as(name, "phone"), ERR_OK);
	assert_int_equal(strlen(w.http.requests[0].url),
	    strlen(HOST "/api/v3/get-user?userId=&userIdType=phone") + 2700);
}

static void
find_of_another_person_is_an_alarm(void **state)
{
	static const char *const types[] = {"username", "email",
	    "external_id", "user_id"};

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		script(USER("\"userId\":\"x\",\"username\":\"y\",\"email\":"
		    "\"z\",\"externalId\":\"e\",\"status\":\"Activated\""),
		    NULL);
		assert_int_equal(
		    find_as("alice", types[i]), ERR_OTHER_PERSON);
	}
}

static void
find_tells_who_is_not_known(void **state)
{
	(void)state;
	assert_int_equal(find("{\"statusCode\":404,\"apiCode\":2004,"
	    "\"message\":\"user not found\"}"), ERR_UNKNOWN_PERSON);
	assert_int_equal(
	    find("{\"statusCode\":404,\"message\":\"x\"}"),
	    ERR_UNKNOWN_PERSON);
}

static void
find_takes_no_id_that_would_name_another_path(void **state)
{
	static const char *const bodies[] = {
	    USER("\"userId\":\"\",\"username\":\"alice\""),
	    USER("\"userId\":\".\",\"username\":\"alice\""),
	    USER("\"userId\":\"..\",\"username\":\"alice\""),
	    USER("\"userId\":\"a b\",\"username\":\"alice\""),
	    USER("\"userId\":\"a\\nb\",\"username\":\"alice\""),
	    USER("\"userId\":7,\"username\":\"alice\""),
	    USER("\"username\":\"alice\""),
	    "{\"statusCode\":200,\"message\":\"ok\"}",
	    "{\"statusCode\":200,\"message\":\"ok\",\"data\":[]}",
	    "{}",
	    "",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		(void)strcpy(w.account.id, "untouched");
		assert_int_equal(find(bodies[i]), ERR_REPLY);
		assert_string_equal(w.account.id, "untouched");
	}
}

static void
overlong_names_are_cut_and_contacts_refused(void **state)
{
	char body[2000], text[301];

	(void)state;
	memset(text, 'n', 300);
	text[300] = '\0';
	(void)snprintf(body, sizeof(body), USER("\"userId\":\"" ID
	    "\",\"username\":\"alice\",\"name\":\"%s\""), text);
	assert_int_equal(find(body), ERR_OK);
	assert_int_equal(strlen(w.account.name), CONTACT_MAX - 1);
	(void)snprintf(body, sizeof(body), USER("\"userId\":\"" ID
	    "\",\"username\":\"alice\",\"email\":\"%s\""), text);
	assert_int_equal(find(body), ERR_REPLY);
}

static void
bindings_come_from_two_sources(void **state)
{
	(void)state;
	assert_int_equal(look(INFO("enabled", "disabled", "enabled",
	    "disabled"), BOUND("true", "false")), ERR_OK);
	assert_string_equal(w.http.requests[0].url,
	    HOST "/api/v3/get-user-mfa-info?userId=" ID
	    "&userIdType=user_id");
	assert_string_equal(w.http.requests[1].method, "GET");
	assert_string_equal(w.http.requests[1].url,
	    HOST "/api/v2/users/" ID "/mfa-bound");
	assert_int_equal(w.bindings.info[BINDING_OTP], BOUND_YES);
	assert_int_equal(w.bindings.bound[BINDING_OTP], BOUND_NO);
	assert_int_equal(w.bindings.info[BINDING_FACE], BOUND_NO);
	assert_int_equal(w.bindings.bound[BINDING_FACE], BOUND_YES);
	assert_int_equal(w.bindings.bound[BINDING_SMS], BOUND_UNKNOWN);
	assert_int_equal(bindings_any(&w.bindings, BINDING_OTP), BOUND_YES);
	assert_int_equal(bindings_any(&w.bindings, BINDING_FACE), BOUND_YES);
	assert_int_equal(bindings_any(&w.bindings, BINDING_SMS), BOUND_NO);
	assert_int_equal(bindings_any(&w.bindings, BINDING_EMAIL), BOUND_YES);
}

static void
what_no_source_tells_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(look(USER("\"smsMfaStatus\":\"enabled\""),
	    "{\"code\":200,\"data\":{\"OTP\":null}}"), ERR_OK);
	assert_int_equal(
	    bindings_any(&w.bindings, BINDING_OTP), BOUND_UNKNOWN);
	assert_int_equal(
	    bindings_any(&w.bindings, BINDING_FACE), BOUND_UNKNOWN);
	assert_int_equal(bindings_any(&w.bindings, BINDING_SMS), BOUND_YES);
}

static void
bindings_that_cannot_be_read_are_an_error(void **state)
{
	const char *good = INFO("enabled", "enabled", "enabled", "enabled");

	(void)state;
	assert_int_equal(look(INFO("on", "enabled", "enabled", "enabled"),
	    NULL), ERR_REPLY);
	assert_int_equal(look(USER("\"totpStatus\":true"), NULL), ERR_REPLY);
	assert_int_equal(
	    look("{\"statusCode\":200,\"message\":\"ok\"}", NULL), ERR_REPLY);
	assert_int_equal(look(good,
	    "{\"code\":200,\"data\":{\"OTP\":\"true\"}}"), ERR_REPLY);
	assert_int_equal(look(good, V2_DONE), ERR_REPLY);
	assert_int_equal(look(good,
	    "{\"code\":404,\"message\":\"x\",\"data\":null}"),
	    ERR_UNKNOWN_PERSON);
	assert_int_equal(w.bindings.info[0], 0x55555555);
}

static void
unbind_deletes_by_type_without_a_body(void **state)
{
	(void)state;
	assert_int_equal(unbind(BINDING_OTP, V2_DONE), ERR_OK);
	assert_string_equal(w.http.requests[0].method, "DELETE");
	assert_string_equal(w.http.requests[0].url,
	    HOST "/api/v2/users/" ID "/mfa-bound?type=OTP");
	assert_string_equal(w.http.requests[0].body, "");
	assert_null(strstr(w.http.requests[0].headers, "content-type"));
	assert_int_equal(unbind(BINDING_FACE, V2_DONE), ERR_OK);
	assert_string_equal(w.http.requests[0].url,
	    HOST "/api/v2/users/" ID "/mfa-bound?type=FACE");
}

static void
id_is_one_segment_of_the_path(void **state)
{
	static const struct {
		const char *id, *sent;
	} ids[] = {
	    {"6229ff|email", "6229ff%7Cemail"},
	    {"a/../../b?type=X#", "a%2F..%2F..%2Fb%3Ftype%3DX%23"},
	    {"%2e%2e", "%252e%252e"},
	};
	char url[200];

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		(void)strcpy(w.account.id, ids[i].id);
		assert_int_equal(unbind(BINDING_OTP, V2_DONE), ERR_OK);
		(void)snprintf(url, sizeof(url),
		    HOST "/api/v2/users/%s/mfa-bound?type=OTP", ids[i].sent);
		assert_string_equal(w.http.requests[0].url, url);
	}
}

static void
contacts_are_never_sent_as_a_type(void **state)
{
	(void)state;
	assert_int_equal(unbind(BINDING_SMS, V2_DONE), ERR_NO_FACTOR);
	assert_int_equal(unbind(BINDING_EMAIL, V2_DONE), ERR_NO_FACTOR);
	assert_int_equal(w.http.count, 0);
	assert_int_equal(
	    remove_contact(BINDING_OTP, V2_DONE), ERR_NO_FACTOR);
	assert_int_equal(w.http.count, 0);
}

static void
unbind_is_never_repeated(void **state)
{
	(void)state;
	script(V2_DONE, NULL);
	w.replies[0].err = ERR_TIMEOUT;
	assert_int_equal(admin_genauth.unbind(
	    &w.service, &w.account, BINDING_OTP), ERR_TIMEOUT);
	assert_int_equal(w.http.count, 1);
	script("{\"code\":429,\"message\":\"x\"}", NULL);
	w.replies[0].retry_after_s = 1;
	assert_int_equal(admin_genauth.unbind(
	    &w.service, &w.account, BINDING_OTP), ERR_THROTTLED);
	assert_int_equal(w.http.count, 1);
}

static void
refusals_have_their_meaning(void **state)
{
	static const struct {
		const char *body;
		enum err err;
	} refusals[] = {
	    {"{\"code\":1001,\"message\":\"x\"}", ERR_CREDENTIAL},
	    {"{\"code\":403,\"message\":\"x\"}", ERR_CREDENTIAL},
	    {"{\"code\":2004,\"message\":\"x\"}", ERR_UNKNOWN_PERSON},
	    {"{\"code\":500,\"message\":\"x\"}", ERR_BUSY},
	    {"{\"code\":400,\"message\":\"x\"}", ERR_REPLY},
	    {"{\"code\":200,\"statusCode\":500}", ERR_REPLY},
	    {"<html>", ERR_REPLY},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++)
		assert_int_equal(unbind(BINDING_OTP, refusals[i].body),
		    refusals[i].err);
}

static void
contact_is_removed_with_null(void **state)
{
	(void)state;
	assert_int_equal(remove_contact(BINDING_SMS, ALICE), ERR_OK);
	assert_string_equal(w.http.requests[0].method, "POST");
	assert_string_equal(
	    w.http.requests[0].url, HOST "/api/v3/update-user");
	assert_string_equal(w.http.requests[0].body, "{\"userId\":\"" ID
	    "\",\"phone\":null,\"options\":{\"userIdType\":\"user_id\"}}");
	assert_int_equal(remove_contact(BINDING_EMAIL, ALICE), ERR_OK);
	assert_string_equal(w.http.requests[0].body, "{\"userId\":\"" ID
	    "\",\"email\":null,\"options\":{\"userIdType\":\"user_id\"}}");
}

static void
contact_of_another_person_is_an_alarm(void **state)
{
	(void)state;
	assert_int_equal(remove_contact(BINDING_SMS,
	    USER("\"userId\":\"somebody\"")), ERR_OTHER_PERSON);
	assert_int_equal(remove_contact(BINDING_SMS,
	    "{\"statusCode\":200,\"message\":\"ok\"}"), ERR_REPLY);
}

static void
kick_names_the_application_and_the_person(void **state)
{
	(void)state;
	assert_int_equal(kick(USER("\"success\":true")), ERR_OK);
	assert_string_equal(w.http.requests[0].method, "POST");
	assert_string_equal(
	    w.http.requests[0].url, HOST "/api/v3/kick-users");
	assert_string_equal(w.http.requests[0].body,
	    "{\"appIds\":[\"app\\\"id\"],\"userId\":\"" ID
	    "\",\"options\":{\"userIdType\":\"user_id\"}}");
}

static void
kick_needs_a_clear_success(void **state)
{
	static const char *const bodies[] = {
	    USER("\"success\":false"),
	    USER("\"success\":\"true\""),
	    USER("\"done\":true"),
	    "{\"statusCode\":200,\"message\":\"ok\"}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++)
		assert_int_equal(kick(bodies[i]), ERR_REPLY);
}

/* The line of the i-th request that begins so, behind that. */
static const char *
header(size_t i, const char *name)
{
	const char *at = strstr(w.http.requests[i].headers, name);
	static char value[200];

	assert_non_null(at);
	at += strlen(name);
	(void)snprintf(value, sizeof(value), "%.*s",
	    (int)strcspn(at, "\n"), at);
	return value;
}

/* What the service would compute from what was sent, section 2.2. */
static void
assert_signed(const char *path, const struct genauth_param *params)
{
	char text[sizeof(w.http.requests[0].headers)];
	const char *lines[HTTP_HEADERS_MAX + 1] = {NULL};
	const struct genauth_signing q = {"x-genauth-",
	    w.http.requests[0].method, path, params, lines,
	    &w.settings.access_key_secret};
	struct buf expected = BUF_INIT(200);
	size_t n = 0;

	(void)snprintf(text, sizeof(text), "%s", w.http.requests[0].headers);
	for (char *l = strtok(text, "\n"); l != NULL; l = strtok(NULL, "\n"))
		lines[n++] = l;
	assert_int_equal(
	    buf_add_text(&expected, "GenAuth " KEY ":"), ERR_OK);
	assert_int_equal(genauth_sign(&q, &expected), ERR_OK);
	assert_string_equal(
	    header(0, "\nauthorization: "), buf_text(&expected));
	buf_clear(&expected);
}

static void
nested_bodies_and_queries_are_signed_as_they_are_sent(void **state)
{
	static const struct genauth_param apps[] = {
	    {"appIds", "[\"app\\\"id\"]"},
	    {"userId", ID},
	    {"options", "{\"userIdType\":\"user_id\"}"},
	    {NULL, NULL},
	};
	static const struct genauth_param type[] = {
	    {"type", "OTP"}, {NULL, NULL}};
	static const struct genauth_param phone[] = {
	    {"userId", ID},
	    {"phone", "null"},
	    {"options", "{\"userIdType\":\"user_id\"}"},
	    {NULL, NULL},
	};

	(void)state;
	w.settings.management_auth = MANAGEMENT_SIGNED;
	assert_int_equal(kick(USER("\"success\":true")), ERR_OK);
	assert_signed("/api/v3/kick-users", apps);
	assert_int_equal(unbind(BINDING_OTP, V2_DONE), ERR_OK);
	assert_signed("/api/v2/users/" ID "/mfa-bound", type);
	assert_int_equal(remove_contact(BINDING_SMS, ALICE), ERR_OK);
	assert_signed("/api/v3/update-user", phone);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(find_asks_get_user_and_reads_the_record),
	    T(find_finds_suspended_people_too),
	    T(names_are_data_in_the_query),
	    T(find_of_three_hundred_characters_is_sent_whole),
	    T(find_of_another_person_is_an_alarm),
	    T(find_tells_who_is_not_known),
	    T(find_takes_no_id_that_would_name_another_path),
	    T(overlong_names_are_cut_and_contacts_refused),
	    T(bindings_come_from_two_sources),
	    T(what_no_source_tells_is_unknown),
	    T(bindings_that_cannot_be_read_are_an_error),
	    T(unbind_deletes_by_type_without_a_body),
	    T(id_is_one_segment_of_the_path),
	    T(contacts_are_never_sent_as_a_type),
	    T(unbind_is_never_repeated),
	    T(refusals_have_their_meaning),
	    T(contact_is_removed_with_null),
	    T(contact_of_another_person_is_an_alarm),
	    T(kick_names_the_application_and_the_person),
	    T(kick_needs_a_clear_success),
	    T(nested_bodies_and_queries_are_signed_as_they_are_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
