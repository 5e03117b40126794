/*
 * What came in on a day, for the agency that sent it to compare with what it
 * sent: a loss shows.  Confidential ones and those of cases that it is barred
 * from are not there.  A step of kind "daily_list" calls hotline 111 with the
 * list of the day before until it has fetched it.
 */
#ifndef RECEIPTS_H
#define RECEIPTS_H

#include "calendar.h"
#include "http.h"
#include "store.h"

/*
 * {day, count, digest, items: [{id, incident_code, received_at, digest}]};
 * digest is the BLAKE2b-256 of the items' "id digest\n".  The caller decrefs.
 */
json_t *receipts_of_day(struct tx *tx, const char *agency, day_t day);
/* An agency fetched it: nobody need tell it of that day any more. */
enum outcome
receipts_fetched(struct tx *tx, const struct subject *by, day_t day);
/* Each day: open the step for the day before, once for each 111 with an address. */
enum outcome receipts_daily(struct tx *tx);
/*
 * The day of a step's item, "2026-11-24.th111", with how many came in and their
 * codes and digests, for a message.  NULL: it is no such item.  The caller
 * frees.
 */
char *receipts_line(struct tx *tx, const char *item);

#endif
