/*
 * Turns a text into the lines of a QR code for a terminal. Writes them
 * nowhere, and knows nothing of the terminal but what it is told.
 */
#include "mfa/qr.h"

#include <errno.h>
#include <string.h>

#include <qrencode.h>

/* Black on white, and back to what it was. */
#define COLOURS_ON "\033[0;30;47m"
#define COLOURS_OFF "\033[0m"

/* Is the module dark? Outside the code all are light. */
static bool
is_dark(const QRcode *code, int x, int y)
{
	x -= QR_QUIET;
	y -= QR_QUIET;
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return false;
	return code->data[y * code->width + x] & 1;
}

static bool
has_ink(const QRcode *code, const struct qr_style *style, int x, int y)
{
	return is_dark(code, x, y) == (style->dark_ink || style->colours);
}

static const char *
picture(const QRcode *code, const struct qr_style *style, int x, int y)
{
	/* [upper half has ink][lower half has ink] */
	static const char *const halves[2][2] = {
	    {" ", "\u2584"}, {"\u2580", "\u2588"}};

	if (!style->utf8)
		return has_ink(code, style, x, y) ? "##" : "  ";
	return halves[has_ink(code, style, x, y)][has_ink(code, style, x,
	    y + 1)];
}

static enum err
draw(const QRcode *code, const struct qr_style *style, struct buf *out)
{
	int size = code->width + 2 * QR_QUIET;
	enum err e = ERR_OK;

	for (int y = 0; e == ERR_OK && y < size; y += style->utf8 ? 2 : 1) {
		if (style->colours)
			e = buf_add_text(out, COLOURS_ON);
		for (int x = 0; e == ERR_OK && x < size; x++)
			e = buf_add_text(out, picture(code, style, x, y));
		if (e == ERR_OK)
			e = buf_add_text(
			    out, style->colours ? COLOURS_OFF "\n" : "\n");
	}
	return e;
}

enum err
qr_draw(const char *text, const struct qr_style *style, struct buf *out,
    int *columns)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	struct buf lines = BUF_INIT(out->max);
	int width;
	enum err e;

	if (code == NULL)
		return errno == ENOMEM ? ERR_MEMORY : ERR_REPLY;
	width = code->width;
	e = draw(code, style, &lines);
	if (e == ERR_OK)
		e = buf_add(out, buf_text(&lines), lines.len);
	if (e == ERR_OK)
		*columns = (width + 2 * QR_QUIET) * (style->utf8 ? 1 : 2);
	buf_clear(&lines);
	explicit_bzero(code->data, (size_t)width * (size_t)width);
	QRcode_free(code);
	return e;
}
