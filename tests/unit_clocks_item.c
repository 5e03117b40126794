/* Several clocks of one step at once, and clocks of the ward itself. */
#include "clock_rig.c"

#include "clock_rows.h"

#define SMALL SOURCE_DIR "/tests/data/procedure-small.conf"

static const struct subject cuong = {
    .kind = BY_MEMBER, .id = "018f0000-0000-7000-8000-000000000003"};

/* One call on an item; of the case, or of the ward. */
struct call_item {
	enum { OPEN, DONE, DROP } what;
	bool is_ward;
	struct item_clock i;
	int64_t acted_at, now; /* now not 0: it comes with the call */
};

static enum outcome
run_item(struct tx *tx, void *arg)
{
	struct call_item *k = arg;
	struct case_row c;
	struct act a = {.case_id = k->is_ward ? NULL : r.case_id,
	    .step = k->i.step,
	    .kind = "record",
	    .by = &cuong,
	    .acted_at = k->acted_at};
	enum outcome how = OK;

	if (k->now != 0)
		clock_test_set(k->now);
	if (!k->is_ward)
		how = case_get(tx, r.case_id, &c);
	k->i.c = k->is_ward ? NULL : &c;
	if (how != OK)
		return how;
	if (k->what == OPEN)
		return clocks_open_item(tx, &k->i);
	if (k->what == DROP)
		return clocks_drop_item(tx, &k->i, &cuong, "changed");
	how = act_add(tx, &a);
	return how == OK ? clocks_done_item(tx, k->i.c, k->i.item, &a) : how;
}

static enum outcome
item(struct call_item k)
{
	return in_tx(run_item, &k);
}

/* What the row of the item's last opening says. */
struct look {
	const char *item;
	int64_t opening, due_at, lapsed_at;
	char state[16], term[LIMIT_SIZE], leg[16];
};

static enum outcome
run_look(struct tx *tx, void *arg)
{
	struct look *l = arg;
	struct rows *rows = tx_query(tx, Q_CLOCK_ITEM, ARGS(V_TEXT(l->item)));

	assert_true(rows_next(rows));
	l->opening = row_int(rows, 0);
	l->due_at = row_int(rows, 1);
	l->lapsed_at = row_int(rows, 2);
	snprintf(l->state, sizeof(l->state), "%s", row_text(rows, 3));
	snprintf(l->term, sizeof(l->term), "%s", row_text(rows, 4));
	snprintf(l->leg, sizeof(l->leg), "%s",
	    row_is_null(rows, 5) ? "" : row_text(rows, 5));
	return rows_end(rows);
}

static struct look
look(const char *name)
{
	struct look l = {.item = name};

	assert_int_equal(in_tx(run_look, &l), OK);
	return l;
}

#define N08(name, due)                                                         \
	{                                                                      \
		.step = "N08", .item = (name), .start_at = T0, .due_at = (due) \
	}

static void
test_items_of_a_step_run_side_by_side(void **state)
{
	struct look a, b;

	(void)state;
	rig_begin(SMALL);
	open_case(0);
	step_to(T0);
	r.n_sent = 0;
	assert_int_equal(item((struct call_item){.i = N08("a", T0 + DAY)}), OK);
	assert_int_equal(
	    item((struct call_item){.i = N08("b", T0 + 2 * DAY)}), OK);
	assert_int_equal(
	    item((struct call_item){.i = N08("a", T0 + DAY)}), CONFLICT);
	assert_int_equal(
	    item((struct call_item){
		.what = DONE, .i = N08("a", 0), .acted_at = T0 + 1}),
	    OK);
	assert_int_equal(
	    item((struct call_item){
		.what = DONE, .i = N08("a", 0), .acted_at = T0 + 1}),
	    NOT_FOUND);
	a = look("a");
	b = look("b");
	assert_string_equal(a.state, "done");
	assert_string_equal(a.term, "given");
	assert_int_equal(a.due_at, T0 + DAY);
	assert_string_equal(b.state, "open");
	assert_int_equal(b.due_at, T0 + 2 * DAY);
	/* A second opening of the same item is counted. */
	assert_int_equal(item((struct call_item){.i = N08("a", T0 + DAY)}), OK);
	assert_int_equal(look("a").opening, 2);
	rig_finish();
}

