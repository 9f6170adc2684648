/*
 * Turns text into addresses and networks, and says whether one lies in the
 * other. Asks nobody: what is not a number is not an address. Exempts nobody:
 * see policy.c.
 */
#include "login/network.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Longer than any network: "ffff:...:255.255.255.255/128". */
enum { WORD_MAX = 64 };

struct network {
	struct address first;
	int prefix; /* how many bits its addresses share; at least 1 */
};

bool
address_read(const char *text, struct address *out)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct address a = {.bits = 32};

	if (inet_pton(AF_INET, text, a.bytes) != 1) {
		if (inet_pton(AF_INET6, text, a.bytes) != 1)
			return false;
		a.bits = 128;
	}
	if (a.bits == 128 && memcmp(a.bytes, mapped, sizeof(mapped)) == 0) {
		memmove(a.bytes, a.bytes + sizeof(mapped), 4);
		memset(a.bytes + 4, 0, sizeof(a.bytes) - 4);
		a.bits = 32;
	}
	*out = a;
	return true;
}

static bool
has_bit(const struct address *a, int i)
{
	return (a->bytes[i / 8] >> (7 - i % 8) & 1) != 0;
}

/* Digits and nothing else, at most `max`. */
static bool
read_prefix(const char *text, int max, int *out)
{
	int n = 0;

	if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || n > max)
			return false;
		n = n * 10 + (*text - '0');
	}
	*out = n;
	return n <= max;
}

/* NULL, or what is wrong with the word. */
static const char *
read_network(const char *word, size_t len, struct network *out)
{
	char text[WORD_MAX], *slash;
	int written;

	if (len >= sizeof(text))
		return "is not a network";
	memcpy(text, word, len);
	text[len] = '\0';
	if ((slash = strchr(text, '/')) != NULL)
		*slash = '\0';
	if (!address_read(text, &out->first))
		return "is not a network";
	written = strchr(text, ':') != NULL ? 128 : 32;
	out->prefix = written;
	if (slash != NULL && !read_prefix(slash + 1, written, &out->prefix))
		return written == 128 ? "needs a prefix of 1 to 128" :
		    "needs a prefix of 1 to 32";
	out->prefix -= written - out->first.bits; /* mapped: 96 less */
	if (out->prefix == 0)
		return "means everybody";
	if (out->prefix < 0)
		return "has bits set beyond its prefix";
	for (int i = out->prefix; i < out->first.bits; i++)
		if (has_bit(&out->first, i))
			return "has bits set beyond its prefix";
	return NULL;
}

static bool
network_has(const struct network *n, const struct address *a)
{
	if (a->bits != n->first.bits)
		return false;
	for (int i = 0; i < n->prefix; i++)
		if (has_bit(a, i) != has_bit(&n->first, i))
			return false;
	return true;
}

/* The next word of `list`; false at the end. */
static bool
next_word(const char **list, const char **word, size_t *len)
{
	*word = *list + strspn(*list, " \t");
	*len = strcspn(*word, " \t");
	*list = *word + *len;
	return *len > 0;
}

enum err
network_check_list(const char *list, char *why, size_t why_size)
{
	const char *word, *wrong;
	struct network n;
	char start[WORD_MAX], shown[WORD_MAX];
	size_t len, words = 0;

	for (; next_word(&list, &word, &len); words++) {
		if ((wrong = read_network(word, len, &n)) == NULL)
			continue;
		(void)snprintf(start, sizeof(start), "%.*s", (int)len, word);
		(void)snprintf(why, why_size, "\"%s\" %s",
		    text_clean(shown, sizeof(shown), start), wrong);
		return ERR_CONFIG;
	}
	if (words == 0) {
		(void)snprintf(why, why_size, "there is no network in it");
		return ERR_CONFIG;
	}
	return ERR_OK;
}

/* A word that is not understood ends the search: it exempts nobody. */
bool
network_find(const char *list, const struct address *a, const char **word,
    size_t *len)
{
	const char *text;
	struct network n;
	size_t text_len;

	if (list == NULL)
		return false;
	while (next_word(&list, &text, &text_len)) {
		if (read_network(text, text_len, &n) != NULL)
			return false;
		if (network_has(&n, a)) {
			*word = text;
			*len = text_len;
			return true;
		}
	}
	return false;
}
