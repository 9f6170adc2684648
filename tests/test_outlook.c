/*
 * What `genauth-mfa explain` foretells is what login_run() does: the same
 * login is looked at and then made, with every answer right and with every
 * answer wrong, over all of what can decide it. And looking leaves no trace.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_login.h"
#include "login/factor.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define OTP FACTOR_BIT(FACTOR_OTP)
#define SMS FACTOR_BIT(FACTOR_SMS)
#define PUSH FACTOR_BIT(FACTOR_PUSH)

static unsigned long compared, kinds[4];

/* Whom an authenticator does not help has a code sent first, or a push. */
static void
answer_always(bool right)
{
	for (size_t i = 0; i < ASKED_MAX; i++)
		human.answers[i] = right ? "123456" : "111111";
	if ((remote.bound & cfg.allowed.bits & (OTP | SMS)) == 0)
		human.answers[0] = "p";
	else if ((remote.bound & cfg.allowed.bits & OTP) == 0)
		human.answers[0] = "s";
	for (size_t i = 0; i < COUNT(remote.phone); i++)
		remote.phone[i] = right ? ANSWER_YES : ANSWER_NO;
}

/* Names, sizes and content of what there is, as one number. */
static uint64_t
trace(void)
{
	uint64_t sum = 14695981039346656037U;
	char path[600];
	DIR *d = opendir(cfg.state_dir);
	struct dirent *entry;
	FILE *f;
	int c;

	if (d == NULL)
		return 0;
	while ((entry = readdir(d)) != NULL) {
		uint64_t one = 14695981039346656037U;

		(void)snprintf(path, sizeof(path), "%s/%s", cfg.state_dir,
		    entry->d_name);
		for (const char *p = entry->d_name; *p != '\0'; p++)
			one = (one ^ (unsigned char)*p) * 1099511628211U;
		if (entry->d_name[0] != '.' && (f = fopen(path, "r")) != NULL) {
			while ((c = getc(f)) != EOF)
				one = (one ^ (unsigned)c) * 1099511628211U;
			(void)fclose(f);
		}
		sum += one;
	}
	(void)closedir(d);
	return sum;
}

static void
describe(char *out, size_t size)
{
	(void)snprintf(out, size, "%s@%s from \"%s\"%s%s%s, users=%s "
	    "networks=%s local=%d fail=%d account=%d flow=%d allowed=%x "
	    "bound=%x find=%s", who.user, who.service, who.rhost,
	    who.first_factor ? "" : ", no first factor",
	    who.blind ? ", blind" : "",
	    who.account_phase ? ", account phase" : "", cfg.users,
	    cfg.networks == NULL ? "" : cfg.networks, cfg.local, cfg.fail,
	    cfg.account, cfg.flow, cfg.allowed.bits, remote.bound,
	    err_name(remote.find));
}

/* Look ahead, by looking only. */
static void
foresee(bool online, struct outlook *o)
{
	uint64_t before = trace();
	int64_t now_ms = fake.now_ms;
	int calls = calls_of_the_service();

	look_ahead(online, o);
	assert_int_equal(trace(), before);
	assert_int_equal(calls_of_the_service() - remote.finds -
	    remote.challenges, calls);
	if (!online) {
		assert_int_equal(calls_of_the_service(), calls);
		assert_int_equal(fake.now_ms, now_ms);
	}
	remote.finds = remote.challenges = 0;
}

/* Is this what the login was to come to, whatever is answered? */
static bool
is_foreseen(const struct outlook *o, const struct login_result *r, bool right)
{
	switch (o->kind) {
	case OUTLOOK_EXEMPT:
		return r->verdict == VERDICT_SKIP && r->why == ERR_OK &&
		    strcmp(r->rule, o->policy.rule) == 0;
	case OUTLOOK_ASKED:
		if (!who.first_factor && o->usable_blindly == 0 &&
		    cfg.flow == FLOW_TRIGGER && !who.account_phase)
			return r->verdict == VERDICT_DENY;
		return (r->verdict == VERDICT_ALLOW) == right &&
		    (r->why == ERR_OK) == right &&
		    strcmp(r->rule, o->policy.rule) == 0;
	case OUTLOOK_LET_IN:
		return r->verdict == VERDICT_ALLOW && r->why == o->why &&
		    r->by_breaker == (o->by == OUTLOOK_BY_BREAKER);
	case OUTLOOK_DENIED:
		return r->verdict == VERDICT_DENY && r->why == o->why &&
		    r->by_breaker == (o->by == OUTLOOK_BY_BREAKER);
	}
	return false;
}

