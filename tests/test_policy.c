/*
 * Who needs the factor: the rules, and the account lookups behind them.
 */
#include "login/policy.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/*
 * A scripted account database. alice: uid 1000, primary group 100, in group
 * 10 too. zoe: uid 5000, primary group 200, listed as member of "listed".
 */
static struct {
	int person_error, group_error;
	size_t person_space, group_space; /* how much they want */
	int more_groups;                  /* alice's, before the one asked */
	bool groups_never_fit;
	int person_calls;
} script;

static int
fake_getpwnam_r(const char *name, struct passwd *pw, char *space, size_t size,
    struct passwd **out)
{
	static char alice_name[] = "alice", zoe_name[] = "zoe";
	bool alice = strncmp(name, "alice", 5) == 0 &&
	    (name[5] == '\0' || name[5] == '@'); /* as sssd may do */

	(void)space;
	*out = NULL;
	script.person_calls++;
	if (script.person_error != 0)
		return script.person_error;
	if (size < script.person_space)
		return ERANGE;
	if (!alice && strcmp(name, "zoe") != 0)
		return 0;
	memset(pw, 0, sizeof(*pw));
	pw->pw_name = alice ? alice_name : zoe_name;
	pw->pw_uid = alice ? 1000 : 5000;
	pw->pw_gid = alice ? 100 : 200;
	*out = pw;
	return 0;
}

static int
fake_getgrnam_r(const char *name, struct group *gr, char *space, size_t size,
    struct group **out)
{
	static char zoe[] = "zoe";
	static char *nobody[] = {NULL}, *zoe_only[] = {zoe, NULL};
	static const struct {
		const char *name;
		gid_t gid;
	} groups[] = {{"staff", 100}, {"wheel", 10}, {"other", 999},
	    {"listed", 300}};

	(void)space;
	*out = NULL;
	if (script.group_error != 0)
		return script.group_error;
	if (size < script.group_space)
		return ERANGE;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (strcmp(groups[i].name, name) != 0)
			continue;
		memset(gr, 0, sizeof(*gr));
		gr->gr_gid = groups[i].gid;
		gr->gr_mem = groups[i].gid == 300 ? zoe_only : nobody;
		*out = gr;
	}
	return 0;
}

static int
fake_getgrouplist(const char *name, gid_t primary, gid_t *list, int *count)
{
	bool alice = strcmp(name, "alice") == 0;
	int wanted = alice ? 2 + script.more_groups : 1, room = *count;

	if (script.groups_never_fit)
		return -1;
	*count = wanted;
	for (int i = 0; i < wanted && i < room; i++)
		list[i] = i == 0 ? primary : (gid_t)(20000 + i);
	if (alice && room >= wanted)
		list[wanted - 1] = 10;
	return room < wanted ? -1 : wanted;
}

static const struct account_lookups fakes = {
    fake_getpwnam_r, fake_getgrnam_r, fake_getgrouplist};

static int
start(void **state)
{
	(void)state;
	memset(&script, 0, sizeof(script));
	return 0;
}

/* The word that decides must be `wanted`; "" for none. */
static void
decides(const char *rules, const char *login, const char *wanted)
{
	const char *rule = "unset";
	size_t len = 99;

	assert_int_equal(policy_find_rule(&fakes, rules, login, &rule, &len),
	    ERR_OK);
	assert_int_equal(len, strlen(wanted));
	if (len == 0)
		assert_null(rule);
	else
		assert_memory_equal(rule, wanted, len);
}

static void
fails(const char *rules, const char *login, enum err wanted)
{
	const char *rule = "unset";
	size_t len = 99;

	assert_int_equal(policy_find_rule(&fakes, rules, login, &rule, &len),
	    wanted);
	assert_string_equal(rule, "unset");
	assert_int_equal(len, 99);
}

static void
accepts(const char *rules)
{
	char why[128] = "";

	assert_int_equal(policy_check_rules(rules, why, sizeof(why)), ERR_OK);
	assert_string_equal(why, "");
}

