#include "case_merge.h"

#include <stdlib.h>
#include <string.h>

#include "approval.h"
#include "audit.h"
#include "bars.h"
#include "case_give.h"
#include "clock.h"
#include "clocks_copy.h"
#include "intake_tell.h"
#include "people.h"

/* From the least to the most careful; facts that are not here stay. */
static const struct caution {
	enum fact fact;
	const char *words[5];
} cautions[] = {
    {FACT_emergency, {"no", "presumed", "yes"}},
    {FACT_risk, {"unknown", "low", "medium", "high"}},
    {FACT_crime, {"no", "yes"}},
    {FACT_alleged_carer, {"no", "yes"}},
    {FACT_isolation, {"no", "ended", "ground", "decided"}},
    {FACT_verified, {"no", "unknown", "yes"}},
    {FACT_sexual_evidence, {"no", "yes"}},
    {FACT_carer_safe, {"yes", "unknown", "no"}},
    {FACT_outcome, {"leave", "close", "repeat", "none"}},
    {FACT_placement, {"no", "ended", "yes"}},
};

static int
care_of(const struct caution *k, const struct facts *f)
{
	const char *word = fact_text(f, k->fact);

	for (int i = 0; i < (int)NELEM(k->words); i++)
		if (k->words[i] != NULL && strcmp(k->words[i], word) == 0)
			return i;
	return -1;
}

/* What was found of either is not forgotten of both. */
static enum outcome
join_facts(struct tx *tx, struct case_row *c, const struct case_row *gone,
    const struct subject *by)
{
	enum outcome how = OK;

	for (size_t i = 0; i < NELEM(cautions) && how == OK; i++) {
		const struct caution *k = &cautions[i];

		if (care_of(k, &gone->facts) > care_of(k, &c->facts))
			how = case_set_fact(
			    tx, c, k->fact, gone->facts.v[k->fact], by);
	}
	return how;
}

static enum outcome
audit_case(struct tx *tx, const struct case_row *c, const struct subject *by,
    const char *what, json_t *detail)
{
	return audit_add(tx, &(struct happening){
				 .actor = by,
				 .act = what,
				 .object_kind = "case",
				 .object_id = c->id,
				 .case_id = c->id,
				 .detail = detail,
			     });
}

/* The act and its events in both histories. */
static enum outcome
record(struct tx *tx, const struct case_row *c, const struct case_row *other,
    const struct joining *j, struct act *a)
{
	const char *what = strcmp(a->kind, "merge") == 0     ? "case.merged"
			   : strcmp(a->kind, "unmerge") == 0 ? "case.unmerged"
							     : "case.split";
	enum outcome how;

	a->case_id = c->id;
	a->by = j->by;
	a->acted_at = clock_now();
	a->body = j->body;
	how = act_add(tx, a);
	if (how == OK)
		how = audit_case(tx, c, j->by, what,
		    json_pack("{s:s, s:s, s:s}", "other", other->id, "file",
			c->id, "act", a->id));
	if (how == OK)
		how = audit_case(tx, other, j->by, what,
		    json_pack("{s:s, s:s, s:s}", "other", c->id, "file", c->id,
			"act", a->id));
	return how;
}

static enum outcome
save_file(struct tx *tx, struct case_row *gone, const struct case_row *c,
    const char *state)
{
	gone->version++;
	memcpy(gone->file, c->id, ID_SIZE);
	memcpy(gone->assignee, c->assignee, ID_SIZE);
	gone->is_open = strcmp(state, "open") == 0;
	gone->is_merged = !gone->is_open;
	return tx_exec(tx, Q_CASE_FILE,
	    ARGS(V_TEXT(gone->id), V_TEXT(state),
		V_TEXT(gone->is_merged ? c->id : gone->id),
		c->assignee[0] != '\0' ? V_TEXT(c->assignee) : V_NULL,
		V_INT(gone->version)));
}

static enum outcome
save_version(struct tx *tx, struct case_row *c)
{
	c->version++;
	return tx_exec(
	    tx, Q_CASE_VERSION, ARGS(V_TEXT(c->id), V_INT(c->version)));
}

