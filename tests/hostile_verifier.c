/*
 * genauth-verifier taken over: the shipped program, whose sandbox_enter() is
 * followed (linker --wrap) by an attempt from attempts.c. Which one is the
 * word in RUNTIMEDIR/try, read before. With the argument "list", names them.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "attempts.h"
#include "base/log.h"
#include "verifier/sandbox.h"

enum err __real_sandbox_enter(uid_t uid, gid_t gid);
enum err __wrap_sandbox_enter(uid_t uid, gid_t gid);

static const struct attempt *
read_attempt(void)
{
	char name[64] = "";
	int fd = open(RUNTIMEDIR "/try", O_RDONLY | O_CLOEXEC);

	if (fd != -1) {
		if (read(fd, name, sizeof(name) - 1) < 0)
			name[0] = '\0';
		(void)close(fd);
	}
	name[strcspn(name, "\n")] = '\0';
	for (const struct attempt *a = attempts; a->name != NULL; a++)
		if (strcmp(a->name, name) == 0)
			return a;
	return NULL;
}

/* A login that goes on could do what it tried. */
enum err
__wrap_sandbox_enter(uid_t uid, gid_t gid)
{
	const struct attempt *a = read_attempt();
	enum err e = __real_sandbox_enter(uid, gid);
	int how;

	if (e != ERR_OK || a == NULL)
		return e;
	how = a->run();
	log_write(LOG_ALERT, "attempt %s: %s", a->name,
	    how == 0 ? "could" : strerror(how));
	return how == 0 ? ERR_OK : ERR_SYSTEM;
}

/* As "NAME killed" or "NAME refused"; what this kernel's Landlock does not know
 * is left out. A constructor, because main() is the shipped one. */
__attribute__((constructor)) static void
list_attempts(int argc, char **argv)
{
	int version = landlock_version();

	if (argc != 2 || strcmp(argv[1], "list") != 0)
		return;
	for (const struct attempt *a = attempts; a->name != NULL; a++)
		if (a->landlock <= version)
			(void)printf("%s %s\n", a->name,
			    a->deadly ? "killed" : "refused");
	(void)fflush(stdout);
	_exit(0);
}
