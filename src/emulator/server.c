/*
 * Carries requests from TLS connections to the table of endpoints and
 * answers back, spoilt where a fault says so. Knows no endpoint itself.
 */
#include "emulator/server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "emulator/params.h"
#include "emulator/request.h"
#include "emulator/route.h"

enum { BODY_MAX = 65536, CONNECTIONS = 256, IDLE_S = 120, SLICE_MS = 20,
	PATH_SHOWN = 256 };

/* libmicrohttpd hands no pointer of ours to the certificate callback. */
static struct {
	struct state *state;
	struct cert *certs;
	atomic_bool stopping;
	atomic_ulong connections;
} serving;

/* Sleeps, but not past the end of the server. */
static void
wait_ms(long ms)
{
	for (; ms > 0 && !atomic_load(&serving.stopping); ms -= SLICE_MS) {
		long slice = ms < SLICE_MS ? ms : SLICE_MS;
		struct timespec t = {0, slice * 1000000};

		nanosleep(&t, NULL);
	}
}

static int
choose_certificate(gnutls_session_t session, const gnutls_datum_t *ca,
    int ca_count, const gnutls_pk_algorithm_t *algorithms, int count,
    gnutls_pcert_st **chain, unsigned *chain_len, gnutls_privkey_t *key)
{
	struct state *s = serving.state;
	enum cert_kind kind = CERT_GOOD;

	(void)session, (void)ca, (void)ca_count, (void)algorithms, (void)count;
	pthread_mutex_lock(&s->lock);
	if (fault_pick_one(s->faults, FAULT_EXPIRED_CERTIFICATE))
		kind = CERT_EXPIRED;
	else if (fault_pick_one(s->faults, FAULT_FOREIGN_CERTIFICATE))
		kind = CERT_FOREIGN;
	pthread_mutex_unlock(&s->lock);
	*chain = &serving.certs[kind].chain;
	*chain_len = 1;
	*key = serving.certs[kind].key;
	return 0;
}

static void
count_connection(void *ctx, struct MHD_Connection *connection, void **number,
    enum MHD_ConnectionNotificationCode code)
{
	(void)ctx, (void)connection;
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*number = (void *)(uintptr_t)(
		    atomic_fetch_add(&serving.connections, 1) + 1);
}

/* The first word of a request: here its struct is born. */
static void *
begin(void *ctx, const char *uri, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct request *r = calloc(1, sizeof(*r));

	if (r == NULL || (r->uri = strdup(uri)) == NULL) {
		free(r);
		return NULL;
	}
	r->state = ctx;
	r->connection = connection;
	if (info != NULL)
		r->number = (unsigned long)(uintptr_t)info->socket_context;
	return r;
}

static void
end(void *ctx, struct MHD_Connection *connection, void **request,
    enum MHD_RequestTerminationCode code)
{
	struct request *r = *request;

	(void)ctx, (void)connection, (void)code;
	if (r == NULL)
		return;
	cJSON_Delete(r->query);
	cJSON_Delete(r->body);
	cJSON_Delete(r->out);
	free(r->uri);
	free(r->bytes);
	free(r);
	*request = NULL;
}

static void
take_bytes(struct request *r, const char *bytes, size_t len)
{
	char *grown;

	if (r->too_long || len > BODY_MAX - r->len ||
	    (grown = realloc(r->bytes, r->len + len + 1)) == NULL) {
		r->too_long = true;
		return;
	}
	r->bytes = grown;
	memcpy(r->bytes + r->len, bytes, len);
	r->len += len;
	r->bytes[r->len] = '\0';
}

static void
find_token(struct request *r)
{
	const char *text = MHD_lookup_connection_value(r->connection,
	    MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);

	if (text != NULL && strncasecmp(text, "Bearer ", 7) == 0)
		text += 7;
	r->token = text;
}

/* Faults that answer in place of the endpoint. False: none did. */
static bool
answered_by_fault(struct request *r)
{
	const char *const *f = r->faults.value;
	char *code;

	if (f[FAULT_HTTP_STATUS] != NULL) {
		r->http = (unsigned)fault_number(&r->faults,
		    FAULT_HTTP_STATUS);
	} else if (f[FAULT_RETRY_AFTER] != NULL) {
		r->http = MHD_HTTP_TOO_MANY_REQUESTS;
	} else if (f[FAULT_API_ERROR] != NULL) {
		long status = strtol(f[FAULT_API_ERROR], &code, 10);

		reply_refuse(r, (int)status, *code == ':'
		    ? (int)strtol(code + 1, NULL, 10) : 0, "emulated error");
		return true;
	} else {
		return false;
	}
	if (strcmp(r->path, "/mfa/reset") == 0) {
		cJSON *out = cJSON_CreateObject();

		cJSON_AddBoolToObject(out, "success", false);
		cJSON_AddStringToObject(out, "error", "Failed to reset MFA");
		reply_plain(r, r->http, out);
	} else {
		unsigned http = r->http;

		reply_refuse(r, (int)http, 0, "emulated error");
		r->http = http;
	}
	return true;
}

/* Fills r->http and r->out. */
static void
run(struct request *r)
{
	find_token(r);
	if (answered_by_fault(r))
		return;
	if (r->too_long)
		reply_refuse(r, 413, 0, "body too large");
	else if (!params_parse(r))
		reply_refuse(r, 400, 0, "body is not a JSON object");
	else
		route_run(r);
}

struct slow {
	char *text;
	long ms;
};

static ssize_t
slow_read(void *ctx, uint64_t pos, char *out, size_t max)
{
	struct slow *slow = ctx;

	(void)max;
	wait_ms(slow->ms);
	*out = slow->text[pos];
	if (atomic_load(&serving.stopping))
		return MHD_CONTENT_READER_END_WITH_ERROR;
	return 1;
}

