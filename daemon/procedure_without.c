#include "procedure_without.h"

#include <stdlib.h>
#include <string.h>

#include "procedure_file.h"

#define OUTSIDE	  "outside:"
#define EVERYBODY "with everybody"

/* Whom the check leaves out; one of them. */
struct missing {
	const struct body *one; /* a member, or an agency with its members */
	bool heads;		/* all chairmen and leads */
};
struct check {
	const struct procedure *p;
	const struct staff *all;
	struct missing missing;
	char *name; /* "without LOGIN" */
	struct faults *problems;
};

/* Is the word in the blank-separated list? */
static bool
has_word(const char *list, const char *word, size_t n)
{
	for (const char *s = list; *s != '\0'; s += strspn(s, " ")) {
		size_t len = strcspn(s, " ");

		if (len == n && strncmp(s, word, n) == 0)
			return true;
		s += len;
	}
	return false;
}

static bool
is_a(const struct body *b, const char *word)
{
	return has_word(b->is, word, strlen(word));
}

static bool
is_outside(const char *who)
{
	return strncmp(who, OUTSIDE, strlen(OUTSIDE)) == 0;
}

static bool
is_missing(const struct missing *m, const struct body *b)
{
	if (m->heads)
		return is_a(b, "chairman") || is_a(b, "lead");
	return m->one != NULL &&
	       (b == m->one || (is_outside(m->one->is) &&
				   strcmp(b->at, m->one->name) == 0));
}

/*
 * Can somebody of this kind be called?  On duty may be any officer; that a case
 * has a holder is not counted on.
 */
static bool
reaches(const struct check *c, const char *who)
{
	const char *word = strcmp(who, "duty") == 0 ? "officer" : who;

	for (size_t i = 0; i < c->all->n; i++) {
		const struct body *b = &c->all->list[i];

		if (b->is_reachable && is_a(b, word) &&
		    !is_missing(&c->missing, b))
			return true;
	}
	return false;
}

/* What is wrong with everybody there is told once. */
static void
tell(const struct check *c, const char *what)
{
	for (size_t i = 0; i < faults_held(c->problems); i++)
		if (strcmp(c->problems->list[i].where, EVERYBODY) == 0 &&
		    strcmp(c->problems->list[i].what, what) == 0)
			return;
	faults_add(c->problems, c->name, "%s", what);
}

static const struct rung *
last_rung(const struct ladder *l)
{
	return &l->rungs[l->n_rungs - 1];
}

/*
 * A body outside that cannot be written to is phoned by the last member who can
 * be reached, if the procedure has the ladder for it.
 */
static bool
is_phoned(const struct check *c)
{
	static const char *const order[] = {
	    "chairman", "vice_chairman", "lead", "duty"};

	for (size_t i = 0; procedure_has_phone_tasks(c->p) && i < NELEM(order);
	     i++)
		if (reaches(c, order[i]))
			return true;
	return false;
}

static bool
reaches_outside(const struct check *c, const char *who)
{
	return reaches(c, who) || is_phoned(c);
}

/* NULL: it ends well. */
static const char *
ladder_fault(const struct check *c, const struct ladder *l)
{
	const struct rung *last = last_rung(l);
	bool leaves = false;

	for (size_t i = 0; i < last->n_who; i++) {
		if (!is_outside(last->who[i]))
			continue;
		leaves = true;
		if (reaches_outside(c, last->who[i]))
			return NULL;
	}
	return leaves ? "no outside body of its last rung can be reached, nor "
			"is anybody there to phone it"
		      : "its last rung calls nobody outside the ward";
}

static void
ladder_check(const struct check *c, const struct ladder *l)
{
	const char *fault = ladder_fault(c, l);
	char *what;

	/* A task to phone somebody outside is itself the way out. */
	if (fault == NULL || strcmp(l->id, "phone_task") == 0)
		return;
	what = xasprintf("ladder %s: %s", l->id, fault);
	tell(c, what);
	free(what);
}

/* As people_assign() asks. */
static void
assignment_check(const struct check *c)
{
	static const char *const order[] = {
	    "duty", "lead", "chairman", OUTSIDE "hotline"};

	for (size_t i = 0; i < NELEM(order); i++)
		if (reaches(c, order[i]))
			return;
	tell(c, "assignment: no officer, lead, chairman or hotline can be "
		"reached");
}

/* Chairman, vice chairman, then the authority outside. */
static void
approval_check(const struct check *c, const struct step *s)
{
	const char *authority = procedure_authority(c->p);
	char *what;

	if (!s->needs_approval || reaches(c, "chairman") ||
	    reaches(c, "vice_chairman") ||
	    (authority != NULL && reaches_outside(c, authority)))
		return;
	what = xasprintf("approval of step %s: nobody may give it", s->id);
	tell(c, what);
	free(what);
}

static void
check_one(struct check *c)
{
	assignment_check(c);
	for (size_t i = 0; i < c->p->n_steps; i++)
		approval_check(c, &c->p->steps[i]);
	for (size_t i = 0; i < c->p->n_ladders; i++)
		ladder_check(c, &c->p->ladders[i]);
	free(c->name);
}

void
procedure_check_without(
    const struct procedure *p, const struct staff *all, struct faults *problems)
{
	struct check c = {.p = p, .all = all, .problems = problems};

	c.name = xstrdup(EVERYBODY);
	check_one(&c);
	for (size_t i = 0; i < all->n; i++) {
		c.missing = (struct missing){.one = &all->list[i]};
		c.name = xasprintf("without %s%s",
		    is_outside(all->list[i].is) ? "agency " : "",
		    all->list[i].name);
		check_one(&c);
	}
	c.missing = (struct missing){.heads = true};
	c.name = xstrdup("without chairman and lead");
	check_one(&c);
}
