#ifndef MFA_MFA_H
#define MFA_MFA_H

#include <stdbool.h>

#include "login/config.h"
#include "service/token_cache.h"

/* Exit statuses, as the man page promises them. */
enum exit_status {
	STATUS_DONE = 0,
	STATUS_REFUSED = 1,       /* the service or the person said no */
	STATUS_USAGE = 2,
	STATUS_CONFIG = 3,
	STATUS_NOT_FOUND = 4,
	STATUS_NOT_PERMITTED = 5,
	STATUS_UNREACHABLE = 6,
	STATUS_SOME_FAILED = 7,   /* of many people */
};

enum { MFA_LOGIN_ARGS_MAX = 32 }; /* the module takes no more */

/* One run of genauth-mfa: what the command line said, and what is open. */
struct mfa {
	/* options, borrowed from argv; NULL, false or 0 where not given */
	const char *config_file, *provider, *id_type, *reason;
	const char *from, *journal, *access_token_file, *root;
	bool json, yes, dry_run, keep_sessions, remove_contact, offline;
	int jobs;
	const char *pam_service, *rhost;
	bool online;
	const char *const *login_args; /* of a PAM line, like those options */
	size_t login_arg_count;        /* at most MFA_LOGIN_ARGS_MAX */
	enum config_use use; /* from main(): which settings have to be there */

	/* from mfa_open() */
	struct config cfg;
	struct http *http;
	struct token_cache tokens;
	struct deadline deadline;
	struct service service;
};

/*
 * Read the configuration as the options say, for `m->use`, mistakes to `to`.
 * mfa_open() does it; `config check` and `config show` do no more than this.
 * STATUS_DONE or STATUS_CONFIG.
 */
enum exit_status mfa_read_config(
    struct mfa *m, struct config *cfg, option_report *to, void *ctx);

/* Tells a mistake in the configuration on standard error. */
option_report mfa_report;

/*
 * Tell people what there is to tell in the language chosen, or else that of
 * the environment, from here on; Chinese only where the terminal can show it.
 * mfa_read_config() does it as the configuration says.
 */
void mfa_speak(enum language chosen);

/*
 * Read the configuration and make the service ready, once. What is wrong is
 * told on standard error. STATUS_DONE, STATUS_CONFIG or STATUS_UNREACHABLE.
 * mfa_close() may follow in any case.
 */
enum exit_status mfa_open(struct mfa *m);

/* The second half of it, for who has filled m->cfg already; mfa_start() is the
 * same without the host's token cache. */
enum exit_status mfa_open_service(struct mfa *m);
enum exit_status mfa_start(struct mfa *m);
void mfa_close(struct mfa *m);

/*
 * Read the one-line secret in the file that option `name` gives (`path`, NULL
 * where it is not set) into `out`, once: nothing happens where `out` has it.
 * For secrets that only some commands need:
 *   mfa_want_secret(m, "app_secret_file", m->cfg.app_secret_file,
 *       &m->cfg.service.app_secret)
 * STATUS_DONE, or STATUS_CONFIG after saying why on standard error.
 */
enum exit_status mfa_want_secret(struct mfa *m, const char *name,
    const char *path, struct buf *out);

/* The deadline begins anew: a command of many steps gives each one its own. */
void mfa_renew_deadline(struct mfa *m);

/*
 * Say on standard error that `what` ("unbind OTP of alice") failed, why, what
 * to do next, and the service's request id; return the status that goes with
 * `e`. Nothing secret is in it.
 */
enum exit_status mfa_fail(const struct mfa *m, const char *what, enum err e);

/* That status alone, for who has a sentence of their own. */
enum exit_status mfa_status(enum err e);

/* A command: `argv` begins behind the command's name, and holds as many
 * operands as the command's row says: command_line.c has counted them. */
typedef enum exit_status command_main(struct mfa *m, int argc, char **argv);

/* One row per command drives dispatch, help, completion and the man check. */
struct command {
	const char *name;      /* "unbind", "self factors" */
	const char *arguments; /* "USER TYPE..." */
	const char *summary;   /* one line */
	const char *options;   /* long options it takes besides the common ones,
	                          parted by spaces: "keep-sessions jobs" */
	command_main *main;
};

extern const struct command commands[]; /* ended by a NULL name */

/* One file per command, or family of commands: */
command_main command_status, command_factors, command_unbind, command_reset,
    command_kick, command_unlock;                        /* administrator */
command_main command_self_factors, command_self_factor, command_self_unbind,
    command_self_unbind_phone, command_self_unbind_email, command_self_enroll,
    command_self_reset;                                  /* the person */
command_main command_setup, command_explain;
command_main command_verify, command_ping, command_config_check,
    command_config_show, command_completion, command_doctor,
    command_help; /* to find out */

#endif
