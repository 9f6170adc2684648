/*
 * Turns claims into signed tokens, secrets into passcodes, and randomness
 * into identifiers. Does not know what any of them is for.
 */
#include "emulator/crypto.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <liboath/oath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHA1_SIZE = 20, SHA256_SIZE = 32 };

void
crypto_random_bytes(void *out, size_t count)
{
	if (gnutls_rnd(GNUTLS_RND_NONCE, out, count) < 0)
		abort();
}

void
crypto_random_hex(char *out, size_t count)
{
	static const char digits[] = "0123456789abcdef";

	crypto_random_bytes(out, count);
	for (size_t i = 0; i < count; i++)
		out[i] = digits[(unsigned char)out[i] & 15];
	out[count] = '\0';
}

void
crypto_random_digits(char *out, size_t count)
{
	uint32_t number;

	for (size_t i = 0; i < count; i++) {
		crypto_random_bytes(&number, sizeof(number));
		out[i] = (char)('0' + number % 10);
	}
	out[count] = '\0';
}

void
crypto_uuid(char out[37])
{
	char h[33];

	crypto_random_hex(h, 32);
	snprintf(out, 37, "%.8s-%.4s-4%.3s-8%.3s-%.12s", h, h + 8, h + 12,
	    h + 15, h + 18);
}

void
crypto_recovery_code(char out[30])
{
	char h[25];

	crypto_random_hex(h, 24);
	snprintf(out, 30, "%.4s-%.4s-%.4s-%.4s-%.4s-%.4s", h, h + 4, h + 8,
	    h + 12, h + 16, h + 20);
}

void
crypto_totp_secret(char out[33])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

	crypto_random_bytes(out, 32);
	for (size_t i = 0; i < 32; i++)
		out[i] = alphabet[(unsigned char)out[i] & 31];
	out[32] = '\0';
}

bool
crypto_totp(const char *secret, uint64_t step, char out[7])
{
	char *key = NULL;
	size_t key_len = 0;
	int ret;

	if (oath_base32_decode(secret, strlen(secret), &key, &key_len) !=
	    OATH_OK)
		return false;
	ret = oath_hotp_generate(key, key_len, step, 6, false,
	    OATH_HOTP_DYNAMIC_TRUNCATION, out);
	free(key);
	return ret == OATH_OK;
}

bool
crypto_same(const char *a, const char *b)
{
	size_t len = strlen(a);

	return len == strlen(b) && gnutls_memcmp(a, b, len) == 0;
}

static char *
base64(const void *bytes, size_t len)
{
	gnutls_datum_t in = {NULL, (unsigned)len}, out;
	char *text;
	void *copy = malloc(len + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, bytes, len);
	in.data = copy;
	if (gnutls_base64_encode2(&in, &out) < 0) {
		free(copy);
		return NULL;
	}
	free(copy);
	if ((text = malloc(out.size + 1)) != NULL) {
		memcpy(text, out.data, out.size);
		text[out.size] = '\0';
	}
	gnutls_free(out.data);
	return text;
}

char *
crypto_base64_decode(const char *text)
{
	gnutls_datum_t in = {NULL, (unsigned)strlen(text)}, out;
	char *copy = strdup(text), *plain = NULL;

	if (copy == NULL)
		return NULL;
	in.data = (unsigned char *)copy;
	if (gnutls_base64_decode2(&in, &out) == 0) {
		if ((plain = malloc(out.size + 1)) != NULL) {
			memcpy(plain, out.data, out.size);
			plain[out.size] = '\0';
		}
		gnutls_free(out.data);
	}
	free(copy);
	return plain;
}

char *
crypto_hmac_sha1(const char *key, const char *text)
{
	unsigned char mac[SHA1_SIZE];

	if (gnutls_hmac_fast(GNUTLS_MAC_SHA1, key, strlen(key), text,
		strlen(text), mac) < 0)
		return NULL;
	return base64(mac, sizeof(mac));
}

static char *
base64url(const void *bytes, size_t len)
{
	char *text = base64(bytes, len);

	if (text == NULL)
		return NULL;
	for (char *p = text; *p != '\0'; p++) {
		if (*p == '+')
			*p = '-';
		else if (*p == '/')
			*p = '_';
	}
	text[strcspn(text, "=")] = '\0';
	return text;
}

static char *
base64url_decode(const char *text, size_t len)
{
	char *padded = calloc(1, len + 4), *plain;

	if (padded == NULL)
		return NULL;
	for (size_t i = 0; i < len; i++)
		padded[i] = text[i] == '-' ? '+'
		    : text[i] == '_'       ? '/'
					   : text[i];
	while (len % 4 != 0)
		padded[len++] = '=';
	plain = crypto_base64_decode(padded);
	free(padded);
	return plain;
}

static char *
signature(const char *text, size_t len, const void *key, size_t key_len)
{
	unsigned char mac[SHA256_SIZE];

	if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, key_len, text, len, mac) <
	    0)
		return NULL;
	return base64url(mac, sizeof(mac));
}

char *
crypto_jwt_make(const cJSON *claims, const void *key, size_t key_len)
{
	static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
	char *json, *head = NULL, *body = NULL, *sig = NULL, *token = NULL;
	size_t size;
	int len;

	if ((json = cJSON_PrintUnformatted(claims)) == NULL)
		return NULL;
	head = base64url(header, strlen(header));
	body = base64url(json, strlen(json));
	if (head == NULL || body == NULL)
		goto out;
	size = strlen(head) + strlen(body) + 64;
	if ((token = malloc(size)) == NULL)
		goto out;
	len = snprintf(token, size, "%s.%s", head, body);
	if ((sig = signature(token, (size_t)len, key, key_len)) == NULL) {
		free(token);
		token = NULL;
		goto out;
	}
	snprintf(token + len, size - (size_t)len, ".%s", sig);
out:
	free(json);
	free(head);
	free(body);
	free(sig);
	return token;
}

cJSON *
crypto_jwt_open(const char *token, const void *key, size_t key_len)
{
	const char *body = strchr(token, '.'), *sig = strrchr(token, '.');
	char *want, *plain;
	cJSON *claims = NULL;

	if (body == NULL || sig == body)
		return NULL;
	want = signature(token, (size_t)(sig - token), key, key_len);
	if (want != NULL && crypto_same(want, sig + 1)) {
		plain = base64url_decode(body + 1, (size_t)(sig - body - 1));
		if (plain != NULL)
			claims = cJSON_Parse(plain);
		free(plain);
	}
	free(want);
	return claims;
}
