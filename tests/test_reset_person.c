/*
 * Resetting one person over a scripted transport, with an audit that can be
 * read and made to fail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_transport.h"
#include "mfa/audit.h"
#include "mfa/person.h"
#include "mfa/reset_person.h"
#include "mfa/terminal.h"

#define ID "65a1b2c3d4e5f60718290a01"
#define V3(members) "{\"statusCode\":200,\"message\":\"ok\",\"requestId\":" \
	"\"read\",\"data\":{" members "}}"
#define FOUND V3("\"userId\":\"" ID "\",\"username\":\"alice\"," \
	"\"status\":\"Activated\"")
#define INFO(otp, face) V3("\"totpStatus\":\"" otp "\",\"smsMfaStatus\":" \
	"\"enabled\",\"emailMfaStatus\":\"disabled\",\"faceMfaStatus\":\"" \
	face "\"")
#define BOUND(otp, face) "{\"code\":200,\"requestId\":\"read\",\"data\":" \
	"{\"FACE\":" face ",\"OTP\":" otp "}}"
#define DELETED "{\"code\":200,\"requestId\":\"delete\",\"data\":null}"
#define KICKED "{\"statusCode\":200,\"message\":\"ok\",\"requestId\":" \
	"\"kick\",\"data\":{\"success\":true}}"
#define REFUSED "{\"code\":403,\"requestId\":\"no\",\"message\":\"x\"}"
#define BOTH {.body = INFO("enabled", "enabled")}, \
	{.body = BOUND("true", "true")}
#define ONLY_OTP {.body = INFO("enabled", "disabled")}, \
	{.body = BOUND("true", "false")}
#define NONE {.body = INFO("disabled", "disabled")}, \
	{.body = BOUND("false", "false")}
#define BIT(b) (1u << BINDING_##b)
#define RUN(...) run((const struct fake_reply[]){__VA_ARGS__}, \
	sizeof((const struct fake_reply[]){__VA_ARGS__}) / \
	sizeof(struct fake_reply))

static struct {
	struct mfa m;
	struct fake_clock clock;
	struct fake_transport http;
	struct reset_report report;
	enum err audit_err;
	char audit[1000];
} w;

/* What person.c calls for the commands and reset_person() never does. */
enum exit_status
mfa_open(struct mfa *m)
{
	(void)m;
	fail();
	return STATUS_CONFIG;
}

enum exit_status
mfa_fail(const struct mfa *m, const char *what, enum err e)
{
	(void)m;
	fail_msg("%s: %s", what, err_name(e));
	return STATUS_CONFIG;
}

void
mfa_renew_deadline(struct mfa *m)
{
	(void)m;
	fail();
}

enum exit_status
audit_check_reason(const struct mfa *m)
{
	(void)m;
	fail();
	return STATUS_USAGE;
}

enum err
terminal_confirm(const struct mfa *m, const char *question)
{
	(void)m;
	fail_msg("asks %s", question);
	return ERR_DECLINED;
}

/* One line each, with how many requests were made before. */
static void
note(const char *phase, const struct audit_entry *e, const char *result)
{
	size_t len = strlen(w.audit);

	(void)snprintf(w.audit + len, sizeof(w.audit) - len,
	    "%zu %s %s %s %s %s%s\n", w.http.count, phase, e->action, e->user,
	    e->person_id, e->detail, result);
}

enum err
audit_intend(const struct mfa *m, const struct audit_entry *entry)
{
	(void)m;
	note("intend", entry, "");
	return w.audit_err;
}

void
audit_result(const struct mfa *m, const struct audit_entry *entry,
    enum err result, const char *request_id)
{
	char text[100];

	(void)m;
	(void)snprintf(
	    text, sizeof(text), " %s %s", err_name(result), request_id);
	note("result", entry, text);
}

