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

/*
 * Does `login` need the factor? `rule` (`rule_size` bytes) gets the word
 * that decided, "" where none did. Never "no" where it could not be found
 * out: ERR_SYSTEM for a lookup that failed, ERR_CONFIG for a group that does
 * not exist, ERR_UNKNOWN_PERSON for a name that no account can have, or that
 * is not a local account where a rule has to look it up; ERR_MEMORY.
 */
__attribute__((warn_unused_result)) enum err policy_needs_factor(
    const char *rules, const char *login, bool *needed, char *rule,
    size_t rule_size);

/* policy_needs_factor() over other lookups: `rule` gets the word that
 * decides, of `len` bytes, within `rules`; NULL where none does. */
__attribute__((warn_unused_result)) enum err policy_find_rule(
    const struct account_lookups *lookups, const char *rules,
    const char *login, const char **rule, size_t *len);

#endif
