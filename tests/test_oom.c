/*
 * A whole login with each allocation failing in turn: never let in where the
 * unbroken run is not, and nothing is leaked (the sanitized build looks).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "login/config.h"
#include "login/login.h"
#include "temp.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);

/* How many allocations still succeed; -1: all. */
static long left = -1;

static bool
fails_now(void)
{
	return left >= 0 && left-- == 0;
}

void *
__wrap_malloc(size_t size)
{
	return fails_now() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails_now() ? NULL : __real_calloc(count, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails_now() ? NULL : __real_strdup(text);
}

char *
__wrap_strndup(const char *text, size_t len)
{
	return fails_now() ? NULL : __real_strndup(text, len);
}

/* The service answers from files, in turn; what is no name of one ('{' begins
 * it, or it is empty) is the answer itself. */
static const char *files[8];
static char bodies[8][16 * 1024];
static size_t next_body;

static enum err
answer_from_files(struct transport *t, const struct http_request *q,
    int timeout_ms, struct http_reply *reply)
{
	(void)t;
	(void)q;
	(void)timeout_ms;
	http_reply_clear(reply);
	reply->status = 200;
	return buf_add_text(&reply->body, bodies[next_body++]);
}

static void
read_bodies(void)
{
	char path[512];
	size_t n;
	FILE *f;

	for (size_t i = 0; files[i] != NULL; i++) {
		if (files[i][0] == '{' || files[i][0] == '\0') {
			(void)snprintf(bodies[i], sizeof(bodies[i]), "%s",
			    files[i]);
			continue;
		}
		(void)snprintf(path, sizeof(path), "%s/%s.json", TEST_DATA,
		    files[i]);
		assert_non_null(f = fopen(path, "r"));
		n = fread(bodies[i], 1, sizeof(bodies[i]) - 1, f);
		bodies[i][n] = '\0';
		(void)fclose(f);
	}
}

static const char *typed;

static enum err
type_the_code(struct conversation *c, enum question what, const char *prompt,
    int timeout_ms, struct buf *answer)
{
	(void)c;
	(void)what;
	(void)prompt;
	(void)timeout_ms;
	buf_clear(answer);
	return buf_add_text(answer, typed);
}

static enum err
hear_nothing(struct conversation *c, const char *text)
{
	(void)c;
	(void)text;
	return ERR_OK;
}

/* Everybody is in the account database. */
static int
anybody(const char *name, struct passwd *pw, char *space, size_t size,
    struct passwd **out)
{
	(void)size;
	*pw = (struct passwd){.pw_name = space};
	(void)strcpy(space, name);
	*out = pw;
	return 0;
}

static const struct account_lookups lookups = {anybody, NULL, NULL};

/* How the login of a test goes. */
struct way {
	int management_auth, flow;
	bool account_phase; /* a push or nothing */
	enum verdict end;
};

/* A push that a broken login left on record is none of the next one's. */
static void
forget_records(void)
{
	assert_int_equal(temp_teardown(NULL), 0);
	assert_int_equal(temp_setup(NULL), 0);
}

/* One login in which allocation number `k` fails; *whole where none did. */
static enum verdict
login_without(long k, const struct way *way, bool *whole)
{
	static char everybody[] = "*", url[] = "https://localhost",
	    id[] = "app", key[] = "key", type[] = "username", language[] = "en";
	struct config cfg = {.users = everybody, .local = true,
	    .allowed = {~FACTOR_BIT(FACTOR_PUSH), FACTOR_OTP}, .tries = 1,
	    .fail = FAIL_OPEN, .flow = way->flow, .account = ACCOUNT_PUSH,
	    .push_timeout_ms = 2000, .state_dir = temp_directory,
	    .lockout = {100, 60}, .breaker = {100, 1}, .max_push = 1,
	    .service = {.management_url = url,
	    .app_url = url, .app_id = id, .access_key_id = key,
	    .user_id_type = type, .language = language,
	    .management_auth = way->management_auth}};
	const struct login_request who = {.user = "alice", .service = "test",
	    .rhost = "", .tty = "", .ruser = "", .ssh_connection = "",
	    .command = "", .ref = "7f3a", .first_factor = true,
	    .account_phase = way->account_phase};
	struct conversation person = {type_the_code, hear_nothing};
	struct transport transport = {answer_from_files};
	struct login_result result;
	struct deadline deadline;
	struct service service;
	const struct login_setup setup = {.cfg = &cfg, .service = &service,
	    .person = &person, .lookups = &lookups,
	    .runtime_dir = temp_directory};

	buf_init(&cfg.service.access_key_secret, 64);
	assert_int_equal(
	    buf_add_text(&cfg.service.access_key_secret, "secret"), ERR_OK);
	deadline_start(&deadline, &clock_system, 10000);
	service_init(&service, &provider_genauth, &cfg.service, &transport,
	    &deadline, NULL);
	forget_records();
	next_body = 0;
	left = k;
	login_run(&setup, &who, &result);
	*whole = left >= 0;
	left = -1;
	service_clear(&service);
	buf_clear(&cfg.service.access_key_secret);
	return result.verdict;
}

static void
r01_no_failed_allocation_lets_anybody_in(const struct way *way)
{
	enum verdict verdict;
	bool whole = false;
	long k, survived = 0;

	read_bodies();
	for (k = 0; !whole; k++) {
		verdict = login_without(k, way, &whole);
		if (!whole && verdict != VERDICT_DENY) {
			/* a log line cut short, say, changes no verdict */
			assert_int_equal(verdict, way->end);
			survived++;
		}
	}
	assert_int_equal(verdict, way->end);
	assert_true(k > 100);
	print_message("%ld allocations, %ld of them without effect\n", k - 1,
	    survived);
}

static void
answers(const char *const *list)
{
	size_t i = 0;

	while ((files[i] = list[i]) != NULL)
		i++;
}

static void
r01_a_right_code(void **state)
{
	static const char *const list[] = {
	    "token", "user", "trigger", "verify", NULL};
	const struct way way = {.end = VERDICT_ALLOW};

	(void)state;
	typed = "123456";
	answers(list);
	r01_no_failed_allocation_lets_anybody_in(&way);
}

static void
r01_a_signed_recovery_code(void **state)
{
	static const char *const list[] = {
	    "user", "trigger", "recovery", NULL};
	const struct way way = {
	    .management_auth = MANAGEMENT_SIGNED, .end = VERDICT_ALLOW};

	(void)state;
	typed = "e7ad-aaa4-da75-fa37-57d1-5141";
	answers(list);
	r01_no_failed_allocation_lets_anybody_in(&way);
}

static void
r01_a_reply_for_another_person(void **state)
{
	static const char *const list[] = {
	    "token", "user", "trigger", "verify-other-person", NULL};
	const struct way way = {.end = VERDICT_DENY};

	(void)state;
	typed = "123456";
	answers(list);
	r01_no_failed_allocation_lets_anybody_in(&way);
}

/* Not signed; {"data":{"userId":ID}} and {"sub":ID} of tests/data. */
#define MFA_TOKEN "e30.eyJkYXRhIjp7InVzZXJJZCI6IjYyMjlmZmFhYWFhYWFhYWFjYWRl" \
	"M2UzZCJ9fQ.c2ln"
#define ACCESS_TOKEN "e30.eyJzdWIiOiI2MjI5ZmZhYWFhYWFhYWFhY2FkZTNlM2QifQ.c2ln"

static void
r01_a_password_and_a_right_code(void **state)
{
	static const char *const list[] = {
	    "{\"statusCode\":300,\"apiCode\":1636,\"code\":1636,"
	    "\"message\":\"MFA\",\"data\":{\"mfaToken\":\"" MFA_TOKEN "\","
	    "\"totpMfaEnabled\":true,\"applicationMfa\":[{\"mfaPolicy\":"
	    "\"OTP\",\"status\":1,\"sort\":1}]}}",
	    "verify", "", NULL};
	const struct way way = {.flow = FLOW_SIGNIN, .end = VERDICT_ALLOW};

	(void)state;
	typed = "123456";
	answers(list);
	r01_no_failed_allocation_lets_anybody_in(&way);
}

static void
r01_a_push_that_is_approved(void **state)
{
	static const char *const list[] = {"token", "user",
	    "{\"statusCode\":200,\"message\":\"ok\",\"data\":"
	    "{\"pushCodeId\":\"push-1\",\"expireTime\":60}}",
	    "{\"statusCode\":200,\"message\":\"ok\",\"data\":"
	    "{\"status\":\"AUTHORIZED\",\"tokenSet\":{\"access_token\":\""
	    ACCESS_TOKEN "\",\"id_token\":\"" ACCESS_TOKEN "\","
	    "\"token_type\":\"Bearer\"}}}",
	    "", NULL};
	const struct way way = {.account_phase = true, .end = VERDICT_ALLOW};

	(void)state;
	answers(list);
	r01_no_failed_allocation_lets_anybody_in(&way);
}

static void
hear_no_mistake(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	(void)where;
	(void)what;
}

static void
r01_a_configuration_is_whole_or_none(void **state)
{
	static const char text[] = "management_url = https://localhost\n"
	    "app_url = https://localhost\napp_id = app\n"
	    "access_key_id = key\nfactors = push otp\n"
	    "networks = 192.0.2.0/24\n";
	static const struct config none;
	char conf[160], secret[160];
	const char *const args[] = {conf, secret};
	struct config cfg = {0};
	enum err e = ERR_MEMORY;
	long k;

	(void)state;
	assert_non_null(temp_write("conf", 0600, text, sizeof(text) - 1));
	assert_non_null(temp_write("secret", 0600, "s3cr3t", 6));
	(void)snprintf(conf, sizeof(conf), "conf=%s", temp_path("conf"));
	(void)snprintf(secret, sizeof(secret), "access_key_secret_file=%s",
	    temp_path("secret"));
	for (k = 0; e != ERR_OK; k++) {
		left = k;
		e = config_load(&cfg, args, 2, hear_no_mistake, NULL);
		left = -1;
		if (e != ERR_OK)
			assert_memory_equal(&cfg, &none, sizeof(none));
		assert_true(e == ERR_OK || e == ERR_MEMORY);
	}
	assert_true(k > 10);
	config_clear(&cfg);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(r01_a_right_code),
	    cmocka_unit_test(r01_a_signed_recovery_code),
	    cmocka_unit_test(r01_a_reply_for_another_person),
	    cmocka_unit_test(r01_a_password_and_a_right_code),
	    cmocka_unit_test(r01_a_push_that_is_approved),
	    cmocka_unit_test(r01_a_configuration_is_whole_or_none),
	};

	return cmocka_run_group_tests_name(
	    "oom", tests, temp_setup, temp_teardown);
}
