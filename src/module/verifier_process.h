#ifndef MODULE_VERIFIER_PROCESS_H
#define MODULE_VERIFIER_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* A running genauth-verifier. All bits zero is none. */
struct verifier_process {
	pid_t pid;
	int fd;    /* our end of the wire */
	int pidfd; /* -1 where the kernel has none */
};

/*
 * Start the verifier with an empty environment, default signals, the wire as
 * descriptor 3, /dev/null as 0..2 and nothing else open, in a session of its
 * own so that Ctrl-C at the host's prompt does not reach it. Nothing of the
 * host changes. ERR_SYSTEM (errno says why).
 */
__attribute__((warn_unused_result)) enum err verifier_start(
    struct verifier_process *v);

/*
 * Of one that was started: give it `grace_ms` to end by itself after its last word, then kill it; reap
 * it in any case. True when it is known to have ended badly: a signal, or an
 * exit status other than 0. Where the host reaps children itself nothing is
 * known, which is not bad.
 */
bool verifier_stop(struct verifier_process *v, int grace_ms);

#endif
