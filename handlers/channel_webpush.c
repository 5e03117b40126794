/*
 * Web Push to a browser (RFC 8030, 8291, 8292).  The address is the
 * subscription: "P256DH AUTH ENDPOINT", as the browser gave them.
 */
#include <stdlib.h>
#include <string.h>

#include "channel_kinds.h"
#include "clock.h"
#include "conf_term.h"
#include "judge.h"
#include "push.h"
#include "push_base64.h"
#include "seal.h"
#include "secret.h"

#define KEPT_DEFAULT (4 * HOUR)
#define KEPT_HIGH    (28 * DAY)
#define TOKEN_LIFE   (12 * HOUR) /* RFC 8292, 2: at most a day */
#define TOPIC_SIZE   33

struct webpush {
	struct common common;
	const char *key_file, *public_key, *contact, *kept;
	const struct node *hosts;
	int64_t kept_ms;
	struct push_key key;
};

/* Where browsers' push services are; ".x" is any host of x. */
static const char *const known_hosts[] = {
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.services.mozilla.com",
    "web.push.apple.com",
    ".push.apple.com",
    ".notify.windows.com",
};

#define AT(field) .offset = offsetof(struct webpush, field)
static const struct conf_key keys[] = {
    {.name = "key_file", .kind = KEY_TEXT, .required = true, AT(key_file)},
    {.name = "public_key", .kind = KEY_TEXT, .required = true, AT(public_key)},
    {.name = "contact", .kind = KEY_TEXT, .required = true, AT(contact)},
    {.name = "kept", .kind = KEY_TEXT, AT(kept)},
    {.name = "hosts", .kind = KEY_TEXTS, AT(hosts)},
};

static void
check_key(struct webpush *s, const struct node *at, struct faults *faults)
{
	const struct node *file = node_get(at, "key_file");
	char *text = secret_read(&s->common, s->key_file, file, faults);
	char *point;

	if (text != NULL && !push_key_read(text, &s->key)) {
		node_fault(file, faults,
		    "the key file must hold what hotlinectl push key wrote");
	} else if (text != NULL) {
		point = base64url_encode(s->key.point, PUSH_POINT_SIZE);
		if (strcmp(point, s->public_key) != 0)
			node_fault(node_get(at, "public_key"), faults,
			    "'public_key' does not belong to the key file; it "
			    "is \"%s\"",
			    point);
		free(point);
	}
	secret_free(text);
}

static void
check(void *settings, const struct node *at, struct faults *faults)
{
	struct webpush *s = settings;

	check_key(s, at, faults);
	if (strncmp(s->contact, "mailto:", 7) != 0 &&
	    strncmp(s->contact, "https://", 8) != 0)
		node_fault(node_get(at, "contact"), faults,
		    "'contact' must be mailto:... or https://...");
	s->kept_ms = KEPT_DEFAULT;
	if (s->kept != NULL &&
	    (!term_parse(s->kept, &s->kept_ms) || s->kept_ms > KEPT_HIGH))
		node_fault(
		    node_get(at, "kept"), faults, "'kept' must be 0s to 28d");
}

static void
done(void *settings)
{
	struct webpush *s = settings;

	explicit_bzero(&s->key, sizeof(s->key));
}

/* ---- The address ---- */

static bool
is_of(const char *host, size_t n, const char *known)
{
	size_t len = strlen(known);

	if (known[0] == '.')
		return n > len && memcmp(host + n - len, known, len) == 0;
	return n == len && memcmp(host, known, n) == 0;
}

static bool
is_known(const struct webpush *s, const char *host, size_t n)
{
	if (s->hosts == NULL) {
		for (size_t i = 0; i < NELEM(known_hosts); i++)
			if (is_of(host, n, known_hosts[i]))
				return true;
		return false;
	}
	for (const struct node *one = s->hosts->child; one != NULL;
	     one = one->next)
		if (is_of(host, n, one->text))
			return true;
	return false;
}

/*
 * The origin of an endpoint that may be called; NULL: it may not.  A port is
 * part of the host, as in the setting.  The caller frees.
 */
