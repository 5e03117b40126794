/* The chain, and what verify finds when somebody edited the file. */
#include "store_each.h"

#include <sqlite3.h>

#include "audit.h"
#include "context.h"

#define ROWS 5
#define MOVED_BORDER                                                           \
	"UPDATE event SET object_kind = 'cas', object_id = 'ec1' WHERE seq = " \
	"3"

static struct conf conf;
static struct context context;
static char ward_a[] = "00001", ward_b[] = "00002";

static int
set_up(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	rig_new(r);
	rig_open(r, 0);
	conf.ward = ward_a;
	context.conf = &conf;
	store_set_context(r->store, &context, NULL, NULL);
	*state = r;
	return 0;
}

struct sealed {
	const char *kind, *id;
	const unsigned char *digest;
};

static enum outcome
add(struct tx *tx, void *arg)
{
	const struct sealed *s = arg;
	const struct happening h = {
	    .actor = &audit_system,
	    .act = "case.read",
	    .object_kind = s->kind,
	    .object_id = s->id,
	    .detail = json_pack("{s:i,s:s}", "z", 1, "a", "b"),
	    .digest = s->digest,
	};

	return audit_add(tx, &h);
}

static void
done(void *arg, enum outcome how)
{
	assert_int_equal(how, OK);
	++*(int *)arg;
}

struct run {
	struct sealed sealed;
	struct rig *rig;
};

static void
run_done(void *arg, enum outcome how)
{
	struct run *run = arg;

	done(&run->rig->done, how);
}

static enum outcome
run_add(struct tx *tx, void *arg)
{
	return add(tx, &((struct run *)arg)->sealed);
}

static void
add_rows(struct rig *r, int n, struct sealed sealed)
{
	struct run run = {sealed, r};

	for (int i = 0; i < n; i++) {
		int before = r->done;

		store_post(r->store, JOB_ACT, run_add, run_done, &run);
		rig_wait(r, before + 1);
	}
}

static const struct sealed plain = {.kind = "case", .id = "c1"};

