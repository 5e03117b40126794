/* Fields that were written down wrongly: mended, with what they were before. */
#ifndef CASE_CORRECT_H
#define CASE_CORRECT_H

#include "cases.h"

struct correction {
	const char *object, *id; /* "child" or "person", of this case */
	const json_t *set;	 /* its fields as they should be; null: none */
	const json_t *body;	 /* {reason}, sealed with the act */
	char case_id[ID_SIZE];	 /* read: it may be one that was merged */
	char role[16];		 /* read: of a person, else "" */
	json_t *old, *mended;	 /* read: what is there, and what should be */
};
/*
 * Read what is there; case_correct_done it.  NOT_FOUND: no such child or person
 * of this case.
 */
enum outcome case_correct_read(
    struct tx *tx, const struct case_row *c, struct correction *k);
void case_correct_done(struct correction *k);
/* Mistakes in what is mended, at "/set/..."; false if there are some. */
bool case_correct_check(const struct correction *k, struct faults *faults);
/*
 * Keep it: an act with the reason, and each field as it was and is, sealed.
 * New names and numbers can be looked up, and bar who they fit; old ones still
 * find the child, as whoever heard the wrong name will write it again.
 */
enum outcome case_correct(struct tx *tx, struct case_row *c,
    const struct correction *k, const struct subject *by);
/*
 * [{id, by, made_at, object, object_id, field, old, new, reason}], oldest
 * first, of what `by` may see; without values and reasons for admins.
 */
json_t *case_corrections_json(
    struct tx *tx, const struct case_row *c, const struct subject *by);

#endif
