/*
 * Whom verifier_user means: never root, and never a guess.
 */
#include "login/verifier_user.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "login/account.h"

/* What the scripted database has under the name asked for, if anything. */
static struct {
	int error;
	uid_t uid;
	gid_t gid;
	char *name; /* NULL: nobody */
	int asked;
} script;

static char some_name[] = "genauth";

static int
fake_getpwnam_r(const char *name, struct passwd *pw, char *space, size_t size,
    struct passwd **out)
{
	(void)name;
	(void)space;
	(void)size;
	script.asked++;
	*out = NULL;
	if (script.error != 0 || script.name == NULL)
		return script.error;
	memset(pw, 0, sizeof(*pw));
	pw->pw_name = script.name;
	pw->pw_uid = script.uid;
	pw->pw_gid = script.gid;
	*out = pw;
	return 0;
}

static const struct account_lookups lookups = {fake_getpwnam_r, NULL, NULL};
static struct verifier_user user;
static char why[VERIFIER_USER_WHY_BYTES];

static int
start(void **state)
{
	(void)state;
	memset(&script, 0, sizeof(script));
	script.name = some_name;
	script.uid = 70200;
	script.gid = 70300;
	user = (struct verifier_user){1, 1};
	why[0] = '\0';
	return 0;
}

static enum err
find(const char *name)
{
	return verifier_user_find(&lookups, name, &user, why, sizeof(why));
}

/* Nothing is found, and the sentence says why. */
static void
refuses(const char *name, enum err e, const char *sentence)
{
	assert_int_equal(find(name), e);
	assert_non_null(strstr(why, "verifier_user: "));
	assert_non_null(strstr(why, sentence));
	assert_int_equal(user.uid, 1);
	assert_int_equal(user.gid, 1);
}

static void
a_name_is_looked_up(void **state)
{
	(void)state;
	assert_int_equal(find("genauth"), ERR_OK);
	assert_int_equal(user.uid, 70200);
	assert_int_equal(user.gid, 70300);
}

static void
a_number_is_both_ids_and_is_not_looked_up(void **state)
{
	(void)state;
	assert_int_equal(find("65533"), ERR_OK);
	assert_int_equal(user.uid, 65533);
	assert_int_equal(user.gid, 65533);
	assert_int_equal(script.asked, 0);
}

static void
root_is_refused_in_every_guise(void **state)
{
	static const char *const numbers[] = {"0", "00", "4294967295",
	    "4294967296", "99999999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		refuses(numbers[i], ERR_CONFIG, "is root");
	script.uid = 0;
	refuses("toor", ERR_CONFIG, "is root");
	script.uid = 1;
	script.gid = 0;
	refuses("operator", ERR_CONFIG, "root's group");
}

static void
an_unknown_user_is_refused_and_how_to_make_one_is_said(void **state)
{
	(void)state;
	script.name = NULL;
	refuses("genauth", ERR_CONFIG, "no such user; run: useradd --system");
	assert_true(strlen(why) < sizeof(why) - 1);
}

/* It may not be taken for one that is not there. */
static void
r14_a_lookup_that_fails_is_refused(void **state)
{
	(void)state;
	script.error = EIO;
	refuses("genauth", ERR_SYSTEM, "cannot be looked up");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_name_is_looked_up, start),
	    cmocka_unit_test_setup(
		a_number_is_both_ids_and_is_not_looked_up, start),
	    cmocka_unit_test_setup(root_is_refused_in_every_guise, start),
	    cmocka_unit_test_setup(
		an_unknown_user_is_refused_and_how_to_make_one_is_said, start),
	    cmocka_unit_test_setup(r14_a_lookup_that_fails_is_refused, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
