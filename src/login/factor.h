#ifndef LOGIN_FACTOR_H
#define LOGIN_FACTOR_H

#include <stdbool.h>

#include "service/provider.h"

/* One row per factor: name in configuration and log, letter in the prompt. */
struct factor_row {
	const char *name;    /* "otp" */
	char letter;         /* 's'; 0: not chosen by letter */
	bool sent;           /* a code has to be sent first */
	const char *noun;    /* in the prompt: "e-mail" */
};

extern const struct factor_row factor_rows[FACTOR_COUNT];

/* What may be used, and which of it the administrator named first. */
struct factor_list {
	unsigned bits; /* FACTOR_BIT()s */
	enum factor first;
};

/* "push otp" to a list. ERR_CONFIG with a sentence in `why` for an unknown or
 * doubled word, or an empty list. */
__attribute__((warn_unused_result)) enum err factor_parse_list(
    const char *words, struct factor_list *out, char *why, size_t why_size);

/* What an answer is. */
enum reply_kind {
	REPLY_NOTHING = 0, /* not the shape of anything offered */
	REPLY_CODE,        /* a code for *factor */
	REPLY_CHOICE,      /* the letter of *factor */
};

/*
 * Read one answer. `offered` are the factors bound and allowed; `sent` is
 * the one whose code is under way, FACTOR_COUNT for none. A code is put
 * into `code` (emptied first) in the form the service wants. Spaces around and
 * within codes are dropped; wide digits and letters are read as such.
 */
enum reply_kind factor_read_answer(const struct buf *answer, unsigned offered,
    enum factor sent, enum factor *factor, struct buf *code);

/*
 * The prompt for the person: "Verification code (or s: SMS to ***8888): ";
 * `hint` is put before it when not NULL; `show_contacts` only after a first
 * factor was seen. Replaces what `out` held; ends in ": ", below 500 bytes.
 * ERR_MEMORY.
 */
__attribute__((warn_unused_result)) enum err factor_prompt(
    const struct challenge *c, unsigned offered, enum factor sent,
    bool full, bool show_contacts, const char *hint, struct buf *out);

#endif
