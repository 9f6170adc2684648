/*
 * The configuration: every option does something, everything wrong is told,
 * nothing is half used.
 */
#include "login/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "temp.h"

/*
 * A value for each option that is not its default, and a line it needs beside
 * it. %s is the directory of this test. An option that is not here fails the
 * test.
 */
static const struct {
	const char *name, *value, *beside;
} examples[] = {
    {"conf", "%s/other.conf", ""},
    {"provider", NULL, ""}, /* the other cannot check logins: see below */
    {"management_url", "https://other.example.com", ""},
    {"app_url", "https://other-app.example.com", ""},
    {"app_id", "other-app", ""},
    {"access_key_id", "other-key", ""},
    {"access_key_secret_file", "%s/other-secret", ""},
    {"app_secret_file", "%s/other-secret", ""},
    {"access_token_file", "%s/other-secret", ""},
    {"management_auth", "signed", ""},
    {"user_id_type", "external_id", ""},
    {"user_map", "%s/map", ""},
    {"users", "!root *", ""},
    {"networks", "10.0.0.0/8 2001:db8::/32", ""},
    {"local", "no", ""},
    {"factors", "push otp", ""},
    {"ca_file", "%s/ca.pem", ""},
    {"proxy", "http://proxy.example.com:3128", ""},
    {"connect_timeout", "60", ""},
    {"request_timeout", "120", ""},
    {"login_timeout", "600", ""},
    {"push_timeout", "300", ""},
    {"fail", "open", "verifier_user = 65533\n"},
    {"breaker", "5/30", ""},
    {"flow", "signin", ""},
    {"append", "yes", "flow = signin\n"},
    {"try_first_pass", "yes", "flow = signin\n"},
    {"use_first_pass", "yes", "flow = signin\n"},
    {"account", "push", ""},
    {"tries", "10", ""},
    {"lockout", "5/60", ""},
    {"max_push", "2", ""},
    {"fail_delay", "0", ""},
    {"state_dir", "%s/state", ""},
    {"verifier_user", "genauth", ""},
    {"prompt", "short", ""},
    {"info", "message", ""},
    {"language", "zh", ""},
    {"debug", "yes", ""},
    {"require_reason", "yes", ""},
    {"audit_file", "%s/audit", ""},
};

static const char minimal[] =
    "management_url = https://core.example.com\n"
    "app_url = https://app.example.com\n"
    "app_id = app\n"
    "access_key_id = key\n";

/* What flow = signin can do with. */
static const char signin[] =
    "app_url = https://app.example.com\n"
    "app_id = app\n"
    "flow = signin\n";

static struct config config;
static char reports[8192];

static void
note(void *ctx, const char *where, const char *what)
{
	size_t len = strlen(reports);

	assert_ptr_equal(ctx, &config);
	assert_true(where[0] != '\0' && what[0] != '\0');
	(void)snprintf(reports + len, sizeof(reports) - len, "%s: %s\n", where,
	    what);
}

static void
put(const char *name, mode_t mode, const char *text)
{
	assert_non_null(temp_write(name, mode, text, strlen(text)));
}

/* genauth.conf of the directory: what is required, then `more`. */
static void
put_conf(const char *more)
{
	char text[4096];

	(void)snprintf(text, sizeof(text),
	    "%saccess_key_secret_file = %s/secret\n%s", minimal,
	    temp_directory, more);
	put("genauth.conf", 0600, text);
}

static int
start(void **state)
{
	(void)state;
	memset(&config, 0, sizeof(config));
	put_conf("");
	put("secret", 0600, "s3cr3t\n");
	put("other-secret", 0600, "0th3r");
	put("map", 0644, "alice = a1\n");
	put("ca.pem", 0644, "certificates");
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	config_clear(&config);
	return 0;
}

/* Load with conf=genauth.conf of the directory and one more argument. */
static enum err
load(const char *arg)
{
	char conf[160];
	const char *const args[] = {conf, arg};
	enum err e;

	(void)snprintf(conf, sizeof(conf), "conf=%s/genauth.conf",
	    temp_directory);
	config_clear(&config);
	memset(&config, 0xa5, sizeof(config)); /* may be uninitialised */
	reports[0] = '\0';
	e = config_load(&config, args, arg == NULL ? 1 : 2, note, &config);
	assert_true((e == ERR_OK) == (reports[0] == '\0'));
	return e;
}

