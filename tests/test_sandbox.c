/*
 * What a verifier inside its sandbox can and cannot do: each attempt in a
 * child process of its own.
 */
#include "verifier/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "attempts.h"
#include "base/log.h"
#include "build.h"
#include "temp.h"
#include "verifier/identity.h"
#include "verifier/landlock.h"

enum { NOBODY = 65534, COULD_NOT_ENTER = 250 };

/* Whom root becomes here; who is not root stays who they are. */
static uid_t
user(void)
{
	return geteuid() == 0 ? NOBODY : geteuid();
}

static gid_t
group(void)
{
	return geteuid() == 0 ? NOBODY : getegid();
}

/* Run it in a process of its own: its exit status, or -SIGNAL. */
static int
apart(int (*enter)(void), int (*attempt)(void))
{
	int status = 0;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0)
		_exit(enter() != 0 ? COULD_NOT_ENTER : attempt());
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int
enter_sandbox(void)
{
	return sandbox_prepare() != ERR_OK ||
	    sandbox_enter(user(), group()) != ERR_OK;
}

/* Run `attempt` in the sandbox. */
static int
inside(int (*attempt)(void))
{
	return apart(enter_sandbox, attempt);
}

static void
what_an_intruder_wants_ends_the_process_or_is_refused(void **state)
{
	int version = landlock_version();

	(void)state;
#ifdef SANITIZED
	skip(); /* sanitizers leave no room for a filter */
#endif
	(void)unlink(ATTEMPT_SOCKET);
	for (const struct attempt *a = attempts; a->name != NULL; a++) {
		int end;

		if (a->landlock > version)
			continue;
		end = inside(a->run);
		if (a->deadly ? end != -SIGSYS : end <= 0)
			fail_msg("%s: %d", a->name, end);
	}
	assert_int_equal(access(ATTEMPT_SOCKET, F_OK), -1);
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

/* As net/http.c does to see whether there is one left. */
static int
bind_a_port(void)
{
	const struct sockaddr_in any = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd != -1 && bind(fd, (const struct sockaddr *)&any,
	    sizeof(any)) == 0 ? 0 : 1;
}

static void
what_a_login_needs_works(void **state)
{
	(void)state;
	assert_int_equal(inside(start_a_thread), 0);
	assert_int_equal(inside(read_a_file), 0);
	assert_int_equal(inside(resolve_a_name), 0);
	assert_int_equal(inside(bind_a_port), 0);
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

/* A filter in front of the sandbox that has `call` return -`error`, or 0 where
 * that is 0, without being done. */
static void
spoil(long call, int error)
{
	struct sock_filter steps[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {4, steps};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == -1)
		_exit(COULD_NOT_ENTER);
}

static char alarms[512];

static void
keep_alarms(void *ctx, int priority, const char *line)
{
	(void)ctx;
	if (priority == LOG_ALERT)
		(void)snprintf(alarms, sizeof(alarms), "%s", line);
}

static int
become_nobody(void)
{
	log_to(keep_alarms, NULL);
	return identity_become(user(), group()) != ERR_OK;
}

static bool
has_no_capability(void)
{
	struct __user_cap_header_struct header = {
	    _LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) == -1)
		return false;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		if (data[i].effective != 0 || data[i].permitted != 0 ||
		    data[i].inheritable != 0)
			return false;
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0, 0) ==
	    0;
}

static int
is_nobody(void)
{
	uid_t u[3];
	gid_t g[3];

	if (getresuid(&u[0], &u[1], &u[2]) == -1 ||
	    getresgid(&g[0], &g[1], &g[2]) == -1)
		return 1;
	for (int i = 0; i < 3; i++)
		if (u[i] != user() || g[i] != group())
			return 2;
	if (getuid() == NOBODY && getgroups(0, NULL) != 0)
		return 3;
	if (!has_no_capability())
		return 4;
	return setuid(0) == -1 && setgid(0) == -1 ? 0 : 5;
}

/* A host, or a container, may have told the kernel to leave capabilities where
 * root is left. */
static int
become_nobody_under_securebits(void)
{
	(void)prctl(PR_SET_SECUREBITS, 1 << 2 /* NO_SETUID_FIXUP */, 0, 0, 0);
	return become_nobody();
}

static void
root_is_left_for_good(void **state)
{
	(void)state;
	assert_int_equal(apart(become_nobody, is_nobody), 0);
	assert_int_equal(apart(become_nobody_under_securebits, is_nobody), 0);
}

static int
read_root_only_file(void)
{
	return open("/etc/shadow", O_RDONLY | O_CLOEXEC) == -1 ? errno : 0;
}

static void
what_is_roots_cannot_be_opened(void **state)
{
	(void)state;
	assert_int_equal(apart(become_nobody, read_root_only_file), EACCES);
}

static long spoiled_call;
static int spoiled_error;

static int
spoil_one(void)
{
	static const gid_t other = 42;

	if (geteuid() == 0 && setgroups(1, &other) == -1)
		return 1;
	spoil(spoiled_call, spoiled_error);
	return 0;
}

static int
cannot_become_nobody(void)
{
	alarms[0] = '\0';
	return become_nobody() == 1 && strstr(alarms, "cannot become") != NULL
	    ? 0 : 1;
}

/* Each step that fails, or says it was done when it was not, is a lost
 * control. */
