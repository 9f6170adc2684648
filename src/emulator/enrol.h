#ifndef EMULATOR_ENROL_H
#define EMULATOR_ENROL_H

#include "emulator/state.h"

/*
 * A picture that stands for the QR code: one white pixel, so that clients
 * get the PNG data URL they expect. The otpauth URI beside it is a real one.
 */
#define ENROL_PICTURE \
	"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HA" \
	"wCAAAAC0lEQVR42mP8/x8AAwMB/6X+kcEAAAAASUVORK5CYII="

enum { ENROL_URI = 320 };

/* A new secret and recovery code wait for their first passcode. */
struct pending *enrol_otp_start(struct state *s, struct user *u);
void enrol_otp_uri(const struct state *s, const struct user *u, char *out);

/* Alive, and for that factor. */
bool enrol_waits(const struct state *s, const struct user *u, enum factor f);

/* Bind the waiting secret if the passcode is its own. */
bool enrol_otp_finish(struct state *s, struct user *u, const char *code);

#endif
