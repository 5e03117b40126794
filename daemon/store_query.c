#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "context.h"
#include "log.h"
#include "store_parts.h"

static const struct {
	const char *name, *sql;
} queries[QUERY_MAX] = {
#define QUERY(name, sql) {#name, sql},
#include "queries.def"
#undef QUERY
};

static const char *const controls[] = {
    [BEGIN] = "BEGIN",
    [WRITE] = "BEGIN IMMEDIATE",
    [SAVE] = "SAVEPOINT job",
    [RELEASE] = "RELEASE job",
    [UNDO] = "ROLLBACK TO job",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
};

/* Find $1, $2, ...; false if a number is left out. */
static bool
number_params(struct statement *st)
{
	int n = sqlite3_bind_parameter_count(st->stmt);
	char name[16];

	if (n > PARAMS_MAX)
		return false;
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "$%d", i + 1);
		st->index[i] = sqlite3_bind_parameter_index(st->stmt, name);
		if (st->index[i] == 0)
			return false;
	}
	st->n_params = n;
	return true;
}

static bool
prepare(sqlite3 *db, const char *name, const char *sql, sqlite3_stmt **stmt)
{
	const char *rest = NULL;
	int rc;

	rc = sqlite3_prepare_v3(
	    db, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt, &rest);
	if (rc == SQLITE_OK && *stmt != NULL && *rest == '\0')
		return true;
	log_error("query wrong query=%s why=\"%s\"", name,
	    rc == SQLITE_OK ? "not one statement" : sqlite3_errmsg(db));
	return false;
}

bool
store_prepare(struct store *s)
{
	bool good = true;

	for (size_t i = 0; i < NELEM(controls); i++)
		good &=
		    prepare(s->db, controls[i], controls[i], &s->control[i]);
	for (size_t i = 0; i < QUERY_MAX; i++) {
		struct statement *st = &s->statements[i];

		if (!prepare(
			s->db, queries[i].name, queries[i].sql, &st->stmt)) {
			good = false;
		} else if (!number_params(st)) {
			log_error("query wrong query=%s why=\"parameters are "
				  "not $1 to $n\"",
			    queries[i].name);
			good = false;
		}
		st->rows.stmt = st->stmt;
		st->rows.query = (enum query)i;
	}
	return good;
}

static void
finalize(sqlite3_stmt **stmt)
{
	sqlite3_finalize(*stmt);
	*stmt = NULL;
}

void
store_finalize(struct store *s)
{
	for (size_t i = 0; i < NELEM(s->control); i++)
		finalize(&s->control[i]);
	for (size_t i = 0; i < QUERY_MAX; i++)
		finalize(&s->statements[i].stmt);
}

int
store_control(struct store *s, enum control c)
{
	int rc = sqlite3_step(s->control[c]);

	sqlite3_reset(s->control[c]);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static bool
is_sync_error(int rc)
{
	return rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC;
}

/* SQLite calls a quota that is used up an I/O error. */
static bool
is_no_room(const struct store *s, int rc)
{
	return (rc & 0xff) == SQLITE_FULL ||
	       (rc == SQLITE_IOERR_WRITE && store_is_over_quota(s));
}

static bool
is_unique_or_check(int rc)
{
	return rc == SQLITE_CONSTRAINT_UNIQUE ||
	       rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
	       rc == SQLITE_CONSTRAINT_ROWID || rc == SQLITE_CONSTRAINT_CHECK;
}

enum outcome
store_outcome(struct store *s, int rc, const char *doing)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
		return OK;
	if (is_unique_or_check(rc))
		return CONFLICT;
	if (is_no_room(s, rc)) {
		s->hit_full = true;
		return FULL;
	}
	if (rc == SQLITE_NOMEM)
		fatal("no memory in the database doing=%s", doing);
	log_error("database error doing=%s code=%d why=\"%s\"", doing, rc,
	    sqlite3_errmsg(s->db));
	if (is_sync_error(rc))
		_exit(STORE_EXIT_IO);
	return FAILED;
}

const struct context *
tx_context(const struct tx *tx)
{
	return tx->store->context;
}

struct chain_end *
tx_chain_end(struct tx *tx)
{
	return &tx->chain_end;
}

bool
tx_is_trial(const struct tx *tx)
{
	return tx->kind == JOB_TRIAL;
}