static int
setup(void **state)
{
	static char url[] = "https://api.example.com", app[] = "app-id";
	static char key[] = "key", type[] = "username", language[] = "en";
	static char provider[] = "genauth";

	(void)state;
	memset(&w, 0, sizeof(w));
	w.m.cfg.service = (struct service_settings){
	    .management_url = url,
	    .app_url = url,
	    .app_id = app,
	    .access_key_id = key,
	    .user_id_type = type,
	    .language = language,
	};
	w.m.cfg.provider = provider;
	buf_init(&w.m.cfg.users_map_text, 1000);
	fake_clock_init(&w.clock);
	deadline_start(&w.m.deadline, &w.clock.clock, 60000);
	service_init(&w.m.service, provider_find("genauth"),
	    &w.m.cfg.service, &w.http.transport, &w.m.deadline, NULL);
	return buf_add_text(&w.m.service.bearer, "cached") == ERR_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	service_clear(&w.m.service);
	buf_clear(&w.m.cfg.users_map_text);
	return 0;
}

static enum err
run(const struct fake_reply *script, size_t count)
{
	enum err e;

	fake_transport_init(&w.http, script, count, &w.clock);
	w.audit[0] = '\0';
	e = reset_person(&w.m, &w.m.service, "alice", &w.report);
	assert_int_equal(e, w.report.why);
	assert_int_equal(w.http.count, count);
	return e;
}

/* The method and what is behind the host, of the i-th request. */
static void
assert_request(size_t i, const char *method, const char *path)
{
	const char *url = w.http.requests[i].url;

	assert_string_equal(w.http.requests[i].method, method);
	assert_string_equal(url + strlen("https://api.example.com"), path);
}

static void
all_that_can_be_is_unbound_read_back_and_kicked(void **state)
{
	(void)state;
	assert_int_equal(RUN({.body = FOUND}, BOTH, {.body = DELETED},
	    {.body = DELETED}, NONE, {.body = KICKED}), ERR_OK);
	assert_request(
	    3, "DELETE", "/api/v2/users/" ID "/mfa-bound?type=OTP");
	assert_request(
	    4, "DELETE", "/api/v2/users/" ID "/mfa-bound?type=FACE");
	assert_request(6, "GET", "/api/v2/users/" ID "/mfa-bound");
	assert_request(7, "POST", "/api/v3/kick-users");
	assert_int_equal(w.report.removed, BIT(OTP) | BIT(FACE));
	assert_int_equal(w.report.left, BIT(SMS));
	assert_true(w.report.kicked);
	assert_string_equal(w.report.account.id, ID);
	assert_string_equal(w.report.request_id, "kick");
	assert_string_equal(w.report.message, "");
}

static void
audit_is_written_before_and_after(void **state)
{
	(void)state;
	assert_int_equal(RUN({.body = FOUND}, ONLY_OTP, {.body = DELETED},
	    NONE, {.body = KICKED}), ERR_OK);
	assert_string_equal(w.audit,
	    "3 intend reset alice " ID " OTP sessions\n"
	    "7 result reset alice " ID " OTP sessions none kick\n");
}

static void
nothing_is_changed_without_an_audit(void **state)
{
	(void)state;
	w.audit_err = ERR_SYSTEM;
	assert_int_equal(RUN({.body = FOUND}, ONLY_OTP), ERR_SYSTEM);
	assert_int_equal(w.report.removed, 0);
	assert_int_equal(w.report.left, BIT(OTP) | BIT(SMS));
	assert_false(w.report.kicked);
}

static void
what_is_not_bound_is_not_unbound_again(void **state)
{
	(void)state;
	assert_int_equal(
	    RUN({.body = FOUND}, NONE, {.body = KICKED}), ERR_OK);
	assert_request(3, "POST", "/api/v3/kick-users");
	assert_int_equal(w.report.removed, 0);
	w.m.keep_sessions = true;
	assert_int_equal(RUN({.body = FOUND}, NONE), ERR_OK);
	assert_string_equal(w.audit, "");
}

