/* Cases whose holder is gone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert.h"
#include "alert_rows.h"
#include "case_give.h"
#include "clock.h"
#include "clock_rows.h"
#include "people.h"

/* Looked at in one go; the rest comes with the next. */
#define PAGE 256

enum outcome
people_reassign(struct tx *tx, const char *case_id)
{
	struct case_row c;
	unsigned languages;
	enum outcome how = case_get(tx, case_id, &c);

	if (how == OK)
		how = people_languages(tx, case_id, &languages);
	if (how != OK)
		return how;
	how = people_assign(tx, &c, clock_now(), languages);
	if (how == NOT_FOUND)
		return alarm_raise(tx, "alarm_no_person", "holder");
	return how == OK ? case_tell_holder(tx, &c, "assigned") : how;
}

enum outcome
people_release(struct tx *tx, const char *member_id)
{
	char(*list)[ID_SIZE] = xcalloc(PAGE, sizeof(*list));
	char last[ID_SIZE] = "";
	size_t n = PAGE;
	enum outcome how = OK;

	while (how == OK && n == PAGE) {
		how = ids_read(
		    tx_query(tx, Q_PEOPLE_HELD,
			ARGS(V_TEXT(member_id), V_TEXT(last), V_INT(PAGE))),
		    list, PAGE, &n);
		for (size_t i = 0; i < n && how == OK; i++) {
			how = people_reassign(tx, list[i]);
			snprintf(last, sizeof(last), "%s", list[i]);
		}
	}
	free(list);
	return how;
}
