/*
 * Addresses and networks: what is one, what is not, what lies in what.
 */
#include "login/network.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct address
address(const char *text)
{
	struct address a = {.bits = 0};

	if (!address_read(text, &a))
		fail_msg("\"%s\" is an address", text);
	return a;
}

static void
same(const char *text, const char *other)
{
	struct address a = address(text), b = address(other);

	assert_int_equal(a.bits, b.bits);
	assert_memory_equal(a.bytes, b.bytes, sizeof(a.bytes));
}

/* `wanted` is the word that has it; NULL: none. */
static void
finds(const char *list, const char *text, const char *wanted)
{
	struct address a = address(text);
	const char *word = "unset";
	char why[128] = "";
	size_t len = 99;
	bool found;

	if (network_check_list(list, why, sizeof(why)) != ERR_OK)
		fail_msg("\"%s\" is a list of networks: %s", list, why);
	found = network_find(list, &a, &word, &len);
	if (found != (wanted != NULL))
		fail_msg("%s in \"%s\"", text, list);
	if (wanted == NULL)
		wanted = "unset";
	else
		assert_int_equal(len, strlen(wanted));
	assert_memory_equal(word, wanted, strlen(wanted));
	if (!found)
		assert_int_equal(len, 99);
}

static void
refuses(const char *list, const char *because)
{
	char why[128] = "";

	if (network_check_list(list, why, sizeof(why)) != ERR_CONFIG)
		fail_msg("\"%s\" is not a list of networks", list);
	if (strstr(why, because) == NULL)
		fail_msg("\"%s\": %s", list, why);
}

static void
addresses_of_both_families_are_read(void **state)
{
	static const unsigned char four[16] = {192, 0, 2, 7};
	static const unsigned char six[16] = {0x20, 0x01, 0x0d, 0xb8,
	    [15] = 7};
	struct address a = address("192.0.2.7"), b = address("2001:db8::7");

	(void)state;
	assert_int_equal(a.bits, 32);
	assert_memory_equal(a.bytes, four, sizeof(four));
	assert_int_equal(b.bits, 128);
	assert_memory_equal(b.bytes, six, sizeof(six));
}

static void
an_address_has_many_spellings(void **state)
{
	(void)state;
	same("2001:db8::7", "2001:0DB8:0:0:0:0:0:0007");
	same("2001:db8::7", "2001:db8::0.0.0.7");
	same("2001:db8:0:0:0:0:0:0", "2001:db8::");
}

static void
r33_ipv4_mapped_into_ipv6_is_ipv4(void **state)
{
	(void)state;
	same("::ffff:192.0.2.7", "192.0.2.7");
	same("::FFFF:c000:207", "192.0.2.7");
	same("0:0:0:0:0:ffff:192.0.2.7", "192.0.2.7");
	/* what only looks like it */
	assert_int_equal(address("::192.0.2.7").bits, 128);
	assert_int_equal(address("::fffe:192.0.2.7").bits, 128);
	assert_int_equal(address("::ffff:0:192.0.2.7").bits, 128);
	assert_int_equal(address("64:ff9b::192.0.2.7").bits, 128);
	assert_int_equal(address("1::ffff:192.0.2.7").bits, 128);
}

static void
r33_what_is_not_one_numeric_address_is_none(void **state)
{
	static const char *const bad[] = {"", " ", "UNKNOWN", "localhost",
	    "host.example.com", "10.example.com", "10.0.0.1.example.com",
	    "10.0.0.1 ", " 10.0.0.1", "10.0.0.1\n", "10.0.0.1 22",
	    "10.0.0.1,10.0.0.2", "10.0.0.1/32", "10.0.0.1:22", "[10.0.0.1]",
	    "10.0.0", "10", "167772161", "0x0a000001", "0xa.0.0.1",
	    "010.0.0.1", "10.0.0.01", "10.0.0.256", "10.0.0.-1", "10.0.0.+1",
	    "10..0.1", "10.0.0.1.", "1.2.3.4.5", "10.0.0.1%eth0",
	    "fe80::1%eth0", "fe80::1%1", "fe80::1%", "[::1]", "::1 ", "::1/128",
	    ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
	    "::12345", "::g", "::ffff:010.0.0.1", "::ffff:10.0.0.256",
	    "::ffff:10.0.0", "::ffff:10.0.0.1%eth0", "\xef\xbc\x91.0.0.1"};
	struct address a = {.bits = 77};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (address_read(bad[i], &a))
			fail_msg("\"%s\" is not an address", bad[i]);
	assert_int_equal(a.bits, 77); /* untouched */
}

