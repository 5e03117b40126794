/* The hourly look at the database file: damaged, or a stand-in's left over. */
#include "clock_rig.c"

#include "schedule_look.h"

#define SMALL SOURCE_DIR "/tests/data/procedure-small.conf"
#define PAGE  4096

static void
begin(char spool[320])
{
	rig_begin(SMALL);
	free(r.conf->database);
	r.conf->database = xstrdup(r.rig.path);
	snprintf(spool, 320, "%s.spool", r.rig.path);
}

static enum outcome
run_upkeep(struct tx *tx, void *arg)
{
	(void)arg;
	return upkeep_run(tx);
}

static void
write_at(const char *path, long at, size_t n)
{
	static const char junk[PAGE] = "junk";
	FILE *f = fopen(path, at == 0 ? "w" : "r+");

	assert_non_null(f);
	assert_int_equal(fseek(f, at, SEEK_SET), 0);
	assert_int_equal(fwrite(junk, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void
test_a_stand_in_left_beside_the_database(void **state)
{
	char spool[320];

	(void)state;
	begin(spool);
	assert_int_equal(in_tx(run_upkeep, NULL), OK);
	assert_false(is_alarmed("alarm_spool_left"));
	write_at(spool, 0, 1);
	assert_int_equal(in_tx(run_upkeep, NULL), OK);
	assert_true(is_alarmed("alarm_spool_left"));
	assert_false(is_alarmed("alarm_database_damaged"));
	rig_finish();
}

static void
test_a_stand_in_says_that_it_is_one(void **state)
{
	struct store_options o = {.path = r.rig.path,
	    .quick_check_bytes = 1 << 30,
	    .spools = true,
	    .wake = on_wake};
	char spool[320];

	(void)state;
	begin(spool);
	stop_services();
	write_at(r.rig.path, 5 * PAGE, PAGE);
	r.rig.store = store_open(&o);
	assert_non_null(r.rig.store);
	assert_int_equal(access(spool, F_OK), 0);
	store_set_context(r.rig.store, &r.context, NULL, NULL);
	start_services();
	assert_int_equal(in_tx(run_upkeep, NULL), OK);
	assert_true(is_alarmed("alarm_database_damaged"));
	assert_false(is_alarmed("alarm_spool_left"));
	rig_finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_stand_in_left_beside_the_database),
	    cmocka_unit_test(test_a_stand_in_says_that_it_is_one),
	};

	return seal_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
