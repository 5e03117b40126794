/* A procedure as flat JSON, so that two of them can be compared. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "procedure_file.h"

#define TEXT_MAX 4096

static void
render(struct buf *b, const struct node *n)
{
	if (n->name != NULL)
		buf_addf(b, "%s=", n->name);
	switch (n->kind) {
	case NODE_TEXT:
		buf_adds(b, n->text);
		return;
	case NODE_INT:
	case NODE_BOOL:
		buf_addf(b, "%lld", (long long)n->number);
		return;
	default:
		break;
	}
	buf_adds(b, "(");
	for (const struct node *c = n->child; c != NULL; c = c->next) {
		render(b, c); /* as deep as the file, which is bounded */
		if (c->next != NULL)
			buf_adds(b, " ");
	}
	buf_adds(b, ")");
}

/* "N15.limit": "limit=5wd", one row for each key of the group. */
static void
put_group(json_t *rules, const char *id, const struct node *group)
{
	for (const struct node *c = group->child; c != NULL; c = c->next) {
		struct buf b = BUF_MAX(TEXT_MAX);
		char *key = xasprintf("%s.%s", id, c->name), *text;

		render(&b, c);
		text = buf_take(&b);
		json_object_set_new(
		    rules, key, json_string(text + strlen(c->name) + 1));
		free(text);
		free(key);
	}
}

struct json_t *
procedure_rules(const struct procedure *p)
{
	json_t *rules = json_object();

	json_object_set_new(
	    rules, "t0", json_string(p->counts_ours ? "ours" : "earliest"));
	if (p->authority != NULL)
		json_object_set_new(
		    rules, "authority", json_string(p->authority));
	for (size_t i = 0; i < p->n_steps; i++)
		put_group(rules, p->steps[i].id, p->steps[i].node);
	for (size_t i = 0; i < p->n_ladders; i++) {
		char *id = xasprintf("ladder.%s", p->ladders[i].id);

		put_group(rules, id, p->ladders[i].node);
		free(id);
	}
	return rules;
}
