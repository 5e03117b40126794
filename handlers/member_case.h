/* What the calls of members about a case share. */
#ifndef MEMBER_CASE_H
#define MEMBER_CASE_H

#include "allow.h"
#include "cases.h"
#include "http.h"

/*
 * The case of the path's first segment, if the caller may do this to it.  Else
 * answers: the one 404 if they may not even see it, 403 if they may but not
 * this.
 */
enum outcome member_case(struct tx *tx, const struct request *r,
    struct response *a, enum action what, struct case_row *c);

/*
 * Another case, named in the body as "case", if the caller may do this to it;
 * NOT_FOUND else, without answering.
 */
enum outcome member_other_case(struct tx *tx, const struct request *r,
    enum action what, struct case_row *c);

#endif
