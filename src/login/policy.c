/*
 * Turns what the administrator wrote, a login name and where it comes from
 * into "needs the factor" or not. The only place that can exempt anybody.
 * Asks the accounts of this host (account.c), never the service.
 */
#include "login/policy.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "login/network.h"

enum {
	LOGIN_MAX = 256,
	ADDRESS_MAX = 64, /* more than any address in text */
};

#define UID_END ((uint64_t)1 << 32)

enum rule_kind { RULE_NAME, RULE_GROUP, RULE_UID };

/* "*" is the rule of all uids; it is never looked up. */
struct rule {
	const char *word; /* as written */
	size_t word_len;
	bool exempts;
	enum rule_kind kind;
	const char *name; /* login or group */
	size_t name_len;
	uint64_t from, end; /* uids from <= uid < end */
};

static bool
is_name(const char *text, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+@\\$";

	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0' || ((unsigned char)text[i] < 0x80 &&
		    strchr(letters, text[i]) == NULL))
			return false;
	return len > 0;
}

/* "uid>=N" or "uid<N"; N of at least 1, or it would mean all or nobody. */
static bool
read_uid_rule(const char *text, size_t len, struct rule *out)
{
	bool from = len > 5 && memcmp(text, "uid>=", 5) == 0;
	size_t i = from ? 5 : 4;
	uint64_t n = 0;

	if (!from && (len <= 4 || memcmp(text, "uid<", 4) != 0))
		return false;
	for (; i < len; i++) {
		if (text[i] < '0' || text[i] > '9' || n >= UID_END)
			return false;
		n = n * 10 + (uint64_t)(text[i] - '0');
	}
	if (n == 0 || n >= UID_END)
		return false;
	out->kind = RULE_UID;
	out->from = from ? n : 0;
	out->end = from ? UID_END : n;
	return true;
}

/* The next word of `rules` (NULL-word at the end); false: not understood. */
static bool
next_rule(const char **rules, struct rule *out)
{
	const char *text = *rules + strspn(*rules, " \t");
	size_t len = strcspn(text, " \t");

	*out = (struct rule){.word = len == 0 ? NULL : text, .word_len = len,
	    .end = UID_END};
	*rules = text + len;
	if (len == 0)
		return true;
	if (text[0] == '!') {
		out->exempts = true;
		text++;
		len--;
	}
	if (len == 1 && text[0] == '*') {
		out->kind = RULE_UID;
		return true;
	}
	if (read_uid_rule(text, len, out))
		return true;
	if (len > 0 && text[0] == '@') {
		out->kind = RULE_GROUP;
		text++;
		len--;
	}
	out->name = text;
	out->name_len = len;
	return is_name(text, len) && text[0] != '@';
}

/* Does "!word" stand before this word? */
static bool
is_shadowed(const char *rules, const struct rule *r)
{
	const char *p = rules;
	struct rule earlier;

	while (next_rule(&p, &earlier) && earlier.word < r->word)
		if (earlier.exempts && earlier.word_len == r->word_len + 1 &&
		    memcmp(earlier.word + 1, r->word, r->word_len) == 0)
			return true;
	return false;
}

enum err
policy_check_rules(const char *rules, char *why, size_t why_size)
{
	uint64_t from = 0, end = UID_END; /* uids that no rule exempts yet */
	bool selects = false;
	const char *p = rules;
	char word[64], shown[64];
	struct rule r;

	while (next_rule(&p, &r) && r.word != NULL) {
		if (r.exempts && r.name == NULL) {
			if (r.from < end && r.end == UID_END)
				end = r.from;
			if (r.end > from && r.from == 0)
				from = r.end;
		} else if (!r.exempts && !is_shadowed(rules, &r)) {
			selects |= (r.from > from ? r.from : from) <
			    (r.end < end ? r.end : end);
		}
	}
	if (r.word != NULL) {
		(void)snprintf(word, sizeof(word), "%.*s", (int)r.word_len,
		    r.word);
		(void)snprintf(why, why_size, "\"%s\" is not a rule",
		    text_clean(shown, sizeof(shown), word));
		return ERR_CONFIG;
	}
	if (!selects) {
		(void)snprintf(why, why_size,
		    "by these rules nobody would ever need the factor");
		return ERR_CONFIG;
	}
	return ERR_OK;
}

