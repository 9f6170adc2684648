/*
 * Makes calls of the module or of the verifier fail, as the plan says. Linked
 * by --wrap into test builds of both, with the wrappers that faults.awk makes
 * of faults.list. Makes no system call behind the verifier's sandbox.
 */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "build.h"

#ifdef FAULTS_OF_MODULE
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#define PAM_SM_AUTH
#include <security/pam_ext.h>
#include <security/pam_modules.h>

static const enum fault_process here = FAULT_MODULE;
#else
#include <arpa/inet.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

static const enum fault_process here = FAULT_VERIFIER;
#endif

static const struct fault_function functions[] = {
#include "faults_table.inc"
};

/* Of the last failure: what libcurl would say of a connection not made. */
static int fault_errno;

/* The plan, NULL where there is none. By system calls: the wrappers of libc's
 * functions end here. */
static struct fault_plan *
plan(void)
{
	static struct fault_plan *shared;
	static bool looked;
	long fd;
	void *at;

	if (looked)
		return shared;
	looked = true;
	fd = syscall(SYS_openat, AT_FDCWD, FAULTS_PLAN, O_RDWR | O_CLOEXEC);
	if (fd == -1)
		return NULL;
	at = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED,
	    (int)fd, 0);
	(void)syscall(SYS_close, fd);
	shared = at == MAP_FAILED ? NULL : at;
	return shared;
}

/* Does that way mean that the service is away? */
static bool
is_away(int function, int way)
{
	const char *p = functions[function].ways;
	size_t len;

	for (; way > 1; way--)
		p = strchr(p, ';') + 1;
	len = strcspn(p, ";");
	return len > 5 && strncmp(p + len - 5, " away", 5) == 0;
}

static int
way_of(struct fault_plan *p, int function, long call)
{
	int count = functions[function].way_count;

	if (call == p->call)
		return (p->way - 1) % count + 1;
	switch (p->extent) {
	case FAULT_TWO:
		/* the clock is read before each wait */
		if (p->second || strcmp(functions[function].name,
		    "clock_gettime") == 0)
			return 0;
		p->second = true;
		return count;
	case FAULT_ALL:
		return 1;
	case FAULT_SAME:
		return function + 1 == p->failed ? (p->way - 1) % count + 1 : 0;
	case FAULT_ONE:
	case FAULT_EXTENTS:
		break;
	}
	return 0;
}

/* This function is called: in which way does it fail? 0: not at all. */
static int
fault_now(int function)
{
	int saved = errno, way = 0;
	struct fault_plan *p = plan();
	long call;

	errno = saved;
	if (p == NULL)
		return 0;
	call = ++p->calls[here];
	if (call <= FAULT_CALLS_MAX)
		p->trace[here][call - 1] = (unsigned char)function;
	if (p->call != 0 && p->process == here && call >= p->call)
		way = way_of(p, function, call);
	if (way == 0)
		return 0;
	if (p->failed == 0) {
		p->failed = function + 1;
		p->failed_way = way;
	}
	if (is_away(function, way))
		p->away = true;
	else
		p->local = true;
	return way;
}

#ifdef FAULTS_OF_MODULE
static void
note_end(int result, const siginfo_t *info)
{
	struct fault_plan *p = plan();

	if (p == NULL || result != 0 || info->si_pid == 0)
		return;
	p->end_code = info->si_code;
	p->end_status = info->si_status;
}

#include "faults_module.inc"
#else
static void
put_errno(CURLINFO info, void *out)
{
	if (info == CURLINFO_OS_ERRNO && fault_errno != 0)
		*(long *)out = fault_errno;
}

#include "faults_verifier.inc"

#ifdef SANITIZED
__attribute__((visibility("default"))) const char *__asan_default_options(void);

/* What it finds is to be seen: the verifier's standard error is /dev/null. */
const char *
__asan_default_options(void)
{
	return "exitcode=86:log_path=" FAULTS_PLAN ".sanitizer";
}
#endif
#endif
