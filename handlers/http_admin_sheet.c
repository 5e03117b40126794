/*
 * The evening sheet: who is on duty, what falls due until tomorrow noon, whom to
 * call.  Codes only; of cases that not everybody may know of only their number.
 */
#include <stdlib.h>

#include "admin.h"
#include "clock.h"
#include "context.h"
#include "handlers.h"
#include "keyring.h"
#include "people.h"

#define DUE_MAX 200

/* Noon of the next civil day. */
static int64_t
tomorrow_noon(const struct conf *c, int64_t now)
{
	int64_t offset = c->utc_offset_min * MINUTE;
	int64_t local = now + offset, day = local / DAY;

	return (day + 1) * DAY + 12 * HOUR - offset;
}

static json_t *
instant(const struct conf *c, int64_t at)
{
	char text[INSTANT_SIZE];

	instant_format(text, at, (int)c->utc_offset_min);
	return json_string(text);
}

/* Login and name of a member; the name is a person's of the team. */
static json_t *
member_json(struct tx *tx, const char *id)
{
	struct rows *r = tx_query(tx, Q_SHEET_MEMBER, ARGS(V_TEXT(id)));
	struct place at = {"member", "name_sealed", id};
	json_t *json = json_object();
	struct value sealed = V_NULL;
	char *name = NULL;

	if (rows_next(r)) {
		json_object_set_new(json, "login", json_string(row_text(r, 0)));
		sealed.p = row_blob(r, 1, &sealed.n);
		if (keyring_unseal(tx, tx_ward(tx), &at, &sealed, &name) == OK)
			json_object_set_new(json, "name", json_string(name));
	}
	(void)rows_end(r);
	seal_free(name);
	return json;
}

static json_t *
person_json(struct tx *tx, const struct person *p)
{
	struct address list[ADDRESSES_MAX];
	size_t n = people_addresses(tx, p, list);
	json_t *json = member_json(tx, p->member_id);
	json_t *addresses = json_array();

	for (size_t i = 0; i < n; i++) {
		json_array_append_new(
		    addresses, json_pack("{s:s, s:s}", "channel",
				   list[i].channel, "address", list[i].text));
		address_done(&list[i]);
	}
	json_object_set_new(json, "addresses", addresses);
	return json;
}

/* Members that a rung's word means now, each with the word. */
static enum outcome
add_people(struct tx *tx, json_t *to, const char *who)
{
	struct people found = {0};
	enum outcome how = people_find(tx, NULL, who, clock_now(), &found);

	for (size_t i = 0; i < found.n && how == OK; i++) {
		json_t *one;

		if (found.list[i].member_id[0] == '\0')
			continue;
		one = person_json(tx, &found.list[i]);
		json_object_set_new(one, "role", json_string(who));
		json_array_append_new(to, one);
	}
	people_done(&found);
	return how == NOT_FOUND ? OK : how;
}

static json_t *
due_json(struct tx *tx, const struct conf *c, int64_t until, int64_t *others)
{
	struct rows *r =
	    tx_query(tx, Q_NIGHT_DUE, ARGS(V_INT(until), V_INT(DUE_MAX)));
	json_t *list = json_array();

	*others = 0;
	while (rows_next(r)) {
		if (row_is_null(r, 0))
			(*others)++;
		else
			json_array_append_new(list,
			    json_pack("{s:s, s:s, s:o, s:b, s:s*}", "case",
				row_text(r, 0), "step", row_text(r, 1),
				"due_at", instant(c, row_int(r, 2)),
				"is_urgent", (int)row_int(r, 3), "holder",
				row_text(r, 4)));
	}
	(void)rows_end(r);
	return list;
}

/* GET /v1/admin/duty/sheet: a reading of names and phones, so it is recorded. */
enum outcome
duty_sheet(struct tx *tx, const struct request *r, struct response *a)
{
	static const char *const tree[] = {
	    "lead", "vice_chairman", "chairman", "admin"};
	const struct conf *c = tx_context(tx)->conf;
	int64_t now = clock_now(), until = tomorrow_noon(c, now), others;
	json_t *duty = json_array(), *calls = json_array(), *due;
	enum outcome how = add_people(tx, duty, "duty");

	for (size_t i = 0; i < NELEM(tree) && how == OK; i++)
		how = add_people(tx, calls, tree[i]);
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "duty.sheet",
			.object_kind = "ward",
			.object_id = c->ward});
	due = due_json(tx, c, until, &others);
	if (how != OK) {
		json_decref(duty);
		json_decref(calls);
		json_decref(due);
		return answer_outcome(a, how);
	}
	return answer_json(a, 200,
	    json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:I}", "ward_name",
		c->ward_name, "duty_phone", c->duty_phone, "at",
		instant(c, now), "until", instant(c, until), "duty", duty,
		"tree", calls, "due", due, "others", (json_int_t)others));
}
