#ifndef LOGIN_OUTLOOK_H
#define LOGIN_OUTLOOK_H

#include "login/breaker.h"
#include "login/login.h"
#include "login/policy.h"

/* What a login would come to, as far as that does not hang on its answers. */
enum outlook_kind {
	OUTLOOK_DENIED = 0, /* whatever is answered, if it is asked at all */
	OUTLOOK_EXEMPT,	    /* by the policy */
	OUTLOOK_ASKED,	    /* for a factor, and its answer decides */
	OUTLOOK_LET_IN,	    /* by fail = open */
};

/* Who or what has said so. */
enum outlook_by {
	OUTLOOK_BY_POLICY,
	OUTLOOK_BY_RECORD, /* of the tries on this host */
	OUTLOOK_BY_USER_MAP,
	OUTLOOK_BY_BREAKER,
	OUTLOOK_BY_SERVICE,
};

struct outlook {
	enum outlook_kind kind;
	enum outlook_by by;
	enum err why; /* where DENIED or LET_IN */
	struct policy_decision policy;
	char identity[PERSON_ID_MAX + 1]; /* the person's name at the service;
				     "" where the login gets not as far */
	char mistake[512];	  /* why the tries cannot be counted, or "" */
	int locked_s;		  /* how long ERR_LOCKED_OUT lasts */
	unsigned offered;	  /* FACTOR_BIT()s, after a first factor */
	unsigned offered_blindly; /* where none was seen: to everybody */
	unsigned usable_blindly;  /* of these, what can be right */
	struct breaker_view breaker;
	bool was_asked; /* the service, about the person */
	enum err asked; /* what came of that */
	unsigned bound; /* FACTOR_BIT()s, where ERR_OK */
};

/*
 * What login_run() would do with this login now, found out by its own steps:
 * nobody is asked, nothing is sent, nothing is counted or changed, no record
 * is made. `with` needs no person. Only with `online` is the service asked,
 * and only about whom a login would ask it, as far as it would before it asks
 * the person: who that is, and what is bound. With flow = signin it cannot be
 * asked, that takes the password. What may be in the way of a push is not
 * looked at: it is one factor of several, and changes by the second.
 */
void outlook_find(const struct login_setup *with,
    const struct login_request *who, bool online, struct outlook *out);

#endif
