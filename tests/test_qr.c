/*
 * QR codes as lines for a terminal: read back into modules and compared with
 * libqrencode's own matrix, for each way of drawing them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <qrencode.h>

#include "mfa/qr.h"

#define URI "otpauth://totp/65a1b2c3d4e5f60718290a01:alice?" \
	"secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&period=30&digits=6" \
	"&algorithm=SHA1&issuer=65a1b2c3d4e5f60718290a01"

enum { LINES_MAX_BYTES = 256 * 1024, SIDE_MAX = 200 };

/* What is seen: `ink` where the terminal writes. */
struct seen {
	bool ink[SIDE_MAX][SIDE_MAX];
	int width, height;
	bool coloured;
};

/* Step over `word` where it stands at *p. */
static bool
take(const char **p, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*p, word, len) != 0)
		return false;
	*p += len;
	return true;
}

/* One character cell; each names upper and lower half. */
static bool
read_half_blocks(const char **p, bool *upper, bool *lower)
{
	*upper = *lower = false;
	if (take(p, " "))
		return true;
	*upper = *lower = true;
	if (take(p, "█"))
		return true;
	*lower = false;
	if (take(p, "▀"))
		return true;
	*upper = false;
	*lower = true;
	return take(p, "▄");
}

static void
read_line(const char **p, bool utf8, struct seen *out)
{
	int x = 0, y = out->height;

	if (take(p, "\033[0;30;47m"))
		out->coloured = true;
	else
		assert_false(out->coloured);
	while (**p != '\n' && **p != '\033') {
		assert_true(x < SIDE_MAX && y + 1 < SIDE_MAX);
		if (utf8) {
			assert_true(read_half_blocks(
			    p, &out->ink[y][x], &out->ink[y + 1][x]));
		} else if (take(p, "##")) {
			out->ink[y][x] = true;
		} else {
			assert_true(take(p, "  "));
		}
		x++;
	}
	if (out->coloured)
		assert_true(take(p, "\033[0m"));
	assert_true(take(p, "\n"));
	if (y > 0)
		assert_int_equal(x, out->width);
	out->width = x;
	out->height += utf8 ? 2 : 1;
}

static struct seen
look(const char *text, const struct qr_style *style, int *columns)
{
	struct buf lines = BUF_INIT(LINES_MAX_BYTES);
	struct seen out;
	const char *p;

	memset(&out, 0, sizeof(out));
	assert_int_equal(qr_draw(text, style, &lines, columns), ERR_OK);
	for (p = buf_text(&lines); *p != '\0';)
		read_line(&p, style->utf8, &out);
	buf_clear(&lines);
	return out;
}

/* The drawing is the code of `text` with four light modules around it. */
static void
check(const char *text, const struct qr_style *style)
{
	bool ink_is_dark = style->dark_ink || style->colours;
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	int columns = 0;
	struct seen seen = look(text, style, &columns);

	assert_non_null(code);
	assert_int_equal(seen.width, code->width + 8);
	assert_int_equal(columns, seen.width * (style->utf8 ? 1 : 2));
	assert_in_range(seen.height, seen.width, seen.width + 1);
	assert_int_equal(seen.coloured, style->colours);
	for (int y = 0; y < seen.height; y++)
		for (int x = 0; x < seen.width; x++) {
			bool inside = x >= 4 && y >= 4 &&
			    x < code->width + 4 && y < code->width + 4;
			bool dark = inside &&
			    (code->data[(y - 4) * code->width + x - 4] & 1);

			assert_int_equal(
			    seen.ink[y][x] == ink_is_dark, dark);
		}
	QRcode_free(code);
}

static void
check_styles(bool utf8)
{
	const struct qr_style styles[] = {
	    {utf8, false, false}, {utf8, true, false}, {utf8, false, true},
	    {utf8, true, true}};

	for (size_t i = 0; i < sizeof(styles) / sizeof(*styles); i++) {
		check(URI, &styles[i]);
		check("x", &styles[i]);
	}
}

static void
half_blocks_are_the_code(void **state)
{
	(void)state;
	check_styles(true);
}

static void
ascii_is_the_code(void **state)
{
	(void)state;
	check_styles(false);
}

static void
dark_ink_is_the_inverse_of_light_ink(void **state)
{
	const struct qr_style light = {true, false, false};
	const struct qr_style dark = {true, true, false};
	int columns = 0;
	struct seen a = look(URI, &light, &columns);
	struct seen b = look(URI, &dark, &columns);

	(void)state;
	assert_int_equal(a.height, b.height);
	for (int y = 0; y < a.height; y++)
		for (int x = 0; x < a.width; x++)
			assert_int_not_equal(a.ink[y][x], b.ink[y][x]);
}

static void
text_that_is_there_stays(void **state)
{
	const struct qr_style style = {.dark_ink = true};
	struct buf out = BUF_INIT(LINES_MAX_BYTES);
	int columns = 0;

	(void)state;
	assert_int_equal(buf_add_text(&out, "before\n"), ERR_OK);
	assert_int_equal(qr_draw("x", &style, &out, &columns), ERR_OK);
	assert_memory_equal(buf_text(&out), "before\n  ", 9);
	buf_clear(&out);
}

static void
assert_not_drawn(const char *text, size_t max, enum err wanted)
{
	const struct qr_style style = {.utf8 = true};
	struct buf out = BUF_INIT(max);
	int columns = -1;

	assert_int_equal(qr_draw(text, &style, &out, &columns), wanted);
	assert_int_equal(out.len, 0);
	assert_int_equal(columns, -1);
	buf_clear(&out);
}

static void
what_is_no_code_is_refused(void **state)
{
	static char text[4000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_not_drawn(text, LINES_MAX_BYTES, ERR_REPLY);
	assert_not_drawn("", LINES_MAX_BYTES, ERR_REPLY);
}

static void
what_does_not_fit_into_the_buffer_leaves_it_empty(void **state)
{
	(void)state;
	assert_not_drawn(URI, 500, ERR_MEMORY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(half_blocks_are_the_code),
	    cmocka_unit_test(ascii_is_the_code),
	    cmocka_unit_test(dark_ink_is_the_inverse_of_light_ink),
	    cmocka_unit_test(text_that_is_there_stays),
	    cmocka_unit_test(what_is_no_code_is_refused),
	    cmocka_unit_test(what_does_not_fit_into_the_buffer_leaves_it_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
