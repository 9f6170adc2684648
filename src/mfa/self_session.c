/*
 * Turns whoever sits at the terminal into a person signed in at the service,
 * and makes sure that nothing of it is left at the end. Changes no factor.
 */
#include "mfa/self_session.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/message.h"
#include "base/text.h"
#include "login/login.h"
#include "mfa/terminal.h"

enum { SENTENCE_MAX = 400 };

enum err
self_next_step(struct self_session *s)
{
	mfa_renew_deadline(s->m);
	return terminal_interrupted() ? ERR_CONVERSATION : ERR_OK;
}

/* "genauth-mfa: WHAT: WHY (request id ...)" */
static enum exit_status
say(const struct self_session *s, const char *what, const char *why,
    enum exit_status status)
{
	const char *id = s->m->service.request_id;
	char clean[SENTENCE_MAX];

	(void)fprintf(stderr, "genauth-mfa: %s: %s%s%s%s\n",
	    text_clean(clean, sizeof(clean), what), why,
	    id[0] != '\0' ? _(" (request id ") : "", id,
	    id[0] != '\0' ? ")" : "");
	return status;
}

enum exit_status
self_fail(struct self_session *s, const char *what, enum err e)
{
	const struct self *me = &s->me;
	char why[2 * SENTENCE_MAX];

	if (terminal_interrupted())
		return say(s, what, _("interrupted"), STATUS_REFUSED);
	switch (e) {
	case ERR_DECLINED:
		(void)snprintf(why, sizeof(why), "%s%s%s%s",
		    me->why != NULL ? _(me->why) : _("the service refused"),
		    me->said[0] != '\0' ? _(" (it says: ") : "", me->said,
		    me->said[0] != '\0' ? ")" : "");
		return say(s, what, why, STATUS_REFUSED);
	case ERR_NO_FACTOR:
		return say(s, what, _("you have no such factor; see: "
		    "genauth-mfa self factors"), STATUS_NOT_FOUND);
	case ERR_CREDENTIAL:
		return say(s, what, me->token.len > 0
		    ? _("the service does not accept the access token, or not "
		      "for this: it may have expired")
		    : _("the service does not let this application sign people "
		      "in; check app_id and app_secret_file"),
		    STATUS_NOT_PERMITTED);
	default:
		return mfa_fail(s->m, what, e);
	}
}

/* The person of this login session, also under sudo; "" for nobody. */
static void
guess_account(char *out, size_t size)
{
	const struct passwd *pw;

	if (getlogin_r(out, size) == 0 && strcmp(out, "root") != 0)
		return;
	pw = getuid() == 0 ? NULL : getpwuid(getuid());
	(void)snprintf(out, size, "%s", pw == NULL ? "" : pw->pw_name);
}

static enum err
ask_account(struct self_session *s)
{
	char guess[CONTACT_MAX], prompt[CONTACT_MAX + 32];
	bool guessed;

	guess_account(guess, sizeof(guess));
	guessed = guess[0] != '\0' &&
	    text_is_clean(guess, strlen(guess), false);
	(void)snprintf(prompt, sizeof(prompt), _("GenAuth account%s%s%s: "),
	    guessed ? " [" : "", guessed ? guess : "", guessed ? "]" : "");
	return self_ask_text(prompt, guessed ? guess : NULL, s->account,
	    sizeof(s->account));
}

/* The challenge between password and token, asked as at a login. */
static enum err
answer_challenge(struct self_session *s, const struct challenge *c)
{
	struct service *service = &s->m->service;
	enum err e = self_next_step(s);

	service->login_token = &s->me.token;
	if (e == ERR_OK)
		e = login_answer(&s->m->cfg, &s->me.person, c, service,
		    &terminal_conversation);
	service->login_token = NULL;
	if (e == ERR_NO_FACTOR) {
		s->me.why = N_("the service wants a second factor, and none of "
		    "yours can be used at a terminal");
		e = ERR_DECLINED;
	}
	return e;
}

static enum exit_status
sign_in(struct self_session *s)
{
	struct buf password = BUF_INIT(ANSWER_MAX_BYTES);
	struct challenge c;
	char what[CONTACT_MAX + 32];
	enum err e;

	challenge_init(&c);
	s->ours = true;
	(void)snprintf(what, sizeof(what), _("sign in"));
	e = ask_account(s);
	if (e == ERR_OK) {
		(void)snprintf(what, sizeof(what), _("sign in as %s"),
		    s->account);
		e = terminal_ask(_("GenAuth password: "), false, &password);
	}
	if (e == ERR_OK && password.len == 0)
		e = ERR_CONVERSATION;
	if (e == ERR_OK)
		e = self_next_step(s);
	if (e == ERR_OK)
		e = self_sign_in(&s->me, s->account, &password, &c);
	buf_clear(&password);
	if (e == ERR_OK && s->me.token.len == 0)
		e = answer_challenge(s, &c);
	challenge_clear(&c);
	if (e == ERR_OK)
		e = self_next_step(s);
	return e == ERR_OK ? STATUS_DONE : self_fail(s, what, e);
}

/* A token of somebody's own: whoever keeps it ends it. */
static enum exit_status
use_token(struct self_session *s)
{
	struct buf *token = &s->m->cfg.service.access_token;
	enum exit_status status = mfa_want_secret(s->m, "access_token_file",
	    s->m->cfg.access_token_file, token);

	if (status != STATUS_DONE)
		return status;
	if (self_use_token(&s->me, token) != ERR_OK) {
		(void)fprintf(stderr, _("genauth-mfa: %s: is not an access "
		    "token\n"), s->m->cfg.access_token_file);
		return STATUS_CONFIG;
	}
	(void)snprintf(s->account, sizeof(s->account), "%s",
	    s->me.person.id[0] != '\0' ? s->me.person.id
				       : "the token's owner");
	return STATUS_DONE;
}

enum exit_status
self_open(struct self_session *s, struct mfa *m, bool changes)
{
	enum exit_status status;

	*s = (struct self_session){.m = m};
	self_init(&s->me, &m->service);
	if ((status = mfa_open(m)) != STATUS_DONE)
		return status;
	return changes ? audit_check_reason(m) : STATUS_DONE;
}

enum exit_status
self_sign_in_here(struct self_session *s)
{
	struct config *cfg = &s->m->cfg;
	enum exit_status status;

	if (strcmp(cfg->provider, "genauth") != 0) {
		(void)fprintf(stderr, _("genauth-mfa: %s does not offer this; "
		    "it offers: self reset\n"), cfg->provider);
		return STATUS_USAGE;
	}
	if (cfg->app_secret_file != NULL &&
	    (status = mfa_want_secret(s->m, "app_secret_file",
	    cfg->app_secret_file, &cfg->service.app_secret)) != STATUS_DONE)
		return status;
	return s->m->access_token_file != NULL ? use_token(s) : sign_in(s);
}

enum exit_status
self_begin(struct self_session *s, struct mfa *m, bool changes)
{
	enum exit_status status = self_open(s, m, changes);

	return status == STATUS_DONE ? self_sign_in_here(s) : status;
}

enum exit_status
self_end(struct self_session *s, enum exit_status status)
{
	enum err e = ERR_OK;

	if (s->ours && s->me.token.len > 0) {
		mfa_renew_deadline(s->m);
		e = self_sign_out(&s->me);
	}
	self_clear(&s->me);
	if (e == ERR_OK)
		return status;
	(void)mfa_fail(s->m, _("ending the sign-in: the access token may live "
	    "on until it expires"), e);
	return status == STATUS_DONE ? STATUS_UNREACHABLE : status;
}
