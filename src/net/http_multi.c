/*
 * Turns the requests of many threads into transfers of one libcurl multi
 * handle, driven by a thread of its own. Does not know what is sent, nor set
 * up who is trusted: see http.c.
 *
 * HTTP/1.1 only, as there: when a service ends an HTTP/2 connection, libcurl
 * 7.88 fails requests that were never looked at.
 */
#include "net/http_multi.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include <curl/curl.h>

#include "net/http_private.h"

enum {
	POLL_MS = 1000,
	/* A connection of several cannot be asked whether it was closed in
	 * good order: see has_closed() in http.c. So they may not idle. */
	IDLE_MAX_S = 3,
};

/* One request under way, on the stack of the thread that waits for it. */
struct transfer {
	CURL *easy;
	CURLcode code;
	bool done;
	pthread_cond_t ended;
	struct transfer *next;
};

struct http_multi {
	CURLM *multi;
	pthread_t thread;
	pthread_mutex_t lock;      /* over the rest, and each `done` */
	struct transfer *waiting;  /* for the thread to take them */
	struct transfer *under_way;
	bool ending;
};

/* Called with the lock held. */
static void
end(struct http_multi *m, struct transfer *t, CURLcode code)
{
	for (struct transfer **p = &m->under_way; *p != NULL; p = &(*p)->next)
		if (*p == t) {
			*p = t->next;
			break;
		}
	(void)curl_multi_remove_handle(m->multi, t->easy);
	t->code = code;
	t->done = true;
	(void)pthread_cond_signal(&t->ended);
}

/* Called with the lock held. */
static void
take_waiting(struct http_multi *m)
{
	struct transfer *t;

	while ((t = m->waiting) != NULL) {
		m->waiting = t->next;
		t->next = m->under_way;
		m->under_way = t;
		if (curl_multi_add_handle(m->multi, t->easy) != CURLM_OK)
			end(m, t, CURLE_OUT_OF_MEMORY);
	}
}

/* Called with the lock held. */
static void
end_finished(struct http_multi *m)
{
	const CURLMsg *message;
	char *t;
	int left;

	while ((message = curl_multi_info_read(m->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE &&
		    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
			&t) == CURLE_OK)
			end(m, (struct transfer *)(void *)t,
			    message->data.result);
}

static void *
drive(void *ctx)
{
	struct http_multi *m = ctx;
	bool failed;
	int running;

	(void)pthread_mutex_lock(&m->lock);
	while (!m->ending) {
		take_waiting(m);
		(void)pthread_mutex_unlock(&m->lock);
		failed = curl_multi_perform(m->multi, &running) != CURLM_OK;
		(void)pthread_mutex_lock(&m->lock);
		end_finished(m);
		while (failed && m->under_way != NULL)
			end(m, m->under_way, CURLE_OUT_OF_MEMORY);
		(void)pthread_mutex_unlock(&m->lock);
		(void)curl_multi_poll(m->multi, NULL, 0, POLL_MS, NULL);
		(void)pthread_mutex_lock(&m->lock);
	}
	(void)pthread_mutex_unlock(&m->lock);
	return NULL;
}

static bool
prepare(CURL *easy, struct transfer *t)
{
	return curl_easy_setopt(easy, CURLOPT_PRIVATE, (void *)t) ==
		CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_MAX_S) ==
		CURLE_OK;
}

static int
run(void *ctx, void *easy)
{
	struct http_multi *m = ctx;
	struct transfer t = {.easy = easy};

	if (!prepare(easy, &t))
		return CURLE_OUT_OF_MEMORY;
	(void)pthread_cond_init(&t.ended, NULL);
	(void)pthread_mutex_lock(&m->lock);
	t.next = m->waiting;
	m->waiting = &t;
	(void)curl_multi_wakeup(m->multi);
	while (!t.done)
		(void)pthread_cond_wait(&t.ended, &m->lock);
	(void)pthread_mutex_unlock(&m->lock);
	(void)pthread_cond_destroy(&t.ended);
	return (int)t.code;
}

enum err
http_multi_new(size_t connections, struct http_multi **out)
{
	struct http_multi *m = calloc(1, sizeof(*m));
	enum err e = ERR_MEMORY;

	if (m == NULL)
		return e;
	(void)pthread_mutex_init(&m->lock, NULL);
	if ((m->multi = curl_multi_init()) == NULL ||
	    curl_multi_setopt(m->multi, CURLMOPT_MAXCONNECTS,
		(long)connections) != CURLM_OK)
		goto out;
	if (pthread_create(&m->thread, NULL, drive, m) == 0) {
		*out = m;
		return ERR_OK;
	}
	e = ERR_SYSTEM;
out:
	(void)curl_multi_cleanup(m->multi);
	(void)pthread_mutex_destroy(&m->lock);
	free(m);
	return e;
}

void
http_multi_join(struct http_multi *m, struct http *h)
{
	http_run_by(h, run, m);
}

void
http_multi_free(struct http_multi **m)
{
	if (*m == NULL)
		return;
	(void)pthread_mutex_lock(&(*m)->lock);
	(*m)->ending = true;
	(void)pthread_mutex_unlock(&(*m)->lock);
	(void)curl_multi_wakeup((*m)->multi);
	(void)pthread_join((*m)->thread, NULL);
	(void)curl_multi_cleanup((*m)->multi);
	(void)pthread_mutex_destroy(&(*m)->lock);
	free(*m);
	*m = NULL;
}