static void
compare(const struct outlook *o, bool right)
{
	struct login_result r = run_login();
	char what[600];

	compared++;
	kinds[o->kind]++;
	if (is_foreseen(o, &r, right))
		return;
	describe(what, sizeof(what));
	fail_msg("%s, %s answers: foreseen %d (%s) by rule \"%s\", came to %s "
	    "(%s) by \"%s\"", what, right ? "right" : "wrong", o->kind,
	    err_name(o->why), o->policy.rule, verdict_name(r.verdict),
	    err_name(r.why), r.rule);
}

/* The question that the login began with is the one that was foreseen. */
static void
compare_question(const struct outlook *o)
{
	static const struct challenge nothing;
	struct challenge c = {.phone = "13800008888",
	    .email = "alice@example.com"};
	struct buf prompt = BUF_INIT(512);

	if (o->kind != OUTLOOK_ASKED || human.asked == 0 ||
	    cfg.flow != FLOW_TRIGGER || who.account_phase ||
	    who.blind || (who.first_factor && (o->offered & OTP) == 0))
		return;
	if (!who.first_factor)
		assert_int_equal(factor_prompt(&nothing, o->offered_blindly,
		    FACTOR_COUNT, true, false, NULL, &prompt), ERR_OK);
	else
		assert_int_equal(factor_prompt(&c, o->offered, FACTOR_COUNT,
		    true, true, NULL, &prompt), ERR_OK);
	assert_string_equal(human.prompts[0], buf_text(&prompt));
	buf_clear(&prompt);
}

static enum outlook_kind
compare_once(void (*prepare)(void), bool right)
{
	struct outlook online, offline;

	if (prepare != NULL)
		prepare();
	foresee(false, &offline);
	foresee(true, &online);
	if (offline.kind != OUTLOOK_ASKED)
		assert_int_equal(offline.kind, online.kind);
	answer_always(right);
	compare(&online, right);
	if (right)
		compare_question(&online);
	return online.kind;
}

/* What comes of this login with right answers, and with wrong ones where they
 * matter. */
static void
look_and_log_in(void (*prepare)(void))
{
	struct config wanted = cfg;
	struct fake_remote service = remote;
	struct login_request login = who;

	if (compare_once(prepare, true) != OUTLOOK_ASKED)
		return;
	assert_int_equal(fake_login_reset(NULL), 0);
	wanted.state_dir = cfg.state_dir;
	cfg = wanted;
	remote = service;
	who = login;
	(void)compare_once(prepare, false);
}

static void
the_policy_decides_as_foreseen(void **state)
{
	static char users[][16] = {"*", "!alice *", "@wheel", "!@wheel *",
	    "@other", "@missing", "!@missing *", "uid>=1000", "uid>=2000",
	    "bob", "ALICE", "!ALICE alice"};
	static const char *const names[] = {"alice", "ALICE", "nobody",
	    "@wheel", "broken"};
	static const char *const services[] = {"sshd", "sudo", "login"};
	static const char *const places[] = {"", "192.0.2.7", "10.0.0.9",
	    "ten.example.com", "::ffff:10.0.0.9"};
	static char ten[] = "10.0.0.0/8";
	size_t total = COUNT(users) * COUNT(names) * COUNT(places) * 2 * 2;

	(void)state;
	for (size_t i = 0; i < total; i++) {
		size_t n = i;

		assert_int_equal(fake_login_reset(NULL), 0);
		cfg.users = users[n % COUNT(users)];
		n /= COUNT(users);
		who.user = names[n % COUNT(names)];
		n /= COUNT(names);
		who.service = services[i % 7 % COUNT(services)];
		who.rhost = places[n % COUNT(places)];
		n /= COUNT(places);
		cfg.networks = n % 2 == 0 ? NULL : ten;
		cfg.local = n / 2 % 2 == 0;
		cfg.fail = i % 11 < 5 ? FAIL_CLOSED : FAIL_OPEN;
		look_and_log_in(NULL);
	}
	assert_true(compared >= total && total > 200);
	assert_true(kinds[OUTLOOK_EXEMPT] > 200 && kinds[OUTLOOK_ASKED] > 200 &&
	    kinds[OUTLOOK_DENIED] > 200);
}

