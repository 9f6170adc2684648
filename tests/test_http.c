/*
 * What http.c decides without a server: errors, waiting times, what it does
 * not even try. Against a server it is tested through the emulator.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "base/log.h"
#include "net/http.h"
#include "net/http_private.h"

static char log_text[2048];

static void
keep_log(void *ctx, int priority, const char *line)
{
	size_t len = strlen(log_text);

	(void)ctx;
	(void)priority;
	(void)snprintf(log_text + len, sizeof(log_text) - len, "%s\n", line);
}

static int
start_log(void **state)
{
	(void)state;
	log_text[0] = '\0';
	log_to(keep_log, NULL);
	return 0;
}

static struct http_settings
settings(void)
{
	return (struct http_settings){
	    .connect_timeout_ms = 2000, .request_timeout_ms = 3000};
}

/* One request over a transport of its own; `reply` must end up empty. */
static enum err
request_fails(const struct http_settings *s, struct http_request q,
    int timeout_ms)
{
	struct http *h = NULL;
	struct http_reply reply;
	enum err e;

	http_reply_init(&reply);
	assert_int_equal(buf_add_text(&reply.body, "old"), ERR_OK);
	reply.status = 200;
	assert_int_equal(http_new(s, &h), ERR_OK);
	e = http_transport(h)->perform(
	    http_transport(h), &q, timeout_ms, &reply);
	http_free(&h);
	assert_null(h);
	assert_int_equal(reply.status, 0);
	assert_int_equal(reply.body.len, 0);
	assert_int_equal(reply.retry_after_s, -1);
	return e;
}

