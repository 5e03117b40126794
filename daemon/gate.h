/*
 * The closing gate: what must be done before a case is closed, and the end
 * itself.  Nothing closes by itself.
 */
#ifndef GATE_H
#define GATE_H

#include "cases.h"

/*
 * What is unmet: [{id, name, source, step, items}] in the procedure's order,
 * then urgent steps that are open.  items: which of a step's clocks, by number
 * or id.  Empty: it may be closed.  The caller decrefs.
 */
json_t *gate_unmet(struct tx *tx, const struct case_row *c);

/*
 * Close by an act: its clocks are dropped, agencies see it closed.  What waits
 * for somebody to read how it went goes on.  The caller has asked the gate.
 */
enum outcome case_close(
    struct tx *tx, struct case_row *c, const struct act *a, const char *reason);
/*
 * Open again by an act: what was decided about its end is taken back, and the
 * procedure's "reopened" opens steps.  A holder who cannot go on is replaced.
 */
enum outcome
case_reopen(struct tx *tx, struct case_row *c, const struct act *a);

#endif
