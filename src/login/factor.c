/*
 * Turns words into factors, an answer into a code or a choice, and what a
 * person can be asked into the one prompt. Sends and checks nothing.
 */
#include "login/factor.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/message.h"
#include "base/text.h"

enum {
	SHAPE_MAX = 40,
	RECOVERY_DIGITS = 24,
	OTP_DIGITS = 6,
	CONTACT_SHOWN = 80,
};

const struct factor_row factor_rows[FACTOR_COUNT] = {
    [FACTOR_OTP] = {"otp", 'o', false, N_("authenticator")},
    [FACTOR_SMS] = {"sms", 's', true, N_("SMS")},
    [FACTOR_EMAIL] = {"email", 'e', true, N_("e-mail")},
    [FACTOR_PUSH] = {"push", 'p', false, N_("approve on your phone")},
    [FACTOR_RECOVERY] = {"recovery", 0, false, N_("recovery code")},
};

static const char *
name_at(const void *ctx, size_t i)
{
	(void)ctx;
	return i < FACTOR_COUNT ? factor_rows[i].name : NULL;
}

static enum factor
find(const char *word)
{
	unsigned f = 0;

	while (f < FACTOR_COUNT && strcmp(factor_rows[f].name, word) != 0)
		f++;
	return (enum factor)f;
}

enum err
factor_parse_list(
    const char *words, struct factor_list *out, char *why, size_t why_size)
{
	struct factor_list found = {0, FACTOR_COUNT};
	size_t len;

	for (const char *p = words + strspn(words, " \t"); *p != '\0';
	    p += len, p += strspn(p, " \t")) {
		char word[32], shown[32];
		const char *near;
		enum factor f;

		len = strcspn(p, " \t");
		(void)snprintf(word, sizeof(word), "%.*s", (int)len, p);
		(void)text_clean(shown, sizeof(shown), word);
		f = len < sizeof(word) ? find(word) : FACTOR_COUNT;
		if (f == FACTOR_COUNT) {
			near = text_nearest(word, name_at, NULL);
			(void)snprintf(why, why_size,
			    "unknown factor \"%s\"%s%s", shown,
			    near == NULL ? "" : ", did you mean ",
			    near == NULL ? "" : near);
			return ERR_CONFIG;
		}
		if ((found.bits & FACTOR_BIT(f)) != 0) {
			(void)snprintf(why, why_size,
			    "factor \"%s\" is there twice", shown);
			return ERR_CONFIG;
		}
		if (found.bits == 0)
			found.first = f;
		found.bits |= FACTOR_BIT(f);
	}
	if (found.bits == 0) {
		(void)snprintf(why, why_size, "no factor is named");
		return ERR_CONFIG;
	}
	*out = found;
	return ERR_OK;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
all_digits(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_digit(text[i]))
			return false;
	return true;
}

/* The factor whose letter or word this is, FACTOR_COUNT where none. */
static enum factor
read_choice(const char *text, unsigned offered)
{
	for (unsigned f = 0; f < FACTOR_COUNT; f++) {
		const struct factor_row *row = &factor_rows[f];
		const char letter[2] = {row->letter, '\0'};

		if (row->letter != 0 && (offered & FACTOR_BIT(f)) != 0 &&
		    (strcasecmp(text, letter) == 0 ||
		    strcasecmp(text, row->name) == 0))
			return (enum factor)f;
	}
	return FACTOR_COUNT;
}

/* Six groups of four hex digits; rewritten in lower case with dashes. */
static bool
read_recovery(char *text, size_t *len)
{
	char code[RECOVERY_DIGITS + 6] = "";
	bool dashes = strchr(text, '-') != NULL, right;
	size_t n = 0, i = 0;

	for (; n < RECOVERY_DIGITS + 5; n++) {
		char c = text[i];

		if (n % 5 == 4) {
			if (dashes && text[i++] != '-')
				break;
			code[n] = '-';
			continue;
		}
		if (c >= 'A' && c <= 'F')
			c = (char)(c - 'A' + 'a');
		if (!is_digit(c) && !(c >= 'a' && c <= 'f'))
			break;
		code[n] = c;
		i++;
	}
	right = n == RECOVERY_DIGITS + 5 && text[i] == '\0';
	if (right) {
		memcpy(text, code, sizeof(code));
		*len = n;
	}
	explicit_bzero(code, sizeof(code));
	return right;
}

/* The factor this is a code for, FACTOR_COUNT where it has no such shape. */
static enum factor
read_code(char *text, size_t *len, unsigned offered, enum factor sent)
{
	if ((offered & FACTOR_BIT(FACTOR_RECOVERY)) != 0 &&
	    read_recovery(text, len))
		return FACTOR_RECOVERY;
	if (!all_digits(text, *len))
		return FACTOR_COUNT;
	if (sent < FACTOR_COUNT && factor_rows[sent].sent) {
		if ((offered & FACTOR_BIT(sent)) != 0 && *len >= 4 && *len <= 8)
			return sent;
		return FACTOR_COUNT;
	}
	if ((offered & FACTOR_BIT(FACTOR_OTP)) != 0 && *len == OTP_DIGITS)
		return FACTOR_OTP;
	return FACTOR_COUNT;
}

