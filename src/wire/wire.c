/*
 * Turns messages into datagrams and back, checking every byte against one
 * table. Knows nothing of what the messages are for.
 */
#include "wire/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"

/* What a value may look like. */
enum kind {
	KIND_WORD,   /* a-z, 0-9 and _, not empty */
	KIND_NUMBER, /* up to nine digits */
	KIND_LINE,   /* clean text without newlines */
	KIND_TEXT,   /* clean text with newlines */
	KIND_BYTES,  /* what a person typed: anything but NUL */
};

enum { REQUIRED = 1, MANY = 2 };

struct field {
	const char *name;
	enum kind kind;
	unsigned flags;
	size_t max_bytes;
};

static const struct verb {
	const char *name;
	struct field fields[14];
} verbs[WIRE_VERB_COUNT] = {
    [WIRE_HELLO] = {"HELLO",
	{{"user", KIND_LINE, REQUIRED, 256},
	    {"service", KIND_LINE, REQUIRED, 256},
	    {"rhost", KIND_LINE, 0, 256},
	    {"tty", KIND_LINE, 0, 256},
	    {"ruser", KIND_LINE, 0, 256},
	    {"language", KIND_LINE, 0, 64},
	    {"flags", KIND_NUMBER, REQUIRED, 9},
	    {"first_factor", KIND_WORD, REQUIRED, 3},
	    {"blind", KIND_WORD, REQUIRED, 3},
	    {"phase", KIND_WORD, REQUIRED, 8},
	    {"ref", KIND_WORD, REQUIRED, 8},
	    {"ssh_connection", KIND_LINE, 0, 256},
	    {"command", KIND_LINE, 0, 256},
	    {"arg", KIND_LINE, MANY, 1024}}},
    [WIRE_READY] = {"READY",
	{{"login_timeout_ms", KIND_NUMBER, REQUIRED, 9},
	    {"fail_delay_ms", KIND_NUMBER, REQUIRED, 9}}},
    [WIRE_ASK] = {"ASK",
	{{"text", KIND_TEXT, REQUIRED, 511},
	    {"question", KIND_WORD, REQUIRED, 16}}},
    [WIRE_ANSWER] = {"ANSWER",
	{{"answer", KIND_BYTES, 0, 512}, {"error", KIND_WORD, 0, 32}}},
    [WIRE_TELL] = {"TELL", {{"text", KIND_TEXT, REQUIRED, 511}}},
    [WIRE_VERDICT] = {"VERDICT",
	{{"verdict", KIND_WORD, REQUIRED, 16},
	    {"reason", KIND_WORD, REQUIRED, 32}}},
};

enum { VERB_FIELDS_MAX = sizeof(verbs[0].fields) / sizeof(struct field) };

static const struct field *
field_find(enum wire_verb verb, const char *name, size_t len)
{
	const struct field *f = verbs[verb].fields;

	for (size_t i = 0; i < VERB_FIELDS_MAX && f[i].name != NULL; i++)
		if (strlen(f[i].name) == len &&
		    memcmp(f[i].name, name, len) == 0)
			return &f[i];
	return NULL;
}

static enum err
field_check(const struct field *f, const char *value)
{
	size_t len = strlen(value);

	if (len > f->max_bytes)
		return ERR_WIRE;
	switch (f->kind) {
	case KIND_WORD:
		return len > 0 && len == strspn(value,
		    "abcdefghijklmnopqrstuvwxyz0123456789_") ?
		    ERR_OK : ERR_WIRE;
	case KIND_NUMBER:
		return len > 0 && len == strspn(value, "0123456789") ?
		    ERR_OK : ERR_WIRE;
	case KIND_LINE:
		return text_is_clean(value, len, false) ? ERR_OK : ERR_WIRE;
	case KIND_TEXT:
		return text_is_clean(value, len, true) ? ERR_OK : ERR_WIRE;
	case KIND_BYTES:
		return ERR_OK;
	}
	return ERR_WIRE;
}

/* Where the value of field `i` starts if it has this name, else NULL. */
static const char *
value_of(const struct wire_message *m, size_t i, const char *name)
{
	const char *text = m->bytes.ptr + m->at[i];
	size_t len = strlen(name);

	if (strncmp(text, name, len) != 0 || text[len] != '=')
		return NULL;
	return text + len + 1;
}

/* `text` is "name=value", already lying in bytes at `at`. */
static enum err
field_accept(struct wire_message *m, size_t at)
{
	const char *text = m->bytes.ptr + at;
	const char *equals = strchr(text, '=');
	const struct field *f;

	if (m->fields == WIRE_MAX_FIELDS || equals == NULL)
		return ERR_WIRE;
	f = field_find(m->verb, text, (size_t)(equals - text));
	if (f == NULL || field_check(f, equals + 1) != ERR_OK)
		return ERR_WIRE;
	if ((f->flags & MANY) == 0 && wire_get(m, f->name) != NULL)
		return ERR_WIRE;
	m->at[m->fields++] = at;
	return ERR_OK;
}

static enum err
required_present(const struct wire_message *m)
{
	const struct field *f = verbs[m->verb].fields;

	for (size_t i = 0; i < VERB_FIELDS_MAX && f[i].name != NULL; i++)
		if ((f[i].flags & REQUIRED) != 0 &&
		    wire_get(m, f[i].name) == NULL)
			return ERR_WIRE;
	return ERR_OK;
}