static void
slow_free(void *ctx)
{
	struct slow *slow = ctx;

	free(slow->text);
	free(slow);
}

/* Takes `text`. */
static struct MHD_Response *
make_response(const struct request *r, char *text)
{
	struct slow *slow;
	size_t len = strlen(text);

	if (r->faults.value[FAULT_SLOW_BYTES] == NULL || len == 0)
		return MHD_create_response_from_buffer(len, text,
		    MHD_RESPMEM_MUST_FREE);
	if ((slow = malloc(sizeof(*slow))) == NULL) {
		free(text);
		return NULL;
	}
	*slow = (struct slow){text, fault_number(&r->faults, FAULT_SLOW_BYTES)};
	return MHD_create_response_from_callback(len, 1, slow_read, slow,
	    slow_free);
}

static bool
add_headers(const struct request *r, struct MHD_Response *response)
{
	const char *const *f = r->faults.value;
	char where[2048];

	if (f[FAULT_REDIRECT] != NULL) {
		if (*f[FAULT_REDIRECT] != '\0')
			snprintf(where, sizeof(where), "%s",
			    f[FAULT_REDIRECT]);
		else
			snprintf(where, sizeof(where), "%s%s", r->state->url,
			    r->uri);
		if (MHD_add_response_header(response,
			MHD_HTTP_HEADER_LOCATION, where) != MHD_YES)
			return false;
	}
	if (f[FAULT_RETRY_AFTER] != NULL &&
	    MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER,
		f[FAULT_RETRY_AFTER]) != MHD_YES)
		return false;
	return MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
		   f[FAULT_WRONG_TYPE] != NULL
		       ? f[FAULT_WRONG_TYPE]
		       : "application/json; charset=utf-8") == MHD_YES;
}

static enum MHD_Result
send_reply(struct request *r)
{
	struct MHD_Response *response;
	enum MHD_Result result = MHD_NO;
	char *text;

	fault_edit_members(&r->faults, r->out);
	if ((text = cJSON_PrintUnformatted(r->out)) == NULL)
		return MHD_NO;
	text = fault_edit_text(&r->faults, text);
	if ((response = make_response(r, text)) == NULL)
		return MHD_NO;
	if (add_headers(r, response))
		result = MHD_queue_response(r->connection, r->http, response);
	MHD_destroy_response(response);
	return result;
}

static void
note(struct request *r)
{
	struct seen seen = {.connection = r->number, .status = r->http};

	snprintf(seen.method, sizeof(seen.method), "%s", r->method);
	snprintf(seen.path, sizeof(seen.path), "%s", r->path);
	state_seen(r->state, &seen);
}

static enum MHD_Result
handle(void *ctx, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *bytes, size_t *len,
    void **request)
{
	struct request *r = *request;
	struct state *s = ctx;
	char line[PATH_SHOWN];

	(void)connection, (void)version;
	if (r == NULL)
		return MHD_NO;
	if (r->path == NULL) { /* headers only, so far */
		r->path = url;
		r->method = method;
		return MHD_YES;
	}
	if (*len > 0) {
		take_bytes(r, bytes, *len);
		*len = 0;
		return MHD_YES;
	}
	snprintf(line, sizeof(line), "%s %s", r->method, r->path);
	pthread_mutex_lock(&s->lock);
	fault_pick(s->faults, line, &r->faults);
	pthread_mutex_unlock(&s->lock);
	wait_ms(fault_number(&r->faults, FAULT_LATENCY));
	pthread_mutex_lock(&s->lock);
	if (r->faults.value[FAULT_CUT_CONNECTION] == NULL) {
		run(r);
		if (r->faults.value[FAULT_STATUS_LINE] != NULL)
			r->http = (unsigned)fault_number(&r->faults,
			    FAULT_STATUS_LINE);
		if (r->faults.value[FAULT_REDIRECT] != NULL)
			r->http = MHD_HTTP_FOUND;
		if (r->faults.value[FAULT_LOST_REPLY] != NULL)
			r->http = 0;
	}
	note(r);
	pthread_mutex_unlock(&s->lock);
	return r->http == 0 ? MHD_NO : send_reply(r);
}

struct MHD_Daemon *
server_start(struct state *state, struct cert *certs, const struct address *a)
{
	struct MHD_Daemon *daemon;
	unsigned flags = MHD_USE_TLS | MHD_USE_INTERNAL_POLLING_THREAD |
	    MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL;

	if (a->u.any.sa_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	serving.state = state;
	serving.certs = certs;
	daemon = MHD_start_daemon(flags, 0, NULL, NULL, handle, state,
	    MHD_OPTION_SOCK_ADDR, &a->u.any, MHD_OPTION_URI_LOG_CALLBACK,
	    begin, state, MHD_OPTION_NOTIFY_COMPLETED, end, NULL,
	    MHD_OPTION_NOTIFY_CONNECTION, count_connection, NULL,
	    MHD_OPTION_HTTPS_CERT_CALLBACK, choose_certificate,
	    MHD_OPTION_HTTPS_PRIORITIES,
	    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2",
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
	    MHD_OPTION_THREAD_STACK_SIZE, (size_t)512 * 1024, MHD_OPTION_END);
	if (daemon == NULL)
		perror("genauth-emulator: cannot listen");
	return daemon;
}

unsigned
server_port(struct MHD_Daemon *daemon)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon,
	    MHD_DAEMON_INFO_BIND_PORT);

	return info == NULL ? 0 : info->port;
}

void
server_stop(struct MHD_Daemon *daemon)
{
	atomic_store(&serving.stopping, true);
	MHD_stop_daemon(daemon);
}