/* A loopback port: listened on where `listening`, else free just now. */
static int
loopback(bool listening, int *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_not_equal(fd, -1);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	if (listening)
		assert_int_equal(listen(fd, 4), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static void
each_curl_code_has_its_error(void **state)
{
	static const struct {
		CURLcode code;
		enum err before, within; /* the reply */
	} rows[] = {
	    {CURLE_OK, ERR_OK, ERR_OK},
	    {CURLE_OUT_OF_MEMORY, ERR_MEMORY, ERR_REPLY},
	    {CURLE_COULDNT_RESOLVE_HOST, ERR_UNREACHABLE, ERR_UNREACHABLE},
	    {CURLE_COULDNT_RESOLVE_PROXY, ERR_UNREACHABLE, ERR_UNREACHABLE},
	    {CURLE_COULDNT_CONNECT, ERR_UNREACHABLE, ERR_UNREACHABLE},
	    {CURLE_SEND_ERROR, ERR_UNREACHABLE, ERR_REPLY},
	    {CURLE_RECV_ERROR, ERR_UNREACHABLE, ERR_REPLY},
	    {CURLE_GOT_NOTHING, ERR_UNREACHABLE, ERR_REPLY},
	    {CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT, ERR_TIMEOUT},
	    {CURLE_SSL_CONNECT_ERROR, ERR_TLS, ERR_TLS},
	    {CURLE_PEER_FAILED_VERIFICATION, ERR_TLS, ERR_TLS},
	    {CURLE_SSL_ISSUER_ERROR, ERR_TLS, ERR_TLS},
	    {CURLE_SSL_INVALIDCERTSTATUS, ERR_TLS, ERR_TLS},
	    {CURLE_SSL_CACERT_BADFILE, ERR_CONFIG, ERR_CONFIG},
	    {CURLE_URL_MALFORMAT, ERR_CONFIG, ERR_CONFIG},
	    {CURLE_PROXY, ERR_CONFIG, ERR_CONFIG},
	    {CURLE_PARTIAL_FILE, ERR_REPLY, ERR_REPLY},
	    {CURLE_WRITE_ERROR, ERR_REPLY, ERR_REPLY},
	    {CURLE_WEIRD_SERVER_REPLY, ERR_REPLY, ERR_REPLY},
	    {CURLE_UNSUPPORTED_PROTOCOL, ERR_REPLY, ERR_REPLY},
	    {CURLE_BAD_CONTENT_ENCODING, ERR_REPLY, ERR_REPLY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(
		    http_err((int)rows[i].code, false), rows[i].before);
		assert_int_equal(
		    http_err((int)rows[i].code, true), rows[i].within);
	}
}

/* Only what says "nobody there" or "no answer" may ever be excused. */
static void
no_other_curl_code_can_be_excused(void **state)
{
	(void)state;
	for (int code = 1; code <= 200; code++)
		for (int began = 0; began <= 1; began++) {
			enum err e = http_err(code, began);

			assert_int_not_equal(e, ERR_OK);
			assert_int_not_equal(e, ERR_BUSY);
			if (e == ERR_TIMEOUT)
				assert_int_equal(
				    code, CURLE_OPERATION_TIMEDOUT);
			if (e == ERR_UNREACHABLE)
				assert_true(code ==
					CURLE_COULDNT_RESOLVE_PROXY ||
				    code == CURLE_COULDNT_RESOLVE_HOST ||
				    code == CURLE_COULDNT_CONNECT ||
				    (!began &&
					(code == CURLE_GOT_NOTHING ||
					    code == CURLE_SEND_ERROR ||
					    code == CURLE_RECV_ERROR)));
		}
}

static void
retry_after_is_seconds_or_a_date(void **state)
{
	enum { NOW = 1732239180 }; /* Fri, 22 Nov 2024 01:33:00 GMT */
	static const struct {
		const char *value;
		int seconds;
	} rows[] = {
	    {"0", 0}, {"5", 5}, {"007", 7}, {"86400", 86400},
	    {"86401", HTTP_WAIT_MAX_S}, {"20240101", HTTP_WAIT_MAX_S},
	    {"99999999999999999999999", HTTP_WAIT_MAX_S},
	    {"Fri, 22 Nov 2024 01:33:07 GMT", 7},
	    {"Fri, 22 Nov 2024 01:32:00 GMT", 0},
	    {"Fri, 22 Nov 2034 01:33:07 GMT", HTTP_WAIT_MAX_S},
	    {"", -1}, {"-5", -1}, {"+5", -1}, {"5.5", -1}, {"5 s", -1},
	    {" 5", -1}, {"0x10", -1}, {"soon", -1}, {"12:", -1},
	    {"Fri, 32 Nov 2024 01:33:07 GMT", -1}, {"\x1b[5m", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (http_retry_after(rows[i].value, NOW) != rows[i].seconds)
			fail_msg("%s: %d", rows[i].value,
			    http_retry_after(rows[i].value, NOW));
}

static void
anything_but_https_is_refused_unsent(void **state)
{
	static const char *const schemes[] = {
	    "http", "HTTP", "ftp", "file", "httpsx", ""};
	const struct http_settings s = settings();
	int port = 0, fd = loopback(true, &port);
	struct pollfd p = {.fd = fd, .events = POLLIN};

	(void)state;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		char url[64];

		(void)snprintf(url, sizeof(url), "%s://127.0.0.1:%d/",
		    schemes[i], port);
		assert_int_equal(request_fails(&s,
		    (struct http_request){.method = "GET", .url = url}, 1000),
		    ERR_CONFIG);
	}
	assert_int_equal(poll(&p, 1, 0), 0);
	(void)close(fd);
}

static void
a_closed_port_is_unreachable(void **state)
{
	const struct http_settings s = settings();
	char url[64];
	int port = 0;

	(void)state;
	(void)close(loopback(false, &port));
	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%d/", port);
	assert_int_equal(request_fails(&s,
	    (struct http_request){.method = "GET", .url = url}, 3000),
	    ERR_UNREACHABLE);
	assert_non_null(strstr(log_text, "cannot be reached"));
}

static void
a_name_that_is_none_is_unreachable(void **state)
{
	const struct http_settings s = settings();

	(void)state;
	/* refused by libcurl itself, RFC 6761: no query goes out */
	assert_int_equal(request_fails(&s,
	    (struct http_request){
		.method = "GET", .url = "https://nowhere.onion/"}, 3000),
	    ERR_UNREACHABLE);
}

static void
a_silent_peer_is_a_timeout_within_the_time_given(void **state)
{
	const struct http_settings s = settings();
	int port = 0, fd = loopback(true, &port);
	struct timespec from, to;
	char url[64];
	long ms;

	(void)state;
	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%d/", port);
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	assert_int_equal(request_fails(&s,
	    (struct http_request){.method = "GET", .url = url}, 200),
	    ERR_TIMEOUT);
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	ms = (to.tv_sec - from.tv_sec) * 1000 +
	    (to.tv_nsec - from.tv_nsec) / 1000000;
	assert_in_range(ms, 150, 1500);
	(void)close(fd);
}

static void
no_time_left_is_a_timeout_unsent(void **state)
{
	const struct http_settings s = settings();
	int port = 0, fd = loopback(true, &port);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char url[64];

	(void)state;
	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%d/", port);
	for (int ms = 0; ms >= -1; ms--)
		assert_int_equal(request_fails(&s,
		    (struct http_request){.method = "GET", .url = url}, ms),
		    ERR_TIMEOUT);
	assert_int_equal(poll(&p, 1, 0), 0);
	(void)close(fd);
}

static void
a_peer_that_does_not_speak_tls_proves_nothing(void **state)
{
	const struct http_settings s = settings();
	int port = 0, fd = loopback(true, &port), status = 0;
	char url[64];
	pid_t child = fork();

	(void)state;
	assert_int_not_equal(child, -1);
	if (child == 0) {
		char hello[512];
		int c = accept(fd, NULL, NULL);

		(void)!read(c, hello, sizeof(hello));
		(void)!write(c, "HTTP/1.1 200 OK\r\n\r\n{}", 21);
		_exit(0);
	}
	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%d/", port);
	assert_int_equal(request_fails(&s,
	    (struct http_request){.method = "GET", .url = url}, 3000),
	    ERR_TLS);
	assert_int_equal(waitpid(child, &status, 0), child);
	(void)close(fd);
}

static void
r26_a_line_break_in_a_header_is_refused_unsent(void **state)
{
	const struct http_settings s = settings();
	const char *const headers[] = {"accept: x", "a: b\r\nc: d", NULL};
	int port = 0, fd = loopback(true, &port);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char url[64];

	(void)state;
	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%d/", port);
	assert_int_equal(request_fails(&s,
	    (struct http_request){
		.method = "GET", .url = url, .headers = headers}, 1000),
	    ERR_CONFIG);
	assert_int_equal(poll(&p, 1, 0), 0);
	(void)close(fd);
}

/* The proxy the environment names would be asked to CONNECT. */
static void
r09_proxies_of_the_environment_are_not_asked(void **state)
{
	static const char *const names[] = {"https_proxy", "HTTPS_PROXY",
	    "http_proxy", "all_proxy", "ALL_PROXY"};
	const struct http_settings s = settings();
	int port = 0, dead = 0, fd = loopback(true, &port);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char url[64], proxy[64];

	(void)state;
	(void)close(loopback(false, &dead));
	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%d/", dead);
	(void)snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", port);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(setenv(names[i], proxy, 1), 0);
	assert_int_equal(request_fails(&s,
	    (struct http_request){.method = "GET", .url = url}, 1000),
	    ERR_UNREACHABLE);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(unsetenv(names[i]), 0);
	assert_int_equal(poll(&p, 1, 0), 0);
	(void)close(fd);
}

/* A proxy of our own that answers CONNECT with this status. */
static enum err
ask_through_proxy(int status)
{
	struct http_settings s = settings();
	int port = 0, fd = loopback(true, &port), ended = 0;
	char proxy[64];
	pid_t child = fork();
	enum err e;

	assert_int_not_equal(child, -1);
	if (child == 0) {
		char text[1024];
		int c = accept(fd, NULL, NULL);
		ssize_t n = read(c, text, sizeof(text));

		if (n < 8 || memcmp(text, "CONNECT ", 8) != 0)
			_exit(1);
		(void)snprintf(text, sizeof(text), "HTTP/1.1 %d X\r\n"
		    "Retry-After: 3\r\nContent-Length: 0\r\n\r\n", status);
		(void)!write(c, text, strlen(text));
		_exit(0);
	}
	(void)snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", port);
	s.proxy = proxy;
	/* asked although the environment excepts everything */
	assert_int_equal(setenv("no_proxy", "*", 1), 0);
	e = request_fails(&s, (struct http_request){
	    .method = "GET", .url = "https://service.invalid/"}, 3000);
	assert_int_equal(unsetenv("no_proxy"), 0);
	assert_int_equal(waitpid(child, &ended, 0), child);
	assert_int_equal(ended, 0);
	(void)close(fd);
	return e;
}

static void
a_configured_proxy_is_asked(void **state)
{
	(void)state;
	assert_int_equal(ask_through_proxy(502), ERR_UNREACHABLE);
	/* it refuses us: for the administrator, never an outage */
	assert_int_equal(ask_through_proxy(403), ERR_CONFIG);
	assert_int_equal(ask_through_proxy(407), ERR_CONFIG);
}

static void
a_proxy_of_another_kind_is_a_configuration_error(void **state)
{
	char *const bad[] = {
	    (char[]){"socks5://127.0.0.1"}, (char[]){"https://127.0.0.1"},
	    (char[]){"ftp://127.0.0.1"}};
	struct http_settings s = settings();
	struct http *h = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		s.proxy = bad[i];
		assert_int_equal(http_new(&s, &h), ERR_CONFIG);
		assert_null(h);
	}
}

static void
an_unknown_method_is_refused(void **state)
{
	const struct http_settings s = settings();

	(void)state;
	assert_int_equal(request_fails(&s,
	    (struct http_request){
		.method = "PURGE", .url = "https://127.0.0.1:1/"}, 1000),
	    ERR_CONFIG);
}

/* The next descriptor there would be. */
static rlim_t
next_fd(void)
{
	int fd = dup(0);

	assert_int_not_equal(fd, -1);
	(void)close(fd);
	return (rlim_t)fd;
}

/* One request where only `room` more descriptors can be had. */
static enum err
within(rlim_t room, const char *url)
{
	const struct http_settings s = settings();
	struct http *h = NULL;
	struct http_reply reply;
	struct rlimit before, less;
	enum err e;

	http_reply_init(&reply);
	assert_int_equal(http_new(&s, &h), ERR_OK);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	less = (struct rlimit){next_fd() + room, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &less), 0);
	e = http_transport(h)->perform(http_transport(h),
	    &(struct http_request){.method = "GET", .url = url}, 1000, &reply);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	http_free(&h);
	return e;
}

/* Who may set the limits of this process, or uses up the host's descriptors,
 * must not make the service look away: that can be excused. */
static void
r09_a_lack_of_descriptors_is_ours(void **state)
{
	static const char *const urls[] = {
	    "https://127.0.0.1:1/", "https://localhost:1/"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (rlim_t room = 0; room < 8; room++)
			assert_int_equal(within(room, urls[i]), ERR_SYSTEM);
		assert_int_equal(within(20, urls[i]), ERR_UNREACHABLE);
	}
}

static void
freeing_nothing_is_fine(void **state)
{
	struct http *h = NULL;

	(void)state;
	http_free(&h);
	assert_null(h);
}

#define LOGGED(f) cmocka_unit_test_setup(f, start_log)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    LOGGED(each_curl_code_has_its_error),
	    LOGGED(no_other_curl_code_can_be_excused),
	    LOGGED(retry_after_is_seconds_or_a_date),
	    LOGGED(anything_but_https_is_refused_unsent),
	    LOGGED(a_closed_port_is_unreachable),
	    LOGGED(a_name_that_is_none_is_unreachable),
	    LOGGED(a_silent_peer_is_a_timeout_within_the_time_given),
	    LOGGED(no_time_left_is_a_timeout_unsent),
	    LOGGED(a_peer_that_does_not_speak_tls_proves_nothing),
	    LOGGED(r26_a_line_break_in_a_header_is_refused_unsent),
	    LOGGED(r09_proxies_of_the_environment_are_not_asked),
	    LOGGED(a_configured_proxy_is_asked),
	    LOGGED(a_proxy_of_another_kind_is_a_configuration_error),
	    LOGGED(an_unknown_method_is_refused),
	    LOGGED(r09_a_lack_of_descriptors_is_ours),
	    LOGGED(freeing_nothing_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
