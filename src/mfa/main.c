/*
 * genauth-mfa: see, unbind and reset people's factors. Makes the process
 * safe to hold secrets, then hands over to one command of the table.
 */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/message.h"
#include "build.h"
#include "mfa/command_line.h"
#include "mfa/environment.h"
#include "mfa/terminal.h"

/* The leak checker of a sanitized build traces its own process. */
#ifdef SANITIZED
enum { DUMPABLE = 1 };
#else
enum { DUMPABLE = 0 };
#endif

/* Results go to standard output alone; what went wrong comes here. */
static void
log_stderr(void *ctx, int priority, const char *line)
{
	(void)ctx;
	if (priority <= LOG_WARNING || priority == LOG_DEBUG)
		(void)fprintf(stderr, "genauth-mfa: %s\n", line);
}

/* No socket may become somebody's standard output; what is written to one
 * that is closed fails. */
static bool
fill_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	return fd >= 0 && close(fd) == 0;
}

/* Memory that holds keys goes to no core file, no debugger of another uid;
 * files that we make are ours alone. */
static bool
protect_process(void)
{
	const struct rlimit none = {0, 0};

	(void)umask(077);
	return setrlimit(RLIMIT_CORE, &none) == 0 &&
	    prctl(PR_SET_DUMPABLE, DUMPABLE, 0, 0, 0) == 0 &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    signal(SIGPIPE, SIG_IGN) != SIG_ERR &&
	    signal(SIGXFSZ, SIG_IGN) != SIG_ERR && fill_descriptors();
}

static enum config_use
use_of(const struct command *c)
{
	return strncmp(c->name, "self ", 5) == 0 ? CONFIG_PERSON
						 : CONFIG_ADMINISTRATOR;
}

static enum exit_status
run(struct mfa *m, int argc, char **argv)
{
	struct command_line line;
	enum exit_status status = command_line_parse(m, argc, argv, &line);

	if (status != STATUS_DONE)
		goto out;
	if (line.version) {
		(void)printf("genauth-mfa %s\n", PACKAGE_VERSION);
	} else if (line.help) {
		help_print(line.command, stdout);
	} else {
		m->use = use_of(line.command);
		status = line.command->main(m, line.argc, line.argv);
	}
	/* a full disk, a reader that went away: the result was not told */
	if (fflush(stdout) == EOF && status == STATUS_DONE) {
		(void)fprintf(stderr, _("genauth-mfa: the result could not be "
		    "written to standard output\n"));
		status = STATUS_CONFIG;
	}
out:
	free(line.operands);
	return status;
}

int
main(int argc, char **argv)
{
	struct mfa m = {.tokens = {.fd = -1}};
	enum exit_status status;

	environment_take();
	mfa_speak(LANGUAGE_AUTO);
	if (!protect_process()) {
		(void)fprintf(stderr, _("genauth-mfa: cannot protect this "
		    "process; is /dev/null there?\n"));
		return STATUS_CONFIG;
	}
	/* Characters as they are, but for a terminal that cannot show them. */
	if (terminal_is_utf8() || !isatty(STDOUT_FILENO))
		(void)setlocale(LC_CTYPE, "C.UTF-8");
	openlog("genauth-mfa", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
	log_to(log_stderr, NULL);
	terminal_catch_signals();
	status = run(&m, argc, argv);
	mfa_close(&m);
	return (int)status;
}
