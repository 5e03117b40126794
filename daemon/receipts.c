#include "receipts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert_rows.h"
#include "case_open.h"
#include "clock.h"
#include "clock_rows.h"
#include "clocks.h"
#include "context.h"
#include "intake.h"
#include "meta.h"
#include "seal.h"

#define KIND	  "daily_list"
#define DATE_SIZE 11
#define LINE_MAX  1500 /* of a message: a long list is fetched */
#define DAYS_MAX  14   /* more of a standstill are asked for by hand */
#define SHORT	  8    /* digits of a digest that are read out */

/* The step of the kind; NULL if the procedure has none. */
static const char *
list_step(struct tx *tx)
{
	const struct procedure *p = tx_context(tx)->procedure;

	for (size_t i = 0; i < procedure_n_steps(p); i++) {
		const struct step *s = procedure_nth_step(p, i);

		if (strcmp(step_kind(s), KIND) == 0)
			return step_id(s);
	}
	return NULL;
}

static void
date_of(struct tx *tx, day_t day, char date[DATE_SIZE])
{
	const struct context *x = tx_context(tx);
	char text[INSTANT_SIZE];

	instant_format(text, calendar_day_start(x->calendar, day),
	    (int)x->conf->utc_offset_min);
	snprintf(date, DATE_SIZE, "%.10s", text);
}

static json_t *
item_json(struct tx *tx, const struct rows *rows)
{
	size_t n;
	const void *digest = row_blob(rows, 3, &n);
	char *hex = receipt_digest(digest, n);
	json_t *one = json_pack("{s:s, s:s, s:o, s:s}", "id", row_text(rows, 0),
	    "incident_code", row_text(rows, 1), "received_at",
	    json_instant(tx, row_int(rows, 2)), "digest", hex);

	free(hex);
	return one;
}

static char *
digest_of(const json_t *items)
{
	unsigned char digest[HASH_SIZE];
	const json_t *one;
	struct hash h;
	size_t i;

	hash_init(&h);
	json_array_foreach(items, i, one)
	{
		const char *id = json_string_value(json_object_get(one, "id"));
		const char *of =
		    json_string_value(json_object_get(one, "digest"));
		char *line = xasprintf("%s %s\n", id, of);

		hash_add(&h, line, strlen(line));
		free(line);
	}
	hash_end(&h, digest);
	return receipt_digest(digest, HASH_SIZE);
}

json_t *
receipts_of_day(struct tx *tx, const char *agency, day_t day)
{
	const struct calendar *c = tx_context(tx)->calendar;
	struct rows *rows = tx_query(tx, Q_RECEIPTS_OF_DAY,
	    ARGS(V_TEXT(agency), V_INT(calendar_day_start(c, day)),
		V_INT(calendar_day_start(c, day + 1))));
	json_t *items = json_array(), *out;
	char date[DATE_SIZE], *digest;

	while (rows_next(rows))
		json_array_append_new(items, item_json(tx, rows));
	(void)rows_end(rows);
	date_of(tx, day, date);
	digest = digest_of(items);
	out = json_pack("{s:s, s:I, s:s, s:o}", "day", date, "count",
	    (json_int_t)json_array_size(items), "digest", digest, "items",
	    items);
	free(digest);
	return out;
}

/* Codes and beginnings of digests, as far as a message holds them. */
static char *
line_of(const json_t *list)
{
	struct buf b = BUF_MAX(LINE_MAX);
	const json_t *one;
	size_t i;

	buf_addf(&b, "%s: %lld",
	    json_string_value(json_object_get(list, "day")),
	    (long long)json_integer_value(json_object_get(list, "count")));
	json_array_foreach(json_object_get(list, "items"), i, one)
	{
		if (b.len + 64 > LINE_MAX)
			break;
		buf_addf(&b, "%s%s %.*s", i == 0 ? " - " : ", ",
		    json_string_value(json_object_get(one, "incident_code")),
		    SHORT, json_string_value(json_object_get(one, "digest")));
	}
	return buf_take(&b);
}

char *
receipts_line(struct tx *tx, const char *item)
{
	char date[DATE_SIZE], agency[1][ID_SIZE], *line;
	size_t n = 0;
	json_t *list;

	if (strlen(item) < DATE_SIZE ||
	    ids_read(tx_query(tx, Q_HOTLINE_BY_CODE,
			 ARGS(V_TEXT(tx_ward(tx)), V_TEXT(item + DATE_SIZE))),
		agency, NELEM(agency), &n) != OK ||
	    n == 0)
		return NULL;
	snprintf(date, sizeof(date), "%.10s", item);
	list = receipts_of_day(tx, agency[0], day_of_date(date));
	line = line_of(list);
	json_decref(list);
	return line;
}

/* "2026-11-24.th111" */
static void
name_item(struct tx *tx, day_t day, const char *code, char item[ITEM_SIZE])
{
	char date[DATE_SIZE];

	date_of(tx, day, date);
	snprintf(item, ITEM_SIZE, "%s.%s", date, code);
}

enum outcome
receipts_fetched(struct tx *tx, const struct subject *by, day_t day)
{
	json_t *row = tx_object(tx, Q_AGENCY_CODE, ARGS(V_TEXT(by->id)));
	const char *code = json_string_value(json_object_get(row, "code"));
	struct act act = {.step = list_step(tx),
	    .kind = KIND,
	    .by = by,
	    .acted_at = clock_now()};
	struct item_clock i = {.step = act.step};
	char item[ITEM_SIZE], clock[ID_SIZE];
	enum outcome how = NOT_FOUND;

	if (code != NULL && act.step != NULL) {
		name_item(tx, day, code, item);
		i.item = item;
		how = clocks_item_id(tx, &i, clock);
	}
	json_decref(row);
	if (how == OK)
		how = act_add(tx, &act);
	if (how == OK)
		how = clocks_done_item(tx, NULL, item, &act);
	return how == NOT_FOUND ? OK : how;
}

static enum outcome
open_for(struct tx *tx, day_t day, const json_t *agency)
{
	char item[ITEM_SIZE];
	struct item_clock i = {
	    .step = list_step(tx), .item = item, .start_at = clock_now()};
	enum outcome how;

	name_item(
	    tx, day, json_string_value(json_object_get(agency, "code")), item);
	how = clocks_open_item(tx, &i);
	return how == CONFLICT ? OK : how;
}

static enum outcome
open_day(struct tx *tx, day_t day, const json_t *hotlines)
{
	enum outcome how = OK;
	json_t *one;
	size_t i;

	json_array_foreach(hotlines, i, one)
	{
		if (how == OK)
			how = open_for(tx, day, one);
	}
	return how;
}

enum outcome
receipts_daily(struct tx *tx)
{
	const struct context *x = tx_context(tx);
	day_t today = calendar_day_of(x->calendar, clock_now());
	/* The first day of all has none before it. */
	int64_t day = meta_number(tx, KIND, today);
	enum outcome how = OK;
	json_t *hotlines;

	if (day < today - DAYS_MAX)
		day = today - DAYS_MAX;
	if (day < today && x->conf->daily_list && list_step(tx) != NULL) {
		hotlines = tx_list(tx, Q_HOTLINES, ARGS(V_TEXT(tx_ward(tx))));
		/* Also those that we were not there to list. */
		for (; day < today && how == OK; day++)
			how = open_day(tx, (day_t)day, hotlines);
		json_decref(hotlines);
	}
	return how == OK ? meta_put(tx, KIND, today) : how;
}
