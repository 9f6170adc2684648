# Unit tests, one program per module; `make check` runs them. The shell tests
# beside them are run by check.sh.
EXTRA_DIST += tests/data tests/oracle tests/RULES.md tests/answer.exp \
	tests/analysis.sh tests/check.sh tests/demo.sh tests/e2e.sh tests/hosts.sh tests/hosts_lib.sh tests/clients.sh tests/stacks.sh \
	tests/load.sh tests/secrets.sh tests/enemy.js tests/enemy.sh tests/golden tests/golden.sh tests/mfa_unlock.sh \
	tests/in_private_system.sh tests/layers.sh tests/lib.sh tests/mfa_admin.sh \
	tests/mfa_explain.sh tests/mfa_doctor.sh tests/stacks \
	tests/mfa_bulk.sh tests/mfa_frame.sh tests/mfa_self.sh tests/oracle.sh \
	tests/sandbox.sh

EXTRA_DIST += tests/mfa_setup.sh
noinst_PROGRAMS += syslog-catcher
syslog_catcher_SOURCES = tests/syslog_catcher.c
noinst_PROGRAMS += crowd
crowd_SOURCES = tests/crowd.c
crowd_LDADD = $(PAM_LIBS)
noinst_PROGRAMS += setuid-host
setuid_host_SOURCES = tests/setuid_host.c
setuid_host_LDADD = $(PAM_LIBS)
EXTRA_DIST += tests/messages.list tests/messages.sh
EXTRA_DIST += tests/surroundings.sh
EXTRA_DIST += tests/packages.sh tests/install.sh
EXTRA_DIST += tests/apparmor.sh tests/ci.sh tests/rhel.sh tests/rpm.sh
EXTRA_DIST += docs tests/answers.sh tests/docs.awk tests/docs.sh tests/docs_stage.sh
noinst_PROGRAMS += load-host load-killer memory-host memory-search
load_host_SOURCES = tests/load_host.c tests/load_login.c tests/load_login.h
load_host_CFLAGS = $(AM_CFLAGS) -pthread
load_host_LDADD = $(PAM_LIBS)
load_killer_SOURCES = tests/load_killer.c tests/load_login.c tests/load_login.h
load_killer_CFLAGS = $(AM_CFLAGS) -pthread
load_killer_LDADD = $(PAM_LIBS)
memory_host_SOURCES = tests/memory_host.c
memory_host_LDADD = $(PAM_LIBS)
memory_search_SOURCES = tests/memory_search.c
# The shipped verifier, which tries to break out of its sandbox.
noinst_PROGRAMS += hostile-verifier
hostile_verifier_SOURCES = $(genauth_verifier_SOURCES) \
	tests/hostile_verifier.c tests/attempts.c tests/attempts.h
nodist_hostile_verifier_SOURCES = messages_verifier.inc sandbox_filter.inc
hostile_verifier_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
hostile_verifier_LDADD = libgenauth.la
hostile_verifier_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=sandbox_enter

if CMOCKA
unit_tests = \
	test_buf test_config test_err test_factor test_file test_genauth \
	test_genauth_sign test_http test_json test_login test_module \
	test_oom test_option test_policy test_sandbox test_text test_token_cache test_usermap \
	test_wire
unit_tests += test_conversation
unit_tests += test_flashback test_genauth_admin test_mask test_reset_person
unit_tests += test_audit test_mfa_config test_output
unit_tests += test_genauth_self test_qr
unit_tests += test_login_push test_login_signin
unit_tests += test_outlook
unit_tests += test_breaker test_genauth_signin test_network test_record test_tally
unit_tests += test_conf_edit
unit_tests += test_gate test_journal test_people test_progress
unit_tests += test_verifier_user
unit_tests += test_login_chinese test_message
unit_tests += test_pam_walk
check_PROGRAMS += $(unit_tests) fake-verifier
TESTS += $(unit_tests)

# What the tests of the core share.
check_LTLIBRARIES = libtest.la
libtest_la_SOURCES = \
	tests/fake_clock.c tests/fake_clock.h \
	tests/fake_transport.c tests/fake_transport.h \
	tests/forks.h \
	tests/temp.h
libtest_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
libtest_la_LIBADD = libgenauth.la $(CMOCKA_LIBS)
test_cppflags = $(libtest_la_CPPFLAGS) $(CMOCKA_CFLAGS) \
	-DTEST_DATA='"$(abs_top_srcdir)/tests/data"'

