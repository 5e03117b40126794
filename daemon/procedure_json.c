/* A procedure as people read it over HTTP. */
#include <jansson.h>
#include <stdlib.h>

#include "core.h"
#include "procedure_file.h"
#include "procedure_gate.h"

static json_t *
choices_json(const struct choices *c, const char *key)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->n; i++) {
		const struct choice *one = &c->list[i];
		const struct node *when = one->node->kind == NODE_GROUP
					      ? node_get(one->node, "when")
					      : NULL;

		json_array_append_new(list,
		    json_pack("{s:s, s:s*, s:s*, s:s*}", key, one->text, "on",
			one->on, "when", when == NULL ? NULL : when->text,
			"basis", one->basis));
	}
	return list;
}

static json_t *
texts_json(const struct node *list)
{
	json_t *texts = json_array();

	for (const struct node *n = list == NULL ? NULL : list->child;
	     n != NULL; n = n->next)
		json_array_append_new(texts, json_string(n->text));
	return texts;
}

/* May the chairman order it by word of mouth, its paper following? */
static bool
takes_oral(const struct procedure *p, const struct step *s)
{
	char *event = xasprintf("%s.oral", s->id);
	bool is_so = s->needs_approval && procedure_opens_any(p, event);

	free(event);
	return is_so;
}

static json_t *
step_json(const struct procedure *p, const struct step *s)
{
	const struct node *when = node_get(s->node, "when");

	return json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:s*, s:s, s:o, s:o, s:s*, s:o,"
	    " s:o, s:o, s:o, s:s, s:s, s:s, s:b, s:b}",
	    "id", s->id, "name_vi", s->vi, "name_en", s->en, "role", s->role,
	    "kind", s->kind, "form", s->form, "scope",
	    s->is_ward ? "ward" : "case", "opens", texts_json(s->opens_node),
	    "sooner", texts_json(s->sooner_node), "when",
	    when == NULL ? NULL : when->text, "limits",
	    choices_json(&s->limits, "is"), "starts",
	    choices_json(&s->starts, "is"), "warn",
	    texts_json(node_get(s->node, "warn")), "ladders",
	    choices_json(&s->ladders, "use"), "basis", s->basis, "source",
	    s->source, "leg", s->leg, "needs_approval", s->needs_approval,
	    "takes_oral", takes_oral(p, s));
}

static json_t *
brief_json(const struct procedure *p, const struct step *s)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*, s:s, s:s, s:b, s:b}",
	    "id", s->id, "name_vi", s->vi, "name_en", s->en, "role", s->role,
	    "kind", s->kind, "form", s->form, "basis", s->basis, "source",
	    s->source, "needs_approval", s->needs_approval, "takes_oral",
	    takes_oral(p, s));
}

struct json_t *
procedure_json(const struct procedure *p, bool is_brief)
{
	json_t *steps = json_array();

	for (size_t i = 0; i < p->n_steps; i++)
		json_array_append_new(steps, is_brief
						 ? brief_json(p, &p->steps[i])
						 : step_json(p, &p->steps[i]));
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "procedure", p->name,
	    "name_vi", p->vi, "name_en", p->en, "t0",
	    p->counts_ours ? "ours" : "earliest", "steps", steps);
}
