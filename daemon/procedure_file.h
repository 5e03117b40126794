/*
 * Reading a procedure file and proving it sound: what procedure*.c share.  For
 * them alone: everybody else asks procedure.h.
 */
#ifndef PROCEDURE_FILE_H
#define PROCEDURE_FILE_H

#include "procedure_check.h"
#include "procedure_parts.h"

const struct choice *
choose(const struct choices *c, const char *event, const struct facts *f);

/* procedure_events.c: does this event open what waits for that one? */
bool event_fits(const char *wanted, const char *event);
/* Does this event hasten a clock of the step? */
bool step_hastens_on(const struct step *s, const char *event);
/* "N06.done" or "N06.oral" with N06 a step of p: that step, else NULL. */
const struct step *event_step(const struct procedure *p, const char *event);
/* A fault at n unless steps can wait for this event. */
void event_check(const struct procedure *p, const char *event,
    const struct node *n, struct faults *faults);
/* Faults of every event a step names; all steps must have been read. */
void events_check(
    const struct procedure *p, const struct step *s, struct faults *faults);

/*
 * procedure_check.c: the first facts, from f on, that meet a condition while
 * the fact fixed (-1: none) keeps its word; false if there are none.
 */
bool facts_meet(const struct when *w, int fixed, struct facts *f);

/* procedure_read.c: "law" etc., NULL-terminated. */
extern const char *const bases[];
/* ms of a limit, 0 if a calendar is needed to tell. */
int64_t limit_ms(const struct limit *l);
/* A word that a rung may call. */
bool is_callable(const char *who);
/* The text "6h" in ms, "0m" only where zero is allowed; or a fault. */
bool
span_read(const struct node *n, bool zero, int64_t *ms, struct faults *faults);
/* A list of texts as an array that the caller frees. */
const char **texts_read(const struct node *list, size_t *n);
void name_check(const struct node *n, struct faults *faults);
/* A text, or a list of {on, when, <key>, basis} whose last one fits always. */
void choices_read(struct choices *c, const struct node *n, const char *key,
    struct faults *faults);
/* procedure_bounds.c; all steps must have been read. */
void bounds_read(
    struct procedure *p, const struct node *list, struct faults *faults);

/* procedure_gate.c; both lists may be NULL. */
void
gates_read(struct procedure *p, const struct node *list, struct faults *faults);
void follows_read(
    struct procedure *p, const struct node *list, struct faults *faults);

/* procedure_ladder.c */
const struct ladder *ladder_find(const struct procedure *p, const char *id);
/* Faults of every class of news that has no ladder; the list is at n. */
void news_check(
    const struct procedure *p, const struct node *n, struct faults *faults);
/* Is it used by no step, but by news or alarms? */
bool is_for_news(const struct ladder *l);
void ladder_read(struct ladder *l, const struct node *n, struct faults *faults);

#endif
