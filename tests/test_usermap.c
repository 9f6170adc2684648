/*
 * The administrator's map from logins to names in the directory.
 */
#include "login/usermap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char family[] =
    "# login = directory-id\n"
    "alice = alice@example.com\n"
    "\n"
    "bob=Robert Smith   # the other Bob\n"
    "carol = dave\n"
    "dave = carol\n";

static void
fill(struct buf *map, const char *text)
{
	buf_init(map, 200000);
	assert_int_equal(buf_add_text(map, text), ERR_OK);
}

static void
checks(const char *text, enum err wanted, const char *because)
{
	struct buf map;
	char why[128] = "";

	fill(&map, text);
	assert_int_equal(usermap_check(&map, why, sizeof(why)), wanted);
	assert_string_equal(why, because);
	buf_clear(&map);
}

static void
resolves(const char *text, const char *login, const char *wanted)
{
	struct buf map, out = BUF_INIT(64);

	fill(&map, text);
	assert_int_equal(usermap_resolve(&map, login, &out), ERR_OK);
	assert_string_equal(buf_text(&out), wanted);
	buf_clear(&out);
	buf_clear(&map);
}

static void
refuses(const char *text, const char *login, enum err wanted)
{
	struct buf map, out = BUF_INIT(8);

	fill(&map, text);
	assert_int_equal(usermap_resolve(&map, login, &out), wanted);
	assert_int_equal(out.len, 0);
	buf_clear(&out);
	buf_clear(&map);
}

static void
a_good_map_passes(void **state)
{
	(void)state;
	checks(family, ERR_OK, "");
	checks("", ERR_OK, "");
	checks("# nobody yet", ERR_OK, "");
}

static void
a_mapped_login_gets_its_id(void **state)
{
	(void)state;
	resolves(family, "alice", "alice@example.com");
	resolves(family, "bob", "Robert Smith");
}

static void
an_unmapped_login_keeps_its_name(void **state)
{
	(void)state;
	resolves(family, "erin", "erin");
	resolves("", "erin", "erin");
}

static void
two_logins_may_swap_their_names(void **state)
{
	(void)state;
	resolves(family, "carol", "dave");
	resolves(family, "dave", "carol");
}

static void
r20_an_unmapped_login_cannot_be_anothers_id(void **state)
{
	(void)state;
	refuses("alice = root\n", "root", ERR_CONFIG);
	refuses("alice = Root\n", "rOOT", ERR_CONFIG);
	refuses(family, "alice@example.com", ERR_CONFIG);
}

static void
a_login_mapped_to_itself_is_fine(void **state)
{
	(void)state;
	checks("root = root\n", ERR_OK, "");
	resolves("root = root\n", "root", "root");
}

static void
r21_logins_are_found_byte_by_byte(void **state)
{
	(void)state;
	resolves(family, "Alice", "Alice");
	resolves(family, "alic", "alic");
	resolves(family, "alicea", "alicea");
	checks("alice = a\nAlice = b\n", ERR_OK, "");
	resolves("alice = a\nAlice = b\n", "Alice", "b");
}

static void
r26_a_hostile_login_is_not_read_as_a_line(void **state)
{
	(void)state;
	resolves(family, "alice = alice@example.com",
	    "alice = alice@example.com");
	resolves(family, "# login", "# login");
}

static void
r20_a_login_given_twice_is_refused(void **state)
{
	(void)state;
	checks("bob = b\nalice = x\n\nalice = y\n", ERR_CONFIG,
	    "line 4: the login of line 2 is there again");
}

static void
r20_two_logins_cannot_become_one_person(void **state)
{
	(void)state;
	checks("zoe = x\nbob = y\nalice = x\n", ERR_CONFIG,
	    "line 3: the directory id of line 1 is there again");
	checks("zoe = x@Example.com\nalice = X@example.com\n", ERR_CONFIG,
	    "line 2: the directory id of line 1 is there again");
}

static void
ids_that_begin_alike_are_different(void **state)
{
	(void)state;
	checks("a = x\nb = xy\nc = xyz\nab = q\n", ERR_OK, "");
	resolves("a = x\nb = xy\n", "b", "xy");
	resolves("a = xy\n", "x", "x");
}

