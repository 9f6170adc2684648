/*
 * Turns a stack and what its modules may return into the set of states that
 * Linux-PAM can be in before each line, and so into the ways through it.
 * Knows no module by name.
 */
#include "mfa/pam_walk.h"

#include <stdlib.h>
#include <string.h>

enum { LEVELS = 16, NODES_MAX = 20000, NONE = -1 };
enum impression { UNDECIDED, POSITIVE, NEGATIVE };

/* What Linux-PAM has decided so far; `good` is "the status is success". */
struct decision {
	unsigned impression : 2;
	unsigned good : 1;
};

/* Before a handler. The decisions are those at the substacks' doors. */
struct state {
	struct decision now, door[LEVELS];
	int level;    /* of the handler before */
	bool through; /* the one that has to run has run */
};

/* A state that can be had, at one place of the stack. */
struct node {
	uint64_t key;
	int next;  /* of the same place */
	int from;  /* NONE: the beginning */
	int place;
	int code;  /* that the handler at `from` returned */
};

struct walking {
	const struct walk_question *q;
	struct node *nodes;
	int count, room;
	int *heads; /* by place; the last is behind the end */
	bool too_much;
};

/* 3 bits for each decision, 4 for the level, 1 for through. */
static uint64_t
pack(const struct state *s)
{
	uint64_t key = s->now.impression | (uint64_t)s->now.good << 2;

	for (int i = 1; i < LEVELS && i <= s->level; i++)
		key |= (s->door[i].impression |
		    (uint64_t)s->door[i].good << 2) << (3 * i);
	return key | (uint64_t)s->level << 48 | (uint64_t)s->through << 52;
}

static struct decision
unpack_decision(uint64_t key)
{
	return (struct decision){.impression = key & 3, .good = key >> 2 & 1};
}

static struct state
unpack(uint64_t key)
{
	struct state s = {.level = (int)(key >> 48 & 15),
	    .through = (key >> 52 & 1) != 0};

	s.now = unpack_decision(key);
	for (int i = 1; i < LEVELS; i++)
		s.door[i] = unpack_decision(key >> (3 * i));
	return s;
}

static void
add_node(struct walking *w, int place, const struct state *s, int from,
    int code)
{
	uint64_t key = pack(s);
	struct node *more;

	for (int i = w->heads[place]; i != NONE; i = w->nodes[i].next)
		if (w->nodes[i].key == key)
			return;
	if (w->count == w->room) {
		w->room = w->room * 2 + 64;
		more = w->count >= NODES_MAX ? NULL : reallocarray(
		    w->nodes, (size_t)w->room, sizeof(*more));
		if (more == NULL) {
			w->room = w->count;
			w->too_much = true;
			return;
		}
		w->nodes = more;
	}
	w->nodes[w->count] = (struct node){
	    key, w->heads[place], from, place, code};
	w->heads[place] = w->count++;
}

/* Over `jumps` handlers of this level, each with what is nested in it; what
 * is left of `jumps` could not be. Returns the last one passed. */
static int
jump(const struct walk_question *q, int place, int *jumps)
{
	int level = q->stack[place]->level, last = (int)q->count - 1;

	while (place < last && q->stack[place + 1]->level >= level &&
	    *jumps > 0) {
		do
			place++;
		while (place < last && q->stack[place + 1]->level > level);
		(*jumps)--;
	}
	return place;
}

/* Out of the substack, or to the end of the stack. */
static int
leave(const struct walk_question *q, int place)
{
	int level = q->stack[place]->level;

	while (place < (int)q->count - 1 && q->stack[place + 1]->level >= level)
		place++;
	return place;
}

static void
go_bad(struct decision *d, bool good)
{
	if (d->impression == NEGATIVE)
		return;
	d->impression = NEGATIVE;
	d->good = good;
}