enum reply_kind
factor_read_answer(const struct buf *answer, unsigned offered,
    enum factor sent, enum factor *factor, struct buf *code)
{
	enum reply_kind kind = REPLY_NOTHING;
	const char *p = buf_text(answer);
	char text[SHAPE_MAX] = "";
	size_t len = 0;
	enum factor f;

	buf_clear(code);
	for (size_t i = 0, used; i < answer->len; i += used) {
		char c = text_narrow(p + i, answer->len - i, &used);

		if (c == ' ')
			continue;
		if (c == '\0' || len + 1 == sizeof(text))
			goto out;
		text[len++] = c;
	}
	if (len == 0)
		goto out;
	if ((f = read_choice(text, offered)) != FACTOR_COUNT) {
		*factor = f;
		kind = REPLY_CHOICE;
		goto out;
	}
	f = read_code(text, &len, offered, sent);
	if (f == FACTOR_COUNT || buf_add(code, text, len) != ERR_OK)
		goto out;
	*factor = f;
	kind = REPLY_CODE;
out:
	explicit_bzero(text, sizeof(text));
	return kind;
}

/* "***8888"; "" where there is none, or it is not to be seen. */
static void
mask_contact(char out[CONTACT_SHOWN], const struct challenge *c,
    enum factor f, bool show_contacts)
{
	out[0] = '\0';
	if (show_contacts && f == FACTOR_SMS && c->phone[0] != '\0')
		text_mask_phone(out, CONTACT_SHOWN, c->phone);
	if (show_contacts && f == FACTOR_EMAIL && c->email[0] != '\0')
		text_mask_email(out, CONTACT_SHOWN, c->email);
}

/* "SMS to ***8888", or just "SMS". */
static void
describe(char *out, size_t size, enum factor f, const char *contact)
{
	const char *noun = _(factor_rows[f].noun);

	if (contact[0] == '\0')
		(void)snprintf(out, size, "%s", noun);
	else
		(void)snprintf(out, size, _("%s to %s"), noun, contact);
}

/* "Code from the SMS to ***8888". */
static void
describe_code(char *out, size_t size, enum factor f, const char *contact)
{
	const char *noun = _(factor_rows[f].noun);

	if (contact[0] == '\0')
		(void)snprintf(out, size, _("Code from the %s"), noun);
	else
		(void)snprintf(
		    out, size, _("Code from the %s to %s"), noun, contact);
}

/* Append "s: SMS to ***8888, o: authenticator" to what is chosen from. */
static void
add_choices(char *out, size_t size, const struct challenge *c,
    unsigned letters, bool show_contacts)
{
	static const enum factor order[] = {
	    FACTOR_SMS, FACTOR_EMAIL, FACTOR_PUSH, FACTOR_OTP};
	size_t len = strlen(out);

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		enum factor f = order[i];
		char contact[CONTACT_SHOWN], way[120];

		if ((letters & FACTOR_BIT(f)) == 0 || len >= size)
			continue;
		mask_contact(contact, c, f, show_contacts);
		describe(way, sizeof(way), f, contact);
		len += (size_t)snprintf(out + len, size - len, "%s%c: %s",
		    len == 0 ? "" : ", ", factor_rows[f].letter, way);
	}
}

enum err
factor_prompt(const struct challenge *c, unsigned offered, enum factor sent,
    bool full, bool show_contacts, const char *hint, struct buf *out)
{
	bool under_way = sent < FACTOR_COUNT && factor_rows[sent].sent;
	unsigned asked = FACTOR_BIT(under_way ? sent : FACTOR_OTP);
	char contact[CONTACT_SHOWN], code[140], choices[200] = "";
	char before[200], prompt[500];
	const char *what = _("Verification code"), *open = _(" (or ");

	if (under_way) {
		mask_contact(contact, c, sent, show_contacts);
		describe_code(code, sizeof(code), sent, contact);
		what = code;
		(void)snprintf(choices, sizeof(choices), _("%c: send again"),
		    factor_rows[sent].letter);
	}
	add_choices(choices, sizeof(choices), c, offered & ~asked,
	    show_contacts);
	if (!under_way && (offered & asked) == 0) {
		if (choices[0] != '\0')
			what = _("Second factor");
		else if (offered != 0)
			what = _("Recovery code");
		open = " (";
	}
	if (!full) {
		what = _("Code");
		choices[0] = '\0';
	}
	(void)text_clean(before, sizeof(before), hint);
	(void)snprintf(prompt, sizeof(prompt), "%s%s%s%s%s%s: ", before,
	    before[0] == '\0' ? "" : " ", what,
	    choices[0] == '\0' ? "" : open, choices,
	    choices[0] == '\0' ? "" : ")");
	buf_clear(out);
	return buf_add_text(out, prompt);
}
