#include "refused_reader.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keyring.h"
#include "text.h"

/* What a row's column holds, sealed with the ward key; NULL if it does not. */
static char *
open_column(struct tx *tx, const struct rows *rows, int column,
    const struct place *at, size_t *n)
{
	struct value sealed = {.kind = VALUE_BLOB};
	char *plain = NULL;

	sealed.p = row_blob(rows, column, &sealed.n);
	if (keyring_unseal(tx, tx_ward(tx), at, &sealed, &plain) != OK)
		return NULL;
	*n = sealed.n - SEAL_EXTRA;
	return plain;
}

void
refused_reader_open(
    struct tx *tx, const struct subject *who, struct refused_reader *r)
{
	struct place at = {"member", "name_sealed", who->id};
	struct person person = {0};
	struct rows *rows;
	char *name = NULL;
	size_t n;

	*r = (struct refused_reader){0};
	if (who->kind != BY_MEMBER)
		return;
	rows = tx_query(
	    tx, Q_MEMBER_GET, ARGS(V_TEXT(tx_ward(tx)), V_TEXT(who->id)));
	if (rows_next(rows))
		name = open_column(tx, rows, 3, &at, &n);
	(void)rows_end(rows);
	if (name == NULL)
		return;
	r->name = text_fold(name);
	seal_free(name);
	snprintf(person.member_id, ID_SIZE, "%s", who->id);
	r->n = people_addresses(tx, &person, r->addresses);
}

void
refused_reader_done(struct refused_reader *r)
{
	seal_free(r->name);
	for (size_t i = 0; i < r->n; i++)
		address_done(&r->addresses[i]);
	*r = (struct refused_reader){0};
}

/* JSON without its escapes; anything else as it came. */
static char *
readable(const char *plain, size_t n)
{
	json_t *json = json_loadb(plain, n, 0, NULL);
	char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);

	json_decref(json);
	return text == NULL ? xstrndup(plain, n) : text;
}

static bool
is_named(const struct refused_reader *r, const char *text)
{
	char *folded = text_fold(text);
	bool is = folded != NULL && r->name[0] != '\0' &&
		  strstr(folded, r->name) != NULL;

	for (size_t i = 0; i < r->n && !is; i++)
		is = strstr(text, r->addresses[i].text) != NULL;
	seal_free(folded);
	return is;
}

bool
refused_names(struct tx *tx, const struct refused_reader *r, const char *id)
{
	struct place at = {"refused_body", "body_sealed", id};
	struct rows *rows;
	char *plain = NULL, *text;
	size_t n = 0;
	bool is;

	if (r->name == NULL)
		return false;
	rows =
	    tx_query(tx, Q_REFUSED_GET, ARGS(V_TEXT(id), V_TEXT(tx_ward(tx))));
	if (rows_next(rows))
		plain = open_column(tx, rows, 4, &at, &n);
	(void)rows_end(rows);
	if (plain == NULL)
		return false;
	text = readable(plain, n);
	seal_free(plain);
	is = is_named(r, text);
	seal_free(text);
	return is;
}
