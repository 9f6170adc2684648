/*
 * `ping`: how far one gets on the way to the service, step by step: address,
 * connection, TLS, certificate, clock, key, right. Changes nothing.
 */
#include "mfa/ping.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/message.h"
#include "mfa/output.h"
#include "service/genauth_call.h"

static const struct output_column columns[] = {
    {"URL", "url"},
    {"Result", "result"},
    {"Problem", "problem"},
    {"Address", "address"},
    {"Connect ms", "connect_ms"},
    {"TLS", "tls"},
    {"Subject", "subject"},
    {"Issuer", "issuer"},
    {"Days left", "days_left"},
    {"Clock skew s", "clock_skew_s"},
    {"Latency ms", "latency_ms"},
    {"Key accepted", "key_accepted"},
    {"May read MFA", "may_read_mfa"},
    {NULL, NULL},
};

enum {
	URL, RESULT, PROBLEM, ADDRESS, CONNECT_MS, TLS, SUBJECT, ISSUER,
	DAYS_LEFT, CLOCK_SKEW_S, LATENCY_MS, KEY_ACCEPTED, MAY_READ_MFA
};

enum { DAY_S = 86400 };

static void
put_word(struct output *o, size_t column, const char *word)
{
	if (word[0] != '\0')
		output_text(o, column, word);
}

static void
show_probe(struct output *o, const struct http_probe *p)
{
	time_t now = time(NULL);
	char address[96] = "";

	if (p->address[0] != '\0')
		(void)snprintf(address, sizeof(address), "%s port %d",
		    p->address, p->port);
	put_word(o, ADDRESS, address);
	if (p->connect_ms >= 0)
		output_number(o, CONNECT_MS, p->connect_ms);
	put_word(o, TLS, p->tls_version);
	put_word(o, SUBJECT, p->subject);
	put_word(o, ISSUER, p->issuer);
	if (p->not_after != 0)
		output_number(o, DAYS_LEFT, (long)((p->not_after - now) / DAY_S));
	if (p->date_s != 0)
		output_number(o, CLOCK_SKEW_S, (long)(now - p->date_s));
	if (p->reply_ms >= 0)
		output_number(o, LATENCY_MS, p->reply_ms);
}

static enum err
ping_url(struct mfa *m, const char *url, struct output *o)
{
	struct http_probe p;
	enum err e;

	mfa_renew_deadline(m);
	e = http_probe(m->http, url, deadline_left_ms(&m->deadline), &p);
	output_row(o);
	output_text(o, URL, url);
	output_text(o, RESULT, e == ERR_OK ? "ok" : err_name(e));
	if (e != ERR_OK)
		put_word(o, PROBLEM, p.problem);
	show_probe(o, &p);
	return e;
}

enum err
ping_key(struct mfa *m, struct ping_key *out)
{
	const struct genauth_call settings = {
	    .method = "GET",
	    .base = m->cfg.service.management_url,
	    .path = "/api/v3/get-global-mfa-settings",
	    .params = (const struct genauth_param[]){{NULL, NULL}},
	    .auth = GENAUTH_MANAGEMENT,
	    .repeatable = true,
	};
	struct genauth_reply reply = {0};
	enum err e;

	*out = (struct ping_key){.accepted = PING_UNKNOWN};
	mfa_renew_deadline(m);
	genauth_token_drop(&m->service);
	if ((e = genauth_token_want(&m->service)) == ERR_OK) {
		out->accepted = PING_YES;
		e = genauth_perform(&m->service, &settings, &reply);
		genauth_reply_clear(&reply);
		if (e == ERR_OK || e == ERR_CREDENTIAL)
			out->may_read_mfa = e == ERR_OK ? PING_YES : PING_NO;
	} else if (e == ERR_CREDENTIAL) {
		out->accepted = PING_NO;
	}
	return e;
}

static enum err
show_key(struct mfa *m, struct output *o)
{
	struct ping_key key;
	enum err e = ping_key(m, &key);

	if (key.accepted != PING_UNKNOWN)
		output_flag(o, KEY_ACCEPTED, key.accepted == PING_YES);
	if (key.may_read_mfa != PING_UNKNOWN)
		output_flag(o, MAY_READ_MFA, key.may_read_mfa == PING_YES);
	return e;
}

enum exit_status
command_ping(struct mfa *m, int argc, char **argv)
{
	const struct service_settings *s = &m->cfg.service;
	struct output *o;
	enum exit_status status;
	enum err first, second = ERR_OK, key = ERR_OK, e;

	(void)argc;
	(void)argv;
	if ((status = mfa_open(m)) != STATUS_DONE)
		return status;
	if ((o = output_new(columns, m->json, true)) == NULL)
		return mfa_fail(m, "ping", ERR_MEMORY);
	first = ping_url(m, s->management_url, o);
	if (strcmp(m->cfg.provider, "genauth") == 0) {
		if (first == ERR_OK)
			key = show_key(m, o);
		second = ping_url(m, s->app_url, o);
	}
	e = output_print(o);
	output_free(&o);
	if (e != ERR_OK)
		status = mfa_fail(m, "ping", e);
	if (first != ERR_OK)
		status = mfa_fail(m, s->management_url, first);
	if (key != ERR_OK)
		status = mfa_fail(m, _("the management key"), key);
	if (second != ERR_OK)
		status = mfa_fail(m, s->app_url, second);
	return status;
}
