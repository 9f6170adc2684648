/*
 * Turns printf-like calls into bounded lines for one sink: syslog in the
 * verifier, standard error in genauth-mfa, a list in tests.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

enum { LINE_BYTES = 2048 };

static log_sink *current_sink;
static void *current_ctx;
static bool debug_on;

void
log_to(log_sink *sink, void *ctx)
{
	current_sink = sink;
	current_ctx = ctx;
}

void
log_set_debug(bool on)
{
	debug_on = on;
}

void
log_write(int priority, const char *format, ...)
{
	char line[LINE_BYTES];
	va_list ap;

	if (current_sink == NULL || (priority == LOG_DEBUG && !debug_on))
		return;
	va_start(ap, format);
	if (vsnprintf(line, sizeof(line), format, ap) < 0)
		line[0] = '\0';
	va_end(ap);
	current_sink(current_ctx, priority, line);
}
