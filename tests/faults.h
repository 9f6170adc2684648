#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <stdbool.h>

/* In the private system's own /run: see in_private_system.sh. */
#define FAULTS_RUNTIMEDIR "/run/genauth-faults"
#define FAULTS_PLAN "/run/genauth-faults.plan"

enum fault_process { FAULT_MODULE, FAULT_VERIFIER, FAULT_PROCESSES };

enum fault_extent {
	FAULT_ONE,  /* the call, in one of its ways */
	FAULT_TWO,  /* and the next, the clock apart, in its last way */
	FAULT_ALL,  /* and every later one of that process */
	FAULT_SAME, /* and every later one of that function */
	FAULT_EXTENTS
};

enum { FAULT_CALLS_MAX = 8192, FAULT_EXIT_SANITIZER = 86 };

/*
 * Which call is to fail, and what became of it: the file FAULTS_PLAN, shared
 * by the driver, the module and the verifier. Without the file all is well.
 */
struct fault_plan {
	enum fault_process process;
	long call; /* from 1; 0: none */
	int way;   /* from 1 */
	enum fault_extent extent;

	int failed;      /* the function that failed first, from 1; 0: none */
	int failed_way;
	bool away;       /* one failed in a way that means "service away" */
	bool local;      /* one failed in another way */
	bool second;     /* of FAULT_TWO has failed, too */
	int end_code, end_status; /* of the verifier, si_code and si_status */
	long calls[FAULT_PROCESSES];
	/* which function each call was */
	unsigned char trace[FAULT_PROCESSES][FAULT_CALLS_MAX];
};

/* The rows of faults.list. */
struct fault_function {
	const char *name, *ways;
	int way_count;
};

#endif
