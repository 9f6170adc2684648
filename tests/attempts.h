#ifndef ATTEMPTS_H
#define ATTEMPTS_H

#include <stdbool.h>

/* What an intruder who has taken over a verifier in its sandbox would try. */
struct attempt {
	const char *name;
	int (*run)(void); /* 0: could; else errno */
	bool deadly;      /* ends the process; else it is refused */
	int landlock;     /* version of Landlock that this needs, 0: none */
};

extern const struct attempt attempts[]; /* ended by a NULL name */

/* Of this kernel, 0: none. Not from inside the sandbox. */
int landlock_version(void);

/* Where "make-socket" would leave one: everybody may write there. */
#define ATTEMPT_SOCKET "/dev/shm/pam_genauth_attempt"

#endif
