/*
 * Who may do what, and see which field: one pure function, deny by default.
 * Bars are looked at before roles; to a barred party the case does not exist
 * (404).  The matrix is the two tables of allow.c.
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

enum case_field {
#define FIELD(name) SEE_##name,
#include "fields.def"
#undef FIELD
	SEE_MAX
};

struct object {
	bool is_barred; /* the subject is, from the case */
	bool is_holder; /* the subject holds the case */
	bool is_own;	/* an agency's own referral; a member's own row
			 * or a notification that they took in */
	bool is_confidential;
	bool has_no_lead; /* who could decide: deputies do */
};

/*
 * May s do a to this field of o?  SEE_thing asks for the act alone; any other
 * field needs the act and a row of its own.
 */
bool allow(const struct subject *s, enum action a, const struct object *o,
    enum case_field f);

#endif
