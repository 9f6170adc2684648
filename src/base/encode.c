/*
 * Turns text into the spelling of a URL and base64url into bytes. Does not
 * show anything to anybody: see text.c.
 */
#include "base/text.h"

#include <string.h>

/* What a base64url character stands for, -1 where it is not one. */
static int
base64url_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

enum err
text_base64url_decode(const char *text, size_t len, struct buf *out)
{
	struct buf bytes = BUF_INIT(out->max);
	enum err e = ERR_OK;
	unsigned group = 0, bits = 0;

	for (size_t i = 0; e == ERR_OK && i < len; i++) {
		int value = base64url_value(text[i]);
		char byte;

		if (value < 0) {
			e = ERR_REPLY;
			break;
		}
		group = group << 6 | (unsigned)value;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		byte = (char)(group >> bits & 0xff);
		e = buf_add(&bytes, &byte, 1);
		group &= (1u << bits) - 1;
	}
	/* a lone character, or bits that say nothing: a second spelling */
	if (e == ERR_OK && (bits == 6 || group != 0))
		e = ERR_REPLY;
	if (e == ERR_OK)
		e = buf_add(out, buf_text(&bytes), bytes.len);
	buf_clear(&bytes);
	return e;
}

enum err
text_percent_encode(const char *text, struct buf *out)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-._~";
	static const char hex[] = "0123456789ABCDEF";
	struct buf encoded = BUF_INIT(out->max);
	enum err e = ERR_OK;

	for (const char *p = text; e == ERR_OK && *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;
		const char escape[3] = {'%', hex[c >> 4], hex[c & 15]};
		bool plain = strchr(unreserved, *p) != NULL;

		e = buf_add(&encoded, plain ? p : escape, plain ? 1 : 3);
	}
	if (e == ERR_OK)
		e = buf_add(out, buf_text(&encoded), encoded.len);
	buf_clear(&encoded);
	return e;
}
