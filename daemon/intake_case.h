/* The parts of intake: one case of one child, who is in it, who it may be. */
#ifndef INTAKE_CASE_H
#define INTAKE_CASE_H

#include "audit.h"
#include "intake.h"
#include "seal.h"

#define CASES_MAX 64

/* What all cases of one notification share. */
struct incident {
	const struct intake *in;
	char referral_id[ID_SIZE], code[16];
	int64_t received_at, t0_at;
	bool is_confidential;
	/* Cases it is about that its writer is barred from. */
	char hidden[CASES_MAX][ID_SIZE];
	size_t n_hidden;
	bool hides_source;    /* and the source_ref is that of theirs */
	bool is_split;	      /* of a case of ours: no receipt tells it */
	char opened[ID_SIZE]; /* filled in: the case that was opened last */
};

/* Store the notification itself, sealed, and tell the audit chain. */
enum outcome intake_referral(struct tx *tx, const struct incident *i);
/* Seal JSON under an owner's key; out->p is the caller's to free. */
enum outcome intake_seal(struct tx *tx, const char *owner,
    const struct place *at, const json_t *json, struct value *out);
/* The informant of a body, under a key of their own; V_NULL if there is none.
 */
enum outcome intake_seal_informant(struct tx *tx, const char *table,
    const char *id, const json_t *body, struct value *out);
/* All else of it, under the referral's key. */
enum outcome intake_seal_rest(struct tx *tx, const char *referral_id,
    const struct place *at, const json_t *body, struct value *out);
/* Audit what was just sealed, with its digest. */
enum outcome
intake_audit(struct tx *tx, struct happening *h, const struct value *sealed);

/* Who is barred from the other case is barred from this one, provisionally. */
enum outcome
intake_copy_bars(struct tx *tx, const struct case_row *c, const char *other);

/* Open a case for a child (an object, empty if nothing is known). */
enum outcome
intake_case(struct tx *tx, struct incident *i, const json_t *child);

/* A child, or a person around one, can be looked up by what is said of them;
 * members and agencies whom the person fits are barred and counted in hits. */
enum outcome
intake_index_child(struct tx *tx, const char *id, const json_t *child);
enum outcome intake_index_person(struct tx *tx, const struct case_row *c,
    const char *id, const json_t *person, int *hits);

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

/* Are two descriptions of one child?  seen_at: when its age was said. */
struct described {
	const json_t *child;
	int64_t seen_at;
};
enum likeness {
	OTHER_CHILD,
	NAMELESS_CHILD, /* nothing speaks against it, no name for it */
	SAME_CHILD,
};
enum likeness
intake_likeness(const struct described *a, const struct described *b);

/*
 * Reported again within the months that the settings say, often enough or by
 * enough sources: the procedure's "repeated" happens.
 */
enum outcome intake_repeats(struct tx *tx, const struct case_row *c);

/* One such suspicion; OK also if it stands already. */
enum outcome intake_suspect(struct tx *tx, const struct case_row *c,
    const char *other, char holder[ID_SIZE]);

/* Facts that a notification makes certain: high risk, an alleged carer. */
void intake_raise(const json_t *body, struct facts *f);
/* The same for a case that is there. */
enum outcome intake_facts(struct tx *tx, struct case_row *c, const json_t *body,
    const struct subject *by);

#endif
