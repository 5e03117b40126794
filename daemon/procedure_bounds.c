/*
 * Bounds: what the law says a case must have reached, and when, whatever the
 * limits of the steps before add up to.  A profile that counts working hours
 * is held against hours that run through nights and holidays here.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "procedure_file.h"

struct raw_bound {
	const char *step, *from, *within, *source;
};

#define AT(field) offsetof(struct raw_bound, field)
static const struct conf_key bound_keys[] = {
    {"step", KEY_TEXT, true, AT(step), 0, 0, NULL},
    {"from", KEY_TEXT, true, AT(from), 0, 0, NULL},
    {"within", KEY_TEXT, true, AT(within), 0, 0, NULL},
    {"source", KEY_TEXT, true, AT(source), 0, 0, NULL},
};
#undef AT

/* Steps in the order in which they are done, from the event to the bound. */
struct way {
	const struct step *steps[OPENINGS_MAX];
	const char *events[OPENINGS_MAX]; /* that opens each of them */
	size_t n;
};

/* The event that opens the step on the way from the bound's event. */
static const char *
way_in(const struct procedure *p, const struct step *s, const char *from)
{
	const char *in = NULL;

	for (size_t i = 0; i < s->n_opens; i++) {
		if (event_fits(s->opens[i], from))
			return from;
		if (in == NULL && event_step(p, s->opens[i]) != NULL)
			in = s->opens[i];
	}
	return in;
}

/* Walked back through the first "<step>.done" of each; false if it ends. */
static bool
find_way(const struct procedure *p, const struct bound *b, struct way *w)
{
	const struct step *s = b->step;

	w->n = 0;
	while (w->n < OPENINGS_MAX) {
		const char *in = way_in(p, s, b->from);

		if (in == NULL)
			return false;
		w->steps[w->n] = s;
		w->events[w->n++] = in;
		if (in == b->from)
			return true;
		s = event_step(p, in);
	}
	return false;
}

/* When the bounded step falls due if everybody uses up every limit. */
static int64_t
last_due(const struct way *w, const struct calendar *c, int64_t t0)
{
	struct moment m = {.at = t0, .t0_at = t0};

	for (size_t i = w->n; i-- > 0;) {
		struct facts f = {0};
		struct opening o;

		(void)facts_meet(&w->steps[i]->when, -1, &f);
		m.event = w->events[i];
		step_opening(w->steps[i], c, &f, &m, &o);
		m.at = o.due_at;
	}
	return m.at;
}

/* How a bound fared over all receipts. */
struct trial {
	int64_t worst_at, worst_over;
	int n, broken;
};

static void
try_all(const struct bound *b, const struct way *w, const struct calendar *c,
    struct trial *t)
{
	int64_t until;
	int64_t at = calendar_span(c, &until);

	for (; at < until; at += HOUR, t->n++) {
		int64_t over =
		    last_due(w, c, at) - calendar_add(c, at, &b->within);

		if (over > 0)
			t->broken++;
		if (over > t->worst_over) {
			t->worst_over = over;
			t->worst_at = at;
		}
	}
}

static void
bound_check(const struct procedure *p, const struct bound *b,
    const struct calendar *c, struct faults *problems)
{
	struct trial t = {0};
	char at[INSTANT_SIZE], due[INSTANT_SIZE], within[LIMIT_SIZE];
	int offset = calendar_offset_min(c);
	struct way w;

	if (!find_way(p, b, &w)) {
		node_fault(b->node, problems, "no way leads from %s to step %s",
		    b->from, b->step->id);
		return;
	}
	try_all(b, &w, c, &t);
	if (t.broken == 0)
		return;
	limit_format(within, &b->within);
	instant_format(at, t.worst_at, offset);
	instant_format(due, last_due(&w, c, t.worst_at), offset);
	node_fault(b->node, problems,
	    "step %s breaks the %s of %s for %d of %d receipts tried: from %s "
	    "it is not due before %s",
	    b->step->id, within, b->source, t.broken, t.n, at, due);
}

size_t
procedure_n_bounds(const struct procedure *p)
{
	return p->n_bounds;
}

void
procedure_check_bounds(const struct procedure *p, const struct calendar *c,
    struct faults *problems)
{
	for (size_t i = 0; i < p->n_bounds; i++)
		bound_check(p, &p->bounds[i], c, problems);
}

static void
bound_read(const struct procedure *p, struct bound *b, const struct node *n,
    struct faults *faults)
{
	struct raw_bound raw = {0};

	if (!node_read(n, bound_keys, NELEM(bound_keys), &raw, faults))
		return;
	b->node = n;
	b->from = raw.from;
	b->source = raw.source;
	b->step = procedure_step(p, raw.step);
	if (b->step == NULL)
		node_fault(n, faults, "there is no step '%s'", raw.step);
	event_check(p, raw.from, n, faults);
	if (!limit_parse(raw.within, &b->within))
		node_fault(n, faults,
		    "'%s' must be a limit such as \"12h\" or \"5wd\"",
		    raw.within);
}

void
bounds_read(struct procedure *p, const struct node *list, struct faults *faults)
{
	p->bounds = xcalloc(node_count(list) + 1, sizeof(*p->bounds));
	for (const struct node *n = list->child; n != NULL; n = n->next)
		bound_read(p, &p->bounds[p->n_bounds++], n, faults);
}
