#include "case_links.h"

#include <string.h>

#include "alert_rows.h"
#include "audit.h"
#include "case_known.h"
#include "case_view.h"
#include "clock.h"

const char *const case_link_kinds[] = {"sibling", "household", NULL};

static enum outcome
audit_link(struct tx *tx, const char *case_id, const char *other,
    const struct act *a, const char *kind)
{
	return audit_add(
	    tx, &(struct happening){
		    .actor = a->by,
		    .act = strcmp(a->kind, "link") == 0 ? "case.linked"
							: "case.unlinked",
		    .object_kind = "case",
		    .object_id = case_id,
		    .case_id = case_id,
		    .detail = json_pack("{s:s, s:s*, s:s}", "other", other,
			"kind", kind, "act", a->id),
		});
}

/* One act of the case; both histories tell it. */
static enum outcome
record(struct tx *tx, struct act *a, const char *other, const char *kind,
    const struct joining *j)
{
	enum outcome how;

	a->by = j->by;
	a->acted_at = clock_now();
	a->body = j->body;
	how = act_add(tx, a);
	if (how == OK)
		how = audit_link(tx, a->case_id, other, a, kind);
	return how == OK ? audit_link(tx, other, a->case_id, a, kind) : how;
}

enum outcome
case_link(struct tx *tx, struct link *l, const struct joining *j)
{
	struct act act = {.case_id = l->c->id, .kind = "link"};
	enum outcome how;

	if (strcmp(l->c->file, l->other->file) == 0 ||
	    tx_number(tx, Q_LINK_IS_THERE, 0,
		ARGS(V_TEXT(l->c->id), V_TEXT(l->other->id), V_TEXT(l->kind))) >
		0)
		return CONFLICT;
	how = record(tx, &act, l->other->id, l->kind, j);
	id_new(l->id);
	if (how != OK)
		return how;
	return tx_exec(tx, Q_LINK_ADD,
	    ARGS(V_TEXT(l->id), V_TEXT(tx_ward(tx)), V_TEXT(l->c->id),
		V_TEXT(l->other->id), V_TEXT(l->kind), V_TEXT(act.id),
		V_INT(clock_now())));
}

enum outcome
case_link_end(struct tx *tx, const struct case_row *c, const char *id,
    const struct joining *j)
{
	struct act act = {.case_id = c->id, .kind = "unlink"};
	char other[1][ID_SIZE];
	size_t n = 0;
	enum outcome how = ids_read(
	    tx_query(tx, Q_LINK_OTHER, ARGS(V_TEXT(id), V_TEXT(c->id))), other,
	    NELEM(other), &n);

	if (how == OK && n == 0)
		return NOT_FOUND;
	if (how == OK)
		how = record(tx, &act, other[0], NULL, j);
	return how == OK
		   ? tx_exec(tx, Q_LINK_END,
			 ARGS(V_TEXT(id), V_INT(clock_now()), V_TEXT(act.id)))
		   : how;
}

json_t *
case_links_json(struct tx *tx, const struct case_row *c,
    const struct subject *by, int *unfounded)
{
	json_t *all = tx_list(tx, Q_VIEW_LINKS, ARGS(V_TEXT(c->id)));
	json_t *kin = tx_list(tx, Q_VIEW_INCIDENT,
	    ARGS(V_TEXT(c->incident), V_TEXT(c->file), V_TEXT(tx_ward(tx))));
	json_t *seen = json_array(), *one;
	size_t i;

	*unfounded = 0;
	json_array_extend(all, kin);
	json_array_foreach(all, i, one)
	{
		const char *id = json_string_value(json_object_get(one, "id"));

		if (!case_may_know(tx, by, id))
			continue;
		if (case_is_count(tx, id)) {
			++*unfounded;
			continue;
		}
		json_object_del(one, "id");
		json_array_append(seen, one);
	}
	json_decref(all);
	json_decref(kin);
	return seen;
}
