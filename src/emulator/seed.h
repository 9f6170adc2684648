#ifndef EMULATOR_SEED_H
#define EMULATOR_SEED_H

#include "emulator/state.h"

/*
 * Fill the state from a seed file, or with NULL from the seed.json that is
 * compiled in. What a seed does not name (secrets) is made up. False, with
 * a reason on stderr, where the seed is not right.
 */
bool seed_load(struct state *s, const char *path);

/* Add that many users: person00001 and so on, each with OTP bound. */
bool seed_people(struct state *s, unsigned long count);

#endif
