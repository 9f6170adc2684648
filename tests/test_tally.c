/*
 * Tries and pushes counted from login to login, by a clock that is ours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include <cmocka.h>

#include "base/log.h"
#include "fake_clock.h"
#include "forks.h"
#include "login/tally.h"
#include "login/tally_sheet.h"
#include "temp.h"

enum { NOW = FAKE_WALL_S, DAY = 86400, LIFE = 60 };

static struct fake_clock now;
static char alerts[4096];

static void
keep_alerts(void *ctx, int priority, const char *line)
{
	size_t len = strlen(alerts);

	(void)ctx;
	assert_int_equal(priority, LOG_ALERT);
	(void)snprintf(alerts + len, sizeof(alerts) - len, "%s\n", line);
}

static int
start(void **state)
{
	fake_clock_init(&now);
	alerts[0] = '\0';
	log_to(keep_alerts, NULL);
	return temp_setup(state);
}

static int
stop(void **state)
{
	log_to(NULL, NULL);
	return temp_teardown(state);
}

static struct tally_limits
limits(int count, int seconds, int pushes)
{
	return (struct tally_limits){{count, seconds}, pushes};
}

static void
open_as(struct tally *t, const char *login, struct tally_limits l)
{
	assert_int_equal(
	    tally_open(t, temp_directory, login, l, &now.clock), ERR_OK);
}

static void
open_tally(struct tally *t, int count, int seconds)
{
	open_as(t, "alice", limits(count, seconds, 1));
}

static void
set_clock(int64_t wall_s)
{
	now.wall_s = (time_t)wall_s;
}

/* Locked out for that long, both when asked and when tried; 0: not. */
static void
assert_locked(struct tally *t, int seconds)
{
	enum err e = seconds > 0 ? ERR_LOCKED_OUT : ERR_OK;
	struct tally_view v;
	int wait = 0;

	assert_int_equal(tally_ask(t, &wait), e);
	assert_int_equal(wait, seconds);
	assert_int_equal(tally_look(t, &v), ERR_OK);
	assert_int_equal(v.locked_s, seconds);
	if (e == ERR_OK)
		return;
	wait = 0;
	assert_int_equal(tally_try(t, &wait), e);
	assert_int_equal(wait, seconds);
}

static void
try_one(struct tally *t)
{
	int wait = -1;

	assert_int_equal(tally_try(t, &wait), ERR_OK);
	assert_int_equal(wait, -1);
}

static struct tally_view
look(struct tally *t)
{
	struct tally_view v;

	assert_int_equal(tally_look(t, &v), ERR_OK);
	return v;
}

/* The limit, when tries were made, when it is asked; all from NOW on. */
static void
wrong_codes_lock_out_until_enough_have_passed(void **state)
{
	static const struct {
		int count, seconds;
		int tries[6], tried;
		int64_t asked;
		int wrong, locked;
	} rows[] = {
	    {3, 900, {0}, 0, 0, 0, 0},
	    {3, 900, {0, 0}, 2, 0, 2, 0},
	    {3, 900, {0, 0, 0}, 3, 0, 3, 900},
	    {3, 900, {0, 0, 0}, 3, 899, 3, 1},
	    {3, 900, {0, 0, 0}, 3, 900, 0, 0},
	    {3, 900, {0, 100, 200}, 3, 200, 3, 700},
	    {3, 900, {0, 100, 200}, 3, 899, 3, 1},
	    {3, 900, {0, 100, 200}, 3, 900, 2, 0},
	    {3, 900, {0, 100, 200, 900}, 4, 900, 3, 100},
	    {3, 900, {0, 100, 200, 900, 1000}, 5, 1000, 3, 100},
	    {1, 1, {0}, 1, 0, 1, 1},
	    {1, 1, {0}, 1, 1, 0, 0},
	    {1, 7 * DAY, {0}, 1, 7 * DAY - 1, 1, 1},
	    {1, 7 * DAY, {0}, 1, 7 * DAY, 0, 0},
	    /* the clock was set back after the tries ... */
	    {3, 900, {0, 0, 0}, 3, -100, 3, 1000},
	    {3, 900, {0, 0, 0}, 3, -899, 3, 1799},
	    {3, 900, {0, 0, 0}, 3, -900, 0, 0},
	    {3, 900, {0, 0, 0}, 3, -400 * DAY, 0, 0},
	    /* ... or forward, which ends them as time does */
	    {3, 900, {0, 0, 0}, 3, 400 * DAY, 0, 0},
	    /* tries on both sides */
	    {3, 900, {0, 300, -300}, 3, 0, 3, 600},
	};
	struct tally t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		open_tally(&t, rows[i].count, rows[i].seconds);
		for (int k = 0; k < rows[i].tried; k++) {
			set_clock(NOW + rows[i].tries[k]);
			try_one(&t);
		}
		set_clock(NOW + rows[i].asked);
		assert_locked(&t, rows[i].locked);
		assert_int_equal(look(&t).wrong, rows[i].wrong);
		assert_int_equal(tally_clear(&t), ERR_OK);
		tally_close(&t);
	}
	assert_string_equal(alerts, "");
}

