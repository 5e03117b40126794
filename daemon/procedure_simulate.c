/* A made-up case in which nobody acts, as the record would tell it. */
#include <jansson.h>
#include <stdlib.h>

#include "clock.h"
#include "procedure_file.h"

/* More lines than a person can read. */
#define LINES_MAX 10000

struct play {
	const struct procedure *procedure;
	const struct calendar *calendar;
	struct facts facts;
	struct opening openings[OPENINGS_MAX];
	struct climb climbs[OPENINGS_MAX];
	size_t n;
	json_t *lines;
};

static json_t *
instant(const struct play *p, int64_t at)
{
	char text[INSTANT_SIZE];

	instant_format(text, at, calendar_offset_min(p->calendar));
	return json_string(text);
}

static void
tell_opening(struct play *p, const struct opening *o)
{
	char term[LIMIT_SIZE];

	limit_format(term, &o->term);
	json_array_append_new(p->lines,
	    json_pack("{so ss ss ss ss so ss ss}", "at",
		instant(p, o->start_at), "what", "opens", "step", o->step->id,
		"name", o->step->en, "limit", term, "due_at",
		instant(p, o->due_at), "basis",
		choose(&o->step->limits, "received", &p->facts)->basis,
		"source", o->step->source));
}

static json_t *
who_text(const struct ladder *l, size_t rung)
{
	struct buf b = BUF_MAX(1024);
	char *text;
	json_t *j;

	for (size_t i = 0; i < l->rungs[rung].n_who; i++)
		buf_addf(&b, "%s%s", i == 0 ? "" : ", ", l->rungs[rung].who[i]);
	text = buf_take(&b);
	j = json_string(text);
	free(text);
	return j;
}

static void
tell_firing(struct play *p, size_t i, const struct ladder *l,
    const struct firing *f, int64_t at)
{
	for (int rung = f->from_rung; rung <= f->to_rung; rung++)
		json_array_append_new(p->lines,
		    json_pack("{so ss ss si si so}", "at", instant(p, at),
			"what", f->kind, "step", p->openings[i].step->id,
			"rung", rung, "round", f->round, "who",
			who_text(l, (size_t)rung)));
}

/* The clock with the earliest thing to happen. */
static size_t
earliest(const struct play *p)
{
	size_t best = 0;

	for (size_t i = 1; i < p->n; i++)
		if (p->climbs[i].next_at < p->climbs[best].next_at)
			best = i;
	return best;
}

static void
open_all(struct play *p, int64_t t0)
{
	struct moment m = {.event = "received", .at = t0, .t0_at = t0};

	p->n = procedure_openings(
	    p->procedure, p->calendar, &p->facts, &m, p->openings);
	for (size_t i = 0; i < p->n; i++) {
		const struct opening *o = &p->openings[i];

		p->climbs[i] = (struct climb){
		    .start_at = o->start_at, .due_at = o->due_at};
		ladder_start(o->step, &p->climbs[i]);
		tell_opening(p, o);
	}
}

struct json_t *
procedure_simulate(const struct procedure *procedure,
    const struct calendar *calendar, int64_t t0, int64_t span_ms)
{
	struct play p = {
	    .procedure = procedure,
	    .calendar = calendar,
	    .lines = json_array(),
	};

	open_all(&p, t0);
	while (p.n > 0 && json_array_size(p.lines) < LINES_MAX) {
		size_t i = earliest(&p);
		const struct step *s = p.openings[i].step;
		const struct ladder *l = step_ladder(procedure, s, &p.facts);
		int64_t at = p.climbs[i].next_at;
		struct firing f;

		if (at > t0 + span_ms)
			break;
		ladder_fire(s, l, &p.climbs[i], at, &f);
		tell_firing(&p, i, l, &f, at);
	}
	return p.lines;
}
