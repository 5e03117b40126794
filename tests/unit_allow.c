/* allow() against a matrix written by hand: every caller, action, object. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "allow.h"
#include "people.h"

/* Columns in the order of actions.def, checked below. */
static const char *const columns[] = {"case_list", "case_read", "case_act",
    "case_approve", "case_close", "case_assign", "case_escalate", "case_refer",
    "case_bar", "case_readers", "case_join", "alert_ack", "referral_read",
    "referral_answer", "referral_update", "referral_send", "referral_record",
    "report_read", "report_act", "report_decide", "refused_list", "duty_manage",
    "change_approve", "admin"};

static const char *const actions[] = {
#define ACTION(name) #name,
#include "actions.def"
#undef ACTION
};

/*
 * . never      A always      H only the holder      O only what is their own
 * C the holder, and others unless it is confidential
 * E what is their own, or the holder
 */
static const struct row {
	const char *who;
	enum subject_kind kind;
	unsigned roles;
	const char *cells;
} matrix[] = {
    {"nobody", NOBODY, 0, "........................"},
    {"agency", BY_AGENCY, 0, "............OOOA........"},
    {"link", BY_LINK, 0, "...........O............"},
    {"form", BY_FORM, 0, "............O..A........"},
    {"system", BY_SYSTEM, 0, "........................"},
    {"socket", BY_ADMIN, 0, "A..........A....A...AA.A"},
    {"no role", BY_MEMBER, 0, "...........O............"},
    {"officer", BY_MEMBER, 1u << ROLE_officer, "ACC....H.H.E....AAA....."},
    {"lead", BY_MEMBER, 1u << ROLE_lead, "AAA.AAAAAAAA....AAAAAAA."},
    {"chairman", BY_MEMBER, 1u << ROLE_chairman, "AAAAAAAAAAAA....AAAAAAA."},
    {"vice", BY_MEMBER, 1u << ROLE_vice_chairman, "AAAAAAAAAAAA....AAAAAAA."},
    {"police", BY_MEMBER, 1u << ROLE_police, "AHH....H.H.E....AA......"},
    {"health", BY_MEMBER, 1u << ROLE_health, "AHH....H.H.E....AA......"},
    {"school", BY_MEMBER, 1u << ROLE_school, "AHH....H.H.E....AA......"},
    {"justice", BY_MEMBER, 1u << ROLE_justice, "AHH....H.H.E....AA......"},
    {"union", BY_MEMBER, 1u << ROLE_union, "AHH....H.H.E....AA......"},
    {"admin", BY_MEMBER, 1u << ROLE_admin, "...........O.........A.A"},
    {"admin and officer", BY_MEMBER, 1u << ROLE_admin | 1u << ROLE_officer,
	"ACC....H.H.E....AAA..A.A"},
    {"police and lead", BY_MEMBER, 1u << ROLE_police | 1u << ROLE_lead,
	"AAA.AAAAAAAA....AAAAAAA."},
    /* Roles of somebody who is no member are not looked at. */
    {"agency with roles", BY_AGENCY, ~0u, "............OOOA........"},
    {"link with roles", BY_LINK, ~0u, "...........O............"},
    {"form with roles", BY_FORM, ~0u, "............O..A........"},
};

static bool
expected(char cell, const struct object *o)
{
	if (o->is_barred)
		return false;
	switch (cell) {
	case 'A':
		return true;
	case 'H':
		return o->is_holder;
	case 'O':
		return o->is_own;
	case 'C':
		return o->is_holder || !o->is_confidential;
	case 'E':
		return o->is_own || o->is_holder;
	default:
		return false;
	}
}

static void
columns_are_the_actions(void **state)
{
	(void)state;
	assert_int_equal(NELEM(columns), ACTION_MAX);
	for (size_t i = 0; i < NELEM(columns); i++)
		assert_string_equal(columns[i], actions[i]);
}

static void
every_cell_with_every_object(void **state)
{
	int checked = 0;

	(void)state;
	for (size_t i = 0; i < NELEM(matrix); i++) {
		const struct row *r = &matrix[i];
		struct subject s = {.kind = r->kind, .roles = r->roles};

		assert_int_equal(strlen(r->cells), ACTION_MAX);
		for (unsigned bits = 0; bits < 16; bits++) {
			struct object o = {
			    .is_barred = bits & 1,
			    .is_holder = bits & 2,
			    .is_own = bits & 4,
			    .is_confidential = bits & 8,
			};

			for (int a = 0; a < ACTION_MAX; a++, checked++)
				if (allow(&s, (enum action)a, &o, SEE_thing) !=
				    expected(r->cells[a], &o))
					fail_msg("%s %s object=%u", r->who,
					    actions[a], bits);
		}
	}
	assert_int_equal(checked, 16 * ACTION_MAX * (int)NELEM(matrix));
}

/* Whatever roles come together, a bar is a bar. */
static void
the_barred_are_refused_whatever_they_are(void **state)
{
	struct object o = {
	    .is_barred = true, .is_holder = true, .is_own = true};

	(void)state;
	for (int kind = NOBODY; kind <= BY_SYSTEM; kind++)
		for (unsigned roles = 0; roles < 1u << ROLE_MAX; roles++)
			for (int a = 0; a < ACTION_MAX; a++) {
				struct subject s = {
				    .kind = (enum subject_kind)kind,
				    .roles = roles};

				assert_false(
				    allow(&s, (enum action)a, &o, SEE_thing));
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(columns_are_the_actions),
	    cmocka_unit_test(every_cell_with_every_object),
	    cmocka_unit_test(the_barred_are_refused_whatever_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