static void
a_clock_set_forward_and_back_frees_nobody(void **state)
{
	struct tally t;

	(void)state;
	open_tally(&t, 100, DAY);
	set_clock(NOW + 3 * DAY);
	for (int i = 0; i < 100; i++)
		try_one(&t);
	/* a hundred tries from the future, and as many of today */
	set_clock(NOW);
	assert_locked(&t, 0);
	for (int i = 0; i < 100; i++)
		try_one(&t);
	assert_locked(&t, DAY);
	tally_close(&t);
}

static void
before_the_clock_is_set_tries_count_as_well(void **state)
{
	static const int64_t times[] = {0, -5};
	struct tally t;

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		set_clock(times[i]);
		open_tally(&t, 2, 900);
		try_one(&t);
		try_one(&t);
		assert_locked(&t, 900);
		assert_int_equal(tally_clear(&t), ERR_OK);
		tally_close(&t);
	}
	assert_string_equal(alerts, "");
}

static void
each_login_has_a_tally_and_each_process_the_same(void **state)
{
	struct tally alice, again, bob;

	(void)state;
	open_tally(&alice, 2, 900);
	open_tally(&again, 2, 900);
	open_as(&bob, "bob", limits(2, 900, 1));
	try_one(&alice);
	try_one(&again);
	assert_locked(&alice, 900);
	assert_locked(&again, 900);
	assert_locked(&bob, 0);
	assert_int_equal(look(&bob).wrong, 0);
	tally_close(&alice);
	tally_close(&again);
	tally_close(&bob);
	open_tally(&alice, 2, 900);
	assert_locked(&alice, 900);
	tally_close(&alice);
}

static void
what_was_no_wrong_code_is_taken_back_once(void **state)
{
	struct tally a, b;

	(void)state;
	open_tally(&a, 2, 900);
	open_tally(&b, 2, 900);
	tally_take_back(&a);
	try_one(&a);
	tally_take_back(&a);
	assert_int_equal(look(&a).wrong, 0);
	tally_take_back(&a);
	/* another login's tries of the same second stay */
	try_one(&b);
	try_one(&a);
	assert_locked(&a, 900); /* a try denied has nothing to take back */
	tally_take_back(&a);
	assert_int_equal(look(&a).wrong, 2);
	tally_take_back(&b);
	assert_int_equal(look(&a).wrong, 1);
	/* only the last try is */
	fake_clock_advance(&now, 1000);
	try_one(&b);
	tally_take_back(&b);
	tally_take_back(&b);
	assert_int_equal(look(&a).wrong, 1);
	tally_close(&a);
	tally_close(&b);
}

static void
the_try_taken_back_is_our_own(void **state)
{
	struct tally a, b;

	(void)state;
	open_tally(&a, 2, 900);
	open_tally(&b, 2, 900);
	try_one(&a);
	fake_clock_advance(&now, 100 * 1000);
	try_one(&b);
	tally_take_back(&b);
	fake_clock_advance(&now, 100 * 1000);
	try_one(&b);
	assert_int_equal(look(&a).locked_s, 700); /* ends with a's */
	tally_take_back(&a);
	try_one(&a);
	assert_int_equal(look(&a).locked_s, 900); /* ends with b's */
	tally_close(&a);
	tally_close(&b);
}

