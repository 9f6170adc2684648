#ifndef LOGIN_NETWORK_H
#define LOGIN_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Where a login comes from, by number only: names are never resolved, they
 * belong to whoever holds the address (rules.md R33). Lists are words parted
 * by spaces: 192.0.2.7 10.0.0.0/8 2001:db8::/32
 */

/* An address; IPv4 mapped into IPv6 (::ffff:192.0.2.7) is IPv4. */
struct address {
	unsigned char bytes[16];
	int bits; /* 32 or 128; 0: none */
};

/* Exactly one numeric address and nothing else, no zone. False where not. */
bool address_read(const char *text, struct address *out);

/* ERR_CONFIG with a sentence in `why` for a word that is no network: bits
 * beyond the prefix that are set, a prefix too long, a name, nothing at all,
 * one so wide (/0) that it means everybody. */
__attribute__((warn_unused_result)) enum err network_check_list(
    const char *list, char *why, size_t why_size);

/* The first word of `list` (checked before; NULL: empty) with this address
 * in it: true, and the word of `len` bytes. */
bool network_find(const char *list, const struct address *a,
    const char **word, size_t *len);

#endif
