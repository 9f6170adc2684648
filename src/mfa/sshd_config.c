/*
 * Turns sshd_config and what it includes into the few settings that decide who
 * is asked for what, with the lines that say so. Starts no sshd.
 */
#include "mfa/sshd_config.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/message.h"

enum {
	DEPTH_MAX = 8,
	BLOCKS_MAX = 200,
	FILES_MAX = 400,
	FILE_MAX_BYTES = 256 * 1024,
	WORD_BYTES = 64,
	LINE_BYTES = 1024,
	WHY_BYTES = 1280,
};

/* Names, older names, and OpenSSH's own defaults. */
static const struct {
	const char *name, *older, *value;
} settings[SSHD_SETTINGS] = {
    [USE_PAM] = {"usepam", NULL, "no"},
    [KBD_INTERACTIVE] = {"kbdinteractiveauthentication",
	"challengeresponseauthentication", "yes"},
    [PASSWORD] = {"passwordauthentication", NULL, "yes"},
    [PUBKEY] = {"pubkeyauthentication", NULL, "yes"},
    [HOSTBASED] = {"hostbasedauthentication", NULL, "no"},
    [GSSAPI] = {"gssapiauthentication", NULL, "no"},
    [METHODS] = {"authenticationmethods", NULL, "any"},
    [ROOT_LOGIN] = {"permitrootlogin", NULL, "prohibit-password"},
    [GRACE_TIME] = {"logingracetime", NULL, "120"},
    [MAX_TRIES] = {"maxauthtries", NULL, "6"},
    [PAM_SERVICE] = {"pamservicename", NULL, "sshd"}, /* OpenSSH 9.8 */
};

/* One reading. */
struct reading {
	const struct system_root *root;
	struct sshd_config *out;
	size_t block; /* that lines go to */
	int depth;
	size_t files;
	option_report *report;
	void *ctx;
};

static int
find_setting(const char *name)
{
	for (int i = 0; i < SSHD_SETTINGS; i++)
		if (strcasecmp(settings[i].name, name) == 0 ||
		    (settings[i].older != NULL &&
		    strcasecmp(settings[i].older, name) == 0))
			return i;
	return -1;
}

/* A block that begins here. ERR_CONFIG: too many. */
static enum err
add_block(struct reading *r, const char *match, const char *where)
{
	struct sshd_config *c = r->out;
	struct sshd_block *more, *b;

	if (c->count >= BLOCKS_MAX)
		return ERR_CONFIG;
	more = reallocarray(c->blocks, c->count + 1, sizeof(*more));
	if (more == NULL)
		return ERR_MEMORY;
	c->blocks = more;
	b = &c->blocks[c->count];
	memset(b, 0, sizeof(*b));
	(void)snprintf(b->match, sizeof(b->match), "%s", match);
	(void)snprintf(b->where, sizeof(b->where), "%s", where);
	r->block = c->count++;
	return ERR_OK;
}

/* The next word at `*next`, "" at the end; quotes taken off. */
static void
take_word(char **next, char *out, size_t size)
{
	char *p = *next + strspn(*next, " \t="), *end;
	bool quoted = *p == '"';

	p += quoted;
	end = p + strcspn(p, quoted ? "\"" : " \t=");
	(void)snprintf(out, size, "%.*s", (int)(end - p), p);
	*next = end + (quoted && *end == '"');
}

static enum err read_file(struct reading *r, const char *path, bool must);

