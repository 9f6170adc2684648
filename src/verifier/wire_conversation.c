/*
 * Turns questions into ASK and TELL messages for pam_genauth.so, and its
 * ANSWER back into an answer. Does not read what the answer means.
 */
#include "verifier/wire_conversation.h"

#include <stddef.h>

#include "wire/wire.h"

enum { SEND_TIMEOUT_MS = 5000 };

static int
wire_of(struct conversation *c)
{
	return ((struct wire_conversation *)(void *)((char *)c -
	    offsetof(struct wire_conversation, conversation)))->fd;
}

static const char *const question_names[QUESTION_COUNT] = {
    [QUESTION_CODE] = "code",
    [QUESTION_VISIBLE] = "visible",
    [QUESTION_PASSWORD] = "password",
    [QUESTION_FIRST_PASS] = "first_pass",
};

static enum err
send_text(int fd, enum wire_verb verb, const char *text, const char *question)
{
	struct wire_message m;
	enum err e;

	wire_init(&m, verb);
	e = wire_add(&m, "text", text);
	if (e == ERR_OK && question != NULL)
		e = wire_add(&m, "question", question);
	if (e == ERR_OK)
		e = wire_send(fd, &m, SEND_TIMEOUT_MS);
	wire_clear(&m);
	return e;
}

/* Exactly one of `answer` and `error`, and only errors a host can have. */
static enum err
read_answer(const struct wire_message *m, struct buf *answer)
{
	const char *text = wire_get(m, "answer");
	const char *error = wire_get(m, "error");

	if (m->verb != WIRE_ANSWER || (text == NULL) == (error == NULL))
		return ERR_WIRE;
	if (text != NULL)
		return buf_add_text(answer, text);
	switch (err_from_name(error)) {
	case ERR_NOT_A_CODE:
		return ERR_NOT_A_CODE;
	case ERR_CONVERSATION:
		return ERR_CONVERSATION;
	case ERR_MEMORY:
		return ERR_MEMORY;
	default:
		return ERR_WIRE;
	}
}

static enum err
wire_ask(struct conversation *c, enum question what, const char *prompt,
    int timeout_ms, struct buf *answer)
{
	struct wire_message m;
	enum err e;

	buf_clear(answer);
	wire_init(&m, WIRE_NONE);
	e = send_text(wire_of(c), WIRE_ASK, prompt, question_names[what]);
	if (e == ERR_OK &&
	    (e = wire_recv(wire_of(c), &m, timeout_ms)) == ERR_TIMEOUT)
		e = ERR_TOO_SLOW;
	if (e == ERR_OK)
		e = read_answer(&m, answer);
	wire_clear(&m);
	return e;
}

static enum err
wire_tell(struct conversation *c, const char *text)
{
	return send_text(wire_of(c), WIRE_TELL, text, NULL);
}

void
wire_conversation_init(struct wire_conversation *w, int fd)
{
	w->conversation = (struct conversation){wire_ask, wire_tell};
	w->fd = fd;
}
