/* A calendar as flat JSON, so that two of them can be compared. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "calendar_parts.h"

static void
put_days(json_t *rules, const day_t *days, size_t n, const char *what)
{
	for (size_t i = 0; i < n; i++) {
		int year, month, mday;
		char key[40];

		day_to_civil(days[i], &year, &month, &mday);
		snprintf(key, sizeof(key), "%04d-%02d-%02d", year, month, mday);
		json_object_set_new(rules, key, json_string(what));
	}
}

static void
put_hours(json_t *rules, const struct calendar *c)
{
	struct buf b = BUF_MAX(256);
	char *text;

	for (size_t i = 0; i < c->n_spans; i++)
		buf_addf(&b, "%s%02d:%02d-%02d:%02d", i == 0 ? "" : " ",
		    c->spans[i].from / 60, c->spans[i].from % 60,
		    c->spans[i].until / 60, c->spans[i].until % 60);
	text = buf_take(&b);
	json_object_set_new(rules, "hours", json_string(text));
	free(text);
}

struct json_t *
calendar_rules(const struct calendar *c)
{
	json_t *rules = json_object();
	char key[16];

	put_days(rules, c->off, c->n_off, "off");
	put_days(rules, c->worked, c->n_worked, "worked");
	for (size_t i = 0; i < c->n_years; i++) {
		snprintf(key, sizeof(key), "%d", c->years[i]);
		json_object_set_new(rules, key, json_string("described"));
	}
	put_hours(rules, c);
	return rules;
}