static void
taking_back_what_was_cleared_does_nothing(void **state)
{
	struct tally t;

	(void)state;
	open_tally(&t, 2, 900);
	try_one(&t);
	assert_int_equal(tally_clear(&t), ERR_OK);
	tally_take_back(&t);
	assert_int_equal(look(&t).wrong, 0);
	tally_close(&t);
	assert_string_equal(alerts, "");
}

static void
with_the_limit_off_only_pushes_are_counted(void **state)
{
	struct tally t;
	int wait = -1;

	(void)state;
	open_tally(&t, 0, 0);
	for (int i = 0; i < 200; i++)
		try_one(&t);
	assert_int_equal(tally_ask(&t, &wait), ERR_OK);
	tally_take_back(&t);
	assert_int_equal(look(&t).wrong, 0);
	assert_int_equal(look(&t).locked_s, 0);
	assert_int_equal(tally_push(&t, LIFE, &wait), ERR_OK);
	assert_int_equal(tally_push(&t, LIFE, &wait), ERR_TOO_SOON);
	tally_close(&t);
}

static void
a_shorter_limit_forgets_nothing_for_a_longer_one(void **state)
{
	struct tally sshd, sudo;

	(void)state;
	open_tally(&sshd, 2, 900);
	open_tally(&sudo, 2, 10);
	try_one(&sshd);
	try_one(&sshd);
	fake_clock_advance(&now, 100 * 1000);
	try_one(&sudo);
	assert_locked(&sshd, 800);
	assert_int_equal(look(&sudo).wrong, 1);
	tally_close(&sshd);
	tally_close(&sudo);
}

static void
a_lower_limit_waits_for_all_that_is_above_it(void **state)
{
	struct tally sshd, sudo;
	int wait;

	(void)state;
	open_as(&sshd, "alice", limits(5, 900, 4));
	open_as(&sudo, "alice", limits(2, 900, 2));
	for (int i = 0; i < 4; i++) {
		try_one(&sshd);
		assert_int_equal(
		    tally_push(&sshd, LIFE, &wait), ERR_OK);
		fake_clock_advance(&now, 10 * 1000);
	}
	assert_locked(&sshd, 0);
	/* of those made at 0, 10, 20 and 30 s, at 40 s */
	assert_locked(&sudo, 20 + 900 - 40);
	assert_int_equal(tally_push(&sudo, LIFE, &wait), ERR_TOO_SOON);
	assert_int_equal(wait, 20 + LIFE - 40);
	tally_close(&sshd);
	tally_close(&sudo);
}

/* Wait for it, 0: it may be sent. */
static void
assert_push(struct tally *t, int wanted)
{
	int wait = 0;

	assert_int_equal(tally_push(t, LIFE, &wait),
	    wanted > 0 ? ERR_TOO_SOON : ERR_OK);
	assert_int_equal(wait, wanted);
}

static void
so_many_pushes_are_outstanding_and_no_more(void **state)
{
	struct tally t[2];

	(void)state;
	for (int most = 1; most <= TALLY_PUSHES_MAX; most++) {
		open_as(&t[0], "alice", limits(10, 900, most));
		open_as(&t[1], "alice", limits(10, 900, most));
		for (int i = 0; i < most; i++) {
			assert_push(&t[i % 2], 0);
			fake_clock_advance(&now, 1000);
		}
		assert_push(&t[0], LIFE - most);
		assert_push(&t[1], LIFE - most);
		assert_int_equal(look(&t[0]).pushes, most);
		/* nobody said how they ended: their life does */
		fake_clock_advance(&now, (LIFE - most) * 1000);
		assert_push(&t[0], 15); /* which is one not answered */
		assert_int_equal(look(&t[0]).push_pause_s, 15);
		assert_int_equal(tally_clear(&t[0]), ERR_OK);
		tally_close(&t[0]);
		tally_close(&t[1]);
	}
}

static void
a_push_from_another_clock_is_outstanding_for_its_life(void **state)
{
	struct tally t;

	(void)state;
	open_tally(&t, 10, 900);
	assert_push(&t, 0);
	set_clock(NOW - LIFE + 1);
	assert_push(&t, 2 * LIFE - 1);
	set_clock(NOW - LIFE);
	assert_push(&t, 0);
	set_clock(NOW + 400 * DAY);
	assert_push(&t, 0);
	tally_close(&t);
}

