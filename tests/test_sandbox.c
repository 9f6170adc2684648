/*
 * What a verifier inside its sandbox can and cannot do: each attempt in a
 * child process of its own.
 */
#include "verifier/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "build.h"

/* Run `attempt` in the sandbox: its exit status (0 is "could"), or -SIGNAL. */
static int
inside(int (*attempt)(void))
{
	int status = 0;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		if (sandbox_prepare() != ERR_OK || sandbox_enter() != ERR_OK)
			_exit(99);
		_exit(attempt());
	}
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int
try_exec(void)
{
	char path[] = "/bin/true";
	char *argv[] = {path, NULL}, *envp[] = {NULL};

	return execve(path, argv, envp) == -1;
}

static int
try_fork(void)
{
	return fork() == -1;
}

static int
try_vfork(void)
{
#ifdef SYS_vfork
	return syscall(SYS_vfork) == -1;
#else
	return try_fork(); /* there is no such call on this machine */
#endif
}

static int
try_kill(void)
{
	return kill(getppid(), SIGTERM) == -1;
}

static int
try_ptrace(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == -1;
}

static int
try_write_open(void)
{
	return open("/dev/null", O_WRONLY) == -1;
}

static int
try_read_write_open(void)
{
	return open("/dev/null", O_RDWR) == -1;
}

static int
try_create(void)
{
	return open("/nonexistent/file", O_RDONLY | O_CREAT, 0600) == -1;
}

static int
try_temporary_file(void)
{
	return open("/tmp", O_TMPFILE | O_RDWR, 0600) == -1;
}

static int
try_unlink(void)
{
	return unlink("/nonexistent/file") == -1;
}

static int
try_setuid(void)
{
	return syscall(SYS_setuid, 65534) == -1;
}

static int
try_mount(void)
{
	return mount("none", "/nonexistent", "tmpfs", 0, NULL) == -1;
}

static int
try_listen(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd == -1 ? 0 : listen(fd, 1) == -1;
}

static int
try_io_uring(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL) == -1;
}

static void
what_an_intruder_wants_ends_the_process(void **state)
{
	static int (*const attempts[])(void) = {try_exec, try_fork, try_vfork,
	    try_kill, try_ptrace, try_write_open, try_read_write_open,
	    try_create, try_temporary_file, try_unlink, try_setuid, try_mount,
	    try_listen, try_io_uring};

	(void)state;
#ifdef SANITIZED
	skip(); /* sanitizers leave no room for a filter */
#endif
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		assert_int_equal(inside(attempts[i]), -SIGSYS);
}

static int
call_from_the_future(void)
{
	return syscall(1023) == -1 && errno == ENOSYS ? 0 : 1;
}

static int
odd_socket(void)
{
	static const int sockets[][3] = {{AF_PACKET, SOCK_RAW, 0},
	    {AF_INET, SOCK_RAW, 1}, {AF_INET6, SOCK_RAW, 58},
	    {AF_NETLINK, SOCK_RAW, NETLINK_AUDIT},
	    {AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER}};

	for (size_t i = 0; i < sizeof(sockets) / sizeof(*sockets); i++)
		if (socket(sockets[i][0], sockets[i][1], sockets[i][2]) != -1 ||
		    errno != ENOSYS)
			return 1;
	return 0;
}

/* An intruder would type into the terminals of others. */
static int
type_into_a_terminal(void)
{
	char c = 'x';

	return ioctl(0, TIOCSTI, &c) == -1 && errno == ENOSYS ? 0 : 1;
}

static int
set_a_limit(void)
{
	const struct rlimit limit = {1 << 20, 1 << 20};

	return setrlimit(RLIMIT_CORE, &limit) == -1 ? 0 : 1;
}

/* clone3 hides its flags: libc has to fall back to clone, which shows them. */
static int
clone3_is_not_there(void)
{
	return syscall(SYS_clone3, NULL, 0) == -1 && errno == ENOSYS ? 0 : 1;
}

static void
what_is_unknown_fails_and_libc_may_fall_back(void **state)
{
	(void)state;
#ifdef SANITIZED
	skip();
#endif
	assert_int_equal(inside(call_from_the_future), 0);
	assert_int_equal(inside(odd_socket), 0);
	assert_int_equal(inside(type_into_a_terminal), 0);
	assert_int_equal(inside(set_a_limit), 0);
	assert_int_equal(inside(clone3_is_not_there), 0);
}

static void *
nothing(void *arg)
{
	return arg;
}

static int
start_a_thread(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, nothing, NULL) == 0 &&
	    pthread_join(thread, NULL) == 0 ? 0 : 1;
}

static int
read_a_file(void)
{
	char byte;
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	return fd != -1 && read(fd, &byte, 1) == 1 ? 0 : 1;
}

static int
resolve_a_name(void)
{
	struct addrinfo *found = NULL;

	/* found or not: what counts is that asking is survived */
	if (getaddrinfo("localhost", "443", NULL, &found) == 0)
		freeaddrinfo(found);
	found = NULL;
	if (getaddrinfo("pam-genauth.invalid", "443", NULL, &found) == 0)
		freeaddrinfo(found);
	return 0;
}

static void
what_a_login_needs_works(void **state)
{
	(void)state;
	assert_int_equal(inside(start_a_thread), 0);
	assert_int_equal(inside(read_a_file), 0);
	assert_int_equal(inside(resolve_a_name), 0);
}

static int
is_prepared(void)
{
	struct rlimit core, files;

	if (getrlimit(RLIMIT_CORE, &core) == -1 || core.rlim_max != 0 ||
	    getrlimit(RLIMIT_NOFILE, &files) == -1 || files.rlim_cur > 64)
		return 1;
	return signal(SIGPIPE, SIG_DFL) == SIG_IGN ? 0 : 1;
}

static void
there_is_no_core_and_few_descriptors(void **state)
{
	(void)state;
	assert_int_equal(inside(is_prepared), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_an_intruder_wants_ends_the_process),
	    cmocka_unit_test(what_is_unknown_fails_and_libc_may_fall_back),
	    cmocka_unit_test(what_a_login_needs_works),
	    cmocka_unit_test(there_is_no_core_and_few_descriptors),
	};

	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
