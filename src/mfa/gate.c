/*
 * Turns one thread's 429 into a pause of all. Passes everything else on as it
 * is.
 */
#include "mfa/gate.h"

#include <limits.h>
#include <string.h>

#include "base/log.h"
#include "base/message.h"
#include "service/genauth_call.h"

enum { SLICE_MS = 100, DOUBLINGS_MAX = 5 };

void
gate_init(struct gate *g, const struct clock *clock)
{
	*g = (struct gate){.clock = clock};
	(void)pthread_mutex_init(&g->lock, NULL);
}

void
gate_clear(struct gate *g)
{
	(void)pthread_mutex_destroy(&g->lock);
}

void
gate_give_up(struct gate *g)
{
	(void)pthread_mutex_lock(&g->lock);
	g->given_up = true;
	(void)pthread_mutex_unlock(&g->lock);
}

bool
gate_is_given_up(struct gate *g)
{
	bool given_up;

	(void)pthread_mutex_lock(&g->lock);
	given_up = g->given_up;
	(void)pthread_mutex_unlock(&g->lock);
	return given_up;
}

/* Milliseconds until it opens; 0: open; -1: who has to wait need not. */
static int
gate_wait_ms(struct gate *g)
{
	int64_t left_ms = 0;
	int wait_ms;

	(void)pthread_mutex_lock(&g->lock);
	if (g->opens_at_ms != 0)
		left_ms = g->opens_at_ms - g->clock->now_ms(g->clock->ctx);
	wait_ms = left_ms > INT_MAX ? INT_MAX : (int)left_ms;
	if (left_ms <= 0)
		wait_ms = 0;
	else if (g->given_up)
		wait_ms = -1;
	(void)pthread_mutex_unlock(&g->lock);
	return wait_ms;
}

int
gate_wait_s(struct gate *g)
{
	int ms = gate_wait_ms(g);

	return ms <= 0 ? 0 : (ms - 1) / 1000 + 1;
}

/* Until it is open. In slices: it may be given up, or shut for longer. */
static enum err
wait_for(struct gate *g, struct deadline *deadline)
{
	int ms;

	while ((ms = gate_wait_ms(g)) > 0) {
		ms = ms < SLICE_MS ? ms : SLICE_MS;
		g->clock->sleep_ms(g->clock->ctx, ms);
		deadline->at_ms += ms;
	}
	return ms == -1 ? ERR_THROTTLED : ERR_OK;
}

/* It did not say how long: longer each time. */
static int
back_off_s(int refusals)
{
	int doublings = refusals > 0 ? refusals - 1 : 0;

	return 1 << (doublings < DOUBLINGS_MAX ? doublings : DOUBLINGS_MAX);
}

/* The service refused; false where it does not pay to come back. What comes
 * while it is shut was asked before, and is the same refusal. */
static bool
shut(struct gate *g, int wait_s)
{
	int64_t now_ms = g->clock->now_ms(g->clock->ctx), opens_at_ms;
	bool worth;

	(void)pthread_mutex_lock(&g->lock);
	if (now_ms >= g->opens_at_ms)
		g->refusals++;
	if (wait_s < 0)
		wait_s = back_off_s(g->refusals);
	else if (wait_s == 0)
		wait_s = 1;
	worth = wait_s <= GATE_WAIT_MAX_S && g->refusals < GATE_REFUSALS_MAX;
	opens_at_ms = now_ms + wait_s * (int64_t)1000;
	if (opens_at_ms > g->opens_at_ms)
		g->opens_at_ms = opens_at_ms;
	if (!worth && !g->given_up) {
		log_write(LOG_ERR, _("the service asks for too much patience: "
		    "%d s, %d times in a row"), wait_s, g->refusals);
		g->given_up = true;
	}
	(void)pthread_mutex_unlock(&g->lock);
	return worth;
}

static void
let_through(struct gate *g)
{
	(void)pthread_mutex_lock(&g->lock);
	g->refusals = 0;
	(void)pthread_mutex_unlock(&g->lock);
}

/* GenAuth may say 429 in the envelope of an HTTP 200 (section 6.1). */
static bool
is_refusal(const struct http_reply *reply)
{
	struct genauth_reply r = {0};
	bool refused = reply->status == 429;

	if (!refused && reply->body.len > 0 &&
	    memmem(reply->body.ptr, reply->body.len, "429", 3) != NULL) {
		refused = genauth_reply_decode(reply, &r) == ERR_THROTTLED;
		genauth_reply_clear(&r);
	}
	return refused;
}

static enum err
gated_perform(struct transport *t, const struct http_request *q,
    int timeout_ms, struct http_reply *reply)
{
	struct gated_transport *g = (struct gated_transport *)t;
	enum err e;

	for (;;) {
		http_reply_clear(reply);
		if ((e = wait_for(g->gate, g->deadline)) != ERR_OK)
			return e;
		e = g->inner->perform(g->inner, q, timeout_ms, reply);
		if (e != ERR_OK)
			return e;
		if (!is_refusal(reply)) {
			let_through(g->gate);
			return ERR_OK;
		}
		if (!shut(g->gate, reply->retry_after_s)) {
			/* nor shall anybody else wait for it */
			reply->retry_after_s = -1;
			return ERR_OK;
		}
	}
}

void
gated_transport_init(struct gated_transport *t, struct gate *gate,
    struct transport *inner, struct deadline *deadline)
{
	*t = (struct gated_transport){.transport = {gated_perform},
	    .inner = inner, .gate = gate, .deadline = deadline};
}
