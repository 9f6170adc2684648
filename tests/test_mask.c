/*
 * Contacts as an administrator sees them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mfa/mask.h"

static const char *
phone(const char *number)
{
	static char out[64];

	mask_phone(out, sizeof(out), number);
	return out;
}

static const char *
email(const char *address)
{
	static char out[300];

	mask_email(out, sizeof(out), address);
	return out;
}

static void
phone_keeps_first_three_and_last_four(void **state)
{
	(void)state;
	assert_string_equal(phone("18800008888"), "188****8888");
	assert_string_equal(phone("+86 188-0000-8888"), "861****8888");
}

static void
shorter_phone_shows_less(void **state)
{
	(void)state;
	assert_string_equal(phone("0123456789"), "****6789");
	assert_string_equal(phone("12345678"), "****5678");
	assert_string_equal(phone("1234567"), "****");
	assert_string_equal(phone(""), "****");
}

static void
what_is_no_phone_number_is_not_shown(void **state)
{
	(void)state;
	assert_string_equal(phone("18800008888x"), "****");
	assert_string_equal(phone("\033[2J188000088"), "****");
	assert_string_equal(
	    phone("1111111111222222222233333333334444444444"), "****");
}

static void
email_keeps_first_and_last_character(void **state)
{
	(void)state;
	assert_string_equal(email("alice@example.com"), "a***e@example.com");
	assert_string_equal(email("bob@example.com"), "b***b@example.com");
}

static void
short_email_shows_the_first_only(void **state)
{
	(void)state;
	assert_string_equal(email("ab@example.com"), "a***@example.com");
	assert_string_equal(email("a@example.com"), "a***@example.com");
}

static void
email_of_many_byte_characters_is_cut_between_them(void **state)
{
	(void)state;
	assert_string_equal(email("\xe5\xbc\xa0\xe4\xb8\x89\xe4\xb8\xb0"
	    "@example.com"), "\xe5\xbc\xa0***\xe4\xb8\xb0@example.com");
	assert_string_equal(email("\xe5\xbc\xa0\xe4\xb8\x89@example.com"),
	    "\xe5\xbc\xa0***@example.com");
}

static void
what_is_no_address_is_not_shown(void **state)
{
	char longer[400];

	(void)state;
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	memcpy(longer + 300, "@b.c", 4);
	assert_string_equal(email(""), "***");
	assert_string_equal(email("alice"), "***");
	assert_string_equal(email("@example.com"), "***");
	assert_string_equal(email("alice@"), "***");
	assert_string_equal(email("a@b@c"), "***");
	assert_string_equal(email("a b@example.com"), "***");
	assert_string_equal(email(longer), "***");
}

static void
email_is_cleaned(void **state)
{
	(void)state;
	assert_string_equal(email("a\033]x\007e@exa\nmple.com"),
	    "a***e@exa?mple.com");
	assert_string_equal(email("\xff" "bcd@e.f"), "?***d@e.f");
}

static void
small_room_is_never_exceeded(void **state)
{
	char out[8];

	(void)state;
	mask_phone(out, sizeof(out), "18800008888");
	assert_string_equal(out, "188****");
	mask_email(out, sizeof(out), "alice@example.com");
	assert_true(strlen(out) < sizeof(out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(phone_keeps_first_three_and_last_four),
	    cmocka_unit_test(shorter_phone_shows_less),
	    cmocka_unit_test(what_is_no_phone_number_is_not_shown),
	    cmocka_unit_test(email_keeps_first_and_last_character),
	    cmocka_unit_test(short_email_shows_the_first_only),
	    cmocka_unit_test(
		email_of_many_byte_characters_is_cut_between_them),
	    cmocka_unit_test(what_is_no_address_is_not_shown),
	    cmocka_unit_test(email_is_cleaned),
	    cmocka_unit_test(small_room_is_never_exceeded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
