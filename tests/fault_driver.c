/*
 * fault-driver SERVICES PORT STRIDE [SCENARIO]
 * Logs in again and again, each time with another call of the module or the
 * verifier failing (see faults.c), and sees to it that no failure lets anybody
 * in, kills or holds up a PAM host, or leaves anything behind. SERVICES holds
 * the stacks that faults.sh makes, PORT is the emulator's side door; of the
 * calls that were tried in that way already, every STRIDE-th is tried.
 */
#include "faults.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "build.h"

#ifdef SANITIZED
#include <sanitizer/lsan_interface.h>
#endif

/* What the stacks say where the module has no opinion. */
#define IGNORED PAM_MODULE_UNKNOWN

enum {
	STEPS_MAX = 3,
	HANG_MS = 30000,
	FILES_MAX = 8,
	WAYS_MAX = 64,
	FINDINGS_MAX = 200,
	ONCE_MORE_EVERY = 4,
	EXIT_FINDINGS = 1,
	EXIT_BROKEN = 2,
};

static const struct fault_function functions[] = {
#include "faults_table.inc"
};

enum { FUNCTIONS = sizeof(functions) / sizeof(functions[0]) };

/*
 * Kinds of logins. Each step is a phase: 'a' auth, 'c' account; a letter in
 * upper case gives a wrong code or password. `push` is what the phone says.
 */
static const struct scenario {
	const char *name, *user, *steps;
	bool no_key;          /* the host has seen no first factor */
	bool warm;            /* the record of earlier logins is there */
	const char *password; /* NULL: none is asked for */
	const char *push;
	int codes[STEPS_MAX]; /* what it comes to when nothing fails */
} scenarios[] = {
    {"code", "alice", "a", false, false, NULL, NULL, {PAM_SUCCESS}},
    {"cached", "alice", "a", false, true, NULL, NULL, {PAM_SUCCESS}},
    {"signed", "alice", "a", false, false, NULL, NULL, {PAM_SUCCESS}},
    {"early", "alice", "A", true, false, NULL, NULL, {PAM_MAXTRIES}},
    {"wrong", "alice", "A", false, false, NULL, NULL, {PAM_MAXTRIES}},
    {"stranger", "nobody-here", "A", false, true, NULL, NULL, {PAM_MAXTRIES}},
    {"signin", "alice", "a", false, false, "alice-password", NULL,
	{PAM_SUCCESS}},
    {"password", "alice", "A", false, false, "wrong-password", NULL,
	{PAM_AUTH_ERR}},
    {"push", "alice", "a", false, false, NULL, "CONFIRM", {PAM_SUCCESS}},
    {"refused", "alice", "a", false, false, NULL, "CANCEL",
	{PAM_PERM_DENIED}},
    {"phone", "alice", "c", false, false, NULL, "CONFIRM", {PAM_SUCCESS}},
    {"again", "alice", "aAc", false, false, NULL, "CANCEL",
	{PAM_SUCCESS, PAM_MAXTRIES, PAM_PERM_DENIED}},
    {"exempt", "alice", "a", false, false, NULL, NULL, {IGNORED}},
};

enum { SCENARIOS = sizeof(scenarios) / sizeof(scenarios[0]) };

/* One login, as its host saw it; shared with the driver. */
struct outcome {
	bool done;
	int codes[STEPS_MAX];
	int descriptors; /* more than before */
	int children;    /* 1: one is left, dead or alive */
	bool memory;     /* leaked */
};

/* What is said in a host. */
struct person {
	const struct scenario *scenario;
	bool wrong; /* in this step */
};

static struct fault_plan *plan;
static struct outcome *outcome;
static const char *services;
static in_port_t door_port;
static long stride, points, slips, findings;
static bool let_in[WAYS_MAX]; /* by a failure of curl_easy_perform() */
static char known_files[FILES_MAX][256];
static size_t known_count;

static void
give_up(const char *what)
{
	(void)fprintf(stderr, "fault-driver: %s: %s\n", what, strerror(errno));
	exit(EXIT_BROKEN);
}

