/* Documents of a case, sent and fetched by a member with their own token. */
#include "bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "seal.h"

#define DOCUMENTS    "/v1/cases/{}/documents"
#define DOCUMENT     "/v1/cases/{}/documents/{}"
#define SIZE_MAX_MIB 10
#define MIB	     ((size_t)1024 * 1024)
#define TRIES	     5
#define PAUSE_MS     200 /* doubles */
#define TELL_EVERY   8	 /* parts */

/* A file that is sent: all of it, and what it is known by. */
struct file {
	const char *path;
	unsigned char *p;
	size_t n;
	char sha256[2 * HASH_SIZE + 1];
};

static int
fail(const char *path, const char *what)
{
	fprintf(stderr, "hotlinectl: %s: %s\n", path, what);
	return CTL_NO;
}

static void
hex_of(const unsigned char hash[HASH_SIZE], char out[2 * HASH_SIZE + 1])
{
	hex_encode(out, hash, HASH_SIZE);
	out[2 * HASH_SIZE] = '\0';
}

static bool
read_all(int fd, struct file *f)
{
	for (size_t at = 0; at < f->n;) {
		ssize_t n = read(fd, f->p + at, f->n - at);

		if (n <= 0 && (n == 0 || errno != EINTR))
			return false;
		at += n > 0 ? (size_t)n : 0;
	}
	return true;
}