static void
sessions_are_kept_where_asked(void **state)
{
	(void)state;
	w.m.keep_sessions = true;
	assert_int_equal(
	    RUN({.body = FOUND}, ONLY_OTP, {.body = DELETED}, NONE), ERR_OK);
	assert_false(w.report.kicked);
	assert_string_equal(w.report.request_id, "delete");
}

static void
dry_run_only_reads(void **state)
{
	(void)state;
	w.m.dry_run = true;
	assert_int_equal(RUN({.body = FOUND}, BOTH), ERR_OK);
	assert_int_equal(w.report.removed, BIT(OTP) | BIT(FACE));
	assert_int_equal(w.report.left, BIT(SMS));
	assert_true(w.report.kicked);
	assert_string_equal(w.audit, "");
}

static void
lost_reply_is_read_back_and_not_repeated(void **state)
{
	(void)state;
	assert_int_equal(RUN({.body = FOUND}, ONLY_OTP, {.err = ERR_TIMEOUT},
	    NONE, {.body = KICKED}), ERR_OK);
	assert_int_equal(w.report.removed, BIT(OTP));
}

static void
lost_reply_to_what_was_not_done_fails(void **state)
{
	(void)state;
	assert_int_equal(RUN({.body = FOUND}, ONLY_OTP,
	    {.err = ERR_UNREACHABLE}, ONLY_OTP), ERR_UNREACHABLE);
	assert_int_equal(w.report.removed, 0);
	assert_int_equal(w.report.left, BIT(OTP) | BIT(SMS));
	assert_false(w.report.kicked);
}

static void
outcome_that_cannot_be_read_back_is_told(void **state)
{
	(void)state;
	assert_int_equal(RUN({.body = FOUND}, ONLY_OTP, {.err = ERR_TIMEOUT},
	    {.err = ERR_UNREACHABLE}), ERR_TIMEOUT);
	assert_int_equal(w.report.removed, 0);
	assert_string_equal(w.report.message,
	    "OTP may be unbound or not: it could not be read back");
}

static void
a_yes_that_is_still_reported_is_no_success(void **state)
{
	(void)state;
	assert_int_equal(RUN({.body = FOUND}, ONLY_OTP, {.body = DELETED},
	    ONLY_OTP), ERR_REPLY);
	assert_int_equal(w.report.removed, 0);
	assert_string_equal(
	    w.report.message, "the service still reports OTP");
	/* one source is enough */
	assert_int_equal(RUN({.body = FOUND}, ONLY_OTP, {.body = DELETED},
	    {.body = INFO("disabled", "disabled")},
	    {.body = BOUND("true", "false")}), ERR_REPLY);
	assert_int_equal(RUN({.body = FOUND}, ONLY_OTP, {.body = DELETED},
	    {.body = INFO("enabled", "disabled")},
	    {.body = BOUND("false", "false")}), ERR_REPLY);
}

static void
what_no_source_tells_is_not_gone(void **state)
{
	(void)state;
	w.m.keep_sessions = true;
	assert_int_equal(RUN({.body = FOUND},
	    {.body = V3("\"faceMfaStatus\":\"disabled\"")},
	    {.body = BOUND("null", "false")}), ERR_REPLY);
	assert_int_equal(w.report.left, BIT(OTP));
}

static void
one_refusal_does_not_keep_the_other(void **state)
{
	(void)state;
	assert_int_equal(RUN({.body = FOUND}, BOTH, {.body = REFUSED},
	    {.body = DELETED}, ONLY_OTP), ERR_CREDENTIAL);
	assert_int_equal(w.report.removed, BIT(FACE));
	assert_int_equal(w.report.left, BIT(OTP) | BIT(SMS));
	assert_string_equal(w.report.request_id, "no");
	assert_false(w.report.kicked);
}

