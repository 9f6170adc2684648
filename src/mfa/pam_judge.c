/*
 * Turns a stack into what it promises and what it does not, by asking the
 * walk: every answer is a way that Linux-PAM itself could take. Says nothing
 * to people.
 */
#include "mfa/pam_judge.h"

#include <string.h>

enum { CONDITIONS_MAX = 6 };

/* A stack being judged. */
struct judging {
	const struct handler *const *stack;
	size_t count;
	const struct handler *conditions[CONDITIONS_MAX];
	size_t condition_count;
	uint32_t roots; /* bits of the conditions that only root fulfils */
	struct judgement *out;
};

/* What is asked of all cases. */
struct wish {
	bool proven;
	uint32_t factor;
	const struct handler *goal, *through;
};

/* Conditions with the same arguments are one. Those too many stay free. */
static void
find_conditions(struct judging *j)
{
	for (size_t i = 0; i < j->count; i++) {
		enum module_kind kind = pam_module_kind(j->stack[i]);
		size_t k = 0;

		if ((kind != MODULE_CONDITION && kind != MODULE_ROOT) ||
		    j->condition_count == CONDITIONS_MAX)
			continue;
		while (k < j->condition_count &&
		    !pam_module_is_same(j->conditions[k], j->stack[i]))
			k++;
		if (k < j->condition_count)
			continue;
		if (kind == MODULE_ROOT)
			j->roots |= UINT32_C(1) << k;
		j->conditions[j->condition_count++] = j->stack[i];
	}
}

static bool
ask(struct judging *j, const struct wish *wish, uint32_t fulfilled,
    struct walk_path *path)
{
	struct module_case c = {wish->proven, wish->factor, j->conditions,
	    j->condition_count, fulfilled};
	const struct walk_question q = {j->stack, j->count,
	    pam_module_returns, &c, wish->goal, wish->through};
	enum walk_answer answer = walk(&q, path);

	if (answer == WALK_TOO_MUCH)
		j->out->too_much = true;
	return answer == WALK_YES;
}

static bool
is_factor(const struct handler *h)
{
	return pam_module_kind(h) == MODULE_FACTOR;
}

/* The step that passed over the factor's line; a factor that ran and denied is
 * passed by its own control, or by who forgets it. */
static void
find_culprit(const struct judging *j, const struct walk_path *path,
    struct way_in *out)
{
	const struct handler *h;
	size_t next;

	for (size_t i = 0; i < path->count; i++) {
		h = j->stack[path->steps[i].handler];
		next = i + 1 < path->count ? path->steps[i + 1].handler :
					     j->count;
		if (pam_module_kind(h) == MODULE_CONDITION ||
		    pam_module_kind(h) == MODULE_ROOT)
			out->condition = h;
		if (is_factor(h) ? h->action[path->steps[i].code] >= 0 :
		    h->action[path->steps[i].code] == ACTION_RESET &&
		    out->line == NULL && j->out->factor != NULL &&
		    j->stack[path->steps[0].handler] != h) {
			out->line = h;
			out->code = path->steps[i].code;
		}
		for (size_t k = path->steps[i].handler + 1; k < next; k++)
			if (is_factor(j->stack[k]) && out->line == NULL) {
				out->line = h;
				out->code = path->steps[i].code;
			}
	}
}

/* The last step that did more than go on: for stacks without a factor. */
static void
find_end(const struct judging *j, const struct walk_path *path,
    struct way_in *out)
{
	for (size_t i = 0; i < path->count && out->line == NULL; i++) {
		const struct handler *h = j->stack[path->steps[i].handler];

		if (path->steps[i].code != CODE_SUCCESS ||
		    h->action[CODE_SUCCESS] == ACTION_IGNORE)
			continue;
		out->line = h;
		out->code = path->steps[i].code;
	}
}

/* Over all that the conditions may say: for whom is there a way, of those who
 * can get in at all? `root`: the cases where it is root who asks. */
