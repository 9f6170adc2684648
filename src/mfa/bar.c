/*
 * Turns the text of a progress bar into one line of a terminal that is
 * written again and again. Does not know what progresses.
 */
#include "mfa/bar.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "mfa/terminal.h"

#define ERASE "\r\033[K"

/* Threads log while another one draws. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* What comes from many requests at once is told of each person at the end:
 * here only what the administrator must hear now. */
static void
log_above(void *ctx, int priority, const char *line)
{
	(void)ctx;
	if (priority > LOG_ERR)
		return;
	(void)pthread_mutex_lock(&lock);
	(void)fprintf(stderr, ERASE "genauth-mfa: %s\n", line);
	(void)pthread_mutex_unlock(&lock);
}

void
bar_begin(void)
{
	log_to(log_above, NULL);
}

void
bar_draw(const struct progress *p)
{
	char line[256];

	/* the last column stays free: some terminals would wrap */
	(void)progress_line(
	    p, terminal_columns(STDERR_FILENO) - 1, line, sizeof(line));
	(void)pthread_mutex_lock(&lock);
	(void)fprintf(stderr, ERASE "%s", line);
	(void)pthread_mutex_unlock(&lock);
}

void
bar_end(void)
{
	(void)pthread_mutex_lock(&lock);
	(void)fputs(ERASE, stderr);
	(void)pthread_mutex_unlock(&lock);
}
