#ifndef EMULATOR_SIGN_H
#define EMULATOR_SIGN_H

#include <cjson/cJSON.h>
#include <stddef.h>

/*
 * The HMAC signature of the management API: what is signed, made from the
 * parts of a request. All results are the caller's to free; NULL: no memory.
 */
struct sign_header {
	const char *name, *value;
};

/* `path`, then the members of the object `params` in order of their names. */
char *sign_resource(const char *path, const cJSON *params);

/*
 * METHOD, the headers whose name starts with `prefix` ("x-genauth-" or
 * "x-authing-", any case) and `date`, the resource. Sorts `headers`.
 */
char *sign_text(const char *method, const char *prefix,
    struct sign_header *headers, size_t count, const char *resource);

#endif