static bool
is_name_of(const char *name, const struct rule *r)
{
	return strlen(name) == r->name_len &&
	    strncasecmp(name, r->name, r->name_len) == 0;
}

/*
 * An exempting name is that name and no other. One that asks is also the name
 * under which the database knows the login: with sssd and winbind
 * "alice@example.com" and "EXAMPLE\alice" may be alice.
 */
static enum err
name_matches(struct local_account *a, const struct rule *r, bool *out)
{
	enum err e = ERR_OK;

	*out = is_name_of(a->login, r);
	if (r->exempts)
		*out = *out && memcmp(a->login, r->name, r->name_len) == 0;
	else if (!*out && (e = account_look_up(a)) == ERR_OK)
		*out = is_name_of(a->name, r);
	return e == ERR_UNKNOWN_PERSON ? ERR_OK : e;
}

static enum err
rule_matches(struct local_account *a, const struct rule *r, bool *out)
{
	enum err e;

	if (r->kind == RULE_NAME)
		return name_matches(a, r, out);
	if (r->kind == RULE_UID && r->from == 0 && r->end == UID_END) {
		*out = true;
		return ERR_OK;
	}
	if ((e = account_look_up(a)) != ERR_OK)
		return e;
	if (r->kind == RULE_GROUP)
		return account_in_group(a, r->name, r->name_len, out);
	*out = a->uid >= r->from && a->uid < r->end;
	return ERR_OK;
}

/* A name no account has, or that would read as another kind of rule. */
static bool
is_hostile(const char *login)
{
	size_t len = strlen(login);

	return len == 0 || len > LOGIN_MAX || strchr("@!", login[0]) != NULL ||
	    strpbrk(login, " \t:/") != NULL ||
	    !text_is_clean(login, len, false);
}

enum err
policy_find_rule(struct local_account *account, const char *rules,
    const char **rule, size_t *len)
{
	bool matches = false;
	struct rule r;
	enum err e;

	if (is_hostile(account->login))
		return ERR_UNKNOWN_PERSON;
	for (;;) {
		if (!next_rule(&rules, &r))
			return ERR_CONFIG;
		if (r.word == NULL)
			break;
		if ((e = rule_matches(account, &r, &matches)) != ERR_OK)
			return e;
		if (matches)
			break;
	}
	*rule = r.word;
	*len = r.word_len;
	return ERR_OK;
}

/* A host name says nothing: it is what the peer's own name server claims. */
static bool
find_address(const struct policy_subject *who, struct address *out)
{
	size_t len = strcspn(who->ssh_connection, " ");
	char text[ADDRESS_MAX];

	if (address_read(who->rhost, out))
		return true;
	if (len >= sizeof(text))
		return false;
	memcpy(text, who->ssh_connection, len);
	text[len] = '\0';
	return address_read(text, out);
}

/* Is the factor not asked for where this login comes from? `rule` is set
 * where so. */
static bool
place_exempts(const struct policy *policy, const struct policy_subject *who,
    char *rule, size_t rule_size)
{
	struct address from;
	const char *word;
	size_t len;

	if (find_address(who, &from) &&
	    network_find(policy->networks, &from, &word, &len)) {
		(void)snprintf(rule, rule_size, "networks=%.*s", (int)len,
		    word);
		return true;
	}
	if (!policy->local && who->rhost[0] == '\0' &&
	    who->ssh_connection[0] == '\0') {
		(void)snprintf(rule, rule_size, "local=no");
		return true;
	}
	return false;
}

enum err
policy_decide(const struct account_lookups *lookups,
    const struct policy *policy, const struct policy_subject *who,
    struct policy_decision *out)
{
	struct local_account a = {.lookups = lookups, .login = who->login};
	const char *word;
	size_t len;
	enum err e;

	*out = (struct policy_decision){.needed = true};
	e = policy_find_rule(&a, policy->users, &word, &len);
	if (e != ERR_OK)
		return e;
	(void)snprintf(out->rule, sizeof(out->rule), "%.*s", (int)len,
	    word == NULL ? "" : word);
	if (word == NULL || word[0] == '!' || place_exempts(policy, who,
	    out->rule, sizeof(out->rule))) {
		out->needed = false;
		return ERR_OK;
	}
	if ((e = account_look_up(&a)) == ERR_OK)
		(void)snprintf(out->account, sizeof(out->account), "%s",
		    a.name);
	return e;
}
