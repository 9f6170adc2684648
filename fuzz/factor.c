/*
 * What a person types: a code has the shape of a code of a factor that was
 * offered, and the next question is clean and short.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "login/factor.h"

static const char digits[] = "0123456789", hex[] = "0123456789abcdef";

/* Six groups of four, lower case, with dashes. */
static bool
is_recovery(const char *code)
{
	if (strlen(code) != 29)
		return false;
	for (size_t i = 0; i < 29; i++)
		if (i % 5 == 4 ? code[i] != '-' :
		    strchr(hex, code[i]) == NULL)
			return false;
	return true;
}

static void
must_be_code(const char *code, enum factor f)
{
	size_t len = strlen(code);

	if (f == FACTOR_RECOVERY) {
		must(is_recovery(code), "a recovery code looks like one");
		return;
	}
	must(strspn(code, digits) == len, "a code is digits");
	if (f == FACTOR_OTP)
		must(len == 6, "an authenticator code has six digits");
	else
		must((f == FACTOR_SMS || f == FACTOR_EMAIL) && len >= 4 &&
		    len <= 8, "a code that was sent has four to eight digits");
}

static void
try_answer(struct input *in, unsigned offered, enum factor sent)
{
	struct buf answer = input_part(in, 512), code = BUF_INIT(64);
	enum factor f = FACTOR_COUNT;
	enum reply_kind kind = factor_read_answer(
	    &answer, offered, sent, &f, &code);

	if (kind == REPLY_NOTHING) {
		must(f == FACTOR_COUNT && code.len == 0,
		    "nothing leaves nothing behind");
	} else {
		must(f < FACTOR_COUNT && (offered & FACTOR_BIT(f)) != 0,
		    "the answer is for a factor that was offered");
		must((kind == REPLY_CODE) == (code.len > 0),
		    "only a code is a code");
		must(strlen(buf_text(&code)) == code.len,
		    "there is no NUL in a code");
	}
	if (kind == REPLY_CODE)
		must_be_code(buf_text(&code), f);
	buf_clear(&code);
	buf_clear(&answer);
}

static void
try_prompt(struct input *in, unsigned offered, enum factor sent)
{
	struct buf prompt = BUF_INIT(512);
	struct challenge c;
	char *phone, *email, *hint;
	bool full = input_choose(in, 2) != 0, show = input_choose(in, 2) != 0;

	phone = input_text(in);
	email = input_text(in);
	hint = input_text(in);
	challenge_init(&c);
	(void)strncpy(c.phone, phone, sizeof(c.phone) - 1);
	(void)strncpy(c.email, email, sizeof(c.email) - 1);
	must(factor_prompt(&c, offered, sent, full, show, hint, &prompt) ==
	    ERR_OK, "there is a prompt");
	must(prompt.len < 500 && prompt.len > 2 &&
	    strcmp(prompt.ptr + prompt.len - 2, ": ") == 0,
	    "the prompt is short, and one");
	must(text_is_clean(buf_text(&prompt), prompt.len, false),
	    "the prompt is clean");
	challenge_clear(&c);
	buf_clear(&prompt);
	free(hint);
	free(email);
	free(phone);
}

static void
try_list(struct input *in)
{
	char *words = input_text(in), why[256] = "";
	struct factor_list list = {0, FACTOR_COUNT};
	enum err e = factor_parse_list(words, &list, why, sizeof(why));

	if (e == ERR_OK)
		must(list.bits < FACTOR_BIT(FACTOR_COUNT) &&
		    (list.bits & FACTOR_BIT(list.first)) != 0,
		    "the first of the factors is one of them");
	else
		must(list.bits == 0 && why[0] != '\0' &&
		    text_is_clean(why, strlen(why), false),
		    "a mistake is told in clean text");
	free(words);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	unsigned offered = input_choose(&in, FACTOR_BIT(FACTOR_COUNT));
	enum factor sent = (enum factor)input_choose(&in, FACTOR_COUNT + 1);

	try_answer(&in, offered, sent);
	try_list(&in);
	try_prompt(&in, offered, sent);
	return 0;
}
