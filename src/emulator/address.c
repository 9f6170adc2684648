/*
 * Turns HOST:PORT into an address to listen on, and refuses every address
 * that others than this machine can reach.
 */
#include "emulator/server.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
address_parse(const char *text, struct address *out)
{
	struct address a = {.u.v4 = {.sin_family = AF_INET}};
	const char *colon = strrchr(text, ':');
	char host[64], *end;
	size_t len = colon == NULL ? strlen(text) : (size_t)(colon - text);
	long port = 0;

	if (*text == '[' && text[strlen(text) - 1] == ']')
		colon = NULL, len = strlen(text);
	if (colon != NULL) {
		port = strtol(colon + 1, &end, 10);
		if (end == colon + 1 || *end != '\0' || port < 0 ||
		    port > 65535)
			return false;
	}
	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (strcmp(host, "[::1]") == 0) {
		a.u.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
		    .sin6_addr = IN6ADDR_LOOPBACK_INIT,
		    .sin6_port = htons((uint16_t)port)};
	} else if (strcmp(host, "localhost") == 0 ||
	    strcmp(host, "127.0.0.1") == 0) {
		a.u.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		a.u.v4.sin_port = htons((uint16_t)port);
	} else {
		return false;
	}
	*out = a;
	return true;
}

const char *
address_host(const struct address *a)
{
	return a->u.any.sa_family == AF_INET6 ? "[::1]" : "127.0.0.1";
}
