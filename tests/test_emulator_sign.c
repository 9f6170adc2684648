/*
 * The emulator's signer against the worked values of the API notes: three
 * requests in both spellings of the headers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/crypto.h"
#include "emulator/sign.h"

static const char secret[] = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

enum { HEADERS = 8 };

/* In no order, with headers in between that are not signed. */
static void
fill(struct sign_header out[HEADERS], char names[5][64], const char *prefix)
{
	static const char *const values[5][2] = {
	    {"signature-version", "1.0"},
	    {"lang", "en-US"},
	    {"Signature-Nonce", "0123456789abcdef0123456789abcdef"},
	    {"sdk-version", " pam_genauth:0.1.0\t"},
	    {"signature-method", "HMAC-SHA1"},
	};

	for (int i = 0; i < 5; i++) {
		snprintf(names[i], 64, "%s%s", prefix, values[i][0]);
		out[i] = (struct sign_header){names[i], values[i][1]};
	}
	out[5] = (struct sign_header){"Content-Type", "application/json"};
	out[6] = (struct sign_header){"Date", "Fri, 22 Nov 2024 01:33:00 GMT"};
	out[7] = (struct sign_header){"Authorization", "whatever"};
}

static void
check(const char *method, const char *path, const char *params,
    const char *const want[2])
{
	static const char *const prefixes[2] = {"x-genauth-", "x-authing-"};
	cJSON *json = cJSON_Parse(params);
	char *resource = sign_resource(path, json), names[5][64];
	struct sign_header headers[HEADERS];

	assert_non_null(json);
	assert_non_null(resource);
	for (int i = 0; i < 2; i++) {
		char *text, *got;

		fill(headers, names, prefixes[i]);
		text = sign_text(method, prefixes[i], headers, HEADERS,
		    resource);
		assert_non_null(text);
		got = crypto_hmac_sha1(secret, text);
		assert_non_null(got);
		assert_string_equal(got, want[i]);
		free(text);
		free(got);
	}
	free(resource);
	cJSON_Delete(json);
}

static void
query_is_signed(void **state)
{
	static const char *const want[2] = {"x14X2VICfRsmPAexeY9s12dY9lk=",
	    "g/fUJyVkv9J9yzy+5PO6JtIJ4+0="};

	(void)state;
	check("GET", "/api/v3/get-user-mfa-info",
	    "{\"userIdType\":\"username\",\"userId\":\"alice\"}", want);
}

static void
body_with_objects_is_signed(void **state)
{
	static const char *const want[2] = {"TD+E3SkogVk9KtuOjLDheCPJLgU=",
	    "DK2HHaAuYDkgR4c9Xnk4ZXn9ZP8="};

	(void)state;
	check("POST", "/api/v3/kick-users",
	    "{\"userId\": \"alice\", \"appIds\": [\"64355eaaaaaaaaaa11d8ae12\"]"
	    ", \"options\": {\"userIdType\": \"username\"}}",
	    want);
}

static void
bare_path_is_signed(void **state)
{
	static const char *const want[2] = {"pVNhOkMzjp6Wm4dhTm4Gy7fwq/A=",
	    "ZHdsVtr5B+arFmWXf8m3vGKczEY="};

	(void)state;
	check("GET", "/api/v3/get-global-mfa-settings", "{}", want);
}

static void
other_values_are_in_javascript_form(void **state)
{
	cJSON *json = cJSON_Parse(
	    "{\"d\":null,\"c\":[],\"b\":1.5,\"a\":true,\"B\":\"x y/\"}");
	char *got = sign_resource("/p", json);

	(void)state;
	assert_string_equal(got, "/p?B=x y/&a=true&b=1.5&c=[]&d=null");
	free(got);
	cJSON_Delete(json);
}

static void
token_of_another_key_is_not_opened(void **state)
{
	cJSON *claims = cJSON_Parse("{\"sub\":\"alice\"}"), *got;
	char *token = crypto_jwt_make(claims, "key one", 7);

	(void)state;
	assert_non_null(token);
	got = crypto_jwt_open(token, "key one", 7);
	assert_string_equal(cJSON_GetObjectItem(got, "sub")->valuestring,
	    "alice");
	assert_null(crypto_jwt_open(token, "key two", 7));
	token[strlen(token) - 1] ^= 1;
	assert_null(crypto_jwt_open(token, "key one", 7));
	assert_null(crypto_jwt_open("a.b", "key one", 7));
	free(token);
	cJSON_Delete(got);
	cJSON_Delete(claims);
}

/* RFC 6238, appendix B, last six digits. */
static void
totp_follows_the_rfc(void **state)
{
	static const char rfc[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
	char code[7];

	(void)state;
	assert_true(crypto_totp(rfc, 1, code));
	assert_string_equal(code, "287082");
	assert_true(crypto_totp(rfc, 1111111109 / 30, code));
	assert_string_equal(code, "081804");
	assert_false(crypto_totp("not base32!", 1, code));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(query_is_signed),
	    cmocka_unit_test(body_with_objects_is_signed),
	    cmocka_unit_test(bare_path_is_signed),
	    cmocka_unit_test(other_values_are_in_javascript_form),
	    cmocka_unit_test(token_of_another_key_is_not_opened),
	    cmocka_unit_test(totp_follows_the_rfc),
	};

	return cmocka_run_group_tests_name("emulator sign", tests, NULL, NULL);
}
