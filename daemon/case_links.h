/* Siblings and households: children of several cases who belong together. */
#ifndef CASE_LINKS_H
#define CASE_LINKS_H

#include "case_merge.h"

extern const char *const case_link_kinds[]; /* "sibling", "household" */

struct link {
	char id[ID_SIZE];
	const struct case_row *c, *other;
	const char *kind;
};
/* Link two cases by an act; fills l->id.  CONFLICT: they are linked so. */
enum outcome case_link(struct tx *tx, struct link *l, const struct joining *j);
/* It was none; the row stays.  NOT_FOUND: no such link of c runs. */
enum outcome case_link_end(struct tx *tx, const struct case_row *c,
    const char *id, const struct joining *j);
/*
 * [{link, case, state, kind, made_at, ended_at}] of those that `by` may know;
 * the other cases of its incident have no link of their own.  Of those that
 * proved untrue only their number, *unfounded.  The caller decrefs.
 */
json_t *case_links_json(struct tx *tx, const struct case_row *c,
    const struct subject *by, int *unfounded);

#endif
