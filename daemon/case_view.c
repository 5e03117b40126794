#include "case_view.h"

#include <stdlib.h>
#include <string.h>

#include "case_fields.h"
#include "case_known.h"
#include "case_links.h"
#include "case_open.h"
#include "clock.h"
#include "context.h"

static void
set_instant(struct tx *tx, json_t *o, const char *name, int64_t at)
{
	char text[INSTANT_SIZE];

	instant_format(text, at, (int)tx_context(tx)->conf->utc_offset_min);
	json_object_set_new(o, name, json_string(text));
}

/* Clocks with the names of their steps. */
static json_t *
clocks_json(struct tx *tx, const struct case_row *c)
{
	const struct context *x = tx_context(tx);
	json_t *list = tx_list(tx, Q_VIEW_CLOCKS, ARGS(V_TEXT(c->id))), *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		const struct step *s = procedure_step(x->procedure,
		    json_string_value(json_object_get(one, "step")));

		if (s == NULL)
			continue;
		json_object_set_new(
		    one, "name", json_string(step_name(s, x->conf->language)));
		json_object_set_new(one, "role", json_string(step_role(s)));
		json_object_set_new(one, "kind", json_string(step_kind(s)));
	}
	return list;
}

const char *
case_state(const struct case_row *c)
{
	return c->is_merged ? "merged" : c->is_open ? "open" : "closed";
}

json_t *
case_summary_json(struct tx *tx, const struct case_row *c)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:b, s:I}", "code", c->code,
	    "incident", c->incident, "state", case_state(c), "is_confidential",
	    c->is_confidential, "version", (json_int_t)c->version);
	json_t *holder = tx_object(tx, Q_VIEW_LOGIN, ARGS(V_TEXT(c->assignee)));
	struct case_row file;

	json_object_update_new(o,
	    json_pack("{s:O*}", "assignee", json_object_get(holder, "login")));
	json_decref(holder);
	set_instant(tx, o, "t0_at", c->t0_at);
	set_instant(tx, o, "received_at", c->received_at);
	json_object_set_new(o, "clocks", clocks_json(tx, c));
	if (c->is_merged && case_get(tx, c->file, &file) == OK)
		json_object_set_new(o, "merged_into", json_string(file.code));
	return o;
}

bool
case_may_know(struct tx *tx, const struct subject *by, const char *case_id)
{
	struct case_row c;
	struct object o;

	if (case_get(tx, case_id, &c) != OK)
		return false;
	if (by->kind == BY_ADMIN)
		return !c.is_confidential;
	case_object(tx, &c, by, &o);
	return allow(by, ACTION_case_read, &o, SEE_thing);
}

void
case_hide_rule(json_t *o, const char *name, bool knows_other)
{
	const char *rule = json_string_value(
	    json_object_get(json_object_get(o, name), "rule"));

	if (!knows_other && rule != NULL && strcmp(rule, "same_child") == 0)
		json_object_del(o, name);
}

json_t *
case_full_json(
    struct tx *tx, const struct case_row *c, const struct subject *by)
{
	json_t *o = case_summary_json(tx, c);
	char *facts = facts_format(&c->facts);
	struct known k = case_known(tx, c, by);
	bool has_any = known_any(&k);
	struct object object;
	int untrue;

	json_object_update_new(
	    o, tx_object(tx, Q_VIEW_CASE, ARGS(V_TEXT(c->id))));
	json_object_set_new(o, "facts", json_loads(facts, 0, NULL));
	free(facts);
	case_hide_rule(o, "assigned_why", has_any);
	json_object_set_new(o, "is_possible_duplicate", json_boolean(has_any));
	json_object_set(o, "duplicates", k.duplicates);
	json_object_set(o, "earlier", k.earlier);
	json_object_set_new(o, "earlier_unfounded", json_integer(k.unfounded));
	known_done(&k);
	json_object_set_new(o, "links", case_links_json(tx, c, by, &untrue));
	json_object_set_new(o, "links_unfounded", json_integer(untrue));
	json_object_set_new(
	    o, "merges", tx_list(tx, Q_VIEW_MERGES, ARGS(V_TEXT(c->id))));
	json_object_set_new(
	    o, "bars", tx_list(tx, Q_VIEW_BARS, ARGS(V_TEXT(c->id))));
	json_object_set_new(
	    o, "approvals", tx_list(tx, Q_VIEW_APPROVALS, ARGS(V_TEXT(c->id))));
	json_object_set_new(o, "assessments",
	    tx_list(tx, Q_VIEW_ASSESSMENTS, ARGS(V_TEXT(c->id))));
	json_object_set_new(o, "isolations",
	    tx_list(tx, Q_VIEW_ISOLATIONS, ARGS(V_TEXT(c->id))));
	json_object_update_new(o, case_open_sealed(tx, c));
	case_object(tx, c, by, &object);
	case_fields_hide(o, by, &object);
	return o;
}
