#include "case_search.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "keyring.h"

/* Of the values of the queries: where $11 stands, and how many always are. */
#define AFTER	10
#define N_PLAIN 13

struct blind_of {
	unsigned char digests[2][BLIND_SIZE];
	bool is_asked, is_any;
};

static const char *
or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

static bool
reads(const struct subject *by, struct object o, enum case_field f)
{
	return allow(by, ACTION_case_read, &o, f);
}

static struct blind_of
look_up(struct tx *tx, const char *kind, const char *value)
{
	struct blind_of b = {.is_asked = value != NULL};

	b.is_any =
	    b.is_asked && blind_digests(tx, kind, value, b.digests) == OK;
	return b;
}

/* How a code begins, as a pattern; codes hold no sign of patterns. */
static char *
code_pattern(const char *code)
{
	char *p;

	if (code == NULL)
		return xstrdup("");
	p = xasprintf("%s%%", code);
	for (char *c = p; *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
	return p;
}

static size_t
read_ids(struct rows *rows, char (*ids)[ID_SIZE], size_t size)
{
	size_t n = 0;

	while (n < size && rows_next(rows))
		memcpy(ids[n++], row_text(rows, 0), ID_SIZE);
	(void)rows_end(rows);
	return n;
}

/* By $3 and $4 of the queries. */
static bool
is_held_only(const struct value *v)
{
	return v[2].number == 0 && v[3].number == 0;
}

#define ARGS_MAX 20

/* What is asked of names and phones behind the rest; returns how many. */
static size_t
add_blinds(struct value all[ARGS_MAX], size_t n, const struct blind_of of[2])
{
	static const char *const kinds[] = {"name", "phone"};

	for (int i = 0; i < 2; i++) {
		if (!of[i].is_asked)
			continue;
		all[n] = V_TEXT(kinds[i]);
		all[n + 1] = V_BLOB(of[i].digests[0], BLIND_SIZE);
		all[n + 2] = V_BLOB(of[i].digests[1], BLIND_SIZE);
		n += 3;
	}
	return n;
}

/* One query for both, the second look-up narrows the first. */
static size_t
ask(struct tx *tx, struct value all[ARGS_MAX], size_t n,
    const struct blind_of of[2], struct case_page *p)
{
	bool both = of[0].is_asked && of[1].is_asked;
	size_t found, of_all = add_blinds(all, n, of);

	if (of_all == n)
		return read_ids(
		    tx_query(tx,
			is_held_only(all) ? Q_CASE_PAGE_HELD : Q_CASE_PAGE, all,
			n),
		    p->ids, p->size);
	found = read_ids(tx_query(tx, both ? Q_CASE_BY_BLINDS : Q_CASE_BY_BLIND,
			     all, of_all),
	    p->ids, p->size);
	all[AFTER] = V_TEXT(""); /* on every page the same */
	p->unfounded = tx_number(tx,
	    both ? Q_CASE_COUNT_BLINDS : Q_CASE_COUNT_BLIND, 0, all, of_all);
	return found;
}

/* $1 to $5 of queries about cases that by may read. */
#define SEEN(tx, by)                                                           \
	V_TEXT(tx_ward(tx)), V_TEXT((by)->id),                                 \
	    V_INT(reads(by, hidden, SEE_thing)),                               \
	    V_INT(reads(by, plain, SEE_thing)),                                \
	    V_INT(reads(by, held, SEE_thing))
static const struct object plain = {0}, hidden = {.is_confidential = true},
			   held = {.is_holder = true, .is_confidential = true};

size_t
case_search(struct tx *tx, const struct subject *by,
    const struct case_filter *f, struct case_page *p)
{
	const struct blind_of of[2] = {
	    look_up(tx, "name", f->name), look_up(tx, "phone", f->phone)};
	char *code = code_pattern(f->code);
	char *risk = f->risk == NULL
			 ? xstrdup("")
			 : xasprintf("%%\"risk\":\"%s\"%%", f->risk);
	struct value v[ARGS_MAX] = {SEEN(tx, by), V_TEXT(or_empty(f->state)),
	    V_TEXT(risk), V_TEXT(or_empty(f->assignee)), V_INT(f->due_before),
	    V_TEXT(code), [AFTER] = V_TEXT(or_empty(f->after)),
	    V_INT((int64_t)p->size), V_INT(reads(by, held, SEE_alleged))};
	size_t n = 0;

	p->unfounded = 0;
	if (of[0].is_asked == of[0].is_any && of[1].is_asked == of[1].is_any)
		n = ask(tx, v, N_PLAIN, of, p);
	free(code);
	free(risk);
	return n;
}

json_t *
case_clocks(
    struct tx *tx, const struct subject *by, const struct clock_filter *f)
{
	const struct value v[] = {SEEN(tx, by), V_TEXT(f->steps),
	    V_INT(f->after_at), V_TEXT(f->after), V_INT((int64_t)f->limit)};

	return tx_list(tx,
	    f->is_held || is_held_only(v) ? Q_CLOCK_PAGE_HELD : Q_CLOCK_PAGE, v,
	    NELEM(v));
}
