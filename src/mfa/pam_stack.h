#ifndef MFA_PAM_STACK_H
#define MFA_PAM_STACK_H

#include "base/option.h"
#include "mfa/pam_file.h"

enum pam_type {
	TYPE_AUTH, TYPE_SESSION, TYPE_ACCOUNT, TYPE_PASSWORD, TYPE_ANY
};
enum handler_kind {
	HANDLER_MODULE,
	HANDLER_SUBSTACK,  /* the handlers behind it with a higher level */
	HANDLER_MUST_FAIL, /* a line that Linux-PAM cannot use */
};

/* What one line made Linux-PAM do, in order. */
struct handler {
	enum pam_type type;
	enum handler_kind kind;
	int level;                  /* of substacks, 0: none */
	int action[CODE_COUNT];
	char *module;               /* as written; of a substack its file */
	char **arguments;           /* ended by NULL */
	const char *file;           /* borrowed from the stack */
	size_t line;
	bool missing;               /* there is no such module file; for the
	                               caller to find out and to set */
};

/* All that Linux-PAM makes of a service. */
struct pam_stack {
	struct handler *handlers;   /* of its own, then those of "other" */
	size_t count, own;          /* all; and those of its own */
	char **files;               /* that were read, each once */
	size_t file_count;
	bool broken;                /* Linux-PAM refuses every call */
	bool has_file;              /* it has one of its own */
};

/* Where files come from: ERR_OK, or ERR_CONFIG where there is none, with a
 * sentence in `why` ("cannot be opened: ..."). ERR_MEMORY. */
struct pam_source {
	enum err (*read)(void *ctx, const char *path, struct buf *out,
	    char *why, size_t why_size);
	void *ctx;
	bool conf;  /* neither pam.d is there: everything is in /etc/pam.conf */
};

/*
 * Read the service's files and all that they include: /etc/pam.d, then
 * /usr/lib/pam.d. What Linux-PAM cannot use, or only some of its versions
 * can, is reported ("FILE:LINE", and what it means). ERR_MEMORY; else `out`
 * is whole, pam_stack_clear() it in any case.
 */
__attribute__((warn_unused_result)) enum err pam_stack_load(
    const struct pam_source *source, const char *service,
    struct pam_stack *out, option_report *report, void *ctx);
void pam_stack_clear(struct pam_stack *stack);

/*
 * The handlers of one type, in order, as Linux-PAM would run them: the
 * service's own, or those of "other" where it has none. `out` has room for
 * stack->count; returns how many there are. None: every call is refused.
 */
size_t pam_stack_pick(const struct pam_stack *stack, enum pam_type type,
    const struct handler **out);

/* "pam_unix" of "/lib/security/pam_unix.so"; `out` is cut to fit. */
void pam_module_name(const char *path, char *out, size_t size);

/* Has the handler this argument? */
bool pam_has_argument(const struct handler *h, const char *argument);

#endif
