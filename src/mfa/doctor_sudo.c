/*
 * Looks through sudoers for what keeps sudo from asking PAM: NOPASSWD,
 * !authenticate, long timestamps. Reads the text, which has the lines; rules
 * from LDAP or SSSD are not seen, and that is said.
 */
#include "mfa/doctor.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"

enum {
	DEPTH_MAX = 8,
	FILES_MAX = 400,
	FILE_MAX_BYTES = 1024 * 1024,
	LINE_BYTES = 4096,
	WHY_BYTES = 1280,
	MINUTES_LONG = 60,
};

/* One reading. */
struct reading {
	struct doctor *d;
	int depth;
	size_t files;
};

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* `word` in the line, not as a part of another; NULL: it is not there. */
static const char *
find_word(const char *line, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = strstr(line, word); p != NULL;
	    p = strstr(p + 1, word))
		if ((p == line || !is_word(p[-1]) || !is_word(word[0])) &&
		    !is_word(p[len]))
			return p;
	return NULL;
}

/* "=sudo", "=sudo-i"? */
static bool
names_sudo(const char *p)
{
	size_t len;

	p += strspn(p, " \t=\"");
	len = strcspn(p, " \t\",");
	return (len == 4 && strncmp(p, "sudo", 4) == 0) ||
	    (len == 6 && strncmp(p, "sudo-i", 6) == 0);
}

