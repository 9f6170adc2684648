/*
 * Turns whoever sits at the terminal into a draft, one question at a time;
 * each answer is tried at once. Writes nothing.
 */
#include "mfa/setup.h"

#include <string.h>

#include "base/file.h"
#include "base/message.h"
#include "mfa/terminal.h"

enum { ANSWER_BYTES = 4096, PROMPT_BYTES = 2048, CA_MAX_BYTES = 1024 * 1024 };

/* What stays when Enter is pressed: a value, or of a secret where it is. */
static void
get_current(const struct setup *s, const struct setup_step *step,
    char current[LINE_MAX_BYTES + 1])
{
	draft_get(
	    &s->draft, setup_option_of(step), current, LINE_MAX_BYTES + 1);
	if (current[0] == '\0' && step->fallback != NULL)
		(void)snprintf(
		    current, LINE_MAX_BYTES + 1, "%s", step->fallback);
}

/* "Management API [https://api.genauth.ai]: " */
static void
make_prompt(const struct setup *s, const struct setup_step *step,
    const char *current, char *out, size_t size)
{
	const char *note = step->required ? "" : _(" [none]");
	bool typed = step->secret >= 0 &&
	    s->draft.secrets[step->secret].path[0] != '\0';

	if (current[0] == '\0')
		(void)snprintf(out, size, "%s%s: ", _(step->prompt), note);
	else if (step->secret >= 0)
		(void)snprintf(out, size, "%s [%s%s]: ", _(step->prompt),
		    typed ? _("as typed before") : _("the one in "),
		    typed ? "" : current);
	else
		(void)snprintf(
		    out, size, "%s [%s]: ", _(step->prompt), current);
}

/* White space that came along with a paste is none of the answer. */
static enum err
ask(const char *prompt, bool echo, struct buf *answer)
{
	struct buf raw = BUF_INIT(ANSWER_BYTES);
	const char *text;
	size_t len;
	enum err e;

	(void)fflush(stdout);
	(void)fflush(stderr);
	e = terminal_ask(prompt, echo, &raw);
	text = buf_text(&raw);
	text += strspn(text, " \t");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
		len--;
	buf_clear(answer);
	if (e == ERR_OK)
		e = buf_add(answer, text, len);
	buf_clear(&raw);
	return e;
}

static enum err
check_ca_file(const char *path, char *why, size_t why_size)
{
	struct buf ca = BUF_INIT(CA_MAX_BYTES);
	enum err e = file_read_trusted(path, false, &ca, why, why_size);

	buf_clear(&ca);
	return e;
}

/* What is so anyhow needs no line. */
static bool
is_default(const struct setup *s, const char *name, const char *value)
{
	const struct option *o = option_find(config_options, name);
	char now[LINE_MAX_BYTES + 1];

	draft_get(&s->draft, name, now, sizeof(now));
	return now[0] == '\0' && o != NULL && o->def != NULL &&
	    strcmp(o->def, value) == 0;
}

static enum err
set(struct setup *s, const struct setup_step *step, const struct buf *answer,
    char *why, size_t why_size)
{
	enum err e = ERR_OK;

	if (step->secret >= 0)
		return draft_set_secret(&s->draft,
		    (enum draft_secret_id)step->secret, answer, why, why_size);
	if (is_default(s, step->name, buf_text(answer)))
		return ERR_OK;
	if (step == &setup_ca_step)
		e = check_ca_file(buf_text(answer), why, why_size);
	if (e != ERR_OK)
		return e;
	return draft_set(
	    &s->draft, step->name, buf_text(answer), why, why_size);
}

/*
 * Ask until the answer is right by itself. Enter keeps what is there, `*given`
 * is then false; ERR_CONVERSATION where the person gives up.
 */
static enum err
ask_step(struct setup *s, const struct setup_step *step, bool *given)
{
	struct buf answer = BUF_INIT(ANSWER_BYTES);
	char current[LINE_MAX_BYTES + 1], prompt[PROMPT_BYTES];
	char why[DRAFT_WHY_MAX];
	enum err e;

	do {
		get_current(s, step, current);
		make_prompt(s, step, current, prompt, sizeof(prompt));
		e = ask(prompt, step->secret < 0, &answer);
		*given = answer.len > 0;
		if (e != ERR_OK)
			break;
		if (!*given && step->secret < 0 && current[0] != '\0')
			e = buf_add_text(&answer, current);
		if (e == ERR_OK && answer.len > 0)
			e = set(s, step, &answer, why, sizeof(why));
		else if (e == ERR_OK && step->required && current[0] == '\0')
			e = ERR_CONVERSATION;
		if (e == ERR_CONFIG)
			(void)fprintf(stderr, "genauth-mfa: %s: %s\n",
			    step->name, why);
	} while (e == ERR_CONFIG);
	buf_clear(&answer);
	return e;
}

static void
explain(const struct setup_step *step)
{
	if (step->about != NULL)
		(void)fprintf(stderr, "\n%s\n", _(step->about));
}

static const struct setup_step *
find_step(const char *name)
{
	const struct setup_step *step = setup_steps;

	while (strcmp(step->name, name) != 0)
		step++;
	return step;
}

/* Is it the authority that is not known, which alone a file could mend? In
 * libcurl's words. */
static bool
is_unknown_authority(const char *problem)
{
	return strstr(problem, "issuer certificate") != NULL ||
	    strstr(problem, "self-signed") != NULL ||
	    strstr(problem, "self signed") != NULL;
}

/*
 * The service is not there, or cannot prove who it is: would a proxy, or
 * an authority, mend that? `*again`: the same address can be tried anew.
 */
