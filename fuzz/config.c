/*
 * The configuration file, read as for a login: one that is taken is complete
 * and within bounds; one that is not is told about and leaves nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "fuzz.h"
#include "login/config.h"

#define SECRET "s3cret"

/* The files there are, and whether one holds the secret where it should not. */
static struct buf conf, map;
static bool guessed;
static size_t mistakes;

static const char *
content_of(const char *path)
{
	if (strcmp(path, "/conf") == 0)
		return buf_text(&conf);
	if (strcmp(path, "/map") == 0)
		return buf_text(&map);
	return strcmp(path, "/secret") == 0 ? SECRET "\n" : NULL;
}

/* In place of base/file.c, which has tests of its own. */
enum err
file_read_trusted(
    const char *path, bool secret, struct buf *out, char *why, size_t why_size)
{
	const char *content = content_of(path);
	size_t len = strcmp(path, "/conf") == 0 ? conf.len :
	    strcmp(path, "/map") == 0 ? map.len : strlen(SECRET "\n");

	(void)secret;
	if (content == NULL || len > out->max) {
		(void)snprintf(why, why_size, "cannot be had");
		return ERR_CONFIG;
	}
	return buf_add(out, content, len);
}

static void
report(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	must(where[0] != '\0' && what[0] != '\0', "a mistake has a place");
	must(text_is_clean(where, strlen(where), false) &&
	    text_is_clean(what, strlen(what), false),
	    "a mistake is told in clean text");
	must(guessed || strstr(what, SECRET) == NULL, "no secret is told");
	mistakes++;
}

static bool
is_between(int value, int min, int max)
{
	return value >= min && value <= max;
}

static void
must_be_complete(const struct config *c, enum config_use use)
{
	bool login = use == CONFIG_LOGIN;
	bool flashback = strcmp(c->provider, "flashback") == 0;

	must(c->users != NULL && c->state_dir != NULL && c->conf != NULL,
	    "what has a default is there");
	must(c->allowed.bits != 0 && is_between(c->tries, 1, 10) &&
	    is_between(c->login_timeout_ms, 10000, 600000) &&
	    is_between(c->http.request_timeout_ms, 1000, 120000) &&
	    is_between(c->fail_delay_ms, 0, 10000), "numbers are in bounds");
	must(c->fail == FAIL_CLOSED || c->fail == FAIL_OPEN, "fail is a word");
	must(!login || !flashback, "Flashback checks no login");
	if (flashback) {
		must(c->service.management_url != NULL &&
		    c->service.access_token.len > 0,
		    "Flashback has what it needs");
		return;
	}
	must(c->service.app_url != NULL && c->service.app_id != NULL,
	    "GenAuth has what it needs");
	if (use == CONFIG_ADMINISTRATOR || (login && c->flow == FLOW_TRIGGER))
		must(c->service.management_url != NULL &&
		    c->service.access_key_id != NULL &&
		    c->service.access_key_secret.len == sizeof(SECRET) - 1,
		    "there is a management key");
	if (login && c->flow == FLOW_SIGNIN)
		must(c->account == ACCOUNT_IGNORE &&
		    c->service.access_key_secret.len == 0,
		    "signing in needs no key");
	if (login)
		must(!c->append || c->flow == FLOW_SIGNIN,
		    "options fit together");
}

/* What came of it, with the file's name and those of the others as
 * arguments; `extra` is one more. */
static void
try_config(enum config_use use, const char *extra)
{
	static const struct config zeroed;
	const char *args[] = {"conf=/conf", "access_key_secret_file=/secret",
	    "app_secret_file=/secret", "access_token_file=/secret", extra,
	    "user_map=/map"};
	size_t count = map.len > 0 ? 6 : extra[0] != '\0' ? 5 : 4;
	struct config_request q = {use, args, count, report, NULL};
	struct config c;
	enum err e = config_read(&c, &q);

	if (e == ERR_OK) {
		must(mistakes == 0, "what is taken has no mistake");
		must_be_complete(&c, use);
	} else {
		must(e == ERR_CONFIG && mistakes > 0, "a mistake is told");
		must(memcmp(&c, &zeroed, sizeof(c)) == 0,
		    "a mistake leaves nothing");
	}
	config_clear(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	enum config_use use = (enum config_use)(2 - input_choose(&in, 3));
	char *extra;

	conf = input_part(&in, 1 << 17);
	extra = input_text(&in);
	map = input_part(&in, 1 << 17);
	mistakes = 0;
	guessed = size > 0 &&
	    memmem(data, size, SECRET, sizeof(SECRET) - 1) != NULL;
	try_config(use, extra);
	buf_clear(&map);
	buf_clear(&conf);
	free(extra);
	return 0;
}
