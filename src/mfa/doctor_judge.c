/*
 * Turns a judgement over a stack into findings: what it means for people, the
 * very line that makes the way, and the mend. Walks no stack itself.
 */
#include "mfa/doctor.h"

#include <stdio.h>
#include <string.h>

#include "base/message.h"

enum { WORDS_BYTES = 256 };

/* How a line makes a way past pam_genauth, and what to do about it. */
struct making {
	char how[WORDS_BYTES];
	const char *mend;
};

static void
explain_factor(const struct way_in *w, struct making *out)
{
	(void)snprintf(out->how, sizeof(out->how), _("its control lets a login "
	    "go on that pam_genauth denied (%s=%s)"), pam_code_name(w->code),
	    pam_action_name(w->line->action[w->code]));
	out->mend = _("write \"auth requisite pam_genauth.so\"");
}

static void
explain(const struct way_in *w, struct making *out)
{
	int action;

	*out = (struct making){.mend = _("write \"auth requisite "
	    "pam_genauth.so\" behind the password")};
	(void)snprintf(out->how, sizeof(out->how), "%s",
	    _("the stack ends in success without pam_genauth"));
	if (w->line == NULL)
		return;
	action = w->line->action[w->code];
	if (pam_module_kind(w->line) == MODULE_FACTOR) {
		explain_factor(w, out);
	} else if (action > 0) {
		(void)snprintf(out->how, sizeof(out->how),
		    _("this line jumps over pam_genauth (%s=%d)"),
		    pam_code_name(w->code), action);
		out->mend = _("let the jump land on the line of pam_genauth");
	} else if (action == ACTION_DONE) {
		(void)snprintf(out->how, sizeof(out->how), _("this line ends "
		    "the stack before pam_genauth is asked (%s=done)"),
		    pam_code_name(w->code));
		out->mend = _("move the line of pam_genauth before it, or what "
		    "comes before pam_genauth into a substack of its own");
	} else if (action == ACTION_RESET) {
		(void)snprintf(out->how, sizeof(out->how), _("this line makes "
		    "Linux-PAM forget that pam_genauth denied (%s=reset)"),
		    pam_code_name(w->code));
		out->mend = _("take reset out of its control");
	}
}

/* "pam_succeed_if.so user ingroup wheel" */
static const char *
describe(const struct handler *h, char out[WORDS_BYTES])
{
	size_t len = (size_t)snprintf(out, WORDS_BYTES, "%s", h->module);

	for (char **a = h->arguments; *a != NULL && len < WORDS_BYTES; a++)
		len += (size_t)snprintf(
		    out + len, WORDS_BYTES - len, " %s", *a);
	return out;
}

/* `who` gets in, by this way. */
static void
tell_way(struct doctor *d, const char *service, const struct way_in *w,
    const struct handler *factor, const char *who)
{
	const struct handler *line = w->line != NULL ? w->line : factor;
	char place[DOCTOR_PATH_BYTES] = "/etc/pam.d", words[WORDS_BYTES];
	struct making how;

	explain(w, &how);
	if (line != NULL)
		(void)doctor_place(line, place);
	if (w->way == WAY_ROOT)
		finding_add(d->findings, NOTE, place, "",
		    _("%s: root is not asked"), service);
	else if (w->way == WAY_SOME)
		finding_add(d->findings, WARNING, place, _("see that nobody "
		    "else is meant by it, or take it out"),
		    _("%s: %s where \"%s\" says so: %s"), service, who,
		    w->condition == NULL ? _("a line") :
		    describe(w->condition, words), how.how);
	else if (w->way == WAY_ALL)
		finding_add(d->findings, SERIOUS, place, how.mend,
		    "%s: %s: %s", service, who, how.how);
}

