#ifndef TESTS_TEMP_H
#define TESTS_TEMP_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One directory for the files of a test program, flat. */
static char temp_directory[64];

__attribute__((unused)) static int
temp_setup(void **state)
{
	(void)state;
	(void)strcpy(temp_directory, "/tmp/genauth-test-XXXXXX");
	return mkdtemp(temp_directory) == NULL ? -1 : 0;
}

__attribute__((unused)) static int
temp_teardown(void **state)
{
	DIR *d = opendir(temp_directory);
	struct dirent *entry;

	(void)state;
	if (d == NULL)
		return -1;
	while ((entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.')
			(void)unlinkat(dirfd(d), entry->d_name, 0);
	(void)closedir(d);
	return rmdir(temp_directory);
}

/* The path of `name` in there, in one of four places that take turns. */
__attribute__((unused)) static const char *
temp_path(const char *name)
{
	static char paths[4][128];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", temp_directory, name);
	return path;
}

/* Write the file anew with exactly this mode; its path, NULL on failure. */
__attribute__((unused)) static const char *
temp_write(const char *name, mode_t mode, const char *bytes, size_t len)
{
	const char *path = temp_path(name);
	int fd;
	ssize_t n;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return NULL;
	n = write(fd, bytes, len);
	if (fchmod(fd, mode) == -1)
		n = -1;
	(void)close(fd);
	return n == (ssize_t)len ? path : NULL;
}

#endif
