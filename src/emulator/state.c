/*
 * Keeps users, codes, pushes, tokens' histories and what was seen, and
 * applies the limits of time to them. Knows nothing of HTTP. The caller
 * holds the lock.
 */
#include "emulator/state.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "emulator/crypto.h"

enum { TOTP_STEP = 30 };

time_t
state_now(const struct state *s)
{
	return time(NULL) + s->advance;
}

static const char *
field(const struct user *u, const char *type)
{
	if (strcmp(type, "user_id") == 0)
		return u->id;
	if (strcmp(type, "username") == 0)
		return u->username;
	if (strcmp(type, "email") == 0)
		return u->email;
	if (strcmp(type, "phone") == 0)
		return u->phone;
	if (strcmp(type, "external_id") == 0)
		return u->external_id;
	return "";
}

struct user *
state_user(struct state *s, const char *id, const char *type)
{
	if (id == NULL || *id == '\0')
		return NULL;
	for (size_t i = 0; i < s->user_count; i++)
		if (strcmp(field(&s->users[i], type), id) == 0)
			return &s->users[i];
	return NULL;
}

struct user *
state_account(struct state *s, const char *account)
{
	struct user *u = state_user(s, account, "username");

	if (u == NULL)
		u = state_user(s, account, "phone");
	return u != NULL ? u : state_user(s, account, "email");
}

bool
state_bound(const struct user *u, enum factor f)
{
	switch (f) {
	case FACTOR_OTP:
		return *u->otp_secret != '\0';
	case FACTOR_SMS:
		return *u->phone != '\0' && !u->sms_off;
	case FACTOR_EMAIL:
		return *u->email != '\0' && !u->email_off;
	case FACTOR_FACE:
		return u->face;
	}
	return false;
}

void
state_unbind(struct user *u, enum factor f)
{
	if (f == FACTOR_OTP) {
		u->otp_secret[0] = u->recovery[0] = '\0';
		u->totp_used = 0;
	} else if (f == FACTOR_SMS) {
		u->sms_off = true;
	} else if (f == FACTOR_FACE) {
		u->face = false;
	} else {
		u->email_off = true;
	}
}

static struct code *
find_code(struct state *s, const char *target, const char *channel)
{
	for (size_t i = 0; i < STATE_CODES; i++)
		if (strcmp(s->codes[i].target, target) == 0 &&
		    strcmp(s->codes[i].channel, channel) == 0)
			return &s->codes[i];
	return NULL;
}

/* One JSON line, in one write, so that a reader never sees half of it. */
static void
write_letter(const struct state *s, const struct letter *l)
{
	cJSON *json = cJSON_CreateObject();
	char *text;
	size_t len;

	cJSON_AddNumberToObject(json, "time", (double)l->sent);
	cJSON_AddStringToObject(json, "channel", l->kind);
	cJSON_AddStringToObject(json, "to", l->to);
	cJSON_AddStringToObject(json, "scene", l->scene);
	cJSON_AddStringToObject(json, "code", l->code);
	if ((text = cJSON_PrintUnformatted(json)) != NULL) {
		len = strlen(text);
		text[len] = '\n';
		if (write(s->outbox, text, len + 1) < 0)
			perror("genauth-emulator: outbox");
		cJSON_free(text);
	}
	cJSON_Delete(json);
}

bool
state_send(struct state *s, const char *kind, const char *target,
    const char *channel)
{
	struct code *c = find_code(s, target, channel);
	struct letter *l;
	time_t now = state_now(s);

	if (c != NULL && now < c->sent + s->switches[SWITCH_SEND_INTERVAL])
		return false;
	if (c == NULL)
		c = &s->codes[s->code_next++ % STATE_CODES];
	snprintf(c->target, sizeof(c->target), "%s", target);
	snprintf(c->channel, sizeof(c->channel), "%s", channel);
	crypto_random_digits(c->code, (size_t)s->switches[SWITCH_CODE_LENGTH]);
	c->sent = now;
	l = &s->letters[s->letter_next++ % STATE_LETTERS];
	l->kind = kind;
	snprintf(l->to, sizeof(l->to), "%s", target);
	snprintf(l->scene, sizeof(l->scene), "%s", channel);
	memcpy(l->code, c->code, sizeof(l->code));
	l->sent = now;
	write_letter(s, l);
	return true;
}

