/*
 * A database with bytes changed, opened: it is refused, or opened and migrated.
 * The first byte is how many migrations are left to be done; then comes a list
 * of changes: place (three bytes, big-endian, modulo the size of the file) and
 * the new byte.  Place 60 is the schema's version.
 */
/* Its list of migrations and how they are run. */
#include "../../daemon/store_migrate.c"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "store.h"

#include "fuzz.h"

/* Enough for the databases of this target. */
#define FILE_MAX ((size_t)8 << 20)

static void
wake(void *arg)
{
	(void)arg;
}

/* True if it was taken. */
static bool
open_close(const char *path)
{
	struct store_options o = {
	    .path = path, .quick_check_bytes = 1 << 30, .wake = wake};
	struct store *s = store_open(&o);

	if (s == NULL)
		return false;
	store_close(s);
	store_reap(s);
	return true;
}

/* As a program left it that knew fewer migrations; none at 0. */
static void
make_older(const char *path, size_t n)
{
	char *mark =
	    xasprintf("PRAGMA journal_mode = WAL; PRAGMA application_id = %d;"
		      " PRAGMA user_version = %zu",
		STORE_APPLICATION_ID, n);
	sqlite3 *db;

	HOLDS(sqlite3_open(path, &db) == SQLITE_OK);
	HOLDS(store_run(db, "PRAGMA synchronous = OFF; BEGIN") == SQLITE_OK);
	for (size_t i = 0; i < n; i++) {
		char *sql = expand(&migrations[i]);

		HOLDS(store_run(db, sql) == SQLITE_OK);
		free(sql);
	}
	HOLDS(store_run(db, "COMMIT") == SQLITE_OK);
	HOLDS(store_run(db, mark) == SQLITE_OK);
	HOLDS(sqlite3_close(db) == SQLITE_OK);
	free(mark);
}

static void
copy(const char *from, const char *to, const uint8_t *p, size_t n)
{
	char *bytes = xcalloc(FILE_MAX, 1);
	FILE *f = fopen(from, "rb");
	size_t len = 0;

	HOLDS(f != NULL && (len = fread(bytes, 1, FILE_MAX, f)) > 0);
	fclose(f);
	for (; n >= 4; p += 4, n -= 4) {
		size_t at = (size_t)p[0] << 16 | (size_t)p[1] << 8 | p[2];

		bytes[at % len] = (char)p[3];
	}
	f = fopen(to, "wb");
	HOLDS(f != NULL && fwrite(bytes, 1, len, f) == len);
	HOLDS(fclose(f) == 0);
	free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const char *tmp = getenv("TMPDIR");
	size_t left = n > 0 ? *p % NELEM(migrations) : 0;
	char *dir = xasprintf("%s/fuzz-XXXXXX", tmp != NULL ? tmp : "/tmp");
	char *whole, *changed;
	static const char *const beside[] = {"", "-wal", "-shm", ".reserve"};

	log_set_level("error");
	HOLDS(mkdtemp(dir) != NULL);
	whole = xasprintf("%s/whole", dir);
	changed = xasprintf("%s/changed", dir);
	make_older(whole, NELEM(migrations) - left);
	copy(whole, changed, p + (n > 0), n - (n > 0));
	/* Nothing was changed: it is one of ours, and comes up to date. */
	HOLDS(open_close(changed) || n > 4);
	for (size_t i = 0; i < sizeof(beside) / sizeof(*beside); i++) {
		char *a = xasprintf("%s%s", whole, beside[i]);
		char *b = xasprintf("%s%s", changed, beside[i]);

		unlink(a);
		unlink(b);
		free(a);
		free(b);
	}
	HOLDS(rmdir(dir) == 0);
	free(whole);
	free(changed);
	free(dir);
	return 0;
}