static void
an_empty_side_is_refused(void **state)
{
	(void)state;
	checks("alice =\n", ERR_CONFIG, "line 1: no value after \"=\"");
	checks("\n = x\n", ERR_CONFIG, "line 2: no name before \"=\"");
	checks("alice = # x\n", ERR_CONFIG, "line 1: no value after \"=\"");
}

static void
r03_a_line_that_is_none_is_refused(void **state)
{
	char line[1100];

	(void)state;
	checks("alice\n", ERR_CONFIG, "line 1: not of the form name = value");
	checks("alice = x\nbob : y\n", ERR_CONFIG,
	    "line 2: not of the form name = value");
	memset(line, 'x', sizeof(line));
	memcpy(line, "a = ", 4);
	line[sizeof(line) - 1] = '\0';
	checks(line, ERR_CONFIG, "line 1: longer than 1024 bytes");
}

static void
r24_control_characters_are_refused(void **state)
{
	(void)state;
	checks("alice = a\033[2J\n", ERR_CONFIG, "line 1: holds a control "
	    "character, an invisible character, or bytes that are not UTF-8");
	checks("alice = a\r\n", ERR_CONFIG, "line 1: ends in a carriage "
	    "return, as files from Windows do");
}

static void
a_map_never_checked_fails_where_it_is_bad(void **state)
{
	(void)state;
	refuses("alice = x\nbob\n", "alice", ERR_CONFIG);
}

static void
r03_an_id_too_long_for_the_answer_is_an_error(void **state)
{
	(void)state;
	refuses("alice = 123456789\n", "alice", ERR_MEMORY);
	refuses("", "123456789", ERR_MEMORY);
}

static void
a_large_map_is_checked_in_a_moment(void **state)
{
	struct buf map = BUF_INIT(200000);
	char line[64], why[128];

	(void)state;
	for (unsigned i = 0; i < 6000; i++) {
		(void)snprintf(line, sizeof(line), "user%u = %u@e.org\n",
		    i * 7919 % 6007, i * 104729 % 6007);
		assert_int_equal(buf_add_text(&map, line), ERR_OK);
	}
	assert_int_equal(usermap_check(&map, why, sizeof(why)), ERR_OK);
	assert_int_equal(buf_add_text(&map, "user7919 = x\nuser0 = y"),
	    ERR_OK);
	assert_int_equal(usermap_check(&map, why, sizeof(why)), ERR_CONFIG);
	assert_string_equal(why,
	    "line 6002: the login of line 1 is there again");
	buf_clear(&map);
}

static void
the_line_of_a_login_is_known(void **state)
{
	struct buf map;

	(void)state;
	fill(&map, "# people\nalice = a1\n\nbob = alice\n");
	assert_int_equal(usermap_line(&map, "alice"), 2);
	assert_int_equal(usermap_line(&map, "bob"), 4);
	assert_int_equal(usermap_line(&map, "a1"), 0);
	assert_int_equal(usermap_line(&map, "carol"), 0);
	buf_clear(&map);
	fill(&map, "alice = a1\nno line\n");
	assert_int_equal(usermap_line(&map, "alice"), 0);
	buf_clear(&map);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_good_map_passes),
	    cmocka_unit_test(a_mapped_login_gets_its_id),
	    cmocka_unit_test(an_unmapped_login_keeps_its_name),
	    cmocka_unit_test(two_logins_may_swap_their_names),
	    cmocka_unit_test(r20_an_unmapped_login_cannot_be_anothers_id),
	    cmocka_unit_test(a_login_mapped_to_itself_is_fine),
	    cmocka_unit_test(r21_logins_are_found_byte_by_byte),
	    cmocka_unit_test(r26_a_hostile_login_is_not_read_as_a_line),
	    cmocka_unit_test(r20_a_login_given_twice_is_refused),
	    cmocka_unit_test(r20_two_logins_cannot_become_one_person),
	    cmocka_unit_test(ids_that_begin_alike_are_different),
	    cmocka_unit_test(an_empty_side_is_refused),
	    cmocka_unit_test(r03_a_line_that_is_none_is_refused),
	    cmocka_unit_test(r24_control_characters_are_refused),
	    cmocka_unit_test(a_map_never_checked_fails_where_it_is_bad),
	    cmocka_unit_test(r03_an_id_too_long_for_the_answer_is_an_error),
	    cmocka_unit_test(a_large_map_is_checked_in_a_moment),
	    cmocka_unit_test(the_line_of_a_login_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