static void
refuses(const char *rules, const char *because)
{
	char why[128] = "";

	assert_int_equal(policy_check_rules(rules, why, sizeof(why)),
	    ERR_CONFIG);
	assert_non_null(strstr(why, because));
}

static void
every_kind_of_rule_is_understood(void **state)
{
	(void)state;
	accepts("*");
	accepts("!deploy @wheel alice *");
	accepts("  alice\t@wheel  ");
	accepts("uid>=1000");
	accepts("!uid<1000 *");
	accepts("uid<4294967295");
	accepts("!@backup !root *");
	accepts("alice@example.com CORP\\alice host$ a.b-c_d \xc3\xa9ric");
}

static void
words_that_are_no_rule_are_refused(void **state)
{
	static const char *const bad[] = {"!", "@", "!@", "!!alice", "@@wheel",
	    "@!wheel", "alice,bob", "adm*", "**", "%wheel", "a:b", "a/b",
	    "uid>=", "uid<", "uid>=0", "uid<0", "uid>=x", "uid>=-1", "uid>5",
	    "uid=0", "uid>=1x", "uid>=4294967296", "uid<99999999999999999999",
	    "uid>= 5", "alice\001", "\"alice\""};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char rules[64];

		(void)snprintf(rules, sizeof(rules), "* %s", bad[i]);
		refuses(rules, "is not a rule");
	}
}

static void
the_bad_word_is_named(void **state)
{
	(void)state;
	refuses("alice bob,carol *", "\"bob,carol\" is not a rule");
}

static void
r15_no_rules_select_nobody(void **state)
{
	(void)state;
	refuses("", "nobody");
	refuses(" \t ", "nobody");
}

static void
r15_rules_that_only_exempt_select_nobody(void **state)
{
	(void)state;
	refuses("!nogroup", "nobody");
	refuses("!@nogroup !alice", "nobody");
	refuses("!*", "nobody");
	refuses("!uid>=1000", "nobody");
}

static void
r15_rules_behind_their_own_exemption_select_nobody(void **state)
{
	(void)state;
	refuses("!* alice @wheel *", "nobody");
	refuses("!alice alice", "nobody");
	refuses("!@wheel !x @wheel", "nobody");
	refuses("!uid>=1000 uid>=2000", "nobody");
	refuses("!uid<1000 uid<1000", "nobody");
	refuses("!uid<1000 uid<500", "nobody");
	refuses("!uid<1000 !uid>=1000 alice *", "nobody");
	refuses("!uid>=1 uid>=1", "nobody");
}

static void
rules_that_leave_somebody_are_fine(void **state)
{
	(void)state;
	accepts("!alice alicea");
	accepts("!alice alice bob");
	accepts("!alice @alice");
	accepts("alice !*");
	accepts("alice !* bob");
	accepts("!uid<1000 uid>=1000");
	accepts("!uid<1000 uid<1001");
	accepts("!uid>=1 *");
	accepts("!uid<500 !uid>=1000 @wheel");
}

static void
a_name_decides_without_a_lookup(void **state)
{
	(void)state;
	script.person_error = EIO;
	decides("alice", "alice", "alice");
	decides("!alice *", "alice", "!alice");
	decides("!bob *", "alice", "*");
	decides("*", "stranger", "*");
	decides("!*", "stranger", "!*");
	assert_int_equal(script.person_calls, 0);
}

static void
r21_another_spelling_does_not_get_around_a_name(void **state)
{
	(void)state;
	decides("alice", "alice@example.com", "alice");
	decides("ALICE", "alice@example.com", "ALICE");
	decides("!alice *", "alice@example.com", "*");
	decides("zoe", "alice@example.com", "");
	decides("alice", "stranger", "");
	/* who it is cannot be found out: not "somebody else" */
	script.person_error = EIO;
	fails("alice", "alice@example.com", ERR_SYSTEM);
}

static void
names_match_whole(void **state)
{
	(void)state;
	decides("alice", "alicea", "");
	decides("alicea", "alice", "");
}

static void
r21_upper_case_does_not_get_around_a_name(void **state)
{
	(void)state;
	decides("alice", "ALICE", "alice");
	decides("!alice *", "ALICE", "*");
}

