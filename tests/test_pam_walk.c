/*
 * The reader of /etc/pam.d and the walk through a stack, against the real
 * Linux-PAM: the same random stacks, made of a module that returns what it is
 * told to, through pam_authenticate() and through ours.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <security/pam_appl.h>

#include "build.h"
#include "mfa/pam_walk.h"
#include "temp.h"

enum { CODES_MAX = 64, STACKS = 300, TRIES = 6, PATH_BYTES = 256 };

static const char *const dir = temp_directory;
static unsigned long seed = 1;

/* In the place of libaudit's: these logins are nothing for the kernel's log,
 * which would slow them down, too. */
__attribute__((visibility("default"))) int audit_open(void);

int
audit_open(void)
{
	errno = EPROTONOSUPPORT;
	return -1;
}

/* Linux-PAM leaks what it has read of files that it then does not like. */
#ifdef SANITIZED
__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libpam.so.0\n";
}
#endif

static unsigned
roll(unsigned n)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return (unsigned)(seed >> 33) % n;
}

static const char *
pick(const char *const *words, size_t count)
{
	return words[roll((unsigned)count)];
}

#define PICK(words) pick(words, sizeof(words) / sizeof((words)[0]))

/* A system in the making. */
struct making {
	unsigned lines; /* with a module: each has a number */
	bool once;      /* every file is included at most once */
	unsigned included;
};

static const char *
random_control(char *out, size_t size)
{
	static const char *const simple[] = {"required", "requisite",
	    "sufficient", "optional", "Required", "SUFFICIENT"};
	static const char *const codes[] = {"success", "success", "auth_err", "ignore",
	    "default", "perm_denied", "new_authtok_reqd", "module_unknown",
	    "user_unknown"};
	static const char *const actions[] = {"ignore", "ok", "done", "bad",
	    "die", "reset", "reset", "1", "2", "3", "7"};
	static const char *const odd[] = {"[]", "[success]", "[=ok]", "[ ok ]",
	    "[success=0]", "[success=okay]", "[success = 1 default = bad]",
	    "[default=bad default=ignore]", "[nonsense=ok]", "nonsense",
	    "[success=1default=ignore]", "[success=ok", "[Success=ok]",
	    "[success=ok ignore=done\\]]"};
	size_t len;

	if (roll(3) == 0)
		return PICK(simple);
	if (roll(20) == 0)
		return PICK(odd);
	len = (size_t)snprintf(out, size, "[");
	for (unsigned i = roll(4) + 1; i > 0; i--)
		len += (size_t)snprintf(out + len, size - len, "%s=%s ",
		    PICK(codes), PICK(actions));
	(void)snprintf(out + len, size - len, "]");
	return out;
}

/* sub1 includes sub2 and higher ones only: no loops but on purpose. */
static void
write_include(struct making *m, FILE *f, int number)
{
	static const char *const forms[] = {"auth include", "auth substack",
	    "@include", "-auth\tsubstack", "AUTH Include"};
	int to = number + 1 + (int)roll(3);

	if (to > 5 || (m->once && (m->included >> to & 1) != 0))
		return;
	m->included |= 1U << to;
	/* whole paths: Debian 12's looks for others in /etc/pam.d only */
	(void)fprintf(f, "%s %s/sub%d%s\n", PICK(forms), dir, to,
	    roll(5) == 0 ? " extra" : "");
}

/* Not among them: an include without a name, and a module without one
 * ("?.so"), at which Debian 12's Linux-PAM crashes. */
