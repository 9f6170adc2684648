#ifndef MFA_BAR_H
#define MFA_BAR_H

#include "mfa/progress.h"

/*
 * A progress bar in the last line of the terminal at standard error. Log
 * lines go above it while it is there.
 */
void bar_begin(void);
void bar_draw(const struct progress *p);
void bar_end(void);

#endif
