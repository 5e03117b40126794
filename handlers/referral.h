/* What the calls about referrals share, the control socket's included. */
#ifndef REFERRAL_H
#define REFERRAL_H

#include "http.h"
#include "idem.h"
#include "store.h"

/*
 * Take the notification in r's body, from the agency that by is, or on behalf
 * of one.  Answers 201 with the receipt; INVALID after answering what is wrong,
 * and then nothing was written.
 */
enum outcome referral_take(struct tx *tx, const struct request *r,
    struct response *a, const struct subject *by);
/*
 * Of what came through the page, by a create-only link or a login: who has the
 * receipt has no key, so it tells where its state is read, and whom to phone.
 */
void receipt_for_bearer(struct tx *tx, json_t *receipt);

/* One referral as its agency sees it. */
struct referral_row {
	char id[ID_SIZE], incident[16], state[16], purpose[16];
	char answer[16]; /* ours, to a transfer; "": none yet */
	bool is_out;
	int64_t received_at, due_at, version;
	unsigned char digest[HASH_SIZE];
};
/*
 * The agency's own by the path's first segment; NOT_FOUND after answering the
 * one 404 of all that is not there or not theirs.
 */
enum outcome referral_find(struct tx *tx, const struct request *r,
    struct response *a, struct referral_row *row);
/* From a row of REFERRAL_GET, REFERRAL_LIST or RECEIPT_GET. */
void referral_read(const struct rows *rows, struct referral_row *row);
json_t *referral_json(struct tx *tx, const struct referral_row *row);

#endif