static void
loads(const char *more)
{
	put_conf(more);
	if (load(NULL) != ERR_OK)
		fail_msg("%s", reports);
}

/* `because` must be reported, and nothing be left in the struct. */
static void
refuses(const char *more, const char *because)
{
	static const struct config empty;

	put_conf(more);
	assert_int_equal(load(NULL), ERR_CONFIG);
	if (strstr(reports, because) == NULL)
		fail_msg("\"%s\" not in: %s", because, reports);
	assert_memory_equal(&config, &empty, sizeof(empty));
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_rate(const struct option_rate *a, const struct option_rate *b)
{
	return a->count == b->count && a->seconds == b->seconds;
}

static bool
same_list(const struct factor_list *a, const struct factor_list *b)
{
	return a->bits == b->bits && a->first == b->first;
}

/* Is the field of this option different in `a` and `b`? */
static bool
differs(const struct option *o, const struct config *a, const struct config *b)
{
	const void *x = (const char *)a + o->offset;
	const void *y = (const char *)b + o->offset;

	if (o->set == option_number || o->set == option_seconds ||
	    o->set == option_word)
		return *(const int *)x != *(const int *)y;
	if (o->set == option_flag)
		return *(const bool *)x != *(const bool *)y;
	if (o->set == option_rate)
		return !same_rate(x, y);
	if (strcmp(o->name, "factors") == 0)
		return !same_list(x, y);
	return !same_text(*(const char *const *)x, *(const char *const *)y);
}

/* The example's value, NULL where there is none, and what it needs. */
static const char *
example_of(const char *name, const char **beside)
{
	static char value[160];

	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		const char *text = examples[i].value;
		bool path;

		if (strcmp(examples[i].name, name) != 0)
			continue;
		*beside = examples[i].beside;
		if (text == NULL)
			return NULL;
		path = strncmp(text, "%s", 2) == 0;
		(void)snprintf(value, sizeof(value), "%s%s",
		    path ? temp_directory : "", text + (path ? 2 : 0));
		return value;
	}
	fail_msg("option %s has no example in this test", name);
	return NULL;
}

static void
take_line(struct config *c, const char *line)
{
	struct buf content = BUF_INIT(256);

	assert_int_equal(buf_add_text(&content, line), ERR_OK);
	assert_int_equal(option_parse_file(config_options, c, "file",
	    &content, note, &config), ERR_OK);
	buf_clear(&content);
}

static void
every_option_changes_its_field_and_no_other(void **state)
{
	struct config before, after;

	(void)state;
	for (const struct option *o = config_options; o->name != NULL; o++) {
		const char *beside, *value = example_of(o->name, &beside);
		char arg[200];
		const char *const args[] = {arg};

		if (value == NULL)
			continue;
		(void)snprintf(arg, sizeof(arg), "%s=%s", o->name, value);
		memset(&before, 0, sizeof(before));
		memset(&after, 0, sizeof(after));
		assert_int_equal(option_defaults(config_options, &before),
		    ERR_OK);
		assert_int_equal(option_defaults(config_options, &after),
		    ERR_OK);
		if (o->from == OPTION_FILE)
			take_line(&after, arg);
		else
			assert_int_equal(option_parse_args(config_options,
			    &after, args, 1, note, &config), ERR_OK);
		for (const struct option *p = config_options; p->name != NULL;
		    p++)
			if (differs(p, &before, &after) != (p == o))
				fail_msg("%s and %s", o->name, p->name);
		config_clear(&before);
		config_clear(&after);
	}
}

/* What is required, but for `name`, and then `more`. */
static void
put_conf_without(const char *name, const char *more)
{
	char text[4096] = "", whole[4096], *rest = whole, *line;
	size_t len = strlen(name);

	(void)snprintf(whole, sizeof(whole),
	    "%saccess_key_secret_file = %s/secret\n", minimal,
	    temp_directory);
	while ((line = strsep(&rest, "\n")) != NULL)
		if (strncmp(line, name, len) != 0 || line[len] != ' ')
			(void)strcat(strcat(text, line), "\n");
	(void)strcat(text, more);
	put("genauth.conf", 0600, text);
}

