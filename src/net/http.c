/*
 * Turns a request into a whole HTTP reply over TLS, by libcurl. Does not look
 * into bodies, follow redirects, ask the environment, or log what was sent
 * and received.
 */
#include "net/http.h"

#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/log.h"
#include "base/text.h"
#include "build.h"
#include "net/http_private.h"

/* Hashed, so that only the certificates needed are read and parsed. */
#define SYSTEM_CA_DIR "/etc/ssl/certs"

/* All header lines of a reply, 1xx and trailers included. */
enum { HEAD_MAX_BYTES = 64 * 1024, HEAD_MAX_LINES = 256 };

/* Balancers drop connections that were idle for a minute, some silently. */
enum { IDLE_MAX_S = 50 };

/* Descriptors that one request has open at once, at most. */
enum { ROOM_FDS = 8 };

struct http {
	struct transport transport; /* first: perform() gets its address */
	const struct http_settings *settings;
	CURL *easy;
	bool probing;               /* on a connection of its own, unlogged */
	int (*run)(void *ctx, void *easy); /* NULL: curl_easy_perform() */
	void *run_ctx;
	char error[CURL_ERROR_SIZE];
};

/* One request under way, for the callbacks. */
struct exchange {
	struct http_reply *reply;
	enum err stopped;    /* why a callback ended it; ERR_OK: none did */
	size_t head_bytes, head_lines;
	bool head_done;
	bool repeatable;
	int sent;
};

static const struct {
	CURLoption option;
	long value;
} fixed_numbers[] = {
    {CURLOPT_SSL_VERIFYPEER, 1},
    {CURLOPT_SSL_VERIFYHOST, 2},
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    {CURLOPT_HTTP09_ALLOWED, 0},
    {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
    {CURLOPT_TCP_NODELAY, 1},
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_MAXAGE_CONN, IDLE_MAX_S},
#if CURL_AT_LEAST_VERSION(7, 87, 0)
    /* or a timeout would wait for the resolver's own, half a minute */
    {CURLOPT_QUICK_EXIT, 1},
#endif
    /* so that one that has_closed() saw is not found again */
    {CURLOPT_MAXCONNECTS, 1},
};

void
http_reply_init(struct http_reply *r)
{
	*r = (struct http_reply){.retry_after_s = -1};
	buf_init(&r->body, HTTP_REPLY_MAX_BYTES);
}

void
http_reply_clear(struct http_reply *r)
{
	buf_clear(&r->body);
	http_reply_init(r);
}

enum err
http_err(int curl_code, bool began)
{
	switch ((CURLcode)curl_code) {
	case CURLE_OK:
		return ERR_OK;
	/* What libcurl also says of a header line that does not end. */
	case CURLE_OUT_OF_MEMORY:
		return began ? ERR_REPLY : ERR_MEMORY;
	case CURLE_FAILED_INIT:
		return ERR_MEMORY;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
		return ERR_UNREACHABLE;
	/* A connection that broke: before the reply nobody was there, within
	 * it somebody was, and what is left of the reply cannot be used. */
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
		return began ? ERR_REPLY : ERR_UNREACHABLE;
	case CURLE_OPERATION_TIMEDOUT:
		return ERR_TIMEOUT;
	/* Also a connection cut during the handshake: whoever is there has
	 * not proven anything, and that must never count as absence. */
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CLIENTCERT:
	case CURLE_SSL_SHUTDOWN_FAILED:
	case CURLE_USE_SSL_FAILED:
		return ERR_TLS;
	/* What only the administrator can put right. */
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CRL_BADFILE:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_SSL_ENGINE_SETFAILED:
	case CURLE_SSL_ENGINE_INITFAILED:
	case CURLE_URL_MALFORMAT:
	case CURLE_PROXY:
	case CURLE_NOT_BUILT_IN:
	case CURLE_UNKNOWN_OPTION:
	case CURLE_BAD_FUNCTION_ARGUMENT:
		return ERR_CONFIG;
	/* Too long, cut short, not HTTP, and what is not known: none of it
	 * may ever be excused. */
	default:
		return ERR_REPLY;
	}
}