test_breaker_SOURCES = tests/test_breaker.c
test_breaker_CPPFLAGS = $(test_cppflags)
test_breaker_LDADD = libtest.la
test_genauth_signin_SOURCES = tests/test_genauth_signin.c
test_genauth_signin_CPPFLAGS = $(test_cppflags)
test_genauth_signin_LDADD = libtest.la
test_network_SOURCES = tests/test_network.c
test_network_CPPFLAGS = $(test_cppflags)
test_network_LDADD = libtest.la
test_record_SOURCES = tests/test_record.c
test_record_CPPFLAGS = $(test_cppflags)
test_record_LDADD = libtest.la
test_message_SOURCES = tests/test_message.c
nodist_test_message_SOURCES = messages_mfa.inc messages_module.inc \
	messages_verifier.inc
test_message_CPPFLAGS = $(test_cppflags)
test_message_LDADD = libtest.la
test_login_chinese_SOURCES = tests/test_login_chinese.c tests/fake_login.c \
	tests/fake_login.h
nodist_test_login_chinese_SOURCES = messages_verifier.inc
test_login_chinese_CPPFLAGS = $(test_cppflags)
test_login_chinese_LDADD = libtest.la
test_tally_SOURCES = tests/test_tally.c
test_tally_CPPFLAGS = $(test_cppflags)
test_tally_LDADD = libtest.la
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
test_flashback_SOURCES = tests/test_flashback.c
test_flashback_CPPFLAGS = $(test_cppflags)
test_flashback_LDADD = libtest.la
test_genauth_admin_SOURCES = tests/test_genauth_admin.c
test_genauth_admin_CPPFLAGS = $(test_cppflags)
test_genauth_admin_LDADD = libtest.la
test_mask_SOURCES = tests/test_mask.c src/mfa/mask.c src/mfa/mask.h
test_mask_CPPFLAGS = $(test_cppflags)
test_mask_LDADD = libtest.la
test_reset_person_SOURCES = tests/test_reset_person.c \
	src/mfa/mask.c src/mfa/mask.h src/mfa/person.c src/mfa/person.h \
	src/mfa/reset_person.c src/mfa/reset_person.h \
	src/mfa/unbind_person.c src/mfa/unbind_person.h
test_reset_person_CPPFLAGS = $(test_cppflags)
test_reset_person_LDADD = libtest.la
test_conf_edit_SOURCES = tests/test_conf_edit.c \
	src/mfa/conf_edit.c src/mfa/conf_edit.h \
	src/mfa/config_line.c src/mfa/config_line.h
test_conf_edit_CPPFLAGS = $(test_cppflags)
test_conf_edit_LDADD = libtest.la
test_gate_SOURCES = tests/test_gate.c src/mfa/gate.c src/mfa/gate.h
test_gate_CPPFLAGS = $(test_cppflags)
test_gate_LDADD = libtest.la
test_journal_SOURCES = tests/test_journal.c \
	src/mfa/journal.c src/mfa/journal.h \
	src/mfa/journal_text.c src/mfa/journal_text.h
test_journal_CPPFLAGS = $(test_cppflags)
test_journal_LDADD = libtest.la
test_people_SOURCES = tests/test_people.c \
	src/mfa/audit.c src/mfa/audit.h \
	src/mfa/environment.c src/mfa/environment.h \
	src/mfa/mask.c src/mfa/mask.h src/mfa/mfa.c src/mfa/mfa.h \
	src/mfa/people.c src/mfa/people.h src/mfa/person.c src/mfa/person.h \
	src/mfa/terminal.c src/mfa/terminal.h
test_people_CPPFLAGS = $(test_cppflags)
test_people_LDADD = libtest.la
test_progress_SOURCES = tests/test_progress.c \
	src/mfa/progress.c src/mfa/progress.h
test_progress_CPPFLAGS = $(test_cppflags)
test_progress_LDADD = libtest.la
test_genauth_sign_SOURCES = tests/test_genauth_sign.c
test_genauth_sign_CPPFLAGS = $(test_cppflags)
test_genauth_sign_LDADD = libtest.la
test_http_SOURCES = tests/test_http.c
test_http_CPPFLAGS = $(test_cppflags)
test_http_LDADD = libtest.la
test_json_SOURCES = tests/test_json.c
test_json_CPPFLAGS = $(test_cppflags)
test_json_LDADD = libtest.la
test_login_SOURCES = tests/test_login.c \
	tests/fake_login.c tests/fake_login.h
