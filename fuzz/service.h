#ifndef FUZZ_SERVICE_H
#define FUZZ_SERVICE_H

#include "fake_clock.h"
#include "fuzz.h"
#include "net/json.h"
#include "service/provider.h"

/* The person asked about, and a JWT of theirs: {"sub":ID}, not signed. */
#define FUZZ_ID "6229ffaaaaaaaaaacade3e3d"
#define FUZZ_JWT "e30.eyJzdWIiOiI2MjI5ZmZhYWFhYWFhYWFhY2FkZTNlM2QifQ.c2ln"

enum { FUZZ_REPLIES_MAX = 16 };

/*
 * A service that replies with the input: each part of it is a reply, a byte
 * that stands for the HTTP status or for an error (see fuzz_statuses[]), then
 * the body. At the end of the input it is unreachable. What it said is kept,
 * for the properties to be checked against.
 */
struct fuzz_service {
	struct transport transport;
	struct input *in;
	struct fake_clock clock;
	struct deadline deadline;
	struct service_settings settings;
	struct service service;
	struct http_reply said[FUZZ_REPLIES_MAX];
	size_t count;   /* of replies */
	size_t revoked; /* requests to revoke a token */
};

void fuzz_service_init(struct fuzz_service *f, struct input *in,
    const struct provider *provider);
void fuzz_service_clear(struct fuzz_service *f);

/* The i-th reply of HTTP 2xx with an envelope that says 200, as JSON; NULL
 * where it is none. json_free() it. */
struct json *fuzz_success(const struct fuzz_service *f, size_t i);

/* Did any successful reply have this text as a member of its data? */
bool fuzz_said(const struct fuzz_service *f, const char *member,
    const char *text);

/* Is this text, an array of `size`, ended? */
bool fuzz_is_ended(const char *text, size_t size);

#endif
