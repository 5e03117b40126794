/*
 * A case goes to another ward, whose hotlined may be called by ours: out, the
 * notification that its POST /v1/referrals takes, the first receipt in it; in,
 * our answer to its transfer.  Whoever sends stays responsible until accepted.
 * Kinds of steps: "transfer" is done by an acceptance, "transfer_answer" waits
 * for ours, "transfer_told" until the other ward has it: our answer, or that we
 * took back what we sent.
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

/* We took it back: the other ward must hear of it. */
enum outcome transfer_withdraw(
    struct tx *tx, const struct case_row *c, const struct referral_reply *r);

/*
 * A notification came in; if it is a transfer, the lead must answer it, or is
 * told that it was taken back before it came.
 */
enum outcome transfer_received(struct tx *tx, const char *referral);
/*
 * Our answer to it ("accepted", "refused"), or what was said on the phone
 * ("withdrawn": the sender took it back; "told": the other ward heard of our
 * answer, or that we took ours back).  CONFLICT: was answered, or there is
 * nothing to tell.  What is theirs again is not ours: if nobody else reported
 * the child and we took no measure, our clocks end, what is left is the file.
 */
enum outcome transfer_answer(struct tx *tx, const struct referral_about *w,
    const struct referral_reply *r);

/*
 * It took back what is not there, or not for it to see: kept and audited, so
 * that what comes later comes in as taken back.  id: of what is kept.  The lead
 * of a case that it is barred from is told and decides (referral_recall.c).
 */
enum outcome transfer_recall(struct tx *tx, const struct subject *by,
    const char *source_ref, char id[ID_SIZE]);
/* Did it take back what it now sends? */
bool transfer_was_recalled(
    struct tx *tx, const char *agency_id, const char *source_ref);

/* What an agency sent by its own number; NOT_FOUND also if it is barred. */
enum outcome transfer_find(struct tx *tx, const char *agency_id,
    const char *source_ref, char id[ID_SIZE]);

/*
 * The call {path, body} that a delivery makes to another hotlined; NULL: there
 * is none to make.  The caller decrefs.
 */
json_t *transfer_call(struct tx *tx, const struct delivery *d);
/* The other hotlined took it: it is told. */
enum outcome transfer_delivered(struct tx *tx, const struct delivery *d);

#endif
