/*
 * Turns an enrolment into what the person has to see of it: a QR code, the
 * secret, the recovery code. All of it goes to the terminal itself, wherever
 * standard output goes.
 */
#include "mfa/self_screen.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/message.h"
#include "login/conversation.h"
#include "mfa/environment.h"
#include "mfa/qr.h"
#include "mfa/terminal.h"

enum { SCREEN_MAX_BYTES = 64 * 1024, PROMPT_MAX = 400 };

/* What the terminal can show. */
struct screen {
	bool rich;
	int columns;
};

static struct screen
look_at_screen(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	const struct screen screen = {terminal_is_rich(fd),
	    terminal_columns(fd)};

	if (fd != -1)
		(void)close(fd);
	return screen;
}

bool
self_screen_has_colours(void)
{
	return look_at_screen().rich;
}

enum err
self_screen_tell(const char *text)
{
	return terminal_conversation.tell(&terminal_conversation, text);
}

/* The QR code as this terminal can show it, or why it is not shown. */
static enum err
add_code(const char *uri, bool inverse, struct buf *screen)
{
	const struct screen look = look_at_screen();
	const struct qr_style style = {
	    .utf8 = terminal_is_utf8() && !environment.dumb,
	    .colours = look.rich,
	    .dark_ink = inverse,
	};
	struct buf lines = BUF_INIT(SCREEN_MAX_BYTES);
	int columns_needed = 0, there = look.columns;
	char narrow[160];
	enum err e = qr_draw(uri, &style, &lines, &columns_needed);

	if (e == ERR_OK && columns_needed <= there) {
		e = buf_add_text(screen, buf_text(&lines));
	} else if (e == ERR_OK || e == ERR_REPLY) {
		(void)snprintf(narrow, sizeof(narrow), _("(A QR code does not "
		    "fit here: it needs %d columns, there are %d. Type the "
		    "secret instead.)\n"), columns_needed, there);
		e = buf_add_text(screen, e == ERR_OK ? narrow
		    : _("(No QR code can be drawn of this.)\n"));
	}
	buf_clear(&lines);
	return e;
}

/* "JBSW Y3DP EHPK 3PXP" */
static enum err
add_grouped(const char *secret, struct buf *out)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && secret[i] != '\0'; i++) {
		if (i > 0 && i % 4 == 0)
			e = buf_add_text(out, " ");
		if (e == ERR_OK)
			e = buf_add(out, &secret[i], 1);
	}
	return e;
}

enum err
self_screen_secret(const struct enrolment *en, bool inverse)
{
	struct buf screen = BUF_INIT(SCREEN_MAX_BYTES);
	enum err e;

	if ((e = buf_add_text(&screen, _("\nScan this with the authenticator "
	    "app:\n\n"))) != ERR_OK ||
	    (e = add_code(buf_text(&en->uri), inverse, &screen)) != ERR_OK ||
	    (e = buf_add_text(&screen, _("\nor type this secret into it (time "
	    "based, 6 digits, every 30 s):\n\n    "))) != ERR_OK ||
	    (e = add_grouped(buf_text(&en->secret), &screen)) != ERR_OK ||
	    (e = buf_add_text(&screen, _("\n\nIts first code is wanted within "
	    "a minute."))) != ERR_OK)
		goto out;
	e = self_screen_tell(buf_text(&screen));
out:
	buf_clear(&screen);
	return e;
}

enum err
self_screen_recovery(const struct enrolment *en)
{
	struct buf text = BUF_INIT(PROMPT_MAX), answer = BUF_INIT(
	    ANSWER_MAX_BYTES);
	enum err e = ERR_OK;

	if (en->recovery.len == 0)
		return ERR_OK;
	if ((e = buf_add_text(&text, _("\nThe authenticator is bound. Write "
	    "down the recovery code; it is not shown again:\n\n    "))) ==
		ERR_OK &&
	    (e = buf_add_text(&text, buf_text(&en->recovery))) == ERR_OK &&
	    (e = buf_add_text(&text, _("\n\nThen press Enter: "))) == ERR_OK)
		e = terminal_ask(buf_text(&text), true, &answer);
	if (e == ERR_OK && terminal_interrupted())
		e = ERR_CONVERSATION;
	buf_clear(&text);
	buf_clear(&answer);
	return e;
}
