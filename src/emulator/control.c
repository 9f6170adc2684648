/*
 * The side door for tests and demos: reads the outbox and passcodes, answers
 * pushes, sets faults and time. Plain HTTP on loopback, no secrets kept from
 * it; it is no part of the emulated API.
 */
#include "emulator/server.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/crypto.h"

enum { TEXT_MAX = 256 };

/* A call and its answer: JSON, or one line of text. */
struct call {
	struct state *state;
	struct MHD_Connection *connection;
	unsigned http;
	cJSON *json;
	char text[TEXT_MAX];
};

static const char *
param(const struct call *c, const char *name)
{
	return MHD_lookup_connection_value(c->connection,
	    MHD_GET_ARGUMENT_KIND, name);
}

static void
fail(struct call *c, unsigned http, const char *why)
{
	c->http = http;
	snprintf(c->text, sizeof(c->text), "%s\n", why);
}

static void
done(struct call *c)
{
	snprintf(c->text, sizeof(c->text), "ok\n");
}

static cJSON *
letter_json(const struct letter *l)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddNumberToObject(json, "time", (double)l->sent);
	cJSON_AddStringToObject(json, "channel", l->kind);
	cJSON_AddStringToObject(json, "to", l->to);
	cJSON_AddStringToObject(json, "scene", l->scene);
	cJSON_AddStringToObject(json, "code", l->code);
	return json;
}

/* All letters, oldest first; with `to` the code of the last one to it. */
static void
show_outbox(struct call *c)
{
	const char *to = param(c, "to");
	struct state *s = c->state;
	size_t first = s->letter_next > STATE_LETTERS
	    ? s->letter_next - STATE_LETTERS
	    : 0;

	if (to == NULL) {
		c->json = cJSON_CreateArray();
		for (size_t i = first; i < s->letter_next; i++)
			cJSON_AddItemToArray(c->json,
			    letter_json(&s->letters[i % STATE_LETTERS]));
		return;
	}
	for (size_t i = s->letter_next; i > first; i--) {
		const struct letter *l = &s->letters[(i - 1) % STATE_LETTERS];

		if (strcmp(l->to, to) == 0) {
			snprintf(c->text, sizeof(c->text), "%s\n", l->code);
			return;
		}
	}
	fail(c, MHD_HTTP_NOT_FOUND, "no letter to that target");
}

static struct user *
named(struct call *c)
{
	const char *name = param(c, "user");
	struct user *u = state_user(c->state, name, "username");

	if (u == NULL)
		u = state_user(c->state, name, "user_id");
	if (u == NULL)
		fail(c, MHD_HTTP_NOT_FOUND, "no such user");
	return u;
}

static void
show_totp(struct call *c)
{
	const char *offset = param(c, "offset");
	const char *secret = param(c, "secret");
	struct user *u = NULL;
	char code[7];
	uint64_t step = (uint64_t)state_now(c->state) / 30;

	if (secret == NULL) {
		if ((u = named(c)) == NULL)
			return;
		secret = state_bound(u, FACTOR_OTP) ? u->otp_secret : "";
	}
	if (offset != NULL)
		step += (uint64_t)strtoll(offset, NULL, 10);
	if (!crypto_totp(secret, step, code))
		fail(c, MHD_HTTP_NOT_FOUND, "no authenticator bound");
	else
		snprintf(c->text, sizeof(c->text), "%s\n", code);
}

static void
show_pushes(struct call *c)
{
	struct state *s = c->state;
	cJSON *item;

	c->json = cJSON_CreateArray();
	for (size_t i = 0; i < STATE_PUSHES && i < s->push_next; i++) {
		const struct push *p = &s->pushes[i];
		const struct user *u = state_user(s, p->user_id, "user_id");

		if (strcmp(state_push_status(s, p), "PUSHED") != 0)
			continue;
		item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "id", p->id);
		cJSON_AddStringToObject(item, "user",
		    u == NULL ? "" : u->username);
		cJSON_AddItemToArray(c->json, item);
	}
}

