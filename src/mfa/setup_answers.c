/*
 * Turns a file of answers into a draft: the lines of a genauth.conf, and
 * three names more. Every mistake in it is told; asks no service.
 */
#include "mfa/setup.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/message.h"
#include "mfa/conf_edit.h"

enum { ANSWERS_MAX_BYTES = 64 * 1024 };

/* What the names that are no options are read into, behind a configuration
 * that is there for the options' own setters. */
struct answers {
	struct config cfg;
	bool secret_is_given[DRAFT_SECRETS];
	char *verify_user;
};

/* The value itself was taken before: see take_secret(). */
static enum err
set_secret(const struct option *o, void *base, const char *value, char *why,
    size_t why_size)
{
	(void)value;
	(void)why;
	(void)why_size;
	*(bool *)(void *)((char *)base + o->offset) = true;
	return ERR_OK;
}

static const struct option more[] = {
    {"access_key_secret", set_secret, offsetof(struct answers,
	secret_is_given[DRAFT_ACCESS_KEY_SECRET]), NULL, OPTION_FILE, NULL,
	"the secret of the management key"},
    {"app_secret", set_secret, offsetof(struct answers,
	secret_is_given[DRAFT_APP_SECRET]), NULL, OPTION_FILE, NULL,
	"the application's secret"},
    {"verify_user", option_text, offsetof(struct answers, verify_user), NULL,
	OPTION_FILE, NULL, "somebody who has to have a factor"},
};

/* All names there are; the last row is the end. To be freed. */
static struct option *
new_table(void)
{
	size_t count = 0, extra = sizeof(more) / sizeof(*more);
	struct option *table;

	while (config_options[count].name != NULL)
		count++;
	if ((table = calloc(count + extra + 1, sizeof(*table))) == NULL)
		return NULL;
	memcpy(table, config_options, count * sizeof(*table));
	memcpy(table + count, more, sizeof(more));
	return table;
}

/* Into a buffer of its own, and out of the text: what goes through the
 * option's row is copied about. */
static enum err
take_secret(struct buf *content, const char *name, struct buf *out)
{
	struct line l = LINE_START;
	enum err e;

	while (line_next(&l, content)) {
		if (l.mistake != NULL || l.name_len != strlen(name) ||
		    memcmp(l.name, name, l.name_len) != 0)
			continue;
		buf_clear(out);
		if ((e = buf_add(out, l.value, l.value_len)) != ERR_OK)
			return e;
		memset(content->ptr + (l.value - content->ptr), 'x',
		    l.value_len);
	}
	return ERR_OK;
}

/* What the draft is to say of each option that has an answer. */
static enum exit_status
copy_options(struct setup *s, const struct buf *content)
{
	char value[LINE_MAX_BYTES + 1], why[DRAFT_WHY_MAX];
	struct line l = LINE_START;
	char name[LINE_MAX_BYTES + 1];
	enum err e;

	while (line_next(&l, content)) {
		(void)snprintf(
		    name, sizeof(name), "%.*s", (int)l.name_len, l.name);
		(void)snprintf(
		    value, sizeof(value), "%.*s", (int)l.value_len, l.value);
		if (option_find(config_options, name) == NULL)
			continue;
		e = draft_set(&s->draft, name, value, why, sizeof(why));
		if (e != ERR_OK) {
			draft_report(NULL, s->m->from,
			    e == ERR_CONFIG ? why : _(err_text(e)));
			return STATUS_CONFIG;
		}
	}
	return STATUS_DONE;
}

static enum exit_status
copy_secret(struct setup *s, enum draft_secret_id id, const struct buf *content,
    const struct buf *secret)
{
	const struct draft_secret_row *row = &draft_secret_rows[id];
	struct buf path = BUF_INIT(LINE_MAX_BYTES);
	char why[DRAFT_WHY_MAX], what[2 * DRAFT_WHY_MAX];
	bool both = conf_edit_get(content, row->option, &path) == ERR_OK;
	enum err e;

	buf_clear(&path);
	if (both) {
		(void)snprintf(what, sizeof(what), _("%s and %s are both "
		    "given: keep one of them"), row->name, row->option);
		draft_report(NULL, s->m->from, what);
		return STATUS_CONFIG;
	}
	e = draft_set_secret(&s->draft, id, secret, why, sizeof(why));
	if (e == ERR_OK)
		return STATUS_DONE;
	(void)snprintf(what, sizeof(what), "%s: %s", row->name,
	    e == ERR_CONFIG ? why : _(err_text(e)));
	draft_report(NULL, s->m->from, what);
	return STATUS_CONFIG;
}

static enum exit_status
take(struct setup *s, const struct buf *content, const struct answers *a,
    const struct buf secrets[DRAFT_SECRETS])
{
	enum exit_status status = copy_options(s, content);

	for (int i = 0; status == STATUS_DONE && i < DRAFT_SECRETS; i++)
		if (a->secret_is_given[i])
			status = copy_secret(s, (enum draft_secret_id)i,
			    content, &secrets[i]);
	if (a->verify_user != NULL)
		(void)snprintf(s->verify_user, sizeof(s->verify_user), "%s",
		    a->verify_user);
	return status;
}

static enum exit_status
parse(struct setup *s, struct buf *content)
{
	struct buf secrets[DRAFT_SECRETS] = {
	    BUF_INIT(LINE_MAX_BYTES), BUF_INIT(LINE_MAX_BYTES)};
	struct option *table = new_table();
	struct answers a;
	enum exit_status status = STATUS_CONFIG;
	enum err e = table == NULL ? ERR_MEMORY : ERR_OK;

	memset(&a, 0, sizeof(a));
	for (int i = 0; e == ERR_OK && i < DRAFT_SECRETS; i++)
		e = take_secret(
		    content, draft_secret_rows[i].name, &secrets[i]);
	if (e == ERR_OK)
		e = option_parse_file(table, &a, s->m->from, content,
		    draft_report, NULL);
	if (e == ERR_OK)
		status = take(s, content, &a, secrets);
	else if (e != ERR_CONFIG)
		draft_report(NULL, s->m->from, _(err_text(e)));
	for (int i = 0; i < DRAFT_SECRETS; i++)
		buf_clear(&secrets[i]);
	config_clear(&a.cfg);
	free(a.verify_user);
	free(table);
	return status;
}

enum exit_status
setup_read_answers(struct setup *s)
{
	struct buf content = BUF_INIT(ANSWERS_MAX_BYTES);
	char why[DRAFT_WHY_MAX];
	enum exit_status status = STATUS_CONFIG;
	enum err e = file_read_trusted(
	    s->m->from, true, &content, why, sizeof(why));

	if (e == ERR_OK)
		status = parse(s, &content);
	else
		draft_report(NULL, s->m->from,
		    e == ERR_CONFIG ? why : _(err_text(e)));
	buf_clear(&content);
	return status;
}
