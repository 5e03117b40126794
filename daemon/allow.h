/*
 * Who may do what: one pure function, deny by default.  Bars are looked at
 * before roles; to a barred party the case does not exist (404).
 */
#ifndef ALLOW_H
#define ALLOW_H

#include "http.h"

enum action {
#define ACTION(name) ACTION_##name,
#include "actions.def"
#undef ACTION
	ACTION_MAX
};

struct object {
	bool is_barred; /* the subject is, from the case */
	bool is_holder; /* the subject holds the case */
	bool is_own;	/* an agency's own referral; a member's own row */
	bool is_confidential;
};

bool allow(const struct subject *s, enum action a, const struct object *o);

#endif