int
http_retry_after(const char *value, time_t now_s)
{
	size_t digits = strspn(value, "0123456789");
	time_t at;

	if (digits > 0 && value[digits] == '\0') {
		long s = digits > 9 ? HTTP_WAIT_MAX_S : atol(value);

		return s > HTTP_WAIT_MAX_S ? HTTP_WAIT_MAX_S : (int)s;
	}
	/* A date has a time of day; curl_getdate() takes less than that. */
	if (strchr(value, ':') == NULL ||
	    (at = curl_getdate(value, NULL)) == (time_t)-1)
		return -1;
	if (at <= now_s)
		return 0;
	return at - now_s > HTTP_WAIT_MAX_S ? HTTP_WAIT_MAX_S
					    : (int)(at - now_s);
}

static size_t
stop(struct exchange *x, enum err e)
{
	x->stopped = e;
	return 0;
}

static size_t
take_body(char *bytes, size_t size, size_t count, void *ctx)
{
	struct exchange *x = ctx;
	struct buf *body = &x->reply->body;
	size_t len = size * count;

	if (len > body->max - body->len)
		return stop(x, ERR_REPLY);
	if (buf_add(body, bytes, len) != ERR_OK)
		return stop(x, ERR_MEMORY);
	return len;
}

/* The value of the header line where it has that name, copied, trimmed. */
static bool
read_header(const char *line, size_t len, const char *name, char value[64])
{
	size_t skip = strlen(name);

	if (len <= skip || strncasecmp(line, name, skip) != 0 ||
	    line[skip] != ':')
		return false;
	line += skip + 1;
	len -= skip + 1;
	while (len > 0 && isspace((unsigned char)line[0])) {
		line++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)line[len - 1]))
		len--;
	if (len >= 64)
		return false;
	memcpy(value, line, len);
	value[len] = '\0';
	return true;
}

static size_t
take_header(char *line, size_t size, size_t count, void *ctx)
{
	struct exchange *x = ctx;
	size_t len = size * count;
	char value[64];
	time_t at;

	x->head_bytes += len;
	if (x->head_bytes > HEAD_MAX_BYTES || ++x->head_lines > HEAD_MAX_LINES)
		return stop(x, ERR_REPLY);
	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		x->head_done = false;
		x->reply->retry_after_s = -1;
		x->reply->date_s = 0;
	} else if (len > 0 && (line[0] == '\r' || line[0] == '\n')) {
		x->head_done = true;
	} else if (read_header(line, len, "Retry-After", value)) {
		x->reply->retry_after_s = http_retry_after(value, time(NULL));
	} else if (read_header(line, len, "Date", value)) {
		at = curl_getdate(value, NULL);
		x->reply->date_s = at == (time_t)-1 ? 0 : at;
	}
	return len;
}

/*
 * libcurl sends a request again, a POST too, when a kept connection turns out
 * dead before the first byte of the reply. The service may have acted on it:
 * a code must not be counted, or sent out, twice.
 */
static int
before_sending(void *ctx, char *to, char *from, int to_port, int from_port)
{
	struct exchange *x = ctx;

	(void)to;
	(void)from;
	(void)to_port;
	(void)from_port;
	if (x->sent++ == 0 || x->repeatable)
		return CURL_PREREQFUNC_OK;
	(void)stop(x, ERR_UNREACHABLE);
	return CURL_PREREQFUNC_ABORT;
}

static bool
has_names(const X509 *certificate)
{
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	bool has = false;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		int type = sk_GENERAL_NAME_value(names, i)->type;

		has = has || type == GEN_DNS || type == GEN_IPADD;
	}
	GENERAL_NAMES_free(names);
	return has;
}

/*
 * libcurl takes the subject's common name for the host where a certificate
 * names no host: authorities do not check that, RFC 9525 forbids it.
 */
static int
check_certificate(int is_good, X509_STORE_CTX *store)
{
	if (!is_good || X509_STORE_CTX_get_error_depth(store) != 0 ||
	    has_names(X509_STORE_CTX_get_current_cert(store)))
		return is_good;
	X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
	return 0;
}

