/*
 * What a procedure says about ends and about facts that follow from others:
 * the duties that must be met before a case is closed, and the changes that a
 * change brings with it.  Pure.
 */
#ifndef PROCEDURE_GATE_H
#define PROCEDURE_GATE_H

#include "facts.h"
#include "procedure_when.h"

struct procedure;
struct step;

/*
 * One duty of the closing gate.  It counts while its condition holds, and is
 * unmet then: always, if it names no step; if a clock of its step is open; or
 * if `after` was done and the step was not done since.
 */
struct gate {
	const char *id, *vi, *en, *source; /* source: article */
	const char *step, *after;	   /* NULL: none */
	struct when when;
};
size_t procedure_n_gates(const struct procedure *p);
const struct gate *procedure_nth_gate(const struct procedure *p, size_t i);

/*
 * The next change that this event brings under these facts; false if there is
 * none left.  Start with zeroes.
 */
struct followed {
	size_t next; /* where to go on */
	enum fact fact;
	int word;
};
bool procedure_follows(const struct procedure *p, const char *event,
    const struct facts *f, struct followed *out);

/* Does this step, or any, open on this event ("N09.oral")? */
bool step_opens_on(const struct step *s, const char *event);
bool procedure_opens_any(const struct procedure *p, const char *event);

#endif