bool
tx_is_spool(const struct tx *tx)
{
	return tx->store->is_spool;
}

bool
tx_is_full(const struct tx *tx)
{
	return atomic_load(&tx->store->full);
}

const char *
tx_ward(const struct tx *tx)
{
	const struct context *c = tx_context(tx);

	return c != NULL && c->conf != NULL ? c->conf->ward : "00000";
}

/* keep: SQLITE_STATIC for what stays until the statement has run. */
static int
bind_one(sqlite3_stmt *stmt, int at, const struct value *v,
    sqlite3_destructor_type keep)
{
	if (v->kind == VALUE_INT)
		return sqlite3_bind_int64(stmt, at, v->number);
	if (v->kind == VALUE_NULL || v->p == NULL)
		return sqlite3_bind_null(stmt, at);
	if (v->kind == VALUE_TEXT)
		return sqlite3_bind_text(stmt, at, v->p, -1, keep);
	return sqlite3_bind_blob64(stmt, at, v->p, v->n, keep);
}

struct binding {
	const struct value *v;
	size_t n;
	sqlite3_destructor_type keep;
};

static struct rows *
start(struct tx *tx, enum query q, const struct binding *b)
{
	struct statement *st = &tx->store->statements[q];
	struct rows *r = &st->rows;

	if (r->open)
		fatal("query used inside itself query=%s", queries[q].name);
	if (b->n != (size_t)st->n_params)
		fatal("query given %zu values, takes %d query=%s", b->n,
		    st->n_params, queries[q].name);
	if (tx->kind == JOB_READ && !sqlite3_stmt_readonly(st->stmt))
		fatal("write in a read job query=%s", queries[q].name);
	r->tx = tx;
	r->open = true;
	r->ended = false;
	r->how = OK;
	tx->open++;
	for (size_t i = 0; i < b->n; i++)
		if (bind_one(st->stmt, st->index[i], &b->v[i], b->keep) !=
		    SQLITE_OK)
			fatal("value too large query=%s", queries[q].name);
	return r;
}

struct rows *
tx_query(struct tx *tx, enum query q, const struct value *v, size_t n)
{
	return start(tx, q, &(struct binding){v, n, SQLITE_TRANSIENT});
}

bool
rows_next(struct rows *r)
{
	int rc;

	if (r->ended)
		return false;
	rc = sqlite3_step(r->stmt);
	if (rc == SQLITE_ROW)
		return true;
	r->ended = true;
	r->how = store_outcome(r->tx->store, rc, queries[r->query].name);
	return false;
}

enum outcome
rows_end(struct rows *r)
{
	sqlite3_reset(r->stmt);
	sqlite3_clear_bindings(r->stmt);
	r->open = false;
	r->tx->open--;
	return r->how;
}

enum outcome
tx_exec(struct tx *tx, enum query q, const struct value *v, size_t n)
{
	struct rows *r = start(tx, q, &(struct binding){v, n, SQLITE_STATIC});
	enum outcome how;

	if (sqlite3_stmt_readonly(r->stmt))
		fatal("query changes nothing query=%s", queries[q].name);
	while (rows_next(r))
		;
	how = r->how;
	if (how == OK && sqlite3_changes64(tx->store->db) == 0)
		how = NOT_FOUND;
	rows_end(r);
	return how;
}

int64_t
row_int(const struct rows *r, int column)
{
	return sqlite3_column_int64(r->stmt, column);
}

bool
row_is_null(const struct rows *r, int column)
{
	return sqlite3_column_type(r->stmt, column) == SQLITE_NULL;
}

const char *
row_text(const struct rows *r, int column)
{
	return (const char *)sqlite3_column_text(r->stmt, column);
}

const void *
row_blob(const struct rows *r, int column, size_t *n)
{
	const void *p = sqlite3_column_blob(r->stmt, column);

	*n = (size_t)sqlite3_column_bytes(r->stmt, column);
	return p;
}

enum outcome
store_run_job(struct store *s, struct item *i)
{
	enum outcome how;

	s->tx = (struct tx){.store = s, .kind = i->kind};
	how = i->run(&s->tx, i->arg);
	if (s->tx.open != 0)
		fatal("job left %d queries open", s->tx.open);
	/* It may have taken an error for an empty list. */
	if (how == OK && s->tx.broken)
		how = FAILED;
	return how;
}
