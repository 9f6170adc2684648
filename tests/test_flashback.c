/*
 * Flashback's reset over a scripted transport: what is sent, and what each
 * status means.
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

#define TOKEN "flashback-token-0123456789"
#define ID "65a1b2c3d4e5f60718290a02"
#define DONE "{\"success\":true,\"message\":\"MFA reset successfully\"}"

static struct {
	struct service_settings settings;
	struct fake_clock clock;
	struct deadline deadline;
	struct fake_transport http;
	struct service service;
	struct fake_reply reply;
	char message[300];
} w;

static char log_text[8192];

static void
keep_log(void *ctx, int priority, const char *line)
{
	size_t len = strlen(log_text);

	(void)ctx;
	(void)priority;
	(void)snprintf(log_text + len, sizeof(log_text) - len, "%s\n", line);
}

static int
setup(void **state)
{
	static char url[] = "https://backend.example.com";

	(void)state;
	memset(&w, 0, sizeof(w));
	w.settings.management_url = url;
	buf_init(&w.settings.access_token, 100);
	fake_clock_init(&w.clock);
	deadline_start(&w.deadline, &w.clock.clock, 60000);
	service_init(&w.service, NULL, &w.settings, &w.http.transport,
	    &w.deadline, NULL);
	log_text[0] = '\0';
	log_to(keep_log, NULL);
	log_set_debug(true);
	return buf_add_text(&w.settings.access_token, TOKEN) == ERR_OK ? 0
								       : -1;
}

static int
teardown(void **state)
{
	(void)state;
	log_to(NULL, NULL);
	service_clear(&w.service);
	buf_clear(&w.settings.access_token);
	return 0;
}

static enum err
reset(const char *id, struct fake_reply reply)
{
	w.reply = reply;
	fake_transport_init(&w.http, &w.reply, 1, &w.clock);
	return admin_find("flashback")->reset(
	    &w.service, id, w.message, sizeof(w.message));
}

static void
another_person_is_named_in_the_body(void **state)
{
	(void)state;
	assert_int_equal(
	    reset(ID, (struct fake_reply){.body = DONE}), ERR_OK);
	assert_string_equal(w.http.requests[0].method, "POST");
	assert_string_equal(w.http.requests[0].url,
	    "https://backend.example.com/mfa/reset");
	assert_string_equal(
	    w.http.requests[0].body, "{\"resetUserId\":\"" ID "\"}");
	assert_true(fake_request_has(
	    &w.http, 0, "authorization: Bearer " TOKEN));
	assert_true(fake_request_has(
	    &w.http, 0, "content-type: application/json"));
	assert_non_null(strstr(w.message, "MFA reset successfully"));
}

static void
oneself_is_reset_without_a_body(void **state)
{
	(void)state;
	assert_int_equal(
	    reset(NULL, (struct fake_reply){.body = DONE}), ERR_OK);
	assert_string_equal(w.http.requests[0].body, "");
	assert_null(strstr(w.http.requests[0].headers, "content-type"));
}

static void
id_is_data_in_the_body(void **state)
{
	(void)state;
	assert_int_equal(reset("a\",\"enable\":true,\"x\":\"|../",
	    (struct fake_reply){.body = DONE}), ERR_OK);
	assert_string_equal(w.http.requests[0].body,
	    "{\"resetUserId\":\"a\\\",\\\"enable\\\":true,\\\"x\\\":\\\"|../"
	    "\"}");
}

static const struct {
	int status;
	const char *body;
	enum err err;
	const char *says[2];
} refusals[] = {
    {401, "{\"success\":false,\"error\":\"Unauthorized\"}", ERR_CREDENTIAL,
	{"does not accept the access token", "401: Unauthorized"}},
    {403, "{\"success\":false,\"error\":\"Insufficient permissions. OWNER or "
	  "ADMINISTRATOR role required to reset another user's MFA.\"}",
	ERR_CREDENTIAL, {"may not do this", "403: Insufficient permissions."}},
    {404, "{\"success\":false,\"error\":\"User not found\"}",
	ERR_UNKNOWN_PERSON, {"does not know this user", "User not found"}},
    {500, "{\"success\":false,\"error\":\"Failed to reset MFA\"}", ERR_BUSY,
	{"failed to do it", "500: Failed to reset MFA"}},
    {503, "<html>", ERR_BUSY, {"unexpected", "503"}},
    {429, "{\"success\":false}", ERR_THROTTLED, {"come back later", "429"}},
};

static void
each_status_has_its_meaning_and_its_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		assert_int_equal(reset(ID, (struct fake_reply){
		    .status = refusals[i].status, .body = refusals[i].body}),
		    refusals[i].err);
		assert_non_null(strstr(w.message, refusals[i].says[0]));
		assert_non_null(strstr(w.message, refusals[i].says[1]));
	}
}

static const struct {
	int status;
	const char *body;
} no_success[] = {
    {200, ""},
    {200, "{}"},
    {200, "true"},
    {200, "{\"success\":false,\"message\":\"MFA reset successfully\"}"},
    {200, "{\"success\":\"true\"}"},
    {200, "{\"success\":1}"},
    {200, "{\"success\":true,\"success\":true}"},
    {200, DONE "x"},
    {201, DONE},
    {204, ""},
    {302, DONE},
    {403, DONE},
    {404, DONE},
    {400, "{\"success\":false,\"error\":\"bad\"}"},
};

static void
nothing_but_200_and_true_is_a_success(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(no_success) / sizeof(no_success[0]);
	    i++)
		assert_int_equal(reset(ID, (struct fake_reply){
		    .status = no_success[i].status,
		    .body = no_success[i].body}), ERR_REPLY);
	assert_int_equal(reset(ID, (struct fake_reply){
	    .status = 500, .body = DONE}), ERR_BUSY);
}

static void
transport_errors_come_out_as_they_are(void **state)
{
	static const enum err errors[] = {
	    ERR_UNREACHABLE, ERR_TIMEOUT, ERR_TLS, ERR_REPLY, ERR_MEMORY};

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		assert_int_equal(reset(ID,
		    (struct fake_reply){.err = errors[i]}), errors[i]);
		assert_string_equal(w.message, "");
	}
}

static void
nothing_is_asked_when_time_is_over(void **state)
{
	(void)state;
	fake_clock_advance(&w.clock, 60000);
	assert_int_equal(reset(ID, (struct fake_reply){.body = DONE}),
	    ERR_TOO_SLOW);
	assert_int_equal(w.http.count, 0);
}

static void
its_words_are_cleaned_and_bounded(void **state)
{
	char body[2000];

	(void)state;
	(void)snprintf(body, sizeof(body),
	    "{\"success\":false,\"error\":\"\\u001b[2J%01000d\"}", 0);
	assert_int_equal(reset(ID,
	    (struct fake_reply){.status = 404, .body = body}),
	    ERR_UNKNOWN_PERSON);
	assert_null(strchr(w.message, '\033'));
	assert_true(strlen(w.message) < sizeof(w.message));
}

static void
wait_of_a_429_is_kept(void **state)
{
	(void)state;
	assert_int_equal(reset(ID, (struct fake_reply){.status = 429,
	    .retry_after_s = 7, .body = "{\"success\":false}"}), ERR_THROTTLED);
	assert_int_equal(w.service.wait_s, 7);
}

static void
token_is_in_no_log_and_no_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		(void)reset(ID, (struct fake_reply){
		    .status = refusals[i].status, .body = refusals[i].body});
		assert_null(strstr(w.message, TOKEN));
	}
	assert_non_null(strstr(log_text, "POST /mfa/reset"));
	assert_null(strstr(log_text, TOKEN));
}

static void
nothing_else_is_offered(void **state)
{
	const struct admin *a = admin_find("flashback");

	(void)state;
	assert_true(a->find == NULL && a->bindings == NULL &&
	    a->unbind == NULL && a->remove_contact == NULL &&
	    a->kick == NULL);
	assert_null(provider_find("flashback"));
	assert_null(admin_find("nobody"));
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(another_person_is_named_in_the_body),
	    T(oneself_is_reset_without_a_body),
	    T(id_is_data_in_the_body),
	    T(each_status_has_its_meaning_and_its_words),
	    T(nothing_but_200_and_true_is_a_success),
	    T(transport_errors_come_out_as_they_are),
	    T(nothing_is_asked_when_time_is_over),
	    T(its_words_are_cleaned_and_bounded),
	    T(wait_of_a_429_is_kept),
	    T(token_is_in_no_log_and_no_message),
	    T(nothing_else_is_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
