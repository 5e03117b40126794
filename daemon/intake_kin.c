/* Which children of a copy or follow-up do we have, and which are new? */
#include "intake_kin.h"

#include <stdio.h>
#include <string.h>

#include "alert_rows.h"
#include "case_open.h"
#include "clock.h"

static enum outcome
read_known(struct tx *tx, const struct incident *i, struct kinship *k)
{
	struct rows *rows = tx_query(tx, Q_INCIDENT_CHILDREN,
	    ARGS(V_TEXT(i->code), V_TEXT(i->referral_id), V_TEXT(i->in->by->id),
		V_TEXT(tx_ward(tx))));

	while (k->n < KIN_MAX && rows_next(rows)) {
		struct kin *one = &k->list[k->n];
		struct opening_of what = {
		    row_text(rows, 1), "child", "body_sealed", one->id};

		*one = (struct kin){.seen_at = row_int(rows, 3)};
		snprintf(one->id, sizeof(one->id), "%s", row_text(rows, 0));
		snprintf(one->case_id, sizeof(one->case_id), "%s",
		    row_text(rows, 4));
		row_copy(one->own_case, sizeof(one->own_case), rows, 1);
		one->child = json_open(tx, &what, rows, 2);
		if (one->child != NULL)
			k->n++; /* else it was erased: nobody is like it */
	}
	return rows_end(rows);
}

/* The first that nobody spoke of yet and that is at least so much like it. */
static struct kin *
find(struct kinship *k, const json_t *child, enum likeness least)
{
	const struct described now = {child, clock_now()};

	for (size_t i = 0; i < k->n; i++) {
		struct kin *one = &k->list[i];
		const struct described known = {one->child, one->seen_at};

		if (one->news == NULL && intake_likeness(&now, &known) >= least)
			return one;
	}
	return NULL;
}

/* Those who are surely the same first: they leave the nameless to the rest. */
enum outcome
kinship_find(struct tx *tx, const struct incident *i, struct kinship *k)
{
	const json_t *children = json_object_get(i->in->body, "children");
	json_t *unsure = json_array(), *child;
	struct kin *one;
	size_t n;
	enum outcome how;

	*k = (struct kinship){.strangers = json_array()};
	how = json_array_size(children) > 0 ? read_known(tx, i, k) : OK;
	json_array_foreach(children, n, child)
	{
		one = find(k, child, SAME_CHILD);
		if (one == NULL)
			json_array_append(unsure, child);
		else
			one->news = child;
	}
	json_array_foreach(unsure, n, child)
	{
		one = find(k, child, NAMELESS_CHILD);
		if (one == NULL) {
			json_array_append(k->strangers, child);
			continue;
		}
		one->news = child;
		one->is_nameless = true;
	}
	json_decref(unsure);
	return how;
}

const struct kin *
kinship_of_case(const struct kinship *k, const char *case_id)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->list[i].news != NULL &&
		    strcmp(k->list[i].case_id, case_id) == 0)
			return &k->list[i];
	return NULL;
}

void
kinship_done(struct kinship *k)
{
	for (size_t i = 0; i < k->n; i++)
		json_decref(k->list[i].child);
	json_decref(k->strangers);
	*k = (struct kinship){0};
}