/* Bars hold for both now: a holder who is barred loses the file. */
static enum outcome
tell(struct tx *tx, struct case_row *c)
{
	bool has_bars = tx_number(tx, Q_FILE_BARS, 0, ARGS(V_TEXT(c->id))) > 0;
	enum outcome how = bars_unseat(tx, c);

	if (how == OK && has_bars)
		how = case_tell_lead(tx, c, "bar");
	if (how == OK)
		how = case_get(tx, c->id, c);
	return how == OK ? case_tell_holder(tx, c, "update") : how;
}

/* One secret is the secret of both. */
static enum outcome
join_secrecy(struct tx *tx, struct case_row *c, struct case_row *gone,
    const struct subject *by)
{
	enum outcome how;

	if (!c->is_confidential && !gone->is_confidential)
		return OK;
	how = intake_conceal(tx, c, by);
	return how == OK ? intake_conceal(tx, gone, by) : how;
}

static bool
can_merge(struct tx *tx, const struct case_row *c, const struct case_row *gone)
{
	return c->is_open && gone->is_open && strcmp(c->id, gone->id) != 0 &&
	       tx_number(tx, Q_CASE_CANNOT_GO, 1, ARGS(V_TEXT(gone->id))) == 0;
}

enum outcome
case_merge(struct tx *tx, struct case_row *c, struct case_row *gone,
    const struct joining *j)
{
	struct act act = {.kind = "merge"};
	char id[ID_SIZE];
	enum outcome how;

	if (!can_merge(tx, c, gone))
		return CONFLICT;
	how = record(tx, c, gone, j, &act);
	if (how == OK)
		how = approvals_void(tx, gone, j->by);
	if (how == OK)
		how = join_secrecy(tx, c, gone, j->by);
	id_new(id);
	if (how == OK)
		how = tx_exec(tx, Q_MERGE_ADD,
		    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_TEXT(gone->id),
			V_TEXT(c->id), V_TEXT(act.id), V_INT(clock_now())));
	if (how == OK)
		how = save_file(tx, gone, c, "merged");
	if (how == OK)
		how = save_version(tx, c);
	if (how == OK)
		how = join_facts(tx, c, gone, j->by);
	if (how == OK)
		how = intake_sooner(tx, c, gone->t0_at, j->by);
	/* Those of the one that came first are the start of the other's. */
	if (how == OK)
		how = clocks_sooner(tx, c);
	if (how == OK)
		how = intake_repeats(tx, c);
	return how == OK ? tell(tx, c) : how;
}

/* What is known of both, and who must not know it. */
static enum outcome
part(struct tx *tx, struct case_row *c, struct case_row *gone)
{
	char *facts;
	enum outcome how = intake_copy_bars(tx, gone, c->id);

	if (how == OK)
		how = intake_copy_bars(tx, c, gone->id);
	gone->facts = c->facts;
	facts = facts_format(&gone->facts);
	if (how == OK)
		how = tx_exec(tx, Q_CASE_FACTS,
		    ARGS(
			V_TEXT(gone->id), V_TEXT(facts), V_INT(gone->version)));
	free(facts);
	return how == OK ? clocks_copy(tx, c, gone) : how;
}

enum outcome
case_unmerge(struct tx *tx, struct case_row *gone, const struct joining *j)
{
	struct act act = {.kind = "unmerge"};
	struct case_row c;
	enum outcome how;

	if (!gone->is_merged)
		return CONFLICT;
	how = case_get(tx, gone->file, &c);
	if (how == OK && !c.is_open)
		return CONFLICT;
	if (how == OK)
		how = record(tx, &c, gone, j, &act);
	if (how == OK)
		how = tx_exec(tx, Q_MERGE_UNDO,
		    ARGS(V_TEXT(gone->id), V_INT(clock_now()), V_TEXT(act.id)));
	if (how == OK)
		how = save_file(tx, gone, &c, "open");
	if (how == OK)
		how = part(tx, &c, gone);
	if (how == OK)
		how = save_version(tx, &c);
	if (how == OK)
		how = tell(tx, &c);
	return how == OK ? tell(tx, gone) : how;
}
