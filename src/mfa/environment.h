#ifndef MFA_ENVIRONMENT_H
#define MFA_ENVIRONMENT_H

#include <stdbool.h>

/* The few facts that are taken from the environment. */
struct environment {
	char sudo_user[64]; /* cleaned; "" where unset */
	char locale[32];    /* of messages: "zh_CN.UTF-8" */
	bool rich;          /* TERM names a terminal that can do more, and
	                       NO_COLOR is not set */
	bool utf8;
	bool dumb;          /* TERM is "dumb" or not set */
	int columns;        /* 0: not said */
};

extern struct environment environment;

/*
 * Remember them, then empty the environment: libcurl, OpenSSL and the
 * resolver obey some thirty variables, and whoever started us could write
 * them. First thing in main(), before anything else can look.
 */
void environment_take(void);

#endif
