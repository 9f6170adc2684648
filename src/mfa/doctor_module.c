/*
 * Looks at the files that a line of /etc/pam.d leads to: is the module there,
 * are it and the verifier root's alone, and are they of one version? Loads
 * and runs neither.
 */
#include "mfa/doctor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/message.h"
#include "base/version.h"
#include "build.h"

enum {
	MODULE_MAX_BYTES = 16 * 1024 * 1024,
	STAMP_BYTES = 1200,
	WHY_BYTES = 1280,
};

/* What a file says of itself; "" where it does not. */
struct stamp {
	char version[VERSION_MAX_BYTES], verifier[DOCTOR_PATH_BYTES];
};

static bool
is_there(const struct doctor *d, const char *directory, const char *name)
{
	char path[DOCTOR_PATH_BYTES];
	struct stat st;

	return snprintf(path, sizeof(path), "%s/%s", directory, name) <
	    (int)sizeof(path) && system_root_stat(&d->root, path, &st);
}

/* Where the modules that every system has are. */
static enum err
add_directory(struct doctor *d, size_t *count, const char *path)
{
	char **more;

	if (!is_there(d, path, "pam_deny.so") &&
	    !is_there(d, path, "pam_permit.so"))
		return ERR_OK;
	more = reallocarray(d->module_directories, *count + 2, sizeof(*more));
	if (more == NULL)
		return ERR_MEMORY;
	d->module_directories = more;
	more[*count + 1] = NULL;
	return (more[(*count)++] = strdup(path)) == NULL ? ERR_MEMORY : ERR_OK;
}

/* /usr/lib/x86_64-linux-gnu/security, and the like below `parent`. */
static enum err
add_multiarch(struct doctor *d, size_t *count, const char *parent)
{
	char **names = system_root_list(&d->root, parent);
	char path[DOCTOR_PATH_BYTES];
	enum err e = names == NULL ? ERR_MEMORY : ERR_OK;

	for (char **n = names; e == ERR_OK && *n != NULL; n++) {
		if (strstr(*n, "-linux-") == NULL)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s/security", parent,
		    *n);
		e = add_directory(d, count, path);
	}
	system_root_free_names(names);
	return e;
}

enum err
doctor_find_modules(struct doctor *d)
{
	static const char *const places[] = {"/lib/security",
	    "/lib64/security", "/usr/lib/security", "/usr/lib64/security"};
	size_t count = 0;
	enum err e = ERR_OK;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) &&
	    e == ERR_OK; i++)
		e = add_directory(d, &count, places[i]);
	if (e == ERR_OK)
		e = add_multiarch(d, &count, "/lib");
	if (e == ERR_OK)
		e = add_multiarch(d, &count, "/usr/lib");
	if (count == 0)
		finding_add(d->findings, NOTE, "/usr/lib/security", "",
		    _("there are no PAM modules to be seen: each that is named "
		    "is taken to be there"));
	return e;
}

/* Its file, "" where there is none. False where that cannot be known. */
static bool
find_module(const struct doctor *d, const char *module,
    char out[DOCTOR_PATH_BYTES])
{
	struct stat st;
	/* $ISA is whichever of lib and lib64 */
	const char *isa = strstr(module, "$ISA/");
	const char *name = isa == NULL ? module : isa + strlen("$ISA/");

	out[0] = '\0';
	if (name[0] == '/') {
		if (system_root_stat(&d->root, name, &st))
			(void)snprintf(out, DOCTOR_PATH_BYTES, "%s", name);
		return true;
	}
	if (d->module_directories == NULL)
		return false;
	for (char **dir = d->module_directories; *dir != NULL; dir++)
		if (is_there(d, *dir, name)) {
			(void)snprintf(out, DOCTOR_PATH_BYTES, "%s/%s", *dir,
			    name);
			return true;
		}
	return true;
}

void
doctor_mark_missing(struct doctor *d, struct pam_stack *stack)
{
	char path[DOCTOR_PATH_BYTES];

	for (size_t i = 0; i < stack->count; i++) {
		struct handler *h = &stack->handlers[i];

		h->missing = h->kind == HANDLER_MODULE &&
		    find_module(d, h->module, path) && path[0] == '\0';
	}
}

