/*
 * The files of /etc/pam.d, and the walk through what comes of them: whatever
 * they say, it ends, and what it says of a stack holds together.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "mfa/pam_judge.h"

/* The files there are: a service, what it includes, and "other". */
static const char *const names[] = {"service", "common", "other"};
enum { FILES = sizeof(names) / sizeof(names[0]) };
static struct buf files[FILES];

static enum err
read_source(void *ctx, const char *path, struct buf *out, char *why,
    size_t why_size)
{
	(void)ctx;
	for (size_t i = 0; i < FILES; i++)
		if (strncmp(path, "/etc/pam.d/", 11) == 0 &&
		    strcmp(path + 11, names[i]) == 0 &&
		    files[i].len <= out->max)
			return buf_add(out, buf_text(&files[i]), files[i].len);
	(void)snprintf(why, why_size, "is not there");
	return ERR_CONFIG;
}

static void
report(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	must(where[0] != '\0' && what[0] != '\0', "a mistake has a place");
}

static void
look_at_handlers(const struct pam_stack *s)
{
	must(s->own <= s->count && s->count <= 5000, "a stack has bounds");
	for (size_t i = 0; i < s->count; i++) {
		const struct handler *h = &s->handlers[i];

		must(h->type != TYPE_ANY && h->level >= 0 && h->level < 16 &&
		    h->module != NULL && h->arguments != NULL &&
		    h->line > 0, "a handler is whole");
		for (int code = 0; code < CODE_COUNT; code++)
			must(h->action[code] > ACTION_UNSET,
			    "each code has an action");
	}
}

static void
look_at_judgement(const struct judgement *j)
{
	if (j->too_much)
		return;
	must(!j->shut || (j->without_factor.way != WAY_ALL &&
	    j->with_nothing.way != WAY_ALL), "no way leads into a shut stack");
	must(j->factor == NULL || j->without_factor.way != WAY_NONE ||
	    j->with_nothing.way == WAY_NONE,
	    "who needs nothing needs no factor");
	must(j->factor != NULL || j->without_factor.way == WAY_NONE,
	    "there is no way around what is not there");
}

static uint32_t
returns_anything(void *ctx, const struct handler *h)
{
	(void)ctx;
	(void)h;
	return ~UINT32_C(0);
}

/* A way that is told is one: each step goes on. */
static void
look_at_path(const struct handler *const *stack, size_t count)
{
	const struct walk_question q = {.stack = stack, .count = count,
	    .returns = returns_anything};
	struct walk_path path;

	if (walk(&q, &path) != WALK_YES)
		return;
	must(path.count > 0, "success takes a step");
	for (size_t i = 0; i < path.count; i++)
		must(path.steps[i].handler < count &&
		    path.steps[i].code < CODE_COUNT &&
		    (i == 0 || path.steps[i].handler >
		    path.steps[i - 1].handler), "a way leads forward");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pam_source source = {.read = read_source};
	struct input in = {data, size};
	const struct handler **picked;
	struct judgement judgement;
	struct pam_stack stack;
	enum err e;

	for (size_t i = 0; i < FILES; i++)
		files[i] = input_part(&in, 1 << 16);
	e = pam_stack_load(&source, "service", &stack, report, NULL);
	must(e == ERR_OK, "there is memory");
	look_at_handlers(&stack);
	picked = calloc(stack.count + 1, sizeof(*picked));
	must(picked != NULL, "there is memory");
	for (int type = TYPE_AUTH; type <= TYPE_ACCOUNT; type++) {
		size_t count =
		    pam_stack_pick(&stack, (enum pam_type)type, picked);

		if (count > 24)
			continue; /* that takes long, and shows no more */
		look_at_path(picked, count);
		pam_judge(picked, count, &judgement);
		look_at_judgement(&judgement);
	}
	free(picked);
	pam_stack_clear(&stack);
	for (size_t i = 0; i < FILES; i++)
		buf_clear(&files[i]);
	return 0;
}