static void
the_first_match_decides(void **state)
{
	(void)state;
	decides("!alice alice *", "alice", "!alice");
	decides("@wheel !alice", "alice", "@wheel");
	decides("!@other !uid<1000 alice *", "alice", "alice");
	decides("!bob *", "alice", "*");
}

static void
no_match_means_no_rule(void **state)
{
	(void)state;
	decides("bob @other uid<1000", "alice", "");
}

static void
r21_a_group_is_matched_by_gid(void **state)
{
	(void)state;
	decides("@staff", "alice", "@staff"); /* primary */
	decides("@wheel", "alice", "@wheel"); /* supplementary */
	decides("@other", "alice", "");
	decides("!@wheel *", "alice", "!@wheel");
	decides("!@wheel *", "zoe", "*");
}

static void
r14_a_member_list_counts_where_group_ids_are_left_out(void **state)
{
	(void)state;
	decides("@listed", "zoe", "@listed");
	decides("@listed", "alice", "");
}

static void
uids_are_compared_as_numbers(void **state)
{
	(void)state;
	decides("uid>=1000", "alice", "uid>=1000");
	decides("uid>=1001", "alice", "");
	decides("uid<1001", "alice", "uid<1001");
	decides("uid<1000", "alice", "");
	decides("uid>=2000", "zoe", "uid>=2000");
	decides("!uid<2000 *", "alice", "!uid<2000");
}

static void
the_account_is_looked_up_once(void **state)
{
	(void)state;
	decides("uid<5 @other uid<6 @wheel", "alice", "@wheel");
	assert_int_equal(script.person_calls, 1);
}

static void
r14_a_lookup_that_fails_is_an_error(void **state)
{
	(void)state;
	script.person_error = EIO;
	fails("@wheel", "alice", ERR_SYSTEM);
	fails("!uid<1000 *", "alice", ERR_SYSTEM);
	script.person_error = 0;
	script.group_error = EIO;
	fails("@wheel", "alice", ERR_SYSTEM);
	fails("!@wheel *", "alice", ERR_SYSTEM);
}

static void
r14_an_account_too_large_is_an_error(void **state)
{
	(void)state;
	script.person_space = SIZE_MAX;
	fails("@wheel", "alice", ERR_SYSTEM);
	script.person_space = 0;
	script.group_space = SIZE_MAX;
	fails("@wheel", "alice", ERR_SYSTEM);
}

static void
r14_interrupted_for_ever_is_an_error(void **state)
{
	(void)state;
	script.person_error = EINTR;
	fails("@wheel", "alice", ERR_SYSTEM);
}

static void
large_entries_get_the_space_they_want(void **state)
{
	(void)state;
	script.person_space = 100000;
	script.group_space = 200000;
	decides("@wheel", "alice", "@wheel");
}

static void
many_groups_are_all_looked_at(void **state)
{
	(void)state;
	script.more_groups = 5000;
	decides("@wheel", "alice", "@wheel");
}

static void
r14_groups_that_cannot_be_had_are_an_error(void **state)
{
	(void)state;
	script.groups_never_fit = true;
	fails("@wheel", "alice", ERR_SYSTEM);
	fails("!@wheel *", "alice", ERR_SYSTEM);
}

static void
r14_a_group_that_is_not_there_is_an_error(void **state)
{
	(void)state;
	fails("@whele", "alice", ERR_CONFIG);
	fails("!@whele *", "alice", ERR_CONFIG);
	fails("@whele *", "alice", ERR_CONFIG);
}

static void
r31_a_stranger_cannot_be_decided_by_group_or_uid(void **state)
{
	(void)state;
	fails("@wheel", "stranger", ERR_UNKNOWN_PERSON);
	fails("uid>=1000", "stranger", ERR_UNKNOWN_PERSON);
	fails("!uid<1000 *", "stranger", ERR_UNKNOWN_PERSON);
	fails("!@wheel *", "stranger", ERR_UNKNOWN_PERSON);
}