static enum err
ask_remedy(struct setup *s, enum err why, bool *again)
{
	const struct setup_step *remedy = NULL;

	*again = false;
	if (why == ERR_TLS && is_unknown_authority(s->probe.problem))
		remedy = &setup_ca_step;
	else if (why == ERR_UNREACHABLE || why == ERR_TIMEOUT)
		remedy = &setup_proxy_step;
	if (remedy == NULL)
		return ERR_OK;
	explain(remedy);
	return ask_step(s, remedy, again);
}

/* Try it, and again with what a person says could help. */
static enum err
try_with_remedies(struct setup *s, const struct setup_step *step,
    enum err *tried)
{
	bool again = true;
	enum err e = ERR_OK;

	while (e == ERR_OK && again) {
		if (draft_open(&s->draft, s->m) != STATUS_DONE)
			return ERR_CONFIG;
		*tried = setup_try(s, step);
		if (terminal_interrupted())
			return ERR_CONVERSATION;
		again = *tried != ERR_OK && step->test == SETUP_TEST_URL;
		if (again)
			e = ask_remedy(s, *tried, &again);
	}
	return e;
}

/* `*next` becomes where to go on: a proxy or an authority that was of no help
 * is forgotten. ERR_CONFIG: the draft cannot be tried at all. */
static enum err
try_step(struct setup *s, const struct setup_step *step,
    const struct setup_step **next)
{
	struct buf before = BUF_INIT(s->draft.text.max);
	enum err tried = ERR_OK, e;

	if (step->test == SETUP_NO_TEST)
		return ERR_OK;
	e = buf_add(&before, buf_text(&s->draft.text), s->draft.text.len);
	if (e == ERR_OK)
		e = try_with_remedies(s, step, &tried);
	if (e == ERR_OK && tried != ERR_OK) {
		/* who answers is not who was meant */
		*next = find_step(step->test == SETUP_TEST_KEY &&
		    tried == ERR_REPLY ? "management_url" : step->back);
		draft_restore(&s->draft, &before);
	}
	buf_clear(&before);
	return e;
}

/* Is it "NAME: why" of an option that is asked for? */
static bool
is_about(const char *what, const struct setup_step *step)
{
	const char *name = setup_option_of(step);
	size_t len = strlen(name);

	return strncmp(what, name, len) == 0 && what[len] == ':';
}

/* A mistake that no question here is about would only be met at the end. */
static void
report_others(void *ctx, const char *where, const char *what)
{
	bool *wrong = ctx;

	for (const struct setup_step *step = setup_steps; step->name != NULL;
	    step++)
		if (is_about(what, step))
			return;
	*wrong = true;
	draft_report(NULL, where, what);
}

/* Lines that no question here could mend. */
static enum exit_status
check_others(const struct setup *s)
{
	bool wrong = false;

	if (draft_check(&s->draft, report_others, &wrong) == ERR_MEMORY)
		return mfa_fail(s->m, "setup", ERR_MEMORY);
	if (!wrong)
		return STATUS_DONE;
	(void)fprintf(stderr, _("genauth-mfa: mend these lines first, then "
	    "start again\n"));
	return STATUS_CONFIG;
}

/* `*next` is the step behind this one, and becomes where to go on. */
static enum err
do_step(struct setup *s, const struct setup_step *step,
    const struct setup_step **next)
{
	bool given;
	enum err e;

	if (!setup_is_asked(s, step))
		return ERR_OK;
	e = ask_step(s, step, &given);
	return e != ERR_OK ? e : try_step(s, step, next);
}

enum exit_status
setup_interview(struct setup *s)
{
	const struct setup_step *step = setup_steps, *next;
	const struct setup_step *fresh = setup_steps; /* not asked before */
	enum exit_status status = check_others(s);
	enum err e = ERR_OK;

	if (status != STATUS_DONE)
		return status;
	(void)fprintf(stderr, _("This asks for what a login needs%s, and "
	    "writes\n%s\nwhen you say yes at the end. Enter keeps what stands "
	    "in [brackets]; where there\nis nothing to keep it gives up, as "
	    "Ctrl-C does, and nothing is changed.\n"),
	    s->m->offline ? "" : _(", tries each answer at once"),
	    s->draft.path);
	for (; e == ERR_OK && step->name != NULL; step = next) {
		if (step == fresh && setup_is_asked(s, step))
			explain(step);
		fresh += step == fresh;
		next = step + 1;
		e = do_step(s, step, &next);
	}
	if (e == ERR_OK)
		return STATUS_DONE;
	if (e == ERR_CONFIG)
		return STATUS_CONFIG;
	if (e != ERR_CONVERSATION)
		return mfa_fail(s->m, "setup", e);
	(void)fprintf(stderr, _("\ngenauth-mfa: no answer; nothing was "
	    "written\n"));
	return STATUS_REFUSED;
}

/* A login name, tried as a login would, until one is let in. */
enum exit_status
setup_verify(struct setup *s)
{
	struct buf name = BUF_INIT(ANSWER_BYTES);
	enum exit_status status = STATUS_DONE;
	char *argv[2] = {NULL, NULL};
	enum err e;

	(void)fprintf(stderr, _("\nNow somebody with a factor, to see a whole "
	    "login but for letting them in. Enter: skip.\n"));
	do {
		e = ask(_("Login name to verify: "), true, &name);
		if (e != ERR_OK || name.len == 0)
			break;
		mfa_close(s->m);
		argv[0] = name.ptr;
		status = command_verify(s->m, 1, argv);
	} while (status != STATUS_DONE && !terminal_interrupted());
	buf_clear(&name);
	return status;
}
