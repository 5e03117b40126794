/* The decision that the standing team stands on, and whether it still holds. */
#ifndef TEAM_H
#define TEAM_H

#include "rota.h"
#include "store.h"

/*
 * Alarms for a vacant office and for a decision that is missing or no longer
 * as the team is; what was mended is over.
 */
enum outcome team_watch(struct tx *tx, const struct rota *r);

#endif