static void
lock_alice_out(void)
{
	put_wrong_on_record(cfg.lockout.count);
}

static void
damage_the_record(void)
{
	char path[600];
	DIR *d = opendir(cfg.state_dir);
	struct dirent *entry;
	FILE *f;

	put_wrong_on_record(1);
	assert_non_null(d);
	while ((entry = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", cfg.state_dir,
		    entry->d_name);
		if (entry->d_name[0] == '.' || (f = fopen(path, "w")) == NULL)
			continue;
		(void)fputs("no record\n", f);
		(void)fclose(f);
	}
	(void)closedir(d);
}

static void
open_the_directory(void)
{
	assert_int_equal(chmod(cfg.state_dir, 0755), 0);
}

static void
leave_no_place_for_the_record(void)
{
	static char nowhere[] = "/nonexistent/genauth/state";

	cfg.state_dir = nowhere;
}

static void
open_the_breaker(void)
{
	struct login_request login = who;
	enum err find = remote.find;

	remote.find = ERR_UNREACHABLE;
	answer_always(true);
	who.account_phase = who.blind = false;
	who.user = "alice";
	for (int i = 0; i < cfg.breaker.count; i++)
		(void)run_login();
	remote.find = find;
	who = login;
	remote.finds = remote.challenges = 0;
}

static void
take_the_name(void)
{
	buf_init(&cfg.users_map_text, 64);
	assert_int_equal(
	    buf_add_text(&cfg.users_map_text, "bob = alice\n"), ERR_OK);
}

static void
records_and_service_decide_as_foreseen(void **state)
{
	static void (*const prepare[])(void) = {NULL, lock_alice_out,
	    damage_the_record, open_the_directory,
	    leave_no_place_for_the_record, open_the_breaker};
	static const enum err find[] = {ERR_OK, ERR_UNKNOWN_PERSON,
	    ERR_INACTIVE_PERSON, ERR_UNREACHABLE, ERR_TIMEOUT, ERR_BUSY,
	    ERR_THROTTLED, ERR_TLS, ERR_REPLY, ERR_CREDENTIAL};
	static const unsigned allowed[] = {
	    ALL_FACTORS & ~PUSH, ALL_FACTORS, PUSH, SMS};
	static const unsigned bound[] = {OTP | SMS, SMS, 0};
	size_t total = COUNT(prepare) * COUNT(find) * COUNT(allowed) *
	    COUNT(bound) * 2 * 5;

	(void)state;
	memset(kinds, 0, sizeof(kinds));
	for (size_t i = 0; i < total; i++) {
		size_t n = i;
		size_t prepared = n % COUNT(prepare);

		assert_int_equal(fake_login_reset(NULL), 0);
		n /= COUNT(prepare);
		remote.find = find[n % COUNT(find)];
		n /= COUNT(find);
		cfg.allowed.bits = allowed[n % COUNT(allowed)];
		n /= COUNT(allowed);
		remote.bound = bound[n % COUNT(bound)];
		n /= COUNT(bound);
		cfg.fail = n % 2 == 0 ? FAIL_CLOSED : FAIL_OPEN;
		n /= 2;
		who.first_factor = n != 1;
		who.blind = n == 2;
		who.account_phase = n >= 3;
		cfg.account = n == 3 ? ACCOUNT_PUSH : ACCOUNT_IGNORE;
		/* then nobody reads the record, but for a push */
		if (prepared == 2 && i % 7 < 3 && !who.account_phase &&
		    (cfg.allowed.bits & PUSH) == 0)
			cfg.lockout.count = 0;
		if (remote.find != ERR_OK && remote.bound != bound[0])
			continue; /* nobody hears what is bound */
		look_and_log_in(prepare[prepared]);
	}
	for (size_t i = 0; i < COUNT(kinds); i++)
		assert_true(kinds[i] > 50);
}