/* Ask the emulator's side door; the answer's text is left in `out`. */
static void
door(const char *method, const char *path, char *out, size_t size)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = door_port,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	char bytes[2048];
	size_t len = 0;
	ssize_t n;
	const char *body;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	out[0] = '\0';
	(void)snprintf(bytes, sizeof(bytes), "%s %s HTTP/1.0\r\n\r\n", method,
	    path);
	if (fd == -1 || connect(fd, (struct sockaddr *)&to, sizeof(to)) == -1 ||
	    send(fd, bytes, strlen(bytes), MSG_NOSIGNAL) == -1)
		give_up("the emulator's side door");
	while ((n = read(fd, bytes + len, sizeof(bytes) - 1 - len)) > 0)
		len += (size_t)n;
	bytes[len] = '\0';
	(void)close(fd);
	if ((body = strstr(bytes, "\r\n\r\n")) != NULL)
		(void)snprintf(out, size, "%.*s",
		    (int)strcspn(body + 4, "\n"), body + 4);
}

static void
answer_phone(const struct scenario *s)
{
	char path[64], text[64];

	(void)snprintf(path, sizeof(path), "/push?action=%s", s->push);
	door("POST", path, text, sizeof(text));
}

/* What the person types, in memory of its own. */
static char *
reply_to(const struct person *p, const char *prompt)
{
	char code[64];

	if (strstr(prompt, "Approve") != NULL) {
		answer_phone(p->scenario);
		return strdup("");
	}
	if (strstr(prompt, "password: ") != NULL)
		return strdup(p->scenario->password);
	if (p->wrong)
		return strdup("000000");
	door("GET", "/totp?user=alice", code, sizeof(code));
	return strdup(code);
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **replies, void *ctx)
{
	const struct person *p = ctx;
	struct pam_response *r = calloc((size_t)count, sizeof(*r));

	for (int i = 0; i < count && r != NULL; i++) {
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			r[i].resp = reply_to(p, messages[i]->msg);
		else if (strstr(messages[i]->msg, "Approve") != NULL)
			answer_phone(p->scenario);
	}
	*replies = r;
	return r == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

static int
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	if (dir == NULL)
		return -1;
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n;
}

/* Instead of waiting. */
static void
do_not_wait(int status, unsigned delay_us, void *ctx)
{
	(void)status;
	(void)delay_us;
	(void)ctx;
}

static pam_handle_t *
start(const struct scenario *s, bool fail_open, struct person *p)
{
	const struct pam_conv conv = {converse, p};
	void (*function)(int, unsigned, void *) = do_not_wait;
	pam_handle_t *pamh = NULL;
	const void *item;
	char service[64];

	(void)snprintf(service, sizeof(service), "%s-%s", s->name,
	    fail_open ? "open" : "closed");
	memcpy(&item, &function, sizeof(item));
	if (pam_start_confdir(service, s->user, &conv, services, &pamh) !=
	    PAM_SUCCESS ||
	    pam_set_item(pamh, PAM_FAIL_DELAY, item) != PAM_SUCCESS ||
	    pam_set_item(pamh, PAM_RHOST, "192.0.2.7") != PAM_SUCCESS ||
	    (!s->no_key &&
	    pam_putenv(pamh, "SSH_AUTH_INFO_0=publickey") != PAM_SUCCESS))
		give_up("pam_start");
	return pamh;
}

/* The PAM host. */
static void
be_host(const struct scenario *s, bool fail_open)
{
	struct person p = {.scenario = s};
	pam_handle_t *pamh;
	int before, code = PAM_SUCCESS;

	openlog("fault-driver", LOG_NDELAY, LOG_AUTHPRIV);
	before = open_descriptors();
	pamh = start(s, fail_open, &p);
	for (size_t i = 0; s->steps[i] != '\0'; i++) {
		p.wrong = s->steps[i] == 'A';
		code = s->steps[i] == 'c' ? pam_acct_mgmt(pamh, 0) :
		    pam_authenticate(pamh, 0);
		outcome->codes[i] = code;
	}
	outcome->children = waitpid(-1, NULL, WNOHANG | __WALL) != -1;
	(void)pam_end(pamh, code);
	outcome->descriptors = open_descriptors() - before;
#ifdef SANITIZED
	outcome->memory = __lsan_do_recoverable_leak_check() != 0;
#endif
	outcome->done = true;
	_exit(0);
}

