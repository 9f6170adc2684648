#ifndef EMULATOR_AUTH_H
#define EMULATOR_AUTH_H

#include "emulator/request.h"

/* Whom an endpoint answers. */
enum auth {
	AUTH_NONE,
	AUTH_MANAGEMENT,  /* bearer token or signature */
	AUTH_APP,         /* an application's id in the header */
	AUTH_USER,        /* the person's access token */
	AUTH_USER_OR_MFA, /* or an mfaToken */
	AUTH_MFA,
	AUTH_FLASHBACK    /* Flashback's token of a person */
};

/* False: the request was refused and answered. Sets r->user. */
bool auth_check(struct request *r, enum auth need);

#endif
