/*
 * Turns "reset this person's MFA" into Flashback's one request for it, and
 * the reply into a sentence. Another vendor than GenAuth, with HTTP statuses
 * that mean something and an envelope of its own (API notes, section 7.1).
 */
#include "service/admin.h"

#include <stdio.h>

#include "base/log.h"
#include "base/text.h"
#include "net/json.h"

enum { TEXT_MAX_BYTES = 16 * 1024, WORDS_MAX = 200 };

static const struct {
	int status;
	enum err err;
	const char *words;
} outcomes[] = {
    {200, ERR_OK, "Flashback has reset the MFA"},
    {401, ERR_CREDENTIAL, "Flashback does not accept the access token"},
    {403, ERR_CREDENTIAL, "the owner of the access token may not do this"},
    {404, ERR_UNKNOWN_PERSON, "Flashback does not know this user id"},
    {429, ERR_THROTTLED, "Flashback asks to come back later"},
    {500, ERR_BUSY, "Flashback failed to do it"},
};

/* The service's own words: `message`, or `error` where it failed. */
static void
read_words(const struct json *root, bool success, char out[WORDS_MAX])
{
	const char *text = NULL;

	if (json_get_text(root, success ? "message" : "error", &text) !=
		ERR_OK &&
	    json_get_text(root, success ? "error" : "message", &text) !=
		ERR_OK)
		text = NULL;
	(void)text_clean(out, WORDS_MAX, text);
}

/* A yes is HTTP 200 and "success": true, nothing less. */
static enum err
judge(const struct http_reply *reply, char *message, size_t message_size)
{
	struct json *root = NULL;
	bool success = false;
	char words[WORDS_MAX] = "";
	const char *said = "Flashback sent an unexpected reply";
	enum err e = json_parse(&reply->body, &root);
	enum err verdict = ERR_REPLY;

	if (e == ERR_MEMORY)
		return e;
	if (json_get_bool(root, "success", &success) != ERR_OK)
		success = false;
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(*outcomes); i++)
		if (outcomes[i].status == reply->status &&
		    (outcomes[i].err == ERR_OK) == success) {
			verdict = outcomes[i].err;
			said = outcomes[i].words;
		}
	if (verdict == ERR_REPLY && reply->status >= 500)
		verdict = ERR_BUSY;
	read_words(root, success, words);
	(void)snprintf(message, message_size, "%s (HTTP %d%s%s)", said,
	    reply->status, words[0] != '\0' ? ": " : "", words);
	json_free(&root);
	return verdict;
}

static enum err
build(const struct service *s, const char *directory_id, struct buf *bearer,
    struct buf *body)
{
	struct json *object;
	enum err e;

	if ((e = buf_add_text(bearer, "authorization: Bearer ")) != ERR_OK ||
	    (e = buf_add_text(bearer,
		buf_text(&s->settings->access_token))) != ERR_OK ||
	    directory_id == NULL)
		return e;
	object = json_new_object();
	json_put_text(object, "resetUserId", directory_id);
	e = json_print(object, body);
	json_free(&object);
	return e;
}

static enum err
flashback_reset(struct service *s, const char *directory_id, char *message,
    size_t message_size)
{
	struct buf url = BUF_INIT(TEXT_MAX_BYTES);
	struct buf bearer = BUF_INIT(TEXT_MAX_BYTES);
	struct buf body = BUF_INIT(TEXT_MAX_BYTES);
	const char *headers[4] = {"accept: application/json"};
	struct http_request q = {.method = "POST", .headers = headers};
	struct http_reply reply;
	int left = deadline_left_ms(s->deadline);
	enum err e;

	http_reply_init(&reply);
	message[0] = '\0';
	s->request_id[0] = '\0';
	s->wait_s = -1;
	if (left == 0)
		return ERR_TOO_SLOW;
	if ((e = build(s, directory_id, &bearer, &body)) != ERR_OK ||
	    (e = buf_add_text(&url, s->settings->management_url)) != ERR_OK ||
	    (e = buf_add_text(&url, "/mfa/reset")) != ERR_OK)
		goto out;
	headers[1] = buf_text(&bearer);
	if (directory_id != NULL) {
		headers[2] = "content-type: application/json";
		q.body = &body;
	}
	q.url = buf_text(&url);
	if ((e = s->transport->perform(s->transport, &q, left, &reply)) !=
	    ERR_OK)
		goto out;
	s->wait_s = reply.retry_after_s;
	e = judge(&reply, message, message_size);
	log_write(LOG_INFO, "flashback: POST /mfa/reset: HTTP %d",
	    reply.status);
out:
	http_reply_clear(&reply);
	buf_clear(&body);
	buf_clear(&bearer);
	buf_clear(&url);
	return e;
}

const struct admin admin_flashback = {
    .provider = "flashback",
    .reset = flashback_reset,
};
