/*
 * Turns text from people and networks into text that is safe to show, and
 * compares secrets and names. Does not encode (see encode.c) and uses libc
 * only: the PAM module links it.
 */
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { NEAREST_MAX = 64, NEAREST_SLIPS = 2, ADDRESS_MAX = 254,
	FIELD_MAX = 512 };

/*
 * What moves the cursor, changes the direction of writing, ends a line or
 * cannot be seen. Zero-width joiners are among them although some scripts
 * and emoji use them: two names that look the same must not differ.
 */
static const struct {
	unsigned first, last;
} unsafe[] = {
    {0x0000, 0x001f},   /* C0 */
    {0x007f, 0x009f},   /* DEL, C1 */
    {0x00ad, 0x00ad},   /* soft hyphen */
    {0x061c, 0x061c},   /* Arabic letter mark */
    {0x180e, 0x180e},   /* Mongolian vowel separator */
    {0x200b, 0x200f},   /* zero width, left-to-right and back */
    {0x2028, 0x202e},   /* line, paragraph, embeddings, overrides */
    {0x2060, 0x206f},   /* word joiner, isolates, invisible operators */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xfff9, 0xfffb},   /* interlinear annotation */
    {0xe0000, 0xe007f}, /* tags */
};

/* Bytes of the UTF-8 character at `p`, 0 where there is none (RFC 3629). */
static size_t
decode(const char *p, size_t left, unsigned *out)
{
	static const unsigned smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned c = (unsigned char)p[0];
	size_t n = 0;

	if (c < 0x80) {
		n = 1;
	} else if ((c & 0xe0) == 0xc0) {
		n = 2;
		c &= 0x1f;
	} else if ((c & 0xf0) == 0xe0) {
		n = 3;
		c &= 0x0f;
	} else if ((c & 0xf8) == 0xf0) {
		n = 4;
		c &= 0x07;
	}
	if (n == 0 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | ((unsigned char)p[i] & 0x3f);
	}
	if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*out = c;
	return n;
}

size_t
text_character_length(const char *p, size_t left)
{
	unsigned c;

	return decode(p, left, &c);
}

char
text_narrow(const char *p, size_t left, size_t *used)
{
	unsigned c = 0;

	*used = decode(p, left, &c);
	if (*used == 3 && c >= 0xff01 && c <= 0xff5e)
		return (char)(c - 0xff01 + '!');
	if (*used == 3 && c == 0x3000)
		return ' ';
	*used = 1;
	return p[0];
}

/* As decode(), 0 also for a character that must not be shown. */
static size_t
decode_safe(const char *p, size_t left)
{
	unsigned c;
	size_t n = decode(p, left, &c);

	for (size_t i = 0; n > 0 && i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
		if (c >= unsafe[i].first && c <= unsafe[i].last)
			return 0;
	return n;
}

/* Bytes to step over: an unsafe character goes as one, a stray byte alone. */
static size_t
step(const char *p, size_t left)
{
	size_t n = text_character_length(p, left);

	return n > 0 ? n : 1;
}

const char *
text_clean(char *out, size_t size, const char *text)
{
	const char *p = text == NULL ? "" : text;
	size_t len = 0, cut = 0;

	while (*p != '\0') {
		size_t left = strnlen(p, 4), n = decode_safe(p, left);
		const char *shown = n > 0 ? p : "?";
		size_t shown_len = n > 0 ? n : 1;

		if (len + shown_len >= size) {
			memcpy(out + cut, "...", 4);
			return out;
		}
		memcpy(out + len, shown, shown_len);
		len += shown_len;
		if (len + 4 <= size)
			cut = len;
		p += step(p, left);
	}
	out[len] = '\0';
	return out;
}

static bool
has_room(const struct buf *b, size_t len)
{
	return b->max - b->len >= len;
}

/* Where there is no room for all of it, the value ends with a whole character
 * and its quote; where there is none for any, nothing is added. */
void
text_add_field(struct buf *line, const char *name, const char *value)
{
	char clean[FIELD_MAX];
	size_t n;
	bool quote;

	if (value == NULL || value[0] == '\0')
		return;
	(void)text_clean(clean, sizeof(clean), value);
	quote = strpbrk(clean, " \"=\\") != NULL;
	if (!has_room(line, strlen(name) + strlen(" =\"\"")))
		return;
	(void)!buf_add_text(line, " ");
	(void)!buf_add_text(line, name);
	(void)!buf_add_text(line, quote ? "=\"" : "=");
	for (const char *p = clean; *p != '\0'; p += n) {
		bool escape = *p == '"' || *p == '\\';

		n = step(p, strnlen(p, 4));
		if (!has_room(line, n + (escape ? 1 : 0) + (quote ? 1 : 0)))
			break;
		if (escape)
			(void)!buf_add_text(line, "\\");
		(void)!buf_add(line, p, n);
	}
	if (quote)
		(void)!buf_add_text(line, "\"");
}

bool
text_is_clean(const char *text, size_t len, bool lines)
{
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = decode_safe(text + i, len - i);
		if (n == 0 && lines && text[i] == '\n')
			n = 1;
		if (n == 0)
			return false;
	}
	return true;
}