static void
kick_that_fails_is_told_with_what_was_removed(void **state)
{
	(void)state;
	assert_int_equal(RUN({.body = FOUND}, ONLY_OTP, {.body = DELETED},
	    NONE, {.body = REFUSED}), ERR_CREDENTIAL);
	assert_int_equal(w.report.removed, BIT(OTP));
	assert_false(w.report.kicked);
	assert_non_null(strstr(w.audit, "credential no\n"));
}

static void
unknown_person_ends_it(void **state)
{
	(void)state;
	assert_int_equal(RUN({.body = "{\"statusCode\":404,\"apiCode\":2004,"
	    "\"requestId\":\"r\"}"}), ERR_UNKNOWN_PERSON);
	assert_string_equal(w.report.request_id, "r");
	assert_string_equal(w.report.account.id, "");
	assert_string_equal(w.audit, "");
}

static void
what_can_be_nobodys_name_is_never_sent(void **state)
{
	char longer[257];
	const char *const names[] = {"", "a\nb", "\x1b[2J", "\xff", longer};

	(void)state;
	memset(longer, 'a', 256);
	longer[256] = '\0';
	fake_transport_init(&w.http, NULL, 0, &w.clock);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_non_null(person_name_fault(names[i]));
		assert_int_equal(reset_person(&w.m, &w.m.service, names[i],
		    &w.report), ERR_UNKNOWN_PERSON);
	}
	assert_null(person_name_fault("alice|../../x \"' \xe5\xbc\xa0"));
}

static void
user_map_counts_but_not_with_an_id_type(void **state)
{
	(void)state;
	w.m.dry_run = true;
	assert_int_equal(buf_add_text(
	    &w.m.cfg.users_map_text, "alice = al\n"), ERR_OK);
	assert_int_equal(RUN({.body = V3("\"userId\":\"" ID
	    "\",\"username\":\"al\",\"status\":\"Activated\"")}, NONE),
	    ERR_OK);
	assert_request(
	    0, "GET", "/api/v3/get-user?userId=al&userIdType=username");
	w.m.id_type = "username";
	assert_int_equal(RUN({.body = FOUND}, NONE), ERR_OK);
	assert_request(
	    0, "GET", "/api/v3/get-user?userId=alice&userIdType=username");
}

static void
flashback_is_one_request(void **state)
{
	(void)state;
	w.m.provider = "flashback";
	buf_init(&w.m.cfg.service.access_token, 10);
	assert_int_equal(RUN({.body = "{\"success\":true}"}), ERR_OK);
	assert_request(0, "POST", "/mfa/reset");
	assert_string_equal(
	    w.http.requests[0].body, "{\"resetUserId\":\"alice\"}");
	assert_int_equal(RUN({.status = 404, .body =
	    "{\"success\":false,\"error\":\"User not found\"}"}),
	    ERR_UNKNOWN_PERSON);
	assert_non_null(strstr(w.report.message, "User not found"));
	w.m.dry_run = true;
	fake_transport_init(&w.http, NULL, 0, &w.clock);
	assert_int_equal(reset_person(
	    &w.m, &w.m.service, "alice", &w.report), ERR_OK);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(all_that_can_be_is_unbound_read_back_and_kicked),
	    T(audit_is_written_before_and_after),
	    T(nothing_is_changed_without_an_audit),
	    T(what_is_not_bound_is_not_unbound_again),
	    T(sessions_are_kept_where_asked),
	    T(dry_run_only_reads),
	    T(lost_reply_is_read_back_and_not_repeated),
	    T(lost_reply_to_what_was_not_done_fails),
	    T(outcome_that_cannot_be_read_back_is_told),
	    T(a_yes_that_is_still_reported_is_no_success),
	    T(what_no_source_tells_is_not_gone),
	    T(one_refusal_does_not_keep_the_other),
	    T(kick_that_fails_is_told_with_what_was_removed),
	    T(unknown_person_ends_it),
	    T(what_can_be_nobodys_name_is_never_sent),
	    T(user_map_counts_but_not_with_an_id_type),
	    T(flashback_is_one_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
