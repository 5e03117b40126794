/* Cases as JSON for members and admins. */
#ifndef CASE_VIEW_H
#define CASE_VIEW_H

#include "cases.h"

/* "open", "closed" or "merged". */
const char *case_state(const struct case_row *c);
/*
 * What anybody may see who may see that it is there: code, incident, state,
 * assignee (login), instants, version, clocks.  Nothing sealed, no facts.  The
 * caller decrefs.
 */
json_t *case_summary_json(struct tx *tx, const struct case_row *c);
/*
 * The summary with facts, suspected duplicates, bars, and everything sealed:
 * children, persons, notifications and their updates.  Audit before.  Of other
 * cases only what by may see.
 */
json_t *case_full_json(
    struct tx *tx, const struct case_row *c, const struct subject *by);
/*
 * What by may know of other cases: is this one there, and why it was given to
 * somebody, less what would tell of another.
 */
bool
case_may_know(struct tx *tx, const struct subject *by, const char *case_id);
void case_hide_rule(json_t *o, const char *name, bool knows_other);

#endif
