#ifndef SERVICE_SELF_H
#define SERVICE_SELF_H

#include "service/provider.h"

enum {
	OWN_FACTOR_ID_MAX = 128,
	OWN_FACTOR_TYPE_MAX = 24,
	OWN_FACTORS_MAX = 32,
	SECRET_TEXT_MAX = 160,
};

/*
 * A person at GenAuth, with their own access token (api/genauth.md sections
 * 3.1 to 3.4). `why` and `said` speak of the last call that failed: why in
 * plain words, NULL where there is nothing to add to the error; and the
 * service's own words, cleaned, "" where they are not known or could repeat
 * a password. self_init() first, self_clear() wipes.
 */
struct self {
	struct service *service; /* borrowed */
	struct buf token;        /* empty: not signed in */
	struct person person;    /* "" where the token does not say */
	const char *why;
	char said[160];
};

void self_init(struct self *me, struct service *service);
void self_clear(struct self *me);

/*
 * Sign in with a password. ERR_OK with `me->token`: done. ERR_OK without: the
 * service wants another factor; `challenge` is what to answer (login_answer()
 * with service->login_token = &me->token) and `me->person` who. Errors as in
 * provider.h; ERR_CREDENTIAL: the application's, not the password.
 * ERR_DECLINED: no, `why` says it all. After an error there may be a token
 * all the same: self_sign_out() in any case.
 */
__attribute__((warn_unused_result)) enum err self_sign_in(struct self *me,
    const char *account, const struct buf *password,
    struct challenge *challenge);

/* Be whoever this access token is of. ERR_REPLY where it cannot be one. */
__attribute__((warn_unused_result)) enum err self_use_token(
    struct self *me, const struct buf *token);

/* Revoke the token and forget it. Nothing where there is none. */
__attribute__((warn_unused_result)) enum err self_sign_out(struct self *me);

/* One factor as the service lists it; text bounded, not cleaned. */
struct own_factor {
	char id[OWN_FACTOR_ID_MAX];     /* printable, without spaces */
	char type[OWN_FACTOR_TYPE_MAX]; /* "OTP", "SMS", "EMAIL", "FACE", ... */
	char phone[CONTACT_MAX], phone_country[16], email[CONTACT_MAX];
};

struct own_factors {
	struct own_factor list[OWN_FACTORS_MAX];
	size_t count;
};

/*
 * The rest needs a token. ERR_CREDENTIAL: the service does not take it.
 * ERR_NO_FACTOR: no such factor or contact. ERR_WRONG_CODE. ERR_TOO_SOON: the
 * last code was sent less than a minute ago. ERR_DECLINED: the service says
 * no to just this, and perhaps why.
 */
__attribute__((warn_unused_result)) enum err self_list(
    struct self *me, struct own_factors *out);
__attribute__((warn_unused_result)) enum err self_get(
    struct self *me, const char *id, struct own_factor *out);
__attribute__((warn_unused_result)) enum err self_reset(
    struct self *me, const char *id);

/* FACTOR_SMS or FACTOR_EMAIL and where it is; `country` "" for none. */
struct contact {
	enum factor factor;
	char address[CONTACT_MAX], country[16];
};

/* Have a code sent there, then unbind the phone or e-mail with it. */
__attribute__((warn_unused_result)) enum err self_send_unbind(
    struct self *me, const struct contact *contact);
__attribute__((warn_unused_result)) enum err self_unbind(
    struct self *me, const struct contact *contact, const struct buf *code);

/* An enrolment that waits for its first code, for a minute. */
struct enrolment {
	enum factor factor;
	struct buf token;
	struct buf uri, secret; /* FACTOR_OTP: for the QR code; base32 */
	struct buf recovery;    /* FACTOR_OTP; may be empty */
};

void enrolment_init(struct enrolment *e);
void enrolment_clear(struct enrolment *e);

/* Begin with FACTOR_OTP, or with the contact (a code is sent to it). */
__attribute__((warn_unused_result)) enum err self_enroll_begin(
    struct self *me, const struct contact *what, struct enrolment *out);

/* Also ERR_EXPIRED: the enrolment is not, or no longer, valid. */
__attribute__((warn_unused_result)) enum err self_enroll_finish(
    struct self *me, const struct enrolment *e, const struct buf *code);

#endif
