/*
 * What an intruder inside the sandbox would try, one function each. Says
 * whether it could; what that means is the caller's to say.
 */
#include "attempts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_packet.h>
#include <linux/landlock.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "build.h"

/* What a call that says -1 and errno came to. */
static int
outcome(long result)
{
	if (result != -1)
		return 0;
	return errno == 0 ? EIO : errno;
}

static int
open_as(const char *path, int flags)
{
	return outcome(open(path, flags, 0600));
}

static int
try_exec(void)
{
	char path[] = "/bin/true";
	char *argv[] = {path, NULL}, *envp[] = {NULL};

	return outcome(execve(path, argv, envp));
}

static int
try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return outcome(pid);
}

static int
try_vfork(void)
{
#ifdef SYS_vfork
	return outcome(syscall(SYS_vfork));
#else
	return try_fork(); /* there is no such call on this machine */
#endif
}

static int
try_kill(void)
{
	return outcome(kill(getppid(), SIGTERM));
}

/* The kernel sends a signal to whom one names when there is something to
 * read. */
static int
try_signal_on_input(void)
{
	return outcome(fcntl(0, F_SETOWN, getppid()));
}

static int
try_ptrace(void)
{
	return outcome(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int
try_read_memory(void)
{
	char byte;
	struct iovec here = {&byte, 1}, there = {&byte, 1};

	return outcome(process_vm_readv(getppid(), &here, 1, &there, 1, 0));
}

/* A file in /proc of whoever started this. */
static int
open_of_parent(const char *name)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)getppid(),
	    name);
	return open_as(path, O_RDONLY | O_CLOEXEC);
}

static int
try_parents_memory(void)
{
	return open_of_parent("mem");
}

static int
try_parents_environment(void)
{
	return open_of_parent("environ");
}

static int
try_write_open(void)
{
	return open_as("/dev/null", O_WRONLY);
}

static int
try_read_write_open(void)
{
	return open_as("/dev/null", O_RDWR);
}

static int
try_create(void)
{
	return open_as("/nonexistent/file", O_RDONLY | O_CREAT);
}

static int
try_temporary_file(void)
{
	return open_as("/tmp", O_TMPFILE | O_RDWR);
}

static int
try_make_socket(void)
{
	struct sockaddr_un a = {
	    .sun_family = AF_UNIX, .sun_path = ATTEMPT_SOCKET};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return 0; /* it can: libraries talk to local services */
	return outcome(bind(fd, (struct sockaddr *)&a, sizeof(a)));
}

static int
try_unlink(void)
{
	return outcome(unlink("/nonexistent/file"));
}

static int
try_mkdir(void)
{
	return outcome(mkdir("/nonexistent/directory", 0700));
}

static int
try_rename(void)
{
	return outcome(rename("/nonexistent/a", "/nonexistent/b"));
}

static int
try_truncate(void)
{
	return outcome(truncate("/nonexistent/file", 0));
}

static int
try_chmod(void)
{
	return outcome(chmod("/nonexistent/file", 04755));
}

static int
try_setuid(void)
{
	return outcome(syscall(SYS_setuid, 0));
}

static int
try_setresuid(void)
{
	return outcome(syscall(SYS_setresuid, -1, 0, -1));
}

static int
try_setgroups(void)
{
	static const gid_t root = 0;

	return outcome(syscall(SYS_setgroups, 1, &root));
}

