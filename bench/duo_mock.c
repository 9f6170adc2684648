/*
 * Enough of Duo's service for pam_duo to log in by an automatic push that is
 * approved at once: preauth, auth and status, in BSON. Checks nothing, and
 * writes the certificate of its own authority into a file.
 */
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/cert.h"

enum { TEXT = 2, DOCUMENT = 3, DOCUMENT_MAX = 512 };

/* A BSON document being written, here always much smaller than this. */
struct bson {
	unsigned char bytes[DOCUMENT_MAX];
	size_t len;
};

static struct cert certs[CERT_COUNT];

static void
put_length(unsigned char *at, size_t len)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(len >> (8 * i));
}

static void
put(struct bson *b, const void *bytes, size_t len)
{
	memcpy(b->bytes + b->len, bytes, len);
	b->len += len;
}

static void
put_name(struct bson *b, unsigned char type, const char *name)
{
	put(b, &type, 1);
	put(b, name, strlen(name) + 1);
}

static void
put_text(struct bson *b, const char *name, const char *value)
{
	put_name(b, TEXT, name);
	put_length(b->bytes + b->len, strlen(value) + 1);
	b->len += 4;
	put(b, value, strlen(value) + 1);
}

/* Where the document begins, for end(). */
static size_t
begin(struct bson *b)
{
	b->len += 4;
	return b->len - 4;
}

static void
end(struct bson *b, size_t start)
{
	put(b, "", 1);
	put_length(b->bytes + start, b->len - start);
}

static void
put_response(struct bson *b, const char *path)
{
	if (strcmp(path, "/rest/v1/preauth.bson") == 0) {
		size_t factors;

		put_text(b, "result", "auth");
		put_text(b, "prompt", "Passcode or option: ");
		put_name(b, DOCUMENT, "factors");
		factors = begin(b);
		put_text(b, "default", "push1");
		put_text(b, "1", "push1");
		end(b, factors);
	} else if (strcmp(path, "/rest/v1/auth.bson") == 0) {
		put_text(b, "txid", "1b1e1a5e-0000-4000-8000-000000000001");
	} else {
		put_text(b, "result", "allow");
		put_text(b, "status", "Success. Logging you in...");
	}
}

static enum MHD_Result
serve(void *ctx, struct MHD_Connection *connection, const char *path,
    const char *method, const char *version, const char *body,
    size_t *body_len, void **seen)
{
	struct MHD_Response *response;
	struct bson b = {.len = 0};
	enum MHD_Result result;
	size_t all, inner;

	(void)ctx, (void)method, (void)version, (void)body;
	if (*seen == NULL || *body_len > 0) {
		*seen = certs; /* anything: this request was seen before */
		*body_len = 0;
		return MHD_YES;
	}
	all = begin(&b);
	put_text(&b, "stat", "OK");
	put_name(&b, DOCUMENT, "response");
	inner = begin(&b);
	put_response(&b, path);
	end(&b, inner);
	end(&b, all);
	response = MHD_create_response_from_buffer(b.len, b.bytes,
	    MHD_RESPMEM_MUST_COPY);
	if (response == NULL)
		return MHD_NO;
	result = MHD_queue_response(connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

static int
choose_certificate(gnutls_session_t session, const gnutls_datum_t *ca,
    int ca_count, const gnutls_pk_algorithm_t *algorithms, int count,
    gnutls_pcert_st **chain, unsigned *chain_len, gnutls_privkey_t *key)
{
	(void)session, (void)ca, (void)ca_count, (void)algorithms, (void)count;
	*chain = &certs[CERT_GOOD].chain;
	*chain_len = 1;
	*key = certs[CERT_GOOD].key;
	return 0;
}

static int
write_file(const char *path, const gnutls_datum_t *text)
{
	FILE *file = fopen(path, "we");
	int good = file != NULL &&
	    fwrite(text->data, text->size, 1, file) == 1;

	if (file != NULL)
		good = fclose(file) == 0 && good;
	if (!good)
		perror(path);
	return good;
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	gnutls_datum_t ca = {NULL, 0};
	struct MHD_Daemon *daemon = NULL;
	int status = EXIT_FAILURE, signal_number;
	sigset_t signals;

	if (argc != 2) {
		(void)fputs("usage: bench-duo-mock CA_FILE\n", stderr);
		return 2;
	}
	/* before any thread, so that none of them takes the signal */
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	if (!cert_make(certs, &ca) || !write_file(argv[1], &ca))
		goto out;
	daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD |
	    MHD_USE_THREAD_PER_CONNECTION | MHD_USE_TLS, 0, NULL, NULL, serve,
	    NULL, MHD_OPTION_SOCK_ADDR, &address,
	    MHD_OPTION_HTTPS_CERT_CALLBACK, choose_certificate,
	    MHD_OPTION_END);
	if (daemon == NULL) {
		(void)fputs("bench-duo-mock: cannot serve\n", stderr);
		goto out;
	}
	printf("ready localhost:%u\n",
	    MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
	if (fflush(stdout) == 0 && sigwait(&signals, &signal_number) == 0)
		status = EXIT_SUCCESS;
out:
	if (daemon != NULL)
		MHD_stop_daemon(daemon);
	gnutls_free(ca.data);
	cert_clear(certs);
	return status;
}