static void
tell_closed(struct doctor *d, const char *service, const struct judgement *j,
    const char *place)
{
	if (j->shut && j->factor->missing)
		finding_add(d->findings, SERIOUS, place,
		    _("install the module, or take the line out"),
		    _("%s: nobody can get in: there is no such "
		    "module file"), service);
	else if (j->shut)
		finding_add(d->findings, SERIOUS, place, _("look for a line "
		    "that always fails (pam_deny.so, a module that is not "
		    "there), and try the service from a second session"),
		    _("%s: nobody can get in, whatever they answer"), service);
	else if (j->shut_exempt && d->exempts)
		finding_add(d->findings, SERIOUS, place,
		    _("add \"auth required pam_permit.so\" behind it where "
		    "something else has proven who it is"),
		    _("%s: whom the rules exempt cannot get in: pam_genauth "
		    "has no opinion then, and no other line "
		    "says yes"), service);
}

static void
tell_faillock(struct doctor *d, const char *service, const struct judgement *j)
{
	char place[DOCTOR_PATH_BYTES];

	if (j->counts_codes != NULL)
		finding_add(d->findings, WARNING,
		    doctor_place(j->counts_codes, place), _("let only a wrong "
		    "password lead here, as the files in pam.d/ do"),
		    _("%s: a wrong code, or a service that is away, counts as "
		    "a wrong password: an outage locks accounts"), service);
	if (j->clears_early != NULL)
		finding_add(d->findings, NOTE,
		    doctor_place(j->clears_early, place),
		    _("move the line behind pam_genauth"),
		    _("%s: the password alone clears the count of wrong ones, "
		    "before the factor was shown"),
		    service);
}

void
doctor_tell_auth(
    struct doctor *d, const char *service, const struct judgement *j)
{
	char place[DOCTOR_PATH_BYTES] = "/etc/pam.d";

	if (j->factor != NULL)
		(void)doctor_place(j->factor, place);
	if (j->too_much)
		finding_add(d->findings, WARNING, place, _("make it simpler"),
		    _("%s: this stack has too many ways to look at them all"),
		    service);
	if (j->with_nothing.way >= WAY_SOME)
		tell_way(d, service, &j->with_nothing, j->factor,
		    _("anybody gets in, without a password and without the "
		    "factor"));
	if (j->factor == NULL)
		return;
	if (j->without_factor.way > j->with_nothing.way ||
	    j->without_factor.way == WAY_ROOT)
		tell_way(d, service, &j->without_factor, j->factor,
		    _("the password alone gets in, without the factor"));
	if (j->file_missing.way == WAY_ALL && j->without_factor.way != WAY_ALL)
		finding_add(d->findings, WARNING, place,
		    _("write \"auth requisite pam_genauth.so\""),
		    _("%s: should the module's file be missing, everybody gets "
		    "in without the factor"), service);
	if (j->factor_alone.way == WAY_ALL && strcmp(service, "sshd") != 0)
		finding_add(d->findings, WARNING, place, _("write the line "
		    "behind the password's, and not sufficient"),
		    _("%s: the factor alone gets in, no password is needed"),
		    service);
	if (j->asks_strangers)
		finding_add(d->findings, WARNING, place, _("let a wrong "
		    "password end the stack (requisite, or pam_deny.so with "
		    "requisite behind it)"),
		    _("%s: pam_genauth is asked even where the password was "
		    "wrong: who knows a name can have codes and pushes sent to "
		    "its owner"), service);
	tell_closed(d, service, j, place);
	tell_faillock(d, service, j);
}

void
doctor_tell_account(
    struct doctor *d, const char *service, const struct judgement *j)
{
	char place[DOCTOR_PATH_BYTES];

	(void)doctor_place(j->factor, place);
	if (strcmp(service, "sshd") != 0)
		finding_add(d->findings, WARNING, place,
		    _("keep account = push for sshd: write it on the line in "
		    "/etc/pam.d/sshd, not in genauth.conf"),
		    _("%s: every use of this service that asked for no factor "
		    "(cron, sudo without a password) sends a push"), service);
	else if (j->without_factor.way == WAY_ALL)
		tell_way(d, service, &j->without_factor, j->factor,
		    _("the account phase can pass without the push"));
	if (j->shut)
		finding_add(d->findings, SERIOUS, place, _("look for a line "
		    "that always fails"),
		    _("%s: no account can get in"), service);
}
