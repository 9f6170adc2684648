/*
 * Turns sshd's settings into findings: which ways of signing in never come to
 * the auth stack, and which never get through it.
 */
#include "mfa/doctor.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/message.h"
#include "mfa/child.h"
#include "mfa/sshd_config.h"

#define CONFIG "/etc/ssh/sshd_config"

enum { SSHD_TIMEOUT_MS = 10000, OUTPUT_MAX_BYTES = 64 * 1024 };

/* One kind of login, being judged. */
struct kind {
	struct doctor *d;
	const struct sshd_block *b;
	enum severity worst; /* a Match block is somebody's intention */
	char who[SSHD_VALUE_BYTES + 16];
};

static bool
is_on(const struct kind *k, enum sshd_setting s)
{
	return strcasecmp(k->b->values[s].text, "yes") == 0;
}

/* What a Match block leaves alone was told of all logins. */
static bool
concerns(const struct kind *k, enum sshd_setting s)
{
	return k->b->match[0] == '\0' || k->b->set[s];
}

static const char *
where(const struct kind *k, enum sshd_setting s)
{
	return k->b->values[s].where;
}

/* Is `method` ("publickey", with or without ":pam") a step of the list? */
static bool
has_step(const char *list, size_t len, const char *method)
{
	size_t want = strlen(method);

	while (len > 0) {
		const char *comma = memchr(list, ',', len);
		size_t step = comma == NULL ? len : (size_t)(comma - list);

		if (step >= want && strncasecmp(list, method, want) == 0 &&
		    (step == want || list[want] == ':'))
			return true;
		list += step + (comma != NULL);
		len -= step + (comma != NULL);
	}
	return false;
}

/* A list that gets in without the auth stack? */
static void
judge_list(const struct kind *k, enum sshd_setting by, const char *list,
    size_t len)
{
	struct findings *f = k->d->findings;
	bool asked = has_step(list, len, "keyboard-interactive") ||
	    has_step(list, len, "password");
	bool first = has_step(list, len, "publickey") ||
	    has_step(list, len, "hostbased") ||
	    has_step(list, len, "gssapi-with-mic");

	if (!asked && !k->d->sshd.account_asks)
		finding_add(f, k->worst, where(k, by), _("write "
		    "AuthenticationMethods publickey,keyboard-interactive:pam,"
		    " or set account = push and add an account line"),
		    _("%s: \"%.*s\" gets in without the factor: PAM's auth "
		    "stack is not asked then"), k->who, (int)len, list);
	if (k->d->sshd.factor_alone && asked && !first)
		finding_add(f, k->worst, where(k, by), _("write "
		    "AuthenticationMethods publickey,keyboard-interactive:pam"),
		    _("%s: \"%.*s\" needs the factor and nothing else: "
		    "/etc/pam.d/sshd asks for no password"), k->who, (int)len,
		    list);
}

