/* Calls that a second person must approve (changes.h). */
#ifndef CHANGE_H
#define CHANGE_H

#include "changes.h"
#include "http.h"

#define CHANGE(name, apply) handler_run apply;
#include "changes.def"
#undef CHANGE

struct wanted {
	enum change_kind kind;
	const char *about;     /* login or agency code: args[0] of the call */
	const char *member_id; /* whose it is; NULL: nobody's yet */
	json_t *body;	       /* what to apply; a reference of the caller's */
	bool is_free;	       /* this one is told to the leads alone */
};
/*
 * Apply it now, answered as its handler answers, or ask for it: 202 {change,
 * state, expires_at}.
 */
enum outcome change_make(struct tx *tx, const struct request *r,
    struct response *a, const struct wanted *w);

#endif
