#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/clock.h"

enum {
	HTTP_REPLY_MAX_BYTES = 64 * 1024,
	HTTP_HEADERS_MAX = 24,
	HTTP_WAIT_MAX_S = 86400,
};

struct http_settings {
	char *ca_file;          /* NULL: the system's certificate directory */
	struct buf ca;          /* what is in ca_file */
	char *proxy;            /* NULL: none; the environment is not asked */
	int connect_timeout_ms;
	int request_timeout_ms;
};

/* All borrowed. `headers` are whole lines "name: value", NULL-ended. */
struct http_request {
	const char *method;     /* "GET", "POST", "DELETE" */
	const char *url;
	const char *const *headers;
	const struct buf *body; /* NULL: none */
};

struct http_reply {
	int status;             /* HTTP status, e.g. 200 */
	int retry_after_s;      /* -1: not said. Never above HTTP_WAIT_MAX_S */
	time_t date_s;          /* Date header, 0: none */
	bool sent;              /* the request went out; also after errors */
	struct buf body;
};

void http_reply_init(struct http_reply *r);
void http_reply_clear(struct http_reply *r);

/*
 * One way to send a request and wait for the reply within `timeout_ms`; the
 * tests plug in a script. ERR_OK: a whole HTTP reply of any status came,
 * `reply` holds it. Else ERR_UNREACHABLE, ERR_TIMEOUT, ERR_TLS, ERR_REPLY
 * (too long, cut short, not HTTP), ERR_CONFIG (proxy or CA file), ERR_MEMORY,
 * and `reply` is empty but for `sent`.
 */
struct transport {
	enum err (*perform)(struct transport *t, const struct http_request *q,
	    int timeout_ms, struct http_reply *reply);
};

/*
 * The real one: libcurl, https only, TLS 1.2 or better, peer and host always
 * verified, no redirects, connections kept. `settings` is borrowed and must
 * outlive it. http_free() accepts NULL and sets NULL.
 */
struct http;
__attribute__((warn_unused_result)) enum err http_new(
    const struct http_settings *settings, struct http **out);
struct transport *http_transport(struct http *h);

/*
 * What one plain GET over a connection of its own shows of the way there and
 * of who answers. "" and 0 where it did not get that far: all that could be
 * found out is filled in, on an error too. Text is cleaned.
 */
struct http_probe {
	char address[64];       /* the one connected to */
	int port;
	int name_ms, connect_ms, tls_ms, reply_ms; /* -1; each from the start */
	char tls_version[16];   /* "TLSv1.3" */
	char subject[256], issuer[256];
	time_t not_after;       /* the certificate's; 0: not known */
	int status;
	time_t date_s;          /* Date header, 0: none */
	char problem[256];      /* libcurl's words */
};

/* Errors as perform(). */
__attribute__((warn_unused_result)) enum err http_probe(
    struct http *h, const char *url, int timeout_ms, struct http_probe *out);

void http_free(struct http **h);

#endif
