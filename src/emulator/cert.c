/*
 * Makes the emulator's certificate authority and the server certificates it
 * signs, in memory at every start. No private key is ever written down.
 */
#include "emulator/cert.h"

#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DAY = 24 * 60 * 60 };

struct pair {
	gnutls_x509_crt_t crt;
	gnutls_x509_privkey_t key;
};

static void
pair_clear(struct pair *p)
{
	if (p->crt != NULL)
		gnutls_x509_crt_deinit(p->crt);
	if (p->key != NULL)
		gnutls_x509_privkey_deinit(p->key);
	*p = (struct pair){NULL, NULL};
}

/* What authority and server certificate have in common. */
static int
start(struct pair *p, const char *name, time_t from, time_t until)
{
	unsigned char serial[16], id[20];
	size_t id_size = sizeof(id);
	int r;

	if ((r = gnutls_x509_crt_init(&p->crt)) < 0 ||
	    (r = gnutls_x509_privkey_init(&p->key)) < 0 ||
	    (r = gnutls_x509_privkey_generate(p->key, GNUTLS_PK_ECDSA,
		 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0)) < 0 ||
	    (r = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial))) < 0)
		return r;
	serial[0] = (unsigned char)((serial[0] & 0x7f) | 0x40);
	if ((r = gnutls_x509_crt_set_version(p->crt, 3)) < 0 ||
	    (r = gnutls_x509_crt_set_serial(p->crt, serial, sizeof(serial))) <
		0 ||
	    (r = gnutls_x509_crt_set_dn_by_oid(p->crt,
		 GNUTLS_OID_X520_COMMON_NAME, 0, name,
		 (unsigned)strlen(name))) < 0 ||
	    (r = gnutls_x509_crt_set_activation_time(p->crt, from)) < 0 ||
	    (r = gnutls_x509_crt_set_expiration_time(p->crt, until)) < 0 ||
	    (r = gnutls_x509_crt_set_key(p->crt, p->key)) < 0 ||
	    (r = gnutls_x509_crt_get_key_id(p->crt, 0, id, &id_size)) < 0 ||
	    (r = gnutls_x509_crt_set_subject_key_id(p->crt, id, id_size)) < 0)
		return r;
	return 0;
}

static int
make_authority(struct pair *ca)
{
	time_t now = time(NULL);
	int r;

	if ((r = start(ca, "genauth-emulator authority", now - 3 * DAY,
		 now + 30 * DAY)) < 0 ||
	    (r = gnutls_x509_crt_set_ca_status(ca->crt, 1)) < 0 ||
	    (r = gnutls_x509_crt_set_key_usage(ca->crt,
		 GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN)) < 0 ||
	    (r = gnutls_x509_crt_sign2(ca->crt, ca->crt, ca->key,
		 GNUTLS_DIG_SHA256, 0)) < 0)
		return r;
	return 0;
}

static int
name_server(gnutls_x509_crt_t crt)
{
	static const unsigned char v4[4] = {127, 0, 0, 1};
	static const unsigned char v6[16] = {[15] = 1};
	static const char name[] = "localhost";
	int r;

	if ((r = gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME,
		 name, (unsigned)strlen(name), GNUTLS_FSAN_SET)) < 0 ||
	    (r = gnutls_x509_crt_set_subject_alt_name(crt,
		 GNUTLS_SAN_IPADDRESS, v4, sizeof(v4), GNUTLS_FSAN_APPEND)) <
		0 ||
	    (r = gnutls_x509_crt_set_subject_alt_name(crt,
		 GNUTLS_SAN_IPADDRESS, v6, sizeof(v6), GNUTLS_FSAN_APPEND)) < 0)
		return r;
	return 0;
}

static int
make_server(const struct pair *ca, time_t from, time_t until, struct cert *out)
{
	struct pair server = {NULL, NULL};
	unsigned char id[20];
	size_t id_size = sizeof(id);
	int r;

	if ((r = start(&server, "localhost", from, until)) < 0 ||
	    (r = name_server(server.crt)) < 0 ||
	    (r = gnutls_x509_crt_set_ca_status(server.crt, 0)) < 0 ||
	    (r = gnutls_x509_crt_set_key_usage(server.crt,
		 GNUTLS_KEY_DIGITAL_SIGNATURE)) < 0 ||
	    (r = gnutls_x509_crt_set_key_purpose_oid(server.crt,
		 GNUTLS_KP_TLS_WWW_SERVER, 0)) < 0 ||
	    (r = gnutls_x509_crt_get_key_id(ca->crt, 0, id, &id_size)) < 0 ||
	    (r = gnutls_x509_crt_set_authority_key_id(server.crt, id,
		 id_size)) < 0 ||
	    (r = gnutls_x509_crt_sign2(server.crt, ca->crt, ca->key,
		 GNUTLS_DIG_SHA256, 0)) < 0 ||
	    (r = gnutls_pcert_import_x509(&out->chain, server.crt, 0)) < 0 ||
	    (r = gnutls_privkey_init(&out->key)) < 0)
		goto out;
	r = gnutls_privkey_import_x509(out->key, server.key,
	    GNUTLS_PRIVKEY_IMPORT_COPY);
out:
	pair_clear(&server);
	return r;
}

bool
cert_make(struct cert certs[CERT_COUNT], gnutls_datum_t *ca_pem)
{
	struct pair ours = {NULL, NULL}, foreign = {NULL, NULL};
	time_t now = time(NULL);
	int r;

	memset(certs, 0, sizeof(*certs) * CERT_COUNT);
	if ((r = make_authority(&ours)) < 0 ||
	    (r = make_authority(&foreign)) < 0 ||
	    (r = make_server(&ours, now - DAY, now + 30 * DAY,
		 &certs[CERT_GOOD])) < 0 ||
	    (r = make_server(&ours, now - 2 * DAY, now - DAY,
		 &certs[CERT_EXPIRED])) < 0 ||
	    (r = make_server(&foreign, now - DAY, now + 30 * DAY,
		 &certs[CERT_FOREIGN])) < 0)
		goto out;
	r = gnutls_x509_crt_export2(ours.crt, GNUTLS_X509_FMT_PEM, ca_pem);
out:
	pair_clear(&ours);
	pair_clear(&foreign);
	if (r < 0) {
		fprintf(stderr, "genauth-emulator: certificate: %s\n",
		    gnutls_strerror(r));
		cert_clear(certs);
	}
	return r >= 0;
}

void
cert_clear(struct cert certs[CERT_COUNT])
{
	for (int i = 0; i < CERT_COUNT; i++) {
		gnutls_pcert_deinit(&certs[i].chain);
		if (certs[i].key != NULL)
			gnutls_privkey_deinit(certs[i].key);
	}
	memset(certs, 0, sizeof(*certs) * CERT_COUNT);
}
