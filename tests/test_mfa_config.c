/*
 * The configuration as genauth-mfa reads it: what each use needs, and no
 * more; which secrets are read, and when.
 */
#include "login/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/admin.h"
#include "temp.h"

static struct config config;
static char reports[4096];

static void
note(void *ctx, const char *where, const char *what)
{
	size_t len = strlen(reports);

	(void)ctx;
	(void)snprintf(reports + len, sizeof(reports) - len, "%s: %s\n", where,
	    what);
}

static void
put(const char *name, mode_t mode, const char *text)
{
	assert_non_null(temp_write(name, mode, text, strlen(text)));
}

static int
start(void **state)
{
	(void)state;
	memset(&config, 0, sizeof(config));
	put("secret", 0600, "s3cr3t\n");
	put("token", 0600, "t0k3n\n");
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	config_clear(&config);
	return 0;
}

/* Read a file of this text; @ stands for the directory of this test. */
static enum err
read_as(enum config_use use, const char *text, const char *arg)
{
	char conf[160], content[2048];
	const char *const args[] = {conf, arg};
	const struct config_request q = {.use = use, .args = args,
	    .count = arg == NULL ? 1 : 2, .report = note};
	size_t len = 0;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '@')
			len += (size_t)snprintf(content + len,
			    sizeof(content) - len, "%s", temp_directory);
		else
			content[len++] = *p;
	}
	content[len] = '\0';
	put("genauth.conf", 0600, content);
	(void)snprintf(conf, sizeof(conf), "conf=%s/genauth.conf",
	    temp_directory);
	config_clear(&config);
	reports[0] = '\0';
	return config_read(&config, &q);
}

static const char person[] =
    "app_url = https://app.example.com\napp_id = app\n";
static const char key[] = "management_url = https://core.example.com\n"
    "access_key_id = key\naccess_key_secret_file = @/secret\n"
    "app_url = https://app.example.com\napp_id = app\n";
static const char flashback[] =
    "provider = flashback\naccess_token_file = @/token\n";

static void
a_persons_commands_need_no_management_key(void **state)
{
	(void)state;
	assert_int_equal(read_as(CONFIG_PERSON, person, NULL), ERR_OK);
	assert_int_equal(read_as(CONFIG_PERSON, "", NULL), ERR_CONFIG);
	assert_non_null(strstr(reports, "app_url is missing"));
	assert_non_null(strstr(reports, "app_id is missing"));
	assert_null(strstr(reports, "access_key"));
}

static void
a_persons_commands_do_not_read_the_management_key(void **state)
{
	(void)state;
	assert_int_equal(chmod(temp_path("secret"), 0644), 0);
	assert_int_equal(read_as(CONFIG_PERSON, key, NULL), ERR_OK);
	assert_int_equal(config.service.access_key_secret.len, 0);
	assert_int_equal(read_as(CONFIG_ADMINISTRATOR, key, NULL), ERR_CONFIG);
}

static void
an_administrator_needs_the_management_key(void **state)
{
	(void)state;
	assert_int_equal(read_as(CONFIG_ADMINISTRATOR, key, NULL), ERR_OK);
	assert_string_equal(buf_text(&config.service.access_key_secret),
	    "s3cr3t");
	assert_int_equal(
	    read_as(CONFIG_ADMINISTRATOR, person, NULL), ERR_CONFIG);
	assert_non_null(strstr(reports, "management_url is missing"));
	assert_non_null(strstr(reports, "access_key_id is missing"));
	assert_non_null(strstr(reports, "access_key_secret_file is missing"));
}

static void
flashback_needs_its_token_only(void **state)
{
	(void)state;
	assert_int_equal(
	    read_as(CONFIG_ADMINISTRATOR, flashback, NULL), ERR_OK);
	assert_string_equal(buf_text(&config.service.access_token), "t0k3n");
	assert_string_equal(config.service.management_url,
	    "https://backend.flashback.tech");
	assert_int_equal(read_as(CONFIG_ADMINISTRATOR,
	    "provider = flashback\n", NULL), ERR_CONFIG);
	assert_non_null(strstr(reports, "access_token_file is missing"));
	assert_null(strstr(reports, "app_id"));
}

static void
flashbacks_address_can_be_another(void **state)
{
	char text[512];

	(void)state;
	(void)snprintf(text, sizeof(text),
	    "%smanagement_url = https://fb.example.com/\n", flashback);
	assert_int_equal(read_as(CONFIG_PERSON, text, NULL), ERR_OK);
	assert_string_equal(
	    config.service.management_url, "https://fb.example.com");
}

