#ifndef EMULATOR_PARAMS_H
#define EMULATOR_PARAMS_H

#include "emulator/request.h"

/*
 * Fill r->query and r->body, both objects: the query's members are strings,
 * those called NAME[] an array called NAME; the body is JSON or a form.
 * False where the body is neither.
 */
bool params_parse(struct request *r);

#endif
