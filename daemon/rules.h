/*
 * The rules in force, procedure and calendar, held against those that this
 * database was last run under.  A change is an audited event that shows the
 * difference, whether it came with a reload or while the daemon was down.
 */
#ifndef RULES_H
#define RULES_H

#include "store.h"

/*
 * A running clock keeps its limit when the procedure changes; when the calendar
 * does, open clocks of working days and hours are counted anew
 * (clocks_recount).
 */
enum outcome rules_adopt(struct tx *tx);

#endif
