#ifndef EMULATOR_STATE_H
#define EMULATOR_STATE_H

#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "emulator/fault.h"
#include "emulator/switch.h"

/* The whole memory of the emulator. Lists are rings: the oldest goes. */
enum {
	STATE_CODES = 256,
	STATE_PUSHES = 64,
	STATE_LETTERS = 256,
	STATE_SEEN = 4096,
	STATE_NONCES = 4096,
	STATE_SPENT = 256
};

/* Kinds of token: each is signed with a key of its own, so none passes for
 * another. */
enum token_kind { TOKEN_MANAGEMENT, TOKEN_ACCESS, TOKEN_MFA, TOKEN_COUNT };

enum factor {
	FACTOR_OTP = 1,
	FACTOR_SMS = 2,
	FACTOR_EMAIL = 4,
	FACTOR_FACE = 8 /* only an administrator sees or unbinds it here */
};

/* An enrolment that waits for its first code. */
struct pending {
	enum factor factor; /* 0: none */
	char token[33], secret[64], recovery[32], target[96], country[8];
	time_t until;
};

struct user {
	char id[32], username[64], nickname[64], email[96], phone[32];
	char country[8], external_id[64], status[16], password[64];
	char otp_secret[64], recovery[32]; /* "": not bound */
	char last_ip[64]; /* the last sign-in's clientIp; "": said none */
	bool sms_off, email_off;           /* contact kept, factor removed */
	bool face;
	unsigned unbinds, unbound; /* DELETE mfa-bound: asked, had an effect */
	uint64_t totp_used;                /* last step accepted */
	time_t last_mfa, session_until;
	unsigned generation; /* of access tokens; a kick starts the next */
	struct pending pending;
	char flashback_token[64], flashback_role[24];
	bool flashback_mfa;
};

struct code {
	char target[96], channel[40], code[12];
	time_t sent;
};

struct push {
	char id[33], user_id[32];
	const char *status; /* "PUSHED", "AUTHORIZED", "CANCELLED", "ERROR" */
	time_t until;
};

struct letter {
	const char *kind; /* "sms", "email"; NULL: none */
	char to[96], scene[40], code[12];
	time_t sent;
};

struct seen {
	char method[8], path[120];
	unsigned status;
	unsigned long connection;
};

struct nonce {
	char text[72];
	time_t at;
};

/* A token with a history: wrong codes, used up, revoked. Its signature. */
struct spent {
	char tail[48];
	int wrong;
	bool gone;
};

struct state {
	pthread_mutex_t lock;
	struct user *users;
	size_t user_count;
	char pool[32], app[32], app_secret[72], key_id[32], key_secret[72];
	char url[64];
	unsigned factors; /* that the application has switched on */
	unsigned char token_keys[TOKEN_COUNT][32];
	long advance;     /* seconds our clock is ahead */
	int outbox;       /* descriptor */
	int switches[SWITCH_COUNT];
	struct fault faults[FAULT_COUNT];
	struct code codes[STATE_CODES];
	struct push pushes[STATE_PUSHES];
	struct letter letters[STATE_LETTERS];
	struct seen seen[STATE_SEEN];
	struct nonce nonces[STATE_NONCES];
	struct spent spent[STATE_SPENT];
	size_t code_next, push_next, letter_next, seen_next, nonce_next,
	    spent_next; /* all that were ever added */
};

time_t state_now(const struct state *s);

/* By a userIdType of the API; NULL: nobody. */
struct user *state_user(struct state *s, const char *id, const char *type);

/* By username, phone or e-mail; NULL: nobody. */
struct user *state_account(struct state *s, const char *account);

/* Bound and not removed. */
bool state_bound(const struct user *u, enum factor f);
void state_unbind(struct user *u, enum factor f);

/*
 * Make a code for (target, channel) and put a letter into the outbox. False:
 * the last one was sent less than send_interval_s ago.
 */
bool state_send(struct state *s, const char *kind, const char *target,
    const char *channel);

/* Whether the code is right and alive; `spend` makes it unusable. */
bool state_code_right(struct state *s, const char *target, const char *channel,
    const char *code, bool spend);

/* Whether a TOTP of the user is right; a right one is used up. */
bool state_totp_right(struct state *s, struct user *u, const char *code);

/* Whether it is a right TOTP of a secret, whoever owns it. */
bool state_totp_of(struct state *s, const char *secret, const char *code,
    uint64_t *step);

/* False: the nonce was seen within the time a signature is good for. */
bool state_nonce(struct state *s, const char *nonce);

/* The history of a token, made where it has none and `make`. */
struct spent *state_spent(struct state *s, const char *token, bool make);

void state_seen(struct state *s, const struct seen *seen);

struct push *state_push_new(struct state *s, const struct user *u);
/* NULL id: the last one outstanding. */
struct push *state_push(struct state *s, const char *id);
const char *state_push_status(const struct state *s, const struct push *p);

#endif
