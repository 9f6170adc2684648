/*
 * Turns a service's name into the list of handlers that Linux-PAM builds from
 * its files (1.5.2, libpam/pam_handlers.c, with Debian's @include). Runs no
 * module and judges nothing.
 */
#include "mfa/pam_stack.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/message.h"
#include "mfa/pam_stack_private.h"

enum {
	LEVELS_MAX = 16,     /* PAM_SUBSTACK_MAX_LEVEL */
	HANDLERS_MAX = 2000,
	FILES_MAX = 200,
	FILE_MAX_BYTES = 256 * 1024,
	PATH_BYTES = 1024,
	WHY_BYTES = 1280,
};

static const char *const type_words[TYPE_ANY] = {
    "auth", "session", "account", "password"};

/* One service, being read. */
struct loading {
	const struct pam_source *source;
	struct pam_stack *stack;
	const char *service;
	option_report *report;
	void *ctx;
	size_t reads;
};

/* One file of it. */
struct file {
	const char *path;        /* borrowed from the stack */
	enum pam_type requested; /* TYPE_ANY: all */
	int depth, level;        /* of includes, of substacks */
	bool conf;               /* lines begin with the service's name */
};

/* One line of that, taken apart. */
struct entry {
	size_t line;
	enum pam_type type;
	enum handler_kind kind;
	int action[CODE_COUNT];
	const char *control, *module;
	char *rest;
};

static void
tell(const struct loading *l, const struct file *f, size_t line,
    const char *what)
{
	char where[PATH_BYTES + 32];

	(void)snprintf(where, sizeof(where), "%s:%zu", f->path, line);
	l->report(l->ctx, where, what);
}

/* ERR_CONFIG where Linux-PAM stops reading the file at this line. */
static enum err
add_handler(struct loading *l, const struct file *f, const struct entry *e)
{
	struct handler h = {.type = e->type, .kind = e->kind,
	    .level = f->level, .file = f->path, .line = e->line};

	if (e->type == TYPE_ANY || l->stack->count >= HANDLERS_MAX ||
	    (e->module != NULL && !pam_module_has_name(e->module)))
		return ERR_CONFIG;
	memcpy(h.action, e->action, sizeof(h.action));
	return pam_stack_add(l->stack, &h, e->module, e->rest);
}

static enum err load_named(struct loading *l, const char *name,
    const struct file *from, enum pam_type type, int level);

/* include, substack, @include */
static enum err
add_included(struct loading *l, const struct file *f, struct entry *e)
{
	bool substack = strcasecmp(e->control, "substack") == 0;
	enum err rc = ERR_OK;

	e->rest = NULL;
	if (substack) {
		e->kind = HANDLER_SUBSTACK;
		rc = add_handler(l, f, e);
	}
	if (rc == ERR_OK)
		rc = load_named(l, e->module, f, e->type, f->level + substack);
	else
		return rc;
	if (rc != ERR_CONFIG)
		return rc;
	tell(l, f, e->line, _("includes what Linux-PAM cannot read: in its "
	    "place is a line that always fails"));
	e->kind = HANDLER_MUST_FAIL;
	e->module = NULL;
	(void)pam_control_read("required", e->action);
	return add_handler(l, f, e);
}

/* Of type "auth" or "-auth"; one that is not known stands for auth, and
 * fails. */
static enum pam_type
read_type(const struct loading *l, const struct file *f, const char *word,
    struct entry *e)
{
	if (word != NULL && word[0] == '-')
		word++;
	for (int i = 0; word != NULL && i < TYPE_ANY; i++)
		if (strcasecmp(type_words[i], word) == 0)
			return (enum pam_type)i;
	tell(l, f, e->line, _("does not begin with auth, account, password or "
	    "session: Linux-PAM takes it for a line that always fails"));
	e->kind = HANDLER_MUST_FAIL;
	return f->requested != TYPE_ANY ? f->requested : TYPE_AUTH;
}

static void
read_control(const struct loading *l, const struct file *f, struct entry *e)
{
	if (e->control == NULL) {
		tell(l, f, e->line, _("has no control word: it always fails"));
		e->kind = HANDLER_MUST_FAIL;
	} else if (!pam_control_read(e->control, e->action)) {
		tell(l, f, e->line,
		    _("has a control that Linux-PAM does not understand: "
		    "whatever the module says counts as a failure"));
	}
	if (e->control == NULL)
		(void)pam_control_read("", e->action);
	if (e->module == NULL && e->control != NULL) {
		tell(l, f, e->line, _("names no module: it always fails"));
		e->kind = HANDLER_MUST_FAIL;
	}
}

static bool
is_include(const char *control)
{
	return control != NULL && (strcasecmp(control, "include") == 0 ||
	    strcasecmp(control, "substack") == 0);
}

