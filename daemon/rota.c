#include "rota.h"

#include <stdlib.h>
#include <string.h>

void
rota_done(struct rota *r)
{
	for (size_t i = 0; i < r->n_rotations; i++)
		free(r->rotations[i].order);
	for (size_t i = 0; i < r->n_outside; i++)
		free(r->outside[i]);
	free(r->people);
	free(r->rotations);
	free(r->duties);
	free(r->leaves);
	free(r->swaps);
	free(r->outside);
	*r = (struct rota){0};
}

int
rota_find(const struct rota *r, const char *id)
{
	for (size_t i = 0; i < r->n_people; i++)
		if (strcmp(r->people[i].id, id) == 0)
			return (int)i;
	return -1;
}

static bool
covers(int64_t from, int64_t until, int64_t t)
{
	return from <= t && t < until;
}

bool
rota_is_away(const struct rota *r, int who, int64_t t)
{
	for (size_t i = 0; i < r->n_leaves; i++)
		if (r->leaves[i].who == who &&
		    covers(r->leaves[i].from, r->leaves[i].until, t))
			return true;
	return false;
}

static bool
is_there(const struct rota *r, int who, int64_t t)
{
	return who >= 0 && r->people[who].is_active && !rota_is_away(r, who, t);
}

/* Who stands in for somebody at t by a swap; themself if nobody can. */
static int
swapped(const struct rota *r, int who, int64_t t)
{
	for (size_t i = 0; i < r->n_swaps; i++) {
		const struct rota_swap *s = &r->swaps[i];

		if (s->who == who && covers(s->from, s->until, t) &&
		    is_there(r, s->instead, t))
			return s->instead;
	}
	return who;
}

/* The shift that t lies in; negative before the first. */
static int64_t
shift_of(const struct rotation *rot, int64_t t)
{
	return t < rot->first_at ? -1 : (t - rot->first_at) / rot->unit;
}

static void
add_once(int list[ON_DUTY_MAX], size_t *n, int who)
{
	for (size_t i = 0; i < *n; i++)
		if (list[i] == who)
			return;
	if (*n < ON_DUTY_MAX)
		list[(*n)++] = who;
}

/* True if they are there, and therefore on duty. */
static bool
take(const struct rota *r, int who, int64_t t, struct on_duty *out)
{
	if (is_there(r, who, t)) {
		add_once(out->who, &out->n, who);
		return true;
	}
	if (who >= 0)
		add_once(out->passed, &out->n_passed, who);
	return false;
}

/* Whose turn it is, or the next in order who is there. */
static void
turn(const struct rota *r, const struct rotation *rot, int64_t t,
    struct on_duty *out)
{
	int64_t shift = shift_of(rot, t);

	for (size_t i = 0; shift >= 0 && i < rot->n; i++) {
		size_t place = ((size_t)shift + i) % rot->n;

		if (take(r, swapped(r, rot->order[place], t), t, out))
			return;
	}
}

void
rota_on_duty(const struct rota *r, int64_t t, struct on_duty *out)
{
	*out = (struct on_duty){0};
	for (size_t i = 0; i < r->n_duties; i++) {
		const struct rota_span *d = &r->duties[i];

		if (covers(d->from, d->until, t))
			(void)take(r, swapped(r, d->who, t), t, out);
	}
	if (out->n > 0)
		return;
	for (size_t i = 0; i < r->n_rotations; i++)
		turn(r, &r->rotations[i], t, out);
}

static int64_t
sooner(int64_t best, int64_t t, int64_t at)
{
	return at > t && at < best ? at : best;
}

int64_t
rota_next_change(const struct rota *r, int64_t t)
{
	int64_t best = INT64_MAX;

	for (size_t i = 0; i < r->n_rotations; i++) {
		const struct rotation *rot = &r->rotations[i];

		best = sooner(best, t,
		    rot->first_at + (shift_of(rot, t) + 1) * rot->unit);
	}
	for (size_t i = 0; i < r->n_duties; i++) {
		best = sooner(best, t, r->duties[i].from);
		best = sooner(best, t, r->duties[i].until);
	}
	for (size_t i = 0; i < r->n_leaves; i++) {
		best = sooner(best, t, r->leaves[i].from);
		best = sooner(best, t, r->leaves[i].until);
	}
	for (size_t i = 0; i < r->n_swaps; i++) {
		best = sooner(best, t, r->swaps[i].from);
		best = sooner(best, t, r->swaps[i].until);
	}
	return best;
}
