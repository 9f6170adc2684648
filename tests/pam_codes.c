/*
 * A PAM module for test_pam_walk.c: returns whatever code the test wants.
 */
#include <stdlib.h>

#define PAM_SM_AUTH
#include <security/pam_modules.h>

#define EXPORTED __attribute__((visibility("default")))

/* The argument is a number; $CODES holds a byte for each, 'A' + the code. */
EXPORTED int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const char *codes = getenv("CODES");

	(void)pamh;
	(void)flags;
	if (argc != 1 || codes == NULL)
		return PAM_SERVICE_ERR;
	return codes[atoi(argv[0])] - 'A';
}

EXPORTED int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}
