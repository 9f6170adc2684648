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

#include "login/login.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__wrap_strdup(const char *text);

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

/* The service answers from files, in turn. */
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
type_the_code(struct conversation *c, const char *prompt, bool echo,
    int timeout_ms, struct buf *answer)
{
	(void)c;
	(void)prompt;
	(void)echo;
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

/* One login in which allocation number `k` fails; *whole where none did. */
static enum verdict
login_without(long k, int management_auth, bool *whole)
{
	static char everybody[] = "*", url[] = "https://localhost",
	    id[] = "app", key[] = "key", type[] = "username", language[] = "en";
	struct config cfg = {.users = everybody, .allowed = ~0U, .tries = 1,
	    .fail = FAIL_OPEN, .service = {.management_url = url,
	    .app_url = url, .app_id = id, .access_key_id = key,
	    .user_id_type = type, .language = language,
	    .management_auth = management_auth}};
	const struct login_request who = {
	    "alice", "test", "", "", "", true, false};
	struct conversation person = {type_the_code, hear_nothing};
	struct transport transport = {answer_from_files};
	struct login_result result;
	struct deadline deadline;
	struct service service;

	buf_init(&cfg.service.access_key_secret, 64);
	assert_int_equal(
	    buf_add_text(&cfg.service.access_key_secret, "secret"), ERR_OK);
	deadline_start(&deadline, &clock_system, 10000);
	service_init(&service, &provider_genauth, &cfg.service, &transport,
	    &deadline, NULL);
	next_body = 0;
	left = k;
	login_run(&cfg, &who, &service, &person, NULL, &result);
	*whole = left >= 0;
	left = -1;
	service_clear(&service);
	buf_clear(&cfg.service.access_key_secret);
	return result.verdict;
}

static void
r01_no_failed_allocation_lets_anybody_in(int management_auth, enum verdict end)
{
	enum verdict verdict;
	bool whole = false;
	long k, survived = 0;

	read_bodies();
	for (k = 0; !whole; k++) {
		verdict = login_without(k, management_auth, &whole);
		if (!whole && verdict != VERDICT_DENY) {
			/* a log line cut short, say, changes no verdict */
			assert_int_equal(verdict, end);
			survived++;
		}
	}
	assert_int_equal(verdict, end);
	assert_true(k > 100);
	print_message("%ld allocations, %ld of them without effect\n", k - 1,
	    survived);
}

static void
r01_a_right_code(void **state)
{
	(void)state;
	typed = "123456";
	files[0] = "token";
	files[1] = "user";
	files[2] = "trigger";
	files[3] = "verify";
	files[4] = NULL;
	r01_no_failed_allocation_lets_anybody_in(
	    MANAGEMENT_BEARER, VERDICT_ALLOW);
}

static void
r01_a_signed_recovery_code(void **state)
{
	(void)state;
	typed = "e7ad-aaa4-da75-fa37-57d1-5141";
	files[0] = "user";
	files[1] = "trigger";
	files[2] = "recovery";
	files[3] = NULL;
	r01_no_failed_allocation_lets_anybody_in(
	    MANAGEMENT_SIGNED, VERDICT_ALLOW);
}

static void
r01_a_reply_for_another_person(void **state)
{
	(void)state;
	typed = "123456";
	files[0] = "token";
	files[1] = "user";
	files[2] = "trigger";
	files[3] = "verify-other-person";
	files[4] = NULL;
	r01_no_failed_allocation_lets_anybody_in(
	    MANAGEMENT_BEARER, VERDICT_DENY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(r01_a_right_code),
	    cmocka_unit_test(r01_a_signed_recovery_code),
	    cmocka_unit_test(r01_a_reply_for_another_person),
	};

	return cmocka_run_group_tests_name("oom", tests, NULL, NULL);
}
