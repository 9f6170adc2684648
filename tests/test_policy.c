/*
 * Who needs the factor: the rules, the account lookups behind them, and the
 * places that exempt.
 */
#include "login/policy.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/*
 * A scripted account database. alice: uid 1000, primary group 100, in group
 * 10 too. zoe: uid 5000, primary group 200, listed as member of "listed".
 */
static struct {
	int person_error, group_error;
	size_t person_space, group_space; /* how much they want */
	int more_groups;                  /* alice's, before the one asked */
	bool groups_never_fit;
	char *zoe_is_called;
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
	pw->pw_name = alice ? alice_name : script.zoe_is_called != NULL ?
	    script.zoe_is_called : zoe_name;
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
	struct local_account a = {.lookups = &fakes, .login = login};
	const char *rule = "unset";
	size_t len = 99;

	assert_int_equal(policy_find_rule(&a, rules, &rule, &len), ERR_OK);
	assert_int_equal(len, strlen(wanted));
	if (len == 0)
		assert_null(rule);
	else
		assert_memory_equal(rule, wanted, len);
}

static void
fails(const char *rules, const char *login, enum err wanted)
{
	struct local_account a = {.lookups = &fakes, .login = login};
	const char *rule = "unset";
	size_t len = 99;

	assert_int_equal(policy_find_rule(&a, rules, &rule, &len), wanted);
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

/* 31 characters of two bytes and a half one do not fit. */
static void
the_bad_word_is_cut_at_a_character(void **state)
{
	char rules[128] = "", why[256] = "";

	(void)state;
	for (size_t i = 0; i < 40; i++)
		(void)strcat(rules, "\xc3\xa9");
	(void)strcat(rules, "/");
	assert_int_equal(
	    policy_check_rules(rules, why, sizeof(why)), ERR_CONFIG);
	assert_true(text_is_clean(why, strlen(why), false));
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

/* A login from nowhere, with the accounts of this very host. */
static enum err
decide_here(const char *users, const char *login, struct policy_decision *out)
{
	const struct policy policy = {.users = users, .local = true};
	const struct policy_subject who = {login, "", ""};

	memset(out, 0, sizeof(*out)); /* which says "not needed" */
	return policy_decide(&account_lookups_libc, &policy, &who, out);
}

static void
the_accounts_of_this_host_are_asked(void **state)
{
	struct policy_decision d;

	(void)state;
	assert_int_equal(decide_here("uid>=1 @root", "root", &d), ERR_OK);
	assert_true(d.needed);
	assert_string_equal(d.rule, "@root");
	assert_string_equal(d.account, "root");
	assert_int_equal(decide_here("!@root *", "root", &d), ERR_OK);
	assert_false(d.needed);
	assert_string_equal(d.rule, "!@root");
}

static void
r01_an_error_never_says_not_needed(void **state)
{
	struct policy_decision d;

	(void)state;
	assert_int_equal(decide_here("@no-such-group-here", "root", &d),
	    ERR_CONFIG);
	assert_true(d.needed);
	assert_int_equal(decide_here("!uid<1000 *", "no-such-user.", &d),
	    ERR_UNKNOWN_PERSON);
	assert_true(d.needed);
	assert_int_equal(decide_here("*", "no-such-user.", &d),
	    ERR_UNKNOWN_PERSON);
	assert_true(d.needed);
	assert_string_equal(d.account, "");
}

static void
r31_an_account_too_long_to_name_is_an_error(void **state)
{
	const struct policy policy = {.users = "*", .local = true};
	const struct policy_subject who = {"zoe", "", ""};
	struct policy_decision d;
	char name[257];

	(void)state;
	memset(name, 'z', sizeof(name));
	name[256] = '\0';
	script.zoe_is_called = name;
	fails("bob", "zoe", ERR_SYSTEM); /* is it bob? */
	assert_int_equal(policy_decide(&fakes, &policy, &who, &d), ERR_SYSTEM);
	assert_true(d.needed);
	assert_string_equal(d.account, "");
	name[255] = '\0';
	assert_int_equal(policy_decide(&fakes, &policy, &who, &d), ERR_OK);
	assert_true(d.needed);
	assert_string_equal(d.account, name);
}

static void
a_long_rule_is_cut_in_the_log(void **state)
{
	char users[202] = "!";
	const struct policy policy = {.users = users, .local = true};
	const struct policy_subject who = {users + 1, "", ""};
	struct policy_decision d;

	(void)state;
	memset(users + 1, 'a', sizeof(users) - 2);
	assert_int_equal(policy_decide(&fakes, &policy, &who, &d), ERR_OK);
	assert_false(d.needed);
	assert_int_equal(strlen(d.rule), sizeof(d.rule) - 1);
	assert_memory_equal(d.rule, users, sizeof(d.rule) - 1);
}

/* One login to read: needed where `account` is not NULL. */
struct named_case {
	const char *about;
	struct policy policy;
	struct policy_subject who;
	const char *rule, *account;
};

#define NETS "10.0.0.0/8 2001:db8::/32"

static const struct named_case named_cases[] = {
    {"nobody is exempt by default", {"*", NULL, true},
	{"alice", "10.1.2.3", "10.1.2.3 50022 10.0.0.1 22"}, "*", "alice"},
    {"nor on the console", {"*", NULL, true}, {"alice", "", ""}, "*", "alice"},
    {"a known network", {"*", NETS, true},
	{"alice", "10.1.2.3", ""}, "networks=10.0.0.0/8", NULL},
    {"its neighbour", {"*", NETS, true},
	{"alice", "11.1.2.3", ""}, "*", "alice"},
    {"IPv6", {"*", NETS, true},
	{"alice", "2001:db8::9", ""}, "networks=2001:db8::/32", NULL},
    {"sshd that listens on IPv6 says IPv4 so", {"*", NETS, true},
	{"alice", "::ffff:10.1.2.3", ""}, "networks=10.0.0.0/8", NULL},
    {"a name is not an address", {"*", NETS, true},
	{"alice", "10.1.2.3.example.com", ""}, "*", "alice"},
    {"a name where sshd knows the number", {"*", NETS, true},
	{"alice", "pc.example.com", "10.1.2.3 50022 10.0.0.1 22"},
	"networks=10.0.0.0/8", NULL},
    {"the number in rhost comes first", {"*", NETS, true},
	{"alice", "192.0.2.7", "10.1.2.3 50022 10.0.0.1 22"}, "*", "alice"},
    {"the far end's address counts, not ours", {"*", NETS, true},
	{"alice", "pc.example.com", "192.0.2.7 50022 10.0.0.1 22"},
	"*", "alice"},
    {"the console, exempt", {"*", NULL, false},
	{"alice", "", ""}, "local=no", NULL},
    {"over the network local says nothing", {"*", NULL, false},
	{"alice", "192.0.2.7", ""}, "*", "alice"},
    {"from a name, too", {"*", NETS, false},
	{"alice", "localhost", ""}, "*", "alice"},
    {"from UNKNOWN, too", {"*", NETS, false},
	{"alice", "UNKNOWN", "UNKNOWN 65535 UNKNOWN 65535"}, "*", "alice"},
    {"loopback is a network like others", {"*", NETS, false},
	{"alice", "127.0.0.1", ""}, "*", "alice"},
    {"ssh without rhost is not local", {"*", NULL, false},
	{"alice", "", "192.0.2.7 50022 192.0.2.1 22"}, "*", "alice"},
    {"users decides first", {"!alice *", NETS, false},
	{"alice", "10.1.2.3", ""}, "!alice", NULL},
    {"whom users does not name", {"@other", NETS, false},
	{"alice", "10.1.2.3", ""}, "", NULL},
    {"a network exempts before local", {"@wheel", "10.0.0.0/8", false},
	{"alice", "10.1.2.3", ""}, "networks=10.0.0.0/8", NULL},
    {"the account's own spelling", {"*", NULL, true},
	{"alice@example.com", "192.0.2.7", ""}, "*", "alice"},
};

static void
logins_from_everywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(named_cases); i++) {
		const struct named_case *c = &named_cases[i];
		struct policy_decision d;

		if (policy_decide(&fakes, &c->policy, &c->who, &d) != ERR_OK ||
		    d.needed != (c->account != NULL) ||
		    strcmp(d.rule, c->rule) != 0 || strcmp(d.account,
		    c->account == NULL ? "" : c->account) != 0)
			fail_msg("%s: %sneeded, by \"%s\"", c->about,
			    d.needed ? "" : "not ", d.rule);
	}
}

