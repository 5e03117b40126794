/* Other cases that may be of the same child: a child who was known before. */
#ifndef CASE_KNOWN_H
#define CASE_KNOWN_H

#include "cases.h"

/*
 * Without those that are not there for who asks: those that run, those that are
 * over, and how many proved untrue, of which no more is told.
 */
struct known {
	json_t *duplicates, *earlier;
	int unfounded;
};
/* known_done it. */
struct known
case_known(struct tx *tx, const struct case_row *c, const struct subject *by);
void known_done(struct known *k);
/* Is any of them shown, if only as a count? */
bool known_any(const struct known *k);
/* Is this other case one of those that are a count only? */
bool case_is_count(struct tx *tx, const char *case_id);

#endif
