/*
 * Signatures against the six values of api/genauth.md section 2.2, which the
 * official SDK's own signer gave.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "service/genauth_sign.h"

#define SECRET "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

/* The worked headers, in an order that is not the signed one, between some
 * that are not signed. */
static const char *const genauth_headers[] = {
    "accept: application/json",
    "x-genauth-signature-version: 1.0",
    "x-genauth-lang: en-US",
    "x-genauth-sdk-version: pam_genauth:0.1.0",
    "content-type: application/json",
    "date: Fri, 22 Nov 2024 01:33:00 GMT",
    "x-genauth-signature-nonce: 0123456789abcdef0123456789abcdef",
    "x-genauth-signature-method: HMAC-SHA1",
    "x-authing-app-id: not signed",
    NULL,
};
static const char *const authing_headers[] = {
    "x-authing-lang: en-US",
    "x-authing-sdk-version: pam_genauth:0.1.0",
    "x-authing-signature-method: HMAC-SHA1",
    "x-authing-signature-nonce: 0123456789abcdef0123456789abcdef",
    "x-authing-signature-version: 1.0",
    "date: Fri, 22 Nov 2024 01:33:00 GMT",
    "x-genauth-app-id: not signed",
    NULL,
};

static const struct genauth_param get_params[] = {
    {"userIdType", "username"}, {"userId", "alice"}, {"left out", NULL},
    {NULL, NULL}};
static const struct genauth_param post_params[] = {
    {"userId", "alice"}, {"options", "{\"userIdType\":\"username\"}"},
    {"appIds", "[\"64355eaaaaaaaaaa11d8ae12\"]"}, {NULL, NULL}};
static const struct genauth_param no_params[] = {{NULL, NULL}};

static const struct {
	const char *method, *path;
	const struct genauth_param *params;
	const char *genauth, *authing;
} worked[] = {
    {"GET", "/api/v3/get-user-mfa-info", get_params,
	"x14X2VICfRsmPAexeY9s12dY9lk=", "g/fUJyVkv9J9yzy+5PO6JtIJ4+0="},
    {"POST", "/api/v3/kick-users", post_params,
	"TD+E3SkogVk9KtuOjLDheCPJLgU=", "DK2HHaAuYDkgR4c9Xnk4ZXn9ZP8="},
    {"GET", "/api/v3/get-global-mfa-settings", no_params,
	"pVNhOkMzjp6Wm4dhTm4Gy7fwq/A=", "ZHdsVtr5B+arFmWXf8m3vGKczEY="},
};

static void
sign(struct genauth_signing q, const char *secret, struct buf *out)
{
	struct buf key = BUF_INIT(100);

	assert_int_equal(buf_add_text(&key, secret), ERR_OK);
	q.secret = &key;
	assert_int_equal(genauth_sign(&q, out), ERR_OK);
	buf_clear(&key);
}

static void
the_six_worked_values_come_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(worked) / sizeof(*worked); i++) {
		struct genauth_signing q = {"x-genauth-", worked[i].method,
		    worked[i].path, worked[i].params, genauth_headers, NULL};
		struct buf out = BUF_INIT(100);

		sign(q, SECRET, &out);
		assert_string_equal(buf_text(&out), worked[i].genauth);
		buf_clear(&out);
		q.prefix = "x-authing-";
		q.headers = authing_headers;
		sign(q, SECRET, &out);
		assert_string_equal(buf_text(&out), worked[i].authing);
		buf_clear(&out);
	}
}

static void
no_params_and_an_empty_list_are_the_same(void **state)
{
	struct genauth_signing q = {"x-genauth-", "GET",
	    "/api/v3/get-global-mfa-settings", NULL, genauth_headers, NULL};
	struct buf out = BUF_INIT(100);

	(void)state;
	sign(q, SECRET, &out);
	assert_string_equal(buf_text(&out), worked[2].genauth);
	buf_clear(&out);
}

static void
header_values_are_trimmed_and_white_space_made_spaces(void **state)
{
	static const char *const plain[] = {
	    "date: a b", "x-genauth-a: 1", "x-genauth-a-b: 2", NULL};
	static const char *const odd[] = {"x-genauth-a-b:\t2\r\n",
	    "date:  a\tb \f", "x-genauth-a:1", NULL};
	struct genauth_signing q = {
	    "x-genauth-", "GET", "/", NULL, plain, NULL};
	struct buf a = BUF_INIT(100), b = BUF_INIT(100);

	(void)state;
	sign(q, SECRET, &a);
	q.headers = odd;
	sign(q, SECRET, &b);
	assert_string_equal(buf_text(&a), buf_text(&b));
	/* sorted by name: "x-genauth-a" first, though '-' sorts before ':' */
	assert_string_equal(buf_text(&a), "JnayH/j1TcR50N/PST2ceNf7pXY=");
	buf_clear(&a);
	buf_clear(&b);
}

/* Changing any one input changes the signature. */
static void
everything_signed_counts(void **state)
{
	static const char *const other_headers[] = {
	    "date: Fri, 22 Nov 2024 01:33:01 GMT", NULL};
	static const struct genauth_param other_params[] = {
	    {"userId", "alicf"}, {"userIdType", "username"}, {NULL, NULL}};
	const struct genauth_signing base = {"x-genauth-", "GET",
	    "/api/v3/get-user-mfa-info", get_params, genauth_headers, NULL};
	struct genauth_signing changed[5] = {base, base, base, base, base};

	(void)state;
	changed[0].method = "POST";
	changed[1].path = "/api/v3/get-user-mfa-infp";
	changed[2].params = other_params;
	changed[3].headers = other_headers;
	changed[4].prefix = "x-authing-";
	for (size_t i = 0; i < 5; i++) {
		struct buf out = BUF_INIT(100);

		sign(changed[i], SECRET, &out);
		assert_string_not_equal(buf_text(&out), worked[0].genauth);
		buf_clear(&out);
	}
	for (size_t i = 0; i < 2; i++) {
		struct buf out = BUF_INIT(100);

		sign(base, i == 0 ? "" : SECRET "x", &out);
		assert_string_not_equal(buf_text(&out), worked[0].genauth);
		buf_clear(&out);
	}
}

static void
too_much_to_sign_is_an_error(void **state)
{
	struct genauth_param many[GENAUTH_PARAMS_MAX + 2] = {{NULL, NULL}};
	struct buf key = BUF_INIT(8), out = BUF_INIT(100);
	struct genauth_signing q = {
	    "x-genauth-", "GET", "/", many, genauth_headers, &key};

	(void)state;
	for (size_t i = 0; i <= GENAUTH_PARAMS_MAX; i++)
		many[i] = (struct genauth_param){"a", "b"};
	assert_int_equal(genauth_sign(&q, &out), ERR_MEMORY);
	assert_int_equal(out.len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_six_worked_values_come_out),
	    cmocka_unit_test(no_params_and_an_empty_list_are_the_same),
	    cmocka_unit_test(
		header_values_are_trimmed_and_white_space_made_spaces),
	    cmocka_unit_test(everything_signed_counts),
	    cmocka_unit_test(too_much_to_sign_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
