/* A notification that is about another case, too. */
#ifndef CASE_ATTACH_H
#define CASE_ATTACH_H

#include "case_merge.h"

/*
 * The case learns all that the notification says, as if it had named it: an
 * earlier receipt, who is around the child, whom that bars; its holder is told.
 * The case that the notification opened stays as it is, and its sender's
 * receipt tells nothing of this.  NOT_FOUND: there is none, or it is of cases
 * that j->by may not know.  CONFLICT: c is not open, or has it.
 */
enum outcome case_attach(struct tx *tx, struct case_row *c,
    const char *referral_id, const struct joining *j);

#endif