/* "any": each method that is on, by itself. */
static void
judge_any(const struct kind *k)
{
	static const struct {
		enum sshd_setting setting;
		const char *method;
	} rows[] = {{PUBKEY, "publickey"}, {HOSTBASED, "hostbased"},
	    {GSSAPI, "gssapi-with-mic"}, {KBD_INTERACTIVE,
	    "keyboard-interactive"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (is_on(k, rows[i].setting) && (concerns(k, METHODS) ||
		    concerns(k, rows[i].setting)))
			judge_list(k, concerns(k, METHODS) ? METHODS :
			    rows[i].setting, rows[i].method,
			    strlen(rows[i].method));
}

static void
judge_methods(const struct kind *k)
{
	const char *lists = k->b->values[METHODS].text;

	if (strcasecmp(lists, "any") == 0) {
		judge_any(k);
		return;
	}
	while (*lists != '\0' && concerns(k, METHODS)) {
		size_t len = strcspn(lists, " ");

		judge_list(k, METHODS, lists, len);
		lists += len + strspn(lists + len, " ");
	}
}

static void
judge_asking(const struct kind *k)
{
	struct findings *f = k->d->findings;

	if (!is_on(k, USE_PAM) && concerns(k, USE_PAM))
		finding_add(f, SERIOUS, where(k, USE_PAM),
		    _("write UsePAM yes"),
		    _("%s: UsePAM is off: PAM, and so the factor, is never "
		    "asked for"), k->who);
	if (strcmp(k->b->values[PAM_SERVICE].text, "sshd") != 0 &&
	    concerns(k, PAM_SERVICE))
		finding_add(f, SERIOUS, where(k, PAM_SERVICE),
		    _("write PAMServiceName sshd, or have that service ask"),
		    _("%s: sshd uses /etc/pam.d/%s, not /etc/pam.d/sshd, which "
		    "was looked at"), k->who, k->b->values[PAM_SERVICE].text);
	if (!k->d->sshd.asks)
		return;
	if (!is_on(k, KBD_INTERACTIVE) && concerns(k, KBD_INTERACTIVE))
		finding_add(f, SERIOUS, where(k, KBD_INTERACTIVE),
		    _("write KbdInteractiveAuthentication yes"),
		    _("%s: sshd cannot ask for the factor, so nobody gets in "
		    "who needs it"), k->who);
	if (is_on(k, PASSWORD) && concerns(k, PASSWORD))
		finding_add(f, WARNING, where(k, PASSWORD),
		    _("write PasswordAuthentication no"),
		    _("%s: PasswordAuthentication cannot ask for a second "
		    "factor: logins by it are denied, after the password "
		    "was right"), k->who);
	if (strcasecmp(k->b->values[ROOT_LOGIN].text, "yes") == 0 &&
	    concerns(k, ROOT_LOGIN))
		finding_add(f, NOTE, where(k, ROOT_LOGIN), _("write "
		    "PermitRootLogin no where root need not come by ssh"),
		    _("%s: root may sign in, with the factor that the service "
		    "has for \"root\""), k->who);
}

static void
judge_limits(const struct kind *k)
{
	const struct sshd_value *grace = &k->b->values[GRACE_TIME];
	const struct sshd_value *tries = &k->b->values[MAX_TRIES];
	long seconds = strcasecmp(grace->text, "none") == 0 ? 0 :
	    sshd_seconds(grace->text), count = 0;

	if (seconds > 0 && seconds < k->d->sshd.login_timeout_s &&
	    concerns(k, GRACE_TIME))
		finding_add(k->d->findings, WARNING, grace->where,
		    _("raise LoginGraceTime over login_timeout, or lower that"),
		    _("%s: sshd ends a login after %ld s (LoginGraceTime), "
		    "while the factor may take %d s (login_timeout): slow "
		    "people are cut off without a word"), k->who, seconds,
		    k->d->sshd.login_timeout_s);
	if (sscanf(tries->text, "%ld", &count) == 1 && count < 3 &&
	    concerns(k, MAX_TRIES))
		finding_add(k->d->findings, NOTE, tries->where, "",
		    _("%s: MaxAuthTries %ld counts every key that a client "
		    "offers and every round of questions; pam_genauth has its "
		    "own count (tries) and ends with PAM_MAXTRIES"), k->who,
		    count);
}

/* "User *", "Address 0.0.0.0/0,::/0": criteria that everybody meets? */
static bool
selects_all(const char *match)
{
	char words[SSHD_VALUE_BYTES], *next = words, *value, *one;
	size_t count = 0;

	(void)snprintf(words, sizeof(words), "%s", match);
	while ((value = strsep(&next, " \t")) != NULL) {
		bool all = false;

		if (*value == '\0' || strcasecmp(value, "all") == 0 ||
		    count++ % 2 == 0)
			continue; /* a criterion's name */
		if (strchr(value, '!') != NULL)
			return false;
		while ((one = strsep(&value, ",")) != NULL)
			all |= strcmp(one, "*") == 0 ||
			    strcmp(one, "0.0.0.0/0") == 0 ||
			    strcmp(one, "::/0") == 0;
		if (!all)
			return false;
	}
	return count % 2 == 0;
}

static void
judge_block(struct doctor *d, const struct sshd_block *b)
{
	struct kind k = {.d = d, .b = b, .worst = WARNING};

	if (selects_all(b->match))
		k.worst = SERIOUS;
	if (b->match[0] == '\0')
		(void)snprintf(k.who, sizeof(k.who), "sshd");
	else
		(void)snprintf(k.who, sizeof(k.who), "Match %s", b->match);
	judge_asking(&k);
	if (is_on(&k, USE_PAM))
		judge_methods(&k);
	judge_limits(&k);
}

/* What this host's sshd makes of its settings. */
static enum err
ask_sshd(struct doctor *d, struct sshd_config *config)
{
	static const char *const programs[] = {
	    "/usr/sbin/sshd", "/usr/local/sbin/sshd"};
	struct buf text = BUF_INIT(OUTPUT_MAX_BYTES);
	char path[32], option[] = "-T";
	char *argv[] = {path, option, NULL};
	enum err e = ERR_SYSTEM;

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]) &&
	    d->here && d->root_user && e == ERR_SYSTEM; i++) {
		(void)snprintf(path, sizeof(path), "%s", programs[i]);
		e = child_run(argv, SSHD_TIMEOUT_MS, &text);
	}
	if (e == ERR_OK)
		sshd_config_correct(config, &text);
	else if (e == ERR_SYSTEM)
		finding_add(d->findings, NOTE, CONFIG, "", _("read as text: "
		    "sshd's own view (sshd -T) %s"), !d->here ?
		    _("is not asked for another system") : d->root_user ?
		    _("could not be had; see what it says") : _("needs root"));
	buf_clear(&text);
	return e == ERR_MEMORY ? e : ERR_OK;
}

static bool
is_there(const struct doctor *d)
{
	struct stat st;

	return system_root_stat(&d->root, CONFIG, &st) ||
	    system_root_stat(&d->root, "/usr/sbin/sshd", &st);
}

static void
tell_unasked(struct doctor *d)
{
	if (!d->sshd.there || (!d->sshd.asks && !d->sshd.account_asks))
		finding_add(d->findings, WARNING, "/etc/pam.d/sshd",
		    _("add \"auth requisite pam_genauth.so\" behind the "
		    "password, as pam.d/sshd shows"),
		    _("ssh logins do not ask for the factor"));
}

enum err
doctor_sshd(struct doctor *d)
{
	struct sshd_config config;
	enum err e;

	if (!is_there(d)) {
		finding_add(d->findings, NOTE, CONFIG, "", _("there is no sshd "
		    "here, so nothing was looked at"));
		return ERR_OK;
	}
	tell_unasked(d);
	if (!d->sshd.asks && !d->sshd.account_asks)
		return ERR_OK;
	e = sshd_config_read(&d->root, CONFIG, &config, doctor_report, d);
	if (e == ERR_OK)
		e = ask_sshd(d, &config);
	for (size_t i = 0; e == ERR_OK && i < config.count; i++)
		judge_block(d, &config.blocks[i]);
	sshd_config_clear(&config);
	return e == ERR_MEMORY ? e : ERR_OK;
}
