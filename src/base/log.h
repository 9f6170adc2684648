#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <syslog.h>

/*
 * One line to the log at a syslog priority. Text that came from the network
 * or from a person goes through text_clean() first; struct buf never goes
 * here, so no body, code or key can. LOG_DEBUG is dropped unless switched on.
 */
__attribute__((format(printf, 2, 3))) void log_write(
    int priority, const char *format, ...);

/* Where lines go; `line` has no newline. NULL: nowhere, the default. */
typedef void log_sink(void *ctx, int priority, const char *line);
void log_to(log_sink *sink, void *ctx);
void log_set_debug(bool on);

#endif