static void
every_option_is_taken_from_the_file_and_from_an_argument(void **state)
{
	struct config plain;

	(void)state;
	memset(&plain, 0, sizeof(plain));
	assert_int_equal(option_defaults(config_options, &plain), ERR_OK);
	for (const struct option *o = config_options; o->name != NULL; o++) {
		const char *beside, *value = example_of(o->name, &beside);
		char line[256], arg[256];

		if (value == NULL || strcmp(o->name, "conf") == 0)
			continue;
		put_conf(beside);
		(void)snprintf(arg, sizeof(arg), "%s=%s", o->name, value);
		assert_int_equal(load(arg),
		    o->from == OPTION_FILE ? ERR_CONFIG : ERR_OK);
		if (o->from != OPTION_FILE)
			assert_true(differs(o, &plain, &config));
		if (o->from == OPTION_ARG)
			continue;
		(void)snprintf(line, sizeof(line), "%s%s = %s\n", beside,
		    o->name, value);
		put_conf_without(o->name, line);
		if (load(NULL) != ERR_OK)
			fail_msg("%s", reports);
		assert_true(differs(o, &plain, &config));
	}
	config_clear(&plain);
}

static void
no_example_is_of_an_option_that_is_gone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		assert_non_null(option_find(config_options, examples[i].name));
}

static void
every_option_says_what_it_does(void **state)
{
	(void)state;
	for (const struct option *o = config_options; o->name != NULL; o++)
		assert_true(o->doc != NULL && strlen(o->doc) > 10);
}

static void
the_defaults_are_those_promised(void **state)
{
	(void)state;
	loads("");
	assert_string_equal(config.provider, "genauth");
	assert_string_equal(config.service.user_id_type, "username");
	assert_string_equal(config.users, "*");
	assert_int_equal(config.allowed.bits, FACTOR_BIT(FACTOR_OTP) |
	    FACTOR_BIT(FACTOR_SMS) | FACTOR_BIT(FACTOR_EMAIL) |
	    FACTOR_BIT(FACTOR_RECOVERY));
	assert_int_equal(config.allowed.first, FACTOR_OTP);
	assert_int_equal(config.service.management_auth, MANAGEMENT_BEARER);
	assert_int_equal(config.http.connect_timeout_ms, 5000);
	assert_int_equal(config.http.request_timeout_ms, 10000);
	assert_int_equal(config.login_timeout_ms, 100000);
	assert_int_equal(config.fail, FAIL_CLOSED);
	assert_int_equal(config.flow, FLOW_TRIGGER);
	assert_int_equal(config.prompt, PROMPT_FULL);
	assert_int_equal(config.tries, 3);
	assert_int_equal(config.language, LANGUAGE_AUTO);
	assert_false(config.debug);
	assert_null(config.user_map);
	assert_null(config.http.ca_file);
	assert_null(config.http.proxy);
}

/* None of them exempts anybody, or asks anything of who has no GenAuth. */
static void
the_defaults_of_policy_and_feel_are_those_promised(void **state)
{
	(void)state;
	loads("");
	assert_null(config.networks);
	assert_true(config.local);
	assert_int_equal(config.push_timeout_ms, 60000);
	assert_int_equal(config.fail_delay_ms, 2000);
	assert_int_equal(config.breaker.count, 3);
	assert_int_equal(config.breaker.seconds, 60);
	assert_int_equal(config.lockout.count, 10);
	assert_int_equal(config.lockout.seconds, 900);
	assert_int_equal(config.max_push, 1);
	assert_string_equal(config.state_dir, RUNTIMEDIR);
	assert_string_equal(config.verifier_user, "nobody");
	assert_int_equal(config.account, ACCOUNT_IGNORE);
	assert_int_equal(config.info, INFO_AUTO);
	assert_false(config.append);
	assert_false(config.try_first_pass);
	assert_false(config.use_first_pass);
}

static void
the_usual_file_is_read_without_conf(void **state)
{
	(void)state;
	memset(&config, 0, sizeof(config));
	assert_int_equal(option_defaults(config_options, &config), ERR_OK);
	assert_string_equal(config.conf, CONFDIR "/genauth.conf");
}

static void
required_settings_and_the_secret_are_there(void **state)
{
	(void)state;
	loads("");
	assert_string_equal(config.service.management_url,
	    "https://core.example.com");
	assert_string_equal(config.service.app_url,
	    "https://app.example.com");
	assert_string_equal(config.service.app_id, "app");
	assert_string_equal(config.service.access_key_id, "key");
	assert_int_equal(config.service.access_key_secret.len, 6);
	assert_string_equal(buf_text(&config.service.access_key_secret),
	    "s3cr3t");
}