static void
read_stamp(const char *bytes, size_t len, struct stamp *out)
{
	static const char mark[] = VERSION_MARK;
	const char *at = memmem(bytes, len, mark, sizeof(mark) - 1);
	char text[STAMP_BYTES], *verifier;

	memset(out, 0, sizeof(*out));
	if (at == NULL)
		return;
	at += sizeof(mark) - 1;
	(void)snprintf(text, sizeof(text), "%.*s",
	    (int)strnlen(at, (size_t)(bytes + len - at)), at);
	if ((verifier = strstr(text, " verifier=")) != NULL) {
		*verifier = '\0';
		(void)snprintf(out->verifier, sizeof(out->verifier), "%s",
		    verifier + strlen(" verifier="));
	}
	(void)snprintf(out->version, sizeof(out->version), "%.*s",
	    VERSION_MAX_BYTES - 1, text);
}

static enum err
read_file(struct doctor *d, const char *path, struct stamp *out)
{
	struct buf bytes = BUF_INIT(MODULE_MAX_BYTES);
	char why[WHY_BYTES];
	enum err e = system_root_read(
	    &d->root, path, &bytes, why, sizeof(why));

	memset(out, 0, sizeof(*out));
	if (e == ERR_CONFIG)
		doctor_report(d, path, why);
	else if (e == ERR_OK)
		read_stamp(buf_text(&bytes), bytes.len, out);
	buf_clear(&bytes);
	return e;
}

/* The file and each directory above it: who else could put another there? */
static void
check_owner(struct doctor *d, const char *path)
{
	char part[DOCTOR_PATH_BYTES];
	struct stat st;

	(void)snprintf(part, sizeof(part), "%s", path);
	for (char *slash = part + strlen(part); slash != NULL && slash > part;
	    slash = strrchr(part, '/')) {
		*slash = '\0';
		if (!system_root_stat(&d->root, part, &st))
			continue;
		/* in a sticky directory others cannot replace what is root's,
		 * but its owner can */
		if (st.st_uid != 0 || ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0
		    && !(S_ISDIR(st.st_mode) && (st.st_mode & S_ISVTX) != 0)))
			finding_add(d->findings, SERIOUS, part, _("chown "
			    "root:root it, and chmod go-w it"),
			    _("belongs to user %u with mode %04o, and is what "
			    "runs as root at every login: who can change it "
			    "is root"),
			    (unsigned)st.st_uid,
			    (unsigned)st.st_mode & 07777);
	}
}

static enum err
check_verifier(struct doctor *d, const char *module, const struct stamp *own)
{
	struct stamp verifier;
	struct stat st;
	enum err e;

	if (!system_root_stat(&d->root, own->verifier, &st) ||
	    !S_ISREG(st.st_mode) || (st.st_mode & S_IXUSR) == 0) {
		finding_add(d->findings, SERIOUS, own->verifier, _("install "
		    "genauth-verifier there"),
		    _("%s starts this program for each login, and it is not "
		    "there or cannot be run: nobody gets in"), module);
		return ERR_OK;
	}
	check_owner(d, own->verifier);
	e = read_file(d, own->verifier, &verifier);
	if (e == ERR_OK && strcmp(own->version, verifier.version) != 0)
		finding_add(d->findings, SERIOUS, own->verifier, _("install "
		    "module and verifier from the same package"),
		    _("is of version %s, but %s is of %s: they may not "
		    "understand each other, which denies every login"),
		    verifier.version[0] == '\0' ? _("(unknown)") :
		    verifier.version, module, own->version);
	return e == ERR_MEMORY ? e : ERR_OK;
}

enum err
doctor_module(struct doctor *d, const struct handler *h)
{
	char path[DOCTOR_PATH_BYTES], place[DOCTOR_PATH_BYTES];
	struct stamp stamp;
	enum err e;

	if (!find_module(d, h->module, path))
		return ERR_OK;
	if (path[0] == '\0') {
		finding_add(d->findings, SERIOUS, doctor_place(h, place),
		    _("install the module, or take the line out"),
		    _("there is no file of the module %s"), h->module);
		return ERR_OK;
	}
	check_owner(d, path);
	if ((e = read_file(d, path, &stamp)) != ERR_OK)
		return e == ERR_MEMORY ? e : ERR_OK;
	if (stamp.verifier[0] == '\0') {
		finding_add(d->findings, WARNING, path,
		    _("install the module anew"),
		    _("does not say which version it is: it is not "
		    "pam_genauth, or older than this program"));
		return ERR_OK;
	}
	if (strcmp(stamp.version, PACKAGE_VERSION) != 0)
		finding_add(d->findings, WARNING, path, _("install module and "
		    "genauth-mfa from the same version"),
		    _("is of version %s, this genauth-mfa of %s: what it says "
		    "may not be what the "
		    "module does"), stamp.version, PACKAGE_VERSION);
	return check_verifier(d, path, &stamp);
}
