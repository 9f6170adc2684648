/*
 * Tokens: base64url has one spelling for every content, and only a JWT of
 * three parts with JSON in it has a payload.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "service/genauth_call.h"
#include "service/genauth_read.h"

static void
encode(const struct buf *bytes, struct buf *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned group = 0, bits = 0;

	for (size_t i = 0; i < bytes->len; i++) {
		group = (group << 8 | (unsigned char)bytes->ptr[i]) & 0xffff;
		for (bits += 8; bits >= 6; bits -= 6)
			must(buf_add(out, &letters[group >> (bits - 6) & 63],
			    1) == ERR_OK, "it fits");
	}
	if (bits > 0)
		must(buf_add(out, &letters[group << (6 - bits) & 63], 1) ==
		    ERR_OK, "it fits");
}

static void
try_base64url(const char *text)
{
	struct buf bytes = BUF_INIT(1 << 16), again = BUF_INIT(1 << 17);

	if (text_base64url_decode(text, strlen(text), &bytes) == ERR_OK) {
		encode(&bytes, &again);
		must(strcmp(buf_text(&again), text) == 0,
		    "base64url has one spelling");
	} else {
		must(bytes.len == 0, "an error leaves nothing");
	}
	buf_clear(&again);
	buf_clear(&bytes);
}

static size_t
dots_in(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '.';
	return n;
}

static void
try_jwt(const char *token)
{
	struct json *claims = NULL;
	struct person who = {.id = "before"};
	enum err e = genauth_jwt_payload(token, &claims);
	enum err e_subject = genauth_read_subject(token, &who);

	must((e == ERR_OK) == (claims != NULL), "a payload, or an error");
	if (e == ERR_OK)
		must(dots_in(token) == 2, "a JWT has three parts");
	else
		must(e_subject == ERR_OK && who.id[0] == '\0',
		    "an opaque token names nobody");
	if (e_subject != ERR_OK)
		must(who.id[0] == '\0', "an error names nobody");
	must(who.id[0] == '\0' || genauth_token_is_sane(
	    who.id, sizeof(who.id) - 1), "an id is one word");
	json_free(&claims);
}

/* The claims in the clear, so that mutations reach what is read of them. */
static void
try_claims(const struct buf *claims)
{
	struct buf token = BUF_INIT(1 << 17);

	must(buf_add_text(&token, "e30.") == ERR_OK, "it fits");
	encode(claims, &token);
	must(buf_add_text(&token, ".c2ln") == ERR_OK, "it fits");
	try_jwt(buf_text(&token));
	buf_clear(&token);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	char *text = input_text(&in);
	struct buf claims = input_part(&in, 1 << 16);

	try_base64url(text);
	try_jwt(text);
	try_claims(&claims);
	buf_clear(&claims);
	free(text);
	return 0;
}
