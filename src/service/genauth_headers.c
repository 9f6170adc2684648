/*
 * Turns a call into its header lines: both spellings of what GenAuth wants to
 * know, and the credential as token or signature. Sends nothing.
 */
#include "service/genauth_headers.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "build.h"
#include "service/genauth_sign.h"

#define SDK_VERSION PACKAGE_NAME ":" PACKAGE_VERSION

enum { HEADERS_MAX_BYTES = 32 * 1024 };

void
genauth_headers_init(struct genauth_headers *l)
{
	*l = (struct genauth_headers){.text = BUF_INIT(HEADERS_MAX_BYTES)};
}

void
genauth_headers_clear(struct genauth_headers *l)
{
	buf_clear(&l->text);
	genauth_headers_init(l);
}

/* Append "a" "b": "c" "d"; NULL parts read as "". */
static void
add_line(struct genauth_headers *l, const char *prefix, const char *name,
    const char *value, const char *more)
{
	const char *const parts[] = {prefix, name, ": ", value, more};

	if (l->err == ERR_OK && l->count == HTTP_HEADERS_MAX)
		l->err = ERR_MEMORY;
	if (l->err != ERR_OK)
		return;
	l->at[l->count++] = l->text.len;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (l->err == ERR_OK && parts[i] != NULL)
			l->err = buf_add_text(&l->text, parts[i]);
	if (l->err == ERR_OK)
		l->err = buf_add(&l->text, "", 1);
}

/* The lines as an array: the text moves while it grows. */
static void
point_at_lines(struct genauth_headers *l)
{
	for (size_t i = 0; i < l->count; i++)
		l->lines[i] = l->text.ptr + l->at[i];
	l->lines[l->count] = NULL;
}

static const char *
language_tag(const struct service_settings *cfg)
{
	return cfg->language != NULL && strcmp(cfg->language, "zh") == 0
	    ? "zh-CN" : "en-US";
}

/* Which spelling the service reads is not known (section 10 no. 1): both. */
static void
add_both(struct genauth_headers *l, const char *name, const char *value)
{
	add_line(l, "x-genauth-", name, value, NULL);
	add_line(l, "x-authing-", name, value, NULL);
}

static void
add_common_lines(struct genauth_headers *l, const struct service *s)
{
	add_both(l, "app-id", s->settings->app_id);
	if (s->pool_id[0] != '\0')
		add_both(l, "userpool-id", s->pool_id);
	add_both(l, "lang", language_tag(s->settings));
	add_both(l, "request-from", "sdk");
	add_both(l, "sdk-version", SDK_VERSION);
}

/* Authing's own hosts check Authing's spelling, section 2.2; of the rest
 * nothing is known, and GenAuth's SDK uses GenAuth's. */
static bool
is_authing_host(const char *url)
{
	static const char *const domains[] = {".authing.cn", ".authing.com"};
	const char *host = url + strlen("https://");
	size_t len = strcspn(host, ":/"), n;

	for (size_t i = 0; i < sizeof(domains) / sizeof(*domains); i++) {
		n = strlen(domains[i]);
		if (len > n &&
		    strncasecmp(host + len - n, domains[i], n) == 0)
			return true;
	}
	return false;
}

/* RFC 1123, in English whatever the locale. */
static enum err
format_date(time_t now, char *out, size_t size)
{
	static const char days[7][4] = {
	    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm tm;
	int n;

	if (gmtime_r(&now, &tm) == NULL)
		return ERR_SYSTEM;
	n = snprintf(out, size, "%s, %02d %s %d %02d:%02d:%02d GMT",
	    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return n > 0 && (size_t)n < size ? ERR_OK : ERR_SYSTEM;
}

static enum err
make_nonce(char out[33])
{
	unsigned char bytes[16];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return ERR_SYSTEM;
	for (size_t i = 0; i < sizeof(bytes); i++)
		(void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return ERR_OK;
}

static enum err
add_signed_lines(struct genauth_headers *l, const struct service *s,
    const struct genauth_call *c)
{
	const struct service_settings *cfg = s->settings;
	const struct clock *clock = s->deadline->clock;
	bool authing = is_authing_host(cfg->management_url);
	const char *prefix = authing ? "x-authing-" : "x-genauth-";
	const struct genauth_signing signing = {prefix, c->method, c->path,
	    c->params, l->lines, &cfg->access_key_secret};
	struct buf value = BUF_INIT(1024);
	char nonce[33], date[40];
	enum err e;

	if ((e = make_nonce(nonce)) != ERR_OK ||
	    (e = format_date(
		clock->wall_s(clock->ctx), date, sizeof(date))) != ERR_OK)
		return e;
	add_line(l, NULL, "date", date, NULL);
	add_line(l, prefix, "signature-nonce", nonce, NULL);
	add_line(l, prefix, "signature-method", "HMAC-SHA1", NULL);
	add_line(l, prefix, "signature-version", "1.0", NULL);
	add_line(l, prefix, "sdk-version", SDK_VERSION, NULL);
	add_line(l, prefix, "lang", language_tag(cfg), NULL);
	if (l->err != ERR_OK)
		return l->err;
	point_at_lines(l);
	if ((e = buf_add_text(&value, cfg->access_key_id)) == ERR_OK &&
	    (e = buf_add_text(&value, ":")) == ERR_OK &&
	    (e = genauth_sign(&signing, &value)) == ERR_OK)
		add_line(l, NULL, "authorization",
		    authing ? "authing " : "GenAuth ", buf_text(&value));
	buf_clear(&value);
	return e;
}

static bool
is_signed(const struct service *s, const struct genauth_call *c)
{
	return c->auth == GENAUTH_MANAGEMENT &&
	    s->settings->management_auth == MANAGEMENT_SIGNED;
}

bool
genauth_needs_bearer(const struct service *s, const struct genauth_call *c)
{
	return c->auth == GENAUTH_MANAGEMENT && !is_signed(s, c);
}

enum err
genauth_headers_build(struct genauth_headers *l, const struct service *s,
    const struct genauth_call *c)
{
	enum err e = ERR_OK;

	add_line(l, NULL, "accept", "application/json", NULL);
	if (genauth_has_body(c))
		add_line(l, NULL, "content-type", c->oauth
		    ? "application/x-www-form-urlencoded"
		    : "application/json", NULL);
	if (is_signed(s, c)) {
		e = add_signed_lines(l, s, c);
	} else {
		add_common_lines(l, s);
		if (c->auth == GENAUTH_MANAGEMENT)
			add_line(l, NULL, "authorization", "Bearer ",
			    buf_text(&s->bearer));
		else if (c->auth == GENAUTH_PERSON)
			add_line(l, NULL, "authorization", "Bearer ",
			    buf_text(c->mfa_token));
	}
	if (e != ERR_OK || l->err != ERR_OK)
		return e != ERR_OK ? e : l->err;
	point_at_lines(l);
	return ERR_OK;
}
