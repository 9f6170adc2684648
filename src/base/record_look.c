/*
 * Tells whether a record could be made, without making it. Not for logins:
 * they make one, and see.
 */
#include "base/record.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum err
record_could_open(const char *directory, char *why, size_t why_size)
{
	char path[PATH_MAX];
	const char *place = directory; /* where a file, or it, is to be made */
	struct stat st;
	int dir, error = 0;

	if (lstat(directory, &st) == 0) {
		if ((dir = record_open_directory(
		    directory, why, why_size)) == -1)
			return ERR_SYSTEM;
		(void)close(dir);
	} else if ((error = errno) == ENOENT) {
		(void)snprintf(path, sizeof(path), "%s", directory);
		place = dirname(path);
		error = 0;
	}
	if (error == 0 &&
	    faccessat(AT_FDCWD, place, W_OK | X_OK, AT_EACCESS) == -1)
		error = errno;
	if (error == 0)
		return ERR_OK;
	(void)snprintf(why, why_size, "%s: %s", place, strerror(error));
	return ERR_SYSTEM;
}
