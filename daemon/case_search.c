#include "case_search.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "keyring.h"

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

/* One query for both, the second look-up narrows the first. */
static struct rows *
ask(struct tx *tx, const struct value *v, size_t n, const struct blind_of of[2])
{
	static const char *const kinds[] = {"name", "phone"};
	int first = of[0].is_asked ? 0 : 1;
	struct value all[20];

	if (!of[0].is_asked && !of[1].is_asked)
		return tx_query(
		    tx, is_held_only(v) ? Q_CASE_PAGE_HELD : Q_CASE_PAGE, v, n);
	memcpy(all, v, n * sizeof(*v));
	for (int i = first; i < 2; i++) {
		if (i > first && !of[i].is_asked)
			continue;
		all[n] = V_TEXT(kinds[i]);
		all[n + 1] = V_BLOB(of[i].digests[0], BLIND_SIZE);
		all[n + 2] = V_BLOB(of[i].digests[1], BLIND_SIZE);
		n += 3;
	}
	return tx_query(tx,
	    of[0].is_asked && of[1].is_asked ? Q_CASE_BY_BLINDS
					     : Q_CASE_BY_BLIND,
	    all, n);
}

size_t
case_search(struct tx *tx, const struct subject *by,
    const struct case_filter *f, char (*ids)[ID_SIZE], size_t size)
{
	const struct blind_of of[2] = {
	    look_up(tx, "name", f->name), look_up(tx, "phone", f->phone)};
	const struct object plain = {0}, hidden = {.is_confidential = true},
			    held = {.is_holder = true, .is_confidential = true};
	char *code = code_pattern(f->code);
	char *risk = f->risk == NULL
			 ? xstrdup("")
			 : xasprintf("%%\"risk\":\"%s\"%%", f->risk);
	const struct value v[] = {V_TEXT(tx_ward(tx)), V_TEXT(by->id),
	    V_INT(reads(by, hidden, SEE_thing)),
	    V_INT(reads(by, plain, SEE_thing)),
	    V_INT(reads(by, held, SEE_thing)), V_TEXT(or_empty(f->state)),
	    V_TEXT(risk), V_TEXT(or_empty(f->assignee)), V_INT(f->due_before),
	    V_TEXT(code), V_TEXT(or_empty(f->after)), V_INT((int64_t)size),
	    V_INT(reads(by, held, SEE_alleged))};
	size_t n = 0;

	if (of[0].is_asked == of[0].is_any && of[1].is_asked == of[1].is_any)
		n = read_ids(ask(tx, v, NELEM(v), of), ids, size);
	free(code);
	free(risk);
	return n;
}
