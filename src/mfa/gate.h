#ifndef MFA_GATE_H
#define MFA_GATE_H

#include <pthread.h>
#include <stdbool.h>

#include "base/clock.h"
#include "net/http.h"

/*
 * What many threads share to be polite: when the service tells one of them
 * that it asks too much (429), all of them pause for as long as it said.
 */
struct gate {
	const struct clock *clock;
	pthread_mutex_t lock;
	int64_t opens_at_ms;
	int refusals;     /* in a row, by anybody */
	bool given_up;    /* nobody waits any more */
};

enum { GATE_WAIT_MAX_S = 300, GATE_REFUSALS_MAX = 20 };

void gate_init(struct gate *g, const struct clock *clock);
void gate_clear(struct gate *g);

/* From now on who would have to wait gets ERR_THROTTLED. */
void gate_give_up(struct gate *g);

bool gate_is_given_up(struct gate *g);

/* Seconds until it opens, rounded up; 0: it is open. */
int gate_wait_s(struct gate *g);

/*
 * A way through the gate, one per thread. Repeats what was refused with 429:
 * nothing was done then. Time spent waiting is given back to `deadline`.
 * A 429 comes out only where the service says so GATE_REFUSALS_MAX times or
 * asks for more than GATE_WAIT_MAX_S; then nobody waits any more.
 */
struct gated_transport {
	struct transport transport; /* first: perform() gets its address */
	struct transport *inner;
	struct gate *gate;
	struct deadline *deadline;
};

void gated_transport_init(struct gated_transport *t, struct gate *gate,
    struct transport *inner, struct deadline *deadline);

#endif