static void
r24_names_no_account_can_have_are_refused(void **state)
{
	static const char *const hostile[] = {"", "@wheel", "!alice", "a b",
	    "a\tb", "a:b", "../x", "a\nb", "a\033b", "a\xff",
	    "\xe2\x80\xaez"};
	char longest[258];

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
		fails("!* *", hostile[i], ERR_UNKNOWN_PERSON);
	memset(longest, 'a', sizeof(longest));
	longest[257] = '\0';
	fails("*", longest, ERR_UNKNOWN_PERSON);
	longest[256] = '\0';
	decides("*", longest, "*");
}

static void
rules_never_checked_fail_where_they_are_not_understood(void **state)
{
	(void)state;
	fails("bob,carol *", "alice", ERR_CONFIG);
}

static void
the_accounts_of_this_host_are_asked(void **state)
{
	bool needed = false;
	char rule[32];

	(void)state;
	assert_int_equal(policy_needs_factor("uid>=1 @root", "root", &needed,
	    rule, sizeof(rule)), ERR_OK);
	assert_true(needed);
	assert_string_equal(rule, "@root");
	assert_int_equal(policy_needs_factor("!@root *", "root", &needed,
	    rule, sizeof(rule)), ERR_OK);
	assert_false(needed);
	assert_string_equal(rule, "!@root");
}

static void
no_match_means_not_needed_and_no_rule(void **state)
{
	bool needed = true;
	char rule[32] = "x";

	(void)state;
	assert_int_equal(policy_needs_factor("alice", "root", &needed, rule,
	    sizeof(rule)), ERR_OK);
	assert_false(needed);
	assert_string_equal(rule, "");
}

static void
r01_an_error_never_says_not_needed(void **state)
{
	bool needed = true;
	char rule[32] = "x";

	(void)state;
	assert_int_equal(policy_needs_factor("@no-such-group-here", "root",
	    &needed, rule, sizeof(rule)), ERR_CONFIG);
	assert_true(needed);
	assert_int_equal(policy_needs_factor("!uid<1000 *", "no-such-user.",
	    &needed, rule, sizeof(rule)), ERR_UNKNOWN_PERSON);
	assert_true(needed);
	assert_string_equal(rule, "x");
}

#define TEST(f) cmocka_unit_test_setup(f, start)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_kind_of_rule_is_understood),
	    TEST(words_that_are_no_rule_are_refused),
	    TEST(the_bad_word_is_named),
	    TEST(r15_no_rules_select_nobody),
	    TEST(r15_rules_that_only_exempt_select_nobody),
	    TEST(r15_rules_behind_their_own_exemption_select_nobody),
	    TEST(rules_that_leave_somebody_are_fine),
	    TEST(a_name_decides_without_a_lookup),
	    TEST(r21_another_spelling_does_not_get_around_a_name),
	    TEST(names_match_whole),
	    TEST(r21_upper_case_does_not_get_around_a_name),
	    TEST(the_first_match_decides),
	    TEST(no_match_means_no_rule),
	    TEST(r21_a_group_is_matched_by_gid),
	    TEST(r14_a_member_list_counts_where_group_ids_are_left_out),
	    TEST(uids_are_compared_as_numbers),
	    TEST(the_account_is_looked_up_once),
	    TEST(r14_a_lookup_that_fails_is_an_error),
	    TEST(r14_an_account_too_large_is_an_error),
	    TEST(r14_interrupted_for_ever_is_an_error),
	    TEST(large_entries_get_the_space_they_want),
	    TEST(many_groups_are_all_looked_at),
	    TEST(r14_groups_that_cannot_be_had_are_an_error),
	    TEST(r14_a_group_that_is_not_there_is_an_error),
	    TEST(r31_a_stranger_cannot_be_decided_by_group_or_uid),
	    TEST(r24_names_no_account_can_have_are_refused),
	    TEST(rules_never_checked_fail_where_they_are_not_understood),
	    TEST(the_accounts_of_this_host_are_asked),
	    TEST(no_match_means_not_needed_and_no_rule),
	    TEST(r01_an_error_never_says_not_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
