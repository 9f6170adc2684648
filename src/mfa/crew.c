/*
 * Turns a list of people into threads that reset one after the other. How
 * one person is reset is in reset_person.c; prints nothing.
 */
#include "mfa/crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mfa/gate.h"
#include "net/http_multi.h"

/* In a row; fewer before it has answered even once. */
enum { SERVICE_FAILURES_MAX = 10, FIRST_FAILURES_MAX = 3 };

struct worker {
	struct crew *crew;
	pthread_t thread;
	struct http *http;
	struct deadline deadline;
	struct gated_transport transport;
	struct service service;
};

struct crew {
	struct crew_work work;
	struct worker *workers;
	size_t ready, started;  /* of them */
	struct http_multi *multi;
	struct gate gate;
	pthread_mutex_t lock;   /* over what follows */
	pthread_cond_t changed;
	size_t at_work;
	size_t next;            /* in the list */
	struct crew_counts counts;
	size_t busy;            /* with a person */
	int failures;           /* of the service, in a row */
	bool answered;          /* the service did, once */
	struct buf bearer;      /* the token it gave then */
	char pool_id[PERSON_ID_MAX];
	bool stopped;
	enum err why;           /* it was stopped; ERR_OK: from outside */
};

/* Is it about this person, as opposed to the service or to us? */
static bool
is_persons_own(enum err e)
{
	return e == ERR_OK || (e >= ERR_UNKNOWN_PERSON && e != ERR_TOO_SLOW);
}

/* Called with the lock held. */
static void
stop(struct crew *c, enum err why)
{
	if (!c->stopped)
		c->why = why;
	c->stopped = true;
	gate_give_up(&c->gate);
	(void)pthread_cond_broadcast(&c->changed);
}

/* Called with the lock held. NULL: there is nothing left to do. */
static struct listed *
next_person(struct crew *c)
{
	struct people *p = c->work.people;

	/* one fetches the token, and sees whether there is a service at all */
	while (!c->stopped && !c->answered && c->busy > 0)
		(void)pthread_cond_wait(&c->changed, &c->lock);
	while (c->next < p->count && p->list[c->next].stage == STAGE_DONE)
		c->next++;
	if (c->stopped || c->next == p->count)
		return NULL;
	c->busy++;
	return &p->list[c->next++];
}

/* Called with the lock held. */
static enum err
share_token(struct crew *c, struct service *s)
{
	if (!c->answered || c->bearer.len == 0 || s->bearer.len > 0)
		return ERR_OK;
	memcpy(s->pool_id, c->pool_id, sizeof(s->pool_id));
	return buf_add(&s->bearer, buf_text(&c->bearer), c->bearer.len);
}

/* Called with the lock held. What one person's result means for the rest. */
static void
judge(struct crew *c, const struct service *s, enum err e)
{
	int max = c->answered ? SERVICE_FAILURES_MAX : FIRST_FAILURES_MAX;

	if (is_persons_own(e)) {
		c->failures = 0;
		if (!c->answered && s->bearer.len > 0) {
			memcpy(c->pool_id, s->pool_id, sizeof(c->pool_id));
			if (buf_add(&c->bearer, buf_text(&s->bearer),
			    s->bearer.len) != ERR_OK)
				stop(c, ERR_MEMORY);
		}
		c->answered = true;
	} else if (++c->failures >= max || e == ERR_SYSTEM ||
	    e == ERR_MEMORY || gate_is_given_up(&c->gate))
		stop(c, e);
}

/* Called with the lock held, the journal knows already. */
static void
finish(struct crew *c, struct listed *who, const struct service *s,
    const struct reset_report *report)
{
	who->stage = report->why == ERR_OK ? STAGE_DONE : STAGE_FAILED;
	who->why = report->why;
	free(who->request_id);
	who->request_id = report->why != ERR_OK && report->request_id[0] != '\0'
	    ? strdup(report->request_id) : NULL;
	if (who->stage == STAGE_DONE)
		c->counts.done++;
	else
		c->counts.failed++;
	judge(c, s, report->why);
	if (c->work.tell(c->work.ctx, who, report) != ERR_OK)
		stop(c, ERR_SYSTEM);
}

/* False where the journal could not be written. */
static bool
reset_one(struct worker *w, struct listed *who, struct reset_report *report)
{
	const struct crew_work *work = &w->crew->work;
	struct journal *j = work->journal;

	if (j != NULL && journal_begin(j, who->name) != ERR_OK)
		return false;
	who->stage = STAGE_BEGUN;
	deadline_start(
	    &w->deadline, &clock_system, work->m->cfg.login_timeout_ms);
	(void)!reset_person(work->m, &w->service, who->name, report);
	return j == NULL ||
	    journal_done(j, who->name, report->why) == ERR_OK;
}