static void
test_a_dropped_item_is_silent(void **state)
{
	(void)state;
	rig_begin(SMALL);
	open_case(0);
	step_to(T0);
	assert_int_equal(
	    item((struct call_item){.i = N08("a", T0 + HOUR)}), OK);
	assert_int_equal(
	    item((struct call_item){.what = DROP, .i = N08("a", 0)}), OK);
	assert_int_equal(
	    item((struct call_item){.what = DROP, .i = N08("a", 0)}),
	    NOT_FOUND);
	EXPECT({0, "an", "New case"});
	step_to(T0 + 2 * HOUR);
	for (size_t i = 0; i < r.n_sent; i++)
		assert_null(strstr(r.sent[i].subject, "OVERDUE"));
	assert_string_equal(look("a").state, "dropped");
	assert_int_equal(look("a").lapsed_at, 0);
	rig_finish();
}

/* The condition ended between the end of the time and the look at it. */
static void
test_what_is_dropped_too_late_has_lapsed(void **state)
{
	const int64_t late = T0 + HOUR + 1, just = T0 + 2 * HOUR;

	(void)state;
	rig_begin(SMALL);
	open_case(0);
	step_to(T0);
	assert_int_equal(
	    item((struct call_item){.i = N08("late", T0 + HOUR)}), OK);
	assert_int_equal(item((struct call_item){.i = N08("just", just)}), OK);
	assert_int_equal(item((struct call_item){
			     .what = DROP, .i = N08("late", 0), .now = late}),
	    OK);
	assert_int_equal(item((struct call_item){
			     .what = DROP, .i = N08("just", 0), .now = just}),
	    OK);
	assert_string_equal(look("late").state, "dropped");
	assert_int_equal(look("late").lapsed_at, T0 + HOUR);
	assert_string_equal(look("just").state, "dropped");
	assert_int_equal(look("just").lapsed_at, 0);
	rig_finish();
}

static void
test_an_unknown_step_is_refused(void **state)
{
	(void)state;
	rig_begin(SMALL);
	assert_int_equal(item((struct call_item){
			     .is_ward = true, .i = {.step = "X", .item = "a"}}),
	    INVALID);
	rig_finish();
}

/* No holder: the chairman is the first who can be told.  5 working days. */
static void
test_a_clock_of_the_ward_climbs_and_lapses(void **state)
{
	struct call_item k = {.is_ward = true,
	    .i = {.step = "N20", .item = "2027", .start_at = T0}};
	int64_t due;

	(void)state;
	rig_begin(SMALL);
	courier(false);
	assert_int_equal(item(k), OK);
	assert_int_equal(item(k), CONFLICT);
	courier(true);
	due = look("2027").due_at;
	/* T0 is Friday 15 January 2027: five working days end on Friday 22. */
	assert_int_equal(
	    due, calendar_day_start(r.calendar, day_from_civil(2027, 1, 23)));
	step_to(due);
	assert_string_equal(r.sent[0].to, "binh");
	assert_non_null(strstr(r.sent[0].subject, "2027"));
	assert_int_equal(r.sent[0].at, due - 16 * HOUR);
	assert_int_equal(look("2027").lapsed_at, due);
	assert_string_equal(look("2027").leg, "chairman");
	k.what = DONE;
	k.acted_at = due - 1;
	assert_int_equal(item(k), OK);
	assert_string_equal(look("2027").state, "done");
	assert_int_equal(look("2027").lapsed_at, due);
	r.n_sent = 0;
	step_to(due + 3 * DAY);
	assert_int_equal(r.n_sent, 0);
	rig_finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_items_of_a_step_run_side_by_side),
	    cmocka_unit_test(test_a_dropped_item_is_silent),
	    cmocka_unit_test(test_what_is_dropped_too_late_has_lapsed),
	    cmocka_unit_test(test_an_unknown_step_is_refused),
	    cmocka_unit_test(test_a_clock_of_the_ward_climbs_and_lapses),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
