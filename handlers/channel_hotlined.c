/*
 * Another hotlined: our transfer of a case, or our answer to one of theirs, as
 * the agency that we are there.  What has no call to make goes another way.
 */
#include <string.h>

#include "channel_kinds.h"
#include "judge.h"
#include "secret.h"

struct hotlined_peer {
	struct common common;
	const char *url, *secret_file;
	char *secret;
};

#define AT(field) .offset = offsetof(struct hotlined_peer, field)
static const struct conf_key keys[] = {
    {.name = "url", .kind = KEY_TEXT, .required = true, AT(url)},
    {.name = "secret_file",
	.kind = KEY_TEXT,
	.required = true,
	AT(secret_file)},
};

/* Where it goes is ours to say: scheme and host, no path of theirs. */
static void
check(void *settings, const struct node *at, struct faults *faults)
{
	struct hotlined_peer *s = settings;
	const char *host = strstr(s->url, "://");
	bool is_safe =
	    strncmp(s->url, "https://", 8) == 0 ||
	    (strncmp(s->url, "http://", 7) == 0 && s->common.allow_private);

	if (!is_safe || host[3 + strcspn(host + 3, "{@/?#")] != '\0')
		node_fault(node_get(at, "url"), faults,
		    "'url' must be https:// and a host, without a path "
		    "(http:// with allow_private)");
	s->secret = secret_read(
	    &s->common, s->secret_file, node_get(at, "secret_file"), faults);
}

static void
done(void *settings)
{
	struct hotlined_peer *s = settings;

	secret_free(s->secret);
}

static bool
prepare(const void *settings, const struct errand *e, struct transfer *t)
{
	const struct hotlined_peer *s = settings;
	const char *path = json_string_value(json_object_get(e->call, "path"));
	const json_t *body = json_object_get(e->call, "body");

	if (path == NULL || !json_is_object(body))
		return false;
	t->method = xstrdup("POST");
	t->url = xasprintf("%s%s", s->url, path);
	t->body = json_dumps(body, JSON_COMPACT);
	t->body_len = strlen(t->body);
	transfer_header(t, xstrdup("Content-Type: application/json"));
	transfer_header(t, xasprintf("Authorization: Bearer %s", s->secret));
	transfer_header(t, xasprintf("Idempotency-Key: \"%s\"", e->id));
	return true;
}

static void
judge(const void *settings, const struct answer *a, struct judgement *j)
{
	(void)settings;
	judge_http(a, j);
}

const struct channel channel_hotlined = {
    .name = "hotlined",
    .keys = keys,
    .n_keys = NELEM(keys),
    .size = sizeof(struct hotlined_peer),
    .check = check,
    .done = done,
    .prepare = prepare,
    .judge = judge,
};