test_login_CPPFLAGS = $(test_cppflags)
test_login_LDADD = libtest.la
test_login_push_SOURCES = tests/test_login_push.c \
	tests/fake_login.c tests/fake_login.h
test_login_push_CPPFLAGS = $(test_cppflags)
test_login_push_LDADD = libtest.la
test_login_signin_SOURCES = tests/test_login_signin.c \
	tests/fake_login.c tests/fake_login.h
test_login_signin_CPPFLAGS = $(test_cppflags)
test_login_signin_LDADD = libtest.la
test_outlook_SOURCES = tests/test_outlook.c \
	tests/fake_login.c tests/fake_login.h
test_outlook_CPPFLAGS = $(test_cppflags)
test_outlook_LDADD = libtest.la
test_oom_SOURCES = tests/test_oom.c
test_oom_CPPFLAGS = $(test_cppflags)
test_oom_LDADD = libtest.la
test_oom_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=strdup -Wl,--wrap=strndup
test_option_SOURCES = tests/test_option.c
test_option_CPPFLAGS = $(test_cppflags)
test_option_LDADD = libtest.la
test_policy_SOURCES = tests/test_policy.c
test_policy_CPPFLAGS = $(test_cppflags)
test_policy_LDADD = libtest.la
test_sandbox_SOURCES = tests/test_sandbox.c \
	tests/attempts.c tests/attempts.h \
	src/verifier/identity.c src/verifier/identity.h \
	src/verifier/landlock.c src/verifier/landlock.h \
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
test_verifier_user_SOURCES = tests/test_verifier_user.c
test_verifier_user_CPPFLAGS = $(test_cppflags)
test_verifier_user_LDADD = libtest.la
test_wire_SOURCES = tests/test_wire.c
test_wire_CPPFLAGS = $(test_cppflags)
test_wire_LDADD = libtest.la

test_audit_SOURCES = tests/test_audit.c src/mfa/audit.c src/mfa/audit.h \
	src/mfa/environment.c src/mfa/environment.h
test_audit_CPPFLAGS = $(test_cppflags)
test_audit_LDADD = libtest.la
test_mfa_config_SOURCES = tests/test_mfa_config.c
test_mfa_config_CPPFLAGS = $(test_cppflags)
test_mfa_config_LDADD = libtest.la
test_output_SOURCES = tests/test_output.c src/mfa/output.c src/mfa/output.h
test_output_CPPFLAGS = $(test_cppflags) $(SMARTCOLS_CFLAGS)
test_output_LDADD = libtest.la $(SMARTCOLS_LIBS)

test_genauth_self_SOURCES = tests/test_genauth_self.c
test_genauth_self_CPPFLAGS = $(test_cppflags)
test_genauth_self_LDADD = libtest.la
test_qr_SOURCES = tests/test_qr.c src/mfa/qr.c src/mfa/qr.h
test_qr_CPPFLAGS = $(test_cppflags) $(QRENCODE_CFLAGS)
test_qr_LDADD = libtest.la $(QRENCODE_LIBS)

# The walk through /etc/pam.d, with a module that returns what it is told to.
check_LTLIBRARIES += pam_codes.la
pam_codes_la_SOURCES = tests/pam_codes.c
pam_codes_la_LIBADD = $(PAM_LIBS)
pam_codes_la_LDFLAGS = $(pam_genauth_la_LDFLAGS) -rpath /nowhere
pam_reader_sources = \
	src/mfa/pam_file.c src/mfa/pam_file.h \
	src/mfa/pam_handlers.c src/mfa/pam_stack_private.h \
	src/mfa/pam_stack.c src/mfa/pam_stack.h \
	src/mfa/pam_walk.c src/mfa/pam_walk.h
test_pam_walk_SOURCES = tests/test_pam_walk.c $(pam_reader_sources)
test_pam_walk_CPPFLAGS = $(test_cppflags) \
	-DTEST_CODES='"$(abs_top_builddir)/.libs/pam_codes.so"'
test_pam_walk_LDADD = libtest.la $(PAM_LIBS)

