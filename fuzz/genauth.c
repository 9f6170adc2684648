/*
 * GenAuth's replies, as a login reads them: no yes without HTTP 2xx, an
 * envelope that says 200 and the person's own id; no error that leaves
 * something behind.
 */
#include <stdlib.h>
#include <string.h>

#include "service.h"
#include "service/genauth_call.h"

/* What no answer is. */
#define UNTOUCHED ((enum answer)77)

static const struct person person = {FUZZ_ID};

static void
try_find(struct fuzz_service *f)
{
	struct person who = {.id = "before"};
	enum err e = f->service.provider->find(&f->service, "alice", &who);

	if (e != ERR_OK) {
		must(strcmp(who.id, "before") == 0, "an error finds nobody");
		return;
	}
	must(genauth_token_is_sane(who.id, sizeof(who.id) - 1),
	    "an id is one word");
	must(fuzz_said(f, "userId", who.id), "the service said who it is");
	must(fuzz_said(f, "status", "Activated"), "the account is active");
}

static void
must_be_challenge(const struct challenge *c)
{
	must(c->token.len > 0 && genauth_token_is_sane(
	    buf_text(&c->token), c->token.len), "a token is one word");
	must((c->bound & ~(FACTOR_BIT(FACTOR_COUNT) - 1)) == 0,
	    "what is bound are factors");
	must(c->bound == 0 || (c->bound & FACTOR_BIT(c->first)) != 0,
	    "the first of the factors is bound");
	must(fuzz_is_ended(c->phone, sizeof(c->phone)) &&
	    fuzz_is_ended(c->email, sizeof(c->email)), "contacts are ended");
	must((c->bound & FACTOR_BIT(FACTOR_SMS)) == 0 || c->phone[0] != '\0',
	    "an SMS has a number to go to");
	must((c->bound & FACTOR_BIT(FACTOR_EMAIL)) == 0 || c->email[0] != '\0',
	    "an e-mail has an address to go to");
}

static void
try_challenge(struct fuzz_service *f)
{
	struct challenge c;
	enum err e;

	challenge_init(&c);
	e = f->service.provider->challenge(&f->service, &person, &c);
	if (e == ERR_OK)
		must_be_challenge(&c);
	else
		must(c.bound == 0 && c.token.len == 0 && c.phone[0] == '\0',
		    "an error leaves no challenge");
	must(fuzz_is_ended(f->service.pool_id, sizeof(f->service.pool_id)),
	    "a pool's id is ended");
	challenge_clear(&c);
}

static void
have_challenge(struct challenge *c)
{
	challenge_init(c);
	c->bound = FACTOR_BIT(FACTOR_COUNT) - 1;
	(void)strcpy(c->phone, "13800008888");
	(void)strcpy(c->email, "alice@example.com");
	must(buf_add_text(&c->token, "mfa-token") == ERR_OK,
	    "there is memory");
}

static void
try_check(struct fuzz_service *f)
{
	enum factor factor = (enum factor)input_choose(f->in, FACTOR_COUNT);
	enum answer answer = UNTOUCHED;
	struct buf code = BUF_INIT(64), recovery = BUF_INIT(256);
	struct buf login_token = BUF_INIT(8192);
	struct challenge c;
	enum err e;

	have_challenge(&c);
	if (input_choose(f->in, 2) != 0)
		f->service.login_token = &login_token;
	must(buf_add_text(&code, "123456") == ERR_OK, "there is memory");
	e = f->service.provider->check(&f->service, &person, &c, factor,
	    &code, &answer, &recovery);
	must((e == ERR_OK) == (answer != UNTOUCHED),
	    "there is an answer, or an error");
	must(recovery.len == 0 || strlen(buf_text(&recovery)) <= 128,
	    "a recovery code is short");
	if (answer == ANSWER_YES) {
		must(fuzz_said(f, "id", FUZZ_ID), "a yes is for the person");
		must(f->service.login_token == NULL || login_token.len > 0,
		    "a token that was wanted is there");
	} else {
		must(answer == ANSWER_NO || e != ERR_OK, "no is no");
	}
	buf_clear(&login_token);
	buf_clear(&recovery);
	buf_clear(&code);
	challenge_clear(&c);
}

static void
try_send(struct fuzz_service *f)
{
	enum factor factor = (enum factor)input_choose(f->in, FACTOR_COUNT);
	struct challenge c;
	enum err e;

	have_challenge(&c);
	e = f->service.provider->send(&f->service, &c, factor);
	must(e != ERR_OK || factor == FACTOR_SMS || factor == FACTOR_EMAIL,
	    "only a code can be sent");
	must(e != ERR_OK || f->count > 0, "sent is what the service said");
	challenge_clear(&c);
}

