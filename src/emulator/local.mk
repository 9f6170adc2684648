# genauth-emulator: the GenAuth API on loopback, for demo and tests.
EXTRA_DIST += src/emulator/seed.json
if EMULATOR
bin_PROGRAMS += genauth-emulator
dist_man_MANS += man/genauth-emulator.1
genauth_emulator_SOURCES = \
	src/emulator/address.c \
	src/emulator/auth.c src/emulator/auth.h \
	src/emulator/bound.c \
	src/emulator/cert.c src/emulator/cert.h \
	src/emulator/challenge.c \
	src/emulator/control.c \
	src/emulator/crypto.c src/emulator/crypto.h \
	src/emulator/enrol.c src/emulator/enrol.h \
	src/emulator/factor.c \
	src/emulator/fault.c src/emulator/fault.h \
	src/emulator/files.c src/emulator/files.h \
	src/emulator/flashback.c \
	src/emulator/list.c \
	src/emulator/main.c \
	src/emulator/management.c \
	src/emulator/params.c src/emulator/params.h \
	src/emulator/person.c \
	src/emulator/reply.c src/emulator/request.h \
	src/emulator/route.c src/emulator/route.h \
	src/emulator/seed.c src/emulator/seed.h \
	src/emulator/server.c src/emulator/server.h \
	src/emulator/sign.c src/emulator/sign.h \
	src/emulator/signin.c \
	src/emulator/state.c src/emulator/state.h \
	src/emulator/switch.c src/emulator/switch.h
nodist_genauth_emulator_SOURCES = seed_bytes.inc
EMULATOR_CFLAGS = $(MICROHTTPD_CFLAGS) $(OATH_CFLAGS) $(GNUTLS_CFLAGS) \
	$(CJSON_CFLAGS)
EMULATOR_LIBS = $(MICROHTTPD_LIBS) $(OATH_LIBS) $(GNUTLS_LIBS) $(CJSON_LIBS)
genauth_emulator_CPPFLAGS = $(AM_CPPFLAGS) $(EMULATOR_CFLAGS)
genauth_emulator_LDADD = $(EMULATOR_LIBS)

# The seed that is used without --seed, as bytes for an array.
BUILT_SOURCES += seed_bytes.inc
CLEANFILES += seed_bytes.inc
seed_bytes.inc: src/emulator/seed.json
	$(AM_V_GEN)od -An -v -tu1 $(srcdir)/src/emulator/seed.json | \
	    sed 's/[0-9][0-9]*/&,/g' >$@.new && mv $@.new $@

if CMOCKA
check_PROGRAMS += test_emulator_sign
TESTS += test_emulator_sign
test_emulator_sign_SOURCES = tests/test_emulator_sign.c \
	src/emulator/crypto.c src/emulator/crypto.h \
	src/emulator/sign.c src/emulator/sign.h
test_emulator_sign_CPPFLAGS = $(genauth_emulator_CPPFLAGS) $(CMOCKA_CFLAGS)
test_emulator_sign_LDADD = $(EMULATOR_LIBS) $(CMOCKA_LIBS)
endif
endif
