/* Why was, or was not, somebody called for a case? */
#ifndef CASE_WHY_H
#define CASE_WHY_H

#include "cases.h"

/*
 * {code, told[], clocks[]}.  told: who was told what when by which channel with
 * which result, oldest first.  clocks: for each open one who is next and when,
 * who would be passed over, and why not sooner.  Nothing sealed.  The caller
 * audits before and decrefs.
 */
json_t *case_why_json(struct tx *tx, const struct case_row *c);

#endif