static CURLcode
set_check(CURL *easy, void *tls, void *ctx)
{
	(void)easy;
	(void)ctx;
	SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, check_certificate);
	return CURLE_OK;
}

static bool
set_text(CURL *easy, CURLoption option, const char *value)
{
	return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

static bool
set_number(CURL *easy, CURLoption option, long value)
{
	return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

/* As bytes, not as a path: the file was looked at when it was read. */
static bool
set_trust(CURL *easy, const struct http_settings *s)
{
	struct curl_blob ca;

	if (!set_text(easy, CURLOPT_CAINFO, NULL) ||
	    !set_text(easy, CURLOPT_CAPATH,
		s->ca_file == NULL ? SYSTEM_CA_DIR : NULL))
		return false;
	if (s->ca_file == NULL)
		return true;
	memset(&ca, 0, sizeof(ca));
	ca.data = s->ca.ptr;
	ca.len = s->ca.len;
	ca.flags = CURL_BLOB_NOCOPY;
	return curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca) == CURLE_OK;
}

/* What is the same for every request. */
static bool
set_fixed(struct http *h)
{
	const struct http_settings *s = h->settings;
	CURL *easy = h->easy;

	for (size_t i = 0; i < sizeof(fixed_numbers) / sizeof(*fixed_numbers);
	    i++)
		if (!set_number(easy, fixed_numbers[i].option,
		    fixed_numbers[i].value))
			return false;
	return set_text(easy, CURLOPT_PROTOCOLS_STR, "https") &&
	    /* "" and not NULL, which would ask the environment */
	    set_text(easy, CURLOPT_PROXY, s->proxy == NULL ? "" : s->proxy) &&
	    set_text(easy, CURLOPT_NOPROXY, "") &&
	    set_trust(easy, s) &&
	    set_text(easy, CURLOPT_USERAGENT,
		PACKAGE_NAME "/" PACKAGE_VERSION) &&
	    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, h->error) ==
		CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) ==
		CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) ==
		CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_sending) ==
		CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, set_check) ==
		CURLE_OK;
}

static bool
is_known_method(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "POST") == 0 ||
	    strcmp(method, "DELETE") == 0;
}

static bool
set_method(CURL *easy, const struct http_request *q)
{
	static const struct buf nothing = BUF_INIT(0);
	const struct buf *body = q->body == NULL ? &nothing : q->body;

	/* each in full: forget_request() may have failed */
	if (strcmp(q->method, "POST") != 0)
		return set_number(easy, CURLOPT_HTTPGET, 1) &&
		    set_text(easy, CURLOPT_CUSTOMREQUEST,
			strcmp(q->method, "GET") == 0 ? NULL : q->method);
	/* never NULL: libcurl would read standard input */
	return set_text(easy, CURLOPT_CUSTOMREQUEST, NULL) &&
	    set_text(easy, CURLOPT_POSTFIELDS, buf_text(body)) &&
	    set_number(easy, CURLOPT_POSTFIELDSIZE, (long)body->len) &&
	    set_number(easy, CURLOPT_POST, 1);
}