static void
words_mean_what_the_enums_say(void **state)
{
	(void)state;
	loads("management_auth = signed\nfail = open\nprompt = short\n"
	    "verifier_user = 65533\n"
	    "language = en\n");
	assert_int_equal(config.service.management_auth, MANAGEMENT_SIGNED);
	assert_int_equal(config.fail, FAIL_OPEN);
	assert_int_equal(config.prompt, PROMPT_SHORT);
	assert_int_equal(config.language, LANGUAGE_EN);
}

static void
words_of_flows_mean_what_the_enums_say(void **state)
{
	(void)state;
	loads("flow = signin\ninfo = prompt\nlocal = no\nappend = yes\n");
	assert_int_equal(config.flow, FLOW_SIGNIN);
	assert_int_equal(config.info, INFO_PROMPT);
	assert_false(config.local);
	assert_true(config.append);
	loads("account = push\ninfo = message\nbreaker = off\n");
	assert_int_equal(config.account, ACCOUNT_PUSH);
	assert_int_equal(config.info, INFO_MESSAGE);
	assert_int_equal(config.breaker.count, 0);
}

static void
takes(const char *name, const char *value)
{
	char arg[100];

	(void)snprintf(arg, sizeof(arg), "%s=%s", name, value);
	if (load(arg) != ERR_OK)
		fail_msg("%s: %s", arg, reports);
}

static void
does_not_take(const char *name, const char *value)
{
	char arg[100];

	(void)snprintf(arg, sizeof(arg), "%s=%s", name, value);
	if (load(arg) != ERR_CONFIG)
		fail_msg("%s is taken", arg);
	(void)snprintf(arg, sizeof(arg), "argument: %s: ", name);
	if (strstr(reports, arg) == NULL)
		fail_msg("\"%s\" not in: %s", arg, reports);
}

static void
numbers_keep_within_their_range(void **state)
{
	static const struct {
		const char *name;
		int min, max;
	} ranges[] = {
	    {"connect_timeout", 1, 60}, {"request_timeout", 1, 120},
	    {"login_timeout", 10, 600}, {"push_timeout", 10, 300},
	    {"fail_delay", 0, 10}, {"tries", 1, 10}, {"max_push", 1, 5}};
	static const char *const odd[] = {"-1", "+1", "1x", "1.5",
	    "0x10", "9999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		for (int edge = -1; edge <= 1; edge++) {
			char low[16], high[16];

			(void)snprintf(low, sizeof(low), "%d",
			    ranges[i].min + edge);
			(void)snprintf(high, sizeof(high), "%d",
			    ranges[i].max + edge);
			(edge >= 0 ? takes : does_not_take)(
			    ranges[i].name, low);
			(edge <= 0 ? takes : does_not_take)(
			    ranges[i].name, high);
		}
		for (size_t k = 0; k < sizeof(odd) / sizeof(odd[0]); k++)
			does_not_take(ranges[i].name, odd[k]);
	}
}

static void
rates_are_a_count_within_seconds_or_off(void **state)
{
	static const char *const odd[] = {"on", "no", "0/60", "3/0", "3",
	    "3/", "/60", "/", "3/60/1", "-1/60", "3/-1", "3 / 60", "3/60s",
	    "OFF", "101/60", "9999999999/60", "3/9999999999"};
	static const char *const names[] = {"breaker", "lockout"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		takes(names[i], "off");
		takes(names[i], "1/1");
		takes(names[i], "100/3600");
		for (size_t k = 0; k < sizeof(odd) / sizeof(odd[0]); k++)
			does_not_take(names[i], odd[k]);
	}
	does_not_take("breaker", "3/3601");
	takes("lockout", "10/604800");
	assert_int_equal(config.lockout.count, 10);
	assert_int_equal(config.lockout.seconds, 604800);
	does_not_take("lockout", "10/604801");
}

static void
words_that_are_none_are_refused(void **state)
{
	(void)state;
	does_not_take("flow", "trigger signin");
	does_not_take("account", "ask");
	does_not_take("info", "messages");
	does_not_take("local", "maybe");
	does_not_take("append", "1");
	does_not_take("networks", "gateway.example.com");
	does_not_take("networks", "0.0.0.0/0");
	does_not_take("factors", "push push");
}

