/*
 * What a body outside gets to see of a case: fields chosen one by one, each with
 * the ground that allows it (Law 91/2025 art. 19.1, 24; D56 24.1, 25.2, 33).
 * What was not chosen is not there.
 */
#ifndef SHARE_H
#define SHARE_H

#include "cases.h"
#include "schema.h"

/* [{field, ground, consent_by, note}]: a field of the body of a call. */
#define SHARES_MAX 32
extern const struct schema share_schema;

struct sharing {
	const struct case_row *c;
	const struct subject *by;
	const json_t *share; /* fits the schema */
	json_t *opened;	     /* case_open_sealed() */
};
/*
 * What the schema cannot say: no field twice, none that by may not see, and a
 * consent that is one: from who represents the child, from a child of seven or
 * more as well, and not from a carer who is said to have done it.
 */
void share_check(struct tx *tx, const struct sharing *s, struct faults *faults);
/*
 * The chosen fields in the shape of Mau 01; the caller decrefs *out.  To open
 * who told it is an act of its own, with the share as its reason.
 */
enum outcome share_take(struct tx *tx, const struct sharing *s, json_t **out);
/* [{field, ground}] for the chain; the caller decrefs. */
json_t *share_coded(const json_t *share);

#endif
