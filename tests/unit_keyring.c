#include "store_each.h"

#include "context.h"
#include "keyring.h"

static struct conf conf;
static struct context context;
static char ward[] = "00001";

static const struct place here = {"child", "body_sealed", "c1"};

static int
set_up(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	rig_new(r);
	rig_open(r, 0);
	conf.ward = ward;
	context.conf = &conf;
	key_random(&context.wrap);
	key_random(&context.blind);
	context.blind.version = 1;
	store_set_context(r->store, &context, NULL, NULL);
	*state = r;
	return 0;
}

static void
run(struct rig *r, job_run *fn)
{
	struct job j = {.rig = r};

	store_post(r->store, JOB_ACT, fn, job_done_fn, &j);
	rig_wait_for(r, 0, &j);
	assert_int_equal(j.how, OK);
}

static enum outcome
make_and_get(struct tx *tx, void *arg)
{
	struct key made, found, other;

	(void)arg;
	assert_int_equal(keyring_get(tx, "case1", &found), NOT_FOUND);
	assert_int_equal(keyring_new(tx, "case", "case1", &made), OK);
	assert_int_equal(keyring_new(tx, "case", "case1", &other), CONFLICT);
	assert_int_equal(keyring_new(tx, "case", "case2", &other), OK);
	assert_int_equal(keyring_get(tx, "case1", &found), OK);
	assert_memory_equal(found.bytes, made.bytes, KEY_SIZE);
	assert_int_equal(found.version, 1);
	assert_memory_not_equal(found.bytes, other.bytes, KEY_SIZE);
	return OK;
}

static void
test_a_key_is_made_once_and_found(void **state)
{
	run(*state, make_and_get);
}

static enum outcome
ward_twice(struct tx *tx, void *arg)
{
	struct key first, second;

	(void)arg;
	assert_int_equal(keyring_ward(tx, &first), OK);
	assert_int_equal(keyring_ward(tx, &second), OK);
	assert_memory_equal(first.bytes, second.bytes, KEY_SIZE);
	return OK;
}

static void
test_the_ward_key_is_made_on_first_use(void **state)
{
	run(*state, ward_twice);
}

static enum outcome
seal_and_open(struct tx *tx, void *arg)
{
	const struct place there = {"child", "body_sealed", "c2"};
	struct value sealed = V_NULL;
	char *text = NULL;
	struct key key;

	(void)arg;
	assert_int_equal(
	    keyring_seal(tx, "case1", &here, "x", &sealed), NOT_FOUND);
	assert_int_equal(keyring_new(tx, "case", "case1", &key), OK);
	assert_int_equal(keyring_new(tx, "case", "case2", &key), OK);
	assert_int_equal(
	    keyring_seal(tx, "case1", &here, "Trẻ Thử Nghiệm Một", &sealed),
	    OK);
	assert_int_equal(
	    keyring_unseal(tx, "case1", &here, &sealed, &text), OK);
	assert_string_equal(text, "Trẻ Thử Nghiệm Một");
	seal_free(text);
	assert_int_equal(
	    keyring_unseal(tx, "case1", &there, &sealed, &text), INVALID);
	assert_int_equal(
	    keyring_unseal(tx, "case2", &here, &sealed, &text), INVALID);
	assert_int_equal(
	    keyring_unseal(tx, "case3", &here, &sealed, &text), NOT_FOUND);
	keyring_done(&sealed);
	return OK;
}

static void
test_a_sealed_text_opens_only_at_its_place(void **state)
{
	run(*state, seal_and_open);
}

static enum outcome
seal_for_ward(struct tx *tx, void *arg)
{
	struct value sealed;
	char *text;

	(void)arg;
	assert_int_equal(keyring_seal(tx, ward, &here, "x", &sealed), OK);
	assert_int_equal(keyring_unseal(tx, ward, &here, &sealed, &text), OK);
	assert_string_equal(text, "x");
	seal_free(text);
	keyring_done(&sealed);
	return OK;
}

