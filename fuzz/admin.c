/*
 * GenAuth's and Flashback's replies, as an administrator's commands read
 * them: nothing is done or known but what a successful reply said.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "service.h"
#include "service/admin.h"

static const struct account alice = {.id = FUZZ_ID, .username = "alice"};

static void
try_find(struct fuzz_service *f)
{
	static const char *const types[] = {
	    "username", "user_id", "email", "phone"};
	static const char *const names[] = {
	    "alice", FUZZ_ID, "alice@example.com", "13800008888"};
	unsigned type = input_choose(f->in, 4);
	struct account a = {.id = "before"};
	enum err e = admin_genauth.find(
	    &f->service, names[type], types[type], &a);

	if (e != ERR_OK) {
		must(strcmp(a.id, "before") == 0, "an error finds nobody");
		return;
	}
	must(fuzz_said(f, "userId", a.id), "the service said who it is");
	must(a.id[0] != '\0' && strcmp(a.id, "..") != 0, "an id is an id");
	must(type != 1 || strcmp(a.id, FUZZ_ID) == 0, "it is who was asked");
	must(fuzz_is_ended(a.username, sizeof(a.username)) &&
	    fuzz_is_ended(a.name, sizeof(a.name)) &&
	    fuzz_is_ended(a.status, sizeof(a.status)) &&
	    fuzz_is_ended(a.phone, sizeof(a.phone)) &&
	    fuzz_is_ended(a.email, sizeof(a.email)) &&
	    fuzz_is_ended(a.last_mfa, sizeof(a.last_mfa)), "text is ended");
}

static void
try_bindings(struct fuzz_service *f)
{
	static const char *const members[BINDING_COUNT] = {"totpStatus",
	    "smsMfaStatus", "emailMfaStatus", "faceMfaStatus"};
	struct bindings b;
	enum err e;

	memset(&b, 0, sizeof(b));
	e = admin_genauth.bindings(&f->service, &alice, &b);
	for (unsigned i = 0; i < BINDING_COUNT; i++) {
		must(e == ERR_OK || (b.info[i] == BOUND_UNKNOWN &&
		    b.bound[i] == BOUND_UNKNOWN), "an error knows nothing");
		must(b.info[i] != BOUND_YES ||
		    fuzz_said(f, members[i], "enabled"),
		    "bound is what the service called so");
		must(bindings_any(&b, (enum binding)i) <= BOUND_YES,
		    "bound, not bound or not known");
	}
}

static void
try_change(struct fuzz_service *f)
{
	unsigned what = input_choose(f->in, 3);
	enum binding which = (enum binding)input_choose(f->in, BINDING_COUNT);
	struct json *reply;
	enum err e;

	if (what == 0)
		e = admin_genauth.unbind(&f->service, &alice, which);
	else if (what == 1)
		e = admin_genauth.remove_contact(&f->service, &alice, which);
	else
		e = admin_genauth.kick(&f->service, &alice);
	if (e != ERR_OK)
		return;
	must(f->count > 0, "done is what the service said");
	reply = fuzz_success(f, f->count - 1);
	must(reply != NULL, "done is a success");
	json_free(&reply);
}

static void
try_flashback(struct fuzz_service *f)
{
	char message[300] = "before";
	struct json *root = NULL;
	bool success = false;
	enum err e = admin_flashback.reset(&f->service,
	    input_choose(f->in, 2) == 0 ? FUZZ_ID : NULL, message,
	    sizeof(message));

	must(text_is_clean(message, strlen(message), false),
	    "a sentence for people is clean");
	if (e != ERR_OK)
		return;
	must(f->count == 1 && f->said[0].status == 200 &&
	    json_parse(&f->said[0].body, &root) == ERR_OK &&
	    json_get_bool(root, "success", &success) == ERR_OK && success,
	    "done is what Flashback said");
	json_free(&root);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(struct fuzz_service *f) = {
	    try_find, try_bindings, try_change, try_flashback};
	struct input in = {data, size};
	unsigned which = input_choose(&in, sizeof(tries) / sizeof(*tries));
	struct fuzz_service f;

	watch_log();
	fuzz_service_init(&f, &in, &provider_genauth);
	tries[which](&f);
	fuzz_service_clear(&f);
	return 0;
}
