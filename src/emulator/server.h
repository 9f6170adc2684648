#ifndef EMULATOR_SERVER_H
#define EMULATOR_SERVER_H

#include <netinet/in.h>
#include <stdbool.h>

#include "emulator/cert.h"
#include "emulator/state.h"

/* An address to listen on; only loopback ones come out of the parser. */
struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} u;
};

/* "127.0.0.1:PORT", "[::1]:PORT", "localhost:PORT"; the port may be absent. */
bool address_parse(const char *text, struct address *out);
/* As a host for a URL: "127.0.0.1" or "[::1]". */
const char *address_host(const struct address *a);

struct MHD_Daemon;

/* The API over TLS; NULL, with a reason on stderr, where it cannot start. */
struct MHD_Daemon *server_start(struct state *state, struct cert *certs,
    const struct address *a);
unsigned server_port(struct MHD_Daemon *daemon);

/* Answers under way are cut short. One API server per process. */
void server_stop(struct MHD_Daemon *daemon);

/* The side door: plain HTTP, see control.c. */
struct MHD_Daemon *control_start(struct state *state, const struct address *a);
void control_stop(struct MHD_Daemon *daemon);

#endif