/* The handler at `place` returned `code`: what then, and where. */
static int
apply(const struct walk_question *q, int place, int code, struct state *s)
{
	const struct handler *h = q->stack[place];
	int action = h->action[code];
	bool good = code == CODE_SUCCESS;

	if (action > 0) {
		place = jump(q, place, &action);
		if (action > 0) {
			s->now.impression = NEGATIVE;
			s->now.good = false;
		}
	} else if (action == ACTION_RESET) {
		s->now = s->door[h->level];
	} else if (action == ACTION_OK || action == ACTION_DONE) {
		if (s->now.impression == UNDECIDED ||
		    (s->now.impression == POSITIVE && s->now.good)) {
			s->now.impression = POSITIVE;
			s->now.good = good;
		}
		if (action == ACTION_DONE && s->now.impression == POSITIVE)
			place = leave(q, place);
	} else if (action != ACTION_IGNORE) {
		go_bad(&s->now, good);
		if (action == ACTION_DIE)
			place = leave(q, place);
	}
	return place + 1;
}

/* All that the handler may do from this state. */
static void
take_node(struct walking *w, int n)
{
	const int place = w->nodes[n].place;
	const struct handler *h = w->q->stack[place];
	struct state s = unpack(w->nodes[n].key), after;
	uint32_t codes = w->q->returns(w->q->ctx, h);

	if (s.level < h->level)
		s.door[h->level] = s.now;
	s.level = h->level;
	if (h->kind == HANDLER_SUBSTACK) {
		add_node(w, place + 1, &s, n, CODE_IGNORE);
		return;
	}
	if (h->kind == HANDLER_MUST_FAIL)
		codes = CODE_BIT(CODE_PERM_DENIED);
	else if (h->missing)
		codes = CODE_BIT(CODE_MODULE_UNKNOWN);
	if (h == w->q->through)
		s.through = true;
	/* incomplete: the host asks again or gives up; neither is success */
	for (int code = 0; code < CODE_INCOMPLETE; code++) {
		if ((codes & CODE_BIT(code)) == 0)
			continue;
		after = s;
		add_node(w, apply(w->q, place, code, &after), &after, n, code);
	}
}

static bool
is_goal(const struct walking *w, const struct node *n)
{
	const struct walk_question *q = w->q;
	struct state s = unpack(n->key);

	if (q->through != NULL && !s.through)
		return false;
	if (q->goal != NULL)
		return n->place < (int)q->count &&
		    q->stack[n->place] == q->goal;
	return n->place == (int)q->count && s.now.impression == POSITIVE &&
	    s.now.good;
}

static void
tell_path(const struct walking *w, int n, struct walk_path *path)
{
	size_t count = 0;

	for (int i = n; w->nodes[i].from != NONE; i = w->nodes[i].from)
		count++;
	path->count = count < WALK_STEPS_MAX ? count : WALK_STEPS_MAX;
	for (int i = n; w->nodes[i].from != NONE; i = w->nodes[i].from)
		if (--count < WALK_STEPS_MAX)
			path->steps[count] = (struct walk_step){
			    (size_t)w->nodes[w->nodes[i].from].place,
			    w->nodes[i].code};
}

/* Ways lead forward only: one pass sees them all. */
static int
find_goal(struct walking *w)
{
	static const struct state begin;

	add_node(w, 0, &begin, NONE, 0);
	for (int place = 0; place <= (int)w->q->count; place++)
		for (int i = w->heads[place]; i != NONE;
		    i = w->nodes[i].next) {
			if (is_goal(w, &w->nodes[i]))
				return i;
			if (place < (int)w->q->count)
				take_node(w, i);
		}
	return NONE;
}

enum walk_answer
walk(const struct walk_question *q, struct walk_path *path)
{
	struct walking w = {.q = q};
	enum walk_answer answer = WALK_TOO_MUCH;
	int found;

	if (path != NULL)
		path->count = 0;
	w.heads = calloc(q->count + 1, sizeof(*w.heads));
	if (w.heads != NULL) {
		for (size_t i = 0; i <= q->count; i++)
			w.heads[i] = NONE;
		found = find_goal(&w);
		if (found != NONE)
			answer = WALK_YES;
		else if (!w.too_much)
			answer = WALK_NO;
		if (found != NONE && path != NULL)
			tell_path(&w, found, path);
	}
	free(w.heads);
	free(w.nodes);
	return answer;
}
