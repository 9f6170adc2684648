#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include <stddef.h>

#include "base/buf.h"

/*
 * The messages between pam_genauth.so and genauth-verifier, one SOCK_SEQPACKET
 * datagram each: a verb, then `name=value` strings, every one ended by a NUL.
 * Both ends use this code, and both check everything.
 */
enum { WIRE_MAX_BYTES = 8192, WIRE_MAX_FIELDS = 64, WIRE_ARGS_MAX = 32 };

enum wire_verb {
	WIRE_NONE = 0,
	WIRE_HELLO,   /* module: who wants in, and how we were configured */
	WIRE_READY,   /* verifier: configuration read, the login's time limit */
	WIRE_ASK,     /* verifier: show text, wait for an answer */
	WIRE_ANSWER,  /* module: the answer, or why there is none */
	WIRE_TELL,    /* verifier: show text */
	WIRE_VERDICT, /* verifier: the last message */
	WIRE_VERB_COUNT
};

/* A message; bytes are wiped by wire_clear(). */
struct wire_message {
	enum wire_verb verb;
	struct buf bytes;
	size_t fields;
	size_t at[WIRE_MAX_FIELDS]; /* where in bytes each field starts */
};

/* Empty, ready for `verb`. Call once, then wire_clear() at the end. */
void wire_init(struct wire_message *m, enum wire_verb verb);
void wire_clear(struct wire_message *m);

/* Add a field. ERR_WIRE where the verb has no such field, it is there
 * already, or the value is not of the field's kind; ERR_MEMORY. */
__attribute__((warn_unused_result)) enum err wire_add(
    struct wire_message *m, const char *name, const char *value);

/* The field's value, NULL where it is not there; and the i-th `arg`. */
const char *wire_get(const struct wire_message *m, const char *name);
const char *wire_get_nth(const struct wire_message *m, const char *name,
    size_t i);

/* The field's value as a number; -1 where it is not there. */
int wire_get_number(const struct wire_message *m, const char *name);

/* Check a whole datagram and take it over as `m`. ERR_WIRE, ERR_MEMORY. */
__attribute__((warn_unused_result)) enum err wire_parse(
    struct wire_message *m, const char *bytes, size_t len);

/* ERR_WIRE where a required field is missing, else the datagram is sent;
 * ERR_CONVERSATION where the other end is gone, ERR_TIMEOUT. */
__attribute__((warn_unused_result)) enum err wire_send(
    int fd, const struct wire_message *m, int timeout_ms);

/* Wait for one message. ERR_TIMEOUT, ERR_CONVERSATION (other end gone),
 * ERR_WIRE, ERR_MEMORY. */
__attribute__((warn_unused_result)) enum err wire_recv(
    int fd, struct wire_message *m, int timeout_ms);

#endif