static void
how_a_push_ends_decides_over_the_next(void **state)
{
	static const struct {
		enum tally_push_end how;
		int outstanding, pause, wait;
	} rows[] = {
	    {TALLY_PUSH_APPROVED, 0, 0, 0},
	    {TALLY_PUSH_REFUSED, 0, 15, 15},
	    {TALLY_PUSH_UNANSWERED, 0, 15, 15},
	    {TALLY_PUSH_NOT_NEEDED, 0, 0, 0},
	};
	struct tally t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		open_tally(&t, 10, 900);
		tally_push_ended(&t, TALLY_PUSH_REFUSED); /* of none */
		assert_push(&t, 0);
		tally_push_ended(&t, rows[i].how);
		assert_int_equal(look(&t).pushes, rows[i].outstanding);
		assert_int_equal(look(&t).push_pause_s, rows[i].pause);
		tally_push_ended(&t, TALLY_PUSH_REFUSED); /* twice is once */
		assert_push(&t, rows[i].wait);
		assert_int_equal(tally_clear(&t), ERR_OK);
		tally_close(&t);
	}
}

/* Send one when it may be, and have it refused. */
static void
refuse_one(struct tally *t, int pause_before)
{
	if (pause_before > 0) {
		fake_clock_advance(&now, (pause_before - 1) * 1000);
		assert_push(t, 1);
		fake_clock_advance(&now, 1000);
	}
	assert_push(t, 0);
	tally_push_ended(t, TALLY_PUSH_REFUSED);
}

static void
the_pause_doubles_up_to_an_hour(void **state)
{
	static const int pauses[] = {15, 30, 60, 120, 240, 480, 960, 1920,
	    3600, 3600, 3600};
	struct tally t;
	int before = 0;

	(void)state;
	open_tally(&t, 10, 900);
	for (size_t i = 0; i < sizeof(pauses) / sizeof(*pauses); i++) {
		refuse_one(&t, before);
		before = pauses[i];
		assert_int_equal(look(&t).push_pause_s, before);
	}
	/* one that is approved ends it */
	fake_clock_advance(&now, before * 1000);
	assert_push(&t, 0);
	tally_push_ended(&t, TALLY_PUSH_APPROVED);
	refuse_one(&t, 0);
	assert_int_equal(look(&t).push_pause_s, 15);
	tally_close(&t);
}

static void
refused_pushes_are_forgotten_after_a_day(void **state)
{
	static const struct {
		int64_t later;
		int pause, next;
	} rows[] = {
	    {29, 1, 0},
	    {30, 0, 60},
	    {DAY - 1, 0, 60},
	    {DAY, 0, 15},
	    {-29, 59, 0}, /* a clock set back */
	    {-30, 0, 60},
	    {-DAY, 0, 15},
	};
	struct tally t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		set_clock(NOW);
		open_tally(&t, 10, 900);
		refuse_one(&t, 0);
		refuse_one(&t, 15);
		set_clock(NOW + 15 + rows[i].later);
		assert_int_equal(look(&t).push_pause_s, rows[i].pause);
		if (rows[i].pause == 0) {
			refuse_one(&t, 0);
			assert_int_equal(look(&t).push_pause_s, rows[i].next);
		}
		assert_int_equal(tally_clear(&t), ERR_OK);
		tally_close(&t);
	}
}

static void
codes_and_pushes_do_not_mind_each_other(void **state)
{
	struct tally t;

	(void)state;
	open_tally(&t, 1, 900);
	refuse_one(&t, 0);
	assert_locked(&t, 0);
	try_one(&t);
	assert_int_equal(look(&t).locked_s, 900);
	assert_push(&t, 15);
	fake_clock_advance(&now, 15 * 1000);
	assert_push(&t, 0);
	tally_take_back(&t);
	assert_locked(&t, 0);
	assert_int_equal(look(&t).pushes, 1);
	tally_close(&t);
}

