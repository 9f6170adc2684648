/*
 * Keeps what pam_stack.c reads: handlers, their arguments, the files they are
 * from. Reads nothing itself.
 */
#include "mfa/pam_stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mfa/pam_stack_private.h"

const char *
pam_stack_keep_path(struct pam_stack *s, const char *path)
{
	char **more;

	for (size_t i = 0; i < s->file_count; i++)
		if (strcmp(s->files[i], path) == 0)
			return s->files[i];
	more = reallocarray(s->files, s->file_count + 1, sizeof(*more));
	if (more == NULL)
		return NULL;
	s->files = more;
	if ((s->files[s->file_count] = strdup(path)) == NULL)
		return NULL;
	return s->files[s->file_count++];
}

static void
free_arguments(char **arguments)
{
	for (size_t i = 0; arguments != NULL && arguments[i] != NULL; i++)
		free(arguments[i]);
	free(arguments);
}

/* `rest` as a NULL-ended list. NULL: no memory. */
static char **
split_arguments(char *rest)
{
	size_t count = 0;
	char **list = calloc(1, sizeof(*list)), **more, *word;

	while (list != NULL && (word = pam_word(&rest)) != NULL) {
		more = reallocarray(list, count + 2, sizeof(*more));
		if (more != NULL) {
			list = more;
			list[count + 1] = NULL;
		}
		if (more == NULL || (list[count++] = strdup(word)) == NULL) {
			free_arguments(list);
			list = NULL;
		}
	}
	return list;
}

void
pam_module_name(const char *path, char *out, size_t size)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash == NULL ? path : slash + 1;
	const char *dot = strrchr(base, '.');
	size_t len = dot == NULL ? strlen(base) : (size_t)(dot - base);

	(void)snprintf(out, size, "%.*s", (int)len, base);
}

bool
pam_module_has_name(const char *module)
{
	char name[8];

	pam_module_name(module, name, sizeof(name));
	return name[0] != '\0' && strcmp(name, "?") != 0;
}

enum err
pam_stack_add(struct pam_stack *s, const struct handler *h, const char *module,
    char *arguments)
{
	struct handler *more, *new;
	size_t room = 16;

	while (room <= s->count)
		room *= 2;
	more = reallocarray(s->handlers, room, sizeof(*more));
	if (more == NULL)
		return ERR_MEMORY;
	s->handlers = more;
	new = &s->handlers[s->count++];
	*new = *h;
	new->module = strdup(module == NULL ? "" : module);
	new->arguments = split_arguments(arguments);
	return new->module == NULL || new->arguments == NULL ? ERR_MEMORY :
							       ERR_OK;
}

void
pam_stack_clear(struct pam_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++) {
		free(stack->handlers[i].module);
		free_arguments(stack->handlers[i].arguments);
	}
	for (size_t i = 0; i < stack->file_count; i++)
		free(stack->files[i]);
	free(stack->handlers);
	free(stack->files);
	memset(stack, 0, sizeof(*stack));
}

size_t
pam_stack_pick(const struct pam_stack *stack, enum pam_type type,
    const struct handler **out)
{
	size_t count = 0;

	if (stack->broken)
		return 0;
	for (size_t i = 0; i < stack->count; i++) {
		if (i == stack->own && count > 0)
			break;
		if (stack->handlers[i].type == type)
			out[count++] = &stack->handlers[i];
	}
	return count;
}

bool
pam_has_argument(const struct handler *h, const char *argument)
{
	for (char **a = h->arguments; *a != NULL; a++)
		if (strcmp(*a, argument) == 0)
			return true;
	return false;
}
