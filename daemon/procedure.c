#include "procedure.h"

#include <stdlib.h>
#include <string.h>

#include "procedure_file.h"

static void
ladder_done(struct ladder *l)
{
	for (size_t i = 0; i < l->n_rungs; i++) {
		free(l->rungs[i].who);
		free(l->rungs[i].channels);
	}
	free(l->rungs);
}

static void
step_done(struct step *s)
{
	free(s->opens);
	free(s->sooner);
	free(s->warns);
	free(s->limits.list);
	free(s->starts.list);
	free(s->ladders.list);
}

void
procedure_free(struct procedure *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n_ladders; i++)
		ladder_done(&p->ladders[i]);
	for (size_t i = 0; i < p->n_steps; i++)
		step_done(&p->steps[i]);
	free(p->ladders);
	free(p->steps);
	free(p->bounds);
	free(p->gates);
	free(p->follows);
	free(p->name);
	conf_tree_free(p->tree);
	free(p);
}

const char *
procedure_name(const struct procedure *p)
{
	return p->name;
}

const char *
procedure_title(const struct procedure *p, const char *language)
{
	return strcmp(language, "en") == 0 ? p->en : p->vi;
}

const char *
procedure_authority(const struct procedure *p)
{
	return p->authority;
}

const struct step *
procedure_step(const struct procedure *p, const char *id)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (strcmp(p->steps[i].id, id) == 0)
			return &p->steps[i];
	return NULL;
}

size_t
procedure_n_steps(const struct procedure *p)
{
	return p->n_steps;
}

const struct step *
procedure_nth_step(const struct procedure *p, size_t i)
{
	return &p->steps[i];
}

size_t
procedure_n_ladders(const struct procedure *p)
{
	return p->n_ladders;
}

const struct ladder *
procedure_nth_ladder(const struct procedure *p, size_t i)
{
	return &p->ladders[i];
}

const char *
step_id(const struct step *s)
{
	return s->id;
}

const char *
step_name(const struct step *s, const char *language)
{
	return strcmp(language, "en") == 0 ? s->en : s->vi;
}

const char *
step_role(const struct step *s)
{
	return s->role;
}

const char *
step_kind(const struct step *s)
{
	return s->kind;
}

bool
step_needs_approval(const struct step *s)
{
	return s->needs_approval;
}

const char *
step_form(const struct step *s)
{
	return s->form;
}

const char *
step_basis(const struct step *s)
{
	return s->basis;
}

const char *
step_source(const struct step *s)
{
	return s->source;
}

const char *
step_leg(const struct step *s)
{
	return s->leg;
}

bool
step_is_ward(const struct step *s)
{
	return s->is_ward;
}

int64_t
procedure_t0(const struct procedure *p, int64_t earliest, int64_t ours)
{
	return p->counts_ours ? ours : earliest;
}

const struct choice *
choose(const struct choices *c, const char *event, const struct facts *f)
{
	for (size_t i = 0; i + 1 < c->n; i++) {
		const struct choice *one = &c->list[i];

		if ((one->on == NULL || event_fits(one->on, event)) &&
		    when_holds(&one->when, f))
			return one;
	}
	return &c->list[c->n - 1];
}

void
step_opening(const struct step *s, const struct calendar *c,
    const struct facts *f, const struct moment *m, struct opening *out)
{
	out->step = s;
	out->term = choose(&s->limits, m->event, f)->term;
	out->from_t0 = choose(&s->starts, m->event, f)->is_t0;
	out->start_at = out->from_t0 ? m->t0_at : m->at;
	out->due_at = calendar_add(c, out->start_at, &out->term);
}

size_t
procedure_openings(const struct procedure *p, const struct calendar *c,
    const struct facts *f, const struct moment *m,
    struct opening out[OPENINGS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_steps && n < OPENINGS_MAX; i++) {
		const struct step *s = &p->steps[i];

		if (step_opens_on(s, m->event) && step_holds(s, f))
			step_opening(s, c, f, m, &out[n++]);
	}
	/* Our own receipt never turns out to have been earlier. */
	for (size_t i = 0; i < n; i++)
		out[i].from_t0 &= !p->counts_ours;
	return n;
}

bool
procedure_hastens(const struct procedure *p, const struct calendar *c,
    const struct facts *f, const struct moment *m, struct opening *o)
{
	if (!step_hastens_on(o->step, m->event))
		return false;
	step_opening(o->step, c, f, m, o);
	o->from_t0 &= !p->counts_ours;
	return true;
}

bool
procedure_hastens_any(const struct procedure *p, const char *event)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (step_hastens_on(&p->steps[i], event))
			return true;
	return false;
}

bool
step_holds(const struct step *s, const struct facts *f)
{
	return when_holds(&s->when, f);
}

const struct ladder *
step_ladder(
    const struct procedure *p, const struct step *s, const struct facts *f)
{
	(void)p;
	return choose(&s->ladders, "", f)->ladder;
}
