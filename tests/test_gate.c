/*
 * The gate: a 429 is waited out and repeated, for everybody, within bounds.
 */
#include "mfa/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_transport.h"

enum { LIMIT_MS = 10000 };

static struct fake_clock clock_;
static struct fake_transport fake;
static struct deadline deadline;
static struct gate gate;
static struct gated_transport gated;

static int
start(void **state)
{
	(void)state;
	fake_clock_init(&clock_);
	gate_init(&gate, &clock_.clock);
	deadline_start(&deadline, &clock_.clock, LIMIT_MS);
	gated_transport_init(&gated, &gate, &fake.transport, &deadline);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	gate_clear(&gate);
	return 0;
}

/* Ask once through the gate; the script is `n` replies. */
static enum err
ask(const struct fake_reply *script, size_t n, struct http_reply *reply)
{
	static const char *const headers[] = {NULL};
	const struct http_request q = {.method = "DELETE",
	    .url = "https://example.com/", .headers = headers};

	fake_transport_init(&fake, script, n, &clock_);
	http_reply_init(reply);
	return gated.transport.perform(
	    &gated.transport, &q, LIMIT_MS, reply);
}

static void
what_is_no_refusal_passes_at_once(void **state)
{
	static const struct fake_reply script[][1] = {
	    {{.status = 200, .body = "{\"statusCode\":200}"}},
	    {{.status = 503, .retry_after_s = 5}},
	    {{.status = 404}},
	    {{.status = 200, .body = "{\"statusCode\":200,\"n\":\"429\"}"}},
	};
	struct http_reply reply;

	(void)state;
	for (size_t i = 0; i < sizeof(script) / sizeof(*script); i++) {
		assert_int_equal(ask(script[i], 1, &reply), ERR_OK);
		assert_int_equal(reply.status, script[i]->status);
		http_reply_clear(&reply);
	}
	assert_int_equal(clock_.slept_ms, 0);
	assert_int_equal(gate_wait_s(&gate), 0);
}

static void
errors_pass_at_once(void **state)
{
	static const struct fake_reply script[] = {{.err = ERR_TIMEOUT}};
	struct http_reply reply;

	(void)state;
	assert_int_equal(ask(script, 1, &reply), ERR_TIMEOUT);
	assert_int_equal(clock_.slept_ms, 0);
}

static void
a_refusal_is_waited_out_and_repeated(void **state)
{
	static const struct fake_reply script[] = {
	    {.status = 429, .retry_after_s = 7}, {.status = 200}};
	struct http_reply reply;

	(void)state;
	assert_int_equal(ask(script, 2, &reply), ERR_OK);
	assert_int_equal(reply.status, 200);
	assert_int_equal(clock_.slept_ms, 7000);
	/* no time of the person's own was used */
	assert_int_equal(deadline_left_ms(&deadline), LIMIT_MS);
	assert_int_equal(fake.requests[1].timeout_ms, LIMIT_MS);
}

static void
a_refusal_in_the_envelope_counts(void **state)
{
	static const struct fake_reply script[] = {
	    {.status = 200, .retry_after_s = 2,
		.body = "{\"statusCode\":429,\"message\":\"slow down\"}"},
	    {.status = 200, .body = "{\"statusCode\":200}"}};
	struct http_reply reply;

	(void)state;
	assert_int_equal(ask(script, 2, &reply), ERR_OK);
	assert_int_equal(clock_.slept_ms, 2000);
	assert_string_equal(buf_text(&reply.body), "{\"statusCode\":200}");
	http_reply_clear(&reply);
}

static void
without_a_time_the_pauses_grow(void **state)
{
	static const struct fake_reply script[] = {{.status = 429},
	    {.status = 429}, {.status = 429}, {.status = 200}};
	struct http_reply reply;

	(void)state;
	assert_int_equal(ask(script, 4, &reply), ERR_OK);
	assert_int_equal(clock_.slept_ms, 1000 + 2000 + 4000);
}