static void
finding(const struct scenario *s, bool fail_open, const char *what, int value)
{
	const char *function = plan->failed == 0 ? "nothing" :
	    functions[plan->failed - 1].name;
	static const char *const extents[] = {"", " and the next",
	    " and all later ones", " and all of that function"};

	if (++findings > FINDINGS_MAX)
		return;
	(void)printf("FINDING %s, fail=%s: %s (%d) when call %ld of the %s, "
	    "%s, fails in way %d%s\n", s->name, fail_open ? "open" : "closed",
	    what, value, plan->call,
	    plan->process == FAULT_MODULE ? "module" : "verifier", function,
	    plan->way, extents[plan->extent]);
	(void)fflush(stdout);
}

/* Until `pid` has ended; false where it had to be killed. */
static bool
await(pid_t pid, int *status)
{
	struct pollfd p = {pidfd_open(pid, 0), POLLIN, 0};
	bool ended = p.fd != -1 && poll(&p, 1, HANG_MS) == 1;

	(void)close(p.fd);
	if (!ended)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, status, 0) == -1 && errno == EINTR)
		continue;
	return ended;
}

/* A verifier that its host did not reap is ours now; it has to end soon. */
static bool
await_orphans(void)
{
	const struct timespec pause = {0, 2000000};
	siginfo_t info;

	for (int ms = 0; ms < HANG_MS; ms += 2) {
		memset(&info, 0, sizeof(info));
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == -1)
			return true;
		if (info.si_pid == 0)
			(void)nanosleep(&pause, NULL);
		else if (plan->end_code == 0) {
			plan->end_code = info.si_code;
			plan->end_status = info.si_status;
		}
	}
	return false;
}

/* For each file in the runtime directory. */
static void
each_file(void (*visit)(int dir, const char *name, void *ctx), void *ctx)
{
	DIR *dir = opendir(FAULTS_RUNTIMEDIR);
	struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			visit(dirfd(dir), entry->d_name, ctx);
	(void)closedir(dir);
}

static void
remove_file(int dir, const char *name, void *ctx)
{
	(void)ctx;
	(void)unlinkat(dir, name, 0);
}

static bool
is_known(const char *name)
{
	for (size_t i = 0; i < known_count; i++)
		if (strcmp(known_files[i], name) == 0)
			return true;
	return false;
}

static void
know_file(int dir, const char *name, void *ctx)
{
	(void)dir;
	(void)ctx;
	if (!is_known(name) && known_count < FILES_MAX)
		(void)snprintf(known_files[known_count++],
		    sizeof(known_files[0]), "%s", name);
}

/* One of those a login makes anyway, private, and not locked. */
static void
count_odd_file(int dir, const char *name, void *ctx)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (!is_known(name) || fd == -1 || fstat(fd, &st) == -1 ||
	    (st.st_mode & 07777) != 0600 || !S_ISREG(st.st_mode) ||
	    flock(fd, LOCK_EX | LOCK_NB) == -1)
		++*(int *)ctx;
	(void)close(fd);
}

static void
forget_everything(void)
{
	each_file(remove_file, NULL);
	(void)rmdir(FAULTS_RUNTIMEDIR);
}

/* One login by the plan. */
static bool
log_in(const struct scenario *s, bool fail_open)
{
	int status = 0;
	pid_t pid;
	bool ended;

	memset(plan->calls, 0, sizeof(plan->calls));
	plan->failed = plan->failed_way = plan->end_code = plan->end_status = 0;
	plan->away = plan->local = plan->second = false;
	memset(outcome, 0, sizeof(*outcome));
	(void)fflush(stdout);
	if ((pid = fork()) == -1)
		give_up("fork");
	if (pid == 0)
		be_host(s, fail_open);
	ended = await(pid, &status);
	if (!ended)
		finding(s, fail_open, "the host hangs", 0);
	else if (!outcome->done)
		finding(s, fail_open, "the host crashed", status);
	if (!await_orphans()) {
		finding(s, fail_open, "the verifier goes on", 0);
		give_up("a verifier that does not end");
	}
	return outcome->done;
}