/* What is right by itself, and not together. */
static void
options_that_contradict_each_other_are_refused(void **state)
{
	static const struct {
		const char *lines, *arg, *because;
	} table[] = {
	    {"append = yes\n", NULL, "append: needs flow = signin"},
	    {"", "try_first_pass", "try_first_pass, use_first_pass: need"},
	    {"", "use_first_pass", "try_first_pass, use_first_pass: need"},
	    {"flow = signin\nappend = yes\n", "flow=trigger",
		"append: needs flow = signin"},
	    {"flow = signin\naccount = push\n", NULL,
		"account: push needs flow = trigger"},
	    {"flow = signin\nuser_id_type = user_id\n", NULL,
		"flow: signin needs user_id_type = username, email or phone"},
	    {"flow = signin\n", "user_id_type=custom_field",
		"flow: signin needs user_id_type"},
	    {"flow = signin\nfail = open\n", NULL,
		"fail: open cannot go with flow = signin"},
	    {"flow = signin\nfail = open\n", "use_first_pass",
		"fail: open cannot go with flow = signin"},
	    {"fail = open\n", NULL, "fail: open needs a verifier_user"},
	    {"verifier_user = nobody\n", "fail=open",
		"fail: open needs a verifier_user"},
	    {"fail = open\nverifier_user = 65534\n", NULL,
		"fail: open needs a verifier_user"},
	    {"factors = otp push\nuser_id_type = external_id\n", NULL,
		"factors, account: push needs user_id_type"},
	    {"account = push\nuser_id_type = identity\n", NULL,
		"factors, account: push needs user_id_type"},
	    {"factors = push\nlogin_timeout = 59\n", NULL,
		"push_timeout: is longer than login_timeout"},
	    {"account = push\npush_timeout = 101\n", NULL,
		"push_timeout: is longer than login_timeout"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		put_conf(table[i].lines);
		assert_int_equal(load(table[i].arg), ERR_CONFIG);
		if (strstr(reports, table[i].because) == NULL)
			fail_msg("\"%s\" not in: %s", table[i].because,
			    reports);
	}
}

static void
options_that_go_together_are_taken(void **state)
{
	static const char *const ids[] = {"username", "email", "phone"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char lines[128];

		(void)snprintf(lines, sizeof(lines), "factors = push otp\n"
		    "account = push\nuser_id_type = %s\n", ids[i]);
		loads(lines);
		(void)snprintf(lines, sizeof(lines), "flow = signin\n"
		    "append = yes\nfactors = push otp\n"
		    "user_id_type = %s\n", ids[i]);
		put_conf(lines);
		assert_int_equal(load("try_first_pass"), ERR_OK);
		assert_true(config.try_first_pass);
		assert_int_equal(load("use_first_pass"), ERR_OK);
		assert_true(config.use_first_pass);
	}
	loads("factors = push\nlogin_timeout = 60\n");
	loads("push_timeout = 300\n"); /* nobody is sent any */
}

/* Whoever signs in, or has it done by push, takes the token back. */
static void
the_applications_secret_is_read_where_a_token_is_to_be_revoked(void **state)
{
	static const struct {
		const char *lines;
		size_t len;
	} table[] = {{"", 0}, {"flow = signin\n", 6},
	    {"factors = otp push\n", 6}, {"account = push\n", 6}};
	char lines[300];

	(void)state;
	put("app", 0600, "hush72\n");
	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(lines, sizeof(lines),
		    "%sapp_secret_file = %s/app\n", table[i].lines,
		    temp_directory);
		loads(lines);
		assert_int_equal(config.service.app_secret.len, table[i].len);
	}
}

/* The other uses of the file do not log anybody in. */
static void
contradictions_matter_to_logins_only(void **state)
{
	char conf[160];
	const char *const args[] = {conf};
	const struct config_request q = {
	    CONFIG_ADMINISTRATOR, args, 1, note, &config};

	(void)state;
	put_conf("append = yes\naccount = push\nuser_id_type = user_id\n");
	(void)snprintf(conf, sizeof(conf), "conf=%s/genauth.conf",
	    temp_directory);
	assert_int_equal(config_read(&config, &q), ERR_OK);
}

