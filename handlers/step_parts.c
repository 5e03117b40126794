/* What the kinds of steps share: their list, facts, fields, papers. */
#include <string.h>

#include "clock.h"
#include "clocks.h"
#include "context.h"
#include "document.h"
#include "step.h"

#define HASH_DIGITS 64

static const struct step_kind *const kinds[] = {
#define STEP(name) &step_##name,
#include "steps.def"
#undef STEP
};

const struct step_kind *
step_kind_find(const char *name)
{
	for (size_t i = 0; i < NELEM(kinds); i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return &step_record;
}

enum outcome
step_end(struct tx *tx, struct step_call *k)
{
	return clocks_done(tx, k->c, k->act.step, &k->act);
}

enum outcome
step_finish(struct tx *tx, struct step_call *k)
{
	enum outcome how = step_facts(tx, k);

	return how == OK ? step_end(tx, k) : how;
}

enum outcome
step_fact(struct tx *tx, struct step_call *k, enum fact f, const char *word)
{
	return case_change(tx, k->c,
	    &(struct change){f, fact_word(f, word), k->act.acted_at},
	    k->act.by);
}

enum outcome
step_facts(struct tx *tx, struct step_call *k)
{
	enum outcome how = OK;

	for (int f = 0; f < FACT_MAX && how == OK; f++) {
		const char *word = step_text(k, fact_name((enum fact)f));

		if (*word != '\0' && fact_word((enum fact)f, word) >= 0)
			how = step_fact(tx, k, (enum fact)f, word);
	}
	return how;
}

const char *
step_text(const struct step_call *k, const char *name)
{
	const char *text = json_string_value(json_object_get(k->body, name));

	return text == NULL ? "" : text;
}

int64_t
step_number(const struct step_call *k, const char *name)
{
	return json_integer_value(json_object_get(k->body, name));
}

bool
step_has(const struct step_call *k, const char *name)
{
	return json_object_get(k->body, name) != NULL;
}

/* ---- Papers ---- */

static const char *const signatures[] = {"hand", "digital", NULL};
static const char *const capacities[] = {"chairman", "vice_chairman", NULL};

static const struct field paper_fields[] = {
    {.name = "number",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 100},
    {.name = "date", .kind = FIELD_DATE, .required = true},
    {.name = "signer",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 200},
    {.name = "capacity", .kind = FIELD_WORD, .words = capacities},
    {.name = "office",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 200},
    {.name = "signature",
	.kind = FIELD_WORD,
	.required = true,
	.words = signatures},
    {.name = "scan",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 36,
	.high = HASH_DIGITS},
};
const struct schema paper_schema = {paper_fields, NELEM(paper_fields)};

static bool
is_scan(struct tx *tx, const struct step_call *k, const char *text)
{
	unsigned char hash[HASH_DIGITS / 2];
	struct document d;

	if (!id_ok(text))
		return hex_decode(hash, sizeof(hash), text);
	return document_find(tx, k->c, k->act.by, text, &d) == OK && d.is_whole;
}

void
step_paper_check(
    struct tx *tx, const struct step_call *k, struct faults *faults)
{
	const json_t *paper = json_object_get(k->body, "paper");
	const char *scan = json_string_value(json_object_get(paper, "scan"));
	const char *date = json_string_value(json_object_get(paper, "date"));
	const struct calendar *c = tx_context(tx)->calendar;

	if (paper == NULL)
		return;
	if (day_of_date(date) > calendar_day_of(c, clock_now()))
		faults_add(faults, "/paper/date", "không được ở tương lai");
	if (!is_scan(tx, k, scan))
		faults_add(faults, "/paper/scan",
		    "phải là mã một tài liệu của vụ việc này hoặc mã băm 64 "
		    "chữ số hex của bản quét");
}
