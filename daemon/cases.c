#include "cases.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "approval.h"
#include "audit.h"
#include "clock.h"
#include "clocks.h"
#include "clocks_hasten.h"
#include "context.h"
#include "keyring.h"
#include "procedure_gate.h"
#include "text_json.h"

#define CODE_LETTERS "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

static enum outcome
read_case(struct rows *rows, struct case_row *c)
{
	enum outcome how;
	bool is_there = rows_next(rows);

	*c = (struct case_row){0};
	if (is_there) {
		text_copy(c->id, sizeof(c->id), row_text(rows, 0));
		text_copy(c->code, sizeof(c->code), row_text(rows, 1));
		text_copy(c->incident, sizeof(c->incident), row_text(rows, 2));
		text_copy(c->assignee, sizeof(c->assignee), row_text(rows, 3));
		c->is_open = strcmp(row_text(rows, 4), "open") == 0;
		c->is_confidential = row_int(rows, 5) != 0;
		c->is_possible_duplicate = row_int(rows, 6) != 0;
		c->t0_at = row_int(rows, 7);
		c->received_at = row_int(rows, 8);
		c->version = row_int(rows, 9);
		facts_parse(&c->facts, row_text(rows, 10));
		text_copy(c->file, sizeof(c->file), row_text(rows, 11));
		c->is_merged = strcmp(c->file, c->id) != 0;
	}
	how = rows_end(rows);
	return how == OK && !is_there ? NOT_FOUND : how;
}

enum outcome
case_get(struct tx *tx, const char *id, struct case_row *c)
{
	return read_case(
	    tx_query(tx, Q_CASE_BY_ID, ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)))),
	    c);
}

enum outcome
case_get_file(struct tx *tx, const char *id, struct case_row *c)
{
	enum outcome how = case_get(tx, id, c);
	char file[ID_SIZE];

	if (how != OK || !c->is_merged)
		return how;
	memcpy(file, c->file, ID_SIZE);
	return case_get(tx, file, c);
}

enum outcome
case_find(struct tx *tx, const char *code, struct case_row *c)
{
	char upper[16];
	size_t n = strlen(code);

	*c = (struct case_row){0};
	if (id_ok(code))
		return case_get(tx, code, c);
	if (n >= sizeof(upper))
		return NOT_FOUND;
	for (size_t i = 0; i <= n; i++)
		upper[i] = (char)toupper((unsigned char)code[i]);
	return read_case(tx_query(tx, Q_CASE_BY_CODE,
			     ARGS(V_TEXT(upper), V_TEXT(tx_ward(tx)))),
	    c);
}

bool
case_is_barred(struct tx *tx, const char *case_id, const struct subject *s)
{
	if (s->kind == BY_ADMIN)
		return tx_number(tx, Q_CASE_UNSEEN, 1, ARGS(V_TEXT(case_id))) >
		       0;
	return tx_number(tx, Q_CASE_BARS, 1,
		   ARGS(V_TEXT(case_id), V_TEXT(s->id))) > 0;
}

void
case_object(struct tx *tx, const struct case_row *c, const struct subject *s,
    struct object *o)
{
	*o = (struct object){
	    .is_barred = case_is_barred(tx, c->id, s),
	    .is_holder =
		s->kind == BY_MEMBER && strcmp(c->assignee, s->id) == 0,
	    .is_confidential = c->is_confidential,
	};
	if (s->kind == BY_AGENCY)
		o->is_own = tx_number(tx, Q_CASE_OF_AGENCY, 0,
				ARGS(V_TEXT(c->id), V_TEXT(s->id))) > 0;
}

static enum outcome
save_facts(struct tx *tx, struct case_row *c)
{
	char *facts = facts_format(&c->facts);
	enum outcome how = tx_exec(tx, Q_CASE_FACTS,
	    ARGS(V_TEXT(c->id), V_TEXT(facts), V_INT(c->version)));

	free(facts);
	return how;
}

/* "risk.low>high": it fits steps that ask only for the word, too. */
static void
name_event(char event[96], const struct change *what, int before)
{
	snprintf(event, 96, "%s.%s>%s", fact_name(what->fact),
	    fact_nth_word(what->fact, before),
	    fact_nth_word(what->fact, what->word));
}

static enum outcome
audit_fact(struct tx *tx, const struct case_row *c, const struct change *what,
    int before, const struct subject *by)
{
	return audit_add(tx, &(struct happening){
				 .actor = by,
				 .act = "case.fact",
				 .object_kind = "case",
				 .object_id = c->id,
				 .case_id = c->id,
				 .detail = json_pack("{s:s, s:s, s:s}", "fact",
				     fact_name(what->fact), "from",
				     fact_nth_word(what->fact, before), "to",
				     fact_nth_word(what->fact, what->word)),
			     });
}

/*
 * What the chairman agreed to before he knew is asked of him again.  A first
 * conclusion surprises nobody unless it is the worst.
 */
