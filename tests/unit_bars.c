/*
 * Bars over services that are made up here: what each call leads to, and that
 * whatever fails comes out as a failure, so that the transaction is undone and
 * nobody is half barred.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "alert_rows.h"
#include "audit.h"
#include "bars.h"
#include "case_open.h"
#include "clock.h"
#include "clock_rows.h"
#include "keyring.h"

#define A_CASE	 "01a20ada-2c00-7000-8000-00000000000c"
#define A_PERSON "01a20ada-2c00-7000-8000-00000000000d"
#define A_MEMBER "01a20ada-2c00-7000-8000-00000000000e"

/* One world: what is there, what was called, what fails. */
static struct world {
	int calls, fails_at; /* the nth call that can fail; 0: none */
	bool is_barred;
	const char *bar_state; /* NULL: no such bar */
	int n_clearings, n_found, left;
	const char *works_at; /* NULL: it is not said */
	const char *found_kind;
	enum outcome clearing, person_has_case;
	char log[400];
} w;

static enum outcome
note(const char *what)
{
	size_t n = strlen(w.log);

	snprintf(w.log + n, sizeof(w.log) - n, "%s ", what);
	return ++w.calls == w.fails_at ? FAILED : OK;
}

/* While bars.c is read these names are the world's. */
#define tx_ward		fake_ward
#define tx_exec		fake_exec
#define tx_query	fake_query
#define rows_next	fake_next
#define row_text	fake_text
#define row_int		fake_int
#define rows_end	fake_end
#define tx_number	fake_number
#define tx_list		fake_list
#define ids_read	fake_ids
#define case_get	fake_case
#define case_bar	fake_bar
#define case_is_barred	fake_is_barred
#define case_tell_lead	fake_tell
#define people_reassign fake_reassign
#define blind_find	fake_find
#define audit_add	fake_audit
#define json_open	fake_open

static const char *
fake_ward(const struct tx *tx)
{
	(void)tx;
	return "99999";
}

static enum outcome
fake_exec(struct tx *tx, enum query q, const struct value *v, size_t n)
{
	enum outcome how = note(q == Q_BAR_CLEARING_ADD ? "clearing" : "clear");

	(void)tx, (void)v, (void)n;
	return how == OK && q == Q_BAR_CLEARING_ADD ? w.clearing : how;
}

static struct rows *
fake_query(struct tx *tx, enum query q, const struct value *v, size_t n)
{
	(void)tx, (void)v, (void)n;
	w.left = q == Q_BAR_STATE	 ? w.bar_state != NULL
		 : q == Q_BAR_PERSONS_AT ? w.n_found
					 : w.n_found > 0;
	return (struct rows *)(void *)&w;
}

static bool
fake_next(struct rows *r)
{
	(void)r;
	return w.left-- > 0;
}

static const char *
fake_text(const struct rows *r, int column)
{
	(void)r, (void)column;
	return w.bar_state != NULL ? w.bar_state : A_MEMBER;
}

static int64_t
fake_int(const struct rows *r, int column)
{
	(void)r, (void)column;
	return 0;
}

static enum outcome
fake_end(struct rows *r)
{
	(void)r;
	return note("read");
}

static int64_t
fake_number(
    struct tx *tx, enum query q, int64_t what, const struct value *v, size_t n)
{
	(void)tx, (void)q, (void)what, (void)v, (void)n;
	return w.n_clearings;
}

static json_t *
fake_list(struct tx *tx, enum query q, const struct value *v, size_t n)
{
	(void)tx, (void)v, (void)n;
	return q == Q_VIEW_BARS
		   ? json_pack("[{s:s}, {s:s}]", "id", "1", "id", "2")
		   : json_array();
}

static enum outcome
fake_ids(struct rows *r, char list[][ID_SIZE], size_t max, size_t *n)
{
	(void)r, (void)max;
	if (w.person_has_case == OK) {
		memcpy(list[0], A_CASE, ID_SIZE);
		*n = 1;
	}
	return note("person");
}

static enum outcome
fake_case(struct tx *tx, const char *id, struct case_row *c)
{
	(void)tx, (void)id;
	*c = (struct case_row){.id = A_CASE};
	return note("case");
}

