/*
 * What people concluded about risk.  The forms (Mau 02, 03, 06) have items
 * marked high, medium or low; we store each mark and count them, and never
 * turn them into a level: the risk is what a human wrote.
 */
#ifndef ASSESSMENT_H
#define ASSESSMENT_H

#include "cases.h"
#include "schema.h"

/* Fields "items" and their schema: [{item, part, mark}]. */
#define ASSESSMENT_ITEMS_MAX 100
extern const struct schema assessment_item;
extern const char *const assessment_risks[];

/*
 * What the schema cannot say of body.items: ids are short codes, none twice.
 * Puts counts of the marks into the body.
 */
void assessment_check(json_t *body, struct faults *faults);
/* Store the conclusion of an act; form may be NULL. */
enum outcome assessment_add(
    struct tx *tx, const struct act *a, const char *form, const json_t *body);

#endif
