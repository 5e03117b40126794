/* procedure check --without-each: who is there, asked of the daemon. */
#ifndef WITHOUT_H
#define WITHOUT_H

#include "ctl.h"
#include "procedure.h"

/*
 * Add to problems what breaks in this ward when somebody is missing; tells on
 * stdout which ladders end inside the ward.  CTL_OK unless the daemon does not
 * answer.
 */
int without_each(
    const struct call *c, const struct procedure *p, struct faults *problems);

#endif
