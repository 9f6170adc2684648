#ifndef NET_JSON_H
#define NET_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * JSON as a hostile service may send it. json_parse() refuses (ERR_REPLY)
 * bytes behind the value, nesting deeper than JSON_DEPTH_MAX, an object with
 * a doubled member or more than JSON_MEMBERS_MAX, NUL in any form, a number
 * that is none in JSON, and text that is not UTF-8; ERR_MEMORY. The getters refuse (ERR_REPLY) a member that
 * is missing or of another type, and leave the output alone. Everything is
 * wiped when freed.
 */
enum { JSON_DEPTH_MAX = 16, JSON_MEMBERS_MAX = 512 };

struct json;

__attribute__((warn_unused_result)) enum err json_parse(
    const struct buf *text, struct json **out);
void json_free(struct json **j);

/* Members of an object. Strings and objects are borrowed from it. */
__attribute__((warn_unused_result)) enum err json_get_text(
    const struct json *object, const char *name, const char **out);
__attribute__((warn_unused_result)) enum err json_get_int(
    const struct json *object, const char *name, int *out);
__attribute__((warn_unused_result)) enum err json_get_bool(
    const struct json *object, const char *name, bool *out);
__attribute__((warn_unused_result)) enum err json_get_object(
    const struct json *object, const char *name, const struct json **out);
__attribute__((warn_unused_result)) enum err json_get_array(
    const struct json *object, const char *name, const struct json **out);

/* As json_get_text(), but missing or null is fine and reads as NULL. */
__attribute__((warn_unused_result)) enum err json_get_optional_text(
    const struct json *object, const char *name, const char **out);

/* Not there at all, or null. */
bool json_is_absent(const struct json *object, const char *name);
bool json_is_object(const struct json *j);

size_t json_array_size(const struct json *array);
const struct json *json_array_item(const struct json *array, size_t i);

/*
 * Writing. json_new_object() returns NULL without memory; json_put_*() on
 * NULL does nothing, and a failed one is remembered: json_print() then says
 * ERR_MEMORY. A NULL text is left out.
 */
struct json *json_new_object(void);
void json_put_text(struct json *object, const char *name, const char *text);
struct json *json_put_object(struct json *object, const char *name);
/* A value that is JSON already: a constant, or from json_print(). */
void json_put_json(struct json *object, const char *name, const char *json);
/* An array, NULL without memory, and a text behind its last one. */
struct json *json_new_array(void);
void json_add_text(struct json *array, const char *text);
__attribute__((warn_unused_result)) enum err json_print(
    const struct json *j, struct buf *out);

#endif
