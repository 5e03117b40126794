/* Which rungs reach nobody, and when. */
#include <string.h>

#include "procedure.h"
#include "roles.h"
#include "rota.h"

/* Does the word mean this person, were they there? */
static bool
is_meant(const struct rota_person *p, const char *who)
{
	enum role role;

	return role_parse(who, &role) && has_role(p->roles, role);
}

static bool
reaches_duty(const struct rota *r, int64_t t)
{
	struct on_duty on;

	rota_on_duty(r, t, &on);
	for (size_t i = 0; i < on.n; i++)
		if (r->people[on.who[i]].has_address)
			return true;
	return false;
}

/* A case whose holder cannot be called has no first rung. */
static bool
reaches_holders(const struct rota *r, int64_t t)
{
	for (size_t i = 0; i < r->n_people; i++) {
		const struct rota_person *p = &r->people[i];

		if (p->has_cases && (!p->is_active || !p->has_address ||
					rota_is_away(r, (int)i, t)))
			return false;
	}
	return true;
}

static bool
reaches_outside(const struct rota *r, const char *kind)
{
	for (size_t i = 0; i < r->n_outside; i++)
		if (strcmp(r->outside[i], kind) == 0)
			return true;
	return false;
}

static bool
reaches_role(const struct rota *r, const char *who, int64_t t)
{
	bool is_last = strcmp(who, "chairman") == 0;
	size_t n = 0;

	for (size_t i = 0; i < r->n_people; i++)
		n += r->people[i].is_active && is_meant(&r->people[i], who);
	for (size_t i = 0; i < r->n_people; i++) {
		const struct rota_person *p = &r->people[i];

		if (p->is_active && p->has_address && is_meant(p, who) &&
		    ((is_last && n == 1) || !rota_is_away(r, (int)i, t)))
			return true;
	}
	return false;
}

bool
rota_reaches(const struct rota *r, const char *who, int64_t t)
{
	/* Messages to one, not rungs to stand on. */
	if (strcmp(who, "named") == 0 || strcmp(who, "receiver") == 0 ||
	    strcmp(who, "last") == 0)
		return true;
	if (strcmp(who, "duty") == 0)
		return reaches_duty(r, t);
	if (strcmp(who, "holder") == 0)
		return reaches_holders(r, t);
	if (strncmp(who, "outside:", 8) == 0)
		return reaches_outside(r, who + 8);
	return reaches_role(r, who, t);
}

static bool
is_reached(const struct rota *r, const struct gap *g, int64_t t)
{
	for (size_t i = 0; i < g->n_who; i++)
		if (rota_reaches(r, g->who[i], t))
			return true;
	return false;
}

/* From change to change; neighbours without anybody are one gap. */
static void
walk(const struct rota *r, struct gap *g, const int64_t span[2],
    void (*fn)(void *arg, const struct gap *g), void *arg)
{
	bool is_gap = false;

	for (int64_t t = span[0]; t < span[1]; t = rota_next_change(r, t)) {
		bool is_now = !is_reached(r, g, t);

		if (is_now && !is_gap)
			g->from = t;
		g->until = t;
		if (is_gap && !is_now)
			fn(arg, g);
		is_gap = is_now;
	}
	g->until = span[1];
	if (is_gap)
		fn(arg, g);
}

void
rota_gaps(const struct rota *r, const struct procedure *p,
    const int64_t span[2], void (*fn)(void *arg, const struct gap *g),
    void *arg)
{
	for (size_t i = 0; i < procedure_n_ladders(p); i++) {
		const struct ladder *l = procedure_nth_ladder(p, i);

		for (size_t rung = 0; rung < ladder_n_rungs(l); rung++) {
			struct gap g = {.ladder = ladder_id(l), .rung = rung};

			g.who = rung_who(l, rung, &g.n_who);
			walk(r, &g, span, fn, arg);
		}
	}
}
