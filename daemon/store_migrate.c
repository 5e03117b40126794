#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "store_parts.h"

#define MIGRATION(name)                                                        \
	extern const unsigned char sql_##name[];                               \
	extern const size_t sql_##name##_len;
#include "migrations.def"
#undef MIGRATION

static const struct migration {
	const char *name;
	const unsigned char *sql;
	const size_t *len;
} migrations[] = {
#define MIGRATION(name) {#name, sql_##name, &sql_##name##_len},
#include "migrations.def"
#undef MIGRATION
};

/* What SQLite calls the types that the schema is written in. */
static const struct {
	const char *token, *word;
} types[] = {
    {"INT8", "INTEGER"},
    {"BYTES", "BLOB"},
};

int64_t
store_schema_version(void)
{
	return (int64_t)NELEM(migrations);
}

int
store_run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

int64_t
store_ask(sqlite3 *db, const char *sql, int64_t low)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		low = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return low;
}

static size_t
word_len(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (isalnum((unsigned char)s[i]) || s[i] == '_'))
		i++;
	return i;
}

static void
add_word(struct buf *b, const char *word, size_t n)
{
	for (size_t i = 0; i < NELEM(types); i++)
		if (strlen(types[i].token) == n &&
		    memcmp(types[i].token, word, n) == 0) {
			buf_adds(b, types[i].word);
			return;
		}
	buf_add(b, word, n);
}

/* The text with our types turned into SQLite's; the caller frees. */
static char *
expand(const struct migration *m)
{
	struct buf b = BUF_MAX(1 << 20);
	const char *s = (const char *)m->sql;
	size_t left = *m->len;

	while (left > 0) {
		size_t n = word_len(s, left);

		if (n > 0)
			add_word(&b, s, n);
		else
			buf_add(&b, s, n = 1);
		s += n;
		left -= n;
	}
	if (b.over)
		fatal("migration too long migration=%s", m->name);
	return buf_take(&b);
}

static int
apply(sqlite3 *db, size_t from)
{
	int rc = SQLITE_OK;

	for (size_t i = from; i < NELEM(migrations) && rc == SQLITE_OK; i++) {
		char *sql = expand(&migrations[i]);

		rc = store_run(db, sql);
		if (rc != SQLITE_OK)
			log_error("migration failed migration=%s why=\"%s\"",
			    migrations[i].name, sqlite3_errmsg(db));
		else
			log_info(
			    "migration done migration=%s", migrations[i].name);
		free(sql);
	}
	return rc;
}

bool
store_migrate(sqlite3 *db)
{
	int64_t now = store_ask(db, "PRAGMA user_version", -1);
	char *mark;
	int rc;

	mark = xasprintf("PRAGMA application_id = %d; PRAGMA user_version = %d",
	    STORE_APPLICATION_ID, (int)NELEM(migrations));
	/* Even with nothing to do this takes the lock of a fresh file. */
	rc = store_run(db, "BEGIN EXCLUSIVE");
	if (rc == SQLITE_OK && now < store_schema_version()) {
		rc = apply(db, (size_t)now);
		if (rc == SQLITE_OK)
			rc = store_run(db, mark);
	}
	if (rc == SQLITE_OK)
		rc = store_run(db, "COMMIT");
	free(mark);
	if (rc == SQLITE_OK)
		return true;
	log_error(
	    "database not brought up to date why=\"%s\"", sqlite3_errmsg(db));
	if (sqlite3_get_autocommit(db) == 0)
		(void)store_run(db, "ROLLBACK");
	return false;
}
