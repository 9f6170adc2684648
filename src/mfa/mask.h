#ifndef MFA_MASK_H
#define MFA_MASK_H

#include <stddef.h>

/*
 * Contacts as an administrator may see them: enough to tell two apart, more
 * than a login shows. Cleaned, always terminated; `size` is at least 8.
 */

/* "188****8888"; "****8888" below 11 digits, "****" below 8. */
void mask_phone(char *out, size_t size, const char *phone);

/* "a***e@example.com"; "a***@..." below three characters, "***" where it is
 * not an address. */
void mask_email(char *out, size_t size, const char *email);

#endif
