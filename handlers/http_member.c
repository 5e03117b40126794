/* The members as those who lead them see them: what each of them carries. */
#include <string.h>

#include "admin.h"
#include "clock.h"
#include "duty_admin.h"
#include "handlers.h"
#include "keyring.h"

#define SOON DAY

static json_t *
load(struct tx *tx, const struct rows *rows)
{
	struct place at = {"member", "name_sealed", row_text(rows, 0)};
	struct value sealed = {.kind = VALUE_BLOB};
	char *name = NULL;
	json_t *o;

	sealed.p = row_blob(rows, 3, &sealed.n);
	(void)keyring_unseal(tx, tx_ward(tx), &at, &sealed, &name);
	o = json_pack("{s:s, s:s*, s:s, s:I, s:I, s:I}", "login",
	    row_text(rows, 1), "name", name, "roles", row_text(rows, 2),
	    "open_cases", (json_int_t)row_int(rows, 4), "due",
	    (json_int_t)row_int(rows, 5), "overdue",
	    (json_int_t)row_int(rows, 6));
	seal_free(name);
	return o;
}

/* GET /v1/members: nobody else needs to know how much a colleague carries. */
enum outcome
load_list(struct tx *tx, const struct request *r, struct response *a)
{
	int64_t now = clock_now();
	json_t *items;
	struct rows *rows;
	enum outcome how;

	if (!may_manage(r))
		return answer_problem(a, "forbidden");
	items = json_array();
	rows = tx_query(tx, Q_MEMBER_LOADS,
	    ARGS(V_TEXT(tx_ward(tx)), V_TEXT(r->subject.id), V_INT(now),
		V_INT(now + SOON)));
	while (rows_next(rows))
		json_array_append_new(items, load(tx, rows));
	how = rows_end(rows);
	if (how == OK)
		return answer_list(a, items);
	json_decref(items);
	return answer_outcome(a, how);
}
