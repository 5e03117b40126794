/* Where somebody alleged works, as the notification put it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bars.h"
#include "case_open.h"
#include "text.h"

/* By its code, or by its name as people write it, perhaps with more around. */
bool
bars_names(const char *folded, const char *code, const char *name)
{
	char *its = text_fold(name);
	bool is = strcmp(folded, code) == 0 ||
		  (its != NULL && *its != '\0' && strstr(folded, its) != NULL);

	free(its);
	return is;
}

static bool
works_there(
    struct tx *tx, const struct rows *rows, const char *code, const char *name)
{
	const struct opening_of what = {
	    row_text(rows, 1), "person", "body_sealed", row_text(rows, 0)};
	json_t *person = json_open(tx, &what, rows, 2);
	const char *said = json_string_value(json_object_get(person, "agency"));
	char *folded = said == NULL ? NULL : text_fold(said);
	bool is = folded != NULL && bars_names(folded, code, name);

	seal_free(folded);
	json_decref(person);
	return is;
}

enum outcome
bars_match_agency(
    struct tx *tx, const char *id, const char *code, const char *name)
{
	struct person who = {0};
	const struct bar bar = {&who, "provisional", "match", "agency"};
	struct rows *rows =
	    tx_query(tx, Q_BAR_PERSONS_AT, ARGS(V_TEXT(tx_ward(tx))));
	char(*found)[ID_SIZE] = NULL;
	size_t n = 0;
	enum outcome how;

	snprintf(who.agency_id, ID_SIZE, "%s", id);
	while (rows_next(rows)) {
		if (!works_there(tx, rows, code, name))
			continue;
		found = xrealloc(found, n + 1, ID_SIZE);
		memcpy(found[n++], row_text(rows, 0), ID_SIZE);
	}
	how = rows_end(rows);
	for (size_t i = 0; i < n && how == OK; i++)
		how = bars_of_person(tx, found[i], &bar);
	free(found);
	return how;
}
