/* One case of one child. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "case_give.h"
#include "clock_rows.h"
#include "clocks.h"
#include "contact.h"
#include "context.h"
#include "intake_case.h"
#include "keyring.h"
#include "languages.h"
#include "mau01.h"
#include "people.h"

/* A code that is taken is drawn again; at 32^8 of them once is enough. */
#define CODE_TRIES 3

static void
set_word(struct facts *f, enum fact which, const char *word)
{
	int w = fact_word(which, word);

	if (w >= 0)
		f->v[which] = w;
}

void
intake_raise(const json_t *body, struct facts *f)
{
	const char *risk = mau01_text(body, "risk");
	bool is_carer = mau01_is_carer_alleged(body);

	if (is_carer) {
		set_word(f, FACT_alleged_carer, "yes");
		/* A ground of D56 32.1, unless it was decided on before. */
		if (f->v[FACT_isolation] == 0)
			set_word(f, FACT_isolation, "ground");
	}
	if (is_carer || (risk != NULL && strcmp(risk, "high") == 0))
		set_word(f, FACT_emergency, "yes");
}

enum outcome
intake_facts(struct tx *tx, struct case_row *c, const json_t *body,
    const struct subject *by)
{
	struct facts wanted = c->facts;
	enum outcome how = OK;

	intake_raise(body, &wanted);
	for (int f = 0; f < FACT_MAX && how == OK; f++)
		how = case_set_fact(tx, c, (enum fact)f, wanted.v[f], by);
	return how;
}

static enum outcome
insert_case(struct tx *tx, const struct incident *i, struct case_row *c)
{
	const json_t *body = i->in->body;
	char *facts = facts_format(&c->facts);
	enum outcome how = CONFLICT;

	for (int n = 0; n < CODE_TRIES && how == CONFLICT; n++) {
		case_code(c->code);
		how = tx_exec(tx, Q_CASE_ADD,
		    ARGS(V_TEXT(c->id), V_TEXT(tx_ward(tx)), V_TEXT(c->code),
			V_TEXT(c->incident), V_TEXT(mau01_text(body, "kind")),
			V_TEXT(facts), V_INT(c->t0_at), V_INT(c->received_at),
			V_INT(c->is_confidential)));
	}
	free(facts);
	return how;
}

static enum outcome
add_case(struct tx *tx, const struct incident *i, struct case_row *c)
{
	struct key key;
	enum outcome how;

	*c = (struct case_row){
	    .is_open = true,
	    .is_confidential = i->is_confidential,
	    .t0_at = i->t0_at,
	    .received_at = i->received_at,
	    .version = 1,
	};
	id_new(c->id);
	snprintf(c->incident, sizeof(c->incident), "%s", i->code);
	intake_raise(i->in->body, &c->facts);
	how = insert_case(tx, i, c);
	if (how == OK)
		how = keyring_new(tx, "case", c->id, &key);
	key_wipe(&key);
	if (how == OK)
		how = tx_exec(tx,
		    i->is_split ? Q_REFERRAL_ATTACH : Q_REFERRAL_LINK,
		    ARGS(V_TEXT(i->referral_id), V_TEXT(c->id),
			V_TEXT(tx_ward(tx))));
	if (how != OK)
		return how;
	return audit_add(
	    tx, &(struct happening){
		    .actor = i->in->by,
		    .act = "case.opened",
		    .object_kind = "case",
		    .object_id = c->id,
		    .case_id = c->id,
		    .detail = json_pack("{s:s, s:s, s:s}", "code", c->code,
			"incident", c->incident, "referral", i->referral_id),
		});
}

enum outcome
intake_index_child(struct tx *tx, const char *id, const json_t *child)
{
	enum outcome how =
	    blind_add(tx, "name", mau01_text(child, "name"), "child", id);

	if (how == OK)
		how = blind_add(
		    tx, "id", mau01_text(child, "personal_id"), "child", id);
	return how == OK ? contact_index(tx, id, child) : how;
}

