/*
 * Runs one program and keeps what it says on standard output. Looks nothing up
 * in PATH; see tests/RULES.md, r29.
 */
#include "mfa/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

static int
describe(posix_spawn_file_actions_t *files, posix_spawnattr_t *attr, int fd)
{
	sigset_t all, none;
	int rc;

	(void)sigfillset(&all);
	(void)sigemptyset(&none);
	if ((rc = posix_spawn_file_actions_adddup2(files, fd, 1)) != 0 ||
	    (rc = posix_spawn_file_actions_addopen(files, 0, "/dev/null",
	    O_RDWR, 0)) != 0 ||
	    (rc = posix_spawn_file_actions_adddup2(files, 0, 2)) != 0 ||
	    (rc = posix_spawn_file_actions_addclosefrom_np(files, 3)) != 0 ||
	    (rc = posix_spawnattr_setsigdefault(attr, &all)) != 0 ||
	    (rc = posix_spawnattr_setsigmask(attr, &none)) != 0)
		return rc;
	return posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF |
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
}

static int
spawn(pid_t *pid, char *const *argv, int fd)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	char *envp[] = {NULL};
	int rc;

	if ((rc = posix_spawn_file_actions_init(&files)) != 0)
		return rc;
	if ((rc = posix_spawnattr_init(&attr)) == 0) {
		if ((rc = describe(&files, &attr, fd)) == 0)
			rc = posix_spawn(
			    pid, argv[0], &files, &attr, argv, envp);
		(void)posix_spawnattr_destroy(&attr);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	return rc;
}

/* Until its end of file. */
static enum err
read_output(int fd, int timeout_ms, struct buf *out)
{
	struct pollfd p = {fd, POLLIN, 0};
	struct deadline deadline;
	char bytes[4096];
	ssize_t n;
	int rc;

	deadline_start(&deadline, &clock_system, timeout_ms);
	for (;;) {
		rc = poll(&p, 1, deadline_left_ms(&deadline));
		if (rc == -1 && errno == EINTR)
			continue;
		if (rc <= 0)
			return ERR_SYSTEM;
		n = read(fd, bytes, sizeof(bytes));
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? ERR_OK : ERR_SYSTEM;
		if ((size_t)n > out->max - out->len)
			return ERR_SYSTEM;
		if (buf_add(out, bytes, (size_t)n) != ERR_OK)
			return ERR_MEMORY;
	}
}

enum err
child_run(char *const *argv, int timeout_ms, struct buf *out)
{
	int ends[2], status = 0;
	enum err e;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) == -1)
		return ERR_SYSTEM;
	e = spawn(&pid, argv, ends[1]) == 0 ? ERR_OK : ERR_SYSTEM;
	(void)close(ends[1]);
	if (e == ERR_OK) {
		e = read_output(ends[0], timeout_ms, out);
		if (e != ERR_OK)
			(void)kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
			continue;
		if (e == ERR_OK && (!WIFEXITED(status) ||
		    WEXITSTATUS(status) != 0))
			e = ERR_SYSTEM;
	}
	(void)close(ends[0]);
	if (e != ERR_OK)
		buf_clear(out);
	return e;
}
