/* What can be proved, told and compared of a procedure without any case. */
#ifndef PROCEDURE_CHECK_H
#define PROCEDURE_CHECK_H

#include "procedure.h"

/*
 * Proves that every step can open, every ladder ends with a rung that repeats,
 * no limit is missing and every who is known.  Problems are added as
 * "step N08" etc.
 */
void procedure_check(const struct procedure *p, struct faults *problems);
size_t procedure_n_bounds(const struct procedure *p);
/*
 * Proves the file's bounds by trying a receipt at every hour that the calendar
 * describes, everybody using up every limit on the way.  A problem tells the
 * worst receipt and how many break it.
 */
void procedure_check_bounds(const struct procedure *p, const struct calendar *c,
    struct faults *problems);
/*
 * The procedure for people: {procedure, names, t0, steps: [{id, names, role,
 * kind, form, scope, opens, when, limits, starts, warn, ladders, basis, source,
 * leg}]}; brief is what a page shows of a step: id, names, role, form, basis,
 * source, needs_approval.  The caller decrefs.
 */
struct json_t *procedure_json(const struct procedure *p, bool is_brief);
/*
 * Every key of every step and ladder as flat JSON, {"N15.limit": "5wd"}, for
 * comparing two of them.  The caller decrefs.
 */
struct json_t *procedure_rules(const struct procedure *p);
/*
 * The timeline of a made-up case as JSON: [{at, what, step, rung, who}], from
 * t0 for span_ms with nobody acting.  The caller decrefs.
 */
struct json_t *procedure_simulate(const struct procedure *p,
    const struct calendar *c, int64_t t0, int64_t span_ms);

#endif
