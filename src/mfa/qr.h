#ifndef MFA_QR_H
#define MFA_QR_H

#include <stdbool.h>

#include "base/buf.h"

enum { QR_QUIET = 4 }; /* light modules around the code, on each side */

/*
 * How to draw. What is printed is a terminal's ink: light on most, dark on
 * some. A reader wants the light modules light, so it has to be known which,
 * unless `colours` set both.
 */
struct qr_style {
	bool utf8;      /* half blocks, two modules a character; else "##" */
	bool dark_ink;  /* the terminal writes dark on light */
	bool colours;   /* black on white, whatever the terminal's own are */
};

/*
 * Append the QR code of `text` as lines, and give the columns they need.
 * ERR_REPLY where the text is empty or too long for a QR code, ERR_MEMORY.
 */
__attribute__((warn_unused_result)) enum err qr_draw(const char *text,
    const struct qr_style *style, struct buf *out, int *columns);

#endif
