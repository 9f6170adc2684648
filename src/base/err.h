#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * What went wrong. Zero is fine. The first half says "I could not find out",
 * the second half "I found out, and it is no": they are never mixed up with
 * a verdict (login/login.h), which is a type of its own.
 */
enum err {
	ERR_OK = 0,
	/* could not find out */
	ERR_MEMORY,
	ERR_SYSTEM,       /* a system call failed */
	ERR_CONFIG,       /* configuration, or a file it names, is not right */
	ERR_WIRE,         /* a message between module and verifier is not right */
	ERR_CONVERSATION, /* the host could not ask, or the answer was none */
	ERR_UNREACHABLE,  /* name not resolved, or no connection */
	ERR_TIMEOUT,      /* the service did not answer in time */
	ERR_BUSY,         /* the service said 5xx, or "system error" */
	ERR_THROTTLED,    /* the service said 429: too many requests */
	ERR_TLS,          /* the service could not prove who it is */
	ERR_REPLY,        /* the reply is not what the API promises */
	ERR_CREDENTIAL,   /* the service does not accept our key or our right */
	/* found out: no */
	ERR_UNKNOWN_PERSON,
	ERR_INACTIVE_PERSON,
	ERR_OTHER_PERSON, /* the reply speaks of somebody else: alarm */
	ERR_NO_FACTOR,    /* nothing bound that is also allowed */
	ERR_WRONG_PASSWORD,
	ERR_WRONG_CODE,
	ERR_NOT_A_CODE,   /* not the shape of a code or option: never sent on */
	ERR_TRIES,        /* wrong codes used up */
	ERR_LOCKED_OUT,   /* too many wrong codes lately, on this host */
	ERR_DECLINED,     /* refused on the phone */
	ERR_TOO_SOON,     /* asked for another code or push too soon */
	ERR_EXPIRED,      /* the challenge is no longer valid */
	ERR_TOO_SLOW,     /* login_timeout ran out */
	ERR_COUNT
};

/* The word for logs and for the wire, e.g. "wrong_code". Never NULL. */
const char *err_name(enum err e);

/* One English clause for people, e.g. "the code was wrong". Never NULL. */
const char *err_text(enum err e);

/* The value with that name, or ERR_COUNT where no value has it. */
enum err err_from_name(const char *name);

#endif