static char *
origin_of(const struct webpush *s, const char *url)
{
	static const char scheme[] = "https://";
	const char *host = url + strlen(scheme);
	size_t n;

	if (strncmp(url, scheme, strlen(scheme)) != 0)
		return NULL;
	n = strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-.:");
	for (const char *c = host + n; *c != '\0'; c++)
		if (*c <= ' ' || *c >= 0x7f || *c == '\\' || *c == '#')
			return NULL;
	return host[n] == '/' && is_known(s, host, n)
		   ? xstrndup(url, strlen(scheme) + n)
		   : NULL;
}

struct subscription {
	struct push_to to;
	const char *endpoint; /* in the errand's text */
	char *origin;	      /* owned */
};

static bool
read_address(
    const struct webpush *s, const char *text, struct subscription *sub)
{
	size_t n = strcspn(text, " ");
	char *p256dh = xstrndup(text, n), *auth;
	bool is_ok;

	text += n + (text[n] == ' ');
	n = strcspn(text, " ");
	auth = xstrndup(text, n);
	sub->endpoint = text + n + (text[n] == ' ');
	sub->origin = origin_of(s, sub->endpoint);
	is_ok = sub->origin != NULL && push_to_read(p256dh, auth, &sub->to);
	free(p256dh);
	free(auth);
	return is_ok;
}

/* ---- Sending ---- */

/* What the page's worker shows; a text that is too long is left out. */
static char *
payload(const struct errand *e)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s*}", "id", e->id, "subject",
	    e->subject, "text", e->text, "link", e->link);
	char *text = json_dumps(o, JSON_COMPACT);

	if (text != NULL && strlen(text) > PUSH_TEXT_MAX) {
		free(text);
		json_object_del(o, "text");
		text = json_dumps(o, JSON_COMPACT);
	}
	json_decref(o);
	return text;
}

static void
encrypt(const struct push_to *to, const char *text, struct transfer *t)
{
	unsigned char salt[PUSH_SALT_SIZE];
	struct push_key once;

	random_bytes(salt, sizeof(salt));
	push_key_new(&once);
	t->body = (char *)push_encrypt(to, &once, salt, text, &t->body_len);
	explicit_bzero(&once, sizeof(once));
}

/* One more attempt of a delivery takes the place of the one before. */
static void
topic_of(const char *id, char topic[TOPIC_SIZE])
{
	size_t n = 0;

	for (; *id != '\0' && n < TOPIC_SIZE - 1; id++)
		if (*id != '-')
			topic[n++] = *id;
	topic[n] = '\0';
}

static void
add_headers(const struct webpush *s, const struct errand *e, const char *origin,
    struct transfer *t)
{
	char *vapid =
	    push_vapid(&s->key, origin, s->contact, e->now + TOKEN_LIFE);
	char topic[TOPIC_SIZE];

	topic_of(e->id, topic);
	transfer_header(t, xasprintf("Authorization: %s", vapid));
	transfer_header(t, xstrdup("Content-Type: application/octet-stream"));
	transfer_header(t, xstrdup("Content-Encoding: aes128gcm"));
	transfer_header(
	    t, xasprintf("TTL: %lld", (long long)(s->kept_ms / SECOND)));
	transfer_header(t, xstrdup("Urgency: high"));
	transfer_header(t, xasprintf("Topic: %s", topic));
	free(vapid);
}

static bool
prepare(const void *settings, const struct errand *e, struct transfer *t)
{
	const struct webpush *s = settings;
	struct subscription sub = {0};
	char *text = payload(e);
	bool is_ok = text != NULL && strlen(text) <= PUSH_TEXT_MAX &&
		     read_address(s, e->to, &sub);

	if (is_ok) {
		t->method = xstrdup("POST");
		t->url = xstrdup(sub.endpoint);
		encrypt(&sub.to, text, t);
		add_headers(s, e, sub.origin, t);
	}
	free(sub.origin);
	free(text);
	return is_ok;
}

/* 404 and 410: the browser has no such subscription any more. */
static void
judge(const void *settings, const struct answer *a, struct judgement *j)
{
	(void)settings;
	judge_http(a, j);
}

const struct channel channel_webpush = {
    .name = "webpush",
    .keys = keys,
    .n_keys = NELEM(keys),
    .size = sizeof(struct webpush),
    .check = check,
    .done = done,
    .prepare = prepare,
    .judge = judge,
};
