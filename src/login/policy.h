#ifndef LOGIN_POLICY_H
#define LOGIN_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "login/account.h"

/*
 * Who needs the factor: `users` is a list of rules, words parted by spaces,
 * the first that matches decides, none matching means no factor is needed:
 *   alice  @group  uid>=1000  uid<1000  *      needs the factor
 *   !alice !@group ...                         does not
 * Groups are matched by gid over the primary and supplementary groups, and
 * by the group's own member list. A name that asks for the factor matches in
 * upper and lower case, one that exempts only exactly: where the account
 * database does not care about case, ALICE must not get around it, nor
 * alice@example.com where the database knows that as alice.
 */

/* ERR_CONFIG with a sentence in `why` for a list that has a word it does not
 * understand, is empty, or can select nobody. */
__attribute__((warn_unused_result)) enum err policy_check_rules(
    const char *rules, char *why, size_t why_size);

/* What the administrator wrote. `networks` as in login/network.h, NULL: none.
 * `local`: a login from no address needs the factor, too. */
struct policy {
	const char *users, *networks;
	bool local;
};

/* Who wants in, and from where; "" where the host does not say. */
struct policy_subject {
	const char *login;
	const char *rhost;          /* counts where it is an address */
	const char *ssh_connection; /* else its first word, sshd's own */
};

struct policy_decision {
	bool needed;
	char rule[128];    /* what decided: "!deploy", "networks=10.0.0.0/8",
	                      "local=no"; "" where no rule matched */
	char account[256]; /* where needed: the login as this host's account
	                      database spells it */
};

/*
 * Does this login need the factor? Networks and `local` exempt whom `users`
 * would ask. Never "no" where it could not be found out: ERR_SYSTEM for a
 * lookup that failed, ERR_CONFIG for a group that does not exist,
 * ERR_UNKNOWN_PERSON for a name that no account can have, or that is not a
 * local account where a rule has to look it up or the factor is needed;
 * ERR_MEMORY. `out` then says needed.
 */
__attribute__((warn_unused_result)) enum err policy_decide(
    const struct account_lookups *lookups, const struct policy *policy,
    const struct policy_subject *who, struct policy_decision *out);

/* The rules of `users` alone: `rule` gets the word that decides, of `len`
 * bytes, within `rules`; NULL where none does. `account` is looked up where a
 * rule needs it. */
__attribute__((warn_unused_result)) enum err policy_find_rule(
    struct local_account *account, const char *rules, const char **rule,
    size_t *len);

#endif
