/*
 * Where a list goes on, as its reader carries it: sealed with the ward's own
 * key, so that it tells nothing and nobody can make one up, and good only for
 * this list, this reader and this question.  A new master key changes none.
 */
#ifndef CURSOR_H
#define CURSOR_H

#include "http.h"
#include "store.h"

struct cursor_of {
	const char *list;	  /* "cases" */
	const struct subject *by; /* who reads it */
	const json_t *question;	  /* filters; NULL: none */
};

/* As hex digits, which the caller frees; NULL after logging why. */
char *cursor_make(struct tx *tx, const struct cursor_of *of, const char *after);
/*
 * What it goes on after, which the caller frees; "" for no cursor.  NULL if it
 * is none of ours, of another list, reader or question.
 */
char *
cursor_open(struct tx *tx, const struct cursor_of *of, const char *cursor);

#endif
