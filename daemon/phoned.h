/*
 * A talk on the telephone with somebody outside who has no client of ours: who
 * it was, of what rank, on which number, when, and the number of the paper that
 * confirms it (D56 25.1, 26.1, 31.3a).  It is of people: keep it sealed.
 */
#ifndef PHONED_H
#define PHONED_H

#include "schema.h"

/*
 * {who, rank, number, called_at, paper}, all of them needed: a field of the
 * body of a call, {.kind = FIELD_OBJECT, .schema = &phoned_schema}.
 */
extern const struct schema phoned_schema;
/*
 * What the schema cannot say of a record that fits it, or is NULL: a number to
 * be dialled, and an instant (UTC ms) neither before from_at nor to come.  at:
 * the JSON pointer of the record, "/call".
 */
void phoned_check(const json_t *record, const char *at, int64_t from_at,
    struct faults *faults);

#endif
