#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "store_parts.h"

#define BUSY_MS	   1000
#define BUSY_STEPS 1000 /* of SQLite's machine, between two words of it */
#define RESTORE	   "keep the file and restore the newest backup"
#define IN_USE	   "in use by another hotlined: stop that one, then start again"

static const struct {
	int code;
	const char *text;
} reasons[] = {
    {SQLITE_BUSY, IN_USE},
    {SQLITE_LOCKED, IN_USE},
    {SQLITE_NOTADB, "not a database of hotlined, or damaged: " RESTORE},
    {SQLITE_CORRUPT, "damaged: " RESTORE},
    {SQLITE_FULL, "no room on the disk"},
    {SQLITE_CANTOPEN, "cannot be opened: look at folder and rights"},
    {SQLITE_READONLY, "cannot be written: look at folder and rights"},
};

static bool
refuse(const struct store *s, const char *why)
{
	log_error("database refused path=%s why=\"%s\"", s->path, why);
	return false;
}

static bool
refuse_code(struct store *s, int rc)
{
	s->is_damaged =
	    (rc & 0xff) == SQLITE_NOTADB || (rc & 0xff) == SQLITE_CORRUPT;
	for (size_t i = 0; i < NELEM(reasons); i++)
		if (reasons[i].code == (rc & 0xff))
			return refuse(s, reasons[i].text);
	return refuse(
	    s, s->db != NULL ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc));
}

static off_t
size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : -1;
}

/*
 * SQLite takes an empty file for a new database and throws its log away.  If
 * log or reserve are there, it is what is left of a full one.
 */
static bool
is_remnant(const struct store *s)
{
	char *wal = xasprintf("%s-wal", s->path);
	bool is = size_of(s->path) <= 0 &&
		  (size_of(wal) > 0 || size_of(s->reserve_path) >= 0);

	free(wal);
	return is;
}

/* A new file is nobody else's to read; SQLite's own mode is 0644. */
static void
make_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
}

static void
harden(sqlite3 *db)
{
	static const int on[] = {SQLITE_DBCONFIG_DEFENSIVE,
	    SQLITE_DBCONFIG_ENABLE_FKEY,
	    /* A file that is refused takes nothing out of a log. */
	    SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
	    /* One plan a query, whatever is bound: none is prepared again. */
	    SQLITE_DBCONFIG_ENABLE_QPSG};
	static const int off[] = {SQLITE_DBCONFIG_TRUSTED_SCHEMA,
	    SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_DQS_DML,
	    SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_ENABLE_TRIGGER};

	for (size_t i = 0; i < NELEM(on); i++)
		sqlite3_db_config(db, on[i], 1, NULL);
	for (size_t i = 0; i < NELEM(off); i++)
		sqlite3_db_config(db, off[i], 0, NULL);
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, BUSY_MS);
}

/* Ours, and of a schema that we know; *version 0 if it is new. */
static bool
identify(struct store *s, int64_t *version)
{
	sqlite3 *db = s->db;
	int64_t app;
	int rc = store_run(db, "SELECT count(*) FROM sqlite_schema");

	if (rc != SQLITE_OK)
		return refuse_code(s, rc);
	app = store_ask(db, "PRAGMA application_id", -1);
	*version = store_ask(db, "PRAGMA user_version", -1);
	if (app == 0 && *version == 0 &&
	    store_ask(db, "SELECT count(*) FROM sqlite_schema", -1) == 0)
		return true;
	if (app != STORE_APPLICATION_ID || *version < 1)
		return refuse(s, "a database, but not of hotlined: keep the "
				 "file; set database to ours, or move a log "
				 "(-wal) away that is not its own");
	if (*version > store_schema_version())
		return refuse(s, "written by a newer hotlined: install that "
				 "one or restore an older backup");
	return true;
}

bool
store_is_sound(sqlite3 *db)
{
	sqlite3_stmt *stmt = NULL;
	const char *text;
	bool good = false;

	if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &stmt, NULL) ==
		SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW) {
		text = (const char *)sqlite3_column_text(stmt, 0);
		good = text != NULL && strcmp(text, "ok") == 0;
	}
	sqlite3_finalize(stmt);
	return good;
}

/* The first column of the first row, or "" without one; NULL on an error. */
static char *
first_text(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	char *text = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		text = xstrdup((const char *)sqlite3_column_text(stmt, 0));
	else if (rc == SQLITE_DONE)
		text = xstrdup("");
	sqlite3_finalize(stmt);
	return text;
}

