/*
 * The records of the breaker and of the management token: whatever is in the
 * file, the breaker shuts for no longer than configured, a token is one word
 * that has not expired, and what they write themselves they read.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake_clock.h"
#include "fuzz.h"
#include "login/breaker.h"
#include "service/genauth_call.h"
#include "service/token_cache.h"

enum { OPEN_S = 60 };

static int
record_of(const struct buf *bytes)
{
	int fd = memfd_create("record", MFD_CLOEXEC);

	must(fd != -1 && pwrite(fd, buf_text(bytes), bytes->len, 0) ==
	    (ssize_t)bytes->len, "a record can be made");
	return fd;
}

static void
try_breaker(const struct buf *bytes, enum err what)
{
	struct fake_clock now;
	struct breaker b = {{record_of(bytes)}, {3, OPEN_S}, NULL};
	enum err e;

	fake_clock_init(&now);
	b.clock = &now.clock;
	e = breaker_ask(&b);
	must(e == ERR_OK || e == ERR_UNREACHABLE, "away, or not");
	if (e == ERR_UNREACHABLE) {
		fake_clock_advance(&now, OPEN_S * 1000);
		must(breaker_ask(&b) == ERR_OK, "a breaker opens again");
	}
	breaker_report(&b, what);
	if (what == ERR_OK)
		must(breaker_ask(&b) == ERR_OK,
		    "a service that answered is asked");
	for (int i = 0; i < 3; i++)
		breaker_report(&b, ERR_TIMEOUT);
	must(breaker_ask(&b) == ERR_UNREACHABLE,
	    "a service that is away is not asked");
	breaker_close(&b);
}

static void
try_token(const struct buf *bytes)
{
	struct token_cache cache = {record_of(bytes)};
	struct buf token = BUF_INIT(8192), again = BUF_INIT(8192);

	if (token_cache_load(&cache, FAKE_WALL_S, &token) == ERR_OK) {
		must(strlen(buf_text(&token)) == token.len &&
		    genauth_token_is_sane(buf_text(&token), 8192),
		    "a token is one word");
		must(token_cache_load(&cache, FAKE_WALL_S + 32 * 86400,
		    &again) != ERR_OK, "a token expires");
		token_cache_store(&cache, &token, FAKE_WALL_S + 3600);
		must(token_cache_load(&cache, FAKE_WALL_S, &again) == ERR_OK &&
		    strcmp(buf_text(&token), buf_text(&again)) == 0,
		    "a token that was kept is there");
	} else {
		must(token.len == 0, "no token is none");
	}
	token_cache_forget(&cache);
	buf_clear(&again);
	must(token_cache_load(&cache, FAKE_WALL_S, &again) != ERR_OK,
	    "what is forgotten is gone");
	token_cache_close(&cache);
	buf_clear(&again);
	buf_clear(&token);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	enum err what = (enum err)input_choose(&in, ERR_COUNT);
	struct buf bytes = input_part(&in, 16384);

	watch_log();
	try_breaker(&bytes, what);
	try_token(&bytes);
	buf_clear(&bytes);
	return 0;
}