/* Each file of `directory` that fits. */
static enum err
include_pattern(struct reading *r, const char *directory, const char *pattern)
{
	char **names = system_root_list(r->root, directory);
	char path[2 * LINE_BYTES];
	enum err e = names == NULL ? ERR_MEMORY : ERR_OK;

	for (char **n = names; e == ERR_OK && *n != NULL; n++) {
		if (fnmatch(pattern, *n, FNM_PERIOD) != 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", directory, *n);
		e = read_file(r, path, true);
	}
	system_root_free_names(names);
	return e;
}

/* Include: a pattern in the last part of a path, relative to /etc/ssh. What it
 * reads belongs to this block, and a Match in there ends with it. */
static enum err
take_include(struct reading *r, char *values)
{
	size_t block = r->block;
	char word[LINE_BYTES / 2], path[LINE_BYTES], *slash;
	enum err e = ERR_OK;

	for (take_word(&values, word, sizeof(word)); word[0] != '\0' &&
	    e == ERR_OK; take_word(&values, word, sizeof(word))) {
		(void)snprintf(path, sizeof(path), "%s%s",
		    word[0] == '/' ? "" : "/etc/ssh/", word);
		slash = strrchr(path, '/');
		*slash = '\0';
		if (strpbrk(path, "*?[") != NULL)
			r->report(r->ctx, path, _("is an Include with a "
			    "pattern for directories, which was not followed"));
		if (strpbrk(slash + 1, "*?[") != NULL) {
			e = include_pattern(r, path, slash + 1);
		} else {
			*slash = '/';
			e = read_file(r, path, false);
		}
		r->block = block;
	}
	return e;
}

/* The first that is said counts. */
static void
take_setting(struct reading *r, int setting, char *values, const char *where)
{
	struct sshd_block *b = &r->out->blocks[r->block];
	struct sshd_value *v = &b->values[setting];
	char word[SSHD_VALUE_BYTES];
	size_t len = 0;

	if (b->set[setting])
		return;
	b->set[setting] = true;
	v->text[0] = '\0';
	for (take_word(&values, word, sizeof(word)); word[0] != '\0' &&
	    len < sizeof(v->text); take_word(&values, word, sizeof(word)))
		len += (size_t)snprintf(v->text + len, sizeof(v->text) - len,
		    "%s%s", len == 0 ? "" : " ", word);
	(void)snprintf(v->where, sizeof(v->where), "%s", where);
}

static enum err
take_line(struct reading *r, char *line, const char *where)
{
	char name[WORD_BYTES];
	int setting;

	line += strspn(line, " \t");
	if (*line == '#' || *line == '\0')
		return ERR_OK;
	take_word(&line, name, sizeof(name));
	if (strcasecmp(name, "match") == 0)
		return add_block(r, line + strspn(line, " \t"), where);
	if (strcasecmp(name, "include") == 0)
		return take_include(r, line);
	if ((setting = find_setting(name)) != -1)
		take_setting(r, setting, line, where);
	return ERR_OK;
}

/* Cut a comment behind the values, and the blanks. */
static void
trim(char *line)
{
	bool quoted = false;
	size_t len;

	for (char *p = line; *p != '\0'; p++) {
		quoted ^= *p == '"';
		if (*p == '#' && !quoted && p > line &&
		    (p[-1] == ' ' || p[-1] == '\t')) {
			*p = '\0';
			break;
		}
	}
	for (len = strlen(line); len > 0 && isspace((unsigned char)
	    line[len - 1]); len--)
		line[len - 1] = '\0';
}

static enum err
take_lines(struct reading *r, const char *path, const struct buf *content)
{
	const char *next = buf_text(content), *end = next + content->len;
	char line[LINE_BYTES], where[SSHD_WHERE_BYTES];
	enum err e = ERR_OK;

	for (size_t number = 1; next < end && e == ERR_OK; number++) {
		const char *stop = memchr(next, '\n', (size_t)(end - next));
		size_t len = (size_t)((stop == NULL ? end : stop) - next);

		(void)snprintf(line, sizeof(line), "%.*s", (int)len, next);
		(void)snprintf(where, sizeof(where), "%s:%zu", path, number);
		if (len >= sizeof(line))
			r->report(r->ctx, where,
			    _("is too long a line to be read whole"));
		trim(line);
		e = take_line(r, line, where);
		next += len + (stop != NULL);
	}
	return e;
}

/* A file that an Include names need not be there. */
static enum err
read_file(struct reading *r, const char *path, bool must)
{
	struct buf content = BUF_INIT(FILE_MAX_BYTES);
	char why[WHY_BYTES];
	enum err e;

	if (r->depth >= DEPTH_MAX || ++r->files > FILES_MAX) {
		r->report(r->ctx, path, _("is one Include too many: sshd reads "
		    "16 within one another at most"));
		return ERR_OK;
	}
	e = system_root_read(r->root, path, &content, why, sizeof(why));
	if (e == ERR_CONFIG) {
		if (must)
			r->report(r->ctx, path, why);
		return must && r->depth == 0 ? e : ERR_OK;
	}
	r->depth++;
	if (e == ERR_OK)
		e = take_lines(r, path, &content);
	r->depth--;
	buf_clear(&content);
	return e;
}

static void
fill_defaults(struct sshd_config *c)
{
	struct sshd_block *all = &c->blocks[0];

	for (int i = 0; i < SSHD_SETTINGS; i++) {
		if (!all->set[i]) {
			(void)snprintf(all->values[i].text, SSHD_VALUE_BYTES,
			    "%s", settings[i].value);
			(void)snprintf(all->values[i].where, SSHD_WHERE_BYTES,
			    "%s", all->where);
		}
		for (size_t b = 1; b < c->count; b++)
			if (!c->blocks[b].set[i])
				c->blocks[b].values[i] = all->values[i];
	}
}

enum err
sshd_config_read(const struct system_root *root, const char *path,
    struct sshd_config *out, option_report *report, void *ctx)
{
	struct reading r = {.root = root, .out = out, .report = report,
	    .ctx = ctx};
	enum err e;

	memset(out, 0, sizeof(*out));
	if ((e = add_block(&r, "", path)) == ERR_OK)
		e = read_file(&r, path, true);
	if (e == ERR_OK)
		fill_defaults(out);
	return e;
}

void
sshd_config_clear(struct sshd_config *config)
{
	free(config->blocks);
	memset(config, 0, sizeof(*config));
}

void
sshd_config_correct(struct sshd_config *config, const struct buf *text)
{
	struct sshd_block *all = &config->blocks[0];
	const char *next = buf_text(text);
	char name[WORD_BYTES], value[SSHD_VALUE_BYTES];
	int setting;

	for (; *next != '\0'; next += strcspn(next, "\n"),
	    next += *next == '\n') {
		if (sscanf(next, "%63[a-z] %1023[^\n]", name, value) != 2 ||
		    (setting = find_setting(name)) == -1 ||
		    strcasecmp(all->values[setting].text, value) == 0 ||
		    (setting == GRACE_TIME && sshd_seconds(value) ==
		    sshd_seconds(all->values[setting].text)))
			continue;
		(void)snprintf(all->values[setting].text, SSHD_VALUE_BYTES,
		    "%s", value);
		(void)snprintf(all->values[setting].where, SSHD_WHERE_BYTES,
		    "sshd -T");
		all->set[setting] = true;
	}
	fill_defaults(config);
}

long
sshd_seconds(const char *text)
{
	static const struct {
		char unit;
		long seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400},
	    {'w', 604800}};
	long total = 0, number, factor;
	char *end;

	if (*text == '\0')
		return -1;
	while (*text != '\0') {
		number = strtol(text, &end, 10);
		if (end == text || number < 0 || number > 1000000)
			return -1;
		factor = *end == '\0' ? 1 : 0;
		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (tolower((unsigned char)*end) == units[i].unit)
				factor = units[i].seconds;
		if (factor == 0)
			return -1;
		total += number * factor;
		text = *end == '\0' ? end : end + 1;
	}
	return total;
}
