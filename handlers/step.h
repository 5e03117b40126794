/* A step was done: its kind says what the body holds and what it changes. */
#ifndef STEP_H
#define STEP_H

#include "allow.h"
#include "cases.h"
#include "http.h"
#include "schema.h"

struct step_call {
	struct case_row *c;
	const struct step *step;
	json_t *body; /* a copy; what is left of it is sealed with the act */
	struct act act;
};

struct step_kind {
	const char *name;
	const struct schema *schema;
	/* What the schema cannot say; may add to body what follows from it. */
	void (*check)(
	    struct tx *tx, const struct step_call *k, struct faults *faults);
	/* A human may do it though no clock of it runs: one opens then. */
	bool any_time;
	/* NULL: step_finish. */
	enum outcome (*done)(struct tx *tx, struct step_call *k);
};

#define STEP(name) extern const struct step_kind step_##name;
#include "steps.def"
#undef STEP
/* The kind of that name; the plain record for one that needs no more. */
const struct step_kind *step_kind_find(const char *name);

/*
 * The step was done: every fact that the body names is set, then its clock ends
 * and "<step>.done" opens what follows, under these facts.  Until then they
 * neither drop its clock nor open it again (case_row.doing).
 */
enum outcome step_finish(struct tx *tx, struct step_call *k);
/* Its clock ends by the act. */
enum outcome step_end(struct tx *tx, struct step_call *k);
/* Every fact that the body names is set, as of acted_at. */
enum outcome step_facts(struct tx *tx, struct step_call *k);
/* One fact, as of acted_at. */
enum outcome
step_fact(struct tx *tx, struct step_call *k, enum fact f, const char *word);
/* A text, a number or a word of the body; "" or 0 if it is not there. */
const char *step_text(const struct step_call *k, const char *name);
int64_t step_number(const struct step_call *k, const char *name);
bool step_has(const struct step_call *k, const char *name);

/*
 * The parts of a call about a step, for done, agree and oral alike.  begin:
 * the case, If-Match, the open step; k->body is then a copy that step_call_done
 * drops.  act_read: the schema and when it was; step_read: then the kind's own
 * check.
 * effect: what its kind does.  saved: the case gets a new version.
 */
enum outcome step_begin(struct tx *tx, const struct request *r,
    struct response *a, enum action what, struct step_call *k);
bool
act_read(struct step_call *k, const struct schema *s, struct faults *faults);
bool step_read(struct tx *tx, struct step_call *k, const struct schema *s,
    struct faults *faults);
enum outcome step_effect(struct tx *tx, struct step_call *k);
enum outcome step_saved(struct tx *tx, struct step_call *k);
enum outcome step_answer(struct tx *tx, struct response *a,
    const struct step_call *k, enum outcome how);
void step_call_done(struct step_call *k);

/* Fields that every kind takes. */
#define STEP_FIELDS                                                            \
	{.name = "acted_at", .kind = FIELD_INSTANT, .required = true},         \
	    {.name = "evidence", .kind = FIELD_TEXT, .low = 1, .high = 64},    \
	    {.name = "note", .kind = FIELD_TEXT, .low = 1, .high = 4000},      \
	    {.name = "paper", .kind = FIELD_OBJECT, .schema = &paper_schema},  \
	    {.name = "verified", .kind = FIELD_WORD, .words = step_no_yes},    \
	    {.name = "crime", .kind = FIELD_WORD, .words = step_no_yes},       \
	    {.name = "sexual_evidence",                                        \
		.kind = FIELD_WORD,                                            \
		.words = step_no_yes},                                         \
	    {.name = "residence",                                              \
		.kind = FIELD_WORD,                                            \
		.words = step_residences},                                     \
	{                                                                      \
		.name = "placement", .kind = FIELD_WORD,                       \
		.words = step_placements                                       \
	}
extern const struct schema paper_schema;
/* What the schema of a paper cannot say: its date has come, its scan is a
 * document's id or a hash. */
void step_paper_check(
    struct tx *tx, const struct step_call *k, struct faults *faults);
extern const char *const close_reasons[];
extern const char *const step_no_yes[], *const step_residences[],
					    *const step_placements[];

#endif
