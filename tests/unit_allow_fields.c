/* Every field by every caller, by hand; 100,000 random probes; and the view. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case_fields.h"
#include "people.h"
#include "seal.h"

#define PROBES 100000

/* Columns in the order of fields.def, checked below. */
static const char *const columns[] = {"thing", "facts", "child", "persons",
    "alleged", "narrative", "documents", "informant", "bars"};
static const char *const fields[] = {
#define FIELD(name) #name,
#include "fields.def"
#undef FIELD
};

#define BIT(role) (1u << ROLE_##role)

/*
 * Three columns of cells for case_read of a case that the caller holds, one of
 * somebody else, and a confidential one of somebody else.  x: seen.
 */
static const struct row {
	const char *who;
	enum subject_kind kind;
	unsigned roles;
	const char *own, *other, *confidential;
} matrix[] = {
    {"nobody", NOBODY, 0, ".........", ".........", "........."},
    {"agency", BY_AGENCY, 0, ".........", ".........", "........."},
    {"link", BY_LINK, 0, ".........", ".........", "........."},
    {"form", BY_FORM, 0, ".........", ".........", "........."},
    {"socket", BY_ADMIN, 0, ".........", ".........", "........."},
    {"system", BY_SYSTEM, 0, ".........", ".........", "........."},
    {"no role", BY_MEMBER, 0, ".........", ".........", "........."},
    {"admin", BY_MEMBER, BIT(admin), ".........", ".........", "........."},
    {"officer", BY_MEMBER, BIT(officer), "xxxxxxx.x", "xxxxxxx.x", "........."},
    {"lead", BY_MEMBER, BIT(lead), "xxxxxxxxx", "xxxxxxxxx", "xxxxxxxxx"},
    {"chairman", BY_MEMBER, BIT(chairman), "xxxxxxx.x", "xxxxxxx.x",
	"xxxxxxx.x"},
    {"vice", BY_MEMBER, BIT(vice_chairman), "xxxxxxx.x", "xxxxxxx.x",
	"xxxxxxx.x"},
    {"police", BY_MEMBER, BIT(police), "xxxxxxx..", ".........", "........."},
    {"justice", BY_MEMBER, BIT(justice), "xxxxxxx..", ".........", "........."},
    {"health", BY_MEMBER, BIT(health), "xxxx.xx..", ".........", "........."},
    {"school", BY_MEMBER, BIT(school), "xxxx.xx..", ".........", "........."},
    {"union", BY_MEMBER, BIT(union), "xxxx.xx..", ".........", "........."},
    {"agency with roles", BY_AGENCY, ~0u, ".........", ".........",
	"........."},
    {"socket with roles", BY_ADMIN, ~0u, ".........", ".........", "........."},
};

static void
columns_are_the_fields(void **state)
{
	(void)state;
	assert_int_equal(NELEM(columns), SEE_MAX);
	for (size_t i = 0; i < NELEM(columns); i++)
		assert_string_equal(columns[i], fields[i]);
}

static void
check_cells(
    const struct row *r, const char *cells, const struct object *o, bool barred)
{
	struct subject s = {.kind = r->kind, .roles = r->roles};
	struct object mine = *o;

	mine.is_barred = barred;
	assert_int_equal(strlen(cells), SEE_MAX);
	for (int f = 0; f < SEE_MAX; f++) {
		bool right = !barred && cells[f] == 'x';

		if (allow(&s, ACTION_case_read, &mine, (enum case_field)f) !=
		    right)
			fail_msg("%s %s holder=%d confidential=%d barred=%d",
			    r->who, fields[f], o->is_holder, o->is_confidential,
			    barred);
	}
}

/*
 * To have sent it opens nothing of the case, to have taken it in the informant
 * to who may read it; so does, for deputies, that there is no lead.
 */
static void
check_informant(const struct row *r, bool barred)
{
	const struct object mine = {.is_own = true},
			    leadless = {.has_no_lead = true};
	unsigned deputies = BIT(chairman) | BIT(vice_chairman);
	char own[SEE_MAX + 1], deputy[SEE_MAX + 1];
	bool reads = r->other[SEE_thing] == 'x';

	snprintf(own, sizeof(own), "%s", r->other);
	snprintf(deputy, sizeof(deputy), "%s", r->other);
	if (reads)
		own[SEE_informant] = 'x';
	if (reads && (r->roles & deputies) != 0)
		deputy[SEE_informant] = 'x';
	check_cells(r, own, &mine, barred);
	check_cells(r, deputy, &leadless, barred);
}

static void
every_field_by_every_caller(void **state)
{
	const struct object own = {.is_holder = true}, other = {0},
			    secret = {.is_confidential = true};

	(void)state;
	for (size_t i = 0; i < NELEM(matrix); i++) {
		const struct row *r = &matrix[i];

		for (int barred = 0; barred <= 1; barred++) {
			check_cells(r, r->own, &own, barred);
			check_cells(r, r->other, &other, barred);
			check_cells(r, r->confidential, &secret, barred);
			check_informant(r, barred);
		}
	}
}

/* No act but reading opens a field to who may not read. */
static bool
is_leak(const struct subject *s, enum action a, const struct object *o,
    enum case_field f)
{
	unsigned deciders = BIT(lead) | BIT(chairman) | BIT(vice_chairman);
	bool decides = (s->roles & deciders) != 0;
	bool is_officer = (s->roles & BIT(officer)) != 0;
	bool reads;