/* A code that denies and that common stacks do not pass over. */
static bool
is_denial(int code)
{
	switch (code) {
	case PAM_BUF_ERR:
	case PAM_CONV_ERR:
	case PAM_AUTHINFO_UNAVAIL:
	case PAM_AUTH_ERR:
	case PAM_MAXTRIES:
	case PAM_PERM_DENIED:
	case PAM_SERVICE_ERR:
	case PAM_INCOMPLETE:
		return true;
	default:
		return false;
	}
}

static void
judge_codes(const struct scenario *s, bool fail_open)
{
	for (size_t i = 0; s->steps[i] != '\0'; i++) {
		if (outcome->codes[i] == s->codes[i] ||
		    is_denial(outcome->codes[i]))
			continue;
		if (fail_open && plan->away && !plan->local &&
		    outcome->codes[i] == PAM_SUCCESS)
			let_in[plan->failed_way % WAYS_MAX] = true;
		else
			finding(s, fail_open, "it ends with the PAM code",
			    outcome->codes[i]);
	}
}

static int
times_called(const char *function)
{
	int n = 0;

	for (long i = 0; i < plan->calls[FAULT_MODULE] &&
	    i < FAULT_CALLS_MAX; i++)
		n += strcmp(functions[plan->trace[FAULT_MODULE][i]].name,
		    function) == 0;
	return n;
}

/* The module cannot help it where waiting fails, and fails once more. */
static bool
may_leave_child(void)
{
	if (plan->process != FAULT_MODULE || plan->failed == 0)
		return false;
	return plan->extent == FAULT_ALL || (times_called("waitid") > 1 &&
	    (plan->extent == FAULT_TWO ||
	    strcmp(functions[plan->failed - 1].name, "waitid") == 0));
}

static void
judge(const struct scenario *s, bool fail_open)
{
	int odd = 0;

	judge_codes(s, fail_open);
	if (outcome->descriptors != 0)
		finding(s, fail_open, "descriptors are left open",
		    outcome->descriptors);
	if (outcome->children != 0 && !may_leave_child())
		finding(s, fail_open, "a child is left", 0);
	if (outcome->memory)
		finding(s, fail_open, "memory is leaked", 0);
	if (plan->end_code != 0 && plan->end_code != CLD_EXITED &&
	    plan->end_status != SIGKILL)
		finding(s, fail_open, "the verifier crashed",
		    plan->end_status);
	if (plan->end_code == CLD_EXITED &&
	    plan->end_status == FAULT_EXIT_SANITIZER)
		finding(s, fail_open, "the sanitizer found something", 0);
	each_file(count_odd_file, &odd);
	if (odd != 0)
		finding(s, fail_open, "odd or locked files", odd);
}

/* What a failure left behind must not be in the way of the next login. */
static void
log_in_once_more(bool fail_open)
{
	const struct fault_plan was = *plan;

	plan->call = 0;
	if (!log_in(&scenarios[0], false) ||
	    outcome->codes[0] != PAM_SUCCESS) {
		*plan = was;
		finding(&scenarios[0], fail_open, "the next login is denied",
		    outcome->codes[0]);
		forget_everything();
	}
	*plan = was;
}

/* With the record of one login that went well, or without any. */
static bool
begin_anew(const struct scenario *s)
{
	const long call = plan->call;
	bool well = true;

	forget_everything();
	if (s->warm) {
		plan->call = 0;
		well = log_in(&scenarios[0], false) &&
		    outcome->codes[0] == PAM_SUCCESS;
		plan->call = call;
	}
	return well;
}

static void
try_point(const struct scenario *s, bool fail_open, int expected)
{
	points++;
	if (!begin_anew(s))
		finding(s, fail_open, "the login before it is denied",
		    outcome->codes[0]);
	else if (log_in(s, fail_open))
		judge(s, fail_open);
	slips += plan->failed != expected + 1;
	if (points % ONCE_MORE_EVERY == 0)
		log_in_once_more(fail_open);
}

/* Is it the first of its kind (where it may do the worst: open the door, or
 * close it), or one of those that stand for the rest? */
static bool
is_wanted(bool denied, bool fail_open, int function)
{
	static bool tried[2][FAULT_PROCESSES][FUNCTIONS][FAULT_EXTENTS];
	static long seen;
	bool *this_kind =
	    &tried[denied][plan->process][function][plan->extent];

	if (fail_open == denied && !*this_kind) {
		*this_kind = true;
		return true;
	}
	return ++seen % stride == 0;
}

