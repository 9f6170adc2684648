#ifndef MFA_SYSTEM_ROOT_H
#define MFA_SYSTEM_ROOT_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/buf.h"

/*
 * The system that is looked at: this one, or one that lies below a directory
 * (a chroot, an image). Paths begin at its own root; the kernel (openat2)
 * keeps them, and links on the way, from leading out of it.
 */
struct system_root {
	int fd; /* -1: not open */
};

/* `directory` NULL: this system. ERR_CONFIG, with a sentence in `why`. */
__attribute__((warn_unused_result)) enum err system_root_open(
    struct system_root *r, const char *directory, char *why, size_t why_size);
void system_root_close(struct system_root *r);

/* Open for reading, whatever it is, with more of open()'s flags; it never
 * waits. A descriptor, or -1 and errno. */
int system_root_file(const struct system_root *r, const char *path, int flags);

/* What lies there, links followed; false and errno. */
__attribute__((warn_unused_result)) bool system_root_stat(
    const struct system_root *r, const char *path, struct stat *st);

/* Append a whole regular file. ERR_CONFIG, with a sentence in `why` that goes
 * on after the path, and errno (EFBIG: longer than `out` may grow);
 * ERR_MEMORY. `out` is empty after a failure. */
__attribute__((warn_unused_result)) enum err system_root_read(
    const struct system_root *r, const char *path, struct buf *out, char *why,
    size_t why_size);

/* The names in a directory, sorted, ended by NULL; none where it cannot be
 * read. NULL: no memory. system_root_free_names() accepts NULL. */
char **system_root_list(const struct system_root *r, const char *path);
void system_root_free_names(char **names);

#endif