static enum outcome
fake_bar(struct tx *tx, const struct case_row *c, const struct bar *bar,
    const struct subject *by)
{
	(void)tx, (void)c, (void)bar, (void)by;
	return note("bar");
}

static bool
fake_is_barred(struct tx *tx, const char *id, const struct subject *s)
{
	(void)tx, (void)id, (void)s;
	return w.is_barred;
}

static enum outcome
fake_tell(struct tx *tx, const struct case_row *c, const char *kind)
{
	(void)tx, (void)c, (void)kind;
	return note("tell");
}

static enum outcome
fake_reassign(struct tx *tx, const char *id)
{
	(void)tx, (void)id;
	return note("reassign");
}

static enum outcome
fake_find(struct tx *tx, const char *kind, const char *value,
    void (*fn)(void *, const char *, const char *), void *arg)
{
	(void)tx, (void)kind, (void)value;
	for (int i = 0; i < w.n_found; i++)
		fn(arg, w.found_kind, A_PERSON);
	return note("find");
}

static enum outcome
fake_audit(struct tx *tx, const struct happening *h)
{
	(void)tx;
	return note(h->act);
}

static json_t *
fake_open(struct tx *tx, const struct opening_of *what, const struct rows *rows,
    int column)
{
	(void)tx, (void)what, (void)rows, (void)column;
	return w.works_at == NULL ? NULL
				  : json_pack("{s:s}", "agency", w.works_at);
}

#include "../daemon/bars.c"
#include "../daemon/bars_agency.c"

static struct tx *const tx = (struct tx *)(void *)&w;
static const struct subject lead = {.kind = BY_MEMBER, .id = A_MEMBER};
static struct case_row c = {.id = A_CASE};
static struct person who = {.member_id = A_MEMBER};
static const struct bar bar = {&who, "standing", "lead", NULL};

static void
world(const struct world *now)
{
	w = *now;
	snprintf(c.assignee, sizeof(c.assignee), "%s", A_MEMBER);
}

static void
a_barred_holder_loses_the_case_and_the_lead_is_told(void **state)
{
	(void)state;
	world(&(struct world){.is_barred = true});
	assert_int_equal(bars_add(tx, &c, &bar, &lead), OK);
	assert_string_equal(w.log, "bar reassign tell ");
	world(&(struct world){0});
	assert_int_equal(bars_add(tx, &c, &bar, &lead), OK);
	assert_string_equal(w.log, "bar tell ");
	world(&(struct world){.is_barred = true});
	c.assignee[0] = '\0';
	assert_int_equal(bars_unseat(tx, &c), OK);
	assert_string_equal(w.log, "");
}

static void
a_new_name_bars_from_every_case_it_fits(void **state)
{
	(void)state;
	world(&(struct world){.n_found = 2, .found_kind = "person"});
	assert_int_equal(bars_match(tx, &who, "name", "x"), OK);
	assert_string_equal(
	    w.log, "find person case bar tell person case bar tell ");
	world(&(struct world){.n_found = 2, .found_kind = "child"});
	assert_int_equal(bars_match(tx, &who, "name", "x"), OK);
	assert_string_equal(w.log, "find ");
	/* The person's case was erased meanwhile. */
	world(&(struct world){.n_found = 1,
	    .found_kind = "person",
	    .person_has_case = NOT_FOUND});
	assert_int_equal(bars_match(tx, &who, "name", "x"), OK);
	assert_string_equal(w.log, "find person ");
	/* A common name: none of them is left out. */
	world(&(struct world){.n_found = 1000,
	    .found_kind = "person",
	    .person_has_case = NOT_FOUND});
	assert_int_equal(bars_match(tx, &who, "name", "x"), OK);
	assert_int_equal(w.calls, 1 + 1000);
}