static void
try_call(const struct scenario *s, bool fail_open, int function)
{
	int ways = functions[function].way_count;

	for (int extent = 0; extent < FAULT_EXTENTS; extent++) {
		plan->extent = (enum fault_extent)extent;
		/* only the first way can last */
		if (extent == FAULT_ALL || extent == FAULT_SAME)
			ways = 1;
		if (!is_wanted(s->codes[0] != PAM_SUCCESS, fail_open, function))
			continue;
		for (plan->way = 1; plan->way <= ways; plan->way++)
			try_point(s, fail_open, function);
	}
}

/* The unbroken run, which says what calls there are. */
static bool
trace(const struct scenario *s, bool fail_open)
{
	plan->call = 0;
	if (!begin_anew(s) || !log_in(s, fail_open)) {
		finding(s, fail_open, "unbroken, it does not come about", 0);
		return false;
	}
	for (size_t i = 0; s->steps[i] != '\0'; i++)
		if (outcome->codes[i] != s->codes[i]) {
			finding(s, fail_open, "unbroken, it ends with",
			    outcome->codes[i]);
			return false;
		}
	each_file(know_file, NULL);
	return true;
}

static void
try_scenario(const struct scenario *s, bool fail_open)
{
	static struct fault_plan whole;
	long before = points;

	/* that flow has no fail=open */
	if ((fail_open && s->password != NULL) || !trace(s, fail_open))
		return;
	judge(s, fail_open);
	whole = *plan;
	for (int p = 0; p < FAULT_PROCESSES; p++) {
		plan->process = (enum fault_process)p;
		for (long call = 1; call <= whole.calls[p] &&
		    call <= FAULT_CALLS_MAX; call++) {
			plan->call = call;
			try_call(s, fail_open, whole.trace[p][call - 1]);
		}
	}
	(void)printf("%-9s fail=%-6s %5ld calls of the module, %4ld of the "
	    "verifier: %5ld points\n", s->name, fail_open ? "open" : "closed",
	    whole.calls[FAULT_MODULE], whole.calls[FAULT_VERIFIER],
	    points - before);
	(void)fflush(stdout);
}

/* What fail=open is for, and nothing else: no call but this one is "away". */
static void
print_let_in(void)
{
	static const char name[] = "curl_easy_perform";
	const char *way = "";
	size_t len;

	for (size_t i = 0; i < FUNCTIONS; i++)
		if (strcmp(functions[i].name, name) == 0)
			way = functions[i].ways;
	(void)printf("fail=open lets in before anybody is known, where %s "
	    "says:\n", name);
	for (size_t i = 1; *way != '\0' && i < WAYS_MAX; i++) {
		len = strcspn(way, ";");
		if (let_in[i])
			(void)printf("    %.*s\n",
			    (int)(len - strlen(" away")), way);
		way += len + strspn(way + len, "; ");
	}
}

static void *
share(int fd, size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    fd == -1 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		give_up("mmap");
	return at;
}

int
main(int argc, char **argv)
{
	int fd;

	if (argc < 4 || argc > 5 || (stride = atol(argv[3])) < 1)
		return EXIT_BROKEN;
	services = argv[1];
	door_port = htons((in_port_t)atoi(argv[2]));
	fd = open(FAULTS_PLAN, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1 || ftruncate(fd, sizeof(*plan)) == -1 ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
		give_up(FAULTS_PLAN);
	plan = share(fd, sizeof(*plan));
	outcome = share(-1, sizeof(*outcome));
	(void)close(fd);
	for (size_t i = 0; i < SCENARIOS; i++)
		(void)trace(&scenarios[i], false);
	for (size_t i = 0; i < SCENARIOS; i++)
		for (int fail_open = 0; fail_open < 2; fail_open++)
			if (argc == 4 ||
			    strcmp(scenarios[i].name, argv[4]) == 0)
				try_scenario(&scenarios[i], fail_open);
	forget_everything();
	(void)unlink(FAULTS_PLAN);
	print_let_in();
	(void)printf("%ld points, %ld of them not where they were expected, "
	    "%ld findings\n", points, slips, findings);
	return findings == 0 ? 0 : EXIT_FINDINGS;
}
