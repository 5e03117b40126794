/*
 * The ceiling of firing clocks: an UPDATE and an INSERT each, 256 of them in
 * one durable transaction.
 *
 *   fire DB COUNT	prints how many a second
 */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "util.h"

#define BATCH 256

static void
need(bool ok, sqlite3 *db)
{
	if (ok)
		return;
	fprintf(stderr, "fire: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static void
run(sqlite3 *db, const char *sql)
{
	need(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, db);
}

static void
step(sqlite3 *db, sqlite3_stmt *s, int64_t id)
{
	sqlite3_bind_int64(s, 1, id);
	need(sqlite3_step(s) == SQLITE_DONE, db);
	sqlite3_reset(s);
}

static void
fill(sqlite3 *db, int64_t count)
{
	char sql[300];

	run(db, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL;"
		"PRAGMA synchronous=FULL;"
		"CREATE TABLE clock (id INTEGER PRIMARY KEY, next_at INTEGER,"
		" state TEXT) STRICT;"
		"CREATE INDEX clock_next ON clock (next_at)"
		" WHERE next_at IS NOT NULL;"
		"CREATE TABLE alert (id INTEGER PRIMARY KEY,"
		" clock_id INTEGER NOT NULL, due_at INTEGER NOT NULL) STRICT");
	snprintf(sql, sizeof(sql),
	    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < %" PRId64 ") INSERT INTO clock"
	    " SELECT i, 1000 + i, 'open' FROM n",
	    count);
	run(db, sql);
}

int
main(int argc, char **argv)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *update, *insert;
	int64_t count = argc == 3 ? strtoll(argv[2], NULL, 10) : 0;
	int64_t before;

	if (count <= 0 || sqlite3_open(argv[1], &db) != SQLITE_OK)
		return 2;
	fill(db, count);
	need(sqlite3_prepare_v2(db,
		 "UPDATE clock SET next_at = NULL, state = 'fired'"
		 " WHERE id = ?",
		 -1, &update, NULL) == SQLITE_OK,
	    db);
	need(sqlite3_prepare_v2(db, "INSERT INTO alert VALUES (?1, ?1, 1000)",
		 -1, &insert, NULL) == SQLITE_OK,
	    db);
	before = now_us();
	for (int64_t i = 1; i <= count; i++) {
		if (i % BATCH == 1)
			run(db, "BEGIN IMMEDIATE");
		step(db, update, i);
		step(db, insert, i);
		if (i % BATCH == 0 || i == count)
			run(db, "COMMIT");
	}
	printf("%.0f\n", (double)count * 1e6 / (double)(now_us() - before));
	sqlite3_finalize(update);
	sqlite3_finalize(insert);
	return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
