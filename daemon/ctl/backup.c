/* Backups: the daemon makes a copy, we seal it for a reader far away. */
#include "ctl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit.h"
#include "backup.h"
#include "clock.h"
#include "seal_stream.h"
#include "store.h"

#define SUFFIX ".hbk"
/* Until it is whole; nobody still writes one that is this old. */
#define PART	  ".part"
#define PART_KEEP DAY
/* YYYYMMDDTHHMMSSZ */
#define STAMP_SIZE 17

/* What the daemon said about the backup to make. */
struct plan {
	const char *copy, *folder, *ward;
	unsigned char reader[KEY_SIZE];
	int64_t now, keep_ms;
	char *prefix; /* of names in the folder: hotlined-WARD- */
	char *name;
	char *path, *part;
	struct buf erased; /* owners, one a line */
};

static int
fail(const char *what, const char *which)
{
	fprintf(
	    stderr, "hotlinectl: %s: %s: %s\n", which, what, strerror(errno));
	return CTL_NO;
}

static const char *
text_of(const json_t *j, const char *name)
{
	const char *s = json_string_value(json_object_get(j, name));

	return s == NULL ? "" : s;
}

/* An instant as it sorts in a file's name. */
static void
stamp(char out[STAMP_SIZE], int64_t at)
{
	char text[INSTANT_SIZE];
	size_t n = 0;

	instant_format(text, at - at % SECOND, 0);
	for (const char *p = text; *p != '\0' && n < STAMP_SIZE - 1; p++)
		if (strchr("-:", *p) == NULL)
			out[n++] = *p;
	out[n] = '\0';
}

static int
read_plan(const json_t *answer, struct plan *p)
{
	p->copy = text_of(answer, "path");
	p->folder = text_of(answer, "folder");
	p->ward = text_of(answer, "ward");
	p->keep_ms = json_integer_value(json_object_get(answer, "keep_ms"));
	if (!instant_parse(text_of(answer, "now"), &p->now) ||
	    !hex_decode(p->reader, KEY_SIZE, text_of(answer, "recipient"))) {
		fputs(
		    "hotlinectl: the daemon's answer cannot be read\n", stderr);
		return CTL_NO;
	}
	p->prefix = xasprintf("hotlined-%s-", p->ward);
	return CTL_OK;
}

static void
plan_done(struct plan *p)
{
	free(p->prefix);
	free(p->name);
	free(p->path);
	free(p->part);
	buf_done(&p->erased);
}

static enum outcome
run_erased(struct tx *tx, void *arg)
{
	struct buf *b = arg;
	struct rows *r = tx_query(tx, Q_ERASED, NO_ARGS);

	while (rows_next(r))
		buf_addf(b, "%s\n", row_text(r, 0));
	return rows_end(r);
}

/* The chain's head in the copy: what a restore is measured against. */
static int
read_head(struct plan *p, struct backup_head *head)
{
	struct store *s = store_open_copy(p->copy);
	char at[STAMP_SIZE];
	enum outcome how = FAILED;

	if (s != NULL) {
		how = store_read_now(s, backup_head_read, head);
		if (how == OK)
			how = store_read_now(s, run_erased, &p->erased);
		store_close(s);
		store_reap(s);
	}
	if (how != OK)
		return fail("cannot be read", p->copy);
	stamp(at, p->now);
	p->name = xasprintf(
	    "%s%s-%08lld" SUFFIX, p->prefix, at, (long long)head->seq);
	p->path = xasprintf("%s/%s", p->folder, p->name);
	p->part = xasprintf("%s" PART, p->path);
	return CTL_OK;
}

static bool
sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

/*
 * Who was erased so far, beside the backups: an old one is restored without
 * them.  Ids only.  The old list stays if the new one cannot be written.
 */
static bool
write_erased(const struct plan *p)
{
	char *path = xasprintf("%s/erased", p->folder);
	char *part = xasprintf("%s" PART, path);
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool good;

	good = fd >= 0 &&
	       write(fd, p->erased.data, p->erased.len) ==
		   (ssize_t)p->erased.len &&
	       fsync(fd) == 0 && rename(part, path) == 0 &&
	       sync_folder(p->folder);
	if (fd >= 0)
		close(fd);
	free(part);
	free(path);
	return good;
}

