/* Does the ward hold when somebody is missing?  Pure. */
#ifndef PROCEDURE_WITHOUT_H
#define PROCEDURE_WITHOUT_H

#include "procedure.h"

/* A member, or an agency that an outside rung may call. */
struct body {
	const char *name;  /* login or code */
	const char *is;	   /* blank-separated roles, or "outside:hotline" */
	const char *at;	   /* code of the agency where a member works, or "" */
	bool is_reachable; /* active, has a verified address, and of an
			    * agency: agreed to be written to */
};
struct staff {
	const struct body *list;
	size_t n;
};

/*
 * With everybody, without any one member, without any one agency and who works
 * there, and without all chairmen and leads together: every assignment must
 * still reach somebody, every approval the chairman, a vice chairman or the
 * authority outside, and every ladder end at a body outside the ward.  A body
 * outside is reached by its agreed contact, or phoned by the last member who can
 * be reached (phone_task.h).  Problems are added as "without LOGIN"; what is
 * wrong with everybody there is told once, as "with everybody".
 */
void procedure_check_without(const struct procedure *p, const struct staff *all,
    struct faults *problems);

#endif