static void
answer_push(struct call *c)
{
	const char *action = param(c, "action");
	struct push *p = state_push(c->state, param(c, "id"));

	if (p == NULL || strcmp(state_push_status(c->state, p), "PUSHED") != 0)
		fail(c, MHD_HTTP_NOT_FOUND, "no such push outstanding");
	else if (action != NULL && strcmp(action, "CONFIRM") == 0)
		p->status = "AUTHORIZED", done(c);
	else if (action != NULL && strcmp(action, "CANCEL") == 0)
		p->status = "CANCELLED", done(c);
	else if (action != NULL && strcmp(action, "FAIL") == 0)
		p->status = "ERROR", done(c);
	else
		fail(c, MHD_HTTP_BAD_REQUEST,
		    "action is CONFIRM, CANCEL or FAIL");
}

static void
show_faults(struct call *c)
{
	c->json = fault_report(c->state->faults);
}

static void
set_fault(struct call *c)
{
	const char *name = param(c, "name");

	if (name == NULL ||
	    !fault_set_parts(c->state->faults, name, param(c, "value"),
		param(c, "path"), param(c, "count")))
		fail(c, MHD_HTTP_BAD_REQUEST, "unknown fault or bad value");
	else
		done(c);
}

static void
clear_fault(struct call *c)
{
	if (fault_clear(c->state->faults, param(c, "name")))
		done(c);
	else
		fail(c, MHD_HTTP_BAD_REQUEST, "unknown fault");
}

static void
show_requests(struct call *c)
{
	struct state *s = c->state;
	size_t first = s->seen_next > STATE_SEEN ? s->seen_next - STATE_SEEN
						 : 0;
	cJSON *item;

	c->json = cJSON_CreateArray();
	for (size_t i = first; i < s->seen_next; i++) {
		const struct seen *seen = &s->seen[i % STATE_SEEN];

		item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "method", seen->method);
		cJSON_AddStringToObject(item, "path", seen->path);
		cJSON_AddNumberToObject(item, "status", seen->status);
		cJSON_AddNumberToObject(item, "connection",
		    (double)seen->connection);
		cJSON_AddItemToArray(c->json, item);
	}
}

static void
forget_requests(struct call *c)
{
	c->state->seen_next = 0;
	done(c);
}

static void
advance(struct call *c)
{
	const char *seconds = param(c, "seconds");
	const long year = 365L * 24 * 3600;
	char *end;
	long n = seconds == NULL ? 0 : strtol(seconds, &end, 10);

	if (seconds == NULL || end == seconds || *end != '\0' || n < -year ||
	    n > year) {
		fail(c, MHD_HTTP_BAD_REQUEST, "seconds=N");
		return;
	}
	c->state->advance += n;
	done(c);
}

static void
show_user(struct call *c)
{
	struct user *u = named(c);

	if (u == NULL)
		return;
	c->json = cJSON_CreateObject();
	cJSON_AddStringToObject(c->json, "userId", u->id);
	cJSON_AddStringToObject(c->json, "username", u->username);
	cJSON_AddStringToObject(c->json, "status", u->status);
	cJSON_AddStringToObject(c->json, "email", u->email);
	cJSON_AddStringToObject(c->json, "phone", u->phone);
	cJSON_AddStringToObject(c->json, "otpSecret", u->otp_secret);
	cJSON_AddStringToObject(c->json, "recoveryCode", u->recovery);
	cJSON_AddStringToObject(c->json, "lastIp", u->last_ip);
	cJSON_AddBoolToObject(c->json, "face", u->face);
	cJSON_AddBoolToObject(c->json, "flashbackMfa", u->flashback_mfa);
}

/* For whom DELETE mfa-bound was asked: how often, and how often it removed
 * something. */
static void
show_unbinds(struct call *c)
{
	const struct state *s = c->state;
	cJSON *item;

	c->json = cJSON_CreateArray();
	for (size_t i = 0; i < s->user_count; i++) {
		const struct user *u = &s->users[i];

		if (u->unbinds == 0)
			continue;
		item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "userId", u->id);
		cJSON_AddStringToObject(item, "username", u->username);
		cJSON_AddNumberToObject(item, "requests", u->unbinds);
		cJSON_AddNumberToObject(item, "removed", u->unbound);
		cJSON_AddItemToArray(c->json, item);
	}
}

static void
forget_unbinds(struct call *c)
{
	for (size_t i = 0; i < c->state->user_count; i++)
		c->state->users[i].unbinds = c->state->users[i].unbound = 0;
	done(c);
}

