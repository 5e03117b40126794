/* Rows to rota. */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "duty.h"
#include "meta.h"
#include "roles.h"

struct load {
	struct tx *tx;
	struct rota *r;
	int64_t from, until;
};

static void
copy_id(char id[ID_SIZE], const struct rows *rows, int column)
{
	snprintf(id, ID_SIZE, "%s", row_text(rows, column));
}

static enum outcome
load_people(struct load *l)
{
	struct rows *rows =
	    tx_query(l->tx, Q_ROTA_PEOPLE, ARGS(V_TEXT(tx_ward(l->tx))));
	struct rota *r = l->r;

	while (rows_next(rows)) {
		struct rota_person *p;

		r->people =
		    xrealloc(r->people, r->n_people + 1, sizeof(*r->people));
		p = &r->people[r->n_people++];
		*p = (struct rota_person){0};
		copy_id(p->id, rows, 0);
		(void)roles_parse(row_text(rows, 1), &p->roles);
		p->is_active = strcmp(row_text(rows, 2), "active") == 0;
		p->has_address = row_int(rows, 3) > 0;
		p->has_cases = row_int(rows, 4) > 0;
	}
	return rows_end(rows);
}

static int
person_at(const struct load *l, const struct rows *rows, int column)
{
	return rota_find(l->r, row_text(rows, column));
}

static struct rotation *
new_rotation(struct rota *r, const struct rows *rows)
{
	struct rotation *rot;

	r->rotations =
	    xrealloc(r->rotations, r->n_rotations + 1, sizeof(*r->rotations));
	rot = &r->rotations[r->n_rotations++];
	*rot = (struct rotation){.first_at = row_int(rows, 2)};
	rot->unit = strcmp(row_text(rows, 1), "day") == 0 ? DAY : 7 * DAY;
	return rot;
}

static enum outcome
load_rotations(struct load *l)
{
	struct rows *rows =
	    tx_query(l->tx, Q_ROTA_ROTATIONS, ARGS(V_TEXT(tx_ward(l->tx))));
	struct rotation *rot = NULL;
	char last[ID_SIZE] = "";

	while (rows_next(rows)) {
		if (rot == NULL || strcmp(last, row_text(rows, 0)) != 0)
			rot = new_rotation(l->r, rows);
		copy_id(last, rows, 0);
		rot->order =
		    xrealloc(rot->order, rot->n + 1, sizeof(*rot->order));
		rot->order[rot->n++] = person_at(l, rows, 3);
	}
	return rows_end(rows);
}

static enum outcome
load_spans(struct load *l, enum query q, struct rota_span **list, size_t *n)
{
	struct rows *rows = tx_query(l->tx, q,
	    ARGS(V_TEXT(tx_ward(l->tx)), V_INT(l->from), V_INT(l->until)));

	while (rows_next(rows)) {
		*list = xrealloc(*list, *n + 1, sizeof(**list));
		(*list)[(*n)++] = (struct rota_span){
		    person_at(l, rows, 0), row_int(rows, 1), row_int(rows, 2)};
	}
	return rows_end(rows);
}

static void
add_swap(struct rota *r, const struct rota_swap *s)
{
	r->swaps = xrealloc(r->swaps, r->n_swaps + 1, sizeof(*r->swaps));
	r->swaps[r->n_swaps++] = *s;
}

static enum outcome
load_swaps(struct load *l)
{
	struct rows *rows = tx_query(
	    l->tx, Q_ROTA_SWAPS, ARGS(V_TEXT(tx_ward(l->tx)), V_INT(l->from)));

	while (rows_next(rows)) {
		int asker = person_at(l, rows, 0);
		int other = person_at(l, rows, 1);

		add_swap(l->r, &(struct rota_swap){asker, other,
				   row_int(rows, 2), row_int(rows, 3)});
		if (!row_is_null(rows, 4))
			add_swap(l->r, &(struct rota_swap){other, asker,
					   row_int(rows, 4), row_int(rows, 5)});
	}
	return rows_end(rows);
}

static enum outcome
load_outside(struct load *l)
{
	struct rows *rows =
	    tx_query(l->tx, Q_ROTA_OUTSIDE, ARGS(V_TEXT(tx_ward(l->tx))));
	struct rota *r = l->r;

	while (rows_next(rows)) {
		r->outside =
		    xrealloc(r->outside, r->n_outside + 1, sizeof(*r->outside));
		r->outside[r->n_outside++] = xstrdup(row_text(rows, 0));
	}
	return rows_end(rows);
}

enum outcome
duty_load_turns(struct tx *tx, int64_t from, int64_t until, struct rota *r)
{
	struct load l = {tx, r, from, until};
	enum outcome how;

	*r = (struct rota){0};
	how = load_people(&l);
	if (how == OK)
		how = load_rotations(&l);
	if (how == OK)
		how = load_spans(&l, Q_ROTA_DUTIES, &r->duties, &r->n_duties);
	if (how == OK)
		how = load_spans(&l, Q_ROTA_LEAVES, &r->leaves, &r->n_leaves);
	return how == OK ? load_swaps(&l) : how;
}

enum outcome
duty_load(struct tx *tx, int64_t from, int64_t until, struct rota *r)
{
	struct load l = {tx, r, from, until};
	enum outcome how = duty_load_turns(tx, from, until, r);

	return how == OK ? load_outside(&l) : how;
}

enum outcome
duty_changed(struct tx *tx)
{
	return meta_put(tx, DUTY_NEXT, 0);
}

bool
duty_has_anybody(struct tx *tx)
{
	static const unsigned callable = 1u << ROLE_officer | 1u << ROLE_lead |
					 1u << ROLE_chairman |
					 1u << ROLE_vice_chairman;
	struct rota r = {0};
	bool is_there = false;

	(void)load_people(&(struct load){.tx = tx, .r = &r});
	for (size_t i = 0; i < r.n_people; i++)
		is_there = is_there ||
			   (r.people[i].is_active && r.people[i].has_address &&
			       (r.people[i].roles & callable) != 0);
	rota_done(&r);
	return is_there;
}
