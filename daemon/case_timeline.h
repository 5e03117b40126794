/* What happened to a case, page by page. */
#ifndef CASE_TIMELINE_H
#define CASE_TIMELINE_H

#include "cases.h"

struct timeline_page {
	bool is_newest; /* the last event comes first */
	int64_t after;	/* seq of the event before it in that order; 0: none */
	int64_t until;	/* seq of the last event of all pages */
	int64_t limit;	/* of events */
	bool is_opened; /* with the words of acts, for who may see them */
	int64_t next;	/* filled: where the next one goes on; 0: nowhere */
};

/*
 * Events of the chain that by may see, in the page's order: {seq, at, act,
 * actor, object, detail}, of an act what was done, of an alert whom it reached.
 * Left out: what tells of a case that by may not see; bars, unless by may see
 * those; looks of others, unless by may know the readers.  The caller decrefs,
 * and audits.
 */
json_t *case_timeline_json(struct tx *tx, const struct case_row *c,
    const struct subject *by, struct timeline_page *page);

#endif
