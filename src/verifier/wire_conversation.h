#ifndef VERIFIER_WIRE_CONVERSATION_H
#define VERIFIER_WIRE_CONVERSATION_H

#include "login/conversation.h"

/* The person at the other end of the wire: a conversation over `fd`, which
 * stays the caller's. */
struct wire_conversation {
	struct conversation conversation;
	int fd;
};

void wire_conversation_init(struct wire_conversation *w, int fd);

#endif
