/*
 * Who needs the factor: nobody is exempt where something could not be found
 * out, and the word that decides is the one that a plain reading finds.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "fuzz.h"
#include "login/policy.h"

/*
 * The accounts there are. alice: uid 1000, groups 100 and 10; zoe: uid 500,
 * group 200. "staff" is 100, "wheel" 10, "other" 200.
 */
static int look_up_error; /* of accounts, or of groups */
static bool groups_fail;

static int
fake_getpwnam_r(const char *name, struct passwd *pw, char *space, size_t size,
    struct passwd **out)
{
	static char alice[] = "alice", zoe[] = "zoe";
	bool is_alice = strcasecmp(name, "alice") == 0 ||
	    strcmp(name, "alice@example.com") == 0;

	(void)space;
	(void)size;
	*out = NULL;
	if (look_up_error != 0)
		return look_up_error;
	if (!is_alice && strcmp(name, "zoe") != 0)
		return 0;
	*pw = (struct passwd){.pw_name = is_alice ? alice : zoe,
	    .pw_uid = is_alice ? 1000 : 500, .pw_gid = is_alice ? 100 : 200};
	*out = pw;
	return 0;
}

static int
fake_getgrnam_r(const char *name, struct group *gr, char *space, size_t size,
    struct group **out)
{
	static char *nobody[] = {NULL};
	static const struct {
		const char *name;
		gid_t gid;
	} groups[] = {{"staff", 100}, {"wheel", 10}, {"other", 200}};

	(void)space;
	(void)size;
	*out = NULL;
	if (groups_fail)
		return EIO;
	for (size_t i = 0; i < 3; i++)
		if (strcmp(groups[i].name, name) == 0) {
			*gr = (struct group){
			    .gr_gid = groups[i].gid, .gr_mem = nobody};
			*out = gr;
		}
	return 0;
}

static int
fake_getgrouplist(const char *name, gid_t primary, gid_t *list, int *count)
{
	(void)name;
	list[0] = primary;
	list[1] = 10;
	*count = primary == 100 ? 2 : 1;
	return *count;
}

static const struct account_lookups fakes = {
    fake_getpwnam_r, fake_getgrnam_r, fake_getgrouplist};

/* What a word means for alice under just that name, without "!". */
static bool
concerns_alice(const char *word)
{
	if (strncmp(word, "uid>=", 5) == 0)
		return strtoul(word + 5, NULL, 10) <= 1000;
	if (strncmp(word, "uid<", 4) == 0)
		return strtoul(word + 4, NULL, 10) > 1000;
	return strcmp(word, "*") == 0 || strcmp(word, "@staff") == 0 ||
	    strcmp(word, "@wheel") == 0;
}

/* Is alice exempt by this list, read plainly? */
static bool
exempts_alice(const char *rules)
{
	char *copy = strdup(rules), *rest = copy, *word;
	bool decided = false, exempt = true;

	must(copy != NULL, "there is memory");
	while (!decided && (word = strsep(&rest, " \t")) != NULL) {
		bool not = word[0] == '!';

		if (word[0] == '\0')
			continue;
		decided = concerns_alice(word + not) || (not
		    ? strcmp(word + 1, "alice") == 0
		    : strcasecmp(word, "alice") == 0);
		if (decided)
			exempt = not;
	}
	free(copy);
	return exempt;
}

static void
must_be_told(const char *rules, const char *why, enum err e)
{
	if (e == ERR_OK)
		return;
	must(why[0] != '\0', "a mistake is told");
	must(!text_is_clean(rules, strlen(rules), false) ||
	    text_is_clean(why, strlen(why), false),
	    "a mistake in clean text is told in clean text");
}

static void
try_decision(const struct policy *policy, const struct policy_subject *who,
    bool rules_are_right)
{
	struct policy_decision d;
	enum err e = policy_decide(&fakes, policy, who, &d);
	bool place = strncmp(d.rule, "networks=", 9) == 0 ||
	    strcmp(d.rule, "local=no") == 0;

	if (e != ERR_OK) {
		must(d.needed, "nobody is exempt by an error");
		return;
	}
	must(d.needed == (d.account[0] != '\0'),
	    "who needs the factor has an account");
	if (place)
		must(!d.needed && (policy->networks != NULL || !policy->local),
		    "a place exempts only where one may");
	else
		must(d.needed == (d.rule[0] != '!' && d.rule[0] != '\0'),
		    "a rule that decides is one that does");
	if (rules_are_right && !place && strcmp(who->login, "alice") == 0 &&
	    look_up_error == 0 && !groups_fail)
		must(d.needed == !exempts_alice(policy->users),
		    "the first word that matches decides");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int errors[] = {0, 0, EIO, EMFILE};
	static const char *const logins[] = {
	    "alice", "ALICE", "alice@example.com", "zoe", "nobody"};
	struct input in = {data, size};
	unsigned trouble = input_choose(&in, 5);
	unsigned login = input_choose(&in, 6);
	bool local = input_choose(&in, 2) == 0;
	char *rules = input_text(&in), *other = input_text(&in);
	char *networks = input_text(&in), *rhost = input_text(&in);
	char *ssh = input_text(&in), why[256] = "";
	const struct policy policy = {rules,
	    networks[0] == '\0' ? NULL : networks, local};
	const struct policy_subject who = {
	    login < 5 ? logins[login] : other, rhost, ssh};
	enum err e = policy_check_rules(rules, why, sizeof(why));

	look_up_error = trouble < 4 ? errors[trouble] : 0;
	groups_fail = trouble == 4;
	must_be_told(rules, why, e);
	try_decision(&policy, &who, e == ERR_OK);
	free(ssh);
	free(rhost);
	free(networks);
	free(other);
	free(rules);
	return 0;
}
