/*
 * Turns the terminal into questions and answers. Echo is off only while a
 * hidden line is typed, and is put back before anything else happens.
 */
#include "mfa/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/message.h"
#include "mfa/environment.h"

enum { LINE_BYTES = 4096 /* N_TTY's longest */, COLUMNS_USUAL = 80 };

/* Those that end us, in the end: long work looks between its steps. */
static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static volatile sig_atomic_t interrupted, stopped, asking;

/* One question. */
struct line_asked {
	int fd;
	const char *prompt;
	bool echo;
	struct deadline *deadline; /* NULL: take your time */
	struct termios before;
	char line[LINE_BYTES];
	ssize_t len;
};

static void
on_end(int sig)
{
	/* looked up here: that reads memory and no more */
	const char *text = _("\ngenauth-mfa: interrupted; what is under "
	    "way is being finished (once more: at once)\n");
	int saved = errno;

	(void)sig;
	interrupted = 1;
	if (!asking)
		(void)!write(STDERR_FILENO, text, strlen(text));
	errno = saved;
}

static void
on_stop(int sig)
{
	(void)sig;
	stopped = 1;
}

void
terminal_catch_signals(void)
{
	struct sigaction sa;

	/* The second one ends us at once. A host that ignores SIGHUP
	 * (nohup) keeps ignoring it. */
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_end;
	sa.sa_flags = (int)SA_RESETHAND;
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++) {
		struct sigaction old;

		if (sigaction(ending[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			(void)sigaction(ending[i], &sa, NULL);
	}
}

bool
terminal_interrupted(void)
{
	return interrupted != 0;
}

static bool
write_all(int fd, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;

	while (len > 0) {
		n = write(fd, text, len);
		if (n == -1 && errno != EINTR)
			return false;
		text += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* Ctrl-Z: stop as the shell expects, and come back when it says so. */
static void
stop_here(void)
{
	struct sigaction usual, ours;
	sigset_t stop;

	memset(&usual, 0, sizeof(usual));
	usual.sa_handler = SIG_DFL;
	(void)sigemptyset(&stop);
	(void)sigaddset(&stop, SIGTSTP);
	(void)sigaction(SIGTSTP, &usual, &ours);
	(void)raise(SIGTSTP);
	(void)sigprocmask(SIG_UNBLOCK, &stop, NULL); /* stopped in here */
	(void)sigprocmask(SIG_BLOCK, &stop, NULL);
	(void)sigaction(SIGTSTP, &ours, NULL);
	stopped = 0;
}

/*
 * Show the prompt, wait, read; echo is back afterwards. The signals are
 * blocked but while waiting, so that none comes between looking and waiting.
 */
static enum err
ask_once(struct line_asked *q, const sigset_t *waiting)
{
	struct termios quiet = q->before;
	struct pollfd p = {.fd = q->fd, .events = POLLIN};
	struct timespec left = {0};
	enum err e = ERR_CONVERSATION;
	int ms, n;

	quiet.c_lflag &= (tcflag_t)~(ECHO | ECHONL);
	if ((!q->echo && tcsetattr(q->fd, TCSAFLUSH, &quiet) == -1) ||
	    !write_all(q->fd, q->prompt))
		goto out;
	if (q->deadline != NULL) {
		ms = deadline_left_ms(q->deadline);
		left = (struct timespec){ms / 1000, ms % 1000 * 1000000L};
	}
	do
		n = ppoll(&p, 1, q->deadline == NULL ? NULL : &left, waiting);
	while (n == -1 && errno == EINTR && !interrupted && !stopped);
	if (n == 0)
		e = ERR_TOO_SLOW;
	else if (n == 1 && (q->len = read(q->fd, q->line, LINE_BYTES)) > 0)
		e = ERR_OK;
out:
	if (!q->echo) {
		(void)tcsetattr(q->fd, TCSAFLUSH, &q->before);
		(void)!write_all(q->fd, "\n");
	}
	return e;
}

static enum err
ask_guarded(struct line_asked *q)
{
	struct sigaction sa, before;
	sigset_t ours, waiting;
	enum err e;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_stop;
	(void)sigemptyset(&ours);
	(void)sigaddset(&ours, SIGTSTP);
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		(void)sigaddset(&ours, ending[i]);
	if (sigprocmask(SIG_BLOCK, &ours, &waiting) == -1)
		return ERR_SYSTEM;
	(void)sigaction(SIGTSTP, &sa, &before);
	asking = 1;
	do {
		if (stopped)
			stop_here();
		e = interrupted ? ERR_CONVERSATION : ask_once(q, &waiting);
	} while (stopped && !interrupted);
	asking = 0;
	(void)sigaction(SIGTSTP, &before, NULL);
	(void)sigprocmask(SIG_SETMASK, &waiting, NULL);
	return e;
}

static enum err
ask(const char *prompt, bool echo, struct deadline *deadline,
    struct buf *answer)
{
	struct line_asked q = {.prompt = prompt, .echo = echo,
	    .deadline = deadline};
	enum err e = ERR_CONVERSATION;

	buf_clear(answer);
	q.fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (q.fd == -1)
		return ERR_CONVERSATION;
	if (tcgetattr(q.fd, &q.before) == 0)
		e = ask_guarded(&q);
	(void)close(q.fd);
	if (e == ERR_OK) {
		if (q.line[q.len - 1] == '\n')
			q.len--;
		if ((size_t)q.len > answer->max ||
		    memchr(q.line, '\0', (size_t)q.len) != NULL)
			e = ERR_NOT_A_CODE;
		else
			e = buf_add(answer, q.line, (size_t)q.len);
	}
	explicit_bzero(q.line, sizeof(q.line));
	return e;
}

enum err
terminal_ask(const char *prompt, bool echo, struct buf *answer)
{
	enum err e = ask(prompt, echo, NULL, answer);

	return e == ERR_NOT_A_CODE ? ERR_CONVERSATION : e;
}

enum err
terminal_confirm(const struct mfa *m, const char *question)
{
	struct buf answer = BUF_INIT(ANSWER_MAX_BYTES);
	char prompt[1024];
	enum err e;
	int fd;

	if (m->yes)
		return ERR_OK;
	if ((fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) == -1) {
		(void)fprintf(stderr, _("genauth-mfa: there is no terminal to "
		    "ask on: \"%s\" needs --yes\n"), question);
		return ERR_CONVERSATION;
	}
	(void)close(fd);
	(void)snprintf(prompt, sizeof(prompt), "%.1000s [y/N] ", question);
	e = terminal_ask(prompt, true, &answer);
	if (e == ERR_OK && strcasecmp(buf_text(&answer), "y") != 0 &&
	    strcasecmp(buf_text(&answer), "yes") != 0)
		e = ERR_DECLINED;
	buf_clear(&answer);
	return e;
}

static enum err
conversation_ask(struct conversation *c, enum question what,
    const char *prompt, int timeout_ms, struct buf *answer)
{
	struct deadline deadline;

	(void)c;
	if (what == QUESTION_FIRST_PASS) {
		buf_clear(answer);
		return ERR_CONVERSATION;
	}
	deadline_start(&deadline, &clock_system, timeout_ms);
	return ask(prompt, what == QUESTION_VISIBLE, &deadline, answer);
}

/* To the terminal, because a new recovery code may be in it. */
static enum err
conversation_tell(struct conversation *c, const char *text)
{
	int fd = open("/dev/tty", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	bool told = fd != -1 && write_all(fd, text) && write_all(fd, "\n");

	(void)c;
	if (fd != -1)
		(void)close(fd);
	return told ? ERR_OK : ERR_CONVERSATION;
}

struct conversation terminal_conversation = {
    .ask = conversation_ask,
    .tell = conversation_tell,
};

bool
terminal_is_rich(int fd)
{
	return environment.rich && isatty(fd) == 1;
}

bool
terminal_is_utf8(void)
{
	return environment.utf8;
}

int
terminal_columns(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return environment.columns > 0 ? environment.columns : COLUMNS_USUAL;
}