# The module's own sources with another verifier: one that follows a script.
check_LTLIBRARIES += module_under_test.la
module_under_test_la_SOURCES = $(pam_genauth_la_SOURCES)
nodist_module_under_test_la_SOURCES = messages_module.inc
module_under_test_la_CPPFLAGS = $(base_cppflags) \
	-DVERIFIER_PATH='"$(abs_top_builddir)/fake-verifier"'
module_under_test_la_CFLAGS = $(AM_CFLAGS)
module_under_test_la_LIBADD = $(PAM_LIBS)
module_under_test_la_LDFLAGS = $(pam_genauth_la_LDFLAGS)
fake_verifier_SOURCES = tests/fake_verifier.c
fake_verifier_LDADD = libgenauth.la
test_module_SOURCES = tests/test_module.c
test_module_CPPFLAGS = $(test_cppflags) \
	-DTEST_MODULE='"$(abs_top_builddir)/.libs/module_under_test.so"'
test_module_LDADD = libtest.la $(PAM_LIBS)
test_conversation_SOURCES = tests/test_conversation.c
test_conversation_CPPFLAGS = $(test_module_CPPFLAGS)
test_conversation_LDADD = libtest.la $(PAM_LIBS)
endif

# Module and verifier whose calls can be made to fail: see faults.c.
if EMULATOR
EXTRA_DIST += tests/faults.awk tests/faults.list tests/faults.safe tests/faults.sh
faults_made = faults_table.inc faults_module.inc faults_verifier.inc \
	faults_module.wrap faults_verifier.wrap
BUILT_SOURCES += $(faults_made)
CLEANFILES += $(faults_made)
faults_in = $(srcdir)/tests/faults.awk $(srcdir)/tests/faults.list
faults_table.inc: $(faults_in)
	$(AM_V_GEN)$(AWK) -v what=table -f $(faults_in) >$@.new && mv $@.new $@
faults_module.inc: $(faults_in)
	$(AM_V_GEN)$(AWK) -v what=m -f $(faults_in) >$@.new && mv $@.new $@
faults_verifier.inc: $(faults_in)
	$(AM_V_GEN)$(AWK) -v what=v -f $(faults_in) >$@.new && mv $@.new $@
faults_module.wrap: $(faults_in)
	$(AM_V_GEN)$(AWK) -v what=m-wrap -f $(faults_in) >$@.new && mv $@.new $@
faults_verifier.wrap: $(faults_in)
	$(AM_V_GEN)$(AWK) -v what=v-wrap -f $(faults_in) >$@.new && mv $@.new $@

noinst_LTLIBRARIES += module_faulty.la
module_faulty_la_SOURCES = $(pam_genauth_la_SOURCES) \
	tests/faults.c tests/faults.h
nodist_module_faulty_la_SOURCES = messages_module.inc faults_module.inc faults_table.inc
module_faulty_la_CPPFLAGS = $(base_cppflags) -DFAULTS_OF_MODULE \
	-DVERIFIER_PATH='"$(abs_top_builddir)/genauth-verifier-faulty"'
module_faulty_la_CFLAGS = $(AM_CFLAGS)
module_faulty_la_LIBADD = $(PAM_LIBS)
module_faulty_la_LDFLAGS = $(pam_genauth_la_LDFLAGS) \
	-Wl,@faults_module.wrap
EXTRA_module_faulty_la_DEPENDENCIES = faults_module.wrap
noinst_PROGRAMS += genauth-verifier-faulty
genauth_verifier_faulty_SOURCES = $(genauth_verifier_SOURCES) \
	tests/faults.c tests/faults.h
nodist_genauth_verifier_faulty_SOURCES = messages_verifier.inc \
	sandbox_filter.inc \
	faults_verifier.inc faults_table.inc
genauth_verifier_faulty_CPPFLAGS = $(base_cppflags) \
	-DRUNTIMEDIR='"/run/genauth-faults"' \
	$(CURL_CFLAGS) $(CJSON_CFLAGS) $(CRYPTO_CFLAGS)
genauth_verifier_faulty_LDADD = libgenauth.la
genauth_verifier_faulty_LDFLAGS = $(AM_LDFLAGS) -Wl,@faults_verifier.wrap
EXTRA_genauth_verifier_faulty_DEPENDENCIES = faults_verifier.wrap
noinst_PROGRAMS += fault-driver
fault_driver_SOURCES = tests/fault_driver.c tests/faults.h
nodist_fault_driver_SOURCES = faults_table.inc
fault_driver_LDADD = $(PAM_LIBS)
endif
