/*
 * Isolation ends, goes on inside the days of the law, or is cancelled because
 * the carer was found safe (D56 32.3).  Longer needs the paper of a competent
 * body.
 */
#include <string.h>

#include "isolation.h"
#include "step.h"

#define DAYS_MAX 365

static const char *const decisions[] = {"end", "extend", "cancel", NULL};

static const struct field competent_fields[] = {
    {.name = "body",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 200},
    {.name = "number",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 100},
    {.name = "date", .kind = FIELD_DATE, .required = true},
};
static const struct schema competent_schema = {
    competent_fields, NELEM(competent_fields)};

static const struct field fields[] = {
    STEP_FIELDS,
    {.name = "decision",
	.kind = FIELD_WORD,
	.required = true,
	.words = decisions},
    {.name = "days", .kind = FIELD_INT, .low = 1, .high = DAYS_MAX},
    {.name = "competent", .kind = FIELD_OBJECT, .schema = &competent_schema},
    {.name = "reason",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 4000},
};
static const struct schema schema = {fields, NELEM(fields)};

static bool
is(const struct step_call *k, const char *decision)
{
	return strcmp(step_text(k, "decision"), decision) == 0;
}

/* days counts from the first decision, all in all. */
static void
check_extension(struct tx *tx, const struct step_call *k, struct faults *faults)
{
	struct isolation i;
	int64_t until;

	if (!step_has(k, "days")) {
		faults_add(faults, "/days",
		    "cần tổng số ngày kể từ quyết định đầu tiên");
		return;
	}
	if (isolation_get(tx, k->c, &i) != OK)
		return;
	until = isolation_until(tx, i.decided_at, step_number(k, "days"));
	if (until <= k->act.acted_at)
		faults_add(faults, "/days", "thời hạn này đã qua");
	if (until > i.cap_at && !step_has(k, "competent"))
		faults_add(faults, "/competent",
		    "dài hơn thời hạn tối đa thì cần văn bản của cơ quan có "
		    "thẩm quyền");
}

static void
check(struct tx *tx, const struct step_call *k, struct faults *faults)
{
	const char *safe = fact_text(&k->c->facts, FACT_carer_safe);

	if (is(k, "extend"))
		check_extension(tx, k, faults);
	if (is(k, "cancel") && strcmp(safe, "yes") != 0)
		faults_add(faults, "/decision",
		    "chỉ hủy bỏ khi Mẫu 03 đánh giá người chăm sóc đã an toàn");
}

static enum outcome
extend(struct tx *tx, struct step_call *k)
{
	struct isolation i;
	enum outcome how = isolation_get(tx, k->c, &i);

	if (how == OK)
		how = step_finish(tx, k);
	if (how != OK)
		return how;
	return isolation_extend(tx, k->c, &k->act,
	    isolation_until(tx, i.decided_at, step_number(k, "days")));
}

static enum outcome
done(struct tx *tx, struct step_call *k)
{
	enum outcome how;

	if (is(k, "extend"))
		return extend(tx, k);
	how = isolation_ended(tx, k->c, &k->act);
	if (how == OK)
		how = step_fact(tx, k, FACT_isolation, "ended");
	return how == OK ? step_finish(tx, k) : how;
}

/* At the end of the law's days, of the decision's own, and before both. */
const struct step_kind step_isolation_end = {
    .name = "isolation_end", .schema = &schema, .check = check, .done = done};
const struct step_kind step_isolation_term = {
    .name = "isolation_term", .schema = &schema, .check = check, .done = done};
const struct step_kind step_isolation_cancel = {.name = "isolation_cancel",
    .schema = &schema,
    .check = check,
    .done = done};