static enum outcome
add_child(struct tx *tx, const struct case_row *c, const json_t *child)
{
	char id[ID_SIZE];
	struct place at = {"child", "body_sealed", id};
	struct happening h = {.actor = &audit_system,
	    .act = "child.added",
	    .object_kind = "child",
	    .object_id = id,
	    .case_id = c->id};
	struct value sealed = V_NULL;
	enum outcome how;

	id_new(id);
	how = intake_seal(tx, c->id, &at, child, &sealed);
	if (how == OK)
		how = tx_exec(tx, Q_CHILD_ADD,
		    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_TEXT(c->id),
			sealed));
	if (how == OK)
		how = intake_audit(tx, &h, &sealed);
	keyring_done(&sealed);
	return how == OK ? intake_index_child(tx, id, child) : how;
}

/* "received", then what was known from the start, as if it just turned out. */
static enum outcome
start_clocks(struct tx *tx, const struct case_row *c)
{
	enum outcome how = clocks_event(tx, c, "received", c->received_at);
	char event[96];

	for (int f = 0; f < FACT_MAX && how == OK; f++) {
		if (c->facts.v[f] == 0)
			continue;
		snprintf(event, sizeof(event), "%s.%s>%s",
		    fact_name((enum fact)f), fact_nth_word((enum fact)f, 0),
		    fact_text(&c->facts, (enum fact)f));
		how = clocks_event(tx, c, event, c->received_at);
	}
	return how;
}

static bool
can_hold(struct tx *tx, const struct case_row *c, const char *member)
{
	struct subject s = {.kind = BY_MEMBER};

	snprintf(s.id, sizeof(s.id), "%s", member);
	return member[0] != '\0' && !case_is_barred(tx, c->id, &s) &&
	       tx_number(tx, Q_CASE_HOLDER_OK, 0, ARGS(V_TEXT(member))) > 0;
}

/* To the holder of the case it may double, else as any other. */
static enum outcome
assign(
    struct tx *tx, struct case_row *c, const json_t *child, const char *holder)
{
	json_t *why;
	enum outcome how;

	if (!can_hold(tx, c, holder))
		return perhaps(people_assign(tx, c, c->received_at,
		    language_of(mau01_text(child, "language"))));
	why = json_pack("{s:s}", "rule", "same_child");
	how = case_give(tx, c, holder, why, &audit_system);
	json_decref(why);
	return how;
}

/* What the daemon itself does: recording, and confirming with the 201. */
static enum outcome
did_intake(struct tx *tx, struct case_row *c, const struct subject *by)
{
	enum outcome how = case_did(tx, c, "receive", &audit_system);

	if (how == OK && intake_by_sender(by))
		how = case_did(tx, c, "confirm", &audit_system);
	return how;
}

enum outcome
intake_case(struct tx *tx, struct incident *i, const json_t *child)
{
	char holder[ID_SIZE] = "";
	struct case_row c;
	int hits = 0;
	enum outcome how = add_case(tx, i, &c);

	memcpy(i->opened, c.id, ID_SIZE);
	for (size_t k = 0; k < i->n_hidden && how == OK; k++)
		how = intake_suspect(tx, &c, i->hidden[k], holder);
	if (how == OK)
		how = intake_duplicates(tx, &c, child, holder);
	if (how == OK)
		how = add_child(tx, &c, child);
	if (how == OK)
		how = intake_people(tx, &c, child, i->in->body, &hits);
	if (how == OK)
		how = start_clocks(tx, &c);
	if (how == OK)
		how = did_intake(tx, &c, i->in->by);
	if (how == OK)
		how = case_get(tx, c.id, &c);
	if (how == OK)
		how = assign(tx, &c, child, holder);
	/* One report of a child whom nobody else knows repeats nothing. */
	if (how == OK && c.is_possible_duplicate)
		how = intake_repeats(tx, &c);
	return how == OK && hits > 0 ? case_tell_lead(tx, &c, "bar") : how;
}