static enum way
ask_all(struct judging *j, const struct wish *wish, bool root,
    struct walk_path *path)
{
	const struct wish can = {.proven = true,
	    .factor = module_factor_denies | module_factor_lets};
	unsigned possible = 0, open = 0;
	struct walk_path way;

	for (uint32_t f = 0; f < UINT32_C(1) << j->condition_count; f++) {
		if (((f & j->roots) != 0) != root || !ask(j, &can, f, NULL))
			continue;
		possible++;
		if (!ask(j, wish, f, &way))
			continue;
		if (open++ == 0)
			*path = way;
	}
	if (open == 0)
		return WAY_NONE;
	return root ? WAY_ROOT : open == possible ? WAY_ALL : WAY_SOME;
}

static void
find_way(struct judging *j, const struct wish *wish, struct way_in *out)
{
	struct walk_path path = {.count = 0};

	memset(out, 0, sizeof(*out));
	out->way = ask_all(j, wish, false, &path);
	if (out->way == WAY_NONE && j->roots != 0)
		out->way = ask_all(j, wish, true, &path);
	if (out->way == WAY_NONE)
		return;
	find_culprit(j, &path, out);
	if (out->line == NULL)
		find_end(j, &path, out);
}

/* Is there any case at all? */
static bool
is_possible(struct judging *j, const struct wish *wish)
{
	for (uint32_t f = 0; f < UINT32_C(1) << j->condition_count; f++)
		if ((f & j->roots) == 0 && ask(j, wish, f, NULL))
			return true;
	return false;
}

/* With a first factor before it: is it asked after that one was wrong? */
static void
judge_order(struct judging *j)
{
	struct judgement *out = j->out;
	const struct wish wrong = {.goal = out->factor};

	for (size_t i = 0; j->stack[i] != out->factor; i++)
		if (j->stack[i]->kind == HANDLER_MODULE &&
		    !j->stack[i]->missing &&
		    pam_module_kind(j->stack[i]) == MODULE_PROVES) {
			out->asks_strangers = is_possible(j, &wrong);
			return;
		}
}

static void
judge_counts(struct judging *j)
{
	struct wish w = {.proven = true, .factor = module_factor_denies,
	    .through = j->out->factor};

	for (size_t i = 0; i < j->count; i++) {
		const struct handler *h = j->stack[i];

		if (pam_module_kind(h) != MODULE_COUNTS)
			continue;
		w.goal = h;
		if (pam_has_argument(h, "authfail")) {
			w.through = j->out->factor;
			if (is_possible(j, &w))
				j->out->counts_codes = h;
		} else if (pam_has_argument(h, "authsucc")) {
			w.through = NULL;
			if (is_possible(j, &w))
				j->out->clears_early = h;
		}
	}
}

void
pam_judge(
    const struct handler *const *stack, size_t count, struct judgement *out)
{
	static const struct wish nothing = {.proven = false};
	struct judging j = {.stack = stack, .count = count, .out = out};
	struct wish w = {.proven = true};

	memset(out, 0, sizeof(*out));
	for (size_t i = count; i > 0; i--)
		if (is_factor(stack[i - 1]))
			out->factor = stack[i - 1];
	find_conditions(&j);
	w.factor = module_factor_denies | module_factor_lets;
	out->shut = !is_possible(&j, &w);
	w.factor = module_factor_denies;
	find_way(&j, &(struct wish){.factor = module_factor_denies},
	    &out->with_nothing);
	if (out->factor == NULL)
		return;
	find_way(&j, &w, &out->without_factor);
	w.factor = CODE_BIT(CODE_MODULE_UNKNOWN);
	find_way(&j, &w, &out->file_missing);
	w.factor = CODE_BIT(CODE_IGNORE);
	out->shut_exempt = !is_possible(&j, &w);
	w = nothing;
	w.factor = CODE_BIT(CODE_SUCCESS);
	find_way(&j, &w, &out->factor_alone);
	judge_order(&j);
	judge_counts(&j);
}