/* One line; `text` is used up. */
static enum err
take_line(struct loading *l, const struct file *f, size_t line, char *text)
{
	struct entry e = {.line = line, .kind = HANDLER_MODULE, .rest = text};
	const char *word;

	if (f->conf && ((word = pam_word(&e.rest)) == NULL ||
	    strcasecmp(word, l->service) != 0))
		return ERR_OK;
	word = pam_word(&e.rest);
	if (word != NULL && strcasecmp(word, "@include") == 0) {
		e.type = f->requested;
		e.control = "include";
		e.module = pam_word(&e.rest);
		return add_included(l, f, &e);
	}
	e.type = read_type(l, f, word, &e);
	if (f->requested != TYPE_ANY && e.type != f->requested)
		return ERR_OK;
	e.control = pam_word(&e.rest);
	e.module = e.control == NULL ? NULL : pam_word(&e.rest);
	if (is_include(e.control)) {
		(void)pam_control_read("", e.action);
		return add_included(l, f, &e);
	}
	read_control(l, f, &e);
	return add_handler(l, f, &e);
}

/* ERR_CONFIG where Linux-PAM gives the file up. */
static enum err
take_file(struct loading *l, const struct file *f, const struct buf *content)
{
	const char *text = buf_text(content);
	struct pam_reader r = {text, text + content->len, 0};
	struct pam_line line;
	enum err e;

	while ((e = pam_line_next(&r, &line)) == ERR_OK && line.text != NULL) {
		if (line.doubt != NULL)
			tell(l, f, line.number, line.doubt);
		e = take_line(l, f, line.number, line.text);
		if (e == ERR_CONFIG)
			tell(l, f, line.number,
			    _("makes Linux-PAM give up the whole file"));
		pam_line_clear(&line);
		if (e != ERR_OK)
			return e;
	}
	if (e == ERR_CONFIG)
		tell(l, f, r.number, _("is not text, or ends within a line "
		    "that goes on: Linux-PAM gives up the whole file"));
	return e;
}

static enum err
load_file(struct loading *l, struct file *f, const char *path, char *why)
{
	struct buf content = BUF_INIT(FILE_MAX_BYTES);
	enum err e;

	if (++l->reads > FILES_MAX) {
		(void)snprintf(why, WHY_BYTES, _("is one include too many"));
		return ERR_CONFIG;
	}
	e = l->source->read(l->source->ctx, path, &content, why, WHY_BYTES);
	if (e == ERR_OK && (f->path = pam_stack_keep_path(l->stack, path)) == NULL)
		e = ERR_MEMORY;
	if (e == ERR_OK) {
		why[0] = '\0';
		e = take_file(l, f, &content);
	}
	buf_clear(&content);
	return e;
}

/* A service or an included file by name. `why` is "" where there is one. */
static enum err
open_named(struct loading *l, struct file *f, const char *name, char *why)
{
	static const char *const places[] = {"/etc/pam.d", "/usr/lib/pam.d"};
	char path[PATH_BYTES], first[WHY_BYTES] = "";
	enum err e;

	if (name[0] == '/')
		return load_file(l, f, name, why);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (snprintf(path, sizeof(path), "%s/%s", places[i], name) >=
		    (int)sizeof(path)) {
			(void)snprintf(why, WHY_BYTES,
			    _("has a name too long"));
			return ERR_CONFIG;
		}
		if ((e = load_file(l, f, path, why)) != ERR_CONFIG ||
		    why[0] == '\0')
			return e;
		if (i == 0)
			(void)snprintf(first, sizeof(first), "%s", why);
	}
	(void)snprintf(why, WHY_BYTES, "%s", first);
	return ERR_CONFIG;
}

static enum err
load_named(struct loading *l, const char *name, const struct file *from,
    enum pam_type type, int level)
{
	struct file f = {.requested = type, .depth = from->depth + 1,
	    .level = level};
	char why[WHY_BYTES] = "", path[PATH_BYTES];
	enum err e;

	if (name == NULL || f.depth >= LEVELS_MAX || level >= LEVELS_MAX) {
		l->report(l->ctx, from->path, name == NULL ?
		    _("has an include that names no file, at which some "
		    "versions of Linux-PAM crash") : _("includes itself, at "
		    "which Linux-PAM before 1.6 crashes, or more than 15 "
		    "files in one another"));
		return ERR_CONFIG;
	}
	e = open_named(l, &f, name, why);
	if (e == ERR_CONFIG && why[0] != '\0') {
		(void)snprintf(path, sizeof(path), "%s%s",
		    name[0] == '/' ? "" : "/etc/pam.d/", name);
		l->report(l->ctx, path, why);
	}
	return e;
}

/* "other" is loaded behind every service. */
static enum err
load_service(struct loading *l, const char *name, bool *there)
{
	struct file f = {.requested = TYPE_ANY, .conf = l->source->conf};
	char why[WHY_BYTES] = "";
	enum err e;

	l->service = name;
	e = f.conf ? load_file(l, &f, "/etc/pam.conf", why) :
		     open_named(l, &f, name, why);
	*there = e == ERR_OK || why[0] == '\0';
	if (e == ERR_CONFIG && *there)
		l->stack->broken = true;
	return e == ERR_CONFIG ? ERR_OK : e;
}

enum err
pam_stack_load(const struct pam_source *source, const char *service,
    struct pam_stack *out, option_report *report, void *ctx)
{
	struct loading l = {.source = source, .stack = out, .report = report,
	    .ctx = ctx};
	bool other;
	enum err e;

	memset(out, 0, sizeof(*out));
	e = load_service(&l, service, &out->has_file);
	out->own = out->count;
	if (e == ERR_OK && strcmp(service, "other") != 0)
		e = load_service(&l, "other", &other);
	if (!out->has_file && out->count == 0)
		out->broken = true;
	return e;
}
