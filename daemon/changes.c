#include "changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert.h"
#include "alert_rows.h"
#include "audit.h"
#include "clock.h"
#include "keyring.h"
#include "meta.h"
#include "roles.h"

#define LIVES	  (7 * DAY)
#define HEADS	  2 /* so many who can approve make it needed */
#define LIST_MAX  500
#define SWEEP_MAX 64
#define ALARM	  "alarm_change"
#define SINCE	  "second_person_since"

static const char *const names[] = {
#define CHANGE(name, apply) #name,
#include "changes.def"
#undef CHANGE
};

const char *
change_name(enum change_kind kind)
{
	return names[kind];
}

void
change_done(struct asked *c)
{
	json_decref(c->body);
	*c = (struct asked){0};
}

enum outcome
changes_are_guarded(struct tx *tx, bool *guarded)
{
	int64_t now = clock_now();
	enum outcome how;

	*guarded = meta_number(tx, SINCE, 0) != 0;
	if (*guarded || tx_number(tx, Q_CHANGE_HEADS, 0,
			    ARGS(V_TEXT(tx_ward(tx)), V_INT(now))) < HEADS)
		return OK;
	how = meta_put(tx, SINCE, now);
	if (how == OK)
		how = audit_add(tx, &(struct happening){
					.actor = &audit_system,
					.act = "change.guarded",
					.object_kind = "ward",
					.object_id = tx_ward(tx),
				    });
	*guarded = how == OK;
	return how;
}

bool
change_is_access(struct tx *tx, const char *member_id)
{
	return tx_number(tx, Q_CHANGE_IS_ACCESS, 1,
		   ARGS(V_TEXT(member_id), V_INT(clock_now()))) > 0;
}

static enum outcome
record(struct tx *tx, const struct asked *c, const char *act,
    const struct subject *by)
{
	return audit_add(tx,
	    &(struct happening){
		.actor = by,
		.act = act,
		.object_kind = "change",
		.object_id = c->id,
		.detail = json_pack("{s:s, s:s, s:s}", "kind", names[c->kind],
		    "about", c->about, "asked_by", c->asker.id),
	    });
}

static const char *
null_if_empty(const char *s)
{
	return s[0] == '\0' ? NULL : s;
}

static enum outcome
insert(struct tx *tx, const struct asked *c)
{
	const struct place at = {"change_asked", "body_sealed", c->id};
	char *text = json_dumps(c->body, JSON_COMPACT);
	struct value sealed = V_NULL;
	enum outcome how = keyring_seal(tx, tx_ward(tx), &at, text, &sealed);

	if (how == OK)
		how = tx_exec(tx, Q_CHANGE_ADD,
		    ARGS(V_TEXT(c->id), V_TEXT(tx_ward(tx)),
			V_TEXT(names[c->kind]), V_TEXT(c->about),
			V_TEXT(null_if_empty(c->member_id)), sealed,
			V_TEXT(c->asker.kind == BY_ADMIN ? "admin" : "member"),
			V_TEXT(c->asker.id), V_INT(clock_now()),
			V_INT(c->expires_at)));
	keyring_done(&sealed);
	seal_free(text);
	return how;
}

enum outcome
change_ask(struct tx *tx, struct asked *c)
{
	enum outcome how;

	id_new(c->id);
	c->expires_at = clock_now() + LIVES;
	how = insert(tx, c);
	if (how == OK)
		how = record(tx, c, "change.asked", &c->asker);
	return how == OK ? alarm_raise(tx, ALARM, c->id) : how;
}

static enum outcome
open_body(struct tx *tx, const struct rows *rows, struct asked *c)
{
	const struct place at = {"change_asked", "body_sealed", c->id};
	struct value sealed = {.kind = VALUE_BLOB};
	char *text = NULL;
	enum outcome how;

	sealed.p = row_blob(rows, 3, &sealed.n);
	how = keyring_unseal(tx, tx_ward(tx), &at, &sealed, &text);
	if (how == OK)
		c->body = json_loads(text, 0, NULL);
	seal_free(text);
	return how == OK && c->body == NULL ? FAILED : how;
}