static void
write_odd(FILE *f)
{
	static const char *const odd[] = {"", "   # only a comment",
	    "account required pam_deny.so", "auth", "auth required",
	    "what required pam_deny.so", "auth include nofile",
	    "auth substack nofile", "auth required /no/such.so",
	    "auth optional /no/such.so", "-auth sufficient /no/such.so",
	    "auth [module_unknown=ignore default=bad] /no/such.so",
	    "auth required pam_deny.so", "auth sufficient pam_permit.so",
	    "auth required pam_permit.so # comment \\",
	    "auth optional pam_permit.so \\ # comment",
	    "session include nofile", "auth [success=1] pam_deny.so\r",
	    "auth sub\\", "auth optional \\\n  /no/such.so", "@include nofile", "[auth] [optional] [pam_deny.so]", "-",
	    "auth required pam_permit.so\\", "include required pam_permit.so"};

	(void)fprintf(f, "%s\n", PICK(odd));
}

static void
write_file(struct making *m, const char *name, int number)
{
	char path[PATH_BYTES], control[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)unlink(path); /* a new file: some disks are slow to truncate */
	assert_non_null(f = fopen(path, "w"));
	for (unsigned i = roll(m->once ? 4 : 7) + 1; i > 0; i--) {
		if (roll(5) == 0)
			write_include(m, f, number);
		else if (roll(60) == 0)
			write_odd(f);
		else if (m->lines < CODES_MAX)
			(void)fprintf(f, "auth %s %s %u\n", random_control(
			    control, sizeof(control)), TEST_CODES,
			    m->lines++);
	}
	assert_int_equal(fclose(f), 0);
}

static void
write_system(struct making *m)
{
	char name[16];

	write_file(m, "service", 0);
	write_file(m, "other", 3);
	for (int i = 1; i <= 5; i++) {
		(void)snprintf(name, sizeof(name), "sub%d", i);
		write_file(m, name, i);
	}
}

static enum err
read_source(void *ctx, const char *path, struct buf *out, char *why,
    size_t why_size)
{
	char real[PATH_BYTES], bytes[4096];
	size_t n;
	FILE *f;

	(void)ctx;
	if (strncmp(path, "/etc/pam.d/", 11) == 0)
		(void)snprintf(real, sizeof(real), "%s/%s", dir, path + 11);
	else
		(void)snprintf(real, sizeof(real), "%s", path);
	if ((f = fopen(real, "r")) == NULL)
		goto missing;
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		assert_int_equal(buf_add(out, bytes, n), ERR_OK);
	(void)fclose(f);
	return ERR_OK;
missing:
	(void)snprintf(why, why_size, "is not there");
	return ERR_CONFIG;
}

static void
count_report(void *ctx, const char *where, const char *what)
{
	assert_true(where[0] != '\0' && what[0] != '\0');
	if (ctx != NULL)
		(*(int *)ctx)++;
}

static void
load(struct pam_stack *stack, int *reports)
{
	static const struct pam_source source = {.read = read_source};

	assert_int_equal(pam_stack_load(&source, "service", stack,
	    count_report, reports), ERR_OK);
	for (size_t i = 0; i < stack->count; i++) {
		struct handler *h = &stack->handlers[i];

		h->missing = strcmp(h->module, "/no/such.so") == 0 ||
		    strchr(h->module, '\r') != NULL ||
		    strcmp(h->module, "pam_permit.so ") == 0;
	}
}

static int
no_conversation(int count, const struct pam_message **messages,
    struct pam_response **responses, void *ctx)
{
	(void)count;
	(void)messages;
	(void)responses;
	(void)ctx;
	return PAM_CONV_ERR;
}

static bool
really_succeeds(const char *codes)
{
	const struct pam_conv conv = {no_conversation, NULL};
	pam_handle_t *pamh = NULL;
	int rc;

	assert_int_equal(setenv("CODES", codes, 1), 0);
	rc = pam_start_confdir("service", "nobody", &conv, dir, &pamh);
	if (rc == PAM_ABORT) /* it does not like the files */
		return false;
	assert_int_equal(rc, PAM_SUCCESS);
	rc = pam_authenticate(pamh, 0);
	(void)pam_end(pamh, rc);
	return rc == PAM_SUCCESS;
}

