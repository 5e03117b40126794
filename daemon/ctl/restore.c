/* Restoring a backup: onto a bare place, or into a scratch folder to see. */
#include "ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit.h"
#include "backup.h"
#include "context.h"
#include "seal_stream.h"
#include "store.h"

#define DATABASE "/var/lib/hotlined/hotlined.db"

struct restore {
	const char *file;
	char *to, *part; /* the database, and its name until it is whole */
	char *erased;	 /* list of owners erased since, or NULL */
	struct backup_head head;
	struct audit_report report;
	int64_t cases;
	int n_erased;
};

static int
refuse(const struct restore *r, const char *why)
{
	fprintf(stderr, "hotlinectl: %s: %s\n", r->file, why);
	return CTL_NO;
}

/* Nothing is ever overwritten, not even what is left of a database. */
static int
check_bare(const struct restore *r)
{
	static const char *const endings[] = {
	    "", "-wal", "-shm", "-journal", ".reserve", ".part"};

	for (size_t i = 0; i < NELEM(endings); i++) {
		char *path = xasprintf("%s%s", r->to, endings[i]);
		bool is_there = access(path, F_OK) == 0;

		if (is_there)
			fprintf(stderr,
			    "hotlinectl: %s is there: move it away first, "
			    "nothing is overwritten\n",
			    path);
		free(path);
		if (is_there)
			return CTL_NO;
	}
	return CTL_OK;
}

