#ifndef MFA_SETUP_H
#define MFA_SETUP_H

#include <stdio.h>

#include "base/lines.h"
#include "mfa/draft.h"
#include "net/http.h"

/* One run of `genauth-mfa setup`. */
struct setup {
	struct mfa *m;
	struct draft draft;
	bool interview;          /* a person is asked: say what goes well */
	char verify_user[LINE_MAX_BYTES + 1]; /* of the answers; "": nobody */
	struct http_probe probe; /* of the last setup_try_url() */
};

/* What an answer can be tried on. */
enum setup_test { SETUP_NO_TEST, SETUP_TEST_URL, SETUP_TEST_KEY,
	SETUP_TEST_APP };

/* One row per option that is asked for, in this order. */
struct setup_step {
	const char *name;
	bool trigger, signin;   /* in which flow it is asked for */
	bool required;
	int secret;             /* enum draft_secret_id; -1: none */
	const char *fallback;   /* offered where nothing is there; NULL */
	enum setup_test test;   /* once this is answered */
	const char *back;       /* where to go on when that went wrong */
	const char *prompt;
	const char *about;      /* before the question */
};

extern const struct setup_step setup_steps[]; /* ended by a NULL name */

/* Asked for only where the service cannot be reached, or believed. */
extern const struct setup_step setup_proxy_step, setup_ca_step;

/* The option that the step sets: of a secret the one that names its file. */
const char *setup_option_of(const struct setup_step *step);

/* Is this step one of the draft's flow? */
bool setup_is_asked(const struct setup *s, const struct setup_step *step);

/*
 * Ask the service whether what the draft says is right. ERR_OK to go on, be
 * it with a warning; else why not, after saying on standard error what is
 * wrong and what that means.
 */
__attribute__((warn_unused_result)) enum err setup_try(
    struct setup *s, const struct setup_step *step);

/* Can `user` be asked for a factor? Nobody is asked, no code is sent. Errors
 * as above. */
__attribute__((warn_unused_result)) enum err setup_try_person(
    struct setup *s, const char *user);

/* Fill the draft from the file --from names. STATUS_CONFIG after telling every
 * mistake in it. */
enum exit_status setup_read_answers(struct setup *s);

/* Fill it by asking on the terminal, each answer tried at once. STATUS_REFUSED
 * where the person gives up. */
enum exit_status setup_interview(struct setup *s);

/* Ask for people to verify, until one is or nobody is named. */
enum exit_status setup_verify(struct setup *s);

/* What is about to be written, without the secrets. */
void setup_show_plan(const struct setup *s, FILE *to);

/* The names of the options that change, parted by spaces. */
void setup_list_changes(const struct setup *s, char *out, size_t size);

/* "changed", and so on; or that as JSON. `written`: it was done. */
enum exit_status setup_show_result(const struct setup *s, bool written);

/* What is left to do in /etc/pam.d and sshd_config, by hand. */
void setup_show_lines(FILE *to);

#endif
