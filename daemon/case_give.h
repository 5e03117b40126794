/* What intake, assignment and the calls of members all do to a case. */
#ifndef CASE_GIVE_H
#define CASE_GIVE_H

#include "cases.h"
#include "people.h"

/*
 * The steps of this kind ("receive", "assign" ...) are done by what the daemon
 * or a member just did: an act each, their clocks end.  Steps that are not
 * open are passed over.
 */
enum outcome case_did(struct tx *tx, struct case_row *c, const char *kind,
    const struct subject *by);

/*
 * Give the case to a member, or to nobody ("").  why is coded, goes into the
 * row and the audit chain, and is borrowed.
 */
enum outcome case_give(struct tx *tx, struct case_row *c, const char *member,
    const json_t *why, const struct subject *by);

/*
 * The referrals whose case c is go on: "assigned" or "in_progress"; those that
 * are further stay.
 */
enum outcome
case_referrals_on(struct tx *tx, const struct case_row *c, const char *state);

/*
 * Bar a person; OK also if they were, or were cleared on the same ground.
 * state, reason and ground (NULL: none) as in table bar.
 */
struct bar {
	const struct person *who;
	const char *state, *reason, *ground;
};
enum outcome case_bar(struct tx *tx, const struct case_row *c,
    const struct bar *bar, const struct subject *by);
/*
 * News of a case ("bar", "update") to its lead, up the ladder "news_lead" until
 * somebody acknowledges; never to the barred.
 */
enum outcome
case_tell_lead(struct tx *tx, const struct case_row *c, const char *kind);

/* The same to whoever holds the case, up the ladder "news". */
enum outcome
case_tell_holder(struct tx *tx, const struct case_row *c, const char *kind);

#endif
