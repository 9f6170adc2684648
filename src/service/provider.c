/*
 * The list of remote APIs, and the empty states of what they fill in. Speaks
 * to nobody itself.
 */
#include "service/provider.h"

#include <string.h>

/* Room for any token seen: JWTs of one or two KiB. */
enum { TOKEN_MAX_BYTES = 8192 };

static const struct provider *const providers[] = {
    &provider_genauth,
};

const char *const provider_names[] = {"genauth", NULL};

void
challenge_init(struct challenge *c)
{
	*c = (struct challenge){.bound = 0};
	buf_init(&c->token, TOKEN_MAX_BYTES);
}

void
challenge_clear(struct challenge *c)
{
	buf_clear(&c->token);
	explicit_bzero(c, sizeof(*c));
	challenge_init(c);
}

void
service_init(struct service *s, const struct provider *provider,
    const struct service_settings *settings, struct transport *transport,
    const struct deadline *deadline, struct token_cache *tokens)
{
	*s = (struct service){
	    .provider = provider,
	    .settings = settings,
	    .transport = transport,
	    .deadline = deadline,
	    .tokens = tokens,
	    .wait_s = -1,
	};
	buf_init(&s->bearer, TOKEN_MAX_BYTES);
}

void
service_clear(struct service *s)
{
	buf_clear(&s->bearer);
	service_init(s, NULL, NULL, NULL, NULL, NULL);
}

const struct provider *
provider_find(const char *name)
{
	for (size_t i = 0; i < sizeof(providers) / sizeof(*providers); i++)
		if (strcmp(providers[i]->name, name) == 0)
			return providers[i];
	return NULL;
}
