/*
 * The climb of one clock up its ladder.  Pure: a state and an instant in, the
 * next state and what to raise out.  Never early, never silent while nobody
 * has acted, never the same (rung, round) twice.
 */
#ifndef LADDER_H
#define LADDER_H

#include "core.h"

struct step;
struct ladder;
struct procedure;

/* Every ladder of a procedure, in the order of its file. */
size_t procedure_n_ladders(const struct procedure *p);
const struct ladder *procedure_nth_ladder(const struct procedure *p, size_t i);

const char *ladder_id(const struct ladder *l);
bool ladder_is_urgent(const struct ladder *l);
/* ms that an acknowledgement keeps it quiet. */
int64_t ladder_ack_holds(const struct ladder *l);
size_t ladder_n_rungs(const struct ladder *l);
/* Who is called on a rung: texts such as "holder", "lead", "outside:hotline". */
const char *const *rung_who(const struct ladder *l, size_t rung, size_t *n);
/* Names of the channels a rung uses, in order; n 0: the person's own order. */
const char *const *
rung_channels(const struct ladder *l, size_t rung, size_t *n);

/* Must everybody on it acknowledge, not just one of them? */
bool rung_needs_all(const struct ladder *l, size_t rung);

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
	int64_t due_at; /* when it should have fired; may lie before opening */
	bool lapses;	/* the due instant has passed with it */
	int skipped;	/* older triggers that passed unseen before this one */
};

/* A clock just opened: sets next_at and zeroes the rest. */
void ladder_start(const struct step *s, struct climb *c);
/*
 * What happens at now.  False, and c unchanged, if nothing is due; call again
 * until then, for a trigger and a silence may be due at once.  Triggers that
 * passed during a downtime become one firing; silence is counted from now, when
 * people were really told.
 */
bool ladder_fire(const struct step *s, const struct ladder *l, struct climb *c,
    int64_t now, struct firing *out);
/* It starts and ends at other instants: what comes next follows them. */
void ladder_move(
    const struct step *s, struct climb *c, int64_t start_at, int64_t due_at);
/*
 * A human forces it: the rung above the one it stands on is called at now, with
 * all below, in a new round, though it was acknowledged.
 */
void ladder_force(const struct step *s, const struct ladder *l, struct climb *c,
    int64_t now, struct firing *out);
/* A human acknowledged: quiet until ack_holds is over or a trigger comes. */
void ladder_ack(
    const struct step *s, const struct ladder *l, struct climb *c, int64_t now);
/*
 * Nobody on the rung can be reached: the next one is due at now.  On the last
 * rung there is none, so its repeat stays as it is: nothing spins.
 */
void ladder_hurry(
    const struct step *s, const struct ladder *l, struct climb *c, int64_t now);

#endif