/* Each given parameter is set; totp_used=0 lets a used code pass again. */
static void
set_user(struct call *c)
{
	struct user *u = named(c);
	struct {
		const char *name;
		char *field;
		size_t size;
	} fields[] = {{"status", NULL, sizeof(u->status)},
	    {"email", NULL, sizeof(u->email)},
	    {"phone", NULL, sizeof(u->phone)},
	    {"otp_secret", NULL, sizeof(u->otp_secret)},
	    {"recovery_code", NULL, sizeof(u->recovery)}};
	const char *value;

	if (u == NULL)
		return;
	fields[0].field = u->status;
	fields[1].field = u->email;
	fields[2].field = u->phone;
	fields[3].field = u->otp_secret;
	fields[4].field = u->recovery;
	for (size_t i = 0; i < 5; i++)
		if ((value = param(c, fields[i].name)) != NULL)
			snprintf(fields[i].field, fields[i].size, "%s", value);
	if ((value = param(c, "totp_used")) != NULL)
		u->totp_used = strtoull(value, NULL, 10);
	if ((value = param(c, "face")) != NULL)
		u->face = strcmp(value, "yes") == 0;
	done(c);
}

static void
set_switch(struct call *c)
{
	const char *name = param(c, "name"), *value = param(c, "value");

	if (name == NULL || value == NULL ||
	    !switch_set(c->state->switches, name, value))
		fail(c, MHD_HTTP_BAD_REQUEST, "unknown switch or bad value");
	else
		done(c);
}

static const struct {
	const char *method, *path;
	void (*run)(struct call *c);
} calls[] = {
    {"GET", "/outbox", show_outbox},
    {"GET", "/totp", show_totp},
    {"GET", "/push", show_pushes},
    {"POST", "/push", answer_push},
    {"GET", "/fault", show_faults},
    {"POST", "/fault", set_fault},
    {"DELETE", "/fault", clear_fault},
    {"GET", "/requests", show_requests},
    {"DELETE", "/requests", forget_requests},
    {"POST", "/advance", advance},
    {"GET", "/user", show_user},
    {"POST", "/user", set_user},
    {"GET", "/unbinds", show_unbinds},
    {"DELETE", "/unbinds", forget_unbinds},
    {"POST", "/switch", set_switch},
};

static enum MHD_Result
reply(struct call *c)
{
	struct MHD_Response *response;
	enum MHD_Result result;
	char *text;

	text = c->json != NULL ? cJSON_Print(c->json) : strdup(c->text);
	cJSON_Delete(c->json);
	if (text == NULL)
		return MHD_NO;
	response = MHD_create_response_from_buffer(strlen(text), text,
	    MHD_RESPMEM_MUST_FREE);
	if (response == NULL)
		return MHD_NO;
	result = MHD_queue_response(c->connection, c->http, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
handle(void *ctx, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *bytes, size_t *len,
    void **seen)
{
	struct call c = {.state = ctx, .connection = connection, .http = 200};
	size_t i, count = sizeof(calls) / sizeof(calls[0]);

	(void)version, (void)bytes;
	if (*seen == NULL || *len > 0) { /* any body is ignored */
		*seen = ctx;
		*len = 0;
		return MHD_YES;
	}
	for (i = 0; i < count; i++)
		if (strcmp(calls[i].method, method) == 0 &&
		    strcmp(calls[i].path, url) == 0)
			break;
	pthread_mutex_lock(&c.state->lock);
	if (i < count)
		calls[i].run(&c);
	else
		fail(&c, MHD_HTTP_NOT_FOUND, "no such call");
	pthread_mutex_unlock(&c.state->lock);
	return reply(&c);
}

struct MHD_Daemon *
control_start(struct state *state, const struct address *a)
{
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL;
	struct MHD_Daemon *daemon;

	if (a->u.any.sa_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	daemon = MHD_start_daemon(flags, 0, NULL, NULL, handle, state,
	    MHD_OPTION_SOCK_ADDR, &a->u.any, MHD_OPTION_CONNECTION_LIMIT, 32u,
	    MHD_OPTION_CONNECTION_TIMEOUT, 30u, MHD_OPTION_END);
	if (daemon == NULL)
		perror("genauth-emulator: cannot listen for control");
	return daemon;
}

void
control_stop(struct MHD_Daemon *daemon)
{
	MHD_stop_daemon(daemon);
}