static void
a_name_that_is_taken_denies_as_foreseen(void **state)
{
	struct outlook o;

	(void)state;
	look_and_log_in(take_the_name);
	foresee(false, &o);
	assert_int_equal(o.kind, OUTLOOK_DENIED);
	assert_int_equal(o.by, OUTLOOK_BY_USER_MAP);
	buf_clear(&cfg.users_map_text);
}

/* With flow = signin nobody is asked about, but the rest is foreseen. */
static void
a_sign_in_is_foreseen_as_far_as_this_host_goes(void **state)
{
	static void (*const prepare[])(void) = {NULL, lock_alice_out,
	    damage_the_record, leave_no_place_for_the_record};
	static const char *const names[] = {"alice", "nobody"};
	struct outlook o;

	(void)state;
	for (size_t i = 0; i < COUNT(prepare) * COUNT(names); i++) {
		assert_int_equal(fake_login_reset(NULL), 0);
		cfg.flow = FLOW_SIGNIN;
		if (prepare[i / 2] != NULL)
			prepare[i / 2]();
		who.user = names[i % 2];
		foresee(true, &o);
		assert_false(o.was_asked);
		assert_int_equal(remote.sign_ins, 0);
		assert_int_equal(o.offered, o.offered_blindly);
		human.answers[0] = "hunter2";
		for (size_t k = 1; k < ASKED_MAX; k++)
			human.answers[k] = "123456";
		compare(&o, true);
	}
}

static void
what_is_bound_is_told(void **state)
{
	struct outlook o;

	(void)state;
	cfg.allowed.bits = ALL_FACTORS;
	remote.bound = SMS;
	foresee(true, &o);
	assert_true(o.was_asked);
	assert_int_equal(o.bound, SMS);
	assert_int_equal(o.offered, SMS | PUSH);
	assert_int_equal(o.offered_blindly, ALL_FACTORS & ~PUSH);
	assert_int_equal(o.usable_blindly, SMS);
	assert_string_equal(o.identity, "alice");
	foresee(false, &o);
	assert_false(o.was_asked);
	assert_int_equal(o.offered, ALL_FACTORS);
	assert_int_equal(o.usable_blindly, ALL_FACTORS & ~PUSH);
}

/* A person who is locked out, and a service that no login asks now, can be
 * asked about all the same; it is no news to the breaker. */
static void
what_stands_in_the_way_is_no_reason_not_to_ask(void **state)
{
	struct outlook o;

	(void)state;
	lock_alice_out();
	foresee(true, &o);
	assert_int_equal(o.why, ERR_LOCKED_OUT);
	assert_in_range(o.locked_s, 1, cfg.lockout.seconds);
	assert_true(o.was_asked);
	assert_int_equal(o.bound, OTP);
	assert_int_equal(fake_login_reset(NULL), 0);
	open_the_breaker();
	foresee(true, &o);
	assert_int_equal(o.why, ERR_UNREACHABLE);
	assert_int_equal(o.by, OUTLOOK_BY_BREAKER);
	assert_int_equal(o.breaker.open_s, 60);
	assert_int_equal(o.breaker.failures, 3);
	assert_int_equal(o.asked, ERR_OK);
	fake_clock_advance(&fake, 61000);
	foresee(false, &o); /* the next login is the one that asks again */
	assert_int_equal(o.kind, OUTLOOK_ASKED);
	assert_int_equal(o.breaker.open_s, 0);
}

#define TEST(f) cmocka_unit_test_setup(f, fake_login_reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_policy_decides_as_foreseen),
	    TEST(records_and_service_decide_as_foreseen),
	    TEST(a_name_that_is_taken_denies_as_foreseen),
	    TEST(a_sign_in_is_foreseen_as_far_as_this_host_goes),
	    TEST(what_is_bound_is_told),
	    TEST(what_stands_in_the_way_is_no_reason_not_to_ask),
	};

	return cmocka_run_group_tests(
	    tests, fake_login_start, fake_login_stop);
}
