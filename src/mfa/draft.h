#ifndef MFA_DRAFT_H
#define MFA_DRAFT_H

#include <stdbool.h>
#include <sys/types.h>

#include "mfa/mfa.h"

enum { DRAFT_PATH_MAX = 1024, DRAFT_WHY_MAX = 1280 };

/* The secrets that have files of their own beside genauth.conf. */
enum draft_secret_id {
	DRAFT_ACCESS_KEY_SECRET, DRAFT_APP_SECRET, DRAFT_SECRETS
};

struct draft_secret_row {
	const char *name;   /* of the file, and in a file of answers */
	const char *option; /* that names the file */
};

extern const struct draft_secret_row draft_secret_rows[DRAFT_SECRETS];

/*
 * A configuration to be: what is there, and what is to change. Nothing is
 * written before draft_write(). draft_begin() first; draft_clear() in any
 * case, it wipes.
 */
struct draft {
	char path[DRAFT_PATH_MAX]; /* of genauth.conf */
	bool exists;
	mode_t mode;               /* that it has, or is to have */
	struct buf before, text;
	struct {
		struct buf value;  /* empty: as it is */
		char path[DRAFT_PATH_MAX]; /* where it is to be written; ""
					      where it is already */
	} secrets[DRAFT_SECRETS];
};

/*
 * Begin with the file that --config names, or the usual one, if it is there.
 * STATUS_CONFIG after saying on standard error why it cannot be gone on with.
 */
enum exit_status draft_begin(struct draft *d, const struct mfa *m);
void draft_clear(struct draft *d);

/* What the draft says of an option; "" for nothing. `size` is that of a line
 * (LINE_MAX_BYTES + 1). */
void draft_get(const struct draft *d, const char *name, char *out, size_t size);

/*
 * Give an option, or a secret, its value. ERR_CONFIG with a sentence in `why`
 * where it is not right, in the words of `config check`; ERR_MEMORY. A secret
 * that is on disk already is left where it is, and one that is not goes into
 * a file of its own: never over one that something else may name.
 */
__attribute__((warn_unused_result)) enum err draft_set(struct draft *d,
    const char *name, const char *value, char *why, size_t why_size);
__attribute__((warn_unused_result)) enum err draft_set_secret(struct draft *d,
    enum draft_secret_id id, const struct buf *secret, char *why,
    size_t why_size);

/* The lines become those that `text` holds, and `text` those they were. */
void draft_restore(struct draft *d, struct buf *text);

/* Is there a difference between what is there and what is to be? */
bool draft_is_changed(const struct draft *d);

/* Is this option's value another one? */
bool draft_has_changed(const struct draft *d, const char *name);

/* Every mistake in its lines goes to `report`, as from option_parse_file().
 * ERR_CONFIG, ERR_MEMORY. */
__attribute__((warn_unused_result)) enum err draft_check(
    const struct draft *d, option_report *report, void *ctx);

/*
 * Make `m` ready to ask the service, as mfa_open() does, with what the draft
 * says so far: what is not set, or not right, is left out. May be called
 * again when the draft has changed. STATUS_CONFIG after saying why not.
 */
enum exit_status draft_open(const struct draft *d, struct mfa *m);

/*
 * Write it: the secrets first, each into a new file, then genauth.conf by one
 * rename, which decides. Before that it is read as a login will read it. The
 * file that was there is kept as FILE.old. After a failure everything is as it
 * was, and standard error says why: STATUS_CONFIG.
 */
enum exit_status draft_write(const struct draft *d);

/* Standard error gets "genauth-mfa: WHERE: WHAT". */
option_report draft_report;

#endif
