#include "case_informant.h"

#include <stdlib.h>

#include "audit.h"
#include "case_open.h"
#include "clock.h"

void
case_informant_object(struct tx *tx, const struct case_row *c,
    const struct subject *s, struct object *o)
{
	case_object(tx, c, s, o);
	if (s->kind != BY_MEMBER)
		return;
	o->is_own = tx_number(tx, Q_CASE_TAKEN_IN_BY, 0,
			ARGS(V_TEXT(c->id), V_TEXT(s->id))) > 0;
	o->has_no_lead = tx_number(tx, Q_LEADS_UNBARRED, 1,
			     ARGS(V_TEXT(tx_ward(tx)), V_TEXT(c->id))) == 0;
}

/* Of a notification or of what came later: id, table, sealed, when. */
static json_t *
open_one(struct tx *tx, const struct rows *rows)
{
	const char *id = row_text(rows, 0);
	char *owner = xasprintf("informant.%s", id);
	const struct opening_of what = {
	    owner, row_text(rows, 1), "informant_sealed", id};
	json_t *informant = json_open(tx, &what, rows, 2);

	free(owner);
	if (informant == NULL)
		return NULL; /* erased */
	return json_pack("{s:s, s:o, s:o}", "referral", row_text(rows, 4),
	    "received_at", json_instant(tx, row_int(rows, 3)), "informant",
	    informant);
}

static json_t *
open_all(struct tx *tx, const struct case_row *c)
{
	struct rows *rows =
	    tx_query(tx, Q_VIEW_INFORMANTS, ARGS(V_TEXT(c->id)));
	json_t *list = json_array(), *one;

	while (rows_next(rows)) {
		one = open_one(tx, rows);
		if (one != NULL)
			json_array_append_new(list, one);
	}
	(void)rows_end(rows);
	return list;
}

enum outcome
case_informants(struct tx *tx, const struct case_row *c, const json_t *body,
    const struct subject *by, json_t **out)
{
	struct act act = {
	    .case_id = c->id,
	    .kind = "informant",
	    .by = by,
	    .acted_at = clock_now(),
	    .body = body,
	};
	enum outcome how = act_add(tx, &act);

	if (how == OK)
		how = audit_add(
		    tx, &(struct happening){
			    .actor = by,
			    .act = "informant.opened",
			    .object_kind = "case",
			    .object_id = c->id,
			    .case_id = c->id,
			    .detail = json_pack("{s:s}", "act", act.id),
			});
	if (how == OK)
		*out = open_all(tx, c);
	return how;
}