static void
r37_staying_root_is_an_alarm(void **state)
{
	static const struct {
		long call;
		int error;
	} faults[] = {{SYS_setgroups, EPERM}, {SYS_setresgid, EINVAL},
	    {SYS_setresuid, EAGAIN}, {SYS_capset, EPERM}, {SYS_setgroups, 0},
	    {SYS_setresgid, 0}, {SYS_setresuid, 0}};

	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		spoiled_call = faults[i].call;
		spoiled_error = faults[i].error;
		if (apart(spoil_one, cannot_become_nobody) != 0)
			fail_msg("fault %zu", i);
	}
}

/* Files for the tests of Landlock, which has to hold for root too. */
static char *scratch;
static int open_before;

static int
enter_landlock(void)
{
	char path[64];

	log_to(keep_alarms, NULL);
	(void)snprintf(path, sizeof(path), "%s/file", scratch);
	open_before = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return open_before == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    chdir(scratch) == -1 || landlock_enter() != ERR_OK;
}

static bool
refused(long result)
{
	return result == -1 && (errno == EACCES || errno == EPERM);
}

static int
change_files(void)
{
	char path[] = "/bin/true";
	char *argv[] = {path, NULL}, *envp[] = {NULL};
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "socket"};
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	if (!refused(open("file", O_WRONLY)) || !refused(open("file", O_RDWR)))
		return 1;
	if (!refused(open("new", O_RDONLY | O_CREAT, 0600)) ||
	    !refused(mkdir("directory", 0700)) ||
	    !refused(symlink("file", "link")) ||
	    !refused(mknod("pipe", S_IFIFO | 0600, 0)) ||
	    !refused(bind(s, (struct sockaddr *)&a, sizeof(a))))
		return 2;
	if (!refused(unlink("file")) || !refused(rename("file", "other")))
		return 3;
	if (landlock_version() >= 3 && !refused(truncate("file", 0)))
		return 4;
	return refused(execve(path, argv, envp)) ? 0 : 5;
}

static int
use_what_was_open(void)
{
	char bytes[4];
	int fd = open("file", O_RDONLY);

	return flock(open_before, LOCK_EX | LOCK_NB) == 0 &&
	    pwrite(open_before, "text", 4, 0) == 4 &&
	    pread(open_before, bytes, 4, 0) == 4 &&
	    ftruncate(open_before, 1) == 0 && fd != -1 &&
	    read(fd, bytes, 4) == 1 ? 0 : 1;
}

static int
reach_other_processes(void)
{
	struct sockaddr_un a = {
	    .sun_family = AF_UNIX, .sun_path = "\0pam_genauth_test"};
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	if (!refused(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL)))
		return 1;
	if (landlock_version() < 6)
		return 0;
	return refused(kill(getppid(), 0)) &&
	    refused(connect(s, (struct sockaddr *)&a, sizeof(a))) ? 0 : 2;
}

static void
landlock_forbids_changes_and_keeps_what_is_open(void **state)
{
	struct sockaddr_un a = {
	    .sun_family = AF_UNIX, .sun_path = "\0pam_genauth_test"};
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	if (landlock_version() == 0)
		skip();
	scratch = temp_directory;
	assert_int_not_equal(s, -1);
	assert_int_equal(bind(s, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(s, 1), 0);
	assert_int_equal(apart(enter_landlock, change_files), 0);
	assert_int_equal(apart(enter_landlock, use_what_was_open), 0);
	assert_int_equal(apart(enter_landlock, reach_other_processes), 0);
	(void)close(s);
}

/* As on an older kernel, one started without it, and in a container whose
 * filter hides it. */
static void
a_host_without_landlock_is_fine(void **state)
{
	static const int errors[] = {ENOSYS, EOPNOTSUPP, EPERM};

	(void)state;
	scratch = temp_directory;
	spoiled_call = SYS_landlock_create_ruleset;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		spoiled_error = errors[i];
		assert_int_equal(apart(spoil_one, enter_landlock), 0);
	}
}

static int
landlock_fails_with_an_alarm(void)
{
	alarms[0] = '\0';
	return enter_landlock() == 1 && strstr(alarms, "Landlock") != NULL ? 0
									   : 1;
}

static void
r37_a_landlock_that_does_not_hold_is_an_alarm(void **state)
{
	(void)state;
	if (landlock_version() == 0)
		skip();
	scratch = temp_directory;
	spoiled_call = SYS_landlock_restrict_self;
	spoiled_error = E2BIG;
	assert_int_equal(apart(spoil_one, landlock_fails_with_an_alarm), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(root_is_left_for_good),
	    cmocka_unit_test(what_is_roots_cannot_be_opened),
	    cmocka_unit_test(r37_staying_root_is_an_alarm),
	    cmocka_unit_test(landlock_forbids_changes_and_keeps_what_is_open),
	    cmocka_unit_test(a_host_without_landlock_is_fine),
	    cmocka_unit_test(r37_a_landlock_that_does_not_hold_is_an_alarm),
	    cmocka_unit_test(what_an_intruder_wants_ends_the_process_or_is_refused),
	    cmocka_unit_test(what_is_unknown_fails_and_libc_may_fall_back),
	    cmocka_unit_test(what_a_login_needs_works),
	    cmocka_unit_test(there_is_no_core_and_few_descriptors),
	};

	return cmocka_run_group_tests_name(
	    "sandbox", tests, temp_setup, temp_teardown);
}
