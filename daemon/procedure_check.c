/*
 * What a reader of the file alone cannot see: whether steps are ever reached,
 * and whether each ladder ends with somebody who is always there.
 */
#include <stdlib.h>
#include <string.h>

#include "procedure_file.h"

/* The next combination of words of the facts in the mask; false at the end. */
static bool
turn(struct facts *f, const bool mask[FACT_MAX])
{
	for (int i = 0; i < FACT_MAX; i++) {
		if (!mask[i])
			continue;
		if (++f->v[i] < fact_n_words((enum fact)i))
			return true;
		f->v[i] = 0;
	}
	return false;
}

bool
facts_meet(const struct when *w, int fixed, struct facts *f)
{
	bool mask[FACT_MAX] = {false};

	for (size_t i = 0; i < w->n; i++)
		if (w->code[i].op < WHEN_OR)
			mask[w->code[i].fact] = true;
	if (fixed >= 0)
		mask[fixed] = false;
	do {
		if (when_holds(w, f))
			return true;
	} while (turn(f, mask));
	return false;
}

/* Can the condition be true while fact (if not -1) has this word? */
static bool
can_hold(const struct when *w, int fact, int word)
{
	struct facts f = {0};

	if (fact >= 0)
		f.v[fact] = word;
	return facts_meet(w, fact, &f);
}

/* Can this event come, and may the step open then? */
static bool
can_open_on(const struct procedure *p, const struct step *s, const char *event,
    const bool *reached)
{
	const char *dot = strchr(event, '.'), *word;
	const struct step *before = event_step(p, event);
	char *name;
	int fact;

	if (before != NULL)
		return reached[before - p->steps] && can_hold(&s->when, -1, 0);
	if (dot == NULL || s->is_ward)
		return can_hold(&s->when, -1, 0);
	name = xstrndup(event, (size_t)(dot - event));
	fact = fact_find(name);
	free(name);
	word = strchr(dot, '>');
	return can_hold(&s->when, fact,
	    fact_word((enum fact)fact, (word == NULL ? dot : word) + 1));
}

static bool
can_open(const struct procedure *p, const struct step *s, const bool *reached)
{
	for (size_t i = 0; i < s->n_opens; i++)
		if (can_open_on(p, s, s->opens[i], reached))
			return true;
	return false;
}

/* Which steps can be reached: until no round finds another one. */
static void
reach(const struct procedure *p, bool *reached)
{
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < p->n_steps; i++) {
			if (reached[i] || !can_open(p, &p->steps[i], reached))
				continue;
			reached[i] = more = true;
		}
	}
}

static void
steps_check(const struct procedure *p, struct faults *problems)
{
	bool *reached = xcalloc(p->n_steps, sizeof(*reached));
	bool closes = false;

	reach(p, reached);
	for (size_t i = 0; i < p->n_steps; i++) {
		if (!reached[i])
			node_fault(p->steps[i].node, problems,
			    "step %s can never open", p->steps[i].id);
		else if (!p->steps[i].is_ward &&
			 strcmp(p->steps[i].kind, "close") == 0)
			closes = true;
	}
	if (!closes)
		faults_add(problems, "steps",
		    "no step of kind close can ever open: a case would never "
		    "end");
	free(reached);
}

static void
warns_check(const struct step *s, struct faults *problems)
{
	for (size_t i = 0; i < s->limits.n; i++) {
		const struct choice *c = &s->limits.list[i];
		int64_t ms = limit_ms(&c->term);

		if (ms > 0 && s->n_warns > 0 && s->warns[0] >= ms)
			node_fault(c->node, problems,
			    "step %s: a warning lies before the start of its "
			    "limit %s and never comes",
			    s->id, c->text);
	}
}

static bool
is_used(const struct procedure *p, const struct ladder *l)
{
	for (size_t i = 0; i < p->n_steps; i++)
		for (size_t k = 0; k < p->steps[i].ladders.n; k++)
			if (p->steps[i].ladders.list[k].ladder == l)
				return true;
	return false;
}

/* A holder may be missing, and so may a duty: the last rung needs more. */
static bool
ends_well(const struct ladder *l)
{
	const struct rung *last = &l->rungs[l->n_rungs - 1];

	for (size_t i = 0; i < last->n_who; i++)
		if (strcmp(last->who[i], "holder") != 0 &&
		    strcmp(last->who[i], "duty") != 0 &&
		    strcmp(last->who[i], "receiver") != 0)
			return true;
	return false;
}

/* The ward has nobody who holds it. */
static void
ward_ladders_check(const struct step *s, struct faults *problems)
{
	for (size_t i = 0; s->is_ward && i < s->ladders.n; i++) {
		const struct ladder *l = s->ladders.list[i].ladder;

		for (size_t k = 0; k < l->rungs[0].n_who; k++)
			if (strcmp(l->rungs[0].who[k], "holder") == 0)
				node_fault(s->node, problems,
				    "step %s is the ward's, but ladder %s "
				    "begins with the holder of a case",
				    s->id, l->id);
	}
}

void
procedure_check(const struct procedure *p, struct faults *problems)
{
	steps_check(p, problems);
	for (size_t i = 0; i < p->n_steps; i++)
		ward_ladders_check(&p->steps[i], problems);
	for (size_t i = 0; i < p->n_steps; i++)
		warns_check(&p->steps[i], problems);
	for (size_t i = 0; i < p->n_ladders; i++) {
		const struct ladder *l = &p->ladders[i];

		if (!ends_well(l))
			node_fault(l->node, problems,
			    "ladder %s must end with a role or an outside body",
			    l->id);
		if (!is_used(p, l) && !is_for_news(l))
			node_fault(l->node, problems,
			    "ladder %s is used by no step", l->id);
	}
}