static void
judge_defaults(struct reading *r, const char *line, const char *where)
{
	static const char *const services[] = {
	    "pam_service", "pam_login_service", "pam_askpass_service"};
	static const char *const others[] = {"targetpw", "rootpw", "runaspw"};
	struct findings *f = r->d->findings;
	const char *p;
	char *end;
	double minutes;

	if (find_word(line, "!authenticate") != NULL)
		finding_add(f, WARNING, where, _("take !authenticate out"),
		    _("sudo does not authenticate whom this line is for: "
		    "neither password nor factor"));
	if (find_word(line, "exempt_group") != NULL)
		finding_add(f, WARNING, where, _("take exempt_group out"),
		    _("sudo asks the members of this group for nothing"));
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if ((p = find_word(line, services[i])) != NULL &&
		    !names_sudo(p + strlen(services[i])))
			finding_add(f, SERIOUS, where,
			    _("take it out, or have that service ask"),
			    _("%s: sudo uses another file of /etc/pam.d than "
			    "sudo and sudo-i, which were looked at"),
			    services[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if ((p = find_word(line, others[i])) != NULL &&
		    (p == line || p[-1] != '!'))
			finding_add(f, WARNING, where, _("take it out"),
			    _("%s: sudo asks for the password and the factor "
			    "of another account than the caller's; rules that "
			    "exempt root let everybody pass"), others[i]);
	if ((p = find_word(line, "timestamp_timeout")) == NULL)
		return;
	p += strlen("timestamp_timeout");
	p += strspn(p, " \t=");
	minutes = strtod(p, &end);
	if (end != p && (minutes < 0 || minutes > MINUTES_LONG))
		finding_add(f, WARNING, where,
		    _("write timestamp_timeout=15 or less"),
		    _("sudo does not ask again for %s: neither password "
		    "nor factor"), minutes < 0 ?
		    _("as long as this host runs") : _("more than an hour"));
}

static void
judge_line(struct reading *r, const char *line, const char *where)
{
	const char *tag = find_word(line, "NOPASSWD");

	if (strncmp(line, "Defaults", 8) == 0)
		judge_defaults(r, line, where);
	else if (tag != NULL && tag[8 + strspn(tag + 8, " \t")] == ':')
		finding_add(r->d->findings, WARNING, where, _("take NOPASSWD "
		    "out, or keep it to commands that may be run by whoever "
		    "sits at that account"),
		    _("NOPASSWD: sudo does not ask PAM, so for these commands "
		    "there is no factor"));
}

static enum err read_file(struct reading *r, const char *path);

static enum err
read_directory(struct reading *r, const char *path)
{
	char **names = system_root_list(&r->d->root, path);
	char file[LINE_BYTES];
	enum err e = names == NULL ? ERR_MEMORY : ERR_OK;

	for (char **n = names; e == ERR_OK && *n != NULL; n++) {
		if (strchr(*n, '.') != NULL || (*n)[strlen(*n) - 1] == '~')
			continue; /* sudo leaves them out, too */
		(void)snprintf(file, sizeof(file), "%.2000s/%s", path, *n);
		e = read_file(r, file);
	}
	system_root_free_names(names);
	return e;
}

/* "@include", or "#include" of old; relative to /etc. */
static enum err
take_include(struct reading *r, const char *line, bool *taken)
{
	char path[LINE_BYTES];
	const char *p = line + 1;
	bool directory;
	size_t len;

	*taken = (*line == '@' || *line == '#') &&
	    strncmp(p, "include", 7) == 0;
	if (!*taken)
		return ERR_OK;
	p += strlen("include");
	if ((directory = strncmp(p, "dir", 3) == 0))
		p += 3;
	if ((*taken = *p == ' ' || *p == '\t') == false)
		return ERR_OK;
	p += strspn(p, " \t\"");
	len = strcspn(p, " \t\"");
	(void)snprintf(path, sizeof(path), "%s%.*s", *p == '/' ? "" : "/etc/",
	    (int)(len < 2000 ? len : 2000), p);
	return directory ? read_directory(r, path) : read_file(r, path);
}

/* A line without its comment: '#' begins one unless it is a number's. */
static void
cut_comment(char *line)
{
	for (char *p = line; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '#' && !isdigit((unsigned char)p[1])) {
			*p = '\0';
			return;
		}
	}
}

/* The next line of the text, with those that it goes on in. */
static const char *
next_line(const char *next, char *line, size_t size, size_t *number)
{
	size_t len = 0, part;

	line[0] = '\0';
	for (;;) {
		part = strcspn(next, "\n");
		len += (size_t)snprintf(line + len, size - len, "%.*s",
		    (int)part, next);
		next += part;
		if (*next == '\n') {
			next++;
			(*number)++;
		}
		if (len >= size)
			len = size - 1;
		if (len == 0 || line[len - 1] != '\\' || *next == '\0')
			return next;
		line[--len] = '\0';
	}
}

static enum err
take_text(struct reading *r, const char *path, const char *text)
{
	char line[LINE_BYTES], where[DOCTOR_PATH_BYTES];
	size_t number = 0;
	enum err e = ERR_OK;
	bool taken;

	while (*text != '\0' && e == ERR_OK) {
		const char *start;

		(void)snprintf(where, sizeof(where), "%s:%zu", path,
		    number + 1);
		text = next_line(text, line, sizeof(line), &number);
		start = line + strspn(line, " \t");
		if ((e = take_include(r, start, &taken)) != ERR_OK || taken)
			continue;
		cut_comment(line);
		judge_line(r, start, where);
	}
	return e;
}

static enum err
read_file(struct reading *r, const char *path)
{
	struct buf content = BUF_INIT(FILE_MAX_BYTES);
	char why[WHY_BYTES];
	enum err e;

	if (r->depth >= DEPTH_MAX || ++r->files > FILES_MAX) {
		finding_add(r->d->findings, WARNING, path, _("include less"),
		    _("sudoers includes too much to look at all of it"));
		return ERR_OK;
	}
	e = system_root_read(&r->d->root, path, &content, why, sizeof(why));
	if (e == ERR_CONFIG) {
		finding_add(r->d->findings, NOTE, path, "", _("%s: what sudo "
		    "makes of it was not looked at"), why);
		return ERR_OK;
	}
	r->depth++;
	if (e == ERR_OK)
		e = take_text(r, path, buf_text(&content));
	r->depth--;
	buf_clear(&content);
	return e;
}

/* Rules may also come from elsewhere. */
static enum err
look_at_sources(struct doctor *d)
{
	struct buf content = BUF_INIT(FILE_MAX_BYTES);
	char why[WHY_BYTES];
	enum err e = system_root_read(
	    &d->root, "/etc/nsswitch.conf", &content, why, sizeof(why));

	for (const char *p = buf_text(&content); e == ERR_OK && *p != '\0';
	    p += strcspn(p, "\n"), p += *p == '\n')
		if (strncmp(p, "sudoers:", 8) == 0 &&
		    (memmem(p, strcspn(p, "\n"), "sss", 3) != NULL ||
		    memmem(p, strcspn(p, "\n"), "ldap", 4) != NULL))
			finding_add(d->findings, NOTE, "/etc/nsswitch.conf",
			    _("look for NOPASSWD and !authenticate there"),
			    _("sudo has rules from a directory, too, which "
			    "were not looked at"));
	buf_clear(&content);
	return e == ERR_MEMORY ? e : ERR_OK;
}

enum err
doctor_sudo(struct doctor *d)
{
	struct reading r = {.d = d};
	struct stat st;
	enum err e;

	if (!system_root_stat(&d->root, "/etc/sudoers", &st))
		return ERR_OK;
	e = read_file(&r, "/etc/sudoers");
	return e == ERR_OK ? look_at_sources(d) : e;
}