/* What uses the record fails, is told once each time, and lets nobody in. */
static void
assert_lost(struct tally *t, const char *why)
{
	struct tally_view v;
	char wanted[4096];
	int wait = -1;

	(void)snprintf(wanted, sizeof(wanted),
	    "tries cannot be counted: %s\ntries cannot be counted: %s\n"
	    "tries cannot be counted: %s\ntries cannot be counted: %s\n",
	    why, why, why, why);
	alerts[0] = '\0';
	assert_int_equal(tally_ask(t, &wait), ERR_SYSTEM);
	assert_int_equal(tally_try(t, &wait), ERR_SYSTEM);
	assert_int_equal(tally_push(t, LIFE, &wait), ERR_SYSTEM);
	assert_int_equal(tally_look(t, &v), ERR_SYSTEM);
	assert_string_equal(alerts, wanted);
	assert_int_equal(wait, -1);
	alerts[0] = '\0';
	/* nothing of this login is on record */
	tally_take_back(t);
	tally_push_ended(t, TALLY_PUSH_REFUSED);
	assert_string_equal(alerts, "");
}

#define DAMAGED "the person's record is damaged; 'genauth-mfa unlock' with " \
	"their name clears it"

static void
put_text(const struct tally *t, const char *text, size_t len)
{
	assert_int_equal(ftruncate(t->record.fd, 0), 0);
	assert_int_equal(
	    pwrite(t->record.fd, text, len, 0), (ssize_t)len);
}

#define GOOD "genauth-tally-1\ntry 1732239180\npush 1732239180 60\n" \
	"refused 1 1732239180\nend\n"

#define SIX(s) s s s s s s

static void
r37_a_record_not_as_we_write_it_denies_until_cleared(void **state)
{
	static const char *const bad[] = {"garbage", "\n", "genauth-tally-1\n",
	    "genauth-tally-1\nend\n",
	    "genauth-tally-2\nrefused 0 0\nend\n",
	    "genauth-tally-1\nrefused 0 0\nend",
	    "genauth-tally-1\nrefused 0 0\nend\nend\n",
	    "genauth-tally-1\nrefused 0 0\nend\nx",
	    "genauth-tally-1\r\nrefused 0 0\r\nend\r\n",
	    "genauth-tally-1\nrefused 0\nend\n",
	    "genauth-tally-1\nrefused -1 0\nend\n",
	    "genauth-tally-1\nrefused 0 0\ntry 1\nend\n",
	    "genauth-tally-1\ntry\nrefused 0 0\nend\n",
	    "genauth-tally-1\ntry \nrefused 0 0\nend\n",
	    "genauth-tally-1\ntry -1\nrefused 0 0\nend\n",
	    "genauth-tally-1\ntry +1\nrefused 0 0\nend\n",
	    "genauth-tally-1\ntry 0x1\nrefused 0 0\nend\n",
	    "genauth-tally-1\ntry 1 \nrefused 0 0\nend\n",
	    "genauth-tally-1\ntry  1\nrefused 0 0\nend\n",
	    "genauth-tally-1\ntry 1\n\nrefused 0 0\nend\n",
	    "genauth-tally-1\ntry 1000000000000000\nrefused 0 0\nend\n",
	    "genauth-tally-1\npush 1\nrefused 0 0\nend\n",
	    "genauth-tally-1\npush 1 60 1\nrefused 0 0\nend\n",
	    "genauth-tally-1\npush 1 60\ntry 1\nrefused 0 0\nend\n",
	    "genauth-tally-1\n" SIX("push 1 1\n") "refused 0 0\nend\n"};
	struct tally t, other;

	(void)state;
	open_tally(&t, 10, 900);
	open_tally(&other, 10, 900);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put_text(&t, bad[i], strlen(bad[i]));
		assert_lost(&t, DAMAGED);
		assert_lost(&other, DAMAGED); /* nor is it locked */
		assert_int_equal(tally_clear(&t), ERR_OK);
		assert_locked(&t, 0);
	}
	put_text(&t, GOOD, sizeof(GOOD)); /* with its NUL */
	assert_lost(&t, DAMAGED);
	put_text(&t, GOOD "     ", sizeof(GOOD "     ") - 1);
	assert_int_equal(look(&t).wrong, 1);
	assert_int_equal(ftruncate(t.record.fd, (off_t)1 << 40), 0);
	assert_lost(&t, DAMAGED);
	assert_int_equal(tally_clear(&t), ERR_OK);
	assert_locked(&other, 0);
	tally_close(&t);
	tally_close(&other);
}