static void *
work(void *ctx)
{
	struct worker *w = ctx;
	struct crew *c = w->crew;
	struct reset_report report;
	struct listed *who;
	bool noted;

	(void)pthread_mutex_lock(&c->lock);
	while ((who = next_person(c)) != NULL) {
		if (share_token(c, &w->service) != ERR_OK) {
			stop(c, ERR_MEMORY);
			break;
		}
		(void)pthread_mutex_unlock(&c->lock);
		noted = reset_one(w, who, &report);
		(void)pthread_mutex_lock(&c->lock);
		if (noted)
			finish(c, who, &w->service, &report);
		else
			stop(c, ERR_SYSTEM);
		c->busy--;
		(void)pthread_cond_broadcast(&c->changed);
	}
	c->at_work--;
	(void)pthread_cond_broadcast(&c->changed);
	(void)pthread_mutex_unlock(&c->lock);
	return NULL;
}

static enum err
make_ready(struct crew *c, struct worker *w)
{
	const struct mfa *m = c->work.m;
	enum err e = http_new(&m->cfg.http, &w->http);

	if (e != ERR_OK)
		return e;
	http_multi_join(c->multi, w->http);
	w->crew = c;
	gated_transport_init(&w->transport, &c->gate, http_transport(w->http),
	    &w->deadline);
	/* No cache: one token, fetched now, lives longest; and many threads
	 * would take it from each other. */
	service_init(&w->service, m->service.provider, &m->cfg.service,
	    &w->transport.transport, &w->deadline, NULL);
	return ERR_OK;
}

/* Called with all signals blocked: a thread inherits that, and Ctrl-C comes
 * to the one that looks for it. */
static enum err
start_all(struct crew *c)
{
	size_t jobs = (size_t)c->work.jobs;
	enum err e = http_multi_new(jobs, &c->multi);

	if (e != ERR_OK)
		return e;
	if ((c->workers = calloc(jobs, sizeof(*c->workers))) == NULL)
		return ERR_MEMORY;
	for (; c->ready < jobs; c->ready++)
		if ((e = make_ready(c, &c->workers[c->ready])) != ERR_OK)
			return e;
	(void)pthread_mutex_lock(&c->lock);
	while (c->started < jobs &&
	    pthread_create(&c->workers[c->started].thread, NULL, work,
		&c->workers[c->started]) == 0)
		c->started++;
	c->at_work = c->started;
	(void)pthread_mutex_unlock(&c->lock);
	return c->started > 0 ? ERR_OK : ERR_SYSTEM;
}

enum err
crew_start(const struct crew_work *work_to_do, struct crew **out)
{
	struct crew *c = calloc(1, sizeof(*c));
	pthread_condattr_t monotonic;
	sigset_t all, before;
	enum err e;

	if (c == NULL)
		return ERR_MEMORY;
	c->work = *work_to_do;
	gate_init(&c->gate, &clock_system);
	buf_init(&c->bearer, HTTP_REPLY_MAX_BYTES);
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&c->changed, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	e = start_all(c);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (e == ERR_OK)
		*out = c;
	else
		(void)crew_free(&c);
	return e;
}

bool
crew_wait(struct crew *c, int ms, struct crew_counts *out)
{
	struct timespec until;
	bool all_home;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += ms % 1000 * 1000000L;
	until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	(void)pthread_mutex_lock(&c->lock);
	while (c->at_work > 0 &&
	    pthread_cond_timedwait(&c->changed, &c->lock, &until) == 0)
		continue;
	all_home = c->at_work == 0;
	*out = c->counts;
	(void)pthread_mutex_unlock(&c->lock);
	out->wait_s = gate_wait_s(&c->gate);
	return all_home;
}

void
crew_stop(struct crew *c)
{
	(void)pthread_mutex_lock(&c->lock);
	stop(c, ERR_OK);
	(void)pthread_mutex_unlock(&c->lock);
}

enum err
crew_free(struct crew **c)
{
	struct crew *x = *c;
	enum err why;

	for (size_t i = 0; i < x->started; i++)
		(void)pthread_join(x->workers[i].thread, NULL);
	why = x->why;
	http_multi_free(&x->multi);
	for (size_t i = 0; i < x->ready; i++) {
		service_clear(&x->workers[i].service);
		http_free(&x->workers[i].http);
	}
	free(x->workers);
	buf_clear(&x->bearer);
	gate_clear(&x->gate);
	(void)pthread_cond_destroy(&x->changed);
	(void)pthread_mutex_destroy(&x->lock);
	free(x);
	*c = NULL;
	return why;
}