void
wire_init(struct wire_message *m, enum wire_verb verb)
{
	memset(m, 0, sizeof(*m));
	m->verb = verb;
	buf_init(&m->bytes, WIRE_MAX_BYTES);
}

void
wire_clear(struct wire_message *m)
{
	buf_clear(&m->bytes);
	wire_init(m, WIRE_NONE);
}

enum err
wire_add(struct wire_message *m, const char *name, const char *value)
{
	size_t at;
	enum err e;

	if (m->verb <= WIRE_NONE || m->verb >= WIRE_VERB_COUNT)
		return ERR_WIRE;
	if (m->bytes.len == 0 && (e = buf_add(&m->bytes, verbs[m->verb].name,
	    strlen(verbs[m->verb].name) + 1)) != ERR_OK)
		return e;
	at = m->bytes.len;
	if ((e = buf_add_text(&m->bytes, name)) != ERR_OK ||
	    (e = buf_add_text(&m->bytes, "=")) != ERR_OK ||
	    (e = buf_add(&m->bytes, value, strlen(value) + 1)) != ERR_OK)
		return e;
	return field_accept(m, at);
}

const char *
wire_get_nth(const struct wire_message *m, const char *name, size_t i)
{
	const char *value;

	for (size_t f = 0; f < m->fields; f++)
		if ((value = value_of(m, f, name)) != NULL && i-- == 0)
			return value;
	return NULL;
}

const char *
wire_get(const struct wire_message *m, const char *name)
{
	return wire_get_nth(m, name, 0);
}

int
wire_get_number(const struct wire_message *m, const char *name)
{
	const char *value = wire_get(m, name);

	/* KIND_NUMBER: at most nine digits, so it fits. */
	return value == NULL ? -1 : (int)strtol(value, NULL, 10);
}

enum err
wire_parse(struct wire_message *m, const char *bytes, size_t len)
{
	enum err e = ERR_WIRE;
	size_t at;

	wire_clear(m);
	if (len == 0 || len > WIRE_MAX_BYTES || bytes[len - 1] != '\0')
		return ERR_WIRE;
	if ((e = buf_add(&m->bytes, bytes, len)) != ERR_OK)
		return e;
	for (unsigned v = 1; v < WIRE_VERB_COUNT; v++)
		if (strcmp(m->bytes.ptr, verbs[v].name) == 0)
			m->verb = (enum wire_verb)v;
	e = m->verb == WIRE_NONE ? ERR_WIRE : ERR_OK;
	for (at = strlen(m->bytes.ptr) + 1; e == ERR_OK && at < len;
	    at += strlen(m->bytes.ptr + at) + 1)
		e = field_accept(m, at);
	if (e == ERR_OK)
		e = required_present(m);
	if (e != ERR_OK)
		wire_clear(m);
	return e;
}

/* Wait until `fd` is ready for `events`, over signals, never past the end. */
static enum err
wait_ready(int fd, short events, const struct deadline *d)
{
	struct pollfd p = {fd, events, 0};
	int n;

	while ((n = poll(&p, 1, deadline_left_ms(d))) == -1 && errno == EINTR)
		continue;
	if (n == -1)
		return ERR_SYSTEM;
	return n == 0 ? ERR_TIMEOUT : ERR_OK;
}

enum err
wire_send(int fd, const struct wire_message *m, int timeout_ms)
{
	struct deadline d;
	enum err e;

	if (m->bytes.len == 0 || required_present(m) != ERR_OK)
		return ERR_WIRE;
	deadline_start(&d, &clock_system, timeout_ms);
	for (;;) {
		if (send(fd, m->bytes.ptr, m->bytes.len,
		    MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)m->bytes.len)
			return ERR_OK;
		if (errno == EPIPE || errno == ECONNRESET)
			return ERR_CONVERSATION;
		if (errno != EINTR && errno != EAGAIN)
			return ERR_SYSTEM;
		if (errno == EAGAIN &&
		    (e = wait_ready(fd, POLLOUT, &d)) != ERR_OK)
			return e;
	}
}

enum err
wire_recv(int fd, struct wire_message *m, int timeout_ms)
{
	char bytes[WIRE_MAX_BYTES + 1];
	struct deadline d;
	enum err e;
	ssize_t n;

	wire_clear(m);
	deadline_start(&d, &clock_system, timeout_ms);
	do {
		if ((e = wait_ready(fd, POLLIN, &d)) != ERR_OK)
			return e;
		n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_TRUNC);
		/* ECONNRESET: the other end left our last message unread.
		 * It is told once, and what it sent before comes after. */
	} while (n == -1 && (errno == EINTR || errno == EAGAIN ||
	    errno == ECONNRESET));
	if (n == 0)
		e = ERR_CONVERSATION;
	else if (n == -1)
		e = ERR_SYSTEM;
	else if (n > WIRE_MAX_BYTES)
		e = ERR_WIRE;
	else
		e = wire_parse(m, bytes, (size_t)n);
	explicit_bzero(bytes, sizeof(bytes));
	return e;
}