/* The database into part; the head into r. */
static int
unseal_file(struct restore *r, const struct key *secret)
{
	int from = open(r->file, O_RDONLY | O_CLOEXEC);
	int to = open(r->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	enum outcome how = FAILED;
	char *head = NULL;
	int rc = CTL_OK;

	if (from >= 0 && to >= 0)
		how = stream_open(secret, from, to, &head);
	if (how == FAILED)
		rc = refuse(r, strerror(errno));
	else if (how != OK)
		rc = refuse(
		    r, "no backup, for another key, changed, or cut off");
	else if (!backup_head_parse(head, &r->head))
		rc = refuse(r, "its head cannot be read");
	free(head);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return rc;
}

/* ---- Looking at it ---- */

static enum outcome
run_count(struct tx *tx, void *arg)
{
	int64_t *n = arg;

	*n = tx_number(tx, Q_BACKUP_CASES, -1, NO_ARGS);
	return OK;
}

static int
look(struct restore *r)
{
	struct store *s = store_open_copy(r->part);
	enum outcome how = FAILED;

	if (s == NULL)
		return refuse(r, "the database in it cannot be opened");
	if (store_is_whole(s))
		how = store_read_now(s, audit_verify, &r->report);
	if (how == OK)
		how = store_read_now(s, run_count, &r->cases);
	store_close(s);
	store_reap(s);
	if (r->report.bad_seq != 0)
		return refuse(r, r->report.why);
	return how == OK ? CTL_OK : refuse(r, "the database in it is damaged");
}

/* What the head said when the backup was made is all there. */
static int
compare(const struct restore *r)
{
	if (r->report.rows != r->head.seq ||
	    strcmp(r->report.head, r->head.hash) != 0)
		return refuse(r, "its audit chain is not the one that was "
				 "backed up");
	if (r->cases != r->head.cases)
		return refuse(r, "it holds another number of cases");
	return CTL_OK;
}

/* ---- Bringing it up to date ---- */

static enum outcome
run_restored(struct tx *tx, void *arg)
{
	struct restore *r = arg;
	enum outcome how = OK;
	char *line = r->erased, *end;

	r->n_erased = 0;
	for (; line != NULL && *line != '\0' && how == OK; line = end) {
		size_t n = strcspn(line, "\n");
		char *owner = xstrndup(line, n);

		end = line + n + (line[n] == '\n');
		if (*owner != '\0') {
			how = backup_erase(tx, owner);
			r->n_erased++;
		}
		free(owner);
	}
	if (how != OK)
		return how;
	return audit_add(
	    tx, &(struct happening){.actor = &audit_system,
		    .act = "backup.restored",
		    .object_kind = "daemon",
		    .object_id = "hotlined",
		    .detail = json_pack("{s:I, s:I, s:i}", "seq",
			(json_int_t)r->head.seq, "made_at",
			(json_int_t)r->head.made_at, "erased", r->n_erased)});
}

static void
on_restored(void *arg, enum outcome how)
{
	*(enum outcome *)arg = how;
}

struct noted {
	enum outcome how; /* first: what on_restored fills */
	struct restore *r;
};

static enum outcome
run_noted(struct tx *tx, void *arg)
{
	return run_restored(tx, ((struct noted *)arg)->r);
}

/* Migrate, and if it is meant: erase again and write down the restore. */
static int
bring_up(struct restore *r, bool is_meant)
{
	struct store_options o = {.path = r->part};
	struct faults faults = {0};
	struct conf *conf = conf_load(NULL, &faults);
	struct context context = {.conf = conf};
	struct noted noted = {.how = OK, .r = r};
	struct store *s = store_open(&o);

	faults_done(&faults);
	free(conf->ward);
	conf->ward = xstrdup(r->head.ward);
	if (s != NULL) {
		store_set_context(s, &context, NULL, NULL);
		if (is_meant)
			store_post(s, JOB_ACT, run_noted, on_restored, &noted);
		store_close(s);
		store_reap(s);
	}
	conf_free(conf);
	return s != NULL && noted.how == OK
		   ? CTL_OK
		   : refuse(r, "the database in it cannot be opened");
}

static int
put_in_place(const struct restore *r)
{
	char *copy = xstrdup(r->to);
	int file = open(r->part, O_RDONLY | O_CLOEXEC), dir;
	bool good;

	dir = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	good = file >= 0 && dir >= 0 && fsync(file) == 0 &&
	       rename(r->part, r->to) == 0 && fsync(dir) == 0;
	if (file >= 0)
		close(file);
	if (dir >= 0)
		close(dir);
	free(copy);
	return good ? CTL_OK : refuse(r, strerror(errno));
}

static void
tell(const struct call *c, const struct restore *r, bool is_check)
{
	json_t *answer = json_pack("{s:s, s:I, s:s, s:I, s:i}",
	    is_check ? "file" : "path", is_check ? r->file : r->to, "events",
	    (json_int_t)r->report.rows, "head", r->report.head, "cases",
	    (json_int_t)r->cases, "erased", r->n_erased);

	answer_print(c, answer);
	json_decref(answer);
}

/* Migrated first: an older backup may be of an older form. */
static int
try(struct restore *r, const struct key *secret, bool is_check)
{
	int rc = unseal_file(r, secret);

	if (rc == CTL_OK)
		rc = bring_up(r, false);
	if (rc == CTL_OK)
		rc = look(r);
	if (rc == CTL_OK)
		rc = compare(r);
	if (rc == CTL_OK && !is_check)
		rc = bring_up(r, true);
	if (rc == CTL_OK && !is_check)
		rc = look(r);
	if (rc == CTL_OK && !is_check)
		rc = put_in_place(r);
	return rc;
}

/* --erased, or the list that hotlinectl backup keeps beside the files. */
static int
read_erased(const struct call *c, struct restore *r)
{
	const char *given = call_text(c, "erased");
	char *copy = xstrdup(r->file);
	char *path = given != NULL ? xstrdup(given)
				   : xasprintf("%s/erased", dirname(copy));
	int rc = CTL_OK;

	if (given != NULL || access(path, F_OK) == 0) {
		r->erased = file_text(path);
		rc = r->erased != NULL ? CTL_OK : CTL_NO;
	}
	free(copy);
	free(path);
	return rc;
}

/* Where to: the place that was said, or a scratch folder of our own. */
static int
choose_place(const struct call *c, struct restore *r, bool is_check)
{
	char scratch[] = "/var/tmp/hotline-restore-XXXXXX";
	const char *to = call_text(c, "to");

	if (!is_check) {
		r->to = xstrdup(to != NULL ? to : DATABASE);
	} else if (mkdtemp(scratch) != NULL) {
		r->to = xasprintf("%s/hotlined.db", scratch);
	} else {
		return refuse(r, strerror(errno));
	}
	r->part = xasprintf("%s.part", r->to);
	return CTL_OK;
}

static void
restore_done(struct restore *r, bool is_check)
{
	if (r->part != NULL) {
		(void)unlink(r->part);
		if (is_check)
			remove_copy(r->part);
	}
	free(r->to);
	free(r->part);
	free(r->erased);
}

int
verb_restore(struct call *c)
{
	bool is_check = json_is_true(json_object_get(c->fields, "check"));
	struct restore r = {.file = call_text(c, "file")};
	struct key secret;
	int rc;

	if (key_read(call_text(c, "key"), &secret) != OK) {
		fprintf(stderr,
		    "hotlinectl: %s: no key that may be used (64 "
		    "hex digits, mode 0600)\n",
		    call_text(c, "key"));
		return CTL_NO;
	}
	rc = choose_place(c, &r, is_check);
	if (rc == CTL_OK)
		rc = check_bare(&r);
	if (rc != CTL_OK) {
		free(r.part); /* not ours to remove */
		r.part = NULL;
	}
	if (rc == CTL_OK && !is_check)
		rc = read_erased(c, &r);
	if (rc == CTL_OK)
		rc = try(&r, &secret, is_check);
	if (rc == CTL_OK)
		tell(c, &r, is_check);
	restore_done(&r, is_check);
	key_wipe(&secret);
	return rc;
}

/* ---- A look at the running database's copy ---- */

static int
report(struct call *c, bool is_whole, const struct audit_report *found)
{
	json_t *answer = NULL;
	int rc;

	json_object_clear(c->fields);
	json_object_set_new(c->fields, "is_whole", json_boolean(is_whole));
	json_object_set_new(c->fields, "events", json_integer(found->rows));
	rc = call_send_to(c, "POST", "/v1/admin/integrity", &answer);
	if (rc == CTL_OK)
		answer_print(c, answer);
	json_decref(answer);
	return rc == CTL_OK && !is_whole ? CTL_NO : rc;
}

int
verb_integrity(struct call *c)
{
	json_t *copy = NULL;
	struct audit_report found = {0};
	bool is_whole = false;
	const char *path = NULL;
	struct store *s;
	int rc = call_send_to(c, "POST", "/v1/admin/audit/copy", &copy);

	if (rc == CTL_OK)
		path = json_string_value(json_object_get(copy, "path"));
	if (path == NULL) {
		json_decref(copy);
		return CTL_NO;
	}
	s = store_open_copy(path);
	if (s != NULL) {
		is_whole = store_is_whole(s) &&
			   store_read_now(s, audit_verify, &found) == OK &&
			   found.bad_seq == 0;
		store_close(s);
		store_reap(s);
	}
	remove_copy(path);
	json_decref(copy);
	return report(c, is_whole, &found);
}