void
text_mask_phone(char *out, size_t size, const char *phone)
{
	char last[5] = "";
	size_t digits = 0;

	for (const char *p = phone; *p != '\0'; p++) {
		if (strchr("+-.() ", *p) != NULL)
			continue;
		if (*p < '0' || *p > '9') {
			digits = 0;
			break;
		}
		memmove(last, last + 1, 3);
		last[3] = *p;
		digits++;
	}
	(void)snprintf(out, size, "***%s", digits < 8 ? "" : last);
}

void
text_mask_email(char *out, size_t size, const char *email)
{
	char masked[ADDRESS_MAX + 8];
	const char *at = strchr(email, '@');
	size_t len = strlen(email);

	if (at == NULL || at == email || at[1] == '\0' ||
	    strchr(at + 1, '@') != NULL || strpbrk(email, " \t") != NULL ||
	    len > ADDRESS_MAX) {
		(void)snprintf(out, size, "***");
		return;
	}
	(void)snprintf(masked, sizeof(masked), "%.*s***%s",
	    (int)step(email, len), email, at);
	(void)text_clean(out, size, masked);
}

/* The lengths are not secret: a code's is known, a password's no help. */
bool
text_same_secret(const char *a, size_t a_len, const char *b, size_t b_len)
{
	volatile unsigned char different = 0;

	if (a_len != b_len)
		return false;
	for (size_t i = 0; i < a_len; i++)
		different |= (unsigned char)(a[i] ^ b[i]);
	return different == 0;
}

static size_t
min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

static bool
same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Letters left out, added, changed or swapped with their neighbour. */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][NEAREST_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2], *spare;
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len > NEAREST_MAX || b_len > NEAREST_MAX)
		return NEAREST_MAX;
	for (size_t j = 0; j <= b_len; j++)
		above[j] = before[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t same = same_letter(a[i - 1], b[j - 1]) ? 0 : 1;

			row[j] = min3(above[j] + 1, row[j - 1] + 1,
			    above[j - 1] + same);
			if (i > 1 && j > 1 &&
			    same_letter(a[i - 1], b[j - 2]) &&
			    same_letter(a[i - 2], b[j - 1]) &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[b_len];
}

const char *
text_nearest(const char *word,
    const char *(*name_at)(const void *ctx, size_t i), const void *ctx)
{
	size_t limit = (strlen(word) + 2) / 3, d;
	const char *name, *nearest = NULL;

	if (limit > NEAREST_SLIPS)
		limit = NEAREST_SLIPS;
	for (size_t i = 0; (name = name_at(ctx, i)) != NULL; i++) {
		d = distance(word, name);
		if (d > limit)
			continue;
		nearest = name;
		if (d == 0)
			break;
		limit = d - 1;
	}
	return nearest;
}