static int
file_read(struct file *f)
{
	unsigned char hash[HASH_SIZE];
	struct stat st;
	int fd = open(f->path, O_RDONLY | O_CLOEXEC), rc = CTL_OK;

	if (fd < 0 || fstat(fd, &st) != 0) {
		rc = fail(f->path, strerror(errno));
	} else if (!S_ISREG(st.st_mode) || st.st_size == 0) {
		rc = fail(f->path, "is no file with something in it");
	} else if ((uint64_t)st.st_size > SIZE_MAX_MIB * MIB) {
		rc = fail(f->path, "is larger than 10 MiB; nothing was sent");
	} else {
		f->n = (size_t)st.st_size;
		f->p = xcalloc(f->n, 1);
		if (!read_all(fd, f))
			rc = fail(f->path, "changed while it was read");
		sha256_of(f->p, f->n, hash);
		hex_of(hash, f->sha256);
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

static void
file_done(struct file *f)
{
	if (f->p != NULL)
		explicit_bzero(f->p, f->n);
	free(f->p);
}

static const char *
text_of(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s == NULL ? "" : s;
}

static void
replace(json_t **old, json_t *new)
{
	json_decref(*old);
	*old = new;
}

static void
rest(int tries)
{
	int64_t ms = (int64_t)PAUSE_MS << tries;

	(void)nanosleep(
	    &(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* The same file sent before, by any member if it is whole. */
static int
find(const struct call *c, const struct file *f, json_t **ret_document)
{
	json_t *list = NULL, *one;
	size_t i;
	int rc = call_send_to(c, "GET", DOCUMENTS, &list);

	json_array_foreach(json_object_get(list, "items"), i,
	    one) if (strcmp(text_of(one, "sha256"), f->sha256) == 0)
	    replace(ret_document, json_incref(one));
	json_decref(list);
	return rc;
}

static int
begin(struct call *c, const struct file *f, json_t *title, json_t **ret)
{
	int rc;

	json_object_set(c->fields, "title", title);
	json_object_set_new(c->fields, "size", json_integer((json_int_t)f->n));
	json_object_set_new(c->fields, "sha256", json_string(f->sha256));
	rc = call_send_to(c, "POST", DOCUMENTS, ret);
	json_object_clear(c->fields);
	return rc;
}

static void
tell(json_int_t done, json_int_t parts)
{
	if (parts > TELL_EVERY && (done % TELL_EVERY == 0 || done == parts))
		fprintf(stderr, "hotlinectl: %lld of %lld parts\n",
		    (long long)done, (long long)parts);
}

/* Send what is missing; *document becomes what it is then. */
static int
send_missing(struct call *c, const struct file *f, json_t **document)
{
	json_int_t size =
	    json_integer_value(json_object_get(*document, "part_size"));
	json_int_t parts =
	    json_integer_value(json_object_get(*document, "parts"));
	json_t *left, *answer = NULL;
	int rc = CTL_OK;

	while (rc == CTL_OK && size > 0 &&
	       (left = json_object_get(*document, "missing")) != NULL) {
		json_int_t number = json_integer_value(json_array_get(left, 0));
		size_t at = (size_t)((number - 1) * size), n = f->n - at;
		char text[24];

		if (number < 1 || at >= f->n)
			return fail(f->path, "the daemon's answer is no good");
		snprintf(text, sizeof(text), "%lld", (long long)number);
		json_array_set_new(c->path_args, 2, json_string(text));
		rc = call_put(c, DOCUMENT "/parts/{}", f->p + at,
		    n < (size_t)size ? n : (size_t)size, &answer);
		if (rc == CTL_OK)
			replace(document, json_incref(answer));
		replace(&answer, NULL);
		tell(number, rc == CTL_OK ? parts : 0);
	}
	return rc;
}

/* A broken connection is no end: what is missing is asked again. */
static int
send_all(struct call *c, const struct file *f, json_t **document)
{
	int rc = send_missing(c, f, document);

	for (int i = 1; i < TRIES && rc == CTL_USAGE; i++) {
		json_t *now = NULL;

		fputs("hotlinectl: once more\n", stderr);
		rest(i);
		rc = call_send_to(c, "GET", DOCUMENT, &now);
		if (rc == CTL_OK) {
			replace(document, json_incref(now));
			rc = send_missing(c, f, document);
		}
		json_decref(now);
	}
	if (rc == CTL_USAGE)
		fputs("hotlinectl: not all was sent; the same command goes on"
		      " with it\n",
		    stderr);
	return rc;
}

static int
add(struct call *c, const struct file *f, json_t *title)
{
	json_t *document = NULL;
	int rc = find(c, f, &document);

	if (rc == CTL_OK && document == NULL)
		rc = begin(c, f, title, &document);
	else if (rc == CTL_OK)
		fprintf(stderr, "hotlinectl: %s: %s\n", f->path,
		    strcmp(text_of(document, "state"), "whole") == 0
			? "is there already"
			: "was begun before; going on with it");
	if (rc == CTL_OK) {
		json_array_append_new(
		    c->path_args, json_string(text_of(document, "id")));
		json_array_append_new(c->path_args, json_string(""));
		rc = send_all(c, f, &document);
	}
	if (rc == CTL_OK)
		answer_print(c, document);
	json_decref(document);
	return rc;
}

/* "document add" */
int
verb_document_add(struct call *c)
{
	struct file f = {.path = call_text(c, "file")};
	char *path = xstrdup(f.path);
	json_t *title = json_incref(json_object_get(c->fields, "title"));
	int rc;

	f.path = path;
	json_object_clear(c->fields); /* none of it belongs into a URL */
	rc = file_read(&f);
	if (rc == CTL_OK)
		rc = add(c, &f, title);
	file_done(&f);
	json_decref(title);
	free(path);
	return rc;
}

/* ---- Fetching ---- */

/* Where it comes to; nothing that is there is written over. */
struct target {
	const char *path;
	char *part;
	int fd;
	size_t n;
	json_int_t size;
	struct hash hash;
};

static bool
on_bytes(void *arg, const void *p, size_t n)
{
	struct target *t = arg;
	size_t before = t->n / MIB;

	t->n += n;
	sha256_add(&t->hash, p, n);
	if (t->n / MIB != before)
		fprintf(stderr, "hotlinectl: %zu of %lld MiB\n", t->n / MIB,
		    (long long)(t->size / (json_int_t)MIB));
	while (n > 0) {
		ssize_t did = write(t->fd, p, n);

		if (did < 0 && errno != EINTR)
			return false;
		p = (const char *)p + (did > 0 ? did : 0);
		n -= did > 0 ? (size_t)did : 0;
	}
	return true;
}

/* Whole, what its sender said it is, and on the disk? */
static int
check(struct target *t, const json_t *document)
{
	const char *said = text_of(document, "sha256");
	unsigned char hash[HASH_SIZE];
	char is[2 * HASH_SIZE + 1];

	sha256_end(&t->hash, hash);
	hex_of(hash, is);
	if ((json_int_t)t->n != t->size) {
		fprintf(stderr, "hotlinectl: not all of it came\n");
		return CTL_USAGE;
	}
	if (*said != '\0' && strcmp(said, is) != 0)
		return fail(
		    t->path, "is not what was sent: its digest differs");
	if (*said == '\0')
		fputs("hotlinectl: no digest was said when it was sent\n",
		    stderr);
	if (fsync(t->fd) != 0)
		return fail(t->path, strerror(errno));
	return CTL_OK;
}

static int
fetch_once(struct call *c, struct target *t, const json_t *document)
{
	int rc;

	t->n = 0;
	sha256_init(&t->hash);
	if (ftruncate(t->fd, 0) != 0 || lseek(t->fd, 0, SEEK_SET) != 0)
		return fail(t->path, strerror(errno));
	rc = call_fetch(c, DOCUMENT "/content", on_bytes, t);
	return rc == CTL_OK ? check(t, document) : rc;
}

static int
fetch(struct call *c, struct target *t, const json_t *document)
{
	int rc = CTL_USAGE;

	t->fd = open(t->part,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (t->fd < 0)
		return fail(t->part, strerror(errno));
	for (int i = 0; i < TRIES && rc == CTL_USAGE; i++) {
		if (i > 0)
			rest(i);
		rc = fetch_once(c, t, document);
	}
	close(t->fd);
	if (rc == CTL_OK && rename(t->part, t->path) != 0)
		rc = fail(t->path, strerror(errno));
	if (rc != CTL_OK)
		(void)unlink(t->part);
	return rc;
}

static int
get(struct call *c, struct target *t)
{
	json_t *document = NULL;
	int fd, rc = call_send_to(c, "GET", DOCUMENT, &document);

	t->size = json_integer_value(json_object_get(document, "size"));
	if (rc == CTL_OK && strcmp(text_of(document, "state"), "whole") != 0)
		rc = fail(t->path, "the document is not all there yet");
	/* The name is ours before anything is written. */
	fd = rc != CTL_OK
		 ? -1
		 : open(t->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (rc == CTL_OK && fd < 0)
		rc = fail(t->path, strerror(errno));
	if (fd >= 0) {
		close(fd);
		rc = fetch(c, t, document);
		if (rc != CTL_OK)
			(void)unlink(t->path);
	}
	if (rc == CTL_OK)
		answer_print(c, document);
	json_decref(document);
	return rc;
}

/* "document get" */
int
verb_document_get(struct call *c)
{
	char *path = xstrdup(call_text(c, "out"));
	struct target t = {.path = path, .part = xasprintf("%s.part", path)};
	int rc;

	json_object_clear(c->fields);
	rc = get(c, &t);
	free(t.part);
	free(path);
	return rc;
}
