/*
 * The messages between module and verifier: what one end writes the other
 * reads, and nothing else passes.
 */
#include "wire/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define HELLO_MINIMAL                                                          \
	"HELLO\0user=alice\0service=sshd\0flags=0\0first_factor=no"            \
	"\0blind=no\0phase=auth\0ref=7f3a"

static enum err
parse(const char *bytes, size_t len)
{
	struct wire_message m;
	enum err e;

	wire_init(&m, WIRE_NONE);
	e = wire_parse(&m, bytes, len);
	if (e != ERR_OK)
		assert_int_equal(m.fields, 0);
	wire_clear(&m);
	return e;
}

/* sizeof counts the last NUL. */
#define PARSE(literal) parse(literal, sizeof(literal))

#define READY_FOR(ms) "READY\0login_timeout_ms=" ms "\0fail_delay_ms=2000"

static void
what_is_sent_is_received(void **state)
{
	struct wire_message out, in;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	wire_init(&out, WIRE_HELLO);
	wire_init(&in, WIRE_NONE);
	assert_int_equal(wire_add(&out, "user", "alice"), ERR_OK);
	assert_int_equal(wire_add(&out, "service", "sshd"), ERR_OK);
	assert_int_equal(wire_add(&out, "flags", "32768"), ERR_OK);
	assert_int_equal(wire_add(&out, "first_factor", "yes"), ERR_OK);
	assert_int_equal(wire_add(&out, "blind", "no"), ERR_OK);
	assert_int_equal(wire_add(&out, "phase", "account"), ERR_OK);
	assert_int_equal(wire_add(&out, "ref", "7f3a"), ERR_OK);
	assert_int_equal(wire_add(&out, "ssh_connection",
	    "192.0.2.7 50022 192.0.2.1 22"), ERR_OK);
	assert_int_equal(
	    wire_add(&out, "command", "/usr/bin/id -un"), ERR_OK);
	assert_int_equal(wire_add(&out, "arg", "debug"), ERR_OK);
	assert_int_equal(wire_add(&out, "arg", "tries=5"), ERR_OK);
	assert_int_equal(wire_send(pair[0], &out, 1000), ERR_OK);
	assert_int_equal(wire_recv(pair[1], &in, 1000), ERR_OK);
	assert_int_equal(in.verb, WIRE_HELLO);
	assert_string_equal(wire_get(&in, "user"), "alice");
	assert_int_equal(wire_get_number(&in, "flags"), 32768);
	assert_string_equal(wire_get(&in, "phase"), "account");
	assert_string_equal(wire_get(&in, "ref"), "7f3a");
	assert_string_equal(wire_get(&in, "ssh_connection"),
	    "192.0.2.7 50022 192.0.2.1 22");
	assert_string_equal(wire_get(&in, "command"), "/usr/bin/id -un");
	assert_string_equal(wire_get_nth(&in, "arg", 0), "debug");
	assert_string_equal(wire_get_nth(&in, "arg", 1), "tries=5");
	assert_null(wire_get_nth(&in, "arg", 2));
	assert_null(wire_get(&in, "rhost"));
	assert_int_equal(wire_get_number(&in, "rhost"), -1);
	wire_clear(&out);
	wire_clear(&in);
	(void)close(pair[0]);
	(void)close(pair[1]);
}

static void
r27_broken_messages_are_refused(void **state)
{
	char many[WIRE_MAX_BYTES] = HELLO_MINIMAL;
	size_t at = sizeof(HELLO_MINIMAL);

	(void)state;
	assert_int_equal(PARSE(HELLO_MINIMAL), ERR_OK);
	assert_int_equal(parse("", 0), ERR_WIRE);
	assert_int_equal(parse("HELLO", 5), ERR_WIRE);
	assert_int_equal(PARSE("HELLO"), ERR_WIRE);
	assert_int_equal(PARSE("hello"), ERR_WIRE);
	assert_int_equal(PARSE("OTHER\0user=alice"), ERR_WIRE);
	assert_int_equal(PARSE(HELLO_MINIMAL "\0user=bob"), ERR_WIRE);
	assert_int_equal(PARSE(HELLO_MINIMAL "\0colour=red"), ERR_WIRE);
	assert_int_equal(PARSE(HELLO_MINIMAL "\0rhost"), ERR_WIRE);
	assert_int_equal(PARSE(HELLO_MINIMAL "\0"), ERR_WIRE);
	assert_int_equal(PARSE(HELLO_MINIMAL "\0rhost=a\nb"), ERR_WIRE);
	assert_int_equal(PARSE(HELLO_MINIMAL "\0rhost=\033[2J"), ERR_WIRE);
	assert_int_equal(PARSE(HELLO_MINIMAL "\0rhost=\xff"), ERR_WIRE);
	assert_int_equal(PARSE(READY_FOR("1")), ERR_OK);
	assert_int_equal(PARSE(READY_FOR("-1")), ERR_WIRE);
	assert_int_equal(PARSE(READY_FOR("")), ERR_WIRE);
	assert_int_equal(PARSE(READY_FOR("9999999999")), ERR_WIRE);
	assert_int_equal(PARSE("ASK\0text=Code: \0question=Code"), ERR_WIRE);
	assert_int_equal(PARSE("ASK\0text=Code: \0echo=no"), ERR_WIRE);
	assert_int_equal(PARSE("VERDICT\0verdict=allow"), ERR_WIRE);
	assert_int_equal(
	    PARSE("VERDICT\0verdict=Allow\0reason=none"), ERR_WIRE);
	/* the bytes end without the last NUL */
	assert_int_equal(parse(HELLO_MINIMAL, sizeof(HELLO_MINIMAL) - 1),
	    ERR_WIRE);
	/* more fields than a message has room for */
	for (unsigned i = 0; i < WIRE_MAX_FIELDS; i++) {
		memcpy(many + at, "arg=x", 6);
		at += 6;
	}
	assert_int_equal(parse(many, at), ERR_WIRE);
	assert_int_equal(parse(many, WIRE_MAX_BYTES + 1), ERR_WIRE);
}