/* What is required follows the provider that counts: the argument's. */
static void
the_provider_argument_wins(void **state)
{
	(void)state;
	assert_int_equal(read_as(CONFIG_ADMINISTRATOR,
	    "provider = genauth\naccess_token_file = @/token\n",
	    "provider=flashback"), ERR_OK);
	assert_string_equal(config.provider, "flashback");
	assert_int_equal(read_as(CONFIG_ADMINISTRATOR, flashback,
	    "provider=genauth"), ERR_CONFIG);
	assert_non_null(strstr(reports, "management_url is missing"));
}

static void
flashbacks_token_is_not_read_for_genauth(void **state)
{
	char text[512];

	(void)state;
	(void)snprintf(text, sizeof(text),
	    "%saccess_token_file = /nonexistent/token\n", key);
	assert_int_equal(read_as(CONFIG_ADMINISTRATOR, text, NULL), ERR_OK);
}

static void
a_token_file_open_to_others_is_refused(void **state)
{
	(void)state;
	assert_int_equal(chmod(temp_path("token"), 0640), 0);
	assert_int_equal(
	    read_as(CONFIG_ADMINISTRATOR, flashback, NULL), ERR_CONFIG);
	assert_non_null(strstr(reports, "/token: is a secret, but open"));
}

static void
secrets_of_any_length_up_to_the_buffers_are_read(void **state)
{
	static char bytes[101];
	struct buf secret = BUF_INIT(100);

	(void)state;
	memset(bytes, 'x', sizeof(bytes) - 1);
	reports[0] = '\0';
	put("long", 0600, bytes);
	assert_int_equal(config_read_secret(temp_path("long"), &secret, note,
	    NULL), ERR_CONFIG);
	assert_non_null(strstr(reports, "/long: is too long"));
	assert_int_equal(secret.len, 0);
	bytes[99] = '\0';
	put("long", 0600, bytes);
	assert_int_equal(config_read_secret(temp_path("long"), &secret, note,
	    NULL), ERR_OK);
	assert_int_equal(secret.len, 99);
	buf_clear(&secret);
}

static void
audit_and_reason_are_as_set(void **state)
{
	char text[512];

	(void)state;
	assert_int_equal(read_as(CONFIG_PERSON, person, NULL), ERR_OK);
	assert_false(config.require_reason);
	assert_null(config.audit_file);
	(void)snprintf(text, sizeof(text),
	    "%srequire_reason = yes\naudit_file = /var/log/mfa.json\n",
	    person);
	assert_int_equal(read_as(CONFIG_PERSON, text, NULL), ERR_OK);
	assert_true(config.require_reason);
	assert_string_equal(config.audit_file, "/var/log/mfa.json");
}

static bool
can_be_configured(const char *name)
{
	for (size_t i = 0; config_providers[i] != NULL; i++)
		if (strcmp(config_providers[i], name) == 0)
			return true;
	return false;
}

static void
each_provider_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; config_providers[i] != NULL; i++)
		if (admin_find(config_providers[i]) == NULL)
			fail_msg("%s has no row in admins[]",
			    config_providers[i]);
	for (size_t i = 0; provider_names[i] != NULL; i++) {
		const struct provider *p = provider_find(provider_names[i]);

		assert_non_null(p);
		assert_true(can_be_configured(provider_names[i]));
		if (p->find == NULL || p->challenge == NULL ||
		    p->send == NULL || p->check == NULL ||
		    p->sign_in == NULL || p->sign_out == NULL ||
		    (p->push == NULL) != (p->poll == NULL))
			fail_msg("%s leaves something out", provider_names[i]);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_persons_commands_need_no_management_key),
	    TEST(a_persons_commands_do_not_read_the_management_key),
	    TEST(an_administrator_needs_the_management_key),
	    TEST(flashback_needs_its_token_only),
	    TEST(flashbacks_address_can_be_another),
	    TEST(the_provider_argument_wins),
	    TEST(flashbacks_token_is_not_read_for_genauth),
	    TEST(a_token_file_open_to_others_is_refused),
	    TEST(secrets_of_any_length_up_to_the_buffers_are_read),
	    TEST(audit_and_reason_are_as_set),
	    TEST(each_provider_is_whole),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