/* What the modules return: one code each, or one of a set. */
struct returned {
	const char *codes;
	uint32_t set;
};

static uint32_t
returns(void *ctx, const struct handler *h)
{
	const struct returned *r = ctx;

	if (strcmp(h->module, "pam_permit.so") == 0)
		return CODE_BIT(CODE_SUCCESS);
	if (strcmp(h->module, "pam_deny.so") == 0)
		return CODE_BIT(CODE_AUTH_ERR);
	if (h->arguments[0] == NULL)
		return CODE_BIT(CODE_SERVICE_ERR);
	return r->codes == NULL ? r->set :
	    CODE_BIT(r->codes[atoi(h->arguments[0])] - 'A');
}

static bool
can_succeed(const struct pam_stack *stack, struct returned *r)
{
	const struct handler **picked = calloc(stack->count + 1,
	    sizeof(*picked));
	struct walk_question q = {.stack = picked, .returns = returns,
	    .ctx = r};
	enum walk_answer answer;

	assert_non_null(picked);
	q.count = pam_stack_pick(stack, TYPE_AUTH, picked);
	answer = walk(&q, NULL);
	assert_true(answer != WALK_TOO_MUCH);
	free(picked);
	return answer == WALK_YES;
}

static void
show_system(const char *codes)
{
	char command[2 * PATH_BYTES];

	(void)snprintf(command, sizeof(command), "cd %s && head -50 service "
	    "other sub? >&2; echo CODES %s >&2", dir, codes);
	(void)!system(command);
}

static void
random_codes(char *codes)
{
	static const char likely[] = {CODE_SUCCESS, CODE_AUTH_ERR, CODE_IGNORE,
	    CODE_PERM_DENIED, 10, 12, CODE_SUCCESS};

	for (int i = 0; i < CODES_MAX; i++)
		codes[i] = (char)('A' + (roll(8) == 0 ? (char)roll(31) :
		    likely[roll(sizeof(likely))]));
	codes[CODES_MAX] = '\0';
}

/* One code for each line: the same verdict as Linux-PAM. */
static void
walk_decides_as_linux_pam(void **state)
{
	char codes[CODES_MAX + 1];
	int succeeded = 0;

	(void)state;
	for (int i = 0; i < STACKS; i++) {
		struct making m = {0};
		struct pam_stack stack;

		write_system(&m);
		load(&stack, NULL);
		for (int j = 0; j < TRIES; j++) {
			struct returned r = {.codes = codes};
			bool real;

			random_codes(codes);
			real = really_succeeds(codes);
			if (can_succeed(&stack, &r) != real)
				show_system(codes);
			assert_int_equal(can_succeed(&stack, &r), real);
			succeeded += real;
		}
		pam_stack_clear(&stack);
	}
	/* a test of refusals alone would show little */
	print_message("%d of %d succeeded\n", succeeded, STACKS * TRIES);
	assert_true(succeeded > STACKS / 4);
}

/* Some code of a set for each line: yes where Linux-PAM says so for one. */
static void
walk_sees_every_way(void **state)
{
	static const char set[] = {CODE_SUCCESS, CODE_AUTH_ERR, CODE_IGNORE};
	int compared = 0, open = 0;

	(void)state;
	while (compared < 60) {
		struct making m = {.once = true};
		struct returned r = {.set = CODE_BIT(CODE_SUCCESS) |
		    CODE_BIT(CODE_AUTH_ERR) | CODE_BIT(CODE_IGNORE)};
		struct pam_stack stack;
		char codes[CODES_MAX + 1] = "";
		bool real = false;
		int ways = 1;

		write_system(&m);
		load(&stack, NULL);
		if (roll(2) == 0) /* else every one would be open */
			r.set &= ~CODE_BIT(CODE_SUCCESS);
		for (unsigned i = 0; i < m.lines; i++)
			ways *= ways > 10000 ? 1 : 3;
		if (m.lines <= 5 && stack.own > 0) {
			for (int way = 0; way < ways && !real; way++) {
				int rest = way;
				bool in_set = true;

				for (unsigned i = 0; i < m.lines; i++) {
					codes[i] = (char)('A' + set[rest % 3]);
					in_set = in_set && (r.set &
					    CODE_BIT(set[rest % 3])) != 0;
					rest /= 3;
				}
				real = in_set && really_succeeds(codes);
			}
			if (can_succeed(&stack, &r) != real)
				show_system("any");
			assert_int_equal(can_succeed(&stack, &r), real);
			compared++;
			open += real;
		}
		pam_stack_clear(&stack);
	}
	print_message("%d of %d are open\n", open, compared);
	assert_true(open > 5 && open < compared - 5);
}

