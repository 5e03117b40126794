/*
 * Referrals that the ward sends to another body, and what it answers: a row and
 * clocks of the case that are named after it, so that silence climbs a ladder
 * of its own.  Kinds of steps: "referral_answer" runs until there is an answer,
 * "referral_service" from an acceptance until due_at,
 * "referral_recall" until the agency knows that it was withdrawn.
 */
#ifndef REFERRAL_OUT_H
#define REFERRAL_OUT_H

#include "cases.h"
#include "seal.h"

struct out_referral {
	const char *purpose; /* as in table referral */
	const char *agency_id;
	bool despite_bar;
	bool is_silent;	     /* nobody is called about it */
	int64_t due_at;	     /* UTC ms; 0: none */
	const json_t *body;  /* what the agency is to read; sealed */
	const json_t *share; /* coded, for the chain; may be NULL */
	char id[ID_SIZE];    /* "": a new one */
	/* Filled in by referral_send. */
	int64_t sent_at;
	unsigned char digest[HASH_SIZE]; /* of what was sealed */
};
/* Send it: row, clock, chain.  The agency is called by the clock's ladder. */
enum outcome referral_send(struct tx *tx, struct case_row *c,
    const struct subject *by, struct out_referral *out);

/* What a referral is about; empty it with referral_about_done. */
struct referral_about {
	char case_id[ID_SIZE], agency_id[ID_SIZE];
	char purpose[16], state[16], agency_kind[16];
	char answer[16];      /* ours, to a transfer; "": none yet */
	char source_ref[104]; /* "": none */
	bool is_out;
	int64_t due_at, sent_at;
	json_t *body; /* NULL: erased */
};
/* NOT_FOUND: no such referral. */
enum outcome
referral_about(struct tx *tx, const char *id, struct referral_about *out);
void referral_about_done(struct referral_about *r);

/* An answer of the agency, by its key or told to a member. */
struct referral_reply {
	const char *id,
	    *to; /* "accepted", "refused", "completed", "withdrawn" */
	const struct subject *by;
	int64_t acted_at;
	const json_t *words; /* sealed with the referral; may be NULL */
};
/*
 * Move it and what hangs on it: clocks, the steps that it does, who is told.
 * A refusal goes to the lead at once.  CONFLICT: not from this state.
 */
enum outcome referral_reply(struct tx *tx, const struct referral_reply *r);

/*
 * The agency knows that a service was withdrawn: it read so, or was phoned.
 * CONFLICT: it was not withdrawn.
 */
enum outcome referral_recalled(struct tx *tx, const struct referral_about *w,
    const struct referral_reply *r);

/*
 * The clock of a kind of step that a referral names: open it (due_at 0: by the
 * step's limit), or end it by a reply.  OK also if the procedure has no such
 * step or no such clock runs.
 */
enum outcome referral_clock_open(struct tx *tx, const struct case_row *c,
    const char *kind, const char *id, int64_t due_at);
enum outcome referral_clock_end(struct tx *tx, const struct case_row *c,
    const char *kind, const struct referral_reply *r);
/* It is not waited for any more; OK also if no such clock runs. */
enum outcome referral_clock_drop(struct tx *tx, const struct case_row *c,
    const char *kind, const struct referral_reply *r);
/* The first step of a kind; NULL if the procedure has none. */
const char *referral_step(struct tx *tx, const char *kind);
/* What was said, sealed with the referral. */
enum outcome referral_keep_words(struct tx *tx, const struct referral_reply *r);

#endif
