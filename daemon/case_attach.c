#include "case_attach.h"

#include <string.h>

#include "alert_rows.h"
#include "audit.h"
#include "case_open.h"
#include "case_view.h"
#include "clock.h"
#include "intake_tell.h"

/* May they know it, and does the case not have it yet? */
static enum outcome
check_cases(struct tx *tx, const struct case_row *c, const char *referral_id,
    const struct subject *by)
{
	char list[CASES_MAX][ID_SIZE];
	size_t n = 0;
	enum outcome how =
	    ids_read(tx_query(tx, Q_REFERRAL_FILES, ARGS(V_TEXT(referral_id))),
		list, CASES_MAX, &n);

	for (size_t i = 0; i < n && how == OK; i++)
		if (!case_may_know(tx, by, list[i]))
			how = NOT_FOUND;
	for (size_t i = 0; i < n && how == OK; i++)
		if (strcmp(list[i], c->file) == 0)
			how = CONFLICT;
	return how == OK && !c->is_open ? CONFLICT : how;
}

/* The notification as it came; body is new. */
static enum outcome
read_referral(struct tx *tx, struct incident *i, json_t **body)
{
	const struct opening_of what = {
	    i->referral_id, "referral", "body_sealed", i->referral_id};
	struct rows *rows = tx_query(tx, Q_REFERRAL_TO_ATTACH,
	    ARGS(V_TEXT(i->referral_id), V_TEXT(tx_ward(tx))));
	enum outcome how;

	*body = NULL;
	if (rows_next(rows)) {
		row_copy(i->code, sizeof(i->code), rows, 1);
		i->t0_at = row_int(rows, 2);
		i->is_confidential = row_int(rows, 3) != 0;
		*body = json_open(tx, &what, rows, 4);
	}
	how = rows_end(rows);
	return how == OK && *body == NULL ? NOT_FOUND : how;
}

static enum outcome
attach(struct tx *tx, const struct case_row *c, const struct incident *i,
    const struct joining *j)
{
	struct act act = {
	    .case_id = c->id,
	    .kind = "attach",
	    .by = j->by,
	    .acted_at = clock_now(),
	    .body = j->body,
	};
	enum outcome how = act_add(tx, &act);

	if (how == OK)
		how = tx_exec(tx, Q_REFERRAL_ATTACH,
		    ARGS(V_TEXT(i->referral_id), V_TEXT(c->id),
			V_TEXT(tx_ward(tx))));
	if (how != OK)
		return how;
	return audit_add(tx, &(struct happening){
				 .actor = j->by,
				 .act = "case.attached",
				 .object_kind = "referral",
				 .object_id = i->referral_id,
				 .case_id = c->id,
				 .detail = json_pack("{s:s}", "act", act.id),
			     });
}

enum outcome
case_attach(struct tx *tx, struct case_row *c, const char *referral_id,
    const struct joining *j)
{
	struct intake in = {.by = j->by};
	struct incident i = {.in = &in, .received_at = clock_now()};
	json_t *body, *children;
	enum outcome how;

	if (!id_ok(referral_id))
		return NOT_FOUND;
	memcpy(i.referral_id, referral_id, ID_SIZE);
	how = read_referral(tx, &i, &body);
	if (how == OK)
		how = check_cases(tx, c, referral_id, j->by);
	if (how == OK)
		how = attach(tx, c, &i, j);
	in.body = body;
	children = json_object_get(body, "children");
	/* Of several children nobody could say which is this one. */
	if (how == OK)
		how = intake_tell_case(tx, &i, c->id,
		    json_array_size(children) == 1 ? json_array_get(children, 0)
						   : NULL);
	json_decref(body);
	return how == OK ? case_get(tx, c->id, c) : how;
}
