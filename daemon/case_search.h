/* Cases that somebody may see, by what is asked of them. */
#ifndef CASE_SEARCH_H
#define CASE_SEARCH_H

#include "cases.h"

/* NULL or 0: that is not asked. */
struct case_filter {
	const char *state, *risk; /* words of theirs */
	const char *code;	  /* how a case or incident code begins */
	const char *assignee;	  /* login; "-": nobody holds it */
	const char *name, *phone; /* of a child, or a person around it */
	int64_t due_before;	  /* a step is due until then */
	const char *after;	  /* id of a case, or "" */
};

/* One page of what was found. */
struct case_page {
	char (*ids)[ID_SIZE]; /* room for size of them */
	size_t size;
	/* Set: files of the person asked for that proved untrue; no ids of
	 * those. */
	int64_t unfounded;
};
/*
 * Ids in order of opening; returns how many.  allow() says beforehand which
 * kinds of cases by may read, and whether names of alleged persons may be asked
 * for: so a full page has no holes that would tell of the others.
 */
size_t case_search(struct tx *tx, const struct subject *by,
    const struct case_filter *f, struct case_page *p);

/* Of open clocks; "" or false: that is not asked. */
struct clock_filter {
	bool is_held;	   /* only of cases that by holds */
	const char *steps; /* ",N07,N09,": only of these */
	int64_t after_at;  /* behind one that is due then, */
	const char *after; /* whose id is this, or "" */
	size_t limit;
};
/*
 * The clocks of cases that by may read, soonest first: {id, case_id, case, step,
 * start_at, due_at, is_acked, assignee}.  case is the code of the file.  The
 * caller decrefs.
 */
json_t *case_clocks(
    struct tx *tx, const struct subject *by, const struct clock_filter *f);

#endif
