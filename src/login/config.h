#ifndef LOGIN_CONFIG_H
#define LOGIN_CONFIG_H

#include "base/message.h"
#include "base/option.h"
#include "login/factor.h"
#include "net/http.h"
#include "service/provider.h"

enum fail_mode { FAIL_CLOSED, FAIL_OPEN };
enum flow { FLOW_TRIGGER, FLOW_SIGNIN };
enum account_phase { ACCOUNT_IGNORE, ACCOUNT_PUSH };
enum info_style { INFO_AUTO, INFO_PROMPT, INFO_MESSAGE };
enum prompt_style { PROMPT_FULL, PROMPT_SHORT };

/* Everything an administrator can set; config_clear() wipes and frees. */
struct config {
	struct service_settings service;
	struct http_settings http;
	char *conf;              /* the file all this came from */
	char *provider;          /* one of config_providers[] */
	char *access_key_secret_file, *app_secret_file, *access_token_file;
	char *user_map;          /* path, NULL: names are used as they are */
	char *users;             /* rules of login/policy.h */
	char *networks;          /* words of login/network.h, NULL: none */
	bool local;              /* logins from no address need the factor */
	struct factor_list allowed; /* from `factors` */
	int login_timeout_ms, push_timeout_ms, fail_delay_ms;
	int fail;                /* enum fail_mode */
	int flow;                /* enum flow */
	bool append;             /* "password,123456" in one answer */
	bool try_first_pass, use_first_pass;
	int account;             /* enum account_phase */
	int info;                /* enum info_style */
	struct option_rate breaker, lockout;
	int max_push;
	char *state_dir;         /* where wrong codes are counted */
	char *verifier_user;     /* see login/verifier_user.h */
	int prompt;              /* enum prompt_style */
	int language;            /* enum language */
	int tries;
	bool debug;
	bool require_reason;     /* changes by genauth-mfa need a --reason */
	char *audit_file;        /* where it notes them; NULL: syslog alone */
	struct buf users_map_text; /* content of user_map */
};

extern const struct option config_options[];

/* What `provider` may be, ended by NULL; provider_find() knows those that can
 * check a login. */
extern const char *const config_providers[];

/*
 * Read the file (`conf=FILE` among `args`, else CONFDIR/genauth.conf), the
 * arguments, which win, and the files they name, and check that what is
 * required is there. Every mistake is reported. ERR_CONFIG if there was one,
 * ERR_MEMORY; `c` is then empty. It may start uninitialised.
 */
__attribute__((warn_unused_result)) enum err config_load(struct config *c,
    const char *const *args, size_t count, option_report *report, void *ctx);

/*
 * The same for another use than a login: what has to be there, and which
 * secrets are read, differs. A person's own commands need no management key;
 * Flashback wants its access token only, and cannot check a login at all.
 */
enum config_use { CONFIG_ADMINISTRATOR, CONFIG_PERSON, CONFIG_LOGIN };

struct config_request {
	enum config_use use;
	const char *const *args;
	size_t count;
	option_report *report;
	void *ctx;
};

__attribute__((warn_unused_result)) enum err config_read(
    struct config *c, const struct config_request *q);

/*
 * Append the secret that is the one line of the file; `out` is empty and
 * empty after a failure. Reports as above. ERR_CONFIG, ERR_MEMORY.
 */
__attribute__((warn_unused_result)) enum err config_read_secret(
    const char *path, struct buf *out, option_report *report, void *ctx);

/*
 * Settle service.language: what is configured, else the host's `locale`: see
 * message_language(). ERR_MEMORY.
 */
__attribute__((warn_unused_result)) enum err config_choose_language(
    struct config *c, const char *locale);

/* Wipe and free; leaves it empty. For a zeroed or a loaded one. */
void config_clear(struct config *c);

#endif
