/* A second child of a case gets a case of its own. */
#include <stdlib.h>
#include <string.h>

#include "alert_rows.h"
#include "audit.h"
#include "case_give.h"
#include "case_merge.h"
#include "case_open.h"
#include "clock.h"
#include "clocks_copy.h"
#include "intake_case.h"

/* Who is said to have done it, as Mau 01 has them. */
static json_t *
alleged_of(struct tx *tx, const struct case_row *c)
{
	json_t *all = case_open_sealed(tx, c), *list = json_array(), *one;
	size_t i;

	json_array_foreach(json_object_get(all, "persons"), i, one)
	{
		const char *role =
		    json_string_value(json_object_get(one, "role"));

		if (strcmp(role, "alleged") != 0)
			continue;
		json_object_del(one, "role");
		json_object_del(one, "id");
		json_array_append(list, one);
	}
	json_decref(all);
	return list;
}

static enum outcome
first_referral(struct tx *tx, const struct case_row *c, char id[ID_SIZE])
{
	char list[1][ID_SIZE];
	size_t n = 0;
	enum outcome how =
	    ids_read(tx_query(tx, Q_REFERRAL_FIRST, ARGS(V_TEXT(c->id))), list,
		NELEM(list), &n);

	if (how == OK && n > 0)
		memcpy(id, list[0], ID_SIZE);
	return how == OK && n == 0 ? NOT_FOUND : how;
}

/* What was found of the one is held of the other, until somebody looks. */
static enum outcome
share(struct tx *tx, const struct case_row *c, struct case_row *fresh,
    const struct subject *by)
{
	enum outcome how = intake_copy_bars(tx, fresh, c->id);

	for (int f = 0; f < FACT_MAX && how == OK; f++)
		if (f != FACT_assigned)
			how = case_set_fact(
			    tx, fresh, (enum fact)f, c->facts.v[f], by);
	return how == OK ? clocks_copy(tx, c, fresh) : how;
}

static enum outcome
record(struct tx *tx, const struct case_row *c, const struct case_row *fresh,
    const struct joining *j)
{
	struct act act = {
	    .case_id = c->id,
	    .kind = "split",
	    .by = j->by,
	    .acted_at = clock_now(),
	    .body = j->body,
	};
	enum outcome how = act_add(tx, &act);

	if (how != OK)
		return how;
	return audit_add(tx, &(struct happening){
				 .actor = j->by,
				 .act = "case.split",
				 .object_kind = "case",
				 .object_id = fresh->id,
				 .case_id = c->id,
				 .detail = json_pack("{s:s, s:s}", "other",
				     fresh->id, "act", act.id),
			     });
}

enum outcome
case_split(struct tx *tx, struct case_row *c, const json_t *child,
    const struct joining *j, struct case_row *fresh)
{
	json_t *row = tx_object(tx, Q_VIEW_CASE, ARGS(V_TEXT(c->id)));
	json_t *body = json_pack("{s:O, s:o}", "kind",
	    json_object_get(row, "kind"), "alleged", alleged_of(tx, c));
	const struct intake in = {.by = j->by, .body = body};
	struct incident i = {
	    .in = &in,
	    .received_at = c->received_at,
	    .t0_at = c->t0_at,
	    .is_confidential = c->is_confidential,
	    .is_split = true,
	};
	enum outcome how = c->is_open ? OK : CONFLICT;

	memcpy(i.code, c->incident, sizeof(i.code));
	if (how == OK)
		how = first_referral(tx, c, i.referral_id);
	if (how == OK)
		how = intake_case(tx, &i, child);
	if (how == OK)
		how = case_get(tx, i.opened, fresh);
	if (how == OK)
		how = record(tx, c, fresh, j);
	if (how == OK)
		how = share(tx, c, fresh, j->by);
	json_decref(body);
	json_decref(row);
	return how == OK ? case_tell_holder(tx, fresh, "assigned") : how;
}
