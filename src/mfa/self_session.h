#ifndef MFA_SELF_SESSION_H
#define MFA_SELF_SESSION_H

#include "login/conversation.h"
#include "mfa/audit.h"
#include "mfa/output.h"
#include "service/self.h"

/* One `self` command: the person, signed in. */
struct self_session {
	struct mfa *m;
	struct self me;
	char account[CONTACT_MAX]; /* as typed, or the token's; for people */
	bool ours;                 /* the token is of this sign-in: revoke it */
};

/*
 * Make the service ready, and see that there is a reason where a change wants
 * one. self_end() has to follow in any case. STATUS_DONE, or another after
 * saying why, as all here that give one.
 */
enum exit_status self_open(
    struct self_session *s, struct mfa *m, bool changes);

/* Sign in: with --access-token-file, else by asking. A sign-in that needs a
 * second factor is completed with the person's own. */
enum exit_status self_sign_in_here(struct self_session *s);

/* Both. */
enum exit_status self_begin(
    struct self_session *s, struct mfa *m, bool changes);

/* Revoke the token where it is ours, wipe; `status`, or what went wrong now. */
enum exit_status self_end(struct self_session *s, enum exit_status status);

/* Say that `what` failed and why, as mfa_fail(), in a person's own terms. */
enum exit_status self_fail(
    struct self_session *s, const char *what, enum err e);

/* Ask for a yes; STATUS_REFUSED after saying that nothing was changed. */
enum exit_status self_confirm(struct self_session *s, const char *question);

/* What --dry-run shows: the POSTs that would be made, one row each, with the
 * members user, method, path and body (nothing secret in it). */
struct self_request {
	const char *path, *body;
};

enum exit_status self_show_plan(const struct self_session *s,
    const struct self_request *list, size_t count);

/* ERR_CONVERSATION once Ctrl-C was pressed; and a deadline that is new. */
__attribute__((warn_unused_result)) enum err self_next_step(
    struct self_session *s);

/*
 * Ask for a code of `f` until the answer has the shape of one, three times at
 * most, and put it into `code`. ERR_NOT_A_CODE, ERR_CONVERSATION.
 */
__attribute__((warn_unused_result)) enum err self_ask_code(
    struct self_session *s, const char *prompt, enum factor f,
    struct buf *code);

/* One line of text, spaces around it dropped. ERR_CONVERSATION also where it
 * is empty and `fallback` NULL. */
__attribute__((warn_unused_result)) enum err self_ask_text(
    const char *prompt, const char *fallback, char *out, size_t size);

/* "+86 188****8888", masked and cleaned; "" where there is no contact. */
void self_mask(const struct own_factor *f, char *out, size_t size);

/* "SMS (+86 188****8888)" */
void self_describe(const struct own_factor *f, char *out, size_t size);

/* The first with that type, or NULL; the one with that id, or NULL. */
const struct own_factor *self_find_type(
    const struct own_factors *list, const char *type);
const struct own_factor *self_find_id(
    const struct own_factors *list, const char *id);

#endif
