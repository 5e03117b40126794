/*
 * Any HTTP API as a template: method, URL, headers and body with {to} {text}
 * {subject} {id} {link} {secret}, and rules which answer means what.
 */
#include <stdlib.h>
#include <string.h>

#include "channel_kinds.h"
#include "http_rules.h"
#include "judge.h"
#include "seal.h"
#include "secret.h"
#include "template.h"

enum body_kind { BODY_JSON, BODY_FORM, BODY_TEXT };

struct http {
	struct common common;
	int method, body_kind;
	const char *url, *body, *basic, *secret_file, *drop;
	const struct node *headers;
	bool is_ascii;
	struct http_rules rules;
	char *secret;
};

static const char *const methods[] = {"POST", "PUT", "GET", NULL};
static const char *const body_kinds[] = {
    [BODY_JSON] = "json", [BODY_FORM] = "form", [BODY_TEXT] = "text", NULL};

#define AT(field) .offset = offsetof(struct http, field)
static const struct conf_key keys[] = {
    {.name = "method", .kind = KEY_WORD, .words = methods, AT(method)},
    {.name = "url", .kind = KEY_TEXT, .required = true, AT(url)},
    {.name = "headers", .kind = KEY_TEXTS, AT(headers)},
    {.name = "basic", .kind = KEY_TEXT, AT(basic)},
    {.name = "body", .kind = KEY_TEXT, AT(body)},
    {.name = "body_kind", .kind = KEY_WORD, .words = body_kinds, AT(body_kind)},
    {.name = "secret_file", .kind = KEY_TEXT, AT(secret_file)},
    {.name = "ascii", .kind = KEY_BOOL, AT(is_ascii)},
    {.name = "drop", .kind = KEY_TEXT, AT(drop)},
    {.name = "accept_status", .kind = KEY_TEXT, AT(rules.status)},
    {.name = "accept_json", .kind = KEY_ANY, AT(rules.accept)},
    {.name = "transient_json", .kind = KEY_ANY, AT(rules.transient)},
    {.name = "ref_json", .kind = KEY_TEXT, AT(rules.ref)},
};

/* ---- Checking ---- */

struct checking {
	const struct http *s;
	struct faults *faults;
};

static void
check_template(
    const struct checking *c, const struct node *at, const char *template)
{
	char *wrong = template_wrong(template);

	if (wrong != NULL)
		node_fault(at, c->faults,
		    "%s is not known; there are {to} {text} {subject} {id} "
		    "{link} {secret}",
		    wrong);
	if (c->s->secret_file == NULL && template_uses(template, "secret"))
		node_fault(at, c->faults, "{secret} needs 'secret_file'");
	free(wrong);
}

/* Where it goes is ours to say, never the message's. */
static void
check_url(const struct checking *c, const struct node *at)
{
	const char *url = c->s->url, *host = strstr(url, "://");

	check_template(c, at, url);
	if (strncmp(url, "https://", 8) != 0 &&
	    (strncmp(url, "http://", 7) != 0 || !c->s->common.allow_private)) {
		node_fault(at, c->faults,
		    "'url' must begin with https:// (http:// with "
		    "allow_private)");
		return;
	}
	host += 3;
	if (host[strcspn(host, "{@/")] != '/')
		node_fault(at, c->faults,
		    "'url' must name its host without {} or @, and then a /");
}

static void
check_headers(const struct checking *c)
{
	const struct node *n =
	    c->s->headers == NULL ? NULL : c->s->headers->child;

	for (; n != NULL; n = n->next) {
		size_t name = strspn(n->text,
		    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "0123456789-_");

		check_template(c, n, n->text);
		if (name == 0 || strncmp(n->text + name, ": ", 2) != 0)
			node_fault(
			    n, c->faults, "a header must be \"Name: value\"");
	}
}

static void
check_body(const struct checking *c, const struct node *at)
{
	const struct errand e = {.to = "a\"b", .text = "a\n\"b\"", .id = "1"};
	char *body;
	json_t *parsed;

	if (c->s->body == NULL)
		return;
	check_template(c, at, c->s->body);
	if (c->s->body_kind != BODY_JSON)
		return;
	body = template_fill(c->s->body, ESCAPE_JSON, &e, "c\\d");
	parsed = json_loads(body, JSON_REJECT_DUPLICATES, NULL);
	if (parsed == NULL)
		node_fault(at, c->faults,
		    "'body' must be JSON with its {words} inside strings, or "
		    "say body_kind = \"form\" or \"text\"");
	json_decref(parsed);
	free(body);
}

static void
check(void *settings, const struct node *at, struct faults *faults)
{
	struct http *s = settings;
	struct checking c = {s, faults};

	check_url(&c, node_get(at, "url"));
	check_headers(&c);
	check_body(&c, node_get(at, "body"));
	if (s->basic != NULL)
		check_template(&c, node_get(at, "basic"), s->basic);
	if (s->secret_file != NULL)
		s->secret = secret_read(&s->common, s->secret_file,
		    node_get(at, "secret_file"), faults);
	http_rules_check(&s->rules, at, faults);
}

static void
done(void *settings)
{
	struct http *s = settings;

	secret_free(s->secret);
}

/* ---- Sending ---- */

static void
add_headers(const struct http *s, const struct errand *e, struct transfer *t)
{
	static const char *const types[] = {
	    [BODY_JSON] = "application/json",
	    [BODY_FORM] = "application/x-www-form-urlencoded",
	    [BODY_TEXT] = "text/plain; charset=utf-8",
	};
	const struct node *n = s->headers == NULL ? NULL : s->headers->child;

	if (s->body != NULL)
		transfer_header(
		    t, xasprintf("Content-Type: %s", types[s->body_kind]));
	for (; n != NULL; n = n->next)
		transfer_header(
		    t, template_fill(n->text, ESCAPE_HEADER, e, s->secret));
}

static void
add_basic(const struct http *s, const struct errand *e, struct transfer *t)
{
	char *plain, *coded;

	if (s->basic == NULL)
		return;
	plain = template_fill(s->basic, ESCAPE_NONE, e, s->secret);
	coded = base64_encode(plain, strlen(plain));
	transfer_header(t, xasprintf("Authorization: Basic %s", coded));
	secret_free(plain);
	secret_free(coded);
}

static bool
prepare(const void *settings, const struct errand *e, struct transfer *t)
{
	static const enum escape escapes[] = {
	    [BODY_JSON] = ESCAPE_JSON,
	    [BODY_FORM] = ESCAPE_PERCENT,
	    [BODY_TEXT] = ESCAPE_NONE,
	};
	const struct http *s = settings;
	struct errand said = *e;
	char *text = wording(e->text, s->is_ascii, s->drop);
	char *subject = wording(e->subject, s->is_ascii, s->drop);

	said.text = text;
	said.subject = subject;
	t->method = xstrdup(methods[s->method]);
	t->url = template_fill(s->url, ESCAPE_PERCENT, &said, s->secret);
	add_headers(s, &said, t);
	add_basic(s, &said, t);
	if (s->body != NULL) {
		t->body = template_fill(
		    s->body, escapes[s->body_kind], &said, s->secret);
		t->body_len = strlen(t->body);
	}
	free(text);
	free(subject);
	return e->to[0] != '\0';
}

static void
judge(const void *settings, const struct answer *a, struct judgement *j)
{
	const struct http *s = settings;

	http_rules_judge(&s->rules, a, j);
}

const struct channel channel_http = {
    .name = "http",
    .keys = keys,
    .n_keys = NELEM(keys),
    .size = sizeof(struct http),
    .check = check,
    .done = done,
    .prepare = prepare,
    .judge = judge,
};
