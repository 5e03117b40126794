/* Does the ward hold when somebody is missing?  Pure. */
#ifndef PROCEDURE_WITHOUT_H
#define PROCEDURE_WITHOUT_H

#include "procedure.h"

/* A member, or an agency that an outside rung may call. */
struct body {
	const char *name;  /* login or code */
	const char *is;	   /* blank-separated roles, or "outside:hotline" */
	const char *at;	   /* code of the agency where a member works, or "" */
	bool is_reachable; /* active, and has a verified address */
};
struct staff {
	const struct body *list;
	size_t n;
};

/*
 * With everybody, without any one member, without any one agency and who works
 * there, and without all chairmen and leads together: every assignment,
 * approval and ladder must still end at somebody who can be reached.  A ladder
 * whose last rung names an outside body must reach one; one whose last rung
 * reaches nobody goes on as the alarm "alarm_no_person", which must end outside
 * the ward.  Problems are added as "without LOGIN"; what
 * is wrong with everybody there is told once, as "with everybody".
 */
void procedure_check_without(const struct procedure *p, const struct staff *all,
    struct faults *problems);
/*
 * Ladders whose last rung names nobody outside: they end inside the ward for as
 * long as somebody is there.  Blank-separated ids; the caller frees.
 */
char *procedure_inside(const struct procedure *p);

#endif
