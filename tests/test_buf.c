/*
 * Bytes that grow to a limit and are wiped whenever they are given up.
 */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/*
 * Stands in for libc's explicit_bzero(), in both spellings that a compiler
 * may call, and remembers the last call: freed memory cannot be looked at.
 */
static const void *wiped;
static size_t wiped_bytes;

void record_wipe(void *p, size_t len) __asm__("explicit_bzero");
void record_wipe_checked(void *p, size_t len, size_t known)
    __asm__("__explicit_bzero_chk");

void
record_wipe(void *p, size_t len)
{
	wiped = p;
	wiped_bytes = len;
	memset(p, 0, len);
}

void
record_wipe_checked(void *p, size_t len, size_t known)
{
	(void)known;
	record_wipe(p, len);
}

static void
an_empty_one_reads_as_empty_text(void **state)
{
	struct buf b = BUF_INIT(8);

	(void)state;
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(b.len, 0);
	assert_null(b.ptr);
}

static void
what_is_added_is_kept_in_order(void **state)
{
	struct buf b = BUF_INIT(100);

	(void)state;
	assert_int_equal(buf_add_text(&b, "one"), ERR_OK);
	assert_int_equal(buf_add(&b, "\0two", 4), ERR_OK);
	assert_int_equal(b.len, 7);
	assert_memory_equal(b.ptr, "one\0two", 8);
	buf_clear(&b);
}

static void
adding_nothing_still_gives_text(void **state)
{
	struct buf b = BUF_INIT(0);

	(void)state;
	assert_int_equal(buf_add(&b, "", 0), ERR_OK);
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(b.len, 0);
	buf_clear(&b);
}

static void
growing_keeps_everything(void **state)
{
	struct buf b = BUF_INIT(100000);

	(void)state;
	for (int i = 0; i < 10000; i++)
		assert_int_equal(buf_add_text(&b, "0123456789"), ERR_OK);
	assert_int_equal(b.len, 100000);
	for (size_t i = 0; i < b.len; i++)
		assert_int_equal(b.ptr[i], '0' + (int)(i % 10));
	buf_clear(&b);
}

static void
it_fills_to_its_limit_and_no_further(void **state)
{
	struct buf b = BUF_INIT(5);

	(void)state;
	assert_int_equal(buf_add_text(&b, "12345"), ERR_OK);
	assert_int_equal(buf_add_text(&b, "6"), ERR_MEMORY);
	assert_string_equal(buf_text(&b), "12345");
	buf_clear(&b);
}

static void
r03_too_much_at_once_adds_nothing(void **state)
{
	struct buf b = BUF_INIT(5);

	(void)state;
	assert_int_equal(buf_add_text(&b, "123"), ERR_OK);
	assert_int_equal(buf_add_text(&b, "456"), ERR_MEMORY);
	assert_int_equal(buf_add(&b, "x", SIZE_MAX), ERR_MEMORY);
	assert_string_equal(buf_text(&b), "123");
	buf_clear(&b);
}

static void
clearing_leaves_it_empty_and_usable(void **state)
{
	struct buf b = BUF_INIT(5);

	(void)state;
	assert_int_equal(buf_add_text(&b, "12345"), ERR_OK);
	buf_clear(&b);
	assert_null(b.ptr);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.max, 5);
	assert_int_equal(buf_add_text(&b, "abcde"), ERR_OK);
	assert_string_equal(buf_text(&b), "abcde");
	buf_clear(&b);
	buf_clear(&b);
}

static void
r22_clearing_wipes_all_it_ever_held(void **state)
{
	struct buf b = BUF_INIT(1000);
	const void *held;
	size_t cap;

	(void)state;
	assert_int_equal(buf_add_text(&b, "secret"), ERR_OK);
	held = b.ptr;
	cap = b.cap;
	wiped = NULL;
	buf_clear(&b);
	assert_ptr_equal(wiped, held);
	assert_int_equal(wiped_bytes, cap);
}

static void
r22_growing_wipes_the_place_it_leaves(void **state)
{
	struct buf b = BUF_INIT(1000);
	const void *held;
	size_t cap;

	(void)state;
	assert_int_equal(buf_add_text(&b, "secret"), ERR_OK);
	held = b.ptr;
	cap = b.cap;
	wiped = NULL;
	while (b.cap == cap)
		assert_int_equal(buf_add_text(&b, "more"), ERR_OK);
	assert_ptr_equal(wiped, held);
	assert_int_equal(wiped_bytes, cap);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_one_reads_as_empty_text),
	    cmocka_unit_test(what_is_added_is_kept_in_order),
	    cmocka_unit_test(adding_nothing_still_gives_text),
	    cmocka_unit_test(growing_keeps_everything),
	    cmocka_unit_test(it_fills_to_its_limit_and_no_further),
	    cmocka_unit_test(r03_too_much_at_once_adds_nothing),
	    cmocka_unit_test(clearing_leaves_it_empty_and_usable),
	    cmocka_unit_test(r22_clearing_wipes_all_it_ever_held),
	    cmocka_unit_test(r22_growing_wipes_the_place_it_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