static enum outcome
risk_rose(struct tx *tx, const struct case_row *c, const struct change *what,
    int before, const struct subject *by)
{
	bool surprises =
	    before > 0 || what->word == fact_word(FACT_risk, "high");

	return surprises ? approvals_void(tx, c, by) : OK;
}

static enum outcome
change_one(struct tx *tx, struct case_row *c, const struct change *what,
    const struct subject *by)
{
	int before = c->facts.v[what->fact];
	char event[96];
	enum outcome how;

	if (before == what->word)
		return OK;
	name_event(event, what, before);
	c->facts.v[what->fact] = what->word;
	c->version++;
	how = save_facts(tx, c);
	if (how == OK)
		how = audit_fact(tx, c, what, before, by);
	if (how == OK)
		how = clocks_review(tx, c);
	if (how == OK)
		how = clocks_event(tx, c, event, what->at);
	if (how == OK)
		how = clocks_hasten_on(tx, c, event, what->at, by);
	if (how == OK && what->fact == FACT_risk && what->word > before)
		how = risk_rose(tx, c, what, before, by);
	return how;
}

/* What follows from what follows is not looked at: there is no circle. */
enum outcome
case_change(struct tx *tx, struct case_row *c, const struct change *what,
    const struct subject *by)
{
	const struct procedure *p = tx_context(tx)->procedure;
	int before = c->facts.v[what->fact];
	struct followed next = {0};
	char event[96];
	enum outcome how = change_one(tx, c, what, by);

	name_event(event, what, before);
	if (before == what->word)
		return how;
	while (how == OK && procedure_follows(p, event, &c->facts, &next))
		how = change_one(tx, c,
		    &(struct change){next.fact, next.word, what->at}, by);
	return how;
}

enum outcome
case_set_fact(struct tx *tx, struct case_row *c, enum fact f, int word,
    const struct subject *by)
{
	return case_change(tx, c, &(struct change){f, word, clock_now()}, by);
}

/* The body sealed with the key of the case or ward; NULL body, no bytes. */
static enum outcome
seal_act(struct tx *tx, const struct act *a, struct value *out)
{
	struct place at = {"act", "body_sealed", a->id};
	char *text;
	enum outcome how;

	*out = V_NULL;
	if (a->body == NULL)
		return OK;
	text = text_json(a->body);
	how = keyring_seal(
	    tx, a->case_id == NULL ? tx_ward(tx) : a->case_id, &at, text, out);
	seal_free(text);
	return how;
}

static enum outcome
audit_act(struct tx *tx, const struct act *a, const unsigned char *digest)
{
	return audit_add(
	    tx, &(struct happening){
		    .actor = a->by,
		    .act = "case.act",
		    .object_kind = "act",
		    .object_id = a->id,
		    .case_id = a->case_id,
		    .digest = digest,
		    .detail = json_pack("{s:s*, s:s, s:I, s:s*}", "step",
			a->step, "kind", a->kind, "acted_at",
			(json_int_t)a->acted_at, "evidence", a->evidence),
		});
}

enum outcome
act_add(struct tx *tx, struct act *a)
{
	static const char *const kinds[] = {
	    [NOBODY] = "nobody",
	    [BY_AGENCY] = "agency",
	    [BY_MEMBER] = "member",
	    [BY_LINK] = "link",
	    [BY_FORM] = "form",
	    [BY_ADMIN] = "admin",
	    [BY_SYSTEM] = "system",
	};
	unsigned char digest[HASH_SIZE];
	struct value sealed;
	enum outcome how;

	id_new(a->id);
	how = seal_act(tx, a, &sealed);
	if (how != OK)
		return how;
	hash_of(sealed.p, sealed.n, digest);
	how = tx_exec(tx, Q_ACT_ADD,
	    ARGS(V_TEXT(a->id), V_TEXT(tx_ward(tx)), V_TEXT(a->case_id),
		V_TEXT(a->step), V_TEXT(a->kind), V_TEXT(kinds[a->by->kind]),
		V_TEXT(a->by->id), V_INT(a->acted_at), V_INT(clock_now()),
		V_TEXT(a->evidence), sealed));
	if (how == OK)
		how = audit_act(tx, a, sealed.p == NULL ? NULL : digest);
	keyring_done(&sealed);
	return how;
}

void
case_code(char code[16])
{
	char letters[9];

	random_text(letters, 8, CODE_LETTERS);
	snprintf(code, 16, "%.4s-%.4s", letters, letters + 4);
}

static bool
is_code_letter(char letter)
{
	if (letter >= 'a' && letter <= 'z')
		letter = (char)(letter - 'a' + 'A');
	return letter != '\0' && strchr(CODE_LETTERS, letter) != NULL;
}

bool
case_code_in(const char *text)
{
	size_t n = 0; /* letters and the hyphen so far */

	for (; *text != '\0' && n < 9; text++) {
		if (n == 4 && *text == '-')
			n++;
		else if (is_code_letter(*text))
			n = n == 4 ? 4 : n + 1;
		else
			n = 0;
	}
	return n == 9;
}
