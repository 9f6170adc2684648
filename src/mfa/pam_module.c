/*
 * Turns a module's name into the codes it may return in a given case. What is
 * not known may return anything, and counts as a proof: a module that was
 * misjudged here must not hide a way in.
 */
#include "mfa/pam_module.h"

#include <string.h>

enum { NAME_BYTES = 64 };

#define ALL_CODES (~CODE_BIT(CODE_INCOMPLETE) & ~CODE_BIT(CODE_MODULE_UNKNOWN))
#define FAILURES (ALL_CODES & ~CODE_BIT(CODE_SUCCESS) & \
	~CODE_BIT(CODE_IGNORE) & ~CODE_BIT(12 /* new_authtok_reqd */))

#define GATE_CODES (CODE_BIT(CODE_IGNORE) | CODE_BIT(CODE_AUTH_ERR) | \
	CODE_BIT(CODE_PERM_DENIED) | CODE_BIT(CODE_SERVICE_ERR))

/* man/pam_genauth.8, RETURN CODES; module_unknown is for a file that is not
 * there. */
const uint32_t module_factor_denies = CODE_BIT(CODE_AUTH_ERR) |
    CODE_BIT(CODE_PERM_DENIED) | CODE_BIT(CODE_SERVICE_ERR) |
    CODE_BIT(5 /* buf_err */) | CODE_BIT(9 /* authinfo_unavail */) |
    CODE_BIT(11 /* maxtries */) | CODE_BIT(19 /* conv_err */);
const uint32_t module_factor_lets =
    CODE_BIT(CODE_SUCCESS) | CODE_BIT(CODE_IGNORE);

static const struct {
	const char *name;
	enum module_kind kind;
} rows[] = {
    {"pam_genauth", MODULE_FACTOR},
    {"pam_permit", MODULE_PASSES},
    {"pam_deny", MODULE_DENIES},
    {"pam_rootok", MODULE_ROOT},
    {"pam_faillock", MODULE_COUNTS},
    {"pam_succeed_if", MODULE_CONDITION},
    {"pam_localuser", MODULE_CONDITION},
    {"pam_usertype", MODULE_CONDITION},
    {"pam_wheel", MODULE_CONDITION},
    {"pam_listfile", MODULE_CONDITION},
    {"pam_access", MODULE_CONDITION},
    {"pam_time", MODULE_CONDITION},
    {"pam_rhosts", MODULE_CONDITION},
    {"pam_timestamp", MODULE_CONDITION},
    {"pam_console", MODULE_CONDITION},
    {"pam_cap", MODULE_GATE},
    {"pam_echo", MODULE_GATE},
    {"pam_ecryptfs", MODULE_GATE},
    {"pam_env", MODULE_QUIET},
    {"pam_faildelay", MODULE_GATE},
    {"pam_gnome_keyring", MODULE_GATE},
    {"pam_group", MODULE_QUIET},
    {"pam_issue", MODULE_QUIET},
    {"pam_keyinit", MODULE_QUIET},
    {"pam_kwallet", MODULE_GATE},
    {"pam_kwallet5", MODULE_GATE},
    {"pam_lastlog", MODULE_GATE},
    {"pam_limits", MODULE_GATE},
    {"pam_loginuid", MODULE_GATE},
    {"pam_mail", MODULE_QUIET},
    {"pam_motd", MODULE_GATE},
    {"pam_mount", MODULE_GATE},
    {"pam_nologin", MODULE_QUIET},
    {"pam_securetty", MODULE_GATE},
    {"pam_selinux", MODULE_GATE},
    {"pam_selinux_permit", MODULE_CONDITION},
    {"pam_sepermit", MODULE_GATE},
    {"pam_shells", MODULE_GATE},
    {"pam_systemd", MODULE_GATE},
    {"pam_tally2", MODULE_GATE},
    {"pam_umask", MODULE_GATE},
    {"pam_warn", MODULE_QUIET},
    {"pam_xauth", MODULE_GATE},
};

enum module_kind
pam_module_kind(const struct handler *h)
{
	char name[NAME_BYTES];

	pam_module_name(h->module, name, sizeof(name));
	if (strcmp(name, "pam_nologin") == 0 && pam_has_argument(h, "successok"))
		return MODULE_GATE;
	if (h->kind == HANDLER_MODULE)
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			if (strcmp(rows[i].name, name) == 0)
				return rows[i].kind;
	return MODULE_PROVES;
}

bool
pam_module_is_same(const struct handler *a, const struct handler *b)
{
	size_t i = 0;

	if (strcmp(a->module, b->module) != 0)
		return false;
	while (a->arguments[i] != NULL && b->arguments[i] != NULL &&
	    strcmp(a->arguments[i], b->arguments[i]) == 0)
		i++;
	return a->arguments[i] == NULL && b->arguments[i] == NULL;
}

static uint32_t
condition_codes(const struct module_case *c, const struct handler *h)
{
	const uint32_t yes = CODE_BIT(CODE_SUCCESS);
	const uint32_t no = FAILURES | CODE_BIT(CODE_IGNORE);

	for (size_t i = 0; i < c->condition_count; i++)
		if (pam_module_is_same(c->conditions[i], h))
			return (c->fulfilled >> i & 1) != 0 ? yes : no;
	return yes | no;
}

uint32_t
pam_module_returns(void *module_case, const struct handler *h)
{
	const struct module_case *c = module_case;

	switch (pam_module_kind(h)) {
	case MODULE_FACTOR:
		return c->factor;
	case MODULE_PASSES:
		return CODE_BIT(CODE_SUCCESS);
	case MODULE_DENIES:
		return CODE_BIT(CODE_AUTH_ERR) | CODE_BIT(CODE_PERM_DENIED);
	case MODULE_GATE:
		return CODE_BIT(CODE_SUCCESS) | GATE_CODES;
	case MODULE_QUIET:
		return GATE_CODES;
	case MODULE_COUNTS:
		return FAILURES | CODE_BIT(CODE_IGNORE) |
		    (pam_has_argument(h, "authfail") ? 0 :
		    CODE_BIT(CODE_SUCCESS));
	case MODULE_CONDITION:
	case MODULE_ROOT:
		return condition_codes(c, h);
	case MODULE_PROVES:
		break;
	}
	return c->proven ? ALL_CODES : FAILURES;
}