/* Back to a plain GET that borrows nothing. */
static void
forget_request(CURL *easy)
{
	(void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
	(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
	(void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
	(void)curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
}

/*
 * Something to read on a connection where nothing was asked: the service has
 * closed it. libcurl 7.88 does not notice where that was done in good order,
 * with a TLS farewell, and would fail the request.
 */
static bool
has_closed(CURL *easy)
{
	curl_socket_t fd = CURL_SOCKET_BAD;
	struct pollfd p = {.events = POLLIN};

	if (curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK ||
	    fd == CURL_SOCKET_BAD)
		return false;
	p.fd = fd;
	return poll(&p, 1, 0) != 0;
}

static bool
set_request(
    struct http *h, const struct http_request *q, int timeout_ms,
    const struct curl_slist *headers, struct exchange *x)
{
	int total = h->settings->request_timeout_ms;
	int connect = h->settings->connect_timeout_ms;

	if (total > timeout_ms)
		total = timeout_ms;
	if (connect > total)
		connect = total;
	return set_method(h->easy, q) &&
	    set_text(h->easy, CURLOPT_URL, q->url) &&
	    set_number(h->easy, CURLOPT_FRESH_CONNECT,
		h->probing || (h->run == NULL && has_closed(h->easy))) &&
	    set_number(h->easy, CURLOPT_TIMEOUT_MS, total) &&
	    set_number(h->easy, CURLOPT_CONNECTTIMEOUT_MS, connect) &&
	    curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, headers) ==
		CURLE_OK &&
	    curl_easy_setopt(h->easy, CURLOPT_WRITEDATA, x) == CURLE_OK &&
	    curl_easy_setopt(h->easy, CURLOPT_HEADERDATA, x) == CURLE_OK &&
	    curl_easy_setopt(h->easy, CURLOPT_PREREQDATA, x) == CURLE_OK;
}

/* Header lines hold keys and tokens. */
static void
free_headers(struct curl_slist *headers)
{
	for (struct curl_slist *l = headers; l != NULL; l = l->next)
		explicit_bzero(l->data, strlen(l->data));
	curl_slist_free_all(headers);
}

/* A line break in a value would be a header of somebody else's making. */
static enum err
copy_headers(const char *const *lines, struct curl_slist **out)
{
	struct curl_slist *headers = NULL, *longer;
	enum err e = ERR_OK;

	for (; lines != NULL && *lines != NULL; lines++) {
		if (strpbrk(*lines, "\r\n") != NULL) {
			log_write(LOG_ERR, "http: line break in a header");
			e = ERR_CONFIG;
		} else if ((longer = curl_slist_append(headers, *lines)) ==
		    NULL)
			e = ERR_MEMORY;
		else
			headers = longer;
		if (e != ERR_OK) {
			free_headers(headers);
			return e;
		}
	}
	*out = headers;
	return ERR_OK;
}

/* libcurl does not tell why it could not have a socket, nor libc why it could
 * not read /etc/hosts. */
static bool
has_room(void)
{
	int fds[ROOM_FDS], count = 0;
	bool room;

	while (count < ROOM_FDS &&
	    (fds[count] = eventfd(0, EFD_CLOEXEC)) != -1)
		count++;
	room = count == ROOM_FDS;
	while (count > 0)
		(void)close(fds[--count]);
	return room;
}

/*
 * Is there a port left to connect from? Whoever has an account here can use
 * all of them up, and with several addresses to try libcurl tells of the last
 * failure only.
 */
static bool
has_free_port(void)
{
	const struct sockaddr_in any = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool has;

	if (fd == -1)
		return errno == EAFNOSUPPORT;
	has = bind(fd, (const struct sockaddr *)(const void *)&any,
	    sizeof(any)) == 0;
	(void)close(fd);
	return has;
}

/*
 * Did this host fail, out of descriptors, memory or processes? Then nothing
 * is known of the service, and it must not count as away: whoever starts su
 * or sudo sets their limits. Of a thread only the text tells.
 */
static bool
failed_here(CURL *easy, const char *text)
{
	long number = 0;

	if (strstr(text, "thread failed to start") != NULL || !has_room() ||
	    !has_free_port())
		return true;
	if (curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number) != CURLE_OK)
		return true;
	return number == EMFILE || number == ENFILE || number == ENOMEM ||
	    number == ENOBUFS || number == EAGAIN;
}

/* A proxy that does not let us through is there to be configured. */
static enum err
blame_proxy(CURL *easy)
{
	long status = 0;

	if (curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status) !=
	    CURLE_OK)
		return ERR_SYSTEM;
	return status >= 400 && status <= 499 ? ERR_CONFIG : ERR_UNREACHABLE;
}

