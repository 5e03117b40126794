/*
 * What a procedure is made of.  For procedure*.c and ladder.c alone: everybody
 * else asks procedure.h and ladder.h.
 */
#ifndef PROCEDURE_PARTS_H
#define PROCEDURE_PARTS_H

#include "conf_tree.h"
#include "procedure.h"
#include "procedure_when.h"

struct rung {
	int64_t after;	 /* ms of silence since rung 0 was told */
	int64_t repeat;	 /* ms; 0: told once */
	int64_t repeats; /* the last rung repeats for ever */
	const char **who, **channels;
	size_t n_who, n_channels;
};
struct ladder {
	const char *id;
	bool is_urgent;
	int64_t ack_holds; /* ms */
	struct rung *rungs;
	size_t n_rungs;
	const struct node *node;
};

/* One alternative of a limit, a start or a ladder; the first that fits. */
struct choice {
	const char *on; /* event, or NULL for any */
	struct when when;
	const struct node *node;
	const char *text; /* and what became of it: */
	struct limit term;
	const struct ladder *ladder;
	bool is_t0;
	const char *basis;
};
/* The last one always fits, so there is always one. */
struct choices {
	struct choice *list;
	size_t n;
};

struct step {
	const char *id, *vi, *en, *role, *kind, *form, *source, *basis, *leg;
	const char **opens; /* events */
	size_t n_opens;
	struct when when;
	struct choices limits, starts, ladders;
	bool is_ward; /* the ward's own: it has no case */
	bool warns_at_start;
	int64_t *warns; /* ms before due, falling */
	size_t n_warns;
	const struct node *node, *opens_node;
};
/* What no change of a limit may break: step ends within a term of an event. */
struct bound {
	const char *from, *source;
	const struct step *step;
	struct limit within;
	const struct node *node;
};
struct procedure {
	struct conf_tree *tree; /* owns all texts */
	const char *vi, *en;
	char *name;
	struct ladder *ladders;
	struct step *steps;
	struct bound *bounds;
	size_t n_ladders, n_steps, n_bounds;
	bool counts_ours; /* t0 is our own receipt, not the earliest */
};

const struct choice *
choose(const struct choices *c, const char *event, const struct facts *f);

/* procedure_events.c: does this event open what waits for that one? */
bool event_fits(const char *wanted, const char *event);
bool step_opens_on(const struct step *s, const char *event);
/* "N06.done" with N06 a step of p: that step, else NULL. */
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

/* procedure_ladder.c */
const struct ladder *ladder_find(const struct procedure *p, const char *id);
/* Faults of every class of news that has no ladder; the list is at n. */
void news_check(
    const struct procedure *p, const struct node *n, struct faults *faults);
/* Is it used by no step, but by news or alarms? */
bool is_for_news(const struct ladder *l);
void ladder_read(struct ladder *l, const struct node *n, struct faults *faults);

#endif