/*
 * The full product. Each table says by hand what its entries mean, and
 * wanted_of() puts the meanings together; neither reads an address or a rule.
 */
enum who { ALICE, SAME_ALICE, STRANGER, UNREADABLE, WHO_COUNT };

static const char *const logins[WHO_COUNT] = {
    [ALICE] = "alice", [SAME_ALICE] = "alice@example.com",
    [STRANGER] = "stranger", [UNREADABLE] = "alice" /* the lookup fails */};

/* Which rule decides for whom: its word, "" for none, or what went wrong. */
#define BAD_CONFIG "config"
#define NOT_HERE "unknown"
#define NOT_KNOWN "system"

static const struct {
	const char *rules, *says[WHO_COUNT];
} users_rows[] = {
    {"*", {"*", "*", "*", "*"}},
    {"!*", {"!*", "!*", "!*", "!*"}},
    {"alice", {"alice", "alice", "", "alice"}},
    {"!alice *", {"!alice", "*", "*", "!alice"}},
    {"bob", {"", "", "", NOT_KNOWN}},
    {"!bob *", {"*", "*", "*", "*"}},
    {"alice@example.com", {"", "alice@example.com", "", NOT_KNOWN}},
    {"@wheel", {"@wheel", "", NOT_HERE, NOT_KNOWN}},
    {"!@wheel *", {"!@wheel", "*", NOT_HERE, NOT_KNOWN}},
    {"@staff", {"@staff", "@staff", NOT_HERE, NOT_KNOWN}},
    {"!@staff *", {"!@staff", "!@staff", NOT_HERE, NOT_KNOWN}},
    {"@other", {"", "", NOT_HERE, NOT_KNOWN}},
    {"!@other *", {"*", "*", NOT_HERE, NOT_KNOWN}},
    {"@whele *", {BAD_CONFIG, BAD_CONFIG, NOT_HERE, NOT_KNOWN}},
    {"uid>=1000", {"uid>=1000", "uid>=1000", NOT_HERE, NOT_KNOWN}},
    {"uid<1000", {"", "", NOT_HERE, NOT_KNOWN}},
    {"!uid>=1000 *", {"!uid>=1000", "!uid>=1000", NOT_HERE, NOT_KNOWN}},
    {"!uid<1000 *", {"*", "*", NOT_HERE, NOT_KNOWN}},
    {"bob,carol *", {BAD_CONFIG, BAD_CONFIG, BAD_CONFIG, BAD_CONFIG}},
};

