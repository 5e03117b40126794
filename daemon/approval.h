/*
 * Steps that wait for the chairman.  "Agreed" and "issued" are two acts: he
 * agrees with his own login, the step ends when the paper has its number.  An
 * order by word of mouth counts for the clock, and the paper follows.
 */
#ifndef APPROVAL_H
#define APPROVAL_H

#include "cases.h"

struct approval {
	char id[ID_SIZE], agree_act[ID_SIZE];
	const char
	    *state;	  /* "agreed", "refused", "ordered", "issued", "void" */
	char by[ID_SIZE]; /* the member whose will it is */
	const char *why;  /* of one who acts for the chairman, "outside" of
			   * whom the recording member phoned; else NULL */
	int64_t agreed_at; /* claimed */
	const char *step;  /* id */
};

/*
 * May this member decide in the chairman's place at an instant?  REFUSED if
 * not; *why is NULL for the chairman, and for a vice chairman "vacant",
 * "barred" or "leave": why no chairman can.
 */
enum outcome approval_may(struct tx *tx, const struct case_row *c,
    const struct subject *who, int64_t at, const char **why);

/*
 * May the authority outside decide at an instant: can neither a chairman nor a
 * vice chairman?  REFUSED if one can.
 */
enum outcome
approval_outside(struct tx *tx, const struct case_row *c, int64_t at);

/* Record a will about the open clock of its step; fills id; audits. */
enum outcome approval_add(struct tx *tx, const struct case_row *c,
    struct approval *p, const struct subject *by);
/*
 * The last will about the open clock of this step, or about the step that was
 * ordered by word of mouth and waits for its paper; NOT_FOUND.
 */
enum outcome approval_of_step(struct tx *tx, const struct case_row *c,
    const char *step, struct approval *p);
enum outcome approval_ordered(struct tx *tx, const struct case_row *c,
    const char *step, struct approval *p);
/*
 * More risk was found: what was agreed to before and has no paper yet must be
 * agreed to again; audits.
 */
enum outcome approvals_void(
    struct tx *tx, const struct case_row *c, const struct subject *by);
/* Its paper was issued by this act; audits. */
enum outcome approval_issue(struct tx *tx, const struct case_row *c,
    const struct approval *p, const struct act *a);

#endif
