/*
 * Turns questions to the person into text, codes and a yes, and their factors
 * into what may be shown of them. Asks no service.
 */
#include "mfa/self_session.h"

#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "login/factor.h"
#include "mfa/mask.h"
#include "mfa/terminal.h"

enum { MISREAD_MAX = 3 };

static const struct output_column plan_columns[] = {
    {"USER", "user"},
    {"METHOD", "method"},
    {"PATH", "path"},
    {"BODY", "body"},
    {NULL, NULL},
};

enum exit_status
self_confirm(struct self_session *s, const char *question)
{
	enum err e = terminal_confirm(s->m, question);

	if (e == ERR_OK && !terminal_interrupted())
		return STATUS_DONE;
	if (e != ERR_OK && e != ERR_DECLINED && !terminal_interrupted())
		return mfa_fail(s->m, "confirmation", e);
	(void)fprintf(stderr, _("genauth-mfa: nothing was changed\n"));
	return STATUS_REFUSED;
}

enum exit_status
self_show_plan(const struct self_session *s, const struct self_request *list,
    size_t count)
{
	struct output *o = output_new(plan_columns, s->m->json, false);
	enum err e = o == NULL ? ERR_MEMORY : ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		output_row(o);
		output_text(o, 0, s->account);
		output_text(o, 1, "POST");
		output_text(o, 2, list[i].path);
		if (list[i].body != NULL)
			output_text(o, 3, list[i].body);
	}
	if (e == ERR_OK)
		e = output_print(o);
	output_free(&o);
	return e == ERR_OK ? STATUS_DONE : mfa_fail(s->m, "output", e);
}

enum err
self_ask_text(const char *prompt, const char *fallback, char *out,
    size_t size)
{
	struct buf answer = BUF_INIT(ANSWER_MAX_BYTES);
	enum err e = terminal_ask(prompt, true, &answer);
	const char *text = buf_text(&answer);
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	if (len == 0 && fallback != NULL) {
		text = fallback;
		len = strlen(text);
	}
	if (e == ERR_OK && (len >= size || (len == 0 && fallback == NULL) ||
	    !text_is_clean(text, len, false)))
		e = ERR_CONVERSATION;
	if (e == ERR_OK)
		(void)snprintf(out, size, "%.*s", (int)len, text);
	buf_clear(&answer);
	return e;
}

enum err
self_ask_code(struct self_session *s, const char *prompt, enum factor f,
    struct buf *code)
{
	struct buf answer = BUF_INIT(ANSWER_MAX_BYTES);
	const char *again = _("That does not look like a code. Code: ");
	enum err e = ERR_NOT_A_CODE;

	for (int i = 0; e == ERR_NOT_A_CODE && i < MISREAD_MAX; i++) {
		enum factor got = FACTOR_COUNT;

		if ((e = terminal_ask(i == 0 ? prompt : again, true,
		    &answer)) != ERR_OK)
			break;
		if (factor_read_answer(&answer, FACTOR_BIT(f), f, &got,
			code) != REPLY_CODE)
			e = ERR_NOT_A_CODE;
	}
	buf_clear(&answer);
	if (e == ERR_OK)
		e = self_next_step(s);
	return e;
}

void
self_mask(const struct own_factor *f, char *out, size_t size)
{
	char masked[CONTACT_MAX + 8], country[sizeof(f->phone_country) + 8];

	out[0] = '\0';
	if (f->email[0] != '\0')
		mask_email(out, size, f->email);
	if (f->phone[0] == '\0')
		return;
	mask_phone(masked, sizeof(masked), f->phone);
	(void)snprintf(out, size, "%s%s%s",
	    text_clean(country, sizeof(country), f->phone_country),
	    f->phone_country[0] != '\0' ? " " : "", masked);
}

void
self_describe(const struct own_factor *f, char *out, size_t size)
{
	char contact[CONTACT_MAX];

	self_mask(f, contact, sizeof(contact));
	(void)snprintf(out, size, "%s%s%s%s", f->type,
	    contact[0] != '\0' ? " (" : "", contact,
	    contact[0] != '\0' ? ")" : "");
}

const struct own_factor *
self_find_type(const struct own_factors *list, const char *type)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->list[i].type, type) == 0)
			return &list->list[i];
	return NULL;
}

const struct own_factor *
self_find_id(const struct own_factors *list, const char *id)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->list[i].id, id) == 0)
			return &list->list[i];
	return NULL;
}
