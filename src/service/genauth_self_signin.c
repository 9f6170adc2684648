/*
 * Turns the provider's sign-in into a person who keeps the access token, for
 * the commands that change the person's own factors. What is sent and how it
 * is read is in genauth_signin.c.
 */
#include "service/self.h"

#include <string.h>

#include "service/genauth_read.h"
#include "service/genauth_signin.h"

enum { TOKEN_MAX_BYTES = 8192 };

void
self_init(struct self *me, struct service *service)
{
	*me = (struct self){.service = service};
	buf_init(&me->token, TOKEN_MAX_BYTES);
}

void
self_clear(struct self *me)
{
	buf_clear(&me->token);
	self_init(me, me->service);
}

enum err
self_sign_in(struct self *me, const char *account,
    const struct buf *password, struct challenge *challenge)
{
	const struct sign_in q = {
	    .account_type = "account",
	    .account = account,
	    .password = password,
	};
	enum err e;

	self_clear(me);
	e = genauth_password(
	    me->service, &q, &me->person, challenge, &me->token);
	me->why = me->service->why;
	return me->why != NULL ? ERR_DECLINED : e;
}

enum err
self_use_token(struct self *me, const struct buf *token)
{
	enum err e;

	self_clear(me);
	if (strlen(buf_text(token)) != token->len ||
	    !genauth_token_is_sane(buf_text(token), me->token.max - 1))
		return ERR_REPLY;
	e = genauth_read_subject(buf_text(token), &me->person);
	return e != ERR_OK ? e : buf_add_text(&me->token, buf_text(token));
}

enum err
self_sign_out(struct self *me)
{
	enum err e = genauth_sign_out(me->service, &me->token);

	self_clear(me);
	return e;
}
