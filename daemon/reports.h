/* Steps of the ward itself that open on a day of every year: reports. */
#ifndef REPORTS_H
#define REPORTS_H

#include "store.h"

/*
 * Open what has begun: this year's item ("2027") of every such step, and those
 * of years that were missed while the daemon was down.  A step that is new here
 * begins with the first period that is not over.
 */
enum outcome reports_open(struct tx *tx);

#endif