/* What came of it. The text is libcurl's own and holds host names at most. */
static enum err
judge(struct http *h, CURLcode code, const struct exchange *x)
{
	const char *text = h->error[0] != '\0' ? h->error
					       : curl_easy_strerror(code);
	char clean[CURL_ERROR_SIZE];
	enum err e = http_err((int)code, x->head_lines > 0);

	if (x->stopped != ERR_OK)
		e = x->stopped;
	if (e == ERR_OK && !x->head_done) {
		e = ERR_REPLY;
		text = "cut short within the header lines";
	}
	if (e == ERR_UNREACHABLE)
		e = blame_proxy(h->easy);
	if ((e == ERR_UNREACHABLE || e == ERR_TIMEOUT) &&
	    failed_here(h->easy, text))
		e = ERR_SYSTEM;
	if (e != ERR_OK && !h->probing)
		log_write(LOG_WARNING, "http: %s: %s", err_text(e),
		    text_clean(clean, sizeof(clean), text));
	return e;
}

static enum err
http_perform(struct transport *t, const struct http_request *q,
    int timeout_ms, struct http_reply *reply)
{
	struct http *h = (struct http *)t;
	struct exchange x = {.reply = reply,
	    .repeatable = strcmp(q->method, "GET") == 0};
	struct curl_slist *headers = NULL;
	CURLcode code;
	long status = 0;
	enum err e;

	http_reply_clear(reply);
	if (timeout_ms <= 0)
		return ERR_TIMEOUT; /* libcurl takes 0 for no limit */
	if (!is_known_method(q->method))
		return ERR_CONFIG;
	if (strncmp(q->url, "https://", 8) != 0) {
		log_write(LOG_ERR, "http: only https:// is spoken");
		return ERR_CONFIG;
	}
	if ((e = copy_headers(q->headers, &headers)) != ERR_OK)
		return e;
	h->error[0] = '\0';
	if (!set_request(h, q, timeout_ms, headers, &x)) {
		e = ERR_MEMORY;
		goto out;
	}
	code = h->run == NULL ? curl_easy_perform(h->easy) :
	    (CURLcode)h->run(h->run_ctx, h->easy);
	if ((e = judge(h, code, &x)) != ERR_OK)
		goto out;
	if (curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status) !=
	    CURLE_OK) {
		e = ERR_REPLY;
		goto out;
	}
	reply->status = (int)status;
out:
	forget_request(h->easy);
	free_headers(headers);
	if (e != ERR_OK)
		http_reply_clear(reply);
	reply->sent = x.sent > 0;
	return e;
}

/* The value of "Name:value" in what libcurl says of the certificate. */
static const char *
certificate_field(const struct curl_slist *lines, const char *name)
{
	size_t len = strlen(name);

	for (; lines != NULL; lines = lines->next)
		if (strncmp(lines->data, name, len) == 0 &&
		    lines->data[len] == ':')
			return lines->data + len + 1;
	return "";
}

static void
probe_certificate(CURL *easy, struct http_probe *out)
{
	const struct curl_certinfo *chain = NULL;
	const struct curl_slist *server;
	time_t end;

	if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK ||
	    chain == NULL || chain->num_of_certs < 1)
		return;
	server = chain->certinfo[0];
	(void)text_clean(out->subject, sizeof(out->subject),
	    certificate_field(server, "Subject"));
	(void)text_clean(out->issuer, sizeof(out->issuer),
	    certificate_field(server, "Issuer"));
	end = curl_getdate(certificate_field(server, "Expire date"), NULL);
	out->not_after = end == (time_t)-1 ? 0 : end;
}

/* Microseconds as milliseconds, -1 for a step that was not reached. */
static int
probe_ms(CURL *easy, CURLINFO what)
{
	curl_off_t us = 0;

	if (curl_easy_getinfo(easy, what, &us) != CURLE_OK || us <= 0)
		return -1;
	return (int)((us + 500) / 1000);
}