static void
a_new_agency_is_barred_where_somebody_is_said_to_work_there(void **state)
{
	static const struct {
		const char *said;
		bool is_it;
	} rows[] = {
	    {"truong1", true},
	    {"TRUONG1", true},
	    {"Lớp 3, TRUONG  thử nghiệm", true},
	    {"truong11", false},
	    {"Trường Khác", false},
	    {"", false},
	    {NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		world(&(struct world){.n_found = 2, .works_at = rows[i].said});
		assert_int_equal(bars_match_agency(tx, A_MEMBER, "truong1",
				     "Trường Thử Nghiệm"),
		    OK);
		assert_string_equal(w.log,
		    rows[i].is_it
			? "read person case bar tell person case bar tell "
			: "read ");
	}
	for (int i = 1; i <= 9; i++) {
		world(&(struct world){
		    .n_found = 2, .works_at = "truong1", .fails_at = i});
		assert_int_equal(
		    bars_match_agency(tx, A_MEMBER, "truong1", "x"), FAILED);
		assert_int_equal(w.calls, i);
	}
	/* A name of nothing that counts, or damaged, is in no text. */
	assert_false(bars_names("truong", "truong1", "--"));
	assert_false(bars_names("truong", "truong1", "\xff"));
}

static void
two_others_clear_a_namesake_and_one_does_not(void **state)
{
	int n = 0;

	(void)state;
	world(&(struct world){.bar_state = "provisional", .n_clearings = 1});
	assert_int_equal(bars_clear(tx, &c, "b", &lead, &n), OK);
	assert_string_equal(w.log, "read clearing bar.clearing ");
	assert_int_equal(n, 1);
	world(&(struct world){.bar_state = "provisional", .n_clearings = 2});
	assert_int_equal(bars_clear(tx, &c, "b", &lead, &n), OK);
	assert_string_equal(
	    w.log, "read clearing bar.clearing clear bar.cleared ");
	/* The same member twice. */
	world(
	    &(struct world){.bar_state = "provisional", .clearing = NOT_FOUND});
	assert_int_equal(bars_clear(tx, &c, "b", &lead, &n), CONFLICT);
	world(&(struct world){.bar_state = "standing"});
	assert_int_equal(bars_clear(tx, &c, "b", &lead, &n), CONFLICT);
	world(&(struct world){0});
	assert_int_equal(bars_clear(tx, &c, "b", &lead, &n), NOT_FOUND);
}

static void
whatever_fails_comes_out(void **state)
{
	int n = 0, i;

	(void)state;
	for (i = 1; i <= 3; i++) {
		world(&(struct world){.is_barred = true, .fails_at = i});
		assert_int_equal(bars_add(tx, &c, &bar, &lead), FAILED);
	}
	for (i = 1; i <= 9; i++) {
		world(&(struct world){
		    .n_found = 2, .found_kind = "person", .fails_at = i});
		assert_int_equal(bars_match(tx, &who, "name", "x"), FAILED);
		assert_int_equal(w.calls, i);
	}
	for (i = 1; i <= 5; i++) {
		world(&(struct world){.bar_state = "provisional",
		    .n_clearings = 2,
		    .fails_at = i});
		assert_int_equal(bars_clear(tx, &c, "b", &lead, &n), FAILED);
		assert_int_equal(w.calls, i);
	}
}

static void
bars_are_shown_with_their_clearings_and_what_was_done_before(void **state)
{
	(void)state;
	for (int found = 0; found <= 1; found++) {
		json_t *list, *one;

		world(&(struct world){.n_found = found});
		list = bars_json(tx, &c);
		assert_int_equal(json_array_size(list), 2);
		one = json_array_get(list, 1);
		assert_string_equal(
		    json_string_value(json_object_get(one, "id")), "2");
		assert_true(json_is_array(json_object_get(one, "clearings")));
		assert_true(json_is_array(json_object_get(one, "earlier")));
		json_decref(list);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		a_barred_holder_loses_the_case_and_the_lead_is_told),
	    cmocka_unit_test(a_new_name_bars_from_every_case_it_fits),
	    cmocka_unit_test(
		a_new_agency_is_barred_where_somebody_is_said_to_work_there),
	    cmocka_unit_test(two_others_clear_a_namesake_and_one_does_not),
	    cmocka_unit_test(whatever_fails_comes_out),
	    cmocka_unit_test(
		bars_are_shown_with_their_clearings_and_what_was_done_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