static int
try_capabilities(void)
{
	struct __user_cap_header_struct header = {
	    _LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct all[_LINUX_CAPABILITY_U32S_3];

	memset(all, 0xff, sizeof(all));
	return outcome(syscall(SYS_capset, &header, all));
}

static int
try_namespace(void)
{
	return outcome(unshare(CLONE_NEWUSER));
}

static int
try_mount(void)
{
	return outcome(mount("none", "/nonexistent", "tmpfs", 0, NULL));
}

static int
try_io_uring(void)
{
	return outcome(syscall(SYS_io_uring_setup, 1, NULL));
}

static int
try_keyring(void)
{
	return outcome(syscall(SYS_keyctl, 0, -3, 0));
}

static int
try_shadow(void)
{
	return open_as("/etc/shadow", O_RDONLY | O_CLOEXEC);
}

static int
try_state(void)
{
	return open_as(RUNTIMEDIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int
try_listen(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd == -1 ? 0 : outcome(listen(fd, 1));
}

static int
try_raw_socket(void)
{
	return outcome(socket(AF_INET, SOCK_RAW, 1));
}

static int
try_packet_socket(void)
{
	return outcome(socket(AF_PACKET, SOCK_RAW, 0));
}

static int
try_audit_socket(void)
{
	return outcome(socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT));
}

/* Libraries may ask which addresses there are, on a socket that can also set
 * them: a route that is not there is taken away. */
static int
try_routes(void)
{
	struct {
		struct nlmsghdr head;
		struct rtmsg route;
	} q;
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char more[256];
	} reply;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	memset(&q, 0, sizeof(q));
	memset(&reply, 0, sizeof(reply));
	q.head.nlmsg_len = sizeof(q);
	q.head.nlmsg_type = RTM_DELROUTE;
	q.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	q.route.rtm_family = AF_INET;
	q.route.rtm_table = 252;
	if (fd == -1 || send(fd, &q, sizeof(q), 0) == -1 ||
	    recv(fd, &reply, sizeof(reply), 0) < (ssize_t)sizeof(reply.head))
		return 0;
	return reply.error.error == -EPERM ? EPERM : 0;
}

/* An intruder would type into the terminals of others. */
static int
try_terminal(void)
{
	char c = 'x';

	return outcome(ioctl(0, TIOCSTI, &c));
}

static int
try_limit(void)
{
	const struct rlimit limit = {1 << 20, 1 << 20};

	return outcome(setrlimit(RLIMIT_CORE, &limit));
}

static int
try_dumpable(void)
{
	return outcome(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static int
map(int protection)
{
	void *p = mmap(
	    NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return outcome(p == MAP_FAILED ? -1 : 0);
}

static int
try_write_and_run(void)
{
	return map(PROT_READ | PROT_WRITE | PROT_EXEC);
}

static int
try_run_what_was_written(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? 0 :
	    outcome(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

const struct attempt attempts[] = {
    {"exec", try_exec, true, 0},
    {"fork", try_fork, true, 0},
    {"vfork", try_vfork, true, 0},
    {"kill", try_kill, true, 0},
    {"signal-on-input", try_signal_on_input, true, 0},
    {"ptrace", try_ptrace, true, 0},
    {"read-memory", try_read_memory, true, 0},
    {"write", try_write_open, true, 0},
    {"read-write", try_read_write_open, true, 0},
    {"create", try_create, true, 0},
    {"temporary-file", try_temporary_file, true, 0},
    {"unlink", try_unlink, true, 0},
    {"mkdir", try_mkdir, true, 0},
    {"rename", try_rename, true, 0},
    {"truncate", try_truncate, true, 0},
    {"chmod", try_chmod, true, 0},
    {"setuid", try_setuid, true, 0},
    {"setresuid", try_setresuid, true, 0},
    {"setgroups", try_setgroups, true, 0},
    {"capabilities", try_capabilities, true, 0},
    {"namespace", try_namespace, true, 0},
    {"mount", try_mount, true, 0},
    {"listen", try_listen, true, 0},
    {"io_uring", try_io_uring, true, 0},
    {"keyring", try_keyring, true, 0},
    {"shadow", try_shadow, false, 0},
    {"state", try_state, false, 0},
    {"raw-socket", try_raw_socket, false, 0},
    {"packet-socket", try_packet_socket, false, 0},
    {"audit-socket", try_audit_socket, false, 0},
    {"routes", try_routes, false, 0},
    {"terminal", try_terminal, false, 0},
    {"limit", try_limit, false, 0},
    {"dumpable", try_dumpable, false, 0},
    {"write-and-run", try_write_and_run, false, 0},
    {"run-what-was-written", try_run_what_was_written, false, 0},
    /* where it runs as the same user, only Landlock is in the way */
    {"parents-memory", try_parents_memory, false, 1},
    {"parents-environment", try_parents_environment, false, 1},
    {"make-socket", try_make_socket, false, 1},
    {NULL, NULL, false, 0},
};

int
landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return version < 0 ? 0 : (int)version;
}
