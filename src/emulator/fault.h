#ifndef EMULATOR_FAULT_H
#define EMULATOR_FAULT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>

/* Ways to misbehave on request. One of each kind can be set at a time. */
enum fault_name {
	FAULT_LATENCY,
	FAULT_HTTP_STATUS,
	FAULT_STATUS_LINE,
	FAULT_RETRY_AFTER,
	FAULT_API_ERROR,
	FAULT_CUT_CONNECTION,
	FAULT_LOST_REPLY,
	FAULT_SLOW_BYTES,
	FAULT_NOT_JSON,
	FAULT_CUT_JSON,
	FAULT_HUGE_BODY,
	FAULT_WRONG_TYPE,
	FAULT_REDIRECT,
	FAULT_OTHER_PERSON,
	FAULT_MISSING_FIELD,
	FAULT_MISTYPED_FIELD,
	FAULT_DOUBLED_MEMBER,
	FAULT_TERMINAL_ESCAPES,
	FAULT_TRAILING_BYTES,
	FAULT_DEEP_NESTING,
	FAULT_EXPIRED_CERTIFICATE,
	FAULT_FOREIGN_CERTIFICATE,
	FAULT_COUNT
};

struct fault {
	bool on;
	char value[64];
	char path[64]; /* "": every request, else where "METHOD PATH" has it */
	long left;     /* requests still to spoil, -1: all */
};

/* The faults of one request: NULL is off, else the value. */
struct fault_set {
	const char *value[FAULT_COUNT];
	char text[FAULT_COUNT][64];
};

/* "NAME[=VALUE][@PATH][#COUNT]"; false where it is not understood. */
bool fault_set_text(struct fault faults[FAULT_COUNT], const char *text);

/* Parts, NULL for not given; the value may hold "@PATH" and "#COUNT". */
bool fault_set_parts(struct fault faults[FAULT_COUNT], const char *name,
    const char *value, const char *path, const char *count);

/* Off: one, or with NULL all. False where the name is not known. */
bool fault_clear(struct fault faults[FAULT_COUNT], const char *name);

/* Those that spoil a request for "METHOD PATH"; uses up their counts. */
void fault_pick(struct fault faults[FAULT_COUNT], const char *request,
    struct fault_set *out);

/* Whether the handshake now starting is to be spoilt this way. */
bool fault_pick_one(struct fault faults[FAULT_COUNT], enum fault_name name);

long fault_number(const struct fault_set *set, enum fault_name name);

/* Spoil a reply: its members, then its text (malloc'd, may be replaced). */
void fault_edit_members(const struct fault_set *set, cJSON *reply);
char *fault_edit_text(const struct fault_set *set, char *text);

/* A JSON array of what is set; the help text, one line each. */
cJSON *fault_report(const struct fault faults[FAULT_COUNT]);
void fault_list(FILE *out);

#endif
