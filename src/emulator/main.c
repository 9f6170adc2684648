/*
 * genauth-emulator: the GenAuth and Flashback API on loopback, for tests,
 * demos and trying things without an account. Nothing real is behind it.
 */
#include <getopt.h>
#include <gnutls/gnutls.h>
#include <liboath/oath.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build.h"
#include "emulator/crypto.h"
#include "emulator/files.h"
#include "emulator/seed.h"
#include "emulator/server.h"

enum { PEOPLE_MAX = 999999 };

struct setting {
	const char *dir, *seed;
	unsigned long people;
	struct address api, control;
};

static void
usage(FILE *out)
{
	fputs("usage: genauth-emulator --dir DIR [option]...\n"
	      "The GenAuth API (and Flashback's POST /mfa/reset) on loopback, "
	      "over TLS.\n\n"
	      "  --dir DIR            where ca.pem, genauth.conf, "
	      "access_key_secret,\n"
	      "                       app_secret, outbox and emulator.json "
	      "go\n"
	      "  --listen HOST:PORT   127.0.0.1, [::1] or localhost; port 0: "
	      "any free\n"
	      "  --control HOST:PORT  the side door for tests, plain HTTP\n"
	      "  --seed FILE          users and keys; without it a built-in "
	      "seed: alice\n"
	      "                       (all factors), bob (SMS), carol "
	      "(e-mail), dave\n"
	      "                       (none), erin (suspended), mallory "
	      "(authenticator)\n"
	      "  --people N           N more users, person00001 and so on, "
	      "with OTP bound\n"
	      "  --fault NAME[=VALUE][@PATH][#COUNT]\n"
	      "                       misbehave: on requests whose \"METHOD "
	      "PATH\" has PATH,\n"
	      "                       COUNT times; may be given again\n"
	      "  --switch NAME=VALUE  decide what the documents leave open\n"
	      "  --help, --version\n\nFaults (with the value they have "
	      "unless one is given):\n",
	    out);
	fault_list(out);
	fputs("\nSwitches (values; default):\n", out);
	switch_list(out);
	fputs("\nSide door:\n"
	      "  GET    /outbox[?to=TARGET]       all letters, or the last "
	      "code\n"
	      "  GET    /totp?user=NAME[&offset=STEPS]\n"
	      "  GET    /push                     those not yet answered\n"
	      "  POST   /push?action=CONFIRM|CANCEL|FAIL[&id=ID]\n"
	      "  GET, POST, DELETE /fault         "
	      "?name=&value=&path=&count=\n"
	      "  GET, DELETE /requests            seen so far: method, path, "
	      "status,\n"
	      "                                   number of the connection\n"
	      "  POST   /advance?seconds=N        shift the emulator's clock\n"
	      "  GET, POST /user?user=NAME        &status=&email=&phone="
	      "&otp_secret=\n"
	      "                                   "
	      "&recovery_code=&totp_used=&face=\n"
	      "  GET, DELETE /unbinds             DELETE mfa-bound, by user: "
	      "asked, removed\n"
	      "  POST   /switch?name=&value=\n",
	    out);
}

static bool
complain(const char *what, const char *value)
{
	fprintf(stderr, "genauth-emulator: %s: %s\n", what, value);
	return false;
}

static bool
parse_switch(struct state *s, const char *text)
{
	const char *equals = strchr(text, '=');
	char name[32];

	if (equals == NULL || (size_t)(equals - text) >= sizeof(name))
		return false;
	memcpy(name, text, (size_t)(equals - text));
	name[equals - text] = '\0';
	return switch_set(s->switches, name, equals + 1);
}

