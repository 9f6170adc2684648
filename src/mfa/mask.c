/*
 * Turns phone numbers and e-mail addresses into what an administrator may
 * see of them. What a login shows is base/text.h's.
 */
#include "mfa/mask.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { DIGITS_MAX = 32, ADDRESS_MAX = 255, WHOLE = 11, PART = 8 };

void
mask_phone(char *out, size_t size, const char *phone)
{
	char digits[DIGITS_MAX] = "";
	size_t n = 0;

	for (const char *p = phone; *p != '\0'; p++) {
		if (strchr("+-.() ", *p) != NULL)
			continue;
		if (*p < '0' || *p > '9' || n == DIGITS_MAX) {
			n = 0;
			break;
		}
		digits[n++] = *p;
	}
	(void)snprintf(out, size, "%.*s****%.*s", n < WHOLE ? 0 : 3, digits,
	    n < PART ? 0 : 4, n < PART ? "" : digits + n - 4);
}

/* The part before the '@' as characters: how many, and where the last is. */
static size_t
count_characters(const char *text, size_t len, size_t *last)
{
	size_t count = 0, n;

	for (size_t i = 0; i < len; i += n) {
		if ((n = text_character_length(text + i, len - i)) == 0)
			n = 1;
		*last = i;
		count++;
	}
	return count;
}

void
mask_email(char *out, size_t size, const char *email)
{
	char masked[ADDRESS_MAX + 8];
	const char *at = strchr(email, '@');
	size_t len = at == NULL ? 0 : (size_t)(at - email), first, last = 0;

	if (len == 0 || at[1] == '\0' || strchr(at + 1, '@') != NULL ||
	    strpbrk(email, " \t") != NULL || strlen(email) > ADDRESS_MAX) {
		(void)snprintf(out, size, "***");
		return;
	}
	if (count_characters(email, len, &last) < 3)
		last = len;
	if ((first = text_character_length(email, len)) == 0)
		first = 1;
	(void)snprintf(masked, sizeof(masked), "%.*s***%s", (int)first, email,
	    email + last);
	(void)text_clean(out, size, masked);
}
