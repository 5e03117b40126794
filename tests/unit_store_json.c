/* Rows as JSON: a query of the test's own in the place of META_GET. */
#include "store_jobs.h"

#include "store_parts.h"

#define INSTANT "1795478400000" /* 2026-11-24 00:00 UTC */

static struct store store;
static struct tx tx = {.store = &store};

static void
use(const char *sql)
{
	struct statement *st = &store.statements[Q_META_GET];

	memset(st, 0, sizeof(*st));
	tx = (struct tx){.store = &store};
	assert_int_equal(sqlite3_open(":memory:", &store.db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(store.db, sql, -1, &st->stmt, NULL), SQLITE_OK);
	st->rows.stmt = st->stmt;
	st->rows.query = Q_META_GET;
}

static void
end(void)
{
	sqlite3_finalize(store.statements[Q_META_GET].stmt);
	sqlite3_close(store.db);
}

static char *
text(json_t *j)
{
	char *s = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);

	json_decref(j);
	return s;
}

static void
test_columns_are_told_by_their_names(void **state)
{
	char *s;

	(void)state;
	use("SELECT " INSTANT " AS due_at, 1 AS is_urgent, 0 AS is_late,"
	    " '{\"b\":[1]}' AS facts_json, '7' AS code_json, 'x' AS name,"
	    " 3 AS n, NULL AS gone, NULL AS gone_at, 0 AS _at,"
	    " 'no instant' AS note_at");
	s = text(tx_object(&tx, Q_META_GET, NO_ARGS));
	assert_string_equal(s,
	    "{\"_at\":0,\"code\":7,"
	    "\"due_at\":\"2026-11-24T07:00:00+07:00\",\"facts\":{\"b\":[1]},"
	    "\"is_late\":false,\"is_urgent\":true,\"n\":3,\"name\":\"x\","
	    "\"note_at\":\"no instant\"}");
	free(s);
	assert_false(tx.broken);
	end();
}

static void
test_all_rows_make_a_list(void **state)
{
	char *s;

	(void)state;
	use("SELECT 1 AS n UNION ALL SELECT 2");
	s = text(tx_list(&tx, Q_META_GET, NO_ARGS));
	assert_string_equal(s, "[{\"n\":1},{\"n\":2}]");
	free(s);
	assert_int_equal(tx_number(&tx, Q_META_GET, 5, NO_ARGS), 1);
	end();
	use("SELECT 1 AS n WHERE 0");
	s = text(tx_list(&tx, Q_META_GET, NO_ARGS));
	assert_string_equal(s, "[]");
	free(s);
	assert_null(tx_object(&tx, Q_META_GET, NO_ARGS));
	assert_int_equal(tx_number(&tx, Q_META_GET, 5, NO_ARGS), 5);
	end();
}

static enum outcome
list_only(struct tx *t, void *arg)
{
	(void)arg;
	json_decref(tx_list(t, Q_META_GET, NO_ARGS));
	return OK;
}

/* An error must not pass for an empty list. */
static void
test_a_job_whose_list_broke_is_not_ok(void **state)
{
	static const char *const wrong[] = {
	    "SELECT json('{') AS x",
	    "SELECT 'no json' AS x_json",
	};
	struct item item = {.kind = JOB_READ, .run = list_only};

	(void)state;
	for (size_t i = 0; i < NELEM(wrong); i++) {
		use(wrong[i]);
		assert_int_equal(store_run_job(&store, &item), FAILED);
		end();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_columns_are_told_by_their_names),
	    cmocka_unit_test(test_all_rows_make_a_list),
	    cmocka_unit_test(test_a_job_whose_list_broke_is_not_ok),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
