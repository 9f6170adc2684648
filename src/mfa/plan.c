/*
 * Turns what a command would do into a list of requests to look at. Makes
 * none of them.
 */
#include "mfa/plan.h"

#include <stdio.h>

#include "base/text.h"

enum { PATH_MAX_BYTES = 1024 };

static const struct output_column columns[] = {
    {"USER", "user"},
    {"METHOD", "method"},
    {"PATH", "path"},
    {NULL, NULL},
};

struct output *
plan_new(bool json)
{
	return output_new(columns, json, false);
}

static void
add(struct output *o, const char *user, const char *method, const char *path)
{
	if (o == NULL)
		return;
	output_row(o);
	output_text(o, 0, user);
	output_text(o, 1, method);
	output_text(o, 2, path);
}

static void
add_delete(struct output *o, const char *user, const struct account *who,
    enum binding which)
{
	struct buf path = BUF_INIT(PATH_MAX_BYTES);
	enum err e;

	if ((e = buf_add_text(&path, "/api/v2/users/")) == ERR_OK &&
	    (e = text_percent_encode(who->id, &path)) == ERR_OK &&
	    (e = buf_add_text(&path, "/mfa-bound?type=")) == ERR_OK)
		e = buf_add_text(&path, binding_names[which]);
	add(o, user, "DELETE", e == ERR_OK ? buf_text(&path) : NULL);
	buf_clear(&path);
}

void
plan_unbind(struct output *o, const char *user, const struct account *who,
    unsigned factors, unsigned contacts)
{
	for (unsigned i = 0; i < BINDING_COUNT; i++)
		if (factors & 1u << i)
			add_delete(o, user, who, (enum binding)i);
	for (unsigned i = 0; i < BINDING_COUNT; i++)
		if (contacts & 1u << i)
			add(o, user, "POST", "/api/v3/update-user");
}

void
plan_kick(struct output *o, const char *user)
{
	add(o, user, "POST", "/api/v3/kick-users");
}

void
plan_reset(struct output *o, const char *user)
{
	add(o, user, "POST", "/mfa/reset");
}