/* Where a login comes from: nothing said, 10.1.2.3, 2001:db8::1, another
 * address, or something that is none. */
enum place { NOTHING, TEN, SIX, ELSEWHERE, NO_ADDRESS, PLACE_COUNT };

/* Which network has the place: its word, or NULL. */
static const struct {
	const char *list, *has[PLACE_COUNT];
} network_rows[] = {
    {NULL, {NULL}},
    {"10.0.0.0/8", {[TEN] = "10.0.0.0/8"}},
    {"10.1.2.3", {[TEN] = "10.1.2.3"}},
    {"192.0.2.0/24 10.1.2.4 2001:db9::/32", {NULL}},
    {"2001:db8::/32", {[SIX] = "2001:db8::/32"}},
    {"::ffff:10.0.0.0/104", {[TEN] = "::ffff:10.0.0.0/104"}},
    {"::/1", {[SIX] = "::/1"}},
    {"2001:db8::/32 10.1.0.0/16 10.0.0.0/8",
	{[TEN] = "10.1.0.0/16", [SIX] = "2001:db8::/32"}},
};

struct source {
	const char *text;
	enum place place;
};

static const struct source rhosts[] = {{"", NOTHING}, {"10.1.2.3", TEN},
    {"::ffff:10.1.2.3", TEN}, {"::FFFF:a01:203", TEN}, {"2001:db8::1", SIX},
    {"198.51.100.7", ELSEWHERE}, {"fec0::10.1.2.3", ELSEWHERE},
    {"pc.example.com", NO_ADDRESS}, {"10.1.2.3.example.com", NO_ADDRESS},
    {"UNKNOWN", NO_ADDRESS}, {"localhost", NO_ADDRESS}, {" ", NO_ADDRESS},
    {"10.1.2.3 ", NO_ADDRESS}, {"010.1.2.3", NO_ADDRESS},
    {"10.1.2.3%eth0", NO_ADDRESS}, {"10.1.2.3/8", NO_ADDRESS},
    {"\001\xff", NO_ADDRESS}};

