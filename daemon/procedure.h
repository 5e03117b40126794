/*
 * Procedures read from conf/procedures: steps, limits, ladders.  Pure: an event
 * and a case's facts in, clocks out.  Nothing of Decree 56 is in C.
 */
#ifndef PROCEDURE_H
#define PROCEDURE_H

#include "calendar.h"
#include "facts.h"
#include "ladder.h"
#include "procedure_step.h"

struct procedure; /* and its parts, in procedure_parts.h */

/*
 * Read one procedure.  NULL and every fault as file:line if anything is wrong:
 * unknown words, conditions that do not parse, ladders without rungs.
 */
struct procedure *procedure_load(const char *path, struct faults *faults);
void procedure_free(struct procedure *p);
/* "vn-nd56-2017@3": id and version, frozen into clocks. */
const char *procedure_name(const struct procedure *p);
/* For people, "vi" or "en". */
const char *procedure_title(const struct procedure *p, const char *language);

const struct step *procedure_step(const struct procedure *p, const char *id);
/*
 * Who outside decides when neither the chairman nor a vice chairman can,
 * "outside:<kind of agency>"; NULL: nobody.
 */
const char *procedure_authority(const struct procedure *p);
size_t procedure_n_steps(const struct procedure *p);
const struct step *procedure_nth_step(const struct procedure *p, size_t i);

/* A clock that an event opens. */
struct opening {
	const struct step *step;
	struct limit term;
	int64_t start_at, due_at;
	bool from_t0; /* it starts at the earliest receipt */
};
#define OPENINGS_MAX 32
/* D56 25.1: the earliest place of receipt decides, unless the file says ours. */
int64_t procedure_t0(const struct procedure *p, int64_t earliest, int64_t ours);
/* What happened, and when. */
struct moment {
	/*
	 * "received", "N06.done", "emergency.yes", or better, with the word
	 * before, "emergency.no>yes".
	 */
	const char *event;
	int64_t at;    /* when it happened */
	int64_t t0_at; /* earliest place of receipt */
};
/*
 * Steps that this event opens under these facts; at most OPENINGS_MAX, which
 * procedure_load() makes sure of.  A step whose clock is open already is not
 * opened again: the caller sees to that, who knows the clocks.
 */
size_t procedure_openings(const struct procedure *p, const struct calendar *c,
    const struct facts *f, const struct moment *m,
    struct opening out[OPENINGS_MAX]);
/* The same for one step, whatever its events and its condition say. */
void step_opening(const struct step *s, const struct calendar *c,
    const struct facts *f, const struct moment *m, struct opening *out);
/*
 * Does this event hasten a clock of o->step that runs already?  Then the rest
 * of *o is what counts from now on, if that is sooner than what the clock has.
 */
bool procedure_hastens(const struct procedure *p, const struct calendar *c,
    const struct facts *f, const struct moment *m, struct opening *o);
/* Is there any step whose clocks this event hastens? */
bool procedure_hastens_any(const struct procedure *p, const char *event);
/* Is an open clock of this step still needed under these facts? */
bool step_holds(const struct step *s, const struct facts *f);

/* The ladder in force, resolved when a clock fires. */
const struct ladder *step_ladder(
    const struct procedure *p, const struct step *s, const struct facts *f);

/*
 * News of a case and alarms climb ladders, too: the step they share, due at
 * once, and the ladder called like the kind, or else like the class ("news",
 * "news_lead", "alarm"), which every procedure has.
 */
const struct step *procedure_news(void);
const struct ladder *procedure_news_ladder(
    const struct procedure *p, const char *news, const char *kind);
/* Has it a ladder for talks on the telephone, "phone_task"? */
bool procedure_has_phone_tasks(const struct procedure *p);

#endif
