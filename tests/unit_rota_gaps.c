/* Whom a rung reaches, and when nobody. */
#include "rota_rig.h"

static void
test_a_word_reaches_people_with_an_address(void **state)
{
	struct ward w;
	char hotline[] = "hotline";
	int64_t t = at(MONDAY);

	(void)state;
	set_up(&w, 3);
	rotate(&w, MONDAY, DAY, "a");
	w.people[0].roles = 1u << ROLE_officer;
	w.people[1].roles = 1u << ROLE_lead;
	w.people[2].roles = 1u << ROLE_chairman;
	assert_true(rota_reaches(&w.r, "duty", t));
	w.people[0].has_address = false;
	assert_false(rota_reaches(&w.r, "duty", t));
	assert_true(rota_reaches(&w.r, "holder", t));
	w.people[0].has_cases = true;
	assert_false(rota_reaches(&w.r, "holder", t));
	assert_true(rota_reaches(&w.r, "lead", t));
	assert_false(rota_reaches(&w.r, "vice_chairman", t));
	assert_false(rota_reaches(&w.r, "nonsense", t));
	span(w.leaves, &w.r.n_leaves, 'b', MONDAY, "2026-12-01T00:00:00+07:00");
	span(w.leaves, &w.r.n_leaves, 'c', MONDAY, "2026-12-01T00:00:00+07:00");
	assert_false(rota_reaches(&w.r, "lead", t));
	/* The only chairman answers for the ward even then. */
	assert_true(rota_reaches(&w.r, "chairman", t));
	w.people[1].roles |= 1u << ROLE_chairman;
	assert_false(rota_reaches(&w.r, "chairman", t));
	assert_false(rota_reaches(&w.r, "outside:hotline", t));
	w.outside[w.r.n_outside++] = hotline;
	assert_true(rota_reaches(&w.r, "outside:hotline", t));
	assert_false(rota_reaches(&w.r, "outside:police", t));
}

struct found {
	struct gap list[8];
	size_t n;
};

static void
on_gap(void *arg, const struct gap *g)
{
	struct found *f = arg;

	assert_true(f->n < 8);
	f->list[f->n++] = *g;
}

static void
test_gaps_run_from_edge_to_edge(void **state)
{
	struct faults faults = {0};
	struct procedure *p = procedure_load(
	    SOURCE_DIR "/tests/data/procedure-duty.conf", &faults);
	const int64_t all[2] = {at(MONDAY), at(MONDAY) + 14 * DAY};
	struct found f = {0};
	struct ward w;

	(void)state;
	assert_non_null(p);
	set_up(&w, 2);
	rotate(&w, MONDAY, DAY, "ab");
	w.people[0].roles = w.people[1].roles =
	    1u << ROLE_lead | 1u << ROLE_chairman;
	rota_gaps(&w.r, p, all, on_gap, &f);
	assert_int_equal(f.n, 0);
	/* Both away: whoever is on duty and the leads, from edge to edge, once. */
	span(w.leaves, &w.r.n_leaves, 'a', "2026-12-02T00:00:00+07:00",
	    "2026-12-05T00:00:00+07:00");
	span(w.leaves, &w.r.n_leaves, 'b', "2026-12-03T00:00:00+07:00",
	    "2026-12-04T12:00:00+07:00");
	rota_gaps(&w.r, p, all, on_gap, &f);
	assert_int_equal(f.n, 6);
	assert_string_equal(f.list[0].ladder, "urgent");
	assert_int_equal(f.list[0].rung, 0);
	assert_string_equal(f.list[0].who[0], "duty");
	assert_int_equal(f.list[0].from, at("2026-12-03T00:00:00+07:00"));
	assert_int_equal(f.list[0].until, at("2026-12-04T12:00:00+07:00"));
	assert_int_equal(f.list[1].rung, 1);
	assert_string_equal(f.list[5].ladder, "alarm");
	/* A gap that does not end is cut off at the end of the look. */
	f.n = 0;
	w.people[0].is_active = w.people[1].has_address = false;
	rota_gaps(&w.r, p, all, on_gap, &f);
	assert_int_equal(f.n, 6);
	assert_int_equal(f.list[0].from, all[0]);
	assert_int_equal(f.list[0].until, all[1]);
	procedure_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_word_reaches_people_with_an_address),
	    cmocka_unit_test(test_gaps_run_from_edge_to_edge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
