/*
 * Turns the text of one option into its field, or says what is wrong with
 * it. Never shows the text: it may be a secret in the wrong place.
 */
#include "base/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static enum err
refuse(char *why, size_t why_size, const char *reason)
{
	(void)snprintf(why, why_size, "%s", reason);
	return ERR_CONFIG;
}

static void *
field_of(const struct option *o, void *base)
{
	return (char *)base + o->offset;
}

/* Own a copy of the first `len` bytes in place of what was there. */
static enum err
keep(const struct option *o, void *base, const char *value, size_t len)
{
	char **field = field_of(o, base), *copy = strndup(value, len);

	if (copy == NULL)
		return ERR_MEMORY;
	free(*field);
	*field = copy;
	return ERR_OK;
}

enum err
option_text(const struct option *o, void *base, const char *value, char *why,
    size_t why_size)
{
	size_t len = strlen(value);

	if (len == 0 || !text_is_clean(value, len, false))
		return refuse(why, why_size, "empty, or not plain text");
	return keep(o, base, value, len);
}

enum err
option_path(const struct option *o, void *base, const char *value, char *why,
    size_t why_size)
{
	size_t len = strlen(value);

	if (value[0] != '/' || !text_is_clean(value, len, false))
		return refuse(why, why_size, "wants a path from / on");
	return keep(o, base, value, len);
}

/* The index of the word, or -1 with the words there are in `why`. */
static int
find_word(const struct option *o, const char *value, char *why,
    size_t why_size)
{
	const char *const *words = o->arg;
	size_t len = (size_t)snprintf(why, why_size, "wants one of:");

	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], value) == 0)
			return i;
		if (len < why_size)
			len += (size_t)snprintf(why + len, why_size - len,
			    " %s", words[i]);
	}
	return -1;
}

enum err
option_word(const struct option *o, void *base, const char *value, char *why,
    size_t why_size)
{
	int *field = field_of(o, base), i = find_word(o, value, why, why_size);

	if (i < 0)
		return ERR_CONFIG;
	*field = i;
	return ERR_OK;
}

enum err
option_choice(const struct option *o, void *base, const char *value,
    char *why, size_t why_size)
{
	if (find_word(o, value, why, why_size) < 0)
		return ERR_CONFIG;
	return keep(o, base, value, strlen(value));
}

enum err
option_flag(const struct option *o, void *base, const char *value, char *why,
    size_t why_size)
{
	bool *field = field_of(o, base), yes = strcmp(value, "yes") == 0;

	if (!yes && strcmp(value, "no") != 0)
		return refuse(why, why_size, "wants yes or no");
	*field = yes;
	return ERR_OK;
}

/* Decimal digits and nothing else; 9 of them always fit. */
static bool
read_number(const char *text, size_t len, int *out)
{
	int n = 0;

	if (len == 0 || len > 9)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		n = n * 10 + (text[i] - '0');
	}
	*out = n;
	return true;
}

static enum err
set_number(const struct option *o, void *base, const char *value, char *why,
    size_t why_size)
{
	const struct option_range *range = o->arg;
	int *field = field_of(o, base), n;

	if (!read_number(value, strlen(value), &n) || n < range->min ||
	    n > range->max) {
		(void)snprintf(why, why_size, "wants a number from %d to %d",
		    range->min, range->max);
		return ERR_CONFIG;
	}
	*field = n;
	return ERR_OK;
}

enum err
option_number(const struct option *o, void *base, const char *value,
    char *why, size_t why_size)
{
	return set_number(o, base, value, why, why_size);
}

enum err
option_seconds(const struct option *o, void *base, const char *value,
    char *why, size_t why_size)
{
	int *field = field_of(o, base);
	enum err e = set_number(o, base, value, why, why_size);

	if (e == ERR_OK)
		*field *= 1000;
	return e;
}

/* "10/900" within both ranges. */
static bool
read_rate(const char *value, const struct option_rate_range *range,
    struct option_rate *out)
{
	size_t count_len = strcspn(value, "/");
	const char *seconds = value + count_len + 1;

	return value[count_len] == '/' &&
	    read_number(value, count_len, &out->count) &&
	    read_number(seconds, strlen(seconds), &out->seconds) &&
	    out->count >= range->count.min && out->count <= range->count.max &&
	    out->seconds >= range->seconds.min &&
	    out->seconds <= range->seconds.max;
}

enum err
option_rate(const struct option *o, void *base, const char *value, char *why,
    size_t why_size)
{
	const struct option_rate_range *range = o->arg;
	struct option_rate *field = field_of(o, base), rate = {0, 0};

	if (strcmp(value, "off") != 0 && !read_rate(value, range, &rate)) {
		(void)snprintf(why, why_size, "wants off, or COUNT/SECONDS: a "
		    "count from %d to %d, seconds from %d to %d",
		    range->count.min, range->count.max, range->seconds.min,
		    range->seconds.max);
		return ERR_CONFIG;
	}
	*field = rate;
	return ERR_OK;
}

/* "host", "host:8443", "[::1]:8443"; `port` becomes 0 where there is none. */
static bool
is_authority(const char *text, size_t len, int *port)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
	static const char address[] = "0123456789abcdefABCDEF:.";
	bool bracket = len > 0 && text[0] == '[';
	size_t host = bracket ? 1 : 0;

	host += strspn(text + host, bracket ? address : name);
	if (host <= (bracket ? 1 : 0) || host > len)
		return false;
	if (bracket && text[host++] != ']')
		return false;
	*port = 0;
	if (host == len)
		return true;
	return text[host] == ':' &&
	    read_number(text + host + 1, len - host - 1, port) && *port >= 1 &&
	    *port <= 65535;
}

enum err
option_https_url(const struct option *o, void *base, const char *value,
    char *why, size_t why_size)
{
	static const char path[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%/";
	size_t len = strlen(value), host_len;
	const char *host;
	int port;

	if (strncmp(value, "https://", strlen("https://")) != 0)
		return refuse(why, why_size, "must begin with https://");
	host = value + strlen("https://");
	host_len = strcspn(host, "/?#");
	if (!is_authority(host, host_len, &port))
		return refuse(why, why_size,
		    "wants https://HOST or https://HOST:PORT, no user name");
	if (host[host_len + strspn(host + host_len, path)] != '\0')
		return refuse(why, why_size, "must end before any ? and #");
	while (value[len - 1] == '/')
		len--;
	return keep(o, base, value, len);
}

enum err
option_proxy_url(const struct option *o, void *base, const char *value,
    char *why, size_t why_size)
{
	static const char scheme[] = "http://";
	const char *host = value + strlen(scheme);
	int port = 0;

	if (strncmp(value, scheme, strlen(scheme)) != 0)
		return refuse(why, why_size, "must begin with http://");
	if (!is_authority(host, strlen(host), &port) || port == 0)
		return refuse(why, why_size,
		    "wants http://HOST:PORT, no user name and no path");
	return keep(o, base, value, strlen(value));
}