static enum outcome
read_change(struct tx *tx, const struct rows *rows, struct asked *c)
{
	size_t kind = 0;

	while (kind < CHANGE_MAX && strcmp(names[kind], row_text(rows, 0)) != 0)
		kind++;
	c->kind = (enum change_kind)kind;
	row_copy(c->about, ID_SIZE, rows, 1);
	row_copy(c->member_id, ID_SIZE, rows, 2);
	c->asker.kind =
	    strcmp(row_text(rows, 4), "admin") == 0 ? BY_ADMIN : BY_MEMBER;
	row_copy(c->asker.id, ID_SIZE, rows, 5);
	c->expires_at = row_int(rows, 7);
	if (kind == CHANGE_MAX || strcmp(row_text(rows, 6), "pending") != 0 ||
	    c->expires_at <= clock_now())
		return CONFLICT;
	return open_body(tx, rows, c);
}

enum outcome
change_get(struct tx *tx, const char *id, struct asked *c)
{
	struct rows *rows =
	    tx_query(tx, Q_CHANGE_GET, ARGS(V_TEXT(tx_ward(tx)), V_TEXT(id)));
	enum outcome how = NOT_FOUND, ended;

	*c = (struct asked){0};
	snprintf(c->id, sizeof(c->id), "%s", id);
	if (rows_next(rows))
		how = read_change(tx, rows, c);
	ended = rows_end(rows);
	return ended == OK ? how : ended;
}

enum outcome
change_may(const struct asked *c, const struct subject *by)
{
	if (c->asker.kind == BY_ADMIN && has_role(by->roles, ROLE_admin))
		return REFUSED;
	if (strcmp(c->asker.id, by->id) == 0)
		return REFUSED;
	return strcmp(c->member_id, by->id) == 0 &&
		       by->proof != PROOF_BREAK_GLASS
		   ? REFUSED
		   : OK;
}

static enum outcome
end(struct tx *tx, const char *id, const char *state, const char *by)
{
	return tx_exec(tx, Q_CHANGE_END,
	    ARGS(V_TEXT(id), V_TEXT(state), V_INT(clock_now()), V_TEXT(by),
		V_BLOB("", 0)));
}

enum outcome
change_end(struct tx *tx, const struct asked *c, const char *state,
    const struct subject *by)
{
	char *act = xasprintf("change.%s", state);
	enum outcome how = end(tx, c->id, state, by->id);

	if (how == OK)
		how = record(tx, c, act, by);
	free(act);
	return how;
}

enum outcome
change_alarm_over(struct tx *tx, const struct asked *c)
{
	return alarm_over(tx, ALARM, c->id);
}

static enum outcome
expire(struct tx *tx, const char *id)
{
	enum outcome how = end(tx, id, "expired", NULL);

	if (how == OK)
		how = alarm_over(tx, ALARM, id);
	if (how != OK)
		return how;
	return audit_add(tx, &(struct happening){
				 .actor = &audit_system,
				 .act = "change.expired",
				 .object_kind = "change",
				 .object_id = id,
			     });
}

enum outcome
changes_expire(struct tx *tx)
{
	char list[SWEEP_MAX][ID_SIZE];
	size_t n = 0;
	enum outcome how =
	    ids_read(tx_query(tx, Q_CHANGES_OVER,
			 ARGS(V_INT(clock_now()), V_INT(SWEEP_MAX))),
		list, SWEEP_MAX, &n);

	for (size_t i = 0; i < n && how == OK; i++)
		how = expire(tx, list[i]);
	return how;
}

json_t *
changes_json(struct tx *tx, bool all)
{
	return tx_list(tx, Q_CHANGE_LIST,
	    ARGS(V_TEXT(tx_ward(tx)), V_INT(clock_now()), V_INT(all),
		V_INT(LIST_MAX)));
}

/* Of the body of a call; hashes and salts are nobody's business. */
static json_t *
shown(const json_t *body)
{
	static const char *const keys[] = {"name", "roles", "phone", "agency",
	    "languages", "quiet", "channel", "address", "verified", "who",
	    "agreed_on", "paper"};
	json_t *o = json_object();

	for (size_t i = 0; i < NELEM(keys); i++) {
		json_t *value = json_object_get(body, keys[i]);

		if (value != NULL)
			json_object_set(o, keys[i], value);
	}
	return o;
}

void
changes_add_asked(struct tx *tx, json_t *list)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		const char *id = json_string_value(json_object_get(one, "id"));
		struct asked c;

		if (change_get(tx, id, &c) == OK)
			json_object_set_new(one, "asked", shown(c.body));
		change_done(&c);
	}
}