/* Close the store and change the file as its owner could. */
static void
edit(struct rig *r, const char *sql)
{
	sqlite3 *db;

	if (r->store != NULL)
		rig_close(r);
	assert_int_equal(sqlite3_open(r->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static struct audit_report
verify(const struct rig *r)
{
	struct audit_report report;
	struct store *s = store_open_copy(r->path);

	assert_non_null(s);
	assert_int_equal(store_read_now(s, audit_verify, &report), OK);
	store_close(s);
	store_reap(s);
	return report;
}

static void
expect_bad(struct rig *r, const char *sql, int64_t seq, const char *why)
{
	struct audit_report report;

	edit(r, sql);
	report = verify(r);
	assert_int_equal(report.bad_seq, seq);
	assert_non_null(strstr(report.why, why));
}

struct head {
	struct rig *rig;
	int64_t seq;
	char hash[2 * HASH_SIZE + 1];
};

static enum outcome
read_head(struct tx *tx, void *arg)
{
	struct head *h = arg;

	h->seq = audit_head(tx, h->hash);
	return OK;
}

static void
head_done(void *arg, enum outcome how)
{
	struct head *h = arg;

	done(&h->rig->done, how);
}

static struct head
head_of(struct rig *r)
{
	struct head h = {.rig = r};
	int before = r->done;

	store_post(r->store, JOB_READ, read_head, head_done, &h);
	rig_wait(r, before + 1);
	return h;
}

static void
test_a_chain_verifies_up_to_its_head(void **state)
{
	struct rig *r = *state;
	struct audit_report report;
	struct head h;

	h = head_of(r);
	assert_int_equal(h.seq, 0);
	add_rows(r, ROWS, plain);
	h = head_of(r);
	assert_int_equal(h.seq, ROWS);
	rig_close(r);
	report = verify(r);
	assert_int_equal(report.rows, ROWS);
	assert_int_equal(report.bad_seq, 0);
	assert_string_equal(report.why, "");
	assert_string_equal(report.head, h.hash);
}

static void
test_an_empty_chain_verifies(void **state)
{
	struct rig *r = *state;

	rig_close(r);
	assert_int_equal(verify(r).rows, 0);
	assert_int_equal(verify(r).bad_seq, 0);
}

static void
test_every_column_counts(void **state)
{
	static const char *const changes[] = {
	    "UPDATE event SET at = at + 1 WHERE seq = 3",
	    "UPDATE event SET actor_kind = 'member' WHERE seq = 3",
	    "UPDATE event SET actor_id = 'm' WHERE seq = 3",
	    "UPDATE event SET act = 'case.open' WHERE seq = 3",
	    "UPDATE event SET object_kind = 'clock' WHERE seq = 3",
	    "UPDATE event SET object_id = 'c2' WHERE seq = 3",
	    "UPDATE event SET case_id = '' WHERE seq = 3",
	    "UPDATE event SET detail = '{}' WHERE seq = 3",
	    "UPDATE event SET detail = detail || char(0) || 'x' WHERE seq = 3",
	    "UPDATE event SET digest = x'' WHERE seq = 3",
	    MOVED_BORDER,
	    "UPDATE event SET hash = zeroblob(32) WHERE seq = 3",
	};
	struct rig *r = *state;

	add_rows(r, ROWS, plain);
	edit(r, "CREATE TABLE kept AS SELECT * FROM event");
	for (size_t i = 0; i < NELEM(changes); i++) {
		expect_bad(r, changes[i], 3, "content was changed");
		edit(r, "DELETE FROM event;"
			"INSERT INTO event SELECT * FROM kept");
		assert_int_equal(verify(r).bad_seq, 0);
	}
}

static void
test_a_removed_row_is_named(void **state)
{
	struct rig *r = *state;

	add_rows(r, ROWS, plain);
	expect_bad(r, "DELETE FROM event WHERE seq = 2", 2, "missing");
	expect_bad(r, "UPDATE event SET seq = seq - 1 WHERE seq > 2", 2,
	    "does not follow");
}

static void
test_a_removed_first_row_is_named(void **state)
{
	struct rig *r = *state;

	add_rows(r, ROWS, plain);
	expect_bad(r, "DELETE FROM event WHERE seq = 1", 1, "missing");
}

/* No chain can tell a cut tail by itself: its head is anchored outside. */
static void
test_a_cut_tail_has_another_head(void **state)
{
	struct rig *r = *state;
	struct audit_report report;
	struct head h;

	add_rows(r, ROWS, plain);
	h = head_of(r);
	edit(r, "DELETE FROM event WHERE seq = 5");
	report = verify(r);
	assert_int_equal(report.bad_seq, 0);
	assert_int_equal(report.rows, ROWS - 1);
	assert_string_not_equal(report.head, h.hash);
}

static void
test_swapped_rows_are_named(void **state)
{
	struct rig *r = *state;

	add_rows(r, ROWS, plain);
	expect_bad(r,
	    "UPDATE event SET seq = 99 WHERE seq = 3;"
	    "UPDATE event SET seq = 3 WHERE seq = 4;"
	    "UPDATE event SET seq = 4 WHERE seq = 99",
	    3, "does not follow");
}

static void
test_each_ward_has_its_chain(void **state)
{
	struct rig *r = *state;
	struct conf other = {.ward = ward_b};
	struct context second = {.conf = &other};

	add_rows(r, 2, plain);
	store_set_context(r->store, &second, NULL, NULL);
	add_rows(r, 3, plain);
	assert_int_equal(head_of(r).seq, 3);
	rig_close(r);
	assert_int_equal(verify(r).rows, 5);
	assert_int_equal(verify(r).bad_seq, 0);
	expect_bad(r,
	    "UPDATE event SET act = 'x' WHERE seq = 2 AND ward = '00002'", 2,
	    "ward 00002");
}

#define ACT_ROW                                                                \
	"PRAGMA foreign_keys = OFF;"                                           \
	"INSERT INTO act (id, ward, case_id, kind, actor_kind, actor_id,"      \
	" acted_at, recorded_at, body_sealed)"                                 \
	" VALUES ('a1', '00001', 'c1', 'note', 'member', 'm', 1, 1, x'%s')"

static void
test_a_changed_sealed_text_is_named(void **state)
{
	struct rig *r = *state;
	unsigned char digest[HASH_SIZE];
	char sql[512];

	hash_of("\1\2\3", 3, digest);
	add_rows(r, 1, plain);
	add_rows(
	    r, 1, (struct sealed){.kind = "act", .id = "a1", .digest = digest});
	snprintf(sql, sizeof(sql), ACT_ROW, "010203");
	edit(r, sql);
	assert_int_equal(verify(r).bad_seq, 0);
	expect_bad(
	    r, "UPDATE act SET body_sealed = x'010204'", 2, "sealed text");
	expect_bad(r, "UPDATE act SET body_sealed = NULL", 2, "sealed text");
	edit(r, "DELETE FROM act");
	assert_int_equal(verify(r).bad_seq, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, store_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_a_chain_verifies_up_to_its_head),
	    TEST(test_an_empty_chain_verifies),
	    TEST(test_every_column_counts),
	    TEST(test_a_removed_row_is_named),
	    TEST(test_a_removed_first_row_is_named),
	    TEST(test_a_cut_tail_has_another_head),
	    TEST(test_swapped_rows_are_named),
	    TEST(test_each_ward_has_its_chain),
	    TEST(test_a_changed_sealed_text_is_named),
	};

	if (!seal_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
