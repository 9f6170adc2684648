#ifndef EMULATOR_FILES_H
#define EMULATOR_FILES_H

#include <gnutls/gnutls.h>

#include "emulator/state.h"

/*
 * The files in DIR that let others use the emulator. `dir` is absolute and
 * exists. False, with a reason on stderr, where one cannot be written.
 */
bool files_write(const struct state *s, const char *dir,
    const gnutls_datum_t *ca_pem, const char *control_url);

/* An empty outbox, open for appending; -1 on failure. */
int files_open_outbox(const char *dir);

/* DIR as an absolute path, made if it is missing; NULL on failure. */
char *files_make_dir(const char *dir);

#endif
