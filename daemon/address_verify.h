/*
 * An address is used only after a code that was sent there came back.  The
 * message is a delivery like any other, of an alert that never climbs.
 */
#ifndef ADDRESS_VERIFY_H
#define ADDRESS_VERIFY_H

#include "alert.h"
#include "alert_rows.h"

/* Send a code to an address that is not removed; an older one is void. */
enum outcome
address_send_code(struct tx *tx, const struct person *p, const char *id);
/*
 * The code came back by hand: as if it was answered from there.  NOT_FOUND if
 * it is wrong or old, REFUSED after too many tries.  A wrong one is counted:
 * end the job with OK all the same.
 */
enum outcome address_take_code(struct tx *tx, const char *id, const char *code);
/*
 * A link or code that went out with this delivery came back: its address
 * works.  Unverified, it is verified now; audited.
 */
enum outcome address_answered(struct tx *tx, const struct delivery *d);
/*
 * Whoever runs the channel says that the address of this delivery is no more:
 * nothing is sent there again; audited.  Its member is told where else they are
 * reached, then the lead.
 */
enum outcome address_gone(struct tx *tx, const struct delivery *d);

#endif