	if (o->is_barred)
		return true;
	if (f == SEE_thing)
		return false;
	if (s->kind != BY_MEMBER)
		return true;
	reads = decides || o->is_holder || (is_officer && !o->is_confidential);
	if (a == ACTION_case_read && !reads)
		return true;
	if (f == SEE_informant)
		return (s->roles & BIT(lead)) == 0 && !o->is_own &&
		       !(o->has_no_lead && decides);
	if (f == SEE_alleged)
		return !decides && !is_officer &&
		       (s->roles & (BIT(police) | BIT(justice))) == 0;
	return (s->roles & ~BIT(admin)) == 0;
}

static void
a_hundred_thousand_probes_find_no_leak(void **state)
{
	int allowed = 0;

	(void)state;
	for (int i = 0; i < PROBES; i++) {
		struct subject s = {
		    .kind = (enum subject_kind)random_below(BY_SYSTEM + 1),
		    .roles = random_below(1u << ROLE_MAX) &
			     random_below(1u << ROLE_MAX)};
		uint32_t bits = random_below(32);
		struct object o = {
		    bits & 1, bits & 2, bits & 4, bits & 8, bits & 16};
		enum action a = (enum action)random_below(ACTION_MAX);
		enum case_field f = (enum case_field)random_below(SEE_MAX);

		if (random_below(2) == 0)
			a = ACTION_case_read;
		if (!allow(&s, a, &o, f))
			continue;
		allowed++;
		if (is_leak(&s, a, &o, f))
			fail_msg("kind=%d roles=%x %d object=%x %s",
			    (int)s.kind, s.roles, (int)a, bits, fields[f]);
	}
	/* The probes must have reached what is allowed, too. */
	assert_in_range(allowed, PROBES / 100, PROBES);
}

static json_t *
opened(void)
{
	return json_loads(
	    "{\"code\": \"A\", \"facts\": {\"risk\": \"low\"},"
	    " \"children\": [{\"name\": \"Tre\"}],"
	    " \"persons\": [{\"role\": \"alleged\", \"name\": \"Nghi\"},"
	    "  {\"role\": \"mother\", \"name\": \"Me\"}, {\"name\": \"La\"}],"
	    " \"bars\": [{\"id\": \"b\"}],"
	    " \"referrals\": [{\"id\": \"r\", \"informant\": {\"name\": "
	    "\"Bao\"},"
	    "  \"body\": {\"kind\": \"abused\", \"alleged\": [{\"name\":"
	    "   \"Nghi\"}], \"narrative\": \"Ke\", \"informant\": {\"name\":"
	    "   \"Bao\"}},"
	    "  \"updates\": [{\"body\": {\"text\": \"Ke\"},"
	    "   \"informant\": {\"name\": \"Bao\"}}]}]}",
	    0, NULL);
}

/* What is left of it, as text, for a member with these roles. */
static char *
shown(unsigned roles, bool is_holder)
{
	struct subject s = {.kind = BY_MEMBER, .roles = roles};
	struct object o = {.is_holder = is_holder};
	json_t *full = opened();
	char *text;

	assert_non_null(full);
	case_fields_hide(full, &s, &o);
	text = json_dumps(full, JSON_COMPACT);
	json_decref(full);
	return text;
}

static void
the_view_keeps_what_is_allowed_and_no_more(void **state)
{
	static const struct {
		unsigned roles;
		bool is_holder;
		const char *has, *lacks; /* one letter a word below */
	} rows[] = {
	    {BIT(lead), false, "TNMKbL", "B"},
	    {BIT(officer), true, "TNMKb", "B"},
	    {BIT(officer), false, "TNMKb", "B"},
	    {BIT(police), true, "TNMK", "Bb"},
	    {BIT(school), true, "TMK", "NBb"},
	    {BIT(admin), false, "", "TNMBKbL"},
	    {BIT(admin), true, "", "TNMBKb"},
	};
	static const char *const words[128] = {['T'] = "\"Tre\"",
	    ['N'] = "\"Nghi\"",
	    ['M'] = "\"Me\"",
	    ['L'] = "\"La\"",
	    ['B'] = "\"Bao\"",
	    ['K'] = "\"Ke\"",
	    ['b'] = "{\"id\":\"b\"}"};

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		char *text = shown(rows[i].roles, rows[i].is_holder);

		assert_non_null(strstr(text, "\"code\":\"A\""));
		for (const char *p = rows[i].has; *p != '\0'; p++)
			if (strstr(text, words[(int)*p]) == NULL)
				fail_msg("row %zu lacks %c: %s", i, *p, text);
		for (const char *p = rows[i].lacks; *p != '\0'; p++)
			if (strstr(text, words[(int)*p]) != NULL)
				fail_msg("row %zu tells %c: %s", i, *p, text);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(columns_are_the_fields),
	    cmocka_unit_test(every_field_by_every_caller),
	    cmocka_unit_test(a_hundred_thousand_probes_find_no_leak),
	    cmocka_unit_test(the_view_keeps_what_is_allowed_and_no_more),
	};

	if (!seal_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
