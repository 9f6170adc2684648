/*
 * Turns the text of a file of /etc/pam.d into lines, words and controls,
 * as Linux-PAM does (1.5.2: libpam/pam_handlers.c, pam_misc.c). Opens nothing.
 */
#include "mfa/pam_file.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/message.h"

/* Linux-PAM before 1.6 reads a longer line as two. */
enum { LINE_SAFE_BYTES = 1022, JUMP_MAX = 100000 };

static const char *const code_names[CODE_COUNT + 1] = {
    "success", "open_err", "symbol_err", "service_err", "system_err",
    "buf_err", "perm_denied", "auth_err", "cred_insufficient",
    "authinfo_unavail", "user_unknown", "maxtries", "new_authtok_reqd",
    "acct_expired", "session_err", "cred_unavail", "cred_expired", "cred_err",
    "no_module_data", "conv_err", "authtok_err", "authtok_recover_err",
    "authtok_lock_busy", "authtok_disable_aging", "try_again", "ignore",
    "abort", "authtok_expired", "module_unknown", "bad_item", "conv_again",
    "incomplete", "default"};

/* By number, negated. */
static const char *const action_names[-ACTION_UNSET] = {
    "ignore", "ok", "done", "bad", "die", "reset"};

const char *
pam_code_name(int code)
{
	return code >= 0 && code < CODE_COUNT ? code_names[code] : "?";
}

const char *
pam_action_name(int action)
{
	if (action > 0)
		return "jump";
	return action > ACTION_UNSET ? action_names[-action] : "bad";
}

int
pam_code_find(const char *name)
{
	for (int i = 0; i < CODE_COUNT; i++)
		if (strcmp(code_names[i], name) == 0)
			return i;
	return -1;
}

/* One line of the file, up to its newline. */
static bool
next_raw(struct pam_reader *r, const char **start, size_t *len)
{
	const char *end;

	if (r->next == r->end)
		return false;
	*start = r->next;
	end = memchr(r->next, '\n', (size_t)(r->end - r->next));
	r->next = end == NULL ? r->end : end + 1;
	*len = (size_t)((end == NULL ? r->end : end) - *start);
	r->number++;
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cut the comment and see whether the line goes on. */
static size_t
trim(const char *start, size_t len, bool *goes_on)
{
	const char *comment = memchr(start, '#', len);

	*goes_on = false;
	if (comment != NULL)
		return (size_t)(comment - start);
	while (len > 0 && is_blank(start[len - 1]))
		len--;
	if (len > 0 && start[len - 1] == '\\') {
		*goes_on = true;
		len--;
	}
	return len;
}

static bool
is_empty(const char *start, size_t len)
{
	while (len > 0 && is_blank(*start)) {
		start++;
		len--;
	}
	return len == 0 || *start == '#';
}

/* Append a blank in the backslash's place, and what the line says. */
static enum err
append(struct pam_line *line, const char *start, size_t len, bool goes_on)
{
	size_t had = line->text == NULL ? 0 : strlen(line->text);
	char *more = realloc(line->text, had + len + 2);

	if (more == NULL)
		return ERR_MEMORY;
	memcpy(more + had, start, len);
	more[had + len] = goes_on ? ' ' : '\0';
	more[had + len + 1] = '\0';
	line->text = more;
	return ERR_OK;
}

enum err
pam_line_next(struct pam_reader *r, struct pam_line *out)
{
	const char *start;
	size_t len;
	bool goes_on = false;

	memset(out, 0, sizeof(*out));
	while (next_raw(r, &start, &len)) {
		if (memchr(start, '\0', len) != NULL)
			goto broken;
		if (is_empty(start, len)) {
			if (out->text != NULL)
				out->doubt =
				    _("a line that goes on is followed by a "
				    "blank one: Linux-PAM before 1.6 goes on "
				    "behind it, later ones end there");
			continue;
		}
		if (out->number == 0)
			out->number = r->number;
		len = trim(start, len, &goes_on);
		if (append(out, start, len, goes_on) != ERR_OK) {
			pam_line_clear(out);
			return ERR_MEMORY;
		}
		if (strlen(out->text) > LINE_SAFE_BYTES)
			out->doubt = _("is longer than 1022 bytes: Linux-PAM "
			    "before 1.6 takes it for two");
		if (!goes_on)
			return ERR_OK;
	}
	if (out->text == NULL)
		return ERR_OK;
broken:
	pam_line_clear(out);
	out->number = r->number;
	return ERR_CONFIG;
}

void
pam_line_clear(struct pam_line *line)
{
	free(line->text);
	memset(line, 0, sizeof(*line));
}

/* "a\]b] c": ends the word at the first bracket without a backslash, drops the
 * backslashes; returns what is behind it. */
static char *
close_bracket(char *from)
{
	char *to = from, *end = from;

	for (; *end != '\0' && *end != ']'; to++, end++) {
		if (end[0] == '\\' && end[1] == ']')
			end++;
		*to = *end;
	}
	if (to != end)
		*to = '\0';
	return end;
}

char *
pam_word(char **next)
{
	char *from = *next, *end;

	if (from == NULL)
		return NULL;
	from += strspn(from, " \n\t");
	if (*from == '\0')
		return *next = NULL;
	if (*from == '[')
		end = close_bracket(++from);
	else
		end = from + strcspn(from, " \n\t");
	if (*end != '\0')
		*end++ = '\0';
	*next = *end == '\0' ? NULL : end;
	return from;
}

static void
fill_unset(int action[static CODE_COUNT], int value)
{
	for (int i = 0; i < CODE_COUNT; i++)
		if (action[i] == ACTION_UNSET)
			action[i] = value;
}

/* Index of the first of `names` that `*text` begins with; steps over it. */
static size_t
skip_name(const char *const *names, size_t count, const char **text)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(names[i]);

		if (strncmp(names[i], *text, len) == 0) {
			*text += len;
			return i;
		}
	}
	return count;
}

