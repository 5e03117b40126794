/*
 * Two cases become one file, and apart again; a case of two children becomes
 * two.  Both histories are kept: rows stay with their own case.
 *
 * While merged, a case is not worked on: its clocks run on, with their own
 * ends, ladders and rounds, and the act that does a step in the file ends them,
 * too.  No merge ends or quiets any.  Of the two, the earliest receipt and the
 * more careful of the facts rule, and the bars of both hold for both.
 */
#ifndef CASE_MERGE_H
#define CASE_MERGE_H

#include "cases.h"

/* What was asked, by whom; body {reason} is sealed with the act. */
struct joining {
	const json_t *body;
	const struct subject *by;
};
/*
 * gone goes into the file of c.  CONFLICT: one of them is not open, gone holds
 * others itself, or it has a plan or an isolation that runs: then it is the one
 * to be kept.
 */
enum outcome case_merge(struct tx *tx, struct case_row *c,
    struct case_row *gone, const struct joining *j);
/*
 * A merged case is itself again, under the facts that were found meanwhile;
 * what runs for the file runs for both, and who was barred stays barred from
 * both.  CONFLICT: it is not merged, or the file is closed.
 */
enum outcome
case_unmerge(struct tx *tx, struct case_row *gone, const struct joining *j);
/*
 * Another child of the same notifications (Mau 01 part 2) gets a case of its
 * own with all that runs, holds and bars here; *fresh is that case.  CONFLICT:
 * c is not open.
 */
enum outcome case_split(struct tx *tx, struct case_row *c, const json_t *child,
    const struct joining *j, struct case_row *fresh);

#endif
