/* Swaps of duty: one asks, the other agrees. */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "duty.h"
#include "duty_admin.h"
#include "handlers.h"

static const struct field swap_fields[] = {
    {.name = "member", .kind = FIELD_TEXT, .low = 1, .high = 32},
    {.name = "with", .kind = FIELD_TEXT, .required = true, 1, 32},
    {.name = "from", .kind = FIELD_INSTANT, .required = true},
    {.name = "until", .kind = FIELD_INSTANT, .required = true},
    {.name = "back_from", .kind = FIELD_INSTANT},
    {.name = "back_until", .kind = FIELD_INSTANT},
};
static const struct schema swap_schema = {swap_fields, NELEM(swap_fields)};

/* What was asked for. */
struct wish {
	char id[ID_SIZE], asker[ID_SIZE], other[ID_SIZE];
	int64_t span[2], back[2];
	bool is_agreed; /* a lead or an admin says that both do */
};

static bool
read_spans(const struct request *r, struct response *a, struct wish *w)
{
	static const char *const names[2] = {"from", "until"};
	static const char *const back[2] = {"back_from", "back_until"};

	if (!duty_span(r, a, names, w->span))
		return false;
	if (body_text(r, back[0]) == NULL && body_text(r, back[1]) == NULL)
		return true;
	return duty_span(r, a, back, w->back);
}

static enum outcome
read_wish(
    struct tx *tx, const struct request *r, struct response *a, struct wish *w)
{
	enum outcome how;

	*w = (struct wish){0};
	if (!body_ok(r, &swap_schema, a) || !read_spans(r, a, w))
		return INVALID;
	how = duty_member(tx, r, a, "member", w->asker);
	if (how != OK)
		return how;
	how = member_find(tx, body_text(r, "with"), w->other);
	if (how == NOT_FOUND || strcmp(w->asker, w->other) == 0)
		return answer_fault(a, "/with", "phải là một thành viên khác");
	w->is_agreed = strcmp(w->asker, r->subject.id) != 0;
	return how == OK ? OK : answer_outcome(a, how);
}

static enum outcome
insert(struct tx *tx, const struct wish *w)
{
	int64_t now = clock_now();

	return tx_exec(tx, Q_SWAP_ADD,
	    ARGS(V_TEXT(w->id), V_TEXT(tx_ward(tx)), V_TEXT(w->asker),
		V_TEXT(w->other), V_INT(w->span[0]), V_INT(w->span[1]),
		V_INT0(w->back[0]), V_INT0(w->back[1]),
		V_TEXT(w->is_agreed ? "agreed" : "asked"), V_INT(now),
		w->is_agreed ? V_INT(now) : V_NULL));
}

/* POST /v1/admin/swaps {member, with, ...} */
enum outcome
admin_swap_add(struct tx *tx, const struct request *r, struct response *a)
{
	struct wish w;
	enum outcome how = read_wish(tx, r, a, &w);

	if (how != OK)
		return how;
	id_new(w.id);
	how = insert(tx, &w);
	if (how == OK && !w.is_agreed)
		how = duty_tell(tx, "alarm_swap", w.other);
	if (how == OK)
		how = duty_record(tx, r,
		    w.is_agreed ? "swap.agreed" : "swap.asked", w.id,
		    json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "asker",
			w.asker, "other", w.other, "from",
			(json_int_t)w.span[0], "until", (json_int_t)w.span[1],
			"back_from", (json_int_t)w.back[0], "back_until",
			(json_int_t)w.back[1]));
	if (how != OK)
		return answer_outcome(a, how);
	return answer_json(a, 201, json_pack("{s:s}", "id", w.id));
}

/* POST /v1/duty/swaps {with, from, until, back_from, back_until} */
enum outcome
swap_add(struct tx *tx, const struct request *r, struct response *a)
{
	return admin_swap_add(tx, r, a);
}

/* Answered once, by the one who may. */
static enum outcome
answer_swap(struct tx *tx, const struct request *r, struct response *a,
    const char *state, enum query q)
{
	struct value by = may_manage(r) ? V_NULL : V_TEXT(r->subject.id);
	char *act;
	enum outcome how;

	if (tx_number(tx, q, 0,
		ARGS(V_TEXT(tx_ward(tx)), V_TEXT(r->args[0]), by)) == 0)
		return answer_problem(a, "not_found");
	how = tx_exec(tx, Q_SWAP_ANSWER,
	    ARGS(V_TEXT(r->args[0]), V_TEXT(state), V_INT(clock_now())));
	if (how == NOT_FOUND)
		return answer_problem(a, "state_conflict");
	act = xasprintf("swap.%s", state);
	if (how == OK)
		how = duty_record(tx, r, act, r->args[0], NULL);
	free(act);
	return how == OK ? answer_empty(a) : answer_outcome(a, how);
}

/* POST /v1/duty/swaps/{id}/accept: by the other */
enum outcome
swap_accept(struct tx *tx, const struct request *r, struct response *a)
{
	return answer_swap(tx, r, a, "agreed", Q_SWAP_OF_OTHER);
}

/* POST /v1/duty/swaps/{id}/refuse: by the other */
enum outcome
swap_refuse(struct tx *tx, const struct request *r, struct response *a)
{
	return answer_swap(tx, r, a, "refused", Q_SWAP_OF_OTHER);
}

/* DELETE /v1/duty/swaps/{id}: by who asked, while it is not answered */
enum outcome
swap_withdraw(struct tx *tx, const struct request *r, struct response *a)
{
	return answer_swap(tx, r, a, "withdrawn", Q_SWAP_OF_ASKER);
}

/* DELETE /v1/admin/swaps/{id} */
enum outcome
admin_swap_withdraw(struct tx *tx, const struct request *r, struct response *a)
{
	return answer_swap(tx, r, a, "withdrawn", Q_SWAP_OF_ASKER);
}
