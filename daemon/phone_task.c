#include "phone_task.h"

#include <stdio.h>
#include <string.h>

#include "alert.h"
#include "audit.h"
#include "clock.h"
#include "context.h"

#define OUTSIDE "outside:"

bool
is_phone_task(const struct clock_row *k)
{
	return k->news[0] != '\0' && strcmp(k->step, PHONE_TASK) == 0;
}

/* Nobody there is written to by agreement, and somebody may be told. */
static enum outcome
is_needed(
    struct tx *tx, const struct clock_row *k, const char *kind, bool *needed)
{
	struct rows *rows = tx_query(tx, Q_PHONE_BODIES,
	    ARGS(V_TEXT(clock_case_id(k)), V_TEXT(tx_ward(tx)), V_TEXT(kind)));

	*needed =
	    rows_next(rows) && row_int(rows, 2) == 0 &&
	    (row_int(rows, 0) == 0 || row_int(rows, 1) < row_int(rows, 0));
	return rows_end(rows);
}

enum outcome
phone_task_for(
    struct tx *tx, const struct clock_row *k, const char *who, bool *raised)
{
	const char *kind = who + strlen(OUTSIDE);
	enum outcome how;

	*raised = false;
	if (strncmp(who, OUTSIDE, strlen(OUTSIDE)) != 0 ||
	    !procedure_has_phone_tasks(tx_context(tx)->procedure))
		return OK;
	how = is_needed(tx, k, kind, raised);
	if (how != OK || !*raised)
		return how;
	if (tx_number(tx, Q_PHONE_TASK_THERE, 0,
		ARGS(V_TEXT(tx_ward(tx)), V_TEXT(clock_case_id(k)),
		    V_TEXT(kind), V_INT(k->opened_at))) > 0)
		return OK;
	return news_open(tx, clock_case_id(k), PHONE_TASK, kind);
}

enum outcome
phone_task_done(struct tx *tx, const struct clock_row *k, const struct act *a)
{
	enum outcome how = tx_exec(tx, Q_CLOCK_END,
	    ARGS(V_TEXT(k->id), V_TEXT("done"), V_INT(clock_now()),
		V_TEXT(a->id), V_INT(0)));

	if (how == OK)
		how = alerts_over(tx, k->id);
	if (how != OK)
		return how;
	return audit_add(
	    tx, &(struct happening){
		    .actor = a->by,
		    .act = "phone_task.done",
		    .object_kind = "clock",
		    .object_id = k->id,
		    .case_id = clock_case_id(k),
		    .detail = json_pack("{s:s, s:I}", "body", k->item,
			"acted_at", (json_int_t)a->acted_at),
		});
}