static void
try_push(struct fuzz_service *f)
{
	struct push p = {.id = "before", .life_s = 77};
	enum err e = f->service.provider->push(&f->service, "alice", &p);

	if (e == ERR_OK) {
		must(fuzz_said(f, "pushCodeId", p.id),
		    "the service named the push");
		must(p.life_s >= 1 && p.life_s <= 3600, "a push ends");
	} else {
		must(p.id[0] == '\0' && p.life_s == 0,
		    "an error leaves no push");
	}
}

/* Does a token of the reply say that it is the person's? */
static bool
names_person(const struct json *tokens, const char *member)
{
	struct json *claims = NULL;
	const char *token = NULL, *id = NULL;
	bool names;

	if (json_get_text(tokens, member, &token) != ERR_OK ||
	    genauth_jwt_payload(token, &claims) != ERR_OK)
		return false;
	names = json_get_text(claims, "sub", &id) == ERR_OK &&
	    strcmp(id, FUZZ_ID) == 0;
	json_free(&claims);
	return names;
}

static bool
approval_names_person(const struct fuzz_service *f)
{
	struct json *root = fuzz_success(f, 0);
	const struct json *data = NULL, *tokens = NULL;
	bool names = json_get_object(root, "data", &data) == ERR_OK &&
	    json_get_object(data, "tokenSet", &tokens) == ERR_OK &&
	    (names_person(tokens, "access_token") ||
		names_person(tokens, "id_token"));

	json_free(&root);
	return names;
}

static void
try_poll(struct fuzz_service *f)
{
	const struct push p = {"push-id", 60};
	enum answer answer = UNTOUCHED;
	enum err e = f->service.provider->poll(
	    &f->service, &person, &p, &answer);

	must((e == ERR_OK) == (answer != UNTOUCHED),
	    "there is an answer, or an error");
	if (answer != ANSWER_YES)
		return;
	must(fuzz_said(f, "status", "AUTHORIZED"), "the phone approved");
	must(approval_names_person(f), "it is the person's phone");
	must(f->revoked > 0, "the token of an approval is revoked");
}

/* Sign in, then answer what is asked with the authenticator. */
static void
try_sign_in(struct fuzz_service *f)
{
	struct buf password = BUF_INIT(64), token = BUF_INIT(8192);
	struct buf code = BUF_INIT(64), recovery = BUF_INIT(256);
	const struct sign_in q = {"username", "alice", &password, "192.0.2.1"};
	struct person who = {.id = "before"};
	enum answer answer = UNTOUCHED;
	struct challenge c;
	enum err e;

	challenge_init(&c);
	must(buf_add_text(&password, "hunter2") == ERR_OK &&
	    buf_add_text(&code, "123456") == ERR_OK, "there is memory");
	e = f->service.provider->sign_in(&f->service, &q, &who, &c, &token);
	if (e == ERR_OK) {
		must_be_challenge(&c);
		must(genauth_token_is_sane(who.id, sizeof(who.id) - 1),
		    "who signed in has an id");
		must(c.signed_in == (token.len > 0), "signed in with a token");
		e = f->service.provider->check(&f->service, &who, &c,
		    FACTOR_OTP, &code, &answer, &recovery);
	} else {
		must(c.bound == 0 && c.token.len == 0 &&
		    strcmp(who.id, "before") == 0,
		    "an error leaves no challenge");
	}
	if (e == ERR_OK && answer == ANSWER_YES)
		must(f->count >= 2 && (c.signed_in ||
		    fuzz_said(f, "id", who.id)),
		    "a yes is for who signed in");
	(void)!f->service.provider->sign_out(&f->service, &token);
	must((token.len > 0) == (f->revoked > 0), "a token is revoked");
	challenge_clear(&c);
	buf_clear(&recovery);
	buf_clear(&code);
	buf_clear(&token);
	buf_clear(&password);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(struct fuzz_service *f) = {try_find,
	    try_challenge, try_check, try_send, try_push, try_poll,
	    try_sign_in};
	struct input in = {data, size};
	unsigned which = input_choose(&in, sizeof(tries) / sizeof(*tries));
	bool token = input_choose(&in, 4) == 3;
	struct fuzz_service f;

	watch_log();
	fuzz_service_init(&f, &in, &provider_genauth);
	if (token) /* to be fetched */
		buf_clear(&f.service.bearer);
	tries[which](&f);
	must(fuzz_is_ended(f.service.request_id,
	    sizeof(f.service.request_id)), "a request's id is ended");
	fuzz_service_clear(&f);
	return 0;
}
