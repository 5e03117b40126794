#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "store_parts.h"

#define STEP_PAGES 64

static struct item *
finish(struct store *s, enum outcome how)
{
	struct item *i = s->copy.item;

	if (how != OK)
		unlink(s->copy.part);
	free(s->copy.part);
	s->copy = (struct copy){0};
	i->how = how;
	return i;
}

static enum outcome
stop(struct copy *c, enum outcome how)
{
	sqlite3_backup_finish(c->backup);
	sqlite3_close(c->to);
	c->backup = NULL;
	c->to = NULL;
	return how;
}

static enum outcome
failed(int rc)
{
	log_error("copy failed code=%d why=\"%s\"", rc, sqlite3_errstr(rc));
	return (rc & 0xff) == SQLITE_FULL ? FULL : FAILED;
}

/* The file is new, empty and nobody else's to read. */
static bool
make_file(const char *path)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

struct item *
store_copy_start(struct store *s, struct item *i)
{
	struct copy *c = &s->copy;
	int rc = SQLITE_CANTOPEN;

	if (c->item != NULL || access(i->path, F_OK) == 0) {
		i->how = CONFLICT;
		return i;
	}
	c->store = s;
	c->item = i;
	c->part = xasprintf("%s.part", i->path);
	if (make_file(c->part))
		rc = sqlite3_open_v2(c->part, &c->to,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc == SQLITE_OK)
		rc = store_run(c->to,
		    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
	if (rc == SQLITE_OK) {
		c->backup = sqlite3_backup_init(c->to, "main", s->db, "main");
		rc = c->backup != NULL ? SQLITE_OK : sqlite3_errcode(c->to);
	}
	if (rc == SQLITE_OK)
		return NULL;
	return finish(s, stop(c, failed(rc)));
}

static bool
is_sound(const char *path)
{
	sqlite3 *db = NULL;
	bool good;

	good = sqlite3_open_v2(path, &db,
		   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
		   NULL) == SQLITE_OK &&
	       store_run(db, "PRAGMA locking_mode = EXCLUSIVE") == SQLITE_OK &&
	       store_is_sound(db);
	sqlite3_close(db);
	return good;
}

static bool
sync_path(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

static bool
put_in_place(const struct copy *c)
{
	const char *path = c->item->path, *slash = strrchr(path, '/');
	char *dir = slash == NULL ? xstrdup(".")
				  : xstrndup(path, (size_t)(slash - path) + 1);
	bool named, good;

	named = sync_path(c->part, O_RDWR) && rename(c->part, path) == 0;
	good = named && sync_path(dir, O_RDONLY | O_DIRECTORY);
	if (named && !good)
		unlink(path); /* nobody hears of it */
	free(dir);
	return good;
}

/* The helper thread: reading the whole copy must not hold up the store. */
static void *
check(void *arg)
{
	struct copy *c = arg;

	c->item->how = OK;
	if (!is_sound(c->part)) {
		log_error("copy is damaged, and so is the database perhaps: "
			  "check the disk, keep older copies");
		c->item->how = FAILED;
	} else if (!put_in_place(c)) {
		log_error("copy not written errno=%d", errno);
		c->item->how = FAILED;
	}
	pthread_mutex_lock(&c->store->mutex);
	c->checked = true;
	pthread_cond_signal(&c->store->cond);
	pthread_mutex_unlock(&c->store->mutex);
	return NULL;
}

static struct item *
start_check(struct store *s)
{
	sigset_t all, old;
	int error;

	stop(&s->copy, OK);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&s->copy.checker, NULL, check, &s->copy);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (error == 0) {
		s->copy.checking = true;
		return NULL;
	}
	log_error("no thread for the copy errno=%d", error);
	return finish(s, FAILED);
}

static struct item *
end_check(struct store *s)
{
	bool checked;

	pthread_mutex_lock(&s->mutex);
	checked = s->copy.checked;
	pthread_mutex_unlock(&s->mutex);
	if (!checked)
		return NULL;
	pthread_join(s->copy.checker, NULL);
	return finish(s, s->copy.item->how);
}

struct item *
store_copy_step(struct store *s)
{
	int rc;

	if (s->copy.item == NULL)
		return NULL;
	if (s->copy.checking)
		return end_check(s);
	rc = sqlite3_backup_step(s->copy.backup, STEP_PAGES);
	if (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
		return NULL;
	if (rc == SQLITE_DONE)
		return start_check(s);
	return finish(s, stop(&s->copy, failed(rc)));
}

struct item *
store_copy_abort(struct store *s)
{
	if (s->copy.item == NULL)
		return NULL;
	if (s->copy.checking) {
		pthread_join(s->copy.checker, NULL);
		return finish(s, s->copy.item->how);
	}
	log_warn("copy given up: the store closes");
	return finish(s, stop(&s->copy, FAILED));
}
