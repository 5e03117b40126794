/*
 * A transaction as jobs see it: queries of queries.def by number, values in,
 * rows out.  Only the store behind it knows which database runs them.
 */
#ifndef TX_H
#define TX_H

#include <jansson.h>

#include "core.h"

struct tx;
struct rows;
struct context;

enum query {
#define QUERY(name, sql) Q_##name,
#include "queries.def"
#undef QUERY
	QUERY_MAX
};

/* A value bound to $1, $2, ... in order; what p points to is copied. */
struct value {
	enum { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BLOB } kind;
	int64_t number;
	const void *p; /* NULL text or blob is bound as NULL */
	size_t n;
};
#define V_NULL	     ((struct value){.kind = VALUE_NULL})
#define V_INT(i)     ((struct value){.kind = VALUE_INT, .number = (i)})
#define V_TEXT(s)    ((struct value){.kind = VALUE_TEXT, .p = (s)})
#define V_BLOB(b, l) ((struct value){.kind = VALUE_BLOB, .p = (b), .n = (l)})
/* An instant or number that 0 means "none" for. */
#define V_INT0(i) ((i) ? V_INT(i) : V_NULL)
#define ARGS(...)                                                              \
	(const struct value[]){__VA_ARGS__},                                   \
	    sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)
#define NO_ARGS NULL, (size_t)0

/* The audit chain's end as this job knows it; undone with the job. */
struct chain_end {
	bool is_known;
	int64_t seq;
	unsigned char hash[32];
};

const struct context *tx_context(const struct tx *tx);
/* The job's own; unknown when it begins. */
struct chain_end *tx_chain_end(struct tx *tx);
/* True if all of it will be undone: then nothing happened worth telling. */
bool tx_is_trial(const struct tx *tx);
/* True if the database was damaged and a fresh file stands in for it. */
bool tx_is_spool(const struct tx *tx);
/* True while the disk reserve is in use: what left then may have no row yet. */
bool tx_is_full(const struct tx *tx);
/* The ward that every row carries; "00000" without a context. */
const char *tx_ward(const struct tx *tx);

/*
 * A statement without rows.  OK if it changed a row, NOT_FOUND if it changed
 * none, CONFLICT on a unique or check rule, FULL or FAILED else.
 */
enum outcome
tx_exec(struct tx *tx, enum query q, const struct value *v, size_t n);
/* Start a query; never NULL.  Always end it with rows_end. */
struct rows *
tx_query(struct tx *tx, enum query q, const struct value *v, size_t n);
bool rows_next(struct rows *r);
/* OK, or what ended the rows early; r is gone. */
enum outcome rows_end(struct rows *r);
int64_t row_int(const struct rows *r, int column); /* 0 for NULL */
bool row_is_null(const struct rows *r, int column);
const char *row_text(const struct rows *r, int column); /* NULL for NULL */
const void *row_blob(const struct rows *r, int column, size_t *n);

/* The single number of a query; what if there is no row or it is NULL. */
int64_t tx_number(
    struct tx *tx, enum query q, int64_t what, const struct value *v, size_t n);
/*
 * All rows as an array of objects named by column.  A column *_at becomes an
 * RFC 3339 text, is_* a boolean, *_json is parsed and loses the suffix, NULL is
 * left out, blobs are refused.  Never NULL; the caller decrefs.
 */
json_t *tx_list(struct tx *tx, enum query q, const struct value *v, size_t n);
/* The first row as such an object, or NULL. */
json_t *tx_object(struct tx *tx, enum query q, const struct value *v, size_t n);

#endif
