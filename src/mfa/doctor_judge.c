/*
 * Turns a judgement over a stack into findings: what it means for people, the
 * very line that makes the way, and the mend. Walks no stack itself.
 */
#include "mfa/doctor.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_BYTES = 256 };

#define REQUISITE "\"auth requisite pam_genauth.so\""

/* How a line makes a way past pam_genauth, and what to do about it. */
struct making {
	char how[WORDS_BYTES];
	const char *mend;
};

static void
explain_factor(const struct way_in *w, struct making *out)
{
	(void)snprintf(out->how, sizeof(out->how), "its control lets a login "
	    "go on that pam_genauth denied (%s=%s)", pam_code_name(w->code),
	    pam_action_name(w->line->action[w->code]));
	out->mend = "write " REQUISITE;
}

static void
explain(const struct way_in *w, struct making *out)
{
	int action;

	*out = (struct making){.how = "the stack ends in success without "
	    "pam_genauth", .mend = "write " REQUISITE " behind the password"};
	if (w->line == NULL)
		return;
	action = w->line->action[w->code];
	if (pam_module_kind(w->line) == MODULE_FACTOR) {
		explain_factor(w, out);
	} else if (action > 0) {
		(void)snprintf(out->how, sizeof(out->how), "this line jumps "
		    "over pam_genauth (%s=%d)", pam_code_name(w->code), action);
		out->mend = "let the jump land on the line of pam_genauth";
	} else if (action == ACTION_DONE) {
		(void)snprintf(out->how, sizeof(out->how), "this line ends "
		    "the stack before pam_genauth is asked (%s=done)",
		    pam_code_name(w->code));
		out->mend = "move the line of pam_genauth before it, or what "
		    "comes before pam_genauth into a substack of its own";
	} else if (action == ACTION_RESET) {
		(void)snprintf(out->how, sizeof(out->how), "this line makes "
		    "Linux-PAM forget that pam_genauth denied (%s=reset)",
		    pam_code_name(w->code));
		out->mend = "take reset out of its control";
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
		finding_add(d->findings, NOTE, place, "", "%s: root is not "
		    "asked", service);
	else if (w->way == WAY_SOME)
		finding_add(d->findings, WARNING, place, "see that nobody "
		    "else is meant by it, or take it out", "%s: %s where "
		    "\"%s\" says so: %s", service, who,
		    w->condition == NULL ? "a line" :
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
		finding_add(d->findings, SERIOUS, place, "install the module, "
		    "or take the line out", "%s: nobody can get in: there is "
		    "no such module file", service);
	else if (j->shut)
		finding_add(d->findings, SERIOUS, place, "look for a line "
		    "that always fails (pam_deny.so, a module that is not "
		    "there), and try the service from a second session",
		    "%s: nobody can get in, whatever they answer", service);
	else if (j->shut_exempt && d->exempts)
		finding_add(d->findings, SERIOUS, place, "add \"auth required "
		    "pam_permit.so\" behind it where something else has "
		    "proven who it is", "%s: whom the rules exempt cannot get "
		    "in: pam_genauth has no opinion then, and no other line "
		    "says yes", service);
}

static void
tell_faillock(struct doctor *d, const char *service, const struct judgement *j)
{
	char place[DOCTOR_PATH_BYTES];

	if (j->counts_codes != NULL)
		finding_add(d->findings, WARNING,
		    doctor_place(j->counts_codes, place), "let only a wrong "
		    "password lead here, as the files in pam.d/ do",
		    "%s: a wrong code, or a service that is away, counts as a "
		    "wrong password: an outage locks accounts", service);
	if (j->clears_early != NULL)
		finding_add(d->findings, NOTE,
		    doctor_place(j->clears_early, place), "move the line "
		    "behind pam_genauth", "%s: the password alone clears the "
		    "count of wrong ones, before the factor was shown",
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
		finding_add(d->findings, WARNING, place, "make it simpler",
		    "%s: this stack has too many ways to look at them all",
		    service);
	if (j->with_nothing.way >= WAY_SOME)
		tell_way(d, service, &j->with_nothing, j->factor,
		    "anybody gets in, without a password and without the "
		    "factor");
	if (j->factor == NULL)
		return;
	if (j->without_factor.way > j->with_nothing.way ||
	    j->without_factor.way == WAY_ROOT)
		tell_way(d, service, &j->without_factor, j->factor,
		    "the password alone gets in, without the factor");
	if (j->file_missing.way == WAY_ALL && j->without_factor.way != WAY_ALL)
		finding_add(d->findings, WARNING, place, "write " REQUISITE,
		    "%s: should the module's file be missing, everybody gets "
		    "in without the factor", service);
	if (j->factor_alone.way == WAY_ALL && strcmp(service, "sshd") != 0)
		finding_add(d->findings, WARNING, place, "write the line "
		    "behind the password's, and not sufficient",
		    "%s: the factor alone gets in, no password is needed",
		    service);
	if (j->asks_strangers)
		finding_add(d->findings, WARNING, place, "let a wrong "
		    "password end the stack (requisite, or pam_deny.so with "
		    "requisite behind it)", "%s: pam_genauth is asked even "
		    "where the password was wrong: who knows a name can have "
		    "codes and pushes sent to its owner", service);
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
		finding_add(d->findings, WARNING, place, "keep account = push "
		    "for sshd: write it on the line in /etc/pam.d/sshd, not "
		    "in genauth.conf", "%s: every use of this service that "
		    "asked for no factor (cron, sudo without a password) "
		    "sends a push", service);
	else if (j->without_factor.way == WAY_ALL)
		tell_way(d, service, &j->without_factor, j->factor,
		    "the account phase can pass without the push");
	if (j->shut)
		finding_add(d->findings, SERIOUS, place, "look for a line "
		    "that always fails", "%s: no account can get in", service);
}
