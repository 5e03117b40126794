/*
 * A case goes to another ward, whose hotlined may be called by ours: out, the
 * notification that its POST /v1/referrals takes, the first receipt in it; in,
 * our answer to its transfer.  Whoever sends stays responsible until accepted.
 * Kinds of steps: "transfer" is done by an acceptance, "transfer_answer" waits
 * for ours, "transfer_told" until the sender has it.
 */
#ifndef REFERRAL_TRANSFER_H
#define REFERRAL_TRANSFER_H

#include "alert_rows.h"
#include "referral_out.h"

/*
 * Mau 01 of what is shared, with the t0 of the case and id as source_ref; the
 * caller decrefs.
 */
json_t *transfer_notification(struct tx *tx, const struct case_row *c,
    const char *id, const json_t *shared);
/* The longest that fits a packet to the courier, bytes of compact JSON. */
#define TRANSFER_MAX ((size_t)120 * 1024)

/* Another ward took the case on: our clocks end, what is left is the file. */
enum outcome transfer_accepted(
    struct tx *tx, struct case_row *c, const struct referral_reply *r);

/* A notification came in; if it is a transfer, the lead must answer it. */
enum outcome transfer_received(struct tx *tx, const char *referral);
/*
 * Our answer to it ("accepted", "refused", or "told": the sender heard it on
 * the phone).  CONFLICT: was answered, or there is nothing to tell.
 */
enum outcome transfer_answer(struct tx *tx, const struct referral_about *w,
    const struct referral_reply *r);

/*
 * The call {path, body} that a delivery makes to another hotlined; NULL: there
 * is none to make.  The caller decrefs.
 */
json_t *transfer_call(struct tx *tx, const struct delivery *d);
/* The other hotlined took it: our answer is told. */
enum outcome transfer_delivered(struct tx *tx, const struct delivery *d);

#endif