bool
store_is_whole(struct store *s)
{
	char *pages = first_text(s->db, "PRAGMA integrity_check(1)");
	char *keys = first_text(s->db, "PRAGMA foreign_key_check");
	bool good = pages != NULL && strcmp(pages, "ok") == 0 && keys != NULL &&
		    *keys == '\0';

	free(pages);
	free(keys);
	return good;
}

/* Called by every commit that has put pages into the log. */
static int
count_pages(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct store *s = arg;

	(void)db, (void)name;
	s->wal_pages = pages;
	s->has_written = true;
	return SQLITE_OK;
}

static int
set_pragmas(sqlite3 *db)
{
	return store_run(db,
	    "PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = FULL;"
	    "PRAGMA cell_size_check = ON;"
	    "PRAGMA secure_delete = ON;"
	    "PRAGMA cache_size = -6144;" /* KiB: a full batch */
	    "PRAGMA temp_store = MEMORY;"
	    "PRAGMA mmap_size = 0;");
}

static bool
open_file(struct store *s)
{
	int rc;

	s->is_damaged = is_remnant(s);
	if (s->is_damaged)
		return refuse(s, "missing or empty, but its log or reserve "
				 "file is there: restore the newest backup; "
				 "to begin anew remove those too");
	make_private(s->path);
	/* Nobody asks how much memory it has; counting takes a lock each time. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	rc = sqlite3_open_v2(s->path, &s->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
	    NULL);
	if (rc != SQLITE_OK)
		return refuse_code(s, rc);
	harden(s->db);
	if (sqlite3_db_readonly(s->db, "main") != 0)
		return refuse_code(s, SQLITE_READONLY);
	/* Before the first access: then no shared memory is ever made. */
	rc = store_run(s->db, "PRAGMA locking_mode = EXCLUSIVE");
	return rc == SQLITE_OK || refuse_code(s, rc);
}

/* A check or a migration of a large file goes on. */
static int
on_progress(void *arg)
{
	const struct store_options *o = arg;

	if (o->busy != NULL)
		o->busy(o->busy_arg);
	return 0;
}

bool
store_connect_file(struct store *s, const struct store_options *o)
{
	int64_t version = 0;
	int rc;

	if (!open_file(s))
		return false;
	sqlite3_progress_handler(
	    s->db, BUSY_STEPS, on_progress, (void *)(uintptr_t)o);
	if (!identify(s, &version))
		return false;
	rc = set_pragmas(s->db);
	if (rc != SQLITE_OK)
		return refuse_code(s, rc);
	if (version > 0 && size_of(s->path) <= o->quick_check_bytes &&
	    !store_is_sound(s->db))
		return refuse_code(s, SQLITE_CORRUPT);
	(void)on_progress((void *)(uintptr_t)o);
	if (!store_migrate(s->db) || !store_prepare(s))
		return false;
	sqlite3_progress_handler(s->db, 0, NULL, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	sqlite3_wal_hook(s->db, count_pages, s);
	store_reserve_start(s);
	return true;
}

bool
store_connect(struct store *s, const struct store_options *o)
{
	if (store_connect_file(s, o))
		return true;
	return s->is_damaged && o->spools && store_spool(s, o);
}

/* file:, with the signs escaped that mean something in a URI. */
char *
store_still_uri(const char *path)
{
	struct buf b = BUF_MAX(3 * 4096 + 32);

	buf_adds(&b, "file:");
	for (; *path != '\0'; path++)
		if (strchr("%?#", *path) != NULL)
			buf_addf(&b, "%%%02x", (unsigned)*path);
		else
			buf_add(&b, path, 1);
	buf_adds(&b, "?immutable=1");
	return buf_take(&b);
}

/*
 * A database in WAL mode cannot be read from a folder that may not be written
 * unless it is said to stand still; a daemon's own has a log beside it.
 */
bool
store_connect_copy(struct store *s)
{
	char *wal = xasprintf("%s-wal", s->path);
	char *name =
	    size_of(wal) < 0 ? store_still_uri(s->path) : xstrdup(s->path);
	int64_t version = 0;
	int rc;

	rc = sqlite3_open_v2(name, &s->db,
	    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
	free(name);
	free(wal);
	if (rc != SQLITE_OK)
		return refuse_code(s, rc);
	harden(s->db);
	if (!identify(s, &version))
		return false;
	if (version != store_schema_version())
		return refuse(s, "its schema is not this program's");
	return store_prepare(s);
}

void
store_disconnect(struct store *s)
{
	int keep = 1;

	store_finalize(s);
	/* Its room would be somebody else's before we are back. */
	if (s->db != NULL && atomic_load(&s->full))
		sqlite3_file_control(
		    s->db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
	sqlite3_close(s->db);
	s->db = NULL;
}