static void
signing_in_needs_no_management_key(void **state)
{
	char text[512];

	(void)state;
	put("genauth.conf", 0600, signin);
	assert_int_equal(load(NULL), ERR_OK);
	assert_int_equal(config.service.app_secret.len, 0); /* public client */
	assert_int_equal(load("flow=trigger"), ERR_CONFIG);
	assert_non_null(strstr(reports, "conf: management_url is missing\n"));
	assert_non_null(strstr(reports,
	    "conf: access_key_secret_file is missing\n"));
	(void)snprintf(text, sizeof(text), "%sapp_secret_file = %s/secret\n"
	    "access_key_secret_file = /nonexistent/a\n", signin,
	    temp_directory);
	put("genauth.conf", 0600, text);
	assert_int_equal(load(NULL), ERR_OK);
	assert_string_equal(buf_text(&config.service.app_secret), "s3cr3t");
	put("secret", 0644, "s3cr3t\n");
	assert_int_equal(load(NULL), ERR_CONFIG);
	assert_non_null(strstr(reports, "/secret: is a secret, but open"));
}

static void
every_user_id_type_of_the_api_is_taken(void **state)
{
	static const char *const types[] = {"user_id", "external_id", "phone",
	    "email", "username", "identity", "sync_relation", "custom_field"};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		char line[64];

		(void)snprintf(line, sizeof(line), "user_id_type = %s\n",
		    types[i]);
		loads(line);
		assert_string_equal(config.service.user_id_type, types[i]);
	}
	refuses("user_id_type = uid\n", "user_id_type: wants one of:");
}

static void
arguments_win_over_the_file(void **state)
{
	(void)state;
	put_conf("tries = 2\n");
	assert_int_equal(load("tries=5"), ERR_OK);
	assert_int_equal(config.tries, 5);
}

/* What one PAM line may do is not for all of them. */
static void
what_is_for_one_pam_line_cannot_be_set_in_a_file(void **state)
{
	(void)state;
	refuses("conf = /etc/x\n", ":6: conf cannot be set in a file");
	refuses("flow = signin\ntry_first_pass = yes\n",
	    ":7: try_first_pass cannot be set in a file");
	refuses("flow = signin\nuse_first_pass = yes\n",
	    ":7: use_first_pass cannot be set in a file");
}

static void
a_bare_debug_argument_switches_it_on(void **state)
{
	(void)state;
	assert_int_equal(load("debug"), ERR_OK);
	assert_true(config.debug);
}

static void
each_missing_setting_is_told(void **state)
{
	(void)state;
	put("genauth.conf", 0600, "# nothing\n");
	assert_int_equal(load(NULL), ERR_CONFIG);
	assert_non_null(strstr(reports, "conf: management_url is missing\n"));
	assert_non_null(strstr(reports, "conf: app_url is missing\n"));
	assert_non_null(strstr(reports, "conf: app_id is missing\n"));
	assert_non_null(strstr(reports, "conf: access_key_id is missing\n"));
	assert_non_null(strstr(reports,
	    "conf: access_key_secret_file is missing\n"));
}

static void
what_an_argument_gives_is_not_missing(void **state)
{
	char arg[160];

	(void)state;
	put("genauth.conf", 0600, minimal);
	(void)snprintf(arg, sizeof(arg), "access_key_secret_file=%s/secret",
	    temp_directory);
	assert_int_equal(load(arg), ERR_OK);
}

static void
r16_mistakes_of_every_source_are_told_at_once(void **state)
{
	(void)state;
	put_conf("trys = 3\nuser_map = /nonexistent/map\nusers = !root\n"
	    "factors = otp pusch\n");
	put("secret", 0644, "x");
	assert_int_equal(load("tries=0"), ERR_CONFIG);
	assert_non_null(strstr(reports, "argument: tries: wants a number"));
	assert_non_null(strstr(reports, "genauth.conf:6: unknown option "
	    "\"trys\", did you mean tries\n"));
	assert_non_null(strstr(reports, "genauth.conf:8: users: by these "
	    "rules nobody would ever need the factor\n"));
	assert_non_null(strstr(reports, "genauth.conf:9: factors: unknown "
	    "factor \"pusch\", did you mean push\n"));
	assert_non_null(strstr(reports, "/secret: is a secret, but open"));
	assert_non_null(strstr(reports, "/nonexistent/map: cannot be opened"));
	/* once, though the arguments are applied twice */
	assert_null(strstr(strstr(reports, "argument:") + 1, "argument:"));
}

