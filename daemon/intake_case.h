/* The parts of intake: one case of one child, who is in it, who it may be. */
#ifndef INTAKE_CASE_H
#define INTAKE_CASE_H

#include "audit.h"
#include "intake.h"
#include "seal.h"

/* What all cases of one notification share. */
struct incident {
	const struct intake *in;
	char referral_id[ID_SIZE], code[16];
	int64_t received_at, t0_at;
};

/* Store the notification itself, sealed, and tell the audit chain. */
enum outcome intake_referral(struct tx *tx, const struct incident *i);
/* Seal JSON under an owner's key; out->p is the caller's to free. */
enum outcome intake_seal(struct tx *tx, const char *owner,
    const struct place *at, const json_t *json, struct value *out);
/* Audit what was just sealed, with its digest. */
enum outcome
intake_audit(struct tx *tx, struct happening *h, const struct value *sealed);

/* Open a case for a child (an object, empty if nothing is known). */
enum outcome
intake_case(struct tx *tx, const struct incident *i, const json_t *child);

/*
 * The people around a child: father, mother, carer of child and the alleged of
 * body (either may be NULL) are stored sealed and indexed; a member among them
 * is barred, and a holder among them loses the case.  *hits counts bars.
 */
enum outcome intake_people(struct tx *tx, const struct case_row *c,
    const json_t *child, const json_t *body, int *hits);

/*
 * Cases that may be of the same child: both are marked and the bars of the
 * first hold for the second.  holder is that of the first open one, or "".
 */
enum outcome intake_duplicates(struct tx *tx, const struct case_row *c,
    const json_t *child, char holder[ID_SIZE]);

/* Facts that a notification makes certain: high risk, an alleged carer. */
void intake_raise(const json_t *body, struct facts *f);
/* The same for a case that is there. */
enum outcome intake_facts(struct tx *tx, struct case_row *c, const json_t *body,
    const struct subject *by);

#endif