static void
probe_way(CURL *easy, struct http_probe *out)
{
	const char *address = NULL;
	long port = 0;

	if (curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address) ==
	    CURLE_OK)
		(void)text_clean(out->address, sizeof(out->address), address);
	if (curl_easy_getinfo(easy, CURLINFO_PRIMARY_PORT, &port) == CURLE_OK)
		out->port = (int)port;
	out->name_ms = probe_ms(easy, CURLINFO_NAMELOOKUP_TIME_T);
	out->connect_ms = probe_ms(easy, CURLINFO_CONNECT_TIME_T);
	out->tls_ms = probe_ms(easy, CURLINFO_APPCONNECT_TIME_T);
	out->reply_ms = probe_ms(easy, CURLINFO_STARTTRANSFER_TIME_T);
}

/* One attempt, with TLS of this version and no other. */
static enum err
probe_once(struct http *h, const char *url, int timeout_ms, long version,
    struct http_probe *out)
{
	const struct http_request q = {.method = "GET", .url = url};
	struct http_reply reply;
	enum err e = ERR_MEMORY;

	http_reply_init(&reply);
	memset(out, 0, sizeof(*out));
	h->probing = true;
	if (set_number(h->easy, CURLOPT_CERTINFO, 1) &&
	    set_number(h->easy, CURLOPT_SSLVERSION, version))
		e = http_perform(&h->transport, &q, timeout_ms, &reply);
	h->probing = false;
	(void)set_number(h->easy, CURLOPT_CERTINFO, 0);
	(void)set_number(h->easy, CURLOPT_SSLVERSION,
	    CURL_SSLVERSION_TLSv1_2);
	probe_way(h->easy, out);
	probe_certificate(h->easy, out);
	(void)text_clean(out->problem, sizeof(out->problem), h->error);
	out->status = reply.status;
	out->date_s = reply.date_s;
	http_reply_clear(&reply);
	return e;
}

/* libcurl does not tell the version: whoever does not speak 1.3 is asked
 * for 1.2, and that says it. */
enum err
http_probe(
    struct http *h, const char *url, int timeout_ms, struct http_probe *out)
{
	static const struct {
		long version;
		const char *name;
	} tries[] = {
	    {CURL_SSLVERSION_TLSv1_3, "TLSv1.3"},
	    {CURL_SSLVERSION_TLSv1_2 | CURL_SSLVERSION_MAX_TLSv1_2, "TLSv1.2"},
	};
	enum err e = ERR_TLS;

	for (size_t i = 0; e == ERR_TLS && i < 2; i++) {
		e = probe_once(h, url, timeout_ms, tries[i].version, out);
		if (out->tls_ms >= 0 && e != ERR_TLS)
			(void)snprintf(out->tls_version,
			    sizeof(out->tls_version), "%s", tries[i].name);
	}
	return e;
}

/* libcurl would report another kind of proxy as one it cannot reach. */
static bool
is_http_proxy(const char *proxy)
{
	return strstr(proxy, "://") == NULL ||
	    strncasecmp(proxy, "http://", 7) == 0;
}

enum err
http_new(const struct http_settings *settings, struct http **out)
{
	struct http *h;

	if (settings->proxy != NULL && !is_http_proxy(settings->proxy)) {
		log_write(LOG_ERR, "http: the proxy has to be http://");
		return ERR_CONFIG;
	}
	if ((h = calloc(1, sizeof(*h))) == NULL)
		return ERR_MEMORY;
	if (curl_global_init(CURL_GLOBAL_SSL) != CURLE_OK) {
		free(h);
		return ERR_MEMORY;
	}
	h->transport.perform = http_perform;
	h->settings = settings;
	if ((h->easy = curl_easy_init()) == NULL || !set_fixed(h)) {
		http_free(&h);
		return ERR_MEMORY;
	}
	*out = h;
	return ERR_OK;
}

void
http_run_by(struct http *h, int (*run)(void *ctx, void *easy), void *ctx)
{
	h->run = run;
	h->run_ctx = ctx;
}

struct transport *
http_transport(struct http *h)
{
	return &h->transport;
}

void
http_free(struct http **h)
{
	if (*h == NULL)
		return;
	curl_easy_cleanup((*h)->easy);
	curl_global_cleanup();
	free(*h);
	*h = NULL;
}
