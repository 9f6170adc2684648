/*
 * GenAuth's replies, as a person's own commands read them: tokens, factors
 * and enrolments are whole or not there.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "service.h"
#include "service/genauth_call.h"
#include "service/self.h"

static const struct contact contacts[] = {
    {FACTOR_SMS, "13800008888", "+86"},
    {FACTOR_EMAIL, "alice@example.com", ""},
    {FACTOR_OTP, "", ""},
};

static void
must_be_factor(const struct own_factor *f)
{
	must(genauth_token_is_sane(f->id, sizeof(f->id) - 1) &&
	    genauth_token_is_sane(f->type, sizeof(f->type) - 1),
	    "a factor has an id and a type");
	must(fuzz_is_ended(f->phone, sizeof(f->phone)) &&
	    fuzz_is_ended(f->phone_country, sizeof(f->phone_country)) &&
	    fuzz_is_ended(f->email, sizeof(f->email)), "contacts are ended");
}

static void
try_list(struct fuzz_service *f, struct self *me)
{
	static struct own_factors list;
	enum err e;

	memset(&list, 0, sizeof(list));
	e = self_list(me, &list);
	must(e == ERR_OK || list.count == 0, "an error lists nothing");
	must(list.count <= OWN_FACTORS_MAX, "a list has an end");
	must(list.count == 0 || f->count > 0, "a list is the service's");
	for (size_t i = 0; i < list.count; i++) {
		must_be_factor(&list.list[i]);
		for (size_t k = 0; k < i; k++)
			must(strcmp(list.list[i].id, list.list[k].id) != 0,
			    "no factor is there twice");
	}
}

static void
try_get(struct fuzz_service *f, struct self *me)
{
	struct own_factor factor = {.id = "before"};

	if (self_get(me, "factor-1", &factor) != ERR_OK) {
		must(strcmp(factor.id, "before") == 0, "an error gets none");
		return;
	}
	must_be_factor(&factor);
	must(strcmp(factor.id, "factor-1") == 0 &&
	    fuzz_said(f, "factorId", "factor-1"), "it is the one asked for");
}

static void
try_change(struct fuzz_service *f, struct self *me)
{
	const struct contact *c = &contacts[input_choose(f->in, 2)];
	struct buf code = BUF_INIT(64);
	struct json *reply;
	enum err e;

	must(buf_add_text(&code, "123456") == ERR_OK, "there is memory");
	switch (input_choose(f->in, 3)) {
	case 0:
		e = self_reset(me, "factor-1");
		break;
	case 1:
		e = self_send_unbind(me, c);
		break;
	default:
		e = self_unbind(me, c, &code);
		break;
	}
	if (e == ERR_OK) {
		must(f->count > 0, "done is what the service said");
		reply = fuzz_success(f, f->count - 1);
		must(reply != NULL, "done is a success");
		json_free(&reply);
	}
	buf_clear(&code);
}

static void
try_sign_in(struct fuzz_service *f, struct self *me)
{
	struct buf password = BUF_INIT(64);
	struct challenge c;
	enum err e;

	challenge_init(&c);
	must(buf_add_text(&password, "hunter2") == ERR_OK, "there is memory");
	e = self_sign_in(me, "alice", &password, &c);
	if (e == ERR_OK && me->token.len > 0)
		must(fuzz_said(f, "access_token", buf_text(&me->token)) &&
		    c.token.len == 0, "signed in, with the service's token");
	else if (e == ERR_OK)
		must(c.token.len > 0 && me->person.id[0] != '\0',
		    "a challenge is somebody's");
	else
		must(c.token.len == 0 && c.bound == 0,
		    "an error leaves no challenge");
	must((me->token.len > 0) ==
	    (self_sign_out(me) != ERR_OK || f->revoked > 0),
	    "a token is revoked");
	must(me->token.len == 0, "and forgotten");
	challenge_clear(&c);
	buf_clear(&password);
}

static void
try_enroll(struct fuzz_service *f, struct self *me)
{
	const struct contact *c = &contacts[input_choose(f->in, 3)];
	struct buf code = BUF_INIT(64);
	struct enrolment x;
	enum err e;

	enrolment_init(&x);
	must(buf_add_text(&code, "123456") == ERR_OK, "there is memory");
	e = self_enroll_begin(me, c, &x);
	if (e == ERR_OK) {
		must(x.token.len > 0, "an enrolment has a token");
		must((x.secret.len >= 16) == (c->factor == FACTOR_OTP),
		    "an authenticator has a secret");
		must(x.secret.len == 0 || (x.uri.len > x.secret.len &&
		    strstr(buf_text(&x.uri), buf_text(&x.secret)) != NULL),
		    "the secret is the one of the QR code");
		(void)!self_enroll_finish(me, &x, &code);
	} else {
		must(x.token.len == 0 && x.uri.len == 0 && x.secret.len == 0 &&
		    x.recovery.len == 0, "an error enrols nothing");
	}
	enrolment_clear(&x);
	buf_clear(&code);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(struct fuzz_service *f,
	    struct self *me) = {try_list, try_get, try_change, try_sign_in,
	    try_enroll};
	struct input in = {data, size};
	unsigned which = input_choose(&in, sizeof(tries) / sizeof(*tries));
	struct fuzz_service f;
	struct self me;

	watch_log();
	fuzz_service_init(&f, &in, &provider_genauth);
	self_init(&me, &f.service);
	must(buf_add_text(&me.token, FUZZ_JWT) == ERR_OK, "there is memory");
	tries[which](&f, &me);
	must(text_is_clean(me.said, strlen(me.said), false),
	    "what the service said is clean");
	self_clear(&me);
	fuzz_service_clear(&f);
	return 0;
}
