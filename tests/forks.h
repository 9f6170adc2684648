#ifndef TESTS_FORKS_H
#define TESTS_FORKS_H

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Run `each` in that many processes, which all start at once. How many of
 * them said true; -1 where one could not be started, or died. */
__attribute__((unused)) static int
forks_run(int count, bool (*each)(void))
{
	int gate[2], status, yes = 0;
	char byte;

	if (pipe(gate) == -1)
		return -1;
	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid == -1)
			return -1;
		if (pid != 0)
			continue;
		(void)close(gate[1]);
		_exit(read(gate[0], &byte, 1) == 0 && each() ? 0 : 1);
	}
	(void)close(gate[0]);
	(void)close(gate[1]); /* what they all wait for */
	for (int i = 0; i < count; i++) {
		if (wait(&status) == -1 || !WIFEXITED(status))
			return -1;
		yes += WEXITSTATUS(status) == 0;
	}
	return yes;
}

/* Run `step` again and again in a process of its own, and kill that at some
 * moment of the first few milliseconds. False where it ended by itself. */
__attribute__((unused)) static bool
forks_kill_one(void (*step)(void))
{
	struct timespec pause = {0, random() % 3000000};
	pid_t pid = fork();
	int status;

	if (pid == -1)
		return false;
	while (pid == 0)
		step();
	(void)nanosleep(&pause, NULL);
	return kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid &&
	    WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

#endif
