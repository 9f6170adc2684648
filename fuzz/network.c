/*
 * Networks: what is found is found by arithmetic on whole numbers, too, and
 * nothing is found in a list that is not right.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "login/network.h"

/* 128 bits, most significant first; IPv4 as it is mapped into IPv6. */
struct wide {
	uint64_t high, low;
};

static bool
read_wide(const char *text, struct wide *out, int *bits)
{
	unsigned char b[16] = {[10] = 0xff, [11] = 0xff};

	*bits = 32;
	if (inet_pton(AF_INET, text, b + 12) != 1) {
		*bits = 128;
		if (inet_pton(AF_INET6, text, b) != 1)
			return false;
	}
	*out = (struct wide){0, 0};
	for (int i = 0; i < 8; i++) {
		out->high = out->high << 8 | b[i];
		out->low = out->low << 8 | b[i + 8];
	}
	return true;
}

/* The first `bits` of both are the same. */
static bool
same_start(struct wide a, struct wide b, int bits)
{
	uint64_t high = a.high ^ b.high, low = a.low ^ b.low;

	if (bits == 0)
		return true;
	if (bits <= 64)
		return high >> (64 - bits) == 0;
	return high == 0 && (bits == 128 ? low == 0 :
	    bits == 64 || low >> (128 - bits) == 0);
}

static bool
is_mapped(struct wide w)
{
	return w.high == 0 && w.low >> 32 == 0xffff;
}

static bool
word_has(const char *word, const char *address)
{
	char text[64];
	struct wide first, a;
	int bits, ignored, prefix;
	char *slash;

	(void)snprintf(text, sizeof(text), "%s", word);
	if ((slash = strchr(text, '/')) != NULL)
		*slash = '\0';
	must(read_wide(text, &first, &bits), "a word of a list is a network");
	prefix = slash == NULL ? bits : atoi(slash + 1);
	must(prefix > 0 && prefix <= bits, "a prefix fits");
	/* no network of IPv6 has IPv4 in it, however wide */
	return read_wide(address, &a, &ignored) &&
	    is_mapped(a) == is_mapped(first) &&
	    same_start(first, a, bits == 32 ? prefix + 96 : prefix);
}

static bool
list_has(const char *list, const char *address)
{
	char *copy = strdup(list), *rest = copy, *word;
	bool has = false;

	must(copy != NULL, "there is memory");
	while ((word = strsep(&rest, " \t")) != NULL)
		has |= word[0] != '\0' && word_has(word, address);
	free(copy);
	return has;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	char *list = input_text(&in), *from = input_text(&in), why[256] = "";
	struct address a = {.bits = 0};
	const char *word = NULL;
	size_t len = 0;
	struct wide w;
	int bits;
	bool is_address = address_read(from, &a), found;

	must(is_address == read_wide(from, &w, &bits),
	    "an address is an address");
	found = is_address && network_find(list, &a, &word, &len);
	if (network_check_list(list, why, sizeof(why)) == ERR_OK)
		must(found == list_has(list, from),
		    "it is found where it is in the list");
	else
		must(why[0] != '\0', "a mistake is told");
	must(!text_is_clean(list, strlen(list), false) ||
	    text_is_clean(why, strlen(why), false),
	    "a mistake in clean text is told in clean text");
	if (found)
		must(word >= list && word + len <= list + strlen(list) &&
		    len > 0, "the word is one of the list");
	free(from);
	free(list);
	return 0;
}
