#ifndef EMULATOR_CRYPTO_H
#define EMULATOR_CRYPTO_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a caller frees with free() is said; the rest fills `out`. */

/* `count` characters and a NUL. */
void crypto_random_hex(char *out, size_t count);
void crypto_random_digits(char *out, size_t count);
void crypto_random_bytes(void *out, size_t count);

/* A random UUID, version 4. */
void crypto_uuid(char out[37]);

/* Six groups of four hexadecimal digits. */
void crypto_recovery_code(char out[30]);

/* A fresh base32 secret of 20 bytes: 32 characters and a NUL. */
void crypto_totp_secret(char out[33]);

/* RFC 6238 with SHA-1 and six digits; false where it is no base32. */
bool crypto_totp(const char *secret, uint64_t step, char out[7]);

/* base64(HMAC-SHA1(key, text)). Caller frees; NULL: no memory. */
char *crypto_hmac_sha1(const char *key, const char *text);

/* HS256. Caller frees; NULL: no memory, or for open: not ours. */
char *crypto_jwt_make(const cJSON *claims, const void *key, size_t key_len);
cJSON *crypto_jwt_open(const char *token, const void *key, size_t key_len);

/* "Basic" credentials. Caller frees; NULL where it is no base64. */
char *crypto_base64_decode(const char *text);

bool crypto_same(const char *a, const char *b);

#endif
