/*
 * The commands and options there are. Everything that lists them reads
 * these rows: dispatch, help, completion, and the check of the man page.
 */
#include "mfa/command_line.h"

#include <stddef.h>

enum { JOBS_MAX = 64 };

static const char *const id_type_words[] = {
    "username", "email", "phone", "external_id", "user_id", NULL};

#define AT(member) offsetof(struct mfa, member)

const struct command_option command_options[] = {
    {"config", "FILE", AT(config_file), NULL, 0, true,
	"read this configuration"},
    {"provider", "NAME", AT(provider), config_providers, 0, true,
	"the service to talk to: genauth or flashback"},
    {"id-type", "TYPE", AT(id_type), id_type_words, 0, true,
	"what USER is: username, email, phone, external_id or user_id"},
    {"json", NULL, AT(json), NULL, 0, true,
	"results as JSON, one object per line"},
    {"yes", NULL, AT(yes), NULL, 0, true, "do not ask for confirmation"},
    {"dry-run", NULL, AT(dry_run), NULL, 0, true,
	"show the changes that would be made, make none"},
    {"reason", "TEXT", AT(reason), NULL, 0, true, "why, for the audit line"},
    {"from", "FILE", AT(from), NULL, 0, false,
	"reset: people, one per line; - is standard input. setup: answers"},
    {"jobs", "N", AT(jobs), NULL, JOBS_MAX, false,
	"reset that many people at once"},
    {"journal", "FILE", AT(journal), NULL, 0, false,
	"note each step here, and resume from it"},
    {"keep-sessions", NULL, AT(keep_sessions), NULL, 0, false,
	"do not end the sessions"},
    {"remove-contact", NULL, AT(remove_contact), NULL, 0, false,
	"SMS, EMAIL: remove the phone number or address from the account"},
    {"access-token-file", "FILE", AT(access_token_file), NULL, 0, false,
	"use this access token, do not sign in"},
    {"offline", NULL, AT(offline), NULL, 0, false,
	"do not ask the service whether the answers are right"},
    {"service", "NAME", AT(pam_service), NULL, 0, false,
	"of a login by this PAM service: sshd, sudo"},
    {"rhost", "ADDRESS", AT(rhost), NULL, 0, false,
	"of a login from this address"},
    {"online", NULL, AT(online), NULL, 0, false,
	"ask the service, too, as a login would"},
    {NULL, NULL, 0, NULL, 0, false, NULL},
};

#define SELF "access-token-file"

const struct command commands[] = {
    {"status", "USER", "the account, and what is bound to it", "",
	command_status},
    {"factors", "USER", "one row per factor", "", command_factors},
    {"unbind", "USER TYPE...", "unbind factors: OTP, FACE, SMS, EMAIL",
	"remove-contact", command_unbind},
    {"reset", "[USER...]",
	"unbind all an administrator can, end the sessions, read back",
	"from jobs journal keep-sessions", command_reset},
    {"kick", "USER", "end the person's sessions", "", command_kick},
    {"unlock", "USER", "forget a login's wrong codes and pushes on this host",
	"", command_unlock},
    {"self factors", "", "my factors", SELF, command_self_factors},
    {"self factor", "ID", "one of my factors", SELF, command_self_factor},
    {"self unbind", "ID", "unbind one of my factors", SELF,
	command_self_unbind},
    {"self unbind-phone", "", "unbind my phone number", SELF,
	command_self_unbind_phone},
    {"self unbind-email", "", "unbind my e-mail address", SELF,
	command_self_unbind_email},
    {"self enroll", "TYPE", "bind a new factor: otp, sms or email", SELF,
	command_self_enroll},
    {"self reset", "", "unbind all of my factors", SELF, command_self_reset},
    {"setup", "", "first configuration: ask, test, write genauth.conf",
	"from offline", command_setup},
    {"verify", "USER", "ask for a factor as a login would", "",
	command_verify},
    {"explain", "USER [ARGUMENT...]",
	"why a login is asked, exempt or denied; ARGUMENT as on the PAM line",
	"service rhost online", command_explain},
    {"ping", "", "is the service there, and does it accept the key", "",
	command_ping},
    {"config check", "", "every mistake in the configuration", "",
	command_config_check},
    {"config show", "", "every option, its value, and where it comes from",
	"", command_config_show},
    {"completion", "SHELL", "print the completion for bash or zsh", "",
	command_completion},
    {"help", "[COMMAND...]", "this list, or one command in detail", "",
	command_help},
    {NULL, NULL, NULL, NULL, NULL},
};
