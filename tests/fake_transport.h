#ifndef TESTS_FAKE_TRANSPORT_H
#define TESTS_FAKE_TRANSPORT_H

#include <stdbool.h>

#include "fake_clock.h"
#include "net/http.h"

enum { FAKE_REQUESTS_MAX = 32 };

/* One reply of the script; its body is `body`, or what is in `file`. */
struct fake_reply {
	enum err err;       /* not ERR_OK: no reply came */
	int status;         /* 0 reads as 200 */
	int retry_after_s;  /* 0 reads as "not said" */
	const char *body;
	const char *file;
	time_t date_s;      /* of the Date header */
	int takes_ms;       /* on the clock, where there is one */
};

/* What was asked: the whole of it, as text. */
struct fake_request {
	char method[8];
	char url[4096];
	char headers[16384]; /* lines, each ended by a newline */
	char body[8192];
	int timeout_ms;
};

/* A transport that answers from a script; asking for more fails the test. */
struct fake_transport {
	struct transport transport;
	const struct fake_reply *script;
	size_t replies;
	struct fake_clock *clock;
	struct fake_request requests[FAKE_REQUESTS_MAX];
	size_t count;
};

void fake_transport_init(struct fake_transport *f,
    const struct fake_reply *script, size_t replies, struct fake_clock *clock);

/* Does the i-th request have exactly this header line? */
bool fake_request_has(
    const struct fake_transport *f, size_t i, const char *line);

#endif
