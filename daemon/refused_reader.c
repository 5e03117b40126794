#include "refused_reader.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert_rows.h"
#include "keyring.h"
#include "text.h"

/* So many digits at the end tell one telephone from another. */
#define PHONE_END 9

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

static void
read_work(struct tx *tx, struct refused_reader *r, const char *member)
{
	struct rows *rows = tx_query(tx, Q_MEMBER_WORK, ARGS(V_TEXT(member)));

	if (rows_next(rows)) {
		row_copy(r->code, sizeof(r->code), rows, 0);
		r->work = text_fold(row_text(rows, 1));
	}
	(void)rows_end(rows);
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
	read_work(tx, r, who->id);
	snprintf(person.member_id, ID_SIZE, "%s", who->id);
	r->n = people_addresses(tx, &person, r->addresses);
}

void
refused_reader_done(struct refused_reader *r)
{
	seal_free(r->name);
	free(r->work);
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

/* Nothing but the digits. */
static char *
digits_of(const char *text)
{
	char *digits = xstrdup(text), *to = digits;

	for (const char *s = text; *s != '\0'; s++)
		if (*s >= '0' && *s <= '9')
			*to++ = *s;
	*to = '\0';
	return digits;
}

/* However it is written: the end of a number, without the code of a country. */
static bool
has_number(const char *digits, const char *address)
{
	char *mine = digits_of(address);
	size_t n = strlen(mine);
	bool has =
	    n >= PHONE_END && strstr(digits, mine + (n - PHONE_END)) != NULL;

	free(mine);
	return has;
}

static bool
has_words(const char *folded, const char *words)
{
	return words != NULL && *words != '\0' && strstr(folded, words) != NULL;
}

static bool
is_named(const struct refused_reader *r, const char *text)
{
	char *folded = text_fold(text), *digits = digits_of(text);
	char *code = xasprintf("\"%s\"", r->code);
	bool is = folded != NULL &&
		  (has_words(folded, r->name) || has_words(folded, r->work));

	is = is || (r->code[0] != '\0' && strstr(text, code) != NULL);
	for (size_t i = 0; i < r->n && !is; i++)
		is = strstr(text, r->addresses[i].text) != NULL ||
		     has_number(digits, r->addresses[i].text);
	seal_free(folded);
	seal_free(digits);
	free(code);
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
