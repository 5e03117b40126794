/* Included by the tests of the rota: a ward made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "procedure.h"
#include "roles.h"
#include "rota.h"

static int64_t
at(const char *text)
{
	int64_t ms;

	assert_true(instant_parse(text, &ms));
	return ms;
}

/* A ward of a few members; lists live in the test's own memory. */
struct ward {
	struct rota r;
	struct rota_person people[8];
	struct rotation rotations[2];
	int order[2][8];
	struct rota_span duties[16], leaves[16];
	struct rota_swap swaps[16];
	char *outside[1];
};

static void
set_up(struct ward *w, size_t n)
{
	*w = (struct ward){0};
	w->r.people = w->people;
	w->r.rotations = w->rotations;
	w->r.duties = w->duties;
	w->r.leaves = w->leaves;
	w->r.swaps = w->swaps;
	w->r.outside = w->outside;
	w->r.n_people = n;
	for (size_t i = 0; i < n; i++) {
		w->people[i].is_active = w->people[i].has_address = true;
		w->people[i].id[0] = (char)('a' + i);
	}
}

static void
rotate(struct ward *w, const char *first, int64_t unit, const char *order)
{
	size_t k = w->r.n_rotations++;

	w->rotations[k] = (struct rotation){.first_at = at(first),
	    .unit = unit,
	    .order = w->order[k],
	    .n = strlen(order)};
	for (size_t i = 0; i < strlen(order); i++)
		w->order[k][i] = order[i] - 'a';
}

static void
span(struct rota_span *list, size_t *n, char who, const char *from,
    const char *until)
{
	list[(*n)++] = (struct rota_span){who - 'a', at(from), at(until)};
}

/* Monday 30 November 2026, hand-over at 07:00. */
#define MONDAY "2026-11-30T07:00:00+07:00"