/* While the first request is under way another thread is refused, and told
 * nothing about how long. */
static enum err
perform_beside_another(struct transport *t, const struct http_request *q,
    int timeout_ms, struct http_reply *reply)
{
	(void)t;
	(void)q;
	(void)timeout_ms;
	http_reply_clear(reply);
	reply->status = 200;
	if (clock_.slept_ms == 0) {
		reply->status = 429;
		gate.refusals = 1;
		gate.opens_at_ms = clock_.now_ms + 500;
	}
	return ERR_OK;
}

static void
refusals_at_the_same_time_are_one(void **state)
{
	struct http_reply reply;

	(void)state;
	fake.transport.perform = perform_beside_another;
	http_reply_init(&reply);
	assert_int_equal(gated.transport.perform(&gated.transport,
	    &(struct http_request){0}, LIMIT_MS, &reply), ERR_OK);
	/* one second for the first refusal, not two for a second one */
	assert_int_equal(clock_.slept_ms, 1000);
}

static void
who_comes_while_it_is_shut_waits_too(void **state)
{
	static const struct fake_reply script[] = {{.status = 200}};
	struct http_reply reply;

	(void)state;
	gate.opens_at_ms = clock_.now_ms + 3456;
	assert_int_equal(gate_wait_s(&gate), 4);
	assert_int_equal(ask(script, 1, &reply), ERR_OK);
	assert_int_equal(clock_.slept_ms, 3456);
	assert_int_equal(gate_wait_s(&gate), 0);
}

static void
once_given_up_nobody_waits(void **state)
{
	static const struct fake_reply script[] = {{.status = 200}};
	struct http_reply reply;

	(void)state;
	gate_give_up(&gate);
	assert_true(gate_is_given_up(&gate));
	assert_int_equal(ask(script, 1, &reply), ERR_OK);
	gate.opens_at_ms = clock_.now_ms + 1000;
	assert_int_equal(ask(NULL, 0, &reply), ERR_THROTTLED);
	assert_int_equal(clock_.slept_ms, 0);
}

static void
a_pause_too_long_is_not_waited_for(void **state)
{
	static const struct fake_reply script[] = {
	    {.status = 429, .retry_after_s = GATE_WAIT_MAX_S + 1}};
	struct http_reply reply;

	(void)state;
	assert_int_equal(ask(script, 1, &reply), ERR_OK);
	assert_int_equal(reply.status, 429);
	/* so that the caller does not wait either */
	assert_int_equal(reply.retry_after_s, -1);
	assert_int_equal(clock_.slept_ms, 0);
	assert_true(gate_is_given_up(&gate));
}

static void
an_endless_refusal_ends(void **state)
{
	struct fake_reply script[GATE_REFUSALS_MAX];
	struct http_reply reply;

	(void)state;
	for (size_t i = 0; i < GATE_REFUSALS_MAX; i++)
		script[i] = (struct fake_reply){
		    .status = 429, .retry_after_s = 1};
	assert_int_equal(ask(script, GATE_REFUSALS_MAX, &reply), ERR_OK);
	assert_int_equal(reply.status, 429);
	assert_int_equal(fake.count, GATE_REFUSALS_MAX);
	assert_true(gate_is_given_up(&gate));
}

#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    GATE_TEST(what_is_no_refusal_passes_at_once),
	    GATE_TEST(errors_pass_at_once),
	    GATE_TEST(a_refusal_is_waited_out_and_repeated),
	    GATE_TEST(a_refusal_in_the_envelope_counts),
	    GATE_TEST(without_a_time_the_pauses_grow),
	    GATE_TEST(refusals_at_the_same_time_are_one),
	    GATE_TEST(who_comes_while_it_is_shut_waits_too),
	    GATE_TEST(once_given_up_nobody_waits),
	    GATE_TEST(a_pause_too_long_is_not_waited_for),
	    GATE_TEST(an_endless_refusal_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