static void
r03_every_shortening_of_a_record_denies(void **state)
{
	struct tally t;

	(void)state;
	open_tally(&t, 10, 900);
	put_text(&t, GOOD, strlen(GOOD));
	assert_int_equal(look(&t).wrong, 1);
	assert_int_equal(look(&t).pushes, 1);
	assert_int_equal(look(&t).push_pause_s, 15);
	for (off_t len = (off_t)strlen(GOOD) - 1; len > 0; len--) {
		assert_int_equal(ftruncate(t.record.fd, len), 0);
		assert_lost(&t, DAMAGED);
	}
	assert_int_equal(ftruncate(t.record.fd, 0), 0);
	assert_locked(&t, 0);
	tally_close(&t);
}

static void
one_try_too_many_on_record_is_damage(void **state)
{
	struct buf text = BUF_INIT(RECORD_BLOCK_BYTES);
	struct tally t;

	(void)state;
	assert_int_equal(buf_add_text(&text, "genauth-tally-1\n"), ERR_OK);
	for (int i = 0; i < TALLY_TRIES_MAX + 1; i++)
		assert_int_equal(buf_add_text(&text, "try 1\n"), ERR_OK);
	assert_int_equal(buf_add_text(&text, "refused 0 0\nend\n"), ERR_OK);
	open_tally(&t, 10, 900);
	put_text(&t, text.ptr, text.len);
	assert_lost(&t, DAMAGED);
	tally_close(&t);
	buf_clear(&text);
}

static void
numbers_that_we_would_not_write_do_no_harm(void **state)
{
	static const char text[] = "genauth-tally-1\n"
	    "try 0\ntry 999999999999999\n"
	    "push 0 999999999999999\npush 999999999999999 999999999999999\n"
	    "refused 999999999999999 1732239180\nend\n";
	struct tally t;
	int wait = 0;

	(void)state;
	open_tally(&t, 1, 900);
	put_text(&t, text, strlen(text));
	assert_locked(&t, 0);
	assert_int_equal(look(&t).push_pause_s, 3600);
	assert_int_equal(tally_push(&t, LIFE, &wait), ERR_TOO_SOON);
	assert_true(wait > 3600);
	try_one(&t);
	assert_locked(&t, 900);
	tally_close(&t);
}

static void
a_full_record_fits_its_block_and_is_read_again(void **state)
{
	struct buf text = BUF_INIT(RECORD_BLOCK_BYTES);
	struct tally_sheet s, again;
	int64_t most = 999999999999999;

	(void)state;
	memset(&s, 0, sizeof(s));
	for (int i = 0; i < TALLY_TRIES_MAX + 20; i++)
		tally_sheet_add_try(&s, most - 1000 + i);
	for (int i = 0; i < TALLY_PUSHES_MAX + 2; i++)
		tally_sheet_add_push(&s, most - 1000 + i, most);
	s.refused = s.refused_s = most;
	assert_int_equal(tally_sheet_write(&s, &text), ERR_OK);
	assert_in_range(text.len, 1, RECORD_BLOCK_BYTES - 1);
	assert_true(tally_sheet_read(&text, &again));
	assert_memory_equal(&s, &again, sizeof(s));
	/* the newest are kept */
	assert_int_equal(s.try_count, TALLY_TRIES_MAX);
	assert_int_equal(s.tries[0], most - 1000 + 20);
	assert_int_equal(s.pushes[0].sent_s, most - 1000 + 2);
	buf_clear(&text);
}

static void
what_has_no_say_any_more_leaves_the_record(void **state)
{
	char text[200] = "";
	struct tally t;

	(void)state;
	open_tally(&t, 10, 900);
	for (int i = 0; i < 9; i++)
		try_one(&t);
	refuse_one(&t, 0);
	fake_clock_advance(&now, 15 * 1000);
	assert_push(&t, 0);
	set_clock(NOW + 7 * DAY);
	try_one(&t);
	assert_in_range(pread(t.record.fd, text, sizeof(text) - 1, 0), 1, 199);
	*strchr(strstr(text, "end"), '\n') = '\0';
	assert_string_equal(text, "genauth-tally-1\ntry 1732843980\n"
	    "refused 0 0\nend");
	tally_close(&t);
}

static void
r37_a_lock_held_too_long_denies(void **state)
{
	struct tally t, other;
	int slept;

	(void)state;
	open_tally(&t, 10, 900);
	open_tally(&other, 10, 900);
	assert_int_equal(flock(other.record.fd, LOCK_EX), 0);
	assert_lost(&t, "another process keeps the record locked");
	assert_int_equal(now.slept_ms, 4 * 2000);
	slept = now.slept_ms;
	assert_int_equal(tally_clear(&t), ERR_SYSTEM);
	assert_int_equal(now.slept_ms, slept + 2000);
	assert_int_equal(flock(other.record.fd, LOCK_UN), 0);
	assert_locked(&t, 0);
	tally_close(&t);
	tally_close(&other);
}