static void
test_sealing_for_the_ward_needs_no_key_before(void **state)
{
	run(*state, seal_for_ward);
}

static enum outcome
new_key(struct tx *tx, void *arg)
{
	struct key key;

	(void)arg;
	return keyring_new(tx, "case", "case1", &key);
}

static enum outcome
get_fails(struct tx *tx, void *arg)
{
	struct key key;

	(void)arg;
	assert_int_equal(keyring_get(tx, "case1", &key), FAILED);
	return OK;
}

static void
test_another_master_key_opens_nothing(void **state)
{
	struct rig *r = *state;
	struct context other = context;

	run(r, new_key);
	key_random(&other.wrap);
	store_set_context(r->store, &other, NULL, NULL);
	run(r, get_fails);
}

struct owners {
	int n;
	char last[64];
};

static void
count_owner(void *arg, const char *owner_kind, const char *owner)
{
	struct owners *o = arg;

	o->n++;
	snprintf(o->last, sizeof(o->last), "%.20s %.20s", owner_kind, owner);
}

static int
owners(struct tx *tx, const char *kind, const char *value)
{
	struct owners o = {0};

	assert_int_equal(blind_find(tx, kind, value, count_owner, &o), OK);
	return o.n;
}

static enum outcome
index_and_find(struct tx *tx, void *arg)
{
	static const char *const rows[][3] = {
	    {"name", "Nguyễn Thị Thử", "c1"},
	    {"name", "NGUYEN  THI  THU", "c2"},
	    {"name", "nguyễn thị thử", "c1"},
	    {"name", "", "c3"},
	    {"name", NULL, "c3"},
	    {"phone", "0905 000 001", "c1"},
	    {"id", "052 095 000001", "c1"},
	};

	(void)arg;
	for (size_t i = 0; i < NELEM(rows); i++)
		assert_int_equal(
		    blind_add(tx, rows[i][0], rows[i][1], "child", rows[i][2]),
		    OK);
	assert_int_equal(owners(tx, "name", "Nguyen Thi Thu"), 2);
	assert_int_equal(owners(tx, "name", "Nguyen Thi"), 0);
	assert_int_equal(owners(tx, "name", ""), 0);
	assert_int_equal(owners(tx, "name", NULL), 0);
	assert_int_equal(owners(tx, "phone", "+84 905.000.001"), 1);
	assert_int_equal(owners(tx, "id", "052095000001"), 1);
	assert_int_equal(owners(tx, "id", "84905000001"), 0);
	return OK;
}

static void
test_values_are_found_as_people_write_them(void **state)
{
	run(*state, index_and_find);
}

struct nested {
	struct tx *tx;
	int n;
};

static void
look_again(void *arg, const char *owner_kind, const char *owner)
{
	struct nested *x = arg;

	(void)owner_kind, (void)owner;
	x->n += owners(x->tx, "name", "A");
}

static enum outcome
find_inside_find(struct tx *tx, void *arg)
{
	struct nested x = {.tx = tx};

	(void)arg;
	assert_int_equal(blind_add(tx, "name", "A", "child", "c1"), OK);
	assert_int_equal(blind_add(tx, "name", "A", "child", "c2"), OK);
	assert_int_equal(blind_find(tx, "name", "A", look_again, &x), OK);
	assert_int_equal(x.n, 4);
	return OK;
}

static void
test_a_finder_may_look_up_itself(void **state)
{
	run(*state, find_inside_find);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, store_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_a_key_is_made_once_and_found),
	    TEST(test_the_ward_key_is_made_on_first_use),
	    TEST(test_a_sealed_text_opens_only_at_its_place),
	    TEST(test_sealing_for_the_ward_needs_no_key_before),
	    TEST(test_another_master_key_opens_nothing),
	    TEST(test_values_are_found_as_people_write_them),
	    TEST(test_a_finder_may_look_up_itself),
	};

	if (!seal_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