static void
the_first_word_with_the_address_is_found(void **state)
{
	static const char list[] =
	    " 192.0.2.7\t10.0.0.0/8 10.1.0.0/16  2001:db8::/32 ::1 ";

	(void)state;
	finds(list, "192.0.2.7", "192.0.2.7");
	finds(list, "10.1.2.3", "10.0.0.0/8");
	finds(list, "10.255.255.255", "10.0.0.0/8");
	finds(list, "2001:db8:ffff::1", "2001:db8::/32");
	finds(list, "::1", "::1");
	finds(list, "192.0.2.6", NULL);
	finds(list, "9.255.255.255", NULL);
	finds(list, "11.0.0.0", NULL);
	finds(list, "2001:db9::", NULL);
	finds(list, "::2", NULL);
}

static void
r33_a_mapped_address_lies_in_networks_of_ipv4(void **state)
{
	(void)state;
	finds("10.0.0.0/8", "::ffff:10.1.2.3", "10.0.0.0/8");
	finds("::ffff:10.0.0.0/104", "10.1.2.3", "::ffff:10.0.0.0/104");
	finds("::ffff:10.0.0.0/104", "::ffff:a01:203", "::ffff:10.0.0.0/104");
	finds("::ffff:10.0.0.0/104", "11.1.2.3", NULL);
	finds("::ffff:10.1.2.3", "10.1.2.3", "::ffff:10.1.2.3");
	finds("::ffff:10.1.2.3", "10.1.2.2", NULL);
	finds("::ffff:128.0.0.0/97", "200.1.2.3", "::ffff:128.0.0.0/97");
}

static void
r33_the_families_do_not_meet(void **state)
{
	(void)state;
	finds("32.0.0.0/8", "2000::1", NULL);
	finds("2000::/3", "32.0.0.1", NULL);
	/* an IPv6 network around the mapped ones does not take IPv4 in */
	finds("::/64", "10.1.2.3", NULL);
	finds("::/64", "::ffff:10.1.2.3", NULL);
	finds("::/64", "::10.1.2.3", "::/64");
}

/* Does an address that differs from the first in bit `flip` alone lie in the
 * network? Only behind the prefix. */
static void
flip_a_bit(int family, int bits, int prefix, int flip)
{
	unsigned char bytes[16];
	char text[INET6_ADDRSTRLEN], word[64];
	bool inside = flip >= prefix;

	memset(bytes, 0xa5, sizeof(bytes));
	for (int i = prefix; i < bits; i++)
		bytes[i / 8] &= (unsigned char)~(0x80 >> i % 8);
	assert_non_null(inet_ntop(family, bytes, text, sizeof(text)));
	(void)snprintf(word, sizeof(word), "%s/%d", text, prefix);
	bytes[flip / 8] ^= (unsigned char)(0x80 >> flip % 8);
	assert_non_null(inet_ntop(family, bytes, text, sizeof(text)));
	finds(word, text, inside ? word : NULL);
}

static void
a_prefix_decides_bit_by_bit(void **state)
{
	(void)state;
	for (int prefix = 1; prefix <= 32; prefix++)
		for (int flip = 0; flip < 32; flip++)
			flip_a_bit(AF_INET, 32, prefix, flip);
	for (int prefix = 1; prefix <= 128; prefix++)
		for (int flip = 0; flip < 128; flip++)
			flip_a_bit(AF_INET6, 128, prefix, flip);
}

static void
r33_a_name_is_not_a_network(void **state)
{
	static const char *const bad[] = {"host.example.com", "localhost",
	    "LOCAL", "10.", "10.0.0", "10/8", "10.0.0.0-10.0.0.9",
	    "10.0.0.0,10.0.0.1", "!10.0.0.0/8", "*", "/8", "/", "010.0.0.0/8",
	    "fe80::%eth0/64", "fe80::1%eth0", "[::1]", ".example.com",
	    "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:d"};
	char list[128];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		(void)snprintf(list, sizeof(list), "10.0.0.0/8 %s", bad[i]);
		refuses(list, "is not a network");
	}
	refuses("192.0.2.7 host.example.com ::1",
	    "\"host.example.com\" is not a network");
}

static void
a_prefix_is_a_number_in_range(void **state)
{
	static const char *const bad[] = {"", "33", "99999999999", "08", "00",
	    "+8", "-1", " 8", "8x", "0x8", "8/8", "255.0.0.0"};
	char list[64];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		(void)snprintf(list, sizeof(list), "10.0.0.0/%s", bad[i]);
		refuses(list, "needs a prefix of 1 to 32");
	}
	refuses("2001:db8::/129", "needs a prefix of 1 to 128");
	refuses("::ffff:10.0.0.0/129", "needs a prefix of 1 to 128");
	finds("10.0.0.1/32 ::1/128", "10.0.0.1", "10.0.0.1/32");
	finds("10.0.0.1/32 ::1/128", "::1", "::1/128");
}