static const char *
skip_space(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* "ok", "3". False where it is neither. */
static bool
read_action(const char **text, int *out)
{
	size_t i = skip_name(action_names,
	    sizeof(action_names) / sizeof(action_names[0]), text);
	int number = 0;

	if (i < sizeof(action_names) / sizeof(action_names[0])) {
		*out = -(int)i;
		return true;
	}
	while (isdigit((unsigned char)**text)) {
		number = number * 10 + (*(*text)++ - '0');
		if (number > JUMP_MAX)
			number = JUMP_MAX;
	}
	*out = number;
	return number > 0;
}

/* "success=1 default=ignore" */
static bool
read_pairs(const char *text, int action[static CODE_COUNT])
{
	size_t code;
	int what;

	for (text = skip_space(text); *text != '\0'; text = skip_space(text)) {
		code = skip_name(code_names, CODE_COUNT + 1, &text);
		text = skip_space(text);
		if (code > CODE_COUNT || *text != '=')
			return false;
		text = skip_space(text + 1);
		if (!read_action(&text, &what))
			return false;
		if (code == CODE_COUNT)
			fill_unset(action, what);
		else
			action[code] = what;
	}
	return true;
}

bool
pam_control_read(const char *control, int action[static CODE_COUNT])
{
	static const struct {
		const char *word, *means;
	} words[] = {
	    {"required", "success=ok new_authtok_reqd=ok ignore=ignore "
		"default=bad"},
	    {"requisite", "success=ok new_authtok_reqd=ok ignore=ignore "
		"default=die"},
	    {"optional", "success=ok new_authtok_reqd=ok default=ignore"},
	    {"sufficient", "success=done new_authtok_reqd=done "
		"default=ignore"},
	};
	bool right;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(words[i].word, control) == 0)
			control = words[i].means;
	for (int i = 0; i < CODE_COUNT; i++)
		action[i] = ACTION_UNSET;
	if (!(right = read_pairs(control, action)))
		for (int i = 0; i < CODE_COUNT; i++)
			action[i] = ACTION_UNSET;
	fill_unset(action, ACTION_BAD);
	return right;
}
