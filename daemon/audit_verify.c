#include <stdio.h>
#include <string.h>

#include "audit_internal.h"

#define WARD_SIZE 16

/* Columns of AUDIT_ALL after the canonical row. */
enum { WARD = 0, SEQ = 1, AT = 2, OBJECT_KIND = 6, OBJECT_ID = 7 };
enum { DIGEST = AUDIT_FIELDS - 1, PREV, HASH };

/* Where the walk is. */
struct walk {
	struct tx *tx;
	struct rows *rows;
	struct audit_report *report;
	char ward[WARD_SIZE];
	int64_t seq;
	unsigned char head[HASH_SIZE];
};

static bool
bad(struct walk *w, const char *why)
{
	w->report->bad_seq = w->seq;
	snprintf(w->report->why, sizeof(w->report->why), "ward %s: %s", w->ward,
	    why);
	return false;
}

/* With its own length, so that nothing hides behind a NUL; p NULL for NULL. */
static struct value
field(const struct rows *r, int column)
{
	const char *text = row_text(r, column);
	size_t n;

	(void)row_blob(r, column, &n);
	return V_BLOB(text, n);
}

static void
read_row(const struct rows *r, struct value row[AUDIT_FIELDS])
{
	for (int i = 0; i < AUDIT_FIELDS; i++)
		row[i] =
		    i == SEQ || i == AT ? V_INT(row_int(r, i)) : field(r, i);
}

static bool
is_hash(const struct rows *r, int column, const unsigned char hash[HASH_SIZE])
{
	size_t n;
	const void *p = row_blob(r, column, &n);

	return n == HASH_SIZE && memcmp(p, hash, HASH_SIZE) == 0;
}

/* The sealed text that an event stands for, if its row is still there. */
static bool
check_sealed(struct walk *w, enum query q, const struct value *digest)
{
	struct rows *r =
	    tx_query(w->tx, q, ARGS(V_TEXT(row_text(w->rows, OBJECT_ID))));
	unsigned char hash[HASH_SIZE];
	bool good = true;

	if (rows_next(r)) {
		size_t n;
		const void *p = row_blob(r, 0, &n);

		hash_of(p, n, hash);
		good = digest->n == HASH_SIZE &&
		       memcmp(hash, digest->p, HASH_SIZE) == 0;
	}
	return rows_end(r) == OK && good;
}

/* What was corrected is what the last event of it stands for. */
static bool
is_superseded(struct walk *w)
{
	return tx_number(w->tx, Q_AUDIT_SEALED_LATER, 0,
		   ARGS(V_TEXT(w->ward), V_INT(w->seq),
		       V_TEXT(row_text(w->rows, OBJECT_ID)))) > 0;
}

static bool
check_digest(struct walk *w, const struct value row[AUDIT_FIELDS])
{
	static const struct {
		const char *kind;
		enum query query;
	} sealed[] = {
	    {"act", Q_AUDIT_SEALED_ACT},
	    {"referral", Q_AUDIT_SEALED_REFERRAL},
	    {"referral_update", Q_AUDIT_SEALED_UPDATE},
	    {"child", Q_AUDIT_SEALED_CHILD},
	    {"person", Q_AUDIT_SEALED_PERSON},
	    {"document", Q_AUDIT_SEALED_DOCUMENT},
	};

	for (size_t i = 0; i < NELEM(sealed) && row[DIGEST].p != NULL; i++)
		if (strcmp(sealed[i].kind, row[OBJECT_KIND].p) == 0 &&
		    !check_sealed(w, sealed[i].query, &row[DIGEST]) &&
		    !is_superseded(w))
			return bad(w, "the sealed text it stands for differs");
	return true;
}

static void
start_ward(struct walk *w, const char *ward)
{
	snprintf(w->ward, sizeof(w->ward), "%s", ward);
	w->seq = 0;
	memset(w->head, 0, sizeof(w->head));
}

static bool
check_row(struct walk *w)
{
	struct value row[AUDIT_FIELDS];
	unsigned char hash[HASH_SIZE];

	read_row(w->rows, row);
	if (strcmp(row[WARD].p, w->ward) != 0)
		start_ward(w, row[WARD].p);
	w->seq++;
	if (row[SEQ].number != w->seq)
		return bad(w, "missing");
	if (!is_hash(w->rows, PREV, w->head))
		return bad(w, "does not follow the row before it");
	audit_hash(w->head, row, hash);
	if (!is_hash(w->rows, HASH, hash))
		return bad(w, "its content was changed");
	memcpy(w->head, hash, HASH_SIZE);
	w->report->rows++;
	return check_digest(w, row);
}

enum outcome
audit_verify(struct tx *tx, void *audit_report)
{
	struct walk w = {.tx = tx, .report = audit_report};
	enum outcome how;

	*w.report = (struct audit_report){0};
	w.rows = tx_query(tx, Q_AUDIT_ALL, NO_ARGS);
	while (rows_next(w.rows) && check_row(&w))
		;
	hex_encode(w.report->head, w.head, HASH_SIZE);
	how = rows_end(w.rows);
	return how;
}
