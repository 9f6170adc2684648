/*
 * The scripted service and the scripted person of fake_login.h.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "fake_login.h"
#include "temp.h"

struct fake_remote remote;
struct fake_human human;
struct fake_clock fake;
struct config cfg;
struct login_request who;
enum err (*before_service)(void);
bool candid;
char log_lines[8192];
int log_worst;

static void
take_time(struct service *s)
{
	s->wait_s = remote.wait_s;
	fake_clock_advance(&fake, remote.takes_ms);
}

static enum err
fake_find(struct service *s, const char *directory_id, struct person *out)
{
	take_time(s);
	remote.finds++;
	(void)snprintf(remote.found, sizeof(remote.found), "%s", directory_id);
	if (remote.find == ERR_OK)
		(void)snprintf(out->id, sizeof(out->id), "id-%s", directory_id);
	return remote.find;
}

static enum err
fill_challenge(struct challenge *out)
{
	out->bound = remote.bound;
	(void)snprintf(out->phone, sizeof(out->phone), "13800008888");
	(void)snprintf(out->email, sizeof(out->email), "alice@example.com");
	return buf_add_text(&out->token, "challenge-token");
}

static enum err
fake_challenge(
    struct service *s, const struct person *person, struct challenge *out)
{
	take_time(s);
	assert_string_equal(person->id, "id-alice");
	remote.challenges++;
	return remote.challenge != ERR_OK ? remote.challenge :
	    fill_challenge(out);
}

static enum err
fake_send(struct service *s, const struct challenge *c, enum factor f)
{
	take_time(s);
	assert_string_equal(buf_text(&c->token), "challenge-token");
	remote.sends++;
	remote.sent = f;
	return remote.send;
}

static enum err
fake_check(struct service *s, const struct person *person,
    const struct challenge *c, enum factor f, const struct buf *code,
    enum answer *out, struct buf *new_recovery)
{
	take_time(s);
	assert_string_equal(person->id, "id-alice");
	assert_string_equal(buf_text(&c->token), "challenge-token");
	remote.checks++;
	remote.checked = f;
	(void)snprintf(remote.code, sizeof(remote.code), "%s", buf_text(code));
	if (remote.on_check != NULL)
		remote.on_check();
	if (remote.check != ERR_OK)
		return remote.check;
	*out = remote.answer;
	if (remote.right_code != NULL &&
	    strcmp(remote.right_code, buf_text(code)) == 0)
		*out = ANSWER_YES;
	if (*out != ANSWER_YES)
		return ERR_OK;
	if (s->login_token != NULL && s->login_token->len == 0)
		assert_int_equal(
		    buf_add_text(s->login_token, "code-token"), ERR_OK);
	return remote.new_recovery == NULL ? ERR_OK :
	    buf_add_text(new_recovery, remote.new_recovery);
}

static enum err
fake_push(struct service *s, const char *directory_id, struct push *out)
{
	take_time(s);
	remote.pushes++;
	assert_string_equal(directory_id, "alice");
	if (remote.push == ERR_OK)
		(void)snprintf(out->id, sizeof(out->id), "push-%d",
		    remote.pushes);
	return remote.push;
}

static enum err
fake_poll(struct service *s, const struct person *person,
    const struct push *p, enum answer *out)
{
	int i = remote.polled++ % 16;
	char id[sizeof(p->id)];

	remote.polled_ms[i] = fake.now_ms;
	take_time(s);
	assert_string_equal(person->id, "id-alice");
	(void)snprintf(id, sizeof(id), "push-%d", remote.pushes);
	assert_string_equal(p->id, id);
	if (remote.polls[i] == ERR_OK)
		*out = remote.phone[i];
	return remote.polls[i];
}

static enum err
fake_sign_in(struct service *s, const struct sign_in *q,
    struct person *person, struct challenge *out, struct buf *token)
{
	take_time(s);
	remote.sign_ins++;
	s->sent = remote.sends_before_it_fails;
	s->why = NULL;
	(void)snprintf(remote.password, sizeof(remote.password), "%s",
	    buf_text(q->password));
	assert_int_equal(strlen(remote.password), q->password->len);
	(void)snprintf(remote.account, sizeof(remote.account), "%s",
	    q->account);
	(void)snprintf(remote.account_type, sizeof(remote.account_type), "%s",
	    q->account_type);
	(void)snprintf(remote.client_ip, sizeof(remote.client_ip), "%s",
	    q->client_ip == NULL ? "-" : q->client_ip);
	buf_clear(token);
	if (remote.token != NULL)
		assert_int_equal(buf_add_text(token, remote.token), ERR_OK);
	if (remote.sign_in != ERR_OK) {
		s->why = remote.why;
		return remote.sign_in;
	}
	if (strcmp(remote.password, remote.right_password) != 0)
		return ERR_WRONG_PASSWORD;
	(void)snprintf(person->id, sizeof(person->id), "id-%s", q->account);
	out->signed_in = remote.signed_in;
	return fill_challenge(out);
}

static enum err
fake_sign_out(struct service *s, const struct buf *token)
{
	if (token->len == 0)
		return ERR_OK;
	remote.sign_out_left_ms = deadline_left_ms(s->deadline);
	take_time(s);
	remote.sign_outs++;
	(void)snprintf(remote.revoked, sizeof(remote.revoked), "%s",
	    buf_text(token));
	return remote.sign_out;
}

static const struct provider fake_provider = {"fake", fake_find,
    fake_challenge, fake_send, fake_check, fake_push, fake_poll, fake_sign_in,
    fake_sign_out};

int
calls_of_the_service(void)
{
	return remote.finds + remote.challenges + remote.sends +
	    remote.checks + remote.pushes + remote.polled + remote.sign_ins +
	    remote.sign_outs;
}

static enum err
first_pass(struct buf *answer)
{
	human.first_passes++;
	return human.first_pass == NULL ? ERR_CONVERSATION :
	    buf_add_text(answer, human.first_pass);
}

static enum err
human_ask(struct conversation *c, enum question what, const char *prompt,
    int timeout_ms, struct buf *answer)
{
	size_t i;

	(void)c;
	buf_clear(answer);
	assert_true(timeout_ms > 0);
	assert_true(what < QUESTION_COUNT);
	if (what == QUESTION_FIRST_PASS)
		return first_pass(answer);
	i = human.asked++;
	assert_true(i < ASKED_MAX);
	human.questions[i] = what;
	human.asked_ms[i] = fake.now_ms;
	(void)snprintf(human.prompts[i], sizeof(human.prompts[i]), "%s",
	    prompt);
	fake_clock_advance(&fake, human.takes_ms);
	if (human.errors[i] != ERR_OK)
		return human.errors[i];
	if (human.answers[i] == NULL)
		return ERR_CONVERSATION;
	return buf_add_text(answer, human.answers[i]);
}

static enum err
human_tell(struct conversation *c, const char *text)
{
	(void)c;
	if (human.tells++ == 0)
		(void)snprintf(human.told_first, sizeof(human.told_first),
		    "%s", text);
	(void)snprintf(human.told, sizeof(human.told), "%s", text);
	human.told_ms = fake.now_ms;
	return human.tell;
}

static void
keep_log(void *ctx, int priority, const char *line)
{
	size_t used = strlen(log_lines);

	(void)ctx;
	if (priority < log_worst)
		log_worst = priority;
	(void)snprintf(log_lines + used, sizeof(log_lines) - used, "%s\n",
	    line);
}

static int
fake_getpwnam_r(const char *name, struct passwd *pw, char *space, size_t size,
    struct passwd **out)
{
	*out = NULL;
	if (strcmp(name, "broken") == 0)
		return EIO;
	if (strcasecmp(name, "alice") != 0)
		return 0;
	(void)snprintf(space, size, "alice");
	*pw = (struct passwd){
	    .pw_name = space, .pw_uid = 1000, .pw_gid = 1000};
	*out = pw;
	return 0;
}

static int
fake_getgrnam_r(const char *name, struct group *gr, char *space, size_t size,
    struct group **out)
{
	static char *nobody[] = {NULL};
	bool wheel = strcmp(name, "wheel") == 0;

	(void)space;
	(void)size;
	*out = NULL;
	if (!wheel && strcmp(name, "other") != 0)
		return 0;
	*gr = (struct group){.gr_gid = wheel ? 10 : 20, .gr_mem = nobody};
	*out = gr;
	return 0;
}

static int
fake_getgrouplist(const char *name, gid_t primary, gid_t *list, int *count)
{
	(void)name;
	list[0] = primary;
	list[1] = 10;
	return *count = 2;
}

static const struct account_lookups accounts = {
    fake_getpwnam_r, fake_getgrnam_r, fake_getgrouplist};

static enum err
call_before_service(void *ctx)
{
	(void)ctx;
	return before_service();
}

int
fake_login_reset(void **state)
{
	static char everybody[] = "*", url[] = "https://app.example.com",
	    type[] = "username";

	if (temp_teardown(state) != 0 || temp_setup(state) != 0)
		return -1;
	memset(&remote, 0, sizeof(remote));
	memset(&human, 0, sizeof(human));
	memset(&cfg, 0, sizeof(cfg));
	log_lines[0] = '\0';
	log_worst = LOG_DEBUG;
	remote.bound = FACTOR_BIT(FACTOR_OTP);
	remote.right_code = "123456";
	remote.right_password = "hunter2";
	for (size_t i = 0; i < 16; i++)
		remote.phone[i] = ANSWER_WAIT;
	cfg.service.app_url = url;
	cfg.service.user_id_type = type;
	cfg.users = everybody;
	cfg.local = true;
	cfg.allowed = (struct factor_list){
	    ALL_FACTORS & ~FACTOR_BIT(FACTOR_PUSH), FACTOR_OTP};
	cfg.tries = 3;
	cfg.login_timeout_ms = 100000;
	cfg.push_timeout_ms = 60000;
	cfg.fail_delay_ms = 2000;
	cfg.breaker = (struct option_rate){3, 60};
	cfg.lockout = (struct option_rate){10, 900};
	cfg.max_push = 1;
	cfg.state_dir = temp_directory;
	who = (struct login_request){.user = "alice", .service = "sshd",
	    .rhost = "192.0.2.7", .tty = "", .ruser = "",
	    .ssh_connection = "", .command = "", .ref = "7f3a",
	    .first_factor = true};
	before_service = NULL;
	candid = false;
	fake_clock_init(&fake);
	return 0;
}

struct login_result
run_login(void)
{
	struct conversation person = {human_ask, human_tell};
	struct provider provider = fake_provider;
	struct login_result result;
	struct deadline deadline;
	struct service service;
	const struct login_setup setup = {.cfg = &cfg, .service = &service,
	    .person = &person, .lookups = &accounts,
	    .runtime_dir = temp_directory, .candid = candid,
	    .before_service =
		before_service == NULL ? NULL : call_before_service};

	human.asked = human.first_passes = 0;
	human.tells = 0;
	human.told[0] = '\0';
	deadline_start(&deadline, &fake.clock, cfg.login_timeout_ms);
	if (remote.no_push)
		provider.push = NULL;
	service_init(
	    &service, &provider, &cfg.service, NULL, &deadline, NULL);
	log_to(keep_log, NULL);
	login_run(&setup, &who, &result);
	log_to(NULL, NULL);
	assert_ptr_equal(service.deadline, &deadline);
	assert_null(service.login_token);
	service_clear(&service);
	return result;
}

void
look_ahead(bool online, struct outlook *out)
{
	struct provider provider = fake_provider;
	struct deadline deadline;
	struct service service;
	const struct login_setup setup = {.cfg = &cfg, .service = &service,
	    .lookups = &accounts, .runtime_dir = temp_directory};

	deadline_start(&deadline, &fake.clock, cfg.login_timeout_ms);
	if (remote.no_push)
		provider.push = NULL;
	service_init(
	    &service, &provider, &cfg.service, NULL, &deadline, NULL);
	outlook_find(&setup, &who, online, out);
	service_clear(&service);
}

void
expect(enum verdict verdict, enum err why)
{
	struct login_result r = run_login();

	if (r.verdict != verdict || r.why != why)
		fail_msg("%s (%s), not %s (%s)", verdict_name(r.verdict),
		    err_name(r.why), verdict_name(verdict), err_name(why));
}

static void
open_tally(struct tally *t)
{
	const struct tally_limits limits = {{100, 86400}, 1};

	assert_int_equal(tally_open(t, temp_directory, "alice", limits,
	    &fake.clock), ERR_OK);
}

int
wrong_on_record(void)
{
	struct tally_view view;
	struct tally t;

	open_tally(&t);
	assert_int_equal(tally_look(&t, &view), ERR_OK);
	tally_close(&t);
	return view.wrong;
}

void
put_wrong_on_record(int count)
{
	struct tally t;
	int wait_s;

	open_tally(&t);
	while (count-- > 0)
		assert_int_equal(tally_try(&t, &wait_s), ERR_OK);
	tally_close(&t);
}

int
fake_login_start(void **state)
{
	return temp_setup(state);
}

int
fake_login_stop(void **state)
{
	return temp_teardown(state);
}
