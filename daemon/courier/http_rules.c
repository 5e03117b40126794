#include "http_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"

/* One range of "200-299 304"; *s moves behind it. */
static bool
next_range(const char **s, int64_t *low, int64_t *high)
{
	size_t n = strcspn(*s, " ");
	char *one = xstrndup(*s, n), *dash = strchr(one, '-');
	bool is_ok;

	if (dash != NULL)
		*dash = '\0';
	is_ok = number_parse(one, 100, 599, low);
	*high = *low;
	if (is_ok && dash != NULL)
		is_ok = number_parse(dash + 1, *low, 599, high);
	free(one);
	*s += n;
	*s += strspn(*s, " ");
	return is_ok;
}

static bool
is_status(const struct http_rules *r, int status)
{
	const char *s = r->status == NULL ? "200-299" : r->status;
	int64_t low, high;

	while (*s != '\0')
		if (next_range(&s, &low, &high) && status >= low &&
		    status <= high)
			return true;
	return false;
}

static bool
is_rule(const char *s)
{
	const char *equal = strchr(s, '=');

	return equal != NULL && equal != s && equal[1] != '\0';
}

static void
check_rules(const struct node *n, const char *name, struct faults *faults)
{
	const struct node *one = n;

	if (n == NULL)
		return;
	if (n->kind == NODE_LIST)
		one = n->child;
	for (; one != NULL; one = n->kind == NODE_LIST ? one->next : NULL)
		if (one->kind != NODE_TEXT || !is_rule(one->text))
			node_fault(one, faults,
			    "'%s' must be \"path=value\" or a list of such, "
			    "as in \"ok=true\"",
			    name);
}

void
http_rules_check(
    const struct http_rules *r, const struct node *at, struct faults *faults)
{
	const char *s = r->status == NULL ? "200" : r->status;
	int64_t low, high;
	bool is_ok = *s != '\0';

	while (is_ok && *s != '\0')
		is_ok = next_range(&s, &low, &high);
	if (!is_ok)
		node_fault(node_get(at, "accept_status"), faults,
		    "'accept_status' must be statuses or ranges of 100 to 599, "
		    "as in \"200-299 304\"");
	check_rules(r->accept, "accept_json", faults);
	check_rules(r->transient, "transient_json", faults);
}

/* The member at "a.b.c", len characters of it. */
static const json_t *
find(const json_t *at, const char *path, size_t len)
{
	while (at != NULL && len > 0) {
		size_t n = 0;

		while (n < len && path[n] != '.')
			n++;
		at = json_object_getn(at, path, n);
		path += n;
		len -= n;
		if (len > 0) {
			path++;
			len--;
		}
	}
	return at;
}

/* A scalar as people write it; the caller frees. */
static char *
text_of(const json_t *v)
{
	if (json_is_string(v))
		return xstrdup(json_string_value(v));
	if (json_is_integer(v))
		return xasprintf("%lld", (long long)json_integer_value(v));
	if (json_is_boolean(v))
		return xstrdup(json_is_true(v) ? "true" : "false");
	return NULL;
}

static bool
holds(const char *rule, const json_t *body)
{
	size_t n = strcspn(rule, "=");
	char *text = text_of(find(body, rule, n));
	bool is_equal = text != NULL && strcmp(text, rule + n + 1) == 0;

	free(text);
	return is_equal;
}

static bool
any_holds(const struct node *rules, const json_t *body)
{
	if (rules == NULL)
		return false;
	if (rules->kind == NODE_TEXT)
		return holds(rules->text, body);
	for (const struct node *n = rules->child; n != NULL; n = n->next)
		if (holds(n->text, body))
			return true;
	return false;
}

/* Letters, digits and a few signs: it goes into rows and logs. */
static void
take_ref(const struct http_rules *r, const json_t *body, struct judgement *j)
{
	char *text =
	    r->ref == NULL ? NULL : text_of(find(body, r->ref, strlen(r->ref)));

	if (text != NULL &&
	    text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST"
			      "UVWXYZ0123456789-_.:")] == '\0')
		snprintf(j->ref, sizeof(j->ref), "%s", text);
	free(text);
}

static void
judge_body(
    const struct http_rules *r, const struct answer *a, struct judgement *j)
{
	json_t *body = json_loadb(a->body, a->body_len, 0, NULL);

	j->class = PERMANENT;
	if (r->accept == NULL || (body != NULL && any_holds(r->accept, body)))
		j->class = ACCEPTED;
	else if (body == NULL)
		j->class = AMBIGUOUS;
	else if (any_holds(r->transient, body))
		j->class = TRANSIENT;
	if (body != NULL && j->class == ACCEPTED)
		take_ref(r, body, j);
	json_decref(body);
}

void
http_rules_judge(
    const struct http_rules *r, const struct answer *a, struct judgement *j)
{
	judge_http(a, j);
	if (!a->is_whole)
		return;
	if (is_status(r, a->status))
		judge_body(r, a, j);
	else if (j->class == ACCEPTED)
		j->class = PERMANENT;
}
