/*
 * Turns a request into its HMAC-SHA1 signature as the node SDKs make it
 * (api/genauth.md section 2.2). Does not send, and makes up no header.
 */
#include "service/genauth_sign.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "net/http.h"

enum { TO_SIGN_MAX_BYTES = 16 * 1024 };

static int
compare_params(const void *a, const void *b)
{
	const struct genauth_param *p = a, *q = b;

	return strcmp(p->name, q->name);
}

/* By name alone: "x-a" comes before "x-a-b", though ':' sorts behind '-'. */
static int
compare_headers(const void *a, const void *b)
{
	const char *const *p = a, *const *q = b;
	size_t p_len = strcspn(*p, ":"), q_len = strcspn(*q, ":");
	int c = memcmp(*p, *q, p_len < q_len ? p_len : q_len);

	if (c != 0 || p_len == q_len)
		return c;
	return p_len < q_len ? -1 : 1;
}

static bool
is_signed(const char *header, const char *prefix)
{
	return strncmp(header, "date:", 5) == 0 ||
	    strncmp(header, prefix, strlen(prefix)) == 0;
}

/* "name: value" as "name:value\n", trimmed, white space made spaces. */
static enum err
add_header(const char *line, struct buf *out)
{
	size_t name = strcspn(line, ":");
	const char *value = line + name + (line[name] == ':');
	size_t len;
	enum err e = buf_add(out, line, name);

	value += strspn(value, " \t\n\r\f");
	len = strlen(value);
	while (len > 0 && strchr(" \t\n\r\f", value[len - 1]) != NULL)
		len--;
	if (e == ERR_OK)
		e = buf_add_text(out, ":");
	for (size_t i = 0; e == ERR_OK && i < len; i++)
		e = buf_add(out,
		    strchr("\t\n\r\f", value[i]) != NULL ? " " : value + i, 1);
	return e == ERR_OK ? buf_add_text(out, "\n") : e;
}

static enum err
add_headers(const struct genauth_signing *q, struct buf *out)
{
	const char *lines[HTTP_HEADERS_MAX] = {NULL};
	size_t count = 0;
	enum err e = ERR_OK;

	for (const char *const *h = q->headers; *h != NULL; h++) {
		if (!is_signed(*h, q->prefix))
			continue;
		if (count == HTTP_HEADERS_MAX)
			return ERR_MEMORY;
		lines[count++] = *h;
	}
	qsort(lines, count, sizeof(*lines), compare_headers);
	for (size_t i = 0; e == ERR_OK && i < count; i++)
		e = add_header(lines[i], out);
	return e;
}

/* "path?k1=v1&k2=v2", sorted, not percent-encoded. */
static enum err
add_resource(const struct genauth_signing *q, struct buf *out)
{
	struct genauth_param sorted[GENAUTH_PARAMS_MAX] = {{NULL, NULL}};
	size_t count = 0;
	enum err e = buf_add_text(out, q->path);

	for (const struct genauth_param *p = q->params;
	    p != NULL && p->name != NULL; p++) {
		if (p->value == NULL)
			continue;
		if (count == GENAUTH_PARAMS_MAX)
			return ERR_MEMORY;
		sorted[count++] = *p;
	}
	qsort(sorted, count, sizeof(*sorted), compare_params);
	for (size_t i = 0; e == ERR_OK && i < count; i++)
		if ((e = buf_add_text(out, i == 0 ? "?" : "&")) == ERR_OK &&
		    (e = buf_add_text(out, sorted[i].name)) == ERR_OK &&
		    (e = buf_add_text(out, "=")) == ERR_OK)
			e = buf_add_text(out, sorted[i].value);
	return e;
}

enum err
genauth_sign(const struct genauth_signing *q, struct buf *out)
{
	struct buf text = BUF_INIT(TO_SIGN_MAX_BYTES);
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned char base64[EVP_MAX_MD_SIZE * 4 / 3 + 4];
	unsigned mac_len = 0;
	int len;
	enum err e;

	if (q->secret->len > INT_MAX)
		return ERR_SYSTEM;
	if ((e = buf_add_text(&text, q->method)) != ERR_OK ||
	    (e = buf_add_text(&text, "\n")) != ERR_OK ||
	    (e = add_headers(q, &text)) != ERR_OK ||
	    (e = add_resource(q, &text)) != ERR_OK)
		goto out;
	if (HMAC(EVP_sha1(), buf_text(q->secret), (int)q->secret->len,
	    (const unsigned char *)buf_text(&text), text.len, mac,
	    &mac_len) == NULL) {
		e = ERR_SYSTEM;
		goto out;
	}
	len = EVP_EncodeBlock(base64, mac, (int)mac_len);
	e = buf_add(out, base64, (size_t)len);
out:
	buf_clear(&text);
	return e;
}
