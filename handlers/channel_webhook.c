/*
 * JSON to a URL, signed as Standard Webhooks 1.0.0 say.  The address is the
 * URL; it must begin with one of the prefixes that channels.conf allows.
 */
#include <stdlib.h>
#include <string.h>

#include "channel_kinds.h"
#include "clock.h"
#include "judge.h"
#include "seal.h"
#include "secret.h"

#define SECRETS_MAX 2 /* the second while they are changed */
#define SECRET_LOW  24
#define SECRET_HIGH 64
#define PREFIX	    "whsec_"

struct webhook {
	struct common common;
	const char *secret_file;
	const struct node *allow;
	unsigned char secrets[SECRETS_MAX][SECRET_HIGH];
	size_t lengths[SECRETS_MAX], n;
};

#define AT(field) .offset = offsetof(struct webhook, field)
static const struct conf_key keys[] = {
    {.name = "secret_file",
	.kind = KEY_TEXT,
	.required = true,
	AT(secret_file)},
    {.name = "allow", .kind = KEY_TEXTS, .required = true, AT(allow)},
};

static bool
take_secret(struct webhook *s, const char *line, size_t len)
{
	char *text = xstrndup(line, len);
	unsigned char *bytes = NULL;
	size_t n = 0;
	bool is_ok = false;

	if (s->n == SECRETS_MAX || strncmp(text, PREFIX, strlen(PREFIX)) != 0)
		goto out;
	bytes = base64_decode(text + strlen(PREFIX), &n);
	if (bytes == NULL || n < SECRET_LOW || n > SECRET_HIGH)
		goto out;
	memcpy(s->secrets[s->n], bytes, n);
	s->lengths[s->n++] = n;
	is_ok = true;
out:
	if (bytes != NULL)
		explicit_bzero(bytes, n);
	free(bytes);
	secret_free(text);
	return is_ok;
}

static bool
take_secrets(struct webhook *s, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		if (!take_secret(s, text, n))
			return false;
		text += n + (text[n] == '\n');
	}
	return true;
}

/* A prefix ends the host, or it would allow hosts that begin alike. */
static bool
is_prefix_ok(const struct webhook *s, const char *prefix)
{
	const char *host = strstr(prefix, "://");

	if (strncmp(prefix, "https://", 8) != 0 &&
	    (strncmp(prefix, "http://", 7) != 0 || !s->common.allow_private))
		return false;
	host += 3;
	return strchr(host, '/') != NULL && host[0] != '/' &&
	       strchr(host, '@') == NULL;
}

static void
check(void *settings, const struct node *at, struct faults *faults)
{
	struct webhook *s = settings;
	const struct node *file = node_get(at, "secret_file");
	char *text = secret_read(&s->common, s->secret_file, file, faults);

	if (text != NULL && !take_secrets(s, text))
		node_fault(file, faults,
		    "the secret file must hold one or two lines whsec_ and "
		    "base64 of 24 to 64 bytes");
	secret_free(text);
	if (s->allow->child == NULL)
		node_fault(s->allow, faults,
		    "'allow' must name at least one URL prefix");
	for (const struct node *n = s->allow->child; n != NULL; n = n->next)
		if (!is_prefix_ok(s, n->text))
			node_fault(n, faults,
			    "an allowed prefix must be https://host/ or longer "
			    "(http:// with allow_private)");
}

static void
done(void *settings)
{
	struct webhook *s = settings;

	explicit_bzero(s->secrets, sizeof(s->secrets));
}

/* Path tricks could leave the allowed prefix. */
static bool
is_allowed(const struct webhook *s, const char *url)
{
	if (strstr(url, "..") != NULL || strpbrk(url, " \t\r\n\\#") != NULL)
		return false;
	for (const struct node *n = s->allow->child; n != NULL; n = n->next)
		if (strncmp(url, n->text, strlen(n->text)) == 0)
			return true;
	return false;
}

static char *
make_body(const struct errand *e)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s*, s:O*}", "type",
	    "alert", "id", e->id, "subject", e->subject, "text", e->text,
	    "link", e->link, "alerts", e->alerts);
	char *body = json_dumps(o, JSON_COMPACT);

	json_decref(o);
	return body;
}

/* "v1,<HMAC>" over id.timestamp.body for each secret. */
static char *
sign(const struct webhook *s, const struct errand *e, const char *body)
{
	struct buf signature = BUF_MAX(1024);
	char *signed_text =
	    xasprintf("%s.%lld.%s", e->id, (long long)(e->now / SECOND), body);

	for (size_t i = 0; i < s->n; i++) {
		unsigned char mac[32];
		char *text;

		hmac_sha256(s->secrets[i], s->lengths[i], signed_text,
		    strlen(signed_text), mac);
		text = base64_encode(mac, sizeof(mac));
		buf_addf(&signature, "%sv1,%s", i > 0 ? " " : "", text);
		free(text);
	}
	free(signed_text);
	return buf_take(&signature);
}

static bool
prepare(const void *settings, const struct errand *e, struct transfer *t)
{
	const struct webhook *s = settings;
	char *signature;

	if (!is_allowed(s, e->to))
		return false;
	t->body = make_body(e);
	if (t->body == NULL)
		return false;
	t->body_len = strlen(t->body);
	t->method = xstrdup("POST");
	t->url = xstrdup(e->to);
	signature = sign(s, e, t->body);
	transfer_header(t, xstrdup("Content-Type: application/json"));
	transfer_header(t, xasprintf("webhook-id: %s", e->id));
	transfer_header(t,
	    xasprintf("webhook-timestamp: %lld", (long long)(e->now / SECOND)));
	transfer_header(t, xasprintf("webhook-signature: %s", signature));
	free(signature);
	return true;
}

static void
judge(const void *settings, const struct answer *a, struct judgement *j)
{
	(void)settings;
	judge_http(a, j);
}

const struct channel channel_webhook = {
    .name = "webhook",
    .keys = keys,
    .n_keys = NELEM(keys),
    .size = sizeof(struct webhook),
    .check = check,
    .done = done,
    .prepare = prepare,
    .judge = judge,
};
