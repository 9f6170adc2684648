/*
 * The wire: a datagram that is taken is exactly the one that its fields make,
 * and every field is of its kind.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "fuzz.h"
#include "login/config.h"
#include "verifier/wire_conversation.h"
#include "wire/wire.h"

static const char *const required[WIRE_VERB_COUNT][7] = {
    [WIRE_HELLO] = {"user", "service", "flags", "first_factor", "blind",
	"phase", "ref"},
    [WIRE_READY] = {"login_timeout_ms", "fail_delay_ms"},
    [WIRE_ASK] = {"text", "question"},
    [WIRE_TELL] = {"text"},
    [WIRE_VERDICT] = {"verdict", "reason"},
};

/* Free text may have line ends, an answer is whatever was typed. */
static void
must_be_of_its_kind(const struct wire_message *m, const char *name,
    const char *value)
{
	bool lines = strcmp(name, "text") == 0;

	if (strcmp(name, "answer") != 0)
		must(text_is_clean(value, strlen(value), lines),
		    "a value is clean text");
	must(strlen(value) <= 1024, "a value is short");
	if (strstr(name, "_ms") != NULL || strcmp(name, "flags") == 0)
		must(value[strspn(value, "0123456789")] == '\0' &&
		    wire_get_number(m, name) >= 0, "a number is one");
}

/* Two values of one name could be read as either. */
static void
must_be_there_once(const struct wire_message *m, size_t field)
{
	const char *text = m->bytes.ptr + m->at[field];
	size_t len = strcspn(text, "=") + 1;

	if (strncmp(text, "arg=", len) == 0)
		return;
	for (size_t i = 0; i < field; i++)
		must(strncmp(m->bytes.ptr + m->at[i], text, len) != 0,
		    "no field but an argument is there twice");
}

/* Build the same message again out of what can be read of it. */
static void
must_be_the_same_again(const struct wire_message *m)
{
	struct wire_message again;
	char name[32];

	wire_init(&again, m->verb);
	for (size_t i = 0; i < m->fields; i++) {
		const char *field = m->bytes.ptr + m->at[i];
		size_t len = strcspn(field, "=");

		must_be_there_once(m, i);
		must(len < sizeof(name), "a name is short");
		memcpy(name, field, len);
		name[len] = '\0';
		must_be_of_its_kind(m, name, field + len + 1);
		must(wire_add(&again, name, field + len + 1) == ERR_OK,
		    "what was read can be written");
	}
	if (m->fields > 0)
		must(again.bytes.len == m->bytes.len && memcmp(
		    again.bytes.ptr, m->bytes.ptr, m->bytes.len) == 0,
		    "a datagram is what its fields make");
	for (size_t i = 0; i < 7 && required[m->verb][i] != NULL; i++)
		must(wire_get(m, required[m->verb][i]) != NULL,
		    "what is required is there");
	wire_clear(&again);
}

static void
say_nothing(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	must(text_is_clean(where, strlen(where), false) &&
	    text_is_clean(what, strlen(what), false),
	    "a mistake is told in clean text");
}

/* The arguments of HELLO, as the verifier takes them. */
static void
try_args(const struct wire_message *m)
{
	const char *args[WIRE_ARGS_MAX];
	struct config c = {0};
	size_t count = 0;

	while (count < WIRE_ARGS_MAX &&
	    (args[count] = wire_get_nth(m, "arg", count)) != NULL)
		count++;
	(void)!option_parse_args(
	    config_options, &c, args, count, say_nothing, NULL);
	config_clear(&c);
}

/* The datagram as the reply to a question of the verifier. */
static void
try_answer(const struct buf *datagram, const struct wire_message *m)
{
	struct wire_conversation w;
	struct buf answer = BUF_INIT(512);
	const char *text = m->verb == WIRE_ANSWER ? wire_get(m, "answer") :
	    NULL;
	int pair[2];
	enum err e;

	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0,
	    "there are sockets");
	must(send(pair[0], buf_text(datagram), datagram->len, 0) ==
	    (ssize_t)datagram->len, "the datagram is sent");
	must(shutdown(pair[0], SHUT_WR) == 0, "that was all");
	wire_conversation_init(&w, pair[1]);
	e = w.conversation.ask(
	    &w.conversation, QUESTION_CODE, "Code: ", 1000, &answer);
	must((e == ERR_OK) == (text != NULL && wire_get(m, "error") == NULL),
	    "an answer is an answer, and nothing else");
	if (e == ERR_OK)
		must(strcmp(buf_text(&answer), text) == 0,
		    "the answer is what was sent");
	else
		must(answer.len == 0, "no answer is none");
	buf_clear(&answer);
	(void)close(pair[0]);
	(void)close(pair[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_message m;
	struct buf datagram = {(char *)malloc(size + 1), size, size + 1, size};
	enum err e;

	must(datagram.ptr != NULL, "there is memory");
	if (size > 0)
		memcpy(datagram.ptr, data, size);
	datagram.ptr[size] = '\0';
	wire_init(&m, WIRE_NONE);
	e = wire_parse(&m, datagram.ptr, size);
	if (e == ERR_OK)
		must_be_the_same_again(&m);
	else
		must(m.verb == WIRE_NONE && m.bytes.len == 0 && m.fields == 0,
		    "an error leaves nothing");
	if (m.verb == WIRE_HELLO)
		try_args(&m);
	if (size > 0 && size < 16384)
		try_answer(&datagram, &m);
	wire_clear(&m);
	buf_clear(&datagram);
	return 0;
}
