#ifndef BASE_VERSION_H
#define BASE_VERSION_H

/*
 * Module and verifier hold a line that begins so, what(1) finds it, too:
 * "@(#)pam_genauth 0.1.0 verifier=/usr/libexec/genauth-verifier". That is how
 * `genauth-mfa doctor` sees, without running either, whether they fit.
 */
#define VERSION_MARK "@(#)pam_genauth "
enum { VERSION_MAX_BYTES = 64 }; /* of the number alone */

#endif
