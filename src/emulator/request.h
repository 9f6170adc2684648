#ifndef EMULATOR_REQUEST_H
#define EMULATOR_REQUEST_H

#include <cjson/cJSON.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

#include "emulator/state.h"

/* One request on its way through the emulator, and the answer to it. */
struct request {
	struct state *state;
	struct MHD_Connection *connection;
	unsigned long number; /* of the connection, counted from 1 */
	const char *method, *path;
	char *uri; /* as sent, with the query */
	char *bytes;
	size_t len;
	bool too_long;
	cJSON *query, *body; /* objects, never NULL in a handler */
	char segment[64];    /* what '*' of the route stood for */
	const char *token;   /* as sent, without "Bearer " */
	struct user *user;   /* whom the token names, NULL where none */
	struct fault_set faults;
	unsigned http; /* 0: not answered yet */
	cJSON *out;
};

/* A member that is a string, or NULL. */
const char *request_text(const cJSON *object, const char *name);

/* The value of a header in either spelling: x-genauth-NAME, x-authing-NAME. */
const char *request_header(const struct request *r, const char *name);

/* Whom replies speak of: `u`, but where that fault is on somebody else. */
const struct user *request_person(const struct request *r,
    const struct user *u);

/*
 * The two answers, in the envelope of the generation that the path tells.
 * `data` is given away; NULL: none. `api_code` 0: none.
 */
void reply_accept(struct request *r, cJSON *data);
void reply_refuse(struct request *r, int status, int api_code,
    const char *message);

/* An answer without envelope; `out` is given away. */
void reply_plain(struct request *r, unsigned http, cJSON *out);

/* Refusals with one form everywhere. */
void reply_bad_parameter(struct request *r, const char *name);
void reply_no_user(struct request *r);

/* JSON about people. */
cJSON *person_v3(const struct request *r, const struct user *u);
cJSON *person_v2(const struct request *r, const struct user *u);
cJSON *person_trigger(const struct request *r, const struct user *u);

/* Sign-in's result; starts a session. `scope` NULL: the default. */
cJSON *person_tokens(struct request *r, struct user *u, const char *scope);

/* Sign `claims` (given away) for a kind of token, "iat" and "exp" added. */
char *token_make(const struct state *s, enum token_kind kind, cJSON *claims,
    int lifetime);

#endif