static const struct source connections[] = {{"", NOTHING},
    {"10.1.2.3 50022 192.0.2.1 22", TEN}, {"10.1.2.3", TEN},
    {"::ffff:10.1.2.3 50022 ::ffff:192.0.2.1 22", TEN},
    {"2001:db8::1 50022 2001:db8::2 22", SIX},
    {"198.51.100.7 50022 10.1.2.3 22", ELSEWHERE},
    {"UNKNOWN 65535 UNKNOWN 65535", NO_ADDRESS},
    {" 10.1.2.3 50022 192.0.2.1 22", NO_ADDRESS},
    {"10.1.2.3,50022 192.0.2.1 22", NO_ADDRESS}, {" ", NO_ADDRESS},
    {"10.1.2.3333333333333333333333333333333333333333333333333333333333 22",
	NO_ADDRESS}};

struct wanted {
	enum err e;
	bool needed;
	char rule[64];
	const char *account;
};

/* The oracle: `says` is the word of users, `network` the one of networks. */
static struct wanted
wanted_of(const char *says, const char *network, bool exempt_local,
    enum who who)
{
	struct wanted w = {ERR_OK, true, "", ""};
	bool asks = says[0] != '\0' && says[0] != '!';

	if (strcmp(says, BAD_CONFIG) == 0)
		w.e = ERR_CONFIG;
	else if (strcmp(says, NOT_HERE) == 0)
		w.e = ERR_UNKNOWN_PERSON;
	else if (strcmp(says, NOT_KNOWN) == 0)
		w.e = ERR_SYSTEM;
	if (w.e != ERR_OK)
		return w;
	w.needed = asks && network == NULL && !exempt_local;
	(void)snprintf(w.rule, sizeof(w.rule), "%s%s",
	    asks && network != NULL ? "networks=" : "",
	    !asks ? says : network != NULL ? network :
	    exempt_local ? "local=no" : says);
	if (w.needed && who == STRANGER)
		w.e = ERR_UNKNOWN_PERSON;
	else if (w.needed && who == UNREADABLE)
		w.e = ERR_SYSTEM;
	else if (w.needed)
		w.account = "alice";
	return w;
}

/* One of the product: which row of each table. */
struct trial {
	size_t users, networks, rhost, connection;
	enum who who;
	bool local;
};

static size_t
next_digit(size_t *number, size_t base)
{
	size_t digit = *number % base;

	*number /= base;
	return digit;
}

/* False behind the last one. */
static bool
nth_trial(size_t n, struct trial *out)
{
	out->local = next_digit(&n, 2) == 0;
	out->who = (enum who)next_digit(&n, WHO_COUNT);
	out->connection = next_digit(&n, COUNT(connections));
	out->rhost = next_digit(&n, COUNT(rhosts));
	out->networks = next_digit(&n, COUNT(network_rows));
	out->users = next_digit(&n, COUNT(users_rows));
	return n == 0;
}

static struct wanted
wanted_of_trial(const struct trial *t)
{
	enum place rhost = rhosts[t->rhost].place;
	enum place connection = connections[t->connection].place;
	enum place from = rhost == NOTHING || rhost == NO_ADDRESS ?
	    connection : rhost;

	return wanted_of(users_rows[t->users].says[t->who],
	    network_rows[t->networks].has[from],
	    !t->local && rhost == NOTHING && connection == NOTHING, t->who);
}

static void
try_one(const struct trial *t)
{
	const struct policy policy = {users_rows[t->users].rules,
	    network_rows[t->networks].list, t->local};
	const struct policy_subject subject = {logins[t->who],
	    rhosts[t->rhost].text, connections[t->connection].text};
	struct wanted w = wanted_of_trial(t);
	struct policy_decision d;
	enum err e;

	memset(&d, 0, sizeof(d));
	script.person_error = t->who == UNREADABLE ? EIO : 0;
	e = policy_decide(&fakes, &policy, &subject, &d);
	if (e == w.e && d.needed == w.needed && strcmp(d.rule, w.rule) == 0 &&
	    strcmp(d.account, w.account) == 0)
		return;
	fail_msg("users=%s networks=%s local=%d %s%s rhost=\"%s\" "
	    "ssh_connection=\"%s\": %s needed=%d rule=\"%s\" account=\"%s\", "
	    "not %s needed=%d rule=\"%s\" account=\"%s\"", policy.users,
	    policy.networks == NULL ? "" : policy.networks, policy.local,
	    subject.login, t->who == UNREADABLE ? " (lookup fails)" : "",
	    subject.rhost, subject.ssh_connection, err_name(e), d.needed,
	    d.rule, d.account, err_name(w.e), w.needed, w.rule, w.account);
}