static void
write_text(const char *name, const char *text)
{
	char path[PATH_BYTES];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)unlink(path); /* a new file: some disks are slow to truncate */
	assert_non_null(f = fopen(path, "w"));
	assert_true(fputs(text, f) != EOF);
	assert_int_equal(fclose(f), 0);
}

/* Files that include themselves: found, and as closed as with Linux-PAM. */
static void
loops_are_told(void **state)
{
	struct returned r = {.codes = "A"};
	struct pam_stack stack;
	char text[2 * PATH_BYTES];
	int reports = 0;

	(void)state;
	(void)snprintf(text, sizeof(text), "auth required pam_permit.so\n"
	    "auth substack %s/service\n", dir);
	write_text("service", text);
	write_text("other", "auth required pam_deny.so\n");
	load(&stack, &reports);
	assert_true(reports > 0);
	assert_false(can_succeed(&stack, &r));
	assert_false(really_succeeds("A"));
	pam_stack_clear(&stack);
}

/* Two includes in each of many files are a lot of lines. */
static void
bombs_are_bounded(void **state)
{
	struct pam_stack stack;
	char name[16], text[128];
	int reports = 0;

	(void)state;
	write_text("service", "auth include bomb1\n");
	for (int i = 1; i < 15; i++) {
		(void)snprintf(name, sizeof(name), "bomb%d", i);
		(void)snprintf(text, sizeof(text), "auth include bomb%d\n"
		    "auth include bomb%d\n", i + 1, i + 1);
		write_text(name, text);
	}
	load(&stack, &reports);
	assert_true(reports > 0 && stack.count < 5000);
	pam_stack_clear(&stack);
}

static void
codes_have_linux_pams_numbers(void **state)
{
	static const struct {
		int ours, theirs;
		const char *name;
	} rows[] = {
	    {CODE_SUCCESS, PAM_SUCCESS, "success"},
	    {CODE_SERVICE_ERR, PAM_SERVICE_ERR, "service_err"},
	    {CODE_PERM_DENIED, PAM_PERM_DENIED, "perm_denied"},
	    {CODE_AUTH_ERR, PAM_AUTH_ERR, "auth_err"},
	    {CODE_IGNORE, PAM_IGNORE, "ignore"},
	    {CODE_MODULE_UNKNOWN, PAM_MODULE_UNKNOWN, "module_unknown"},
	    {CODE_INCOMPLETE, PAM_INCOMPLETE, "incomplete"},
	    {CODE_COUNT, _PAM_RETURN_VALUES, "?"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(rows[i].ours, rows[i].theirs);
		assert_string_equal(pam_code_name(rows[i].ours), rows[i].name);
	}
	assert_int_equal(pam_code_find("maxtries"), PAM_MAXTRIES);
	assert_int_equal(pam_code_find("nonsense"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(codes_have_linux_pams_numbers),
	    cmocka_unit_test(walk_decides_as_linux_pam),
	    cmocka_unit_test(walk_sees_every_way),
	    cmocka_unit_test(loops_are_told),
	    cmocka_unit_test(bombs_are_bounded),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
