/*
 * Conditions over facts: "emergency != no and (risk >= high or crime = yes)".
 * Small and total: no loops, no recursion, nothing but facts.def.
 */
#ifndef PROCEDURE_WHEN_H
#define PROCEDURE_WHEN_H

#include "conf_tree.h"
#include "facts.h"

/* Most operations of one condition; also what its evaluation stack holds. */
#define WHEN_MAX 32

enum when_op {
	WHEN_EQ,
	WHEN_NE,
	WHEN_LT,
	WHEN_LE,
	WHEN_GT,
	WHEN_GE,
	WHEN_OR, /* from here on in order of precedence */
	WHEN_AND,
	WHEN_NOT,
	WHEN_OPEN, /* a parenthesis, while compiling only */
};
/* A condition as a postfix program; n 0 is always true. */
struct when {
	size_t n;
	struct when_code {
		uint8_t op, fact, word;
	} code[WHEN_MAX];
};
/* False, and a fault at the node, if the text is not a condition. */
bool when_compile(struct when *w, const char *text, const struct node *node,
    struct faults *faults);
bool when_holds(const struct when *w, const struct facts *f);

#endif