bool
state_code_right(struct state *s, const char *target, const char *channel,
    const char *code, bool spend)
{
	struct code *c = find_code(s, target, channel);

	if (c == NULL || *c->code == '\0' || !crypto_same(c->code, code) ||
	    state_now(s) >= c->sent + s->switches[SWITCH_CODE_LIFETIME])
		return false;
	if (spend)
		c->code[0] = '\0';
	return true;
}

bool
state_totp_of(struct state *s, const char *secret, const char *code,
    uint64_t *step)
{
	uint64_t now = (uint64_t)state_now(s) / TOTP_STEP;
	uint64_t window = (uint64_t)s->switches[SWITCH_TOTP_WINDOW];
	char want[7];

	for (uint64_t i = now - window; i <= now + window; i++) {
		if (crypto_totp(secret, i, want) && crypto_same(want, code)) {
			*step = i;
			return true;
		}
	}
	return false;
}

bool
state_totp_right(struct state *s, struct user *u, const char *code)
{
	uint64_t step;

	if (!state_bound(u, FACTOR_OTP) ||
	    !state_totp_of(s, u->otp_secret, code, &step))
		return false;
	if (s->switches[SWITCH_TOTP_REPLAY] == 0 && step <= u->totp_used)
		return false;
	u->totp_used = step;
	return true;
}

bool
state_nonce(struct state *s, const char *nonce)
{
	time_t now = state_now(s);
	struct nonce *n;

	for (size_t i = 0; i < STATE_NONCES; i++) {
		n = &s->nonces[i];
		if (n->at + 2 * s->switches[SWITCH_SKEW] >= now &&
		    strcmp(n->text, nonce) == 0)
			return false;
	}
	n = &s->nonces[s->nonce_next++ % STATE_NONCES];
	snprintf(n->text, sizeof(n->text), "%s", nonce);
	n->at = now;
	return true;
}

struct spent *
state_spent(struct state *s, const char *token, bool make)
{
	const char *tail = strrchr(token, '.');
	struct spent *p;

	if (tail == NULL || strlen(tail) >= sizeof(p->tail))
		return NULL;
	for (size_t i = 0; i < STATE_SPENT; i++)
		if (strcmp(s->spent[i].tail, tail) == 0)
			return &s->spent[i];
	if (!make)
		return NULL;
	p = &s->spent[s->spent_next++ % STATE_SPENT];
	*p = (struct spent){.wrong = 0};
	strcpy(p->tail, tail);
	return p;
}

void
state_seen(struct state *s, const struct seen *seen)
{
	s->seen[s->seen_next++ % STATE_SEEN] = *seen;
}

struct push *
state_push_new(struct state *s, const struct user *u)
{
	struct push *p = &s->pushes[s->push_next++ % STATE_PUSHES];

	crypto_random_hex(p->id, 32);
	memcpy(p->user_id, u->id, sizeof(p->user_id));
	p->status = "PUSHED";
	p->until = state_now(s) + s->switches[SWITCH_PUSH_LIFETIME];
	return p;
}

const char *
state_push_status(const struct state *s, const struct push *p)
{
	if (strcmp(p->status, "PUSHED") == 0 && state_now(s) >= p->until)
		return "EXPIRED";
	return p->status;
}

struct push *
state_push(struct state *s, const char *id)
{
	struct push *p;

	for (size_t i = 1; i <= STATE_PUSHES && i <= s->push_next; i++) {
		p = &s->pushes[(s->push_next - i) % STATE_PUSHES];
		if (id == NULL
			? strcmp(state_push_status(s, p), "PUSHED") == 0
			: strcmp(p->id, id) == 0)
			return p;
	}
	return NULL;
}