/* Without any one of the fields a message needs it is none. */
static void
r27_no_required_field_may_be_missing(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} whole[] = {
#define WHOLE(literal) {literal, sizeof(literal)}
	    WHOLE(HELLO_MINIMAL),
	    WHOLE(READY_FOR("1")),
	    WHOLE("ASK\0text=Code: \0question=code"),
	    WHOLE("TELL\0text=hello"),
	    WHOLE("VERDICT\0verdict=deny\0reason=none"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		const char *bytes = whole[i].bytes;
		size_t len = whole[i].len, end;

		assert_int_equal(parse(bytes, len), ERR_OK);
		for (size_t at = strlen(bytes) + 1; at < len; at = end) {
			char less[256];

			end = at + strlen(bytes + at) + 1;
			memcpy(less, bytes, at);
			memcpy(less + at, bytes + end, len - end);
			assert_int_equal(
			    parse(less, len - (end - at)), ERR_WIRE);
		}
	}
}

static void
text_fields_keep_to_their_length(void **state)
{
	struct wire_message m;
	char text[600];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[512] = '\0';
	wire_init(&m, WIRE_ASK);
	assert_int_equal(wire_add(&m, "text", text), ERR_WIRE);
	wire_clear(&m);
	wire_init(&m, WIRE_ASK);
	text[511] = '\0';
	assert_int_equal(wire_add(&m, "text", text), ERR_OK);
	wire_clear(&m);
}

static void
r18_answers_up_to_512_bytes(void **state)
{
	static const size_t lengths[] = {0, 1, 511, 512, 513, 8192, 65536};
	static char text[65537];
	struct wire_message m;

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		memset(text, '7', sizeof(text));
		text[lengths[i]] = '\0';
		wire_init(&m, WIRE_ANSWER);
		if (lengths[i] <= 512)
			assert_int_equal(
			    wire_add(&m, "answer", text), ERR_OK);
		else
			assert_int_not_equal(
			    wire_add(&m, "answer", text), ERR_OK);
		wire_clear(&m);
	}
}

static void
an_incomplete_message_is_not_sent(void **state)
{
	struct wire_message m;

	(void)state;
	wire_init(&m, WIRE_VERDICT);
	assert_int_equal(wire_send(-1, &m, 0), ERR_WIRE);
	assert_int_equal(wire_add(&m, "verdict", "allow"), ERR_OK);
	assert_int_equal(wire_send(-1, &m, 0), ERR_WIRE);
	assert_int_equal(wire_add(&m, "verdict", "deny"), ERR_WIRE);
	wire_clear(&m);
}

static void
silence_times_out_and_absence_is_told(void **state)
{
	struct wire_message m;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	wire_init(&m, WIRE_NONE);
	assert_int_equal(wire_recv(pair[0], &m, 10), ERR_TIMEOUT);
	(void)close(pair[1]);
	assert_int_equal(wire_recv(pair[0], &m, 10), ERR_CONVERSATION);
	wire_init(&m, WIRE_TELL);
	assert_int_equal(wire_add(&m, "text", "hello"), ERR_OK);
	assert_int_equal(wire_send(pair[0], &m, 10), ERR_CONVERSATION);
	wire_clear(&m);
	(void)close(pair[0]);
}

static void
an_oversized_datagram_is_refused(void **state)
{
	static char bytes[WIRE_MAX_BYTES + 1] = "TELL\0text=";
	struct wire_message m;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	wire_init(&m, WIRE_NONE);
	assert_int_equal(send(pair[1], bytes, sizeof(bytes), 0), sizeof(bytes));
	assert_int_equal(wire_recv(pair[0], &m, 100), ERR_WIRE);
	(void)close(pair[0]);
	(void)close(pair[1]);
	wire_clear(&m);
}

/* The verifier may decide and end while an answer is on its way to it. */
static void
the_last_word_is_read_after_a_reset(void **state)
{
	struct wire_message m;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	wire_init(&m, WIRE_ANSWER);
	assert_int_equal(wire_add(&m, "answer", "123456"), ERR_OK);
	assert_int_equal(wire_send(pair[0], &m, 100), ERR_OK);
	wire_clear(&m);
	wire_init(&m, WIRE_VERDICT);
	assert_int_equal(wire_add(&m, "verdict", "deny"), ERR_OK);
	assert_int_equal(wire_add(&m, "reason", "too_slow"), ERR_OK);
	assert_int_equal(wire_send(pair[1], &m, 100), ERR_OK);
	(void)close(pair[1]);
	assert_int_equal(wire_recv(pair[0], &m, 100), ERR_OK);
	assert_int_equal(m.verb, WIRE_VERDICT);
	assert_int_equal(wire_recv(pair[0], &m, 100), ERR_CONVERSATION);
	wire_clear(&m);
	(void)close(pair[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_sent_is_received),
	    cmocka_unit_test(r27_broken_messages_are_refused),
	    cmocka_unit_test(r27_no_required_field_may_be_missing),
	    cmocka_unit_test(text_fields_keep_to_their_length),
	    cmocka_unit_test(r18_answers_up_to_512_bytes),
	    cmocka_unit_test(an_incomplete_message_is_not_sent),
	    cmocka_unit_test(silence_times_out_and_absence_is_told),
	    cmocka_unit_test(an_oversized_datagram_is_refused),
	    cmocka_unit_test(the_last_word_is_read_after_a_reset),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