static void
a_missing_file_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(unlink(temp_path("genauth.conf")), 0);
	assert_int_equal(load(NULL), ERR_CONFIG);
	assert_non_null(strstr(reports, "genauth.conf: cannot be opened: "));
	assert_null(strstr(reports, "is missing"));
}

static void
a_file_others_can_write_is_an_error(void **state)
{
	(void)state;
	put_conf("");
	assert_int_equal(chmod(temp_path("genauth.conf"), 0666), 0);
	assert_int_equal(load(NULL), ERR_CONFIG);
	assert_non_null(strstr(reports, "run: chmod go-w "));
}

static void
r03_a_file_too_long_is_an_error(void **state)
{
	static char text[64 * 1024 + 1];

	(void)state;
	memset(text, '\n', sizeof(text));
	assert_non_null(temp_write("genauth.conf", 0600, text, sizeof(text)));
	assert_int_equal(load(NULL), ERR_CONFIG);
	assert_non_null(strstr(reports, "genauth.conf: is too long"));
}

static void
a_relative_conf_is_an_error(void **state)
{
	static const char *const args[] = {"conf=genauth.conf"};

	(void)state;
	reports[0] = '\0';
	assert_int_equal(config_load(&config, args, 1, note, &config),
	    ERR_CONFIG);
	assert_non_null(strstr(reports, "argument: conf: wants a path"));
}

static void
secret_is_refused(const char *bytes, size_t len, const char *because)
{
	assert_non_null(temp_write("secret", 0600, bytes, len));
	refuses("", because);
}

static void
r06_secrets_must_be_one_short_line(void **state)
{
	char bytes[600];

	(void)state;
	memset(bytes, 's', sizeof(bytes));
	secret_is_refused("", 0, "/secret: is empty");
	secret_is_refused("\n", 1, "/secret: is empty");
	secret_is_refused("a\nb\n", 4, "more than one line of plain text");
	secret_is_refused("a\r\n", 3, "more than one line of plain text");
	secret_is_refused("a\0b", 3, "more than one line of plain text");
	secret_is_refused("a\n\n", 3, "more than one line of plain text");
	secret_is_refused(bytes, 513, "/secret: is too long");
	secret_is_refused(bytes, 600, "/secret: is too long");
	bytes[512] = '\n';
	assert_non_null(temp_write("secret", 0600, bytes, 513));
	loads("");
	assert_int_equal(config.service.access_key_secret.len, 512);
}

static void
r22_no_report_shows_a_secret(void **state)
{
	(void)state;
	put("secret", 0600, "hunter2\nhunter2\n");
	refuses("access_key_secret = hunter2\nhunter2\n"
	    "proxy = http://me:hunter2@proxy:1\napp_secret=hunter2\n"
	    "tries = hunter2\nuser_id_type = hunter2\n", "unknown option");
	assert_null(strstr(reports, "hunter2"));
}

static void
a_user_map_is_read_and_checked(void **state)
{
	char line[160];

	(void)state;
	(void)snprintf(line, sizeof(line), "user_map = %s/map\n",
	    temp_directory);
	loads(line);
	assert_string_equal(buf_text(&config.users_map_text), "alice = a1\n");
	put("map", 0644, "alice = a1\nbob = a1\n");
	refuses(line, "/map: line 2: the directory id of line 1 is there");
	put("map", 0622, "alice = a1\n");
	refuses(line, "/map: can be written by group or others");
}

static void
a_ca_file_must_be_trusted(void **state)
{
	char line[160];

	(void)state;
	(void)snprintf(line, sizeof(line), "ca_file = %s/ca.pem\n",
	    temp_directory);
	loads(line);
	assert_string_equal(buf_text(&config.http.ca), "certificates");
	assert_int_equal(chmod(temp_path("ca.pem"), 0666), 0);
	refuses(line, "/ca.pem: can be written by group or others");
	assert_int_equal(unlink(temp_path("ca.pem")), 0);
	refuses(line, "/ca.pem: cannot be opened");
}

static void
r36_no_option_turns_verification_off(void **state)
{
	static const char *const words[] = {"verify", "noverify", "insecure",
	    "skip", "alwaysok", "nullok"};

	(void)state;
	for (const struct option *o = config_options; o->name != NULL; o++)
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			assert_null(strstr(o->name, words[i]));
	assert_int_equal(load("management_url=http://core.example.com"),
	    ERR_CONFIG);
	assert_non_null(strstr(reports, "must begin with https://"));
	assert_int_equal(load("app_url=http://app.example.com"), ERR_CONFIG);
	assert_non_null(strstr(reports, "must begin with https://"));
}

