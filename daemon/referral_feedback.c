#include "referral_feedback.h"

#include <stdio.h>
#include <string.h>

#include "alert_rows.h"

#define TO_MAX 32

/* Somebody who may hear of it. */
struct hearer {
	char id[ID_SIZE], about[ID_SIZE]; /* about: what they sent, or "" */
	char code[20], kind[16];
};

static enum outcome
read_hearers(
    struct tx *tx, const struct case_row *c, struct hearer *list, size_t *n)
{
	struct rows *rows = tx_query(
	    tx, Q_FEEDBACK_DUE, ARGS(V_TEXT(c->id), V_TEXT(tx_ward(tx))));

	*n = 0;
	while (*n < TO_MAX && rows_next(rows)) {
		struct hearer *h = &list[(*n)++];

		row_copy(h->id, ID_SIZE, rows, 0);
		row_copy(h->about, ID_SIZE, rows, 1);
		row_copy(h->code, sizeof(h->code), rows, 2);
		row_copy(h->kind, sizeof(h->kind), rows, 3);
	}
	return rows_end(rows);
}

bool
feedback_can_go(struct tx *tx, const struct case_row *c, const char *code)
{
	struct hearer list[TO_MAX];
	size_t n;

	if (read_hearers(tx, c, list, &n) != OK)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].code, code) == 0)
			return true;
	return false;
}

static bool
is_named(const json_t *to, const struct hearer *h)
{
	const json_t *one;
	size_t i;

	json_array_foreach(to, i, one)
	{
		if (strcmp(json_string_value(one), h->code) == 0)
			return true;
	}
	return false;
}

/* What is not said stands in the facts: how far the care of the child is. */
static const char *
outcome_of(const struct case_row *c, const json_t *body)
{
	static const char *const words[] = {
	    "in_progress", "planned_again", "closing", "handed_on"};
	const char *said = json_string_value(json_object_get(body, "outcome"));

	return said != NULL ? said : words[c->facts.v[FACT_outcome]];
}

static enum outcome
send_to(struct tx *tx, struct case_row *c, const struct act *a,
    const json_t *body, const struct hearer *h)
{
	bool is_called = json_object_get(body, "to") != NULL;
	json_t *words =
	    json_pack("{s:s, s:O*, s:s*}", "outcome", outcome_of(c, body),
		"text", is_called ? json_object_get(body, "text") : NULL,
		"about", h->about[0] != '\0' ? h->about : NULL);
	struct out_referral out = {
	    .purpose = "feedback",
	    .agency_id = h->id,
	    .is_silent = !is_called,
	    .body = words,
	};
	enum outcome how = referral_send(tx, c, a->by, &out);

	json_decref(words);
	return how;
}

enum outcome
feedback_send(
    struct tx *tx, struct case_row *c, const struct act *a, const json_t *body)
{
	const json_t *to = json_object_get(body, "to");
	struct hearer list[TO_MAX];
	size_t n;
	enum outcome how = read_hearers(tx, c, list, &n);

	for (size_t i = 0; i < n && how == OK; i++) {
		bool is_due =
		    to != NULL ? is_named(to, &list[i])
			       : !c->is_confidential &&
				     (list[i].about[0] != '\0' ||
					 strcmp(list[i].kind, "hotline") == 0);

		if (is_due)
			how = send_to(tx, c, a, body, &list[i]);
	}
	return how;
}
