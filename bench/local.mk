# The programs of ./run bench: built with the rest, never installed.
EXTRA_DIST += bench/bench.sh

if EMULATOR
noinst_PROGRAMS += bench-login bench-pam-login bench-bare-libcurl \
	bench-duo-mock

bench_login_SOURCES = bench/bench_login.c \
	bench/measure.c bench/measure.h \
	bench/report.c bench/report.h
bench_login_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
bench_login_CFLAGS = $(AM_CFLAGS) $(OATH_CFLAGS)
bench_login_LDADD = $(OATH_LIBS)

bench_pam_login_SOURCES = bench/pam_login.c
bench_pam_login_LDADD = $(PAM_LIBS)

bench_bare_libcurl_SOURCES = bench/bare_libcurl.c
bench_bare_libcurl_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(CJSON_CFLAGS)
bench_bare_libcurl_LDADD = $(CURL_LIBS) $(CJSON_LIBS)

bench_duo_mock_SOURCES = bench/duo_mock.c \
	src/emulator/cert.c src/emulator/cert.h
bench_duo_mock_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS) $(GNUTLS_CFLAGS)
bench_duo_mock_LDADD = $(MICROHTTPD_LIBS) $(GNUTLS_LIBS)
endif
