#ifndef LOGIN_BREAKER_H
#define LOGIN_BREAKER_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/option.h"
#include "base/record.h"

/*
 * While the service is away, logins need not each find that out by waiting.
 * After `limit.count` logins in a row that could not reach it the next are
 * told so at once, for `limit.seconds`; then one login at a time tries again.
 * A breaker that cannot be read or written changes nothing: it saves time,
 * it protects nobody.
 */
struct breaker {
	struct record record;
	struct option_rate limit; /* count 0: never */
	const struct clock *clock;
};

/*
 * Open the record of this service as seen by `caller`: who started su or sudo
 * may be able to stop their own verifier in its tracks, and must not be able
 * to shut everybody else's door. To be called before the sandbox. Never
 * fails; breaker_close() it.
 */
void breaker_open(struct breaker *b, const char *directory, const char *url,
    const char *caller, struct option_rate limit, const struct clock *clock);
void breaker_close(struct breaker *b);

/* ERR_OK: ask the service. ERR_UNREACHABLE: it was away a moment ago. */
__attribute__((warn_unused_result)) enum err breaker_ask(struct breaker *b);

/* For who only looks: what the record of this service and caller says to the
 * next login. Zeroed where there is none, or where it cannot be read, for so
 * would the login take it. Makes and changes nothing. */
struct breaker_view {
	int open_s;   /* > 0: for so long no login asks the service */
	int failures; /* logins in a row that could not reach it */
};
void breaker_look(const char *directory, const char *url, const char *caller,
    struct option_rate limit, const struct clock *clock,
    struct breaker_view *out);

/* Is this error one that counts: ERR_UNREACHABLE, ERR_TIMEOUT, ERR_BUSY? A
 * service that throttles is there. */
bool breaker_counts(enum err e);

/* What asking the service came to. Any reply says that it is there; an error
 * of our own says nothing. Logs when the breaker opens and closes. */
void breaker_report(struct breaker *b, enum err e);

#endif
