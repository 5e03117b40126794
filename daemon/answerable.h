/* Can the people whom an urgent ladder calls answer it? */
#ifndef ANSWERABLE_H
#define ANSWERABLE_H

#include "context.h"

/*
 * A fault for every rung that names an unknown channel, and every rung of an
 * urgent ladder that can be answered neither by link nor by a channel with
 * replies.  A link counts if public_url looks as if it could be opened from
 * outside, or public_url_inside says that people are inside.
 */
void answerable_check(const struct context *c, struct faults *faults);
/* The same, but what public_url is worth is tried: blocks some seconds. */
void answerable_probe(const struct context *c, struct faults *faults);

#endif