/* The sealed file is whole on the disk before it has its name. */
static int
write_file(const struct plan *p, const char *head)
{
	int from = open(p->copy, O_RDONLY | O_CLOEXEC);
	int to = open(p->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool good = from >= 0 && to >= 0 &&
		    stream_seal(p->reader, head, from, to) == OK &&
		    fsync(to) == 0;
	int error = errno;

	if (from >= 0)
		close(from);
	if (to >= 0 && close(to) != 0)
		good = false;
	if (good && access(p->path, F_OK) != 0 &&
	    rename(p->part, p->path) == 0 && sync_folder(p->folder))
		return CTL_OK;
	(void)unlink(p->part);
	errno = good ? errno : error;
	return fail("cannot be written", p->path);
}

static int
make_file(struct plan *p, struct backup_head *head)
{
	char *text;
	int rc = read_head(p, head);

	if (rc != CTL_OK)
		return rc;
	head->made_at = p->now;
	snprintf(head->ward, sizeof(head->ward), "%s", p->ward);
	text = backup_head_text(head);
	rc = write_file(p, text);
	free(text);
	if (rc == CTL_OK && p->erased.len > 0 && !write_erased(p))
		rc = fail("list of the erased not written", p->folder);
	return rc;
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* By its name too old, or half made and given up; not the one just made. */
static bool
is_old(const struct plan *p, const char *name)
{
	char cut[STAMP_SIZE];
	size_t head = strlen(p->prefix);
	bool is_part = ends_with(name, SUFFIX PART);

	stamp(cut, p->now - (is_part ? PART_KEEP : p->keep_ms));
	return strlen(name) > head + STAMP_SIZE && strcmp(name, p->name) != 0 &&
	       strncmp(name, p->prefix, head) == 0 &&
	       (is_part || ends_with(name, SUFFIX)) &&
	       strncmp(name + head, cut, STAMP_SIZE - 1) < 0;
}

static int
rotate(const struct plan *p)
{
	DIR *dir = opendir(p->folder);
	struct dirent *e;
	int n = 0;

	if (dir == NULL)
		return 0;
	while ((e = readdir(dir)) != NULL)
		if (is_old(p, e->d_name) &&
		    unlinkat(dirfd(dir), e->d_name, 0) == 0)
			n++;
	closedir(dir);
	return n;
}

/* Only now the daemon believes that there is a backup. */
static int
tell(struct call *c, const struct plan *p, const struct backup_head *head,
    int n_removed)
{
	struct stat st = {0};
	json_t *answer = NULL;
	int rc;

	(void)stat(p->path, &st);
	json_object_clear(c->fields);
	json_object_set_new(c->fields, "name", json_string(p->name));
	json_object_set_new(c->fields, "bytes", json_integer(st.st_size));
	json_object_set_new(c->fields, "seq", json_integer(head->seq));
	rc = call_send_to(c, "POST", "/v1/admin/backup/done", &answer);
	json_decref(answer);
	if (rc != CTL_OK)
		return rc;
	answer = json_pack("{s:s, s:I, s:I, s:i}", "path", p->path, "bytes",
	    (json_int_t)st.st_size, "seq", (json_int_t)head->seq, "removed",
	    n_removed);
	answer_print(c, answer);
	json_decref(answer);
	return CTL_OK;
}

int
verb_backup(struct call *c)
{
	struct plan p = {.erased = BUF_MAX((size_t)1 << 20)};
	struct backup_head head = {0};
	json_t *answer = NULL;
	int rc = call_send_to(c, "POST", "/v1/admin/backup", &answer);

	if (rc == CTL_OK)
		rc = read_plan(answer, &p);
	if (rc == CTL_OK)
		rc = make_file(&p, &head);
	if (p.copy != NULL && p.copy[0] != '\0')
		remove_copy(p.copy);
	if (rc == CTL_OK)
		rc = tell(c, &p, &head, rotate(&p));
	plan_done(&p);
	json_decref(answer);
	return rc;
}

int
verb_backup_key(struct call *c)
{
	const char *path = call_text(c, "file");
	unsigned char reader[KEY_SIZE];
	char hex[2 * KEY_SIZE + 1];
	struct key secret;

	if (key_write_new(path) != OK || key_read(path, &secret) != OK) {
		fprintf(stderr,
		    "hotlinectl: %s is there already, or cannot be written\n",
		    path);
		return CTL_NO;
	}
	reader_public(&secret, reader);
	key_wipe(&secret);
	hex_encode(hex, reader, KEY_SIZE);
	if (c->json)
		printf("{\"backup_recipient\": \"%s\"}\n", hex);
	else
		printf("backup_recipient = \"%s\";\n", hex);
	return CTL_OK;
}