static void
r33_every_login_under_every_policy(void **state)
{
	struct trial t;
	size_t n = 0;

	(void)state;
	for (; nth_trial(n, &t); n++)
		try_one(&t);
	assert_int_equal(n, COUNT(users_rows) * COUNT(network_rows) *
	    COUNT(rhosts) * COUNT(connections) * WHO_COUNT * 2);
	print_message("%zu logins\n", n);
}

/* With users = * and local = no, only a number may take the factor away. */
static void
r33_only_a_numeric_address_exempts(void **state)
{
	const struct policy policy = {"*", "10.0.0.0/8 ::/1", false};
	struct policy_subject who = {.login = "alice"};
	struct policy_decision d;

	(void)state;
	for (size_t r = 0; r < COUNT(rhosts); r++)
		for (size_t c = 0; c < COUNT(connections); c++) {
			if (rhosts[r].place != NO_ADDRESS ||
			    (connections[c].place != NO_ADDRESS &&
			    connections[c].place != NOTHING))
				continue;
			who.rhost = rhosts[r].text;
			who.ssh_connection = connections[c].text;
			assert_int_equal(policy_decide(&fakes, &policy, &who,
			    &d), ERR_OK);
			assert_true(d.needed);
		}
}

static void
networks_never_checked_exempt_nobody(void **state)
{
	static const char *const bad[] = {"", "pc.example.com 10.0.0.0/8",
	    "0.0.0.0/0", "10.1.2.3/8"};
	struct policy policy = {.users = "*", .local = true};
	const struct policy_subject who = {"alice", "10.1.2.3", ""};
	struct policy_decision d;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		policy.networks = bad[i];
		assert_int_equal(policy_decide(&fakes, &policy, &who, &d),
		    ERR_OK);
		assert_true(d.needed);
	}
}

static void
r14_a_network_does_not_excuse_a_group_lookup(void **state)
{
	const struct policy policy = {"!@wheel *", "10.0.0.0/8", false};
	const struct policy_subject who = {"alice", "10.1.2.3", ""};
	struct policy_decision d;

	(void)state;
	script.group_error = EIO;
	assert_int_equal(policy_decide(&fakes, &policy, &who, &d), ERR_SYSTEM);
	assert_true(d.needed);
	script.group_error = 0;
	script.groups_never_fit = true;
	assert_int_equal(policy_decide(&fakes, &policy, &who, &d), ERR_SYSTEM);
	assert_true(d.needed);
}

static void
r24_a_network_does_not_excuse_a_hostile_name(void **state)
{
	const struct policy policy = {"*", "10.0.0.0/8", false};
	const struct policy_subject who = {"a\nb", "10.1.2.3", ""};
	struct policy_decision d;

	(void)state;
	assert_int_equal(policy_decide(&fakes, &policy, &who, &d),
	    ERR_UNKNOWN_PERSON);
	assert_true(d.needed);
}

static void
a_decision_looks_up_the_account_once(void **state)
{
	const struct policy policy = {"uid<5 @other bob @wheel", NULL, true};
	const struct policy_subject who = {"alice", "10.1.2.3", ""};
	struct policy_decision d;

	(void)state;
	assert_int_equal(policy_decide(&fakes, &policy, &who, &d), ERR_OK);
	assert_string_equal(d.account, "alice");
	assert_int_equal(script.person_calls, 1);
}

#define TEST(f) cmocka_unit_test_setup(f, start)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_kind_of_rule_is_understood),
	    TEST(words_that_are_no_rule_are_refused),
	    TEST(the_bad_word_is_named),
	    TEST(the_bad_word_is_cut_at_a_character),
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
	    TEST(r01_an_error_never_says_not_needed),
	    TEST(r31_an_account_too_long_to_name_is_an_error),
	    TEST(a_long_rule_is_cut_in_the_log),
	    TEST(logins_from_everywhere),
	    TEST(r33_every_login_under_every_policy),
	    TEST(r33_only_a_numeric_address_exempts),
	    TEST(networks_never_checked_exempt_nobody),
	    TEST(r14_a_network_does_not_excuse_a_group_lookup),
	    TEST(r24_a_network_does_not_excuse_a_hostile_name),
	    TEST(a_decision_looks_up_the_account_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
