/*
 * Turns rows of cells into a table or into JSON lines on standard output.
 * Knows no command and no member by name.
 */
#include "mfa/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols.h>

#include "base/message.h"
#include "base/text.h"
#include "net/json.h"

enum { LINE_MAX_BYTES = 256 * 1024 };

enum cell_kind { CELL_EMPTY = 0, CELL_TEXT, CELL_NUMBER, CELL_FLAG };

struct cell {
	enum cell_kind kind;
	char *text; /* owned, cleaned; of a number its digits */
	bool flag;
};

struct output {
	const struct output_column *columns;
	size_t column_count;
	bool json, one_record;
	struct cell *cells; /* row by row */
	size_t row_count, row_room;
	bool failed;        /* out of memory meanwhile; output_print() tells */
};

void
output_translate(const struct output_column *columns, struct output_column *out)
{
	for (; columns->title != NULL; columns++, out++) {
		*out = *columns;
		out->title = _(columns->title);
	}
	*out = *columns;
}

struct output *
output_new(const struct output_column *columns, bool json, bool one_record)
{
	struct output *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->columns = columns;
	o->json = json;
	o->one_record = one_record;
	while (columns[o->column_count].title != NULL)
		o->column_count++;
	return o;
}

void
output_free(struct output **o)
{
	if (*o == NULL)
		return;
	for (size_t i = 0; i < (*o)->row_count * (*o)->column_count; i++)
		free((*o)->cells[i].text);
	free((*o)->cells);
	free(*o);
	*o = NULL;
}

void
output_row(struct output *o)
{
	size_t n = o->column_count, room = o->row_room * 2 + 8;
	struct cell *more;

	if (o->row_count == o->row_room) {
		more = reallocarray(o->cells, room * n, sizeof(*more));
		if (more == NULL) {
			o->failed = true;
			return;
		}
		o->cells = more;
		o->row_room = room;
	}
	memset(o->cells + o->row_count * n, 0, n * sizeof(*o->cells));
	o->row_count++;
}

static struct cell *
last_cell(struct output *o, size_t column)
{
	if (o->failed || o->row_count == 0 || column >= o->column_count)
		return NULL;
	return &o->cells[(o->row_count - 1) * o->column_count + column];
}

void
output_text(struct output *o, size_t column, const char *text)
{
	struct cell *c = last_cell(o, column);
	size_t size;

	if (c == NULL || text == NULL)
		return;
	size = strlen(text) + 8; /* cleaned text is never longer */
	free(c->text);
	c->kind = CELL_TEXT;
	if ((c->text = malloc(size)) == NULL)
		o->failed = true;
	else
		(void)text_clean(c->text, size, text);
}

void
output_number(struct output *o, size_t column, long number)
{
	struct cell *c = last_cell(o, column);
	char text[24];

	(void)snprintf(text, sizeof(text), "%ld", number);
	output_text(o, column, text);
	if (c != NULL)
		c->kind = CELL_NUMBER;
}

void
output_flag(struct output *o, size_t column, bool flag)
{
	struct cell *c = last_cell(o, column);

	if (c == NULL)
		return;
	c->kind = CELL_FLAG;
	c->flag = flag;
}

static const char *
shown(const struct cell *c)
{
	switch (c->kind) {
	case CELL_TEXT:
	case CELL_NUMBER:
		return c->text;
	case CELL_FLAG:
		return c->flag ? "yes" : "no";
	case CELL_EMPTY:
		break;
	}
	return "";
}

static const char *
bare_json(const struct cell *c)
{
	if (c->kind == CELL_NUMBER)
		return c->text;
	if (c->kind == CELL_FLAG)
		return c->flag ? "true" : "false";
	return "null";
}

static enum err
print_json(const struct output *o, const struct cell *row)
{
	struct buf line = BUF_INIT(LINE_MAX_BYTES);
	struct json *object = json_new_object();
	enum err e;

	for (size_t i = 0; i < o->column_count; i++) {
		const char *member = o->columns[i].member;

		if (row[i].kind == CELL_TEXT)
			json_put_text(object, member, row[i].text);
		else
			json_put_json(object, member, bare_json(&row[i]));
	}
	e = object == NULL ? ERR_MEMORY : json_print(object, &line);
	if (e == ERR_OK && (fputs(buf_text(&line), stdout) == EOF ||
	    fputc('\n', stdout) == EOF))
		e = ERR_SYSTEM;
	json_free(&object);
	buf_clear(&line);
	return e;
}

static bool
add_line(struct libscols_table *table, const char *const *texts, size_t count)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	for (size_t i = 0; line != NULL && i < count; i++)
		if (scols_line_set_data(line, i, texts[i]) != 0)
			return false;
	return line != NULL;
}

/* Columns and headings across, rows down. */
static bool
fill_many(struct libscols_table *table, const struct output *o)
{
	const char *texts[32];

	if (o->column_count > sizeof(texts) / sizeof(texts[0]))
		return false;
	for (size_t i = 0; i < o->column_count; i++)
		if (scols_table_new_column(table, o->columns[i].title, 0,
		    i + 1 == o->column_count ? SCOLS_FL_WRAP : 0) == NULL)
			return false;
	for (size_t r = 0; r < o->row_count; r++) {
		for (size_t i = 0; i < o->column_count; i++)
			texts[i] = shown(&o->cells[r * o->column_count + i]);
		if (!add_line(table, texts, o->column_count))
			return false;
	}
	return true;
}

/* "title  value", and a blank line between records. */
static bool
fill_records(struct libscols_table *table, const struct output *o)
{
	const char *const blank[2] = {"", ""};

	if (scols_table_enable_noheadings(table, 1) != 0 ||
	    scols_table_new_column(table, "TITLE", 0, 0) == NULL ||
	    scols_table_new_column(table, "VALUE", 0, SCOLS_FL_WRAP) == NULL)
		return false;
	for (size_t r = 0; r < o->row_count; r++) {
		if (r > 0 && !add_line(table, blank, 2))
			return false;
		for (size_t i = 0; i < o->column_count; i++) {
			const char *const pair[2] = {o->columns[i].title,
			    shown(&o->cells[r * o->column_count + i])};

			if (!add_line(table, pair, 2))
				return false;
		}
	}
	return true;
}

static enum err
print_table(const struct output *o)
{
	struct libscols_table *table = scols_new_table();
	char *text = NULL;
	enum err e = ERR_MEMORY;

	if (table == NULL || o->row_count == 0)
		e = table == NULL ? ERR_MEMORY : ERR_OK;
	else if ((o->one_record ? fill_records : fill_many)(table, o) &&
	    scols_print_table_to_string(table, &text) == 0)
		e = fputs(text, stdout) == EOF || fputc('\n', stdout) == EOF ?
		    ERR_SYSTEM : ERR_OK;
	free(text);
	scols_unref_table(table);
	return e;
}

enum err
output_print(struct output *o)
{
	enum err e = ERR_OK;

	if (o->failed)
		return ERR_MEMORY;
	if (!o->json)
		e = print_table(o);
	for (size_t r = 0; o->json && e == ERR_OK && r < o->row_count; r++)
		e = print_json(o, o->cells + r * o->column_count);
	if (e == ERR_OK && fflush(stdout) == EOF)
		e = ERR_SYSTEM;
	return e;
}
