# Harnesses: each is a libFuzzer target where configured with
# --enable-fuzzing (clang; see fuzz.sh), and else a program that replays its
# corpus, which `make check` runs.
EXTRA_DIST += fuzz/corpus fuzz/coverage.sh fuzz/fuzz.sh

fuzz_programs = \
	fuzz-admin fuzz-config fuzz-factor fuzz-genauth fuzz-http_head \
	fuzz-journal fuzz-json fuzz-jwt fuzz-module fuzz-network fuzz-option \
	fuzz-pam_stack \
	fuzz-policy fuzz-record fuzz-self fuzz-tally fuzz-text fuzz-usermap \
	fuzz-wire
check_PROGRAMS += $(fuzz_programs)
if !FUZZING
TESTS += $(fuzz_programs)
fuzz_main = fuzz/replay.c
endif
if FUZZING
fuzz_main =
endif

# make fuzz-programs: these and nothing else.
.PHONY: fuzz-programs
fuzz-programs: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) $(fuzz_programs)

fuzz_common = $(fuzz_main) fuzz/fuzz.c fuzz/fuzz.h
fuzz_service = $(fuzz_common) fuzz/service.c fuzz/service.h \
	tests/fake_clock.c tests/fake_clock.h
fuzz_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/fuzz -I$(top_srcdir)/tests \
	-DFUZZ_CORPUS='"$(abs_top_srcdir)/fuzz/corpus"'
fuzz_ldflags = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

fuzz_admin_SOURCES = fuzz/admin.c $(fuzz_service)
fuzz_admin_CPPFLAGS = $(fuzz_cppflags)
fuzz_admin_LDADD = libgenauth.la
fuzz_admin_LDFLAGS = $(fuzz_ldflags)
fuzz_config_SOURCES = fuzz/config.c $(fuzz_common)
fuzz_config_CPPFLAGS = $(fuzz_cppflags)
fuzz_config_LDADD = libgenauth.la
fuzz_config_LDFLAGS = $(fuzz_ldflags)
fuzz_factor_SOURCES = fuzz/factor.c $(fuzz_common)
fuzz_factor_CPPFLAGS = $(fuzz_cppflags)
fuzz_factor_LDADD = libgenauth.la
fuzz_factor_LDFLAGS = $(fuzz_ldflags)
fuzz_genauth_SOURCES = fuzz/genauth.c $(fuzz_service)
fuzz_genauth_CPPFLAGS = $(fuzz_cppflags)
fuzz_genauth_LDADD = libgenauth.la
fuzz_genauth_LDFLAGS = $(fuzz_ldflags)
fuzz_http_head_SOURCES = fuzz/http_head.c $(fuzz_common)
fuzz_http_head_CPPFLAGS = $(fuzz_cppflags)
fuzz_http_head_LDADD = libgenauth.la $(CURL_LIBS)
fuzz_http_head_LDFLAGS = $(fuzz_ldflags)
fuzz_http_head_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
fuzz_journal_SOURCES = fuzz/journal.c $(fuzz_common) \
	src/mfa/journal_text.c src/mfa/journal_text.h src/mfa/journal.h
fuzz_journal_CPPFLAGS = $(fuzz_cppflags)
fuzz_journal_LDADD = libgenauth.la
fuzz_journal_LDFLAGS = $(fuzz_ldflags)
fuzz_json_SOURCES = fuzz/json.c $(fuzz_common)
fuzz_json_CPPFLAGS = $(fuzz_cppflags)
fuzz_json_LDADD = libgenauth.la
fuzz_json_LDFLAGS = $(fuzz_ldflags)
fuzz_jwt_SOURCES = fuzz/jwt.c $(fuzz_common)
fuzz_jwt_CPPFLAGS = $(fuzz_cppflags)
fuzz_jwt_LDADD = libgenauth.la
fuzz_jwt_LDFLAGS = $(fuzz_ldflags)
fuzz_module_SOURCES = fuzz/module.c $(fuzz_common) src/module/pam_genauth.c \
	src/module/host.c src/module/host.h src/module/verifier_process.h
fuzz_module_CPPFLAGS = $(fuzz_cppflags)
fuzz_module_LDADD = libgenauth.la
fuzz_module_LDFLAGS = $(fuzz_ldflags)
fuzz_network_SOURCES = fuzz/network.c $(fuzz_common)
fuzz_network_CPPFLAGS = $(fuzz_cppflags)
fuzz_network_LDADD = libgenauth.la
fuzz_network_LDFLAGS = $(fuzz_ldflags)
fuzz_option_SOURCES = fuzz/option.c $(fuzz_common)
fuzz_option_CPPFLAGS = $(fuzz_cppflags)
fuzz_option_LDADD = libgenauth.la
fuzz_option_LDFLAGS = $(fuzz_ldflags)
fuzz_pam_stack_SOURCES = fuzz/pam_stack.c $(fuzz_common) \
	src/mfa/pam_file.c src/mfa/pam_file.h \
	src/mfa/pam_judge.c src/mfa/pam_judge.h \
	src/mfa/pam_module.c src/mfa/pam_module.h \
	src/mfa/pam_handlers.c src/mfa/pam_stack_private.h \
	src/mfa/pam_stack.c src/mfa/pam_stack.h \
	src/mfa/pam_walk.c src/mfa/pam_walk.h
fuzz_pam_stack_CPPFLAGS = $(fuzz_cppflags)
fuzz_pam_stack_LDADD = libgenauth.la
fuzz_pam_stack_LDFLAGS = $(fuzz_ldflags)
fuzz_policy_SOURCES = fuzz/policy.c $(fuzz_common)
fuzz_policy_CPPFLAGS = $(fuzz_cppflags)
fuzz_policy_LDADD = libgenauth.la
fuzz_policy_LDFLAGS = $(fuzz_ldflags)
fuzz_record_SOURCES = fuzz/record.c $(fuzz_common) tests/fake_clock.c tests/fake_clock.h
fuzz_record_CPPFLAGS = $(fuzz_cppflags)
fuzz_record_LDADD = libgenauth.la
fuzz_record_LDFLAGS = $(fuzz_ldflags)
fuzz_self_SOURCES = fuzz/self.c $(fuzz_service)
fuzz_self_CPPFLAGS = $(fuzz_cppflags)
fuzz_self_LDADD = libgenauth.la
fuzz_self_LDFLAGS = $(fuzz_ldflags)
fuzz_tally_SOURCES = fuzz/tally.c $(fuzz_common)
fuzz_tally_CPPFLAGS = $(fuzz_cppflags)
fuzz_tally_LDADD = libgenauth.la
fuzz_tally_LDFLAGS = $(fuzz_ldflags)
fuzz_text_SOURCES = fuzz/text.c $(fuzz_common)
fuzz_text_CPPFLAGS = $(fuzz_cppflags)
fuzz_text_LDADD = libgenauth.la
fuzz_text_LDFLAGS = $(fuzz_ldflags)
fuzz_usermap_SOURCES = fuzz/usermap.c $(fuzz_common)
fuzz_usermap_CPPFLAGS = $(fuzz_cppflags)
fuzz_usermap_LDADD = libgenauth.la
fuzz_usermap_LDFLAGS = $(fuzz_ldflags)
fuzz_wire_SOURCES = fuzz/wire.c $(fuzz_common) src/verifier/wire_conversation.c \
	src/verifier/wire_conversation.h
fuzz_wire_CPPFLAGS = $(fuzz_cppflags)
fuzz_wire_LDADD = libgenauth.la
fuzz_wire_LDFLAGS = $(fuzz_ldflags)
