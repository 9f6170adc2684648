#ifndef EMULATOR_CERT_H
#define EMULATOR_CERT_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>

/* One key and certificate of the server, ready for a handshake. */
struct cert {
	gnutls_pcert_st chain;
	gnutls_privkey_t key;
};

enum cert_kind { CERT_GOOD, CERT_EXPIRED, CERT_FOREIGN, CERT_COUNT };

/*
 * A new authority and one certificate of each kind for localhost, 127.0.0.1
 * and ::1. `ca_pem` is the authority's own certificate, to be freed with
 * gnutls_free(ca_pem->data). False, with a reason on stderr, on failure.
 */
bool cert_make(struct cert certs[CERT_COUNT], gnutls_datum_t *ca_pem);
void cert_clear(struct cert certs[CERT_COUNT]);

#endif
