#ifndef MFA_SSHD_CONFIG_H
#define MFA_SSHD_CONFIG_H

#include "base/option.h"
#include "mfa/system_root.h"

/* The settings of sshd_config(5) that decide who is asked for what. */
enum sshd_setting {
	USE_PAM, KBD_INTERACTIVE, PASSWORD, PUBKEY, HOSTBASED, GSSAPI,
	METHODS, ROOT_LOGIN, GRACE_TIME, MAX_TRIES, PAM_SERVICE, SSHD_SETTINGS
};

enum { SSHD_VALUE_BYTES = 1024, SSHD_WHERE_BYTES = 512 };
struct sshd_value {
	char text[SSHD_VALUE_BYTES];
	char where[SSHD_WHERE_BYTES]; /* "FILE:LINE"; "FILE": by default;
	                                 "sshd -T": it says so */
};

/* The settings of one kind of login: all, or those of a Match block, which
 * has its own and, for the rest, the common ones. */
struct sshd_block {
	char match[SSHD_VALUE_BYTES];  /* "User deploy"; "": all */
	char where[SSHD_WHERE_BYTES];
	bool set[SSHD_SETTINGS];       /* said in this block */
	struct sshd_value values[SSHD_SETTINGS];
};

struct sshd_config {
	struct sshd_block *blocks; /* owned; the first is for all */
	size_t count;
};

/*
 * Read `path` of that system and what it includes. What cannot be read is
 * reported. ERR_CONFIG where `path` itself is not there, ERR_MEMORY;
 * sshd_config_clear() it in any case.
 */
__attribute__((warn_unused_result)) enum err sshd_config_read(
    const struct system_root *root, const char *path, struct sshd_config *out,
    option_report *report, void *ctx);
void sshd_config_clear(struct sshd_config *config);

/*
 * Take over what `sshd -T` says holds for all: it knows defaults and patches
 * that we do not. Places are kept where it agrees.
 */
void sshd_config_correct(struct sshd_config *config, const struct buf *text);

/* "2m", "90", "1h30m" in seconds; -1 where it is none. */
long sshd_seconds(const char *text);

#endif
