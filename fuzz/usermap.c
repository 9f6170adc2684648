/*
 * The user map: after it was checked, no two logins become one person, in
 * upper or lower case.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/lines.h"
#include "base/text.h"
#include "fuzz.h"
#include "login/usermap.h"

enum { PAIRS_MAX = 24 };

/* The id of `login`, "" where the map refuses it. */
static void
resolve(const struct buf *map, const char *login, struct buf *out)
{
	enum err e = usermap_resolve(map, login, out);

	must(e == ERR_OK || (e == ERR_CONFIG && out->len == 0),
	    "an id, or a mistake in the file");
}

/* Two logins that differ must not be given the same id. */
static void
must_differ(const struct buf *map, const char *a, const char *b)
{
	struct buf a_id = BUF_INIT(4096), b_id = BUF_INIT(4096);

	resolve(map, a, &a_id);
	resolve(map, b, &b_id);
	if (strcasecmp(a, b) != 0 && a_id.len > 0)
		must(strcasecmp(buf_text(&a_id), buf_text(&b_id)) != 0,
		    "two logins are two people");
	buf_clear(&b_id);
	buf_clear(&a_id);
}

static char *
name_of(const struct line *l)
{
	char *name = strndup(l->name, l->name_len);

	must(name != NULL, "there is memory");
	return name;
}

/* Every login of the map against every other, its ids, and `login`. */
static void
try_map(const struct buf *map, const char *login)
{
	char *names[2 * PAIRS_MAX + 1];
	struct line l = LINE_START;
	size_t count = 0;

	while (count < 2 * PAIRS_MAX && line_next(&l, map)) {
		struct line id = {.name = l.value, .name_len = l.value_len};

		must(l.mistake == NULL, "a checked map has no mistake");
		names[count++] = name_of(&l);
		names[count++] = name_of(&id);
	}
	names[count++] = strdup(login);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			if (names[i][0] != '\0' && names[k][0] != '\0')
				must_differ(map, names[i], names[k]);
	while (count > 0)
		free(names[--count]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct buf map = input_part(&in, 4096), out = BUF_INIT(8192);
	char *login = input_text(&in), why[256] = "";

	if (usermap_check(&map, why, sizeof(why)) == ERR_OK)
		try_map(&map, login);
	else
		must(why[0] != '\0' && text_is_clean(why, strlen(why), false),
		    "a mistake is told in clean text");
	(void)!usermap_resolve(&map, login, &out);
	buf_clear(&out);
	buf_clear(&map);
	free(login);
	return 0;
}
