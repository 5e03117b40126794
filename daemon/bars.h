/* Bars: who is kept away from a case, and how a namesake is let in again. */
#ifndef BARS_H
#define BARS_H

#include "case_give.h"

/* A bar is cleared when so many un-barred members say that it is a namesake. */
#define BAR_CLEARINGS 2

/* If whoever holds the case is barred from it now, it goes to somebody else. */
enum outcome bars_unseat(struct tx *tx, const struct case_row *c);
/*
 * Bar somebody by hand: the case leaves them, and the first un-barred of the
 * lead and their deputies is told to look at what they saw of it before.
 */
enum outcome bars_add(struct tx *tx, const struct case_row *c,
    const struct bar *bar, const struct subject *by);
/*
 * A member, or somebody of an agency, can be found by a new name or number
 * ("name", "phone"): of whoever has it in a case that is there, they may be the
 * one.
 */
enum outcome bars_match(struct tx *tx, const struct person *who,
    const char *kind, const char *value);
/* Bar somebody from the case of this person around a child. */
enum outcome
bars_of_person(struct tx *tx, const char *person, const struct bar *bar);
/* Does what was said of a workplace, folded, name the agency? */
bool bars_names(const char *folded, const char *code, const char *name);
/* An agency is new: it may be where somebody works who was alleged before. */
enum outcome bars_match_agency(
    struct tx *tx, const char *id, const char *code, const char *name);
/*
 * A member says that a provisional bar is of a namesake; *n: how many have.
 * NOT_FOUND: no such bar of this case.  CONFLICT: it is cleared already, was
 * not made by a match, or this member has said so before.
 */
enum outcome bars_clear(struct tx *tx, const struct case_row *c, const char *id,
    const struct subject *by, int *n);
/*
 * Bars of a case for those who decide: {id, member or agency, state, reason,
 * ground, made_at, cleared_at, clearings, earlier}, where earlier is what the
 * party read and did before.  The caller decrefs, and audits.
 */
json_t *bars_json(struct tx *tx, const struct case_row *c);

#endif
