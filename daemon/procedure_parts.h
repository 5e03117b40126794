/*
 * What a procedure is made of.  For procedure*.c and ladder.c alone: everybody
 * else asks procedure.h and ladder.h.
 */
#ifndef PROCEDURE_PARTS_H
#define PROCEDURE_PARTS_H

#include "conf_tree.h"
#include "procedure.h"
#include "procedure_gate.h"
#include "procedure_when.h"

struct rung {
	int64_t after;	 /* ms of silence since rung 0 was told */
	int64_t repeat;	 /* ms; 0: told once */
	int64_t repeats; /* the last rung repeats for ever */
	bool needs_all;	 /* one answer is not enough */
	const char **who, **channels;
	size_t n_who, n_channels;
	const struct node *node;
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
	const char **opens, **sooner; /* events */
	size_t n_opens, n_sooner;
	struct when when;
	struct choices limits, starts, ladders;
	bool is_ward; /* the ward's own: it has no case */
	bool needs_approval;
	bool warns_at_start;
	int64_t *warns; /* ms before due, falling */
	size_t n_warns;
	const struct node *node, *opens_node, *sooner_node;
};
/* What no change of a limit may break: step ends within a term of an event. */
struct bound {
	const char *from, *source;
	const struct step *step;
	struct limit within;
	const struct node *node;
};
/* A change of a fact that brings another one with it. */
struct follow {
	const char *on, *then;
	struct when when;
	enum fact fact;
	int word;
};
struct procedure {
	struct conf_tree *tree; /* owns all texts */
	const char *vi, *en;
	char *name;
	const char *authority; /* "outside:other"; NULL: none */
	struct ladder *ladders;
	struct step *steps;
	struct bound *bounds;
	struct gate *gates;
	struct follow *follows;
	size_t n_ladders, n_steps, n_bounds, n_gates, n_follows;
	bool counts_ours; /* t0 is our own receipt, not the earliest */
};

#endif
