# Unit tests, one program per module; `make check` runs them. The shell tests
# beside them are run by check.sh.
EXTRA_DIST += tests/data tests/oracle tests/RULES.md tests/answer.exp \
	tests/check.sh tests/demo.sh tests/e2e.sh tests/hosts.sh \
	tests/in_private_system.sh tests/layers.sh tests/lib.sh tests/oracle.sh

noinst_PROGRAMS += syslog-catcher
syslog_catcher_SOURCES = tests/syslog_catcher.c

if CMOCKA
unit_tests = \
	test_buf test_config test_err test_factor test_file test_genauth \
	test_genauth_sign test_http test_json test_login test_module \
	test_oom test_option test_policy test_sandbox test_text test_token_cache test_usermap \
	test_wire
check_PROGRAMS += $(unit_tests) fake-verifier
TESTS += $(unit_tests)

# What the tests of the core share.
check_LTLIBRARIES = libtest.la
libtest_la_SOURCES = \
	tests/fake_clock.c tests/fake_clock.h \
	tests/fake_transport.c tests/fake_transport.h \
	tests/temp.h
libtest_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
libtest_la_LIBADD = libgenauth.la $(CMOCKA_LIBS)
test_cppflags = $(libtest_la_CPPFLAGS) $(CMOCKA_CFLAGS) \
	-DTEST_DATA='"$(abs_top_srcdir)/tests/data"'

test_buf_SOURCES = tests/test_buf.c
test_buf_CPPFLAGS = $(test_cppflags)
test_buf_LDADD = libtest.la
test_config_SOURCES = tests/test_config.c
test_config_CPPFLAGS = $(test_cppflags)
test_config_LDADD = libtest.la
test_err_SOURCES = tests/test_err.c
test_err_CPPFLAGS = $(test_cppflags)
test_err_LDADD = libtest.la
test_factor_SOURCES = tests/test_factor.c
test_factor_CPPFLAGS = $(test_cppflags)
test_factor_LDADD = libtest.la
test_file_SOURCES = tests/test_file.c
test_file_CPPFLAGS = $(test_cppflags)
test_file_LDADD = libtest.la
test_genauth_SOURCES = tests/test_genauth.c
test_genauth_CPPFLAGS = $(test_cppflags)
test_genauth_LDADD = libtest.la
test_genauth_sign_SOURCES = tests/test_genauth_sign.c
test_genauth_sign_CPPFLAGS = $(test_cppflags)
test_genauth_sign_LDADD = libtest.la
test_http_SOURCES = tests/test_http.c
test_http_CPPFLAGS = $(test_cppflags)
test_http_LDADD = libtest.la
test_json_SOURCES = tests/test_json.c
test_json_CPPFLAGS = $(test_cppflags)
test_json_LDADD = libtest.la
test_login_SOURCES = tests/test_login.c
test_login_CPPFLAGS = $(test_cppflags)
test_login_LDADD = libtest.la
test_oom_SOURCES = tests/test_oom.c
test_oom_CPPFLAGS = $(test_cppflags)
test_oom_LDADD = libtest.la
test_oom_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=strdup
test_option_SOURCES = tests/test_option.c
test_option_CPPFLAGS = $(test_cppflags)
test_option_LDADD = libtest.la
test_policy_SOURCES = tests/test_policy.c
test_policy_CPPFLAGS = $(test_cppflags)
test_policy_LDADD = libtest.la
test_sandbox_SOURCES = tests/test_sandbox.c \
	src/verifier/sandbox.c src/verifier/sandbox.h
nodist_test_sandbox_SOURCES = sandbox_filter.inc
test_sandbox_CPPFLAGS = $(test_cppflags)
test_sandbox_LDADD = libtest.la
test_text_SOURCES = tests/test_text.c
test_text_CPPFLAGS = $(test_cppflags)
test_text_LDADD = libtest.la
test_token_cache_SOURCES = tests/test_token_cache.c
test_token_cache_CPPFLAGS = $(test_cppflags)
test_token_cache_LDADD = libtest.la
test_usermap_SOURCES = tests/test_usermap.c
test_usermap_CPPFLAGS = $(test_cppflags)
test_usermap_LDADD = libtest.la
test_wire_SOURCES = tests/test_wire.c
test_wire_CPPFLAGS = $(test_cppflags)
test_wire_LDADD = libtest.la

# The module's own sources with another verifier: one that follows a script.
check_LTLIBRARIES += module_under_test.la
module_under_test_la_SOURCES = $(pam_genauth_la_SOURCES)
module_under_test_la_CPPFLAGS = $(base_cppflags) \
	-DVERIFIER_PATH='"$(abs_top_builddir)/fake-verifier"'
module_under_test_la_CFLAGS = $(AM_CFLAGS)
module_under_test_la_LIBADD = $(PAM_LIBS)
module_under_test_la_LDFLAGS = $(pam_genauth_la_LDFLAGS) -rpath /nowhere
fake_verifier_SOURCES = tests/fake_verifier.c
fake_verifier_LDADD = libgenauth.la
test_module_SOURCES = tests/test_module.c
test_module_CPPFLAGS = $(test_cppflags) \
	-DTEST_MODULE='"$(abs_top_builddir)/.libs/module_under_test.so"'
test_module_LDADD = libtest.la $(PAM_LIBS)
endif
