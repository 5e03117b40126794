/*
 * Procedures read from conf/procedures: steps, limits, ladders.  Pure: an event
 * and a case's facts in, clocks out.  Nothing of Decree 56 is in C.
 */
#ifndef PROCEDURE_H
#define PROCEDURE_H

#include "calendar.h"

enum fact {
#define FACT(name, ...) FACT_##name,
#include "facts.def"
#undef FACT
	FACT_MAX
};
struct facts {
	int v[FACT_MAX]; /* index of the word */
};

struct procedure; /* and its parts, in procedure_parts.h */
struct step;
struct ladder;

/*
 * Read one procedure.  NULL and every fault as file:line if anything is wrong:
 * unknown words, conditions that do not parse, ladders without rungs.
 */
struct procedure *procedure_load(const char *path, struct faults *faults);
void procedure_free(struct procedure *p);
/* "vn-nd56-2017@3": id and version, frozen into clocks. */
const char *procedure_name(const struct procedure *p);

/* Words of facts; -1 if unknown.  JSON is {"risk":"high",...}. */
int fact_find(const char *name);
int fact_word(enum fact f, const char *word);
const char *fact_text(const struct facts *f, enum fact which);
void facts_parse(struct facts *f, const char *json);
char *facts_format(const struct facts *f);

const struct step *procedure_step(const struct procedure *p, const char *id);
size_t procedure_n_steps(const struct procedure *p);
const struct step *procedure_nth_step(const struct procedure *p, size_t i);
const char *step_id(const struct step *s);
const char *step_name(const struct step *s, const char *language);
/* Who does it: "holder" or a role. */
const char *step_role(const struct step *s);
/* Name of its step kind (handlers/step_<kind>.c). */
const char *step_kind(const struct step *s);
/* "law", "procedure", "derived", "proposal", "local"; and the article. */
const char *step_basis(const struct step *s);
const char *step_source(const struct step *s);
/* Which leg a lapse is charged to: "sender", "duty", "officer", ... */
const char *step_leg(const struct step *s);

/* A clock that an event opens. */
struct opening {
	const struct step *step;
	struct limit term;
	int64_t start_at, due_at;
};
#define OPENINGS_MAX 32
struct moment {
	const char *event; /* "received", "N06.done", "emergency.yes" */
	int64_t at;	   /* when it happened */
	int64_t t0_at;	   /* earliest place of receipt */
};
/* Steps that this event opens under these facts; at most OPENINGS_MAX. */
size_t procedure_openings(const struct procedure *p, const struct calendar *c,
    const struct facts *f, const struct moment *m,
    struct opening out[OPENINGS_MAX]);
/* Is an open clock of this step still needed under these facts? */
bool step_holds(const struct step *s, const struct facts *f);

/* The ladder in force, resolved when a clock fires. */
const struct ladder *step_ladder(const struct procedure *p,
    const struct step *s, const struct facts *f);
bool ladder_is_urgent(const struct ladder *l);
size_t ladder_n_rungs(const struct ladder *l);
/* Who is called on a rung: texts such as "holder", "lead", "outside:hotline". */
const char *const *rung_who(const struct ladder *l, size_t rung, size_t *n);
/* Names of the channels a rung uses, in order; n 0: the person's own order. */
const char *const *rung_channels(const struct ladder *l, size_t rung,
    size_t *n);

/* Where a clock stands on its ladder: columns of the clock table. */
struct climb {
	int64_t start_at, due_at; /* frozen */
	int triggers;		  /* warnings (start, before due, due) given */
	int rung;		  /* highest reached; -1: none */
	int repeats;		  /* of that rung */
	int round;		  /* of alerts */
	int64_t climb_at;	  /* silence until then brings more; 0: none */
	bool is_acked;
	int64_t next_at; /* earliest thing to happen; 0: nothing */
};

/* What a firing does: alerts for rungs from..to in this round. */
struct firing {
	const char *kind; /* "opened", "warning", "lapsed", "climb", "resume" */
	int from_rung, to_rung;
	int round;
	int64_t due_at; /* when it should have fired */
	bool lapses;	/* the due instant has passed with it */
	int skipped;	/* older triggers that a downtime swallowed */
};

/* A clock just opened: sets next_at and zeroes the rest. */
void ladder_start(const struct step *s, struct climb *c);
/*
 * What happens at now.  False, and c unchanged, if nothing is due.  Triggers
 * that passed during a downtime become one firing; silence is counted from now,
 * when people were really told.
 */
bool ladder_fire(const struct step *s, const struct ladder *l, struct climb *c,
    int64_t now, struct firing *out);
/* A human acknowledged: quiet until ack_holds is over or a trigger comes. */
void ladder_ack(const struct step *s, const struct ladder *l, struct climb *c,
    int64_t now);
/* Nobody on the rung can be reached: the next one is due at now. */
void ladder_hurry(const struct step *s, struct climb *c, int64_t now);

/*
 * Proves that every step can open, every ladder ends with a rung that repeats,
 * no limit is missing and every who is known.  Problems are added as
 * "step N08" etc.
 */
void procedure_check(const struct procedure *p, struct faults *problems);
/*
 * The timeline of a made-up case as JSON: [{at, what, step, rung, who}], from
 * t0 for span_ms with nobody acting.  The caller decrefs.
 */
struct json_t *procedure_simulate(const struct procedure *p,
    const struct calendar *c, int64_t t0, int64_t span_ms);

#endif