static void
a_try_that_cannot_be_taken_back_counts(void **state)
{
	struct tally t, other;
	int wait;

	(void)state;
	open_tally(&t, 10, 900);
	open_tally(&other, 10, 900);
	try_one(&t);
	assert_int_equal(tally_push(&t, 10 * LIFE, &wait), ERR_OK);
	assert_int_equal(flock(other.record.fd, LOCK_EX), 0);
	tally_take_back(&t);
	tally_push_ended(&t, TALLY_PUSH_APPROVED);
	assert_string_equal(alerts,
	    "tries cannot be counted: another process keeps the record locked\n"
	    "tries cannot be counted: another process keeps the record "
	    "locked\n");
	assert_int_equal(flock(other.record.fd, LOCK_UN), 0);
	assert_int_equal(look(&t).wrong, 1);
	assert_int_equal(look(&t).pushes, 1);
	tally_close(&t);
	tally_close(&other);
}

static void
r37_a_directory_that_is_not_ours_denies(void **state)
{
	struct tally t;

	(void)state;
	assert_int_equal(chmod(temp_directory, 0701), 0);
	assert_int_equal(tally_open(&t, temp_directory, "alice",
	    limits(10, 900, 1), &now.clock), ERR_SYSTEM);
	assert_non_null(strstr(alerts, "tries cannot be counted: "));
	assert_non_null(strstr(alerts, temp_directory));
	assert_non_null(strstr(alerts, "mode 0700"));
	assert_lost(&t, "Bad file descriptor");
	assert_int_equal(tally_clear(&t), ERR_SYSTEM);
	tally_close(&t);
	assert_int_equal(chmod(temp_directory, 0700), 0);
}

static void
r37_a_record_that_cannot_be_written_denies(void **state)
{
	struct tally t;
	char path[64];
	int fd, wait = -1;

	(void)state;
	open_tally(&t, 10, 900);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", t.record.fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_not_equal(fd, -1);
	tally_close(&t);
	t.record.fd = fd;
	assert_int_equal(tally_ask(&t, &wait), ERR_OK);
	assert_int_equal(tally_try(&t, &wait), ERR_SYSTEM);
	assert_int_equal(t.try_s, 0);
	assert_int_equal(tally_push(&t, LIFE, &wait), ERR_SYSTEM);
	assert_int_equal(t.push_s, 0);
	assert_string_equal(alerts,
	    "tries cannot be counted: Bad file descriptor\n"
	    "tries cannot be counted: Bad file descriptor\n");
	tally_close(&t);
}

static void
r32_no_login_becomes_a_path(void **state)
{
	struct tally t;

	(void)state;
	open_as(&t, "../../etc/x", limits(1, 900, 1));
	try_one(&t);
	assert_locked(&t, 900);
	tally_close(&t);
	open_as(&t, "", limits(1, 900, 1));
	assert_locked(&t, 0);
	tally_close(&t);
}

/* A login of its own, by the system's clock. */
static bool
open_here(struct tally *t, int count, int pushes)
{
	log_to(NULL, NULL);
	return tally_open(t, temp_directory, "alice",
	    limits(count, 7 * DAY, pushes), &clock_system) == ERR_OK;
}

static bool
try_here(void)
{
	struct tally t;
	int wait;

	return open_here(&t, 10, 1) && tally_try(&t, &wait) == ERR_OK;
}

static bool
try_and_take_back_here(void)
{
	struct tally t;
	int wait;

	if (!open_here(&t, 100, 1) || tally_try(&t, &wait) != ERR_OK)
		return false;
	tally_take_back(&t);
	return t.try_s == 0;
}

static bool
push_here(void)
{
	struct tally t;
	int wait;

	return open_here(&t, 10, 2) && tally_push(&t, DAY, &wait) == ERR_OK;
}

