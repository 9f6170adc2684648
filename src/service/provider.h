#ifndef SERVICE_PROVIDER_H
#define SERVICE_PROVIDER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/clock.h"
#include "net/http.h"

/* What a person can answer with. The order is the order of the prompt. */
enum factor {
	FACTOR_OTP,      /* authenticator app */
	FACTOR_SMS,
	FACTOR_EMAIL,
	FACTOR_PUSH,     /* approved on the phone, no code */
	FACTOR_RECOVERY, /* recovery code, spent when used */
	FACTOR_COUNT
};

#define FACTOR_BIT(f) (1u << (f))

/* What the service says to a code. Zeroed memory says no. */
enum answer { ANSWER_NO = 0, ANSWER_WAIT, ANSWER_YES };

enum management_auth { MANAGEMENT_BEARER, MANAGEMENT_SIGNED };

enum {
	PERSON_ID_MAX = 256,
	CONTACT_MAX = 256,
	REQUEST_ID_MAX = 80,
	PUSH_ID_MAX = 128,
};

/* From the configuration; strings owned by it. */
struct service_settings {
	char *management_url; /* https://host, no slash at the end */
	char *app_url;
	char *app_id;
	struct buf app_secret; /* empty: a public client */
	char *access_key_id;
	struct buf access_key_secret;
	struct buf access_token; /* Flashback's; GenAuth fetches its own */
	int management_auth;  /* enum management_auth */
	char *user_id_type;   /* userIdType of api/genauth.md section 5 */
	char *language;       /* "en" or "zh" */
};

/* Who the service says this is: the id that every later reply must name. */
struct person {
	char id[PERSON_ID_MAX];
};

/*
 * What this person can be asked now. `phone` and `email` are where the
 * service sends codes; they go to people only masked. Zeroed is empty;
 * challenge_clear() wipes it.
 */
struct challenge {
	unsigned bound;       /* FACTOR_BIT()s bound and switched on */
	enum factor first;    /* the one the service prefers, if bound */
	struct buf token;     /* proves to the service whom we ask about */
	bool signed_in;       /* it is an access token: FACTOR_OTP only */
	char phone[CONTACT_MAX];
	char phone_country[16];
	char email[CONTACT_MAX];
};

void challenge_init(struct challenge *c);
void challenge_clear(struct challenge *c);

/* A login that waits for the phone; zeroed is none. */
struct push {
	char id[PUSH_ID_MAX];
	int life_s; /* after which the service gives up */
};

/* A sign-in with a password. All borrowed; `client_ip` NULL: not known. */
struct sign_in {
	const char *account_type; /* "account" for any, "username", "email",
	                             "phone" */
	const char *account;
	const struct buf *password;
	const char *client_ip;
};

struct token_cache;

/*
 * One talk with the remote API, for one login or one command. All borrowed.
 * `request_id` and `wait_s` speak of the last reply: the service's name for
 * it ("" where it gave none, cleaned), and how long it asked us to wait (-1
 * where it did not say). `why`: what a sign_in() that failed means for the
 * person, in plain words; NULL where there is nothing to add to the error.
 */
struct service {
	const struct provider *provider;
	const struct service_settings *settings;
	struct transport *transport;
	const struct deadline *deadline;
	struct token_cache *tokens; /* NULL: no cache */
	char request_id[REQUEST_ID_MAX];
	int wait_s;
	const char *why;
	bool sent;                  /* the last request went out */
	struct buf bearer;          /* management token in use */
	char pool_id[PERSON_ID_MAX];
	struct buf *login_token;    /* not NULL: check() appends the token
	                               that a right code is answered with */
};

void service_init(struct service *s, const struct provider *provider,
    const struct service_settings *settings, struct transport *transport,
    const struct deadline *deadline, struct token_cache *tokens);
void service_clear(struct service *s);

/*
 * A remote API, one file each. Any function may return ERR_MEMORY,
 * ERR_SYSTEM, ERR_UNREACHABLE, ERR_TIMEOUT, ERR_BUSY, ERR_THROTTLED, ERR_TLS,
 * ERR_REPLY, ERR_CREDENTIAL, ERR_CONFIG, ERR_TOO_SLOW (deadline),
 * ERR_INACTIVE_PERSON (locked meanwhile); outputs are set only on ERR_OK,
 * objects are reset on failure. ERR_NO_FACTOR from send() and check(): not
 * bound.
 */
struct provider {
	const char *name;

	/* Who is `directory_id`? Also ERR_UNKNOWN_PERSON,
	 * ERR_INACTIVE_PERSON (exists, but may not log in). */
	enum err (*find)(struct service *s, const char *directory_id,
	    struct person *out);

	/* What may this person answer with? Also ERR_OTHER_PERSON. */
	enum err (*challenge)(struct service *s, const struct person *who,
	    struct challenge *out);

	/* Send a code to the person's phone or mailbox. Also ERR_TOO_SOON,
	 * s->wait_s then says how long where the service told. */
	enum err (*send)(struct service *s, const struct challenge *c,
	    enum factor f);

	/* Is `code` right, and is it this person's? `new_recovery` gets the
	 * recovery code that replaces a spent one, where there is one. Also
	 * ERR_OTHER_PERSON, ERR_EXPIRED. */
	enum err (*check)(struct service *s, const struct person *who,
	    const struct challenge *c, enum factor f, const struct buf *code,
	    enum answer *out, struct buf *new_recovery);

	/* Have the phone of this account ask whether this login is meant.
	 * Also ERR_UNKNOWN_PERSON, ERR_TOO_SOON as send(), ERR_NO_FACTOR: no
	 * push for this person or application. */
	enum err (*push)(struct service *s, const char *directory_id,
	    struct push *out);

	/* What has the phone said? WAIT: nothing yet; NO: refused there; YES
	 * only where the service names `who`, and whatever token it gave is
	 * revoked. Also ERR_EXPIRED, ERR_OTHER_PERSON. */
	enum err (*poll)(struct service *s, const struct person *who,
	    const struct push *p, enum answer *out);

	/*
	 * Sign in with a password: who that is, and what is still to be
	 * answered, always something: a sign-in alone proves no second factor.
	 * `token` gets the access token where there is one, after an error,
	 * too: it is to be given to sign_out() in any case. ERR_WRONG_PASSWORD,
	 * ERR_INACTIVE_PERSON, ERR_DECLINED with s->why; ERR_CREDENTIAL: the
	 * application's, not the password.
	 */
	enum err (*sign_in)(struct service *s, const struct sign_in *q,
	    struct person *who, struct challenge *out, struct buf *token);

	/* Revoke the token. Nothing for an empty one. */
	enum err (*sign_out)(struct service *s, const struct buf *token);
};

extern const struct provider provider_genauth;

/* The provider of that name, NULL where there is none; and the names. */
const struct provider *provider_find(const char *name);
extern const char *const provider_names[];

#endif