static void
a_network_begins_where_it_says(void **state)
{
	(void)state;
	refuses("10.0.0.1/8", "\"10.0.0.1/8\" has bits set beyond its prefix");
	refuses("10.0.0.1/31", "beyond its prefix");
	refuses("128.0.0.0/0 10.0.0.0/8", "means everybody");
	refuses("2001:db8::1/127", "beyond its prefix");
	refuses("2001:db8::/28", "beyond its prefix");
	refuses("::ffff:10.0.0.1/104", "beyond its prefix");
	refuses("::ffff:10.0.0.0/8", "beyond its prefix");
	refuses("::ffff:0.0.0.0/95", "beyond its prefix");
}

static void
r15_a_network_of_everybody_is_refused(void **state)
{
	(void)state;
	refuses("0.0.0.0/0", "\"0.0.0.0/0\" means everybody");
	refuses("10.0.0.0/8 ::/0", "\"::/0\" means everybody");
	refuses("::ffff:0.0.0.0/96", "means everybody");
}

static void
a_list_of_nothing_is_refused(void **state)
{
	(void)state;
	refuses("", "no network");
	refuses(" \t ", "no network");
}

static void
a_long_word_is_cut_in_the_sentence(void **state)
{
	char list[400], why[128] = "";

	(void)state;
	memset(list, '1', sizeof(list));
	list[sizeof(list) - 1] = '\0';
	assert_int_equal(network_check_list(list, why, sizeof(why)),
	    ERR_CONFIG);
	assert_non_null(strstr(why, "1\" is not a network"));
	assert_in_range(strlen(why), 60, 90);
	/* and what is left of a character is not shown */
	for (size_t i = 0; i + 1 < sizeof(list) - 1; i += 2)
		memcpy(list + i, "\xc3\xa9", 2);
	assert_int_equal(network_check_list(list, why, sizeof(why)),
	    ERR_CONFIG);
	assert_true(text_is_clean(why, strlen(why), false));
}

static void
nothing_is_found_where_nothing_is(void **state)
{
	static const struct address none;
	struct address ten = address("10.0.0.1"), zero = address("0.0.0.0");
	const char *word = NULL;
	size_t len = 0;

	(void)state;
	assert_false(network_find(NULL, &ten, &word, &len));
	assert_false(network_find("", &ten, &word, &len));
	assert_false(network_find("0.0.0.0 ::", &none, &word, &len));
	assert_true(network_find("0.0.0.0 ::", &zero, &word, &len));
}

static void
a_list_never_checked_ends_where_it_is_not_understood(void **state)
{
	struct address ten = address("10.0.0.1");
	const char *word = NULL;
	size_t len = 0;

	(void)state;
	assert_false(network_find("x 10.0.0.0/8", &ten, &word, &len));
	assert_false(network_find("0.0.0.0/0", &ten, &word, &len));
	assert_false(network_find("10.0.0.1/8", &ten, &word, &len));
	assert_null(word);
	assert_true(network_find("10.0.0.0/8 x", &ten, &word, &len));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses_of_both_families_are_read),
	    cmocka_unit_test(an_address_has_many_spellings),
	    cmocka_unit_test(r33_ipv4_mapped_into_ipv6_is_ipv4),
	    cmocka_unit_test(r33_what_is_not_one_numeric_address_is_none),
	    cmocka_unit_test(the_first_word_with_the_address_is_found),
	    cmocka_unit_test(r33_a_mapped_address_lies_in_networks_of_ipv4),
	    cmocka_unit_test(r33_the_families_do_not_meet),
	    cmocka_unit_test(a_prefix_decides_bit_by_bit),
	    cmocka_unit_test(r33_a_name_is_not_a_network),
	    cmocka_unit_test(a_prefix_is_a_number_in_range),
	    cmocka_unit_test(a_network_begins_where_it_says),
	    cmocka_unit_test(r15_a_network_of_everybody_is_refused),
	    cmocka_unit_test(a_list_of_nothing_is_refused),
	    cmocka_unit_test(a_long_word_is_cut_in_the_sentence),
	    cmocka_unit_test(nothing_is_found_where_nothing_is),
	    cmocka_unit_test(
		a_list_never_checked_ends_where_it_is_not_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