static bool
take_option(struct setting *set, struct state *s, int option)
{
	char *end;

	switch (option) {
	case 'd':
		set->dir = optarg;
		return true;
	case 'l':
		return address_parse(optarg, &set->api) ||
		    complain("not a loopback address", optarg);
	case 'c':
		return address_parse(optarg, &set->control) ||
		    complain("not a loopback address", optarg);
	case 's':
		set->seed = optarg;
		return true;
	case 'n':
		set->people = strtoul(optarg, &end, 10);
		return (*optarg >= '0' && *optarg <= '9' && *end == '\0' &&
			   set->people <= PEOPLE_MAX) ||
		    complain("not a number up to 999999", optarg);
	case 'f':
		return fault_set_text(s->faults, optarg) ||
		    complain("unknown fault or bad value", optarg);
	case 'w':
		return parse_switch(s, optarg) ||
		    complain("unknown switch or bad value", optarg);
	case 'h':
		usage(stdout);
		exit(EXIT_SUCCESS);
	case 'v':
		puts("genauth-emulator " PACKAGE_VERSION);
		exit(EXIT_SUCCESS);
	default:
		return false;
	}
}

static bool
parse(struct setting *set, struct state *s, int argc, char **argv)
{
	static const struct option options[] = {
	    {"dir", required_argument, NULL, 'd'},
	    {"listen", required_argument, NULL, 'l'},
	    {"control", required_argument, NULL, 'c'},
	    {"seed", required_argument, NULL, 's'},
	    {"people", required_argument, NULL, 'n'},
	    {"fault", required_argument, NULL, 'f'},
	    {"switch", required_argument, NULL, 'w'},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'v'},
	    {NULL, 0, NULL, 0},
	};
	int option;

	if (!address_parse("127.0.0.1", &set->api) ||
	    !address_parse("127.0.0.1", &set->control))
		return false;
	switch_defaults(s->switches);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!take_option(set, s, option))
			return false;
	if (set->dir == NULL || optind < argc) {
		fputs("genauth-emulator: --dir DIR is needed, see --help\n",
		    stderr);
		return false;
	}
	return true;
}

/* Everything but the waiting: from an empty state to the ready line. */
static int
serve(struct state *s, const struct setting *set, const sigset_t *signals)
{
	struct MHD_Daemon *api = NULL, *control = NULL;
	struct cert certs[CERT_COUNT];
	gnutls_datum_t ca_pem = {NULL, 0};
	char control_url[64], *dir;
	int status = EXIT_FAILURE, signal_number;

	if ((dir = files_make_dir(set->dir)) == NULL)
		return EXIT_FAILURE;
	if (!cert_make(certs, &ca_pem))
		goto out;
	if ((api = server_start(s, certs, &set->api)) == NULL ||
	    (control = control_start(s, &set->control)) == NULL)
		goto out;
	pthread_mutex_lock(&s->lock);
	snprintf(s->url, sizeof(s->url), "https://localhost:%u",
	    server_port(api));
	s->outbox = files_open_outbox(dir);
	pthread_mutex_unlock(&s->lock);
	snprintf(control_url, sizeof(control_url), "http://%s:%u",
	    address_host(&set->control), server_port(control));
	if (s->outbox < 0 || !files_write(s, dir, &ca_pem, control_url))
		goto out;
	printf("genauth-emulator ready: %s (control %s), configuration "
	       "%s/genauth.conf\n",
	    s->url, control_url, dir);
	if (fflush(stdout) != 0)
		goto out;
	if (sigwait(signals, &signal_number) == 0)
		status = EXIT_SUCCESS;
out:
	if (control != NULL)
		control_stop(control);
	if (api != NULL)
		server_stop(api);
	if (s->outbox >= 0)
		close(s->outbox);
	cert_clear(certs);
	gnutls_free(ca_pem.data);
	free(dir);
	return status;
}

int
main(int argc, char **argv)
{
	static struct state state = {.lock = PTHREAD_MUTEX_INITIALIZER,
	    .outbox = -1};
	struct setting set = {NULL, NULL, 0, {{{0}}}, {{{0}}}};
	sigset_t signals;
	int status = EXIT_FAILURE;

	/* before any thread, so that none of them takes the signal */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (!parse(&set, &state, argc, argv))
		return 2;
	if (oath_init() != OATH_OK)
		return EXIT_FAILURE;
	for (int i = 0; i < TOKEN_COUNT; i++)
		crypto_random_bytes(state.token_keys[i],
		    sizeof(state.token_keys[i]));
	if (seed_load(&state, set.seed) && seed_people(&state, set.people))
		status = serve(&state, &set, &signals);
	free(state.users);
	oath_done();
	return status;
}
