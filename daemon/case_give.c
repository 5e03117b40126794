#include "case_give.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert.h"
#include "alert_rows.h"
#include "audit.h"
#include "clock.h"
#include "clock_rows.h"
#include "clocks.h"
#include "context.h"

/* Rows read by one query. */
#define PAGE 16

static enum outcome
audit_case(struct tx *tx, const struct case_row *c, const struct subject *by,
    const char *act, json_t *detail)
{
	return audit_add(tx, &(struct happening){
				 .actor = by,
				 .act = act,
				 .object_kind = "case",
				 .object_id = c->id,
				 .case_id = c->id,
				 .detail = detail,
			     });
}

static enum outcome
did_step(struct tx *tx, struct case_row *c, const struct step *s,
    const struct subject *by)
{
	struct act a = {
	    .case_id = c->id,
	    .step = step_id(s),
	    .kind = step_kind(s),
	    .by = by,
	    .acted_at = clock_now(),
	};

	return clocks_did(tx, c, &a);
}

enum outcome
case_did(struct tx *tx, struct case_row *c, const char *kind,
    const struct subject *by)
{
	const struct procedure *p = tx_context(tx)->procedure;
	enum outcome how = OK;

	for (size_t i = 0; i < procedure_n_steps(p) && how == OK; i++) {
		const struct step *s = procedure_nth_step(p, i);

		if (strcmp(step_kind(s), kind) == 0)
			how = did_step(tx, c, s, by);
	}
	return how;
}

static enum outcome
save_holder(struct tx *tx, struct case_row *c, const json_t *why)
{
	char *text = json_dumps(why, JSON_COMPACT | JSON_SORT_KEYS);
	enum outcome how = tx_exec(tx, Q_CASE_GIVE,
	    ARGS(V_TEXT(c->id),
		c->assignee[0] != '\0' ? V_TEXT(c->assignee) : V_NULL,
		V_TEXT(text), V_INT(clock_now()), V_INT(c->version)));

	free(text);
	return how;
}

enum outcome
case_referrals_on(struct tx *tx, const struct case_row *c, const char *state)
{
	char list[PAGE][ID_SIZE];
	enum outcome how = OK;
	size_t n = PAGE;

	/* Those that went on are not found again. */
	while (how == OK && n == PAGE) {
		how = ids_read(
		    tx_query(tx, Q_REFERRALS_BEHIND,
			ARGS(V_TEXT(c->id), V_TEXT(state), V_INT(PAGE))),
		    list, PAGE, &n);
		for (size_t i = 0; i < n && how == OK; i++)
			how = tx_exec(tx, Q_REFERRAL_STATE,
			    ARGS(V_TEXT(list[i]), V_TEXT(state)));
	}
	return how;
}

enum outcome
case_give(struct tx *tx, struct case_row *c, const char *member,
    const json_t *why, const struct subject *by)
{
	bool is_given = member[0] != '\0';
	enum outcome how;

	snprintf(c->assignee, sizeof(c->assignee), "%s", member);
	c->version++;
	how = save_holder(tx, c, why);
	if (how == OK)
		how = audit_case(tx, c, by,
		    is_given ? "case.assigned" : "case.unassigned",
		    json_pack("{s:s, s:O}", "member", member, "why", why));
	if (how == OK)
		how = case_set_fact(tx, c, FACT_assigned, is_given ? 1 : 0, by);
	if (how != OK || !is_given)
		return how;
	how = case_referrals_on(tx, c, "assigned");
	return how == OK ? case_did(tx, c, "assign", by) : how;
}

static struct value
or_null(const char *s)
{
	return s[0] != '\0' ? V_TEXT(s) : V_NULL;
}

enum outcome
case_bar(struct tx *tx, const struct case_row *c, const struct bar *bar,
    const struct subject *by)
{
	const struct value member = or_null(bar->who->member_id);
	const struct value agency = or_null(bar->who->agency_id);
	int64_t now = clock_now(), earlier;
	char id[ID_SIZE];
	enum outcome how;

	if (tx_number(tx, Q_BAR_IS_THERE, 0,
		ARGS(V_TEXT(c->id), member, agency, V_TEXT(bar->state),
		    V_TEXT(bar->ground))) > 0)
		return OK;
	id_new(id);
	how = tx_exec(tx, Q_BAR_ADD,
	    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_TEXT(c->id), member, agency,
		V_TEXT(bar->state), V_TEXT(bar->reason), V_INT(now),
		V_TEXT(bar->ground)));
	if (how != OK)
		return how;
	/* Late: what was seen and done before is told with it. */
	earlier = tx_number(tx, Q_BAR_EARLIER_COUNT, 0,
	    ARGS(
		V_TEXT(c->id), member.p != NULL ? member : agency, V_INT(now)));
	return audit_case(tx, c, by, "bar.added",
	    json_pack("{s:s, s:I, s:s, s:s, s:s, s:s*}", "bar", id, "earlier",
		(json_int_t)earlier, "who",
		bar->who->member_id[0] != '\0' ? bar->who->member_id
					       : bar->who->agency_id,
		"state", bar->state, "reason", bar->reason, "ground",
		bar->ground));
}

enum outcome
case_tell_lead(struct tx *tx, const struct case_row *c, const char *kind)
{
	return news_raise(tx, c, "news_lead", kind);
}

enum outcome
case_tell_holder(struct tx *tx, const struct case_row *c, const char *kind)
{
	return news_raise(tx, c, "news", kind);
}
