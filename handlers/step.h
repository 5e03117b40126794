/* A step was done: its kind says what the body holds and what it changes. */
#ifndef STEP_H
#define STEP_H

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
	void (*check)(const struct step_call *k, struct faults *faults);
	/* NULL: step_end, then step_facts. */
	enum outcome (*done)(struct tx *tx, struct step_call *k);
};

#define STEP(name) extern const struct step_kind step_##name;
#include "steps.def"
#undef STEP
/* The kind of that name; the plain record for one that needs no more. */
const struct step_kind *step_kind_find(const char *name);

/* The clock of the step ends by the act. */
enum outcome step_end(struct tx *tx, struct step_call *k);
/* Every fact that the body names is set. */
enum outcome step_facts(struct tx *tx, struct step_call *k);

/* Fields that every kind takes. */
#define STEP_FIELDS                                                            \
	{.name = "acted_at", .kind = FIELD_INSTANT, .required = true},         \
	    {.name = "evidence", .kind = FIELD_TEXT, .low = 1, .high = 64},    \
	    {.name = "note", .kind = FIELD_TEXT, .low = 1, .high = 4000},      \
	    {.name = "paper", .kind = FIELD_OBJECT, .schema = &step_paper},    \
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
extern const struct schema step_paper;
extern const char *const step_no_yes[], *const step_residences[],
					    *const step_placements[];

#endif
