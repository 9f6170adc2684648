#ifndef MFA_DOCTOR_H
#define MFA_DOCTOR_H

#include "mfa/finding.h"
#include "mfa/mfa.h"
#include "mfa/pam_judge.h"
#include "mfa/system_root.h"

/* What has to be known of sshd's own stack when its settings are judged. */
struct sshd_stack {
	bool there;           /* there is such a service */
	bool asks;            /* its auth stack asks for the factor */
	bool factor_alone;    /* ... and for nothing else */
	bool account_asks;    /* its account stack sends a push */
	int login_timeout_s;  /* 0: not known */
};

enum { DOCTOR_SIBLINGS = 2 };

/* One examination. What its parts find goes into `findings`. */
struct doctor {
	struct mfa *m;
	struct findings *findings;
	struct output *services; /* the table */
	struct system_root root;
	bool here;        /* this very system, not one below --root */
	bool root_user;   /* may see everything */
	bool asks;        /* some service does */
	bool exempts;     /* the configuration exempts somebody */
	struct sibling {
		bool there, asks;
	} siblings[DOCTOR_SIBLINGS][2]; /* doctor_pam.c */
	struct sshd_stack sshd;
	char **module_directories;
};

enum { DOCTOR_PATH_BYTES = 1100 };

/* "FILE:LINE" of a handler. Returns `out`. */
const char *doctor_place(const struct handler *h, char out[DOCTOR_PATH_BYTES]);

/* An option_report that makes mistakes findings; `ctx` is the struct doctor. */
void doctor_report(void *ctx, const char *where, const char *what);

/*
 * The parts. Each adds its findings; ERR_MEMORY is the only error.
 * doctor_pam() comes first, and fills d->sshd.
 */
__attribute__((warn_unused_result)) enum err doctor_pam(struct doctor *d);
__attribute__((warn_unused_result)) enum err doctor_sshd(struct doctor *d);
__attribute__((warn_unused_result)) enum err doctor_sudo(struct doctor *d);
__attribute__((warn_unused_result)) enum err doctor_service(struct doctor *d);

/*
 * The configuration of this very host, without a word about its mistakes: see
 * doctor_config(). From now on its language is spoken, English for JSON. To be
 * cleared with config_clear(), unless this returns false: there is none.
 */
__attribute__((warn_unused_result)) bool doctor_read_host(
    const struct doctor *d, struct config *out);

/* doctor_judge.c: what a judgement of `service` means, in words. */
void doctor_tell_auth(struct doctor *d, const char *service,
    const struct judgement *j);
void doctor_tell_account(struct doctor *d, const char *service,
    const struct judgement *j);

/* doctor_config.c: the configuration, as a login would read it for the line
 * `h` (NULL: no line, just the file), and what it means for the service. */
struct line_settings {
	bool known;   /* it is without mistakes */
	bool push;    /* account = push */
	int login_timeout_s;
	bool exempts; /* somebody needs no factor */
};
__attribute__((warn_unused_result)) enum err doctor_config(struct doctor *d,
    const char *service, const struct handler *h, bool account,
    struct line_settings *out);

/* doctor_module.c: set h->missing, of all handlers; and look at the module's
 * and the verifier's files that a line of pam_genauth leads to. */
__attribute__((warn_unused_result)) enum err doctor_find_modules(
    struct doctor *d);
void doctor_mark_missing(struct doctor *d, struct pam_stack *stack);
__attribute__((warn_unused_result)) enum err doctor_module(
    struct doctor *d, const struct handler *h);

#endif