static void
a_hundred_logins_at_once_have_no_more_tries_than_one(void **state)
{
	struct tally t;

	(void)state;
	assert_int_equal(forks_run(100, try_here), 10);
	assert_int_equal(forks_run(100, push_here), 2);
	assert_true(open_here(&t, 10, 2));
	assert_int_equal(look(&t).wrong, 10);
	assert_int_equal(look(&t).pushes, 2);
	assert_int_equal(tally_clear(&t), ERR_OK);
	assert_int_equal(forks_run(100, try_and_take_back_here), 100);
	assert_int_equal(look(&t).wrong, 0);
	tally_close(&t);
}

static void
do_everything_here(void)
{
	struct tally t;
	int wait;

	if (!open_here(&t, 100, 5) || tally_try(&t, &wait) == ERR_SYSTEM ||
	    tally_push(&t, 1, &wait) == ERR_SYSTEM)
		_exit(1);
	tally_push_ended(&t, TALLY_PUSH_APPROVED);
	tally_take_back(&t);
	if (tally_try(&t, &wait) == ERR_SYSTEM)
		_exit(1);
	tally_close(&t);
}

static void
a_login_killed_at_any_moment_leaves_a_record_that_reads(void **state)
{
	struct tally t;
	int before = 0, after;

	(void)state;
	assert_true(open_here(&t, 100, 5));
	for (int i = 0; i < 300; i++) {
		assert_true(forks_kill_one(do_everything_here));
		after = look(&t).wrong;
		assert_in_range(after, before, 100); /* none is lost */
		before = after;
		if (after > 90) {
			assert_int_equal(tally_clear(&t), ERR_OK);
			before = 0;
		}
	}
	tally_close(&t);
}

static void
who_only_looks_learns_whether_there_is_a_record(void **state)
{
	char too_long[5000];
	struct tally t;

	(void)state;
	assert_false(tally_exists(temp_directory, "alice"));
	assert_false(tally_exists("/nonexistent", "alice"));
	open_tally(&t, 3, 60);
	tally_close(&t);
	assert_true(tally_exists(temp_directory, "alice"));
	assert_false(tally_exists(temp_directory, "bob"));
	/* nobody can tell: then it is not "no" */
	memset(too_long, 'x', sizeof(too_long));
	too_long[sizeof(too_long) - 1] = '\0';
	assert_true(tally_exists(too_long, "alice"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(wrong_codes_lock_out_until_enough_have_passed),
	    TEST(who_only_looks_learns_whether_there_is_a_record),
	    TEST(a_clock_set_forward_and_back_frees_nobody),
	    TEST(before_the_clock_is_set_tries_count_as_well),
	    TEST(each_login_has_a_tally_and_each_process_the_same),
	    TEST(what_was_no_wrong_code_is_taken_back_once),
	    TEST(the_try_taken_back_is_our_own),
	    TEST(taking_back_what_was_cleared_does_nothing),
	    TEST(with_the_limit_off_only_pushes_are_counted),
	    TEST(a_shorter_limit_forgets_nothing_for_a_longer_one),
	    TEST(a_lower_limit_waits_for_all_that_is_above_it),
	    TEST(so_many_pushes_are_outstanding_and_no_more),
	    TEST(a_push_from_another_clock_is_outstanding_for_its_life),
	    TEST(how_a_push_ends_decides_over_the_next),
	    TEST(the_pause_doubles_up_to_an_hour),
	    TEST(refused_pushes_are_forgotten_after_a_day),
	    TEST(codes_and_pushes_do_not_mind_each_other),
	    TEST(r37_a_record_not_as_we_write_it_denies_until_cleared),
	    TEST(r03_every_shortening_of_a_record_denies),
	    TEST(one_try_too_many_on_record_is_damage),
	    TEST(numbers_that_we_would_not_write_do_no_harm),
	    TEST(a_full_record_fits_its_block_and_is_read_again),
	    TEST(what_has_no_say_any_more_leaves_the_record),
	    TEST(r37_a_lock_held_too_long_denies),
	    TEST(a_try_that_cannot_be_taken_back_counts),
	    TEST(r37_a_directory_that_is_not_ours_denies),
	    TEST(r37_a_record_that_cannot_be_written_denies),
	    TEST(r32_no_login_becomes_a_path),
	    TEST(a_hundred_logins_at_once_have_no_more_tries_than_one),
	    TEST(a_login_killed_at_any_moment_leaves_a_record_that_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
