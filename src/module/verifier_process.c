/*
 * Starts and ends the verifier inside somebody else's process. Touches no
 * signal disposition, mask, limit or directory of the host.
 */
#include "module/verifier_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WIRE_FD = 3 };

/* The order matters: the wire may itself be 0..2 when the host has those
 * closed, so it moves to 3 before /dev/null takes their places. */
static int
describe_files(posix_spawn_file_actions_t *files, int fd)
{
	int rc;

	if ((rc = posix_spawn_file_actions_adddup2(files, fd, WIRE_FD)) != 0 ||
	    (rc = posix_spawn_file_actions_addopen(files, 0, "/dev/null",
	    O_RDWR, 0)) != 0 ||
	    (rc = posix_spawn_file_actions_adddup2(files, 0, 1)) != 0 ||
	    (rc = posix_spawn_file_actions_adddup2(files, 0, 2)) != 0)
		return rc;
	return posix_spawn_file_actions_addclosefrom_np(files, WIRE_FD + 1);
}

static int
describe_signals(posix_spawnattr_t *attr)
{
	sigset_t all, none;
	int rc;

	(void)sigfillset(&all);
	(void)sigemptyset(&none);
	if ((rc = posix_spawnattr_setsigdefault(attr, &all)) != 0 ||
	    (rc = posix_spawnattr_setsigmask(attr, &none)) != 0)
		return rc;
	return posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF |
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
}

static int
spawn(pid_t *pid, int fd)
{
	char path[] = VERIFIER_PATH;
	char *argv[] = {path, NULL}, *envp[] = {NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int rc;

	if ((rc = posix_spawn_file_actions_init(&files)) != 0)
		return rc;
	if ((rc = posix_spawnattr_init(&attr)) == 0) {
		if ((rc = describe_files(&files, fd)) == 0 &&
		    (rc = describe_signals(&attr)) == 0)
			rc = posix_spawn(pid, path, &files, &attr, argv, envp);
		(void)posix_spawnattr_destroy(&attr);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	return rc;
}

enum err
verifier_start(struct verifier_process *v)
{
	int pair[2], rc;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return ERR_SYSTEM;
	rc = spawn(&v->pid, pair[1]);
	(void)close(pair[1]);
	if (rc != 0) {
		(void)close(pair[0]);
		v->pid = 0;
		errno = rc;
		return ERR_SYSTEM;
	}
	v->fd = pair[0];
	v->pidfd = pidfd_open(v->pid, 0);
	return ERR_OK;
}

/* The wire's end of file is the end of the process: it holds the only other
 * end. What it says after its verdict is a reason to end it at once. */
static void
await_end(int fd, int grace_ms)
{
	struct pollfd p = {fd, POLLIN, 0};

	while (poll(&p, 1, grace_ms) == -1 && errno == EINTR)
		continue;
}

/*
 * Reap our child. A host that reaps children itself may have freed its number
 * for somebody else's process: the pidfd still means ours. False: it runs on
 * (with WNOHANG), for all we know. `bad` is set where it is known to have
 * ended badly.
 */
static bool
reap(const struct verifier_process *v, int options, bool *bad)
{
	siginfo_t info;
	int rc;

	memset(&info, 0, sizeof(info));
	do {
		rc = v->pidfd != -1 ?
		    waitid(P_PIDFD, (id_t)v->pidfd, &info, options | WEXITED) :
		    waitid(P_PID, (id_t)v->pid, &info, options | WEXITED);
	} while (rc == -1 && errno == EINTR);
	if (rc == -1 ? errno != ECHILD : info.si_pid == 0)
		return false;
	*bad = rc == 0 && (info.si_code != CLD_EXITED || info.si_status != 0);
	return true;
}

bool
verifier_stop(struct verifier_process *v, int grace_ms)
{
	bool bad = false;

	if (grace_ms > 0)
		await_end(v->fd, grace_ms);
	(void)close(v->fd);
	if (!reap(v, WNOHANG, &bad)) {
		if (v->pidfd != -1)
			(void)pidfd_send_signal(v->pidfd, SIGKILL, NULL, 0);
		else
			(void)kill(v->pid, SIGKILL);
		(void)reap(v, 0, &bad);
	}
	if (v->pidfd != -1)
		(void)close(v->pidfd);
	v->pid = 0;
	return bad;
}
