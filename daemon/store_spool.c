/* A damaged database: notifications must be taken in all the same. */
#include <stdlib.h>
#include <unistd.h>

#include "log.h"
#include "store_parts.h"

#define COLUMNS_MAX 64

/* What intake, alerts and their people need; those that others point to first. */
static const struct {
	const char *table, *only;
} wanted[] = {
    {"meta", "1"},
    {"data_key", "kind IN ('ward', 'index')"},
    {"agency", "1"},
    {"agency_key", "1"},
    {"member", "1"},
    {"member_token", "1"},
    {"address", "1"},
    {"duty", "1"},
    {"leave", "1"},
    {"rotation", "1"},
    {"rotation_member", "1"},
};

static sqlite3_stmt *
prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	(void)sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
	return stmt;
}

/* INSERT OR IGNORE INTO table VALUES (?, ?, ...), or NULL. */
static sqlite3_stmt *
prepare_insert(sqlite3 *db, const char *table, int columns)
{
	struct buf b = BUF_MAX(64 + 3 * COLUMNS_MAX);
	sqlite3_stmt *stmt;
	char *sql;

	if (columns < 1 || columns > COLUMNS_MAX)
		return NULL;
	buf_addf(&b, "INSERT OR IGNORE INTO %s VALUES (?", table);
	for (int i = 1; i < columns; i++)
		buf_adds(&b, ",?");
	buf_adds(&b, ")");
	sql = buf_take(&b);
	stmt = prepare(db, sql);
	free(sql);
	return stmt;
}

/* Row by row until the damage; one that does not fit is left out. */
static int
copy_rows(sqlite3_stmt *from, sqlite3_stmt *to, int *n)
{
	int rc;

	while ((rc = sqlite3_step(from)) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(from); i++)
			(void)sqlite3_bind_value(
			    to, i + 1, sqlite3_column_value(from, i));
		*n += sqlite3_step(to) == SQLITE_DONE;
		(void)sqlite3_reset(to);
	}
	return rc;
}

static void
copy_table(sqlite3 *old, sqlite3 *db, const char *table, const char *only)
{
	char *sql = xasprintf("SELECT * FROM %s WHERE %s", table, only);
	sqlite3_stmt *from = prepare(old, sql), *to = NULL;
	int rc = SQLITE_CORRUPT, n = 0;

	free(sql);
	if (from != NULL)
		to = prepare_insert(db, table, sqlite3_column_count(from));
	if (to != NULL)
		rc = copy_rows(from, to, &n);
	if (rc != SQLITE_DONE)
		log_error("table not read whole table=%s rows=%d", table, n);
	sqlite3_finalize(from);
	sqlite3_finalize(to);
}

static void
salvage(struct store *s, const char *path)
{
	char *uri = store_still_uri(path);
	sqlite3 *old = NULL;

	if (sqlite3_open_v2(uri, &old, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
		NULL) == SQLITE_OK &&
	    store_run(s->db, "BEGIN IMMEDIATE") == SQLITE_OK) {
		/* Else SQLite reads nothing of a file that is too short. */
		(void)store_run(old, "PRAGMA writable_schema = ON");
		for (size_t i = 0; i < NELEM(wanted); i++)
			copy_table(old, s->db, wanted[i].table, wanted[i].only);
		(void)store_run(s->db, "COMMIT");
	}
	sqlite3_close(old);
	free(uri);
}

bool
store_spool(struct store *s, const struct store_options *o)
{
	char *damaged = s->path;
	bool is_new;

	store_disconnect(s);
	free(s->reserve_path);
	s->path = xasprintf("%s.spool", damaged);
	s->reserve_path = xasprintf("%s.reserve", s->path);
	is_new = access(s->path, F_OK) != 0;
	s->is_spool = store_connect_file(s, o);
	if (s->is_spool) {
		log_error("database damaged: a fresh file takes notifications "
			  "path=%s",
		    s->path);
		if (is_new)
			salvage(s, damaged);
	}
	free(damaged);
	return s->is_spool;
}
