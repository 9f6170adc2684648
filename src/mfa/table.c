/*
 * The commands and options there are. Everything that lists them reads
 * these rows: dispatch, help, completion, and the check of the man page.
 */
#include "mfa/command_line.h"

#include <stddef.h>

#include "base/message.h"

enum { JOBS_MAX = 64 };

static const char *const id_type_words[] = {
    "username", "email", "phone", "external_id", "user_id", NULL};

#define AT(member) offsetof(struct mfa, member)

const struct command_option command_options[] = {
    {"config", "FILE", AT(config_file), NULL, 0, true,
	N_("read this configuration")},
    {"provider", "NAME", AT(provider), config_providers, 0, true,
	N_("the service to talk to: genauth or flashback")},
    {"id-type", "TYPE", AT(id_type), id_type_words, 0, true,
	N_("what USER is: username, email, phone, external_id or user_id")},
    {"json", NULL, AT(json), NULL, 0, true,
	N_("results as JSON, one object per line")},
    {"yes", NULL, AT(yes), NULL, 0, true, N_("do not ask for confirmation")},
    {"dry-run", NULL, AT(dry_run), NULL, 0, true,
	N_("show the changes that would be made, make none")},
    {"reason", "TEXT", AT(reason), NULL, 0, true,
	N_("why, for the audit line")},
    {"from", "FILE", AT(from), NULL, 0, false,
	N_("reset: people, one per line; - is standard input. setup: answers")},
    {"jobs", "N", AT(jobs), NULL, JOBS_MAX, false,
	N_("reset that many people at once")},
    {"journal", "FILE", AT(journal), NULL, 0, false,
	N_("note each step here, and resume from it")},
    {"keep-sessions", NULL, AT(keep_sessions), NULL, 0, false,
	N_("do not end the sessions")},
    {"remove-contact", NULL, AT(remove_contact), NULL, 0, false,
	N_("SMS, EMAIL: remove the phone number or address from the account")},
    {"access-token-file", "FILE", AT(access_token_file), NULL, 0, false,
	N_("use this access token, do not sign in")},
    {"offline", NULL, AT(offline), NULL, 0, false,
	N_("do not ask the service whether the answers are right")},
    {"service", "NAME", AT(pam_service), NULL, 0, false,
	N_("of a login by this PAM service: sshd, sudo")},
    {"rhost", "ADDRESS", AT(rhost), NULL, 0, false,
	N_("of a login from this address")},
    {"online", NULL, AT(online), NULL, 0, false,
	N_("ask the service, too, as a login would")},
    {"root", "DIR", AT(root), NULL, 0, false,
	N_("look at the system below this directory, not at this one")},
    {NULL, NULL, 0, NULL, 0, false, NULL},
};

#define SELF "access-token-file"

const struct command commands[] = {
    {"status", "USER", N_("the account, and what is bound to it"), "",
	command_status},
    {"factors", "USER", N_("one row per factor"), "", command_factors},
    {"unbind", "USER TYPE...", N_("unbind factors: OTP, FACE, SMS, EMAIL"),
	"remove-contact", command_unbind},
    {"reset", "[USER...]",
	N_("unbind all an administrator can, end the sessions, read back"),
	"from jobs journal keep-sessions", command_reset},
    {"kick", "USER", N_("end the person's sessions"), "", command_kick},
    {"unlock", "USER",
	N_("forget a login's wrong codes and pushes on this host"), "",
	command_unlock},
    {"self factors", "", N_("my factors"), SELF, command_self_factors},
    {"self factor", "ID", N_("one of my factors"), SELF, command_self_factor},
    {"self unbind", "ID", N_("unbind one of my factors"), SELF,
	command_self_unbind},
    {"self unbind-phone", "", N_("unbind my phone number"), SELF,
	command_self_unbind_phone},
    {"self unbind-email", "", N_("unbind my e-mail address"), SELF,
	command_self_unbind_email},
    {"self enroll", "TYPE", N_("bind a new factor: otp, sms or email"), SELF,
	command_self_enroll},
    {"self reset", "", N_("unbind all of my factors"), SELF, command_self_reset},
    {"setup", "", N_("first configuration: ask, test, write genauth.conf"),
	"from offline", command_setup},
    {"verify", "USER", N_("ask for a factor as a login would"), "",
	command_verify},
    {"explain", "USER [ARGUMENT...]",
	N_("why a login is asked, exempt or denied; ARGUMENT as on the PAM line"),
	"service rhost online", command_explain},
    {"ping", "", N_("is the service there, and does it accept the key"), "",
	command_ping},
    {"config check", "", N_("every mistake in the configuration"), "",
	command_config_check},
    {"config show", "", N_("every option, its value, and where it comes from"),
	"", command_config_show},
    {"doctor", "",
	N_("who gets in without the factor, who not at all, and why"),
	"root", command_doctor},
    {"completion", "SHELL", N_("print the completion for bash or zsh"), "",
	command_completion},
    {"help", "[COMMAND...]", N_("this list, or one command in detail"), "",
	command_help},
    {NULL, NULL, NULL, NULL, NULL},
};