static void
chooses(const char *option, const char *locale, const char *wanted)
{
	loads(option);
	assert_null(config.service.language);
	assert_int_equal(config_choose_language(&config, locale), ERR_OK);
	assert_string_equal(config.service.language, wanted);
	assert_int_equal(config_choose_language(&config, locale), ERR_OK);
	assert_string_equal(config.service.language, wanted);
}

static void
the_language_is_the_hosts_unless_set(void **state)
{
	(void)state;
	chooses("", "zh_CN.UTF-8", "zh");
	chooses("", "en_US.UTF-8", "en");
	chooses("", "C", "en");
	chooses("", "zh_CN", "en"); /* a GB 2312 terminal */
	chooses("", "", "en");
	chooses("language = en\n", "zh_CN.UTF-8", "en");
	chooses("language = zh\n", "en_US.UTF-8", "zh");
}

static void
flashback_cannot_check_a_login(void **state)
{
	(void)state;
	refuses("provider = flashback\n",
	    "conf: provider: flashback cannot check a login");
	put_conf("");
	assert_int_equal(load("provider=flashback"), ERR_CONFIG);
	assert_non_null(strstr(reports, "flashback cannot check a login"));
}

/* The verifier must not depend on what only genauth-mfa reads. */
static void
a_login_reads_no_secret_of_genauth_mfa(void **state)
{
	(void)state;
	loads("app_secret_file = /nonexistent/a\n"
	    "access_token_file = /nonexistent/b\n"
	    "audit_file = /nonexistent/c\nrequire_reason = yes\n");
	assert_int_equal(config.service.app_secret.len, 0);
	assert_int_equal(config.service.access_token.len, 0);
}

static void
clearing_twice_is_fine(void **state)
{
	(void)state;
	loads("");
	config_clear(&config);
	config_clear(&config);
	assert_null(config.users);
	assert_null(config.service.access_key_secret.ptr);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_option_changes_its_field_and_no_other),
	    TEST(every_option_is_taken_from_the_file_and_from_an_argument),
	    TEST(no_example_is_of_an_option_that_is_gone),
	    TEST(every_option_says_what_it_does),
	    TEST(the_defaults_are_those_promised),
	    TEST(the_defaults_of_policy_and_feel_are_those_promised),
	    TEST(the_usual_file_is_read_without_conf),
	    TEST(required_settings_and_the_secret_are_there),
	    TEST(words_mean_what_the_enums_say),
	    TEST(words_of_flows_mean_what_the_enums_say),
	    TEST(numbers_keep_within_their_range),
	    TEST(rates_are_a_count_within_seconds_or_off),
	    TEST(words_that_are_none_are_refused),
	    TEST(options_that_contradict_each_other_are_refused),
	    TEST(options_that_go_together_are_taken),
	    TEST(the_applications_secret_is_read_where_a_token_is_to_be_revoked),
	    TEST(contradictions_matter_to_logins_only),
	    TEST(signing_in_needs_no_management_key),
	    TEST(every_user_id_type_of_the_api_is_taken),
	    TEST(arguments_win_over_the_file),
	    TEST(what_is_for_one_pam_line_cannot_be_set_in_a_file),
	    TEST(a_bare_debug_argument_switches_it_on),
	    TEST(each_missing_setting_is_told),
	    TEST(what_an_argument_gives_is_not_missing),
	    TEST(r16_mistakes_of_every_source_are_told_at_once),
	    TEST(a_missing_file_is_an_error),
	    TEST(a_file_others_can_write_is_an_error),
	    TEST(r03_a_file_too_long_is_an_error),
	    TEST(a_relative_conf_is_an_error),
	    TEST(r06_secrets_must_be_one_short_line),
	    TEST(r22_no_report_shows_a_secret),
	    TEST(a_user_map_is_read_and_checked),
	    TEST(a_ca_file_must_be_trusted),
	    TEST(r36_no_option_turns_verification_off),
	    TEST(the_language_is_the_hosts_unless_set),
	    TEST(flashback_cannot_check_a_login),
	    TEST(a_login_reads_no_secret_of_genauth_mfa),
	    TEST(clearing_twice_is_fine),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
