/*
 * The ceilings that intake is measured against, in one small program.
 *
 *   bare null            evhttp answers an empty 201
 *   bare rows DB N B     evhttp, JSON, N rows of B bytes in SQLite (WAL, FULL),
 *                        group commit on a writer thread, then the 201
 *   bare loop DB N B M   no HTTP: M transactions of such rows, one after the
 *                        other, each durable; prints microseconds of each
 *
 * Listens on a free port of 127.0.0.1 and prints it.
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <inttypes.h>
#include <jansson.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "util.h"

#define BATCH  256
#define TABLES 5

struct job {
	struct evhttp_request *request;
	struct job *next;
};

struct bare {
	struct event_base *base;
	sqlite3 *db;
	sqlite3_stmt *insert[TABLES], *begin, *commit;
	int rows, bytes, wake;
	int64_t serial;
	char *filler;
	pthread_mutex_t mutex;
	pthread_cond_t more;
	struct job *waiting, **last, *done;
};

static void
need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bare: %s\n", what);
	exit(1);
}

static sqlite3_stmt *
prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s = NULL;

	need(sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK, sql);
	return s;
}

static void
step(sqlite3_stmt *s)
{
	need(sqlite3_step(s) == SQLITE_DONE, "step");
	sqlite3_reset(s);
}

static void
open_db(struct bare *b, char **args)
{
	char sql[300];

	need(sqlite3_open(args[0], &b->db) == SQLITE_OK, "open");
	need(sqlite3_exec(b->db,
		 "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL;"
		 "PRAGMA synchronous=FULL",
		 NULL, NULL, NULL) == SQLITE_OK,
	    "pragma");
	for (int t = 0; t < TABLES; t++) {
		snprintf(sql, sizeof(sql),
		    "CREATE TABLE IF NOT EXISTS t%d (id TEXT PRIMARY KEY NOT "
		    "NULL, at INTEGER NOT NULL, body BLOB NOT NULL) STRICT;"
		    "CREATE INDEX IF NOT EXISTS t%d_at ON t%d (at)",
		    t, t, t);
		need(sqlite3_exec(b->db, sql, NULL, NULL, NULL) == SQLITE_OK,
		    sql);
		snprintf(
		    sql, sizeof(sql), "INSERT INTO t%d VALUES (?, ?, ?)", t);
		b->insert[t] = prepare(b->db, sql);
	}
	b->begin = prepare(b->db, "BEGIN IMMEDIATE");
	b->commit = prepare(b->db, "COMMIT");
	b->rows = (int)strtol(args[1], NULL, 10);
	b->bytes = (int)strtol(args[2], NULL, 10);
	b->filler = calloc(1, (size_t)b->bytes + 1);
	need(b->filler != NULL && b->rows > 0 && b->bytes > 0, "numbers");
}

/* The rows of one intake, with rising keys as ours have. */
static void
write_rows(struct bare *b)
{
	char id[40];

	for (int i = 0; i < b->rows; i++) {
		sqlite3_stmt *s = b->insert[i % TABLES];

		snprintf(id, sizeof(id), "01900000-0000-7000-8000-%012" PRIx64,
		    (uint64_t)++b->serial);
		sqlite3_bind_text(s, 1, id, -1, SQLITE_TRANSIENT);
		sqlite3_bind_int64(s, 2, b->serial);
		sqlite3_bind_blob(s, 3, b->filler, b->bytes, SQLITE_STATIC);
		step(s);
	}
}

static struct job *
take(struct bare *b)
{
	struct job *first, *j;
	int n = 1;

	pthread_mutex_lock(&b->mutex);
	while (b->waiting == NULL)
		pthread_cond_wait(&b->more, &b->mutex);
	first = j = b->waiting;
	while (j->next != NULL && n++ < BATCH)
		j = j->next;
	b->waiting = j->next;
	if (b->waiting == NULL)
		b->last = &b->waiting;
	j->next = NULL;
	pthread_mutex_unlock(&b->mutex);
	return first;
}

static void *
write_all(void *arg)
{
	struct bare *b = arg;
	const uint64_t one = 1;

	for (;;) {
		struct job *list = take(b), *j;

		step(b->begin);
		for (j = list; j != NULL; j = j->next)
			write_rows(b);
		step(b->commit);
		for (j = list; j->next != NULL;)
			j = j->next;
		pthread_mutex_lock(&b->mutex);
		j->next = b->done;
		b->done = list;
		pthread_mutex_unlock(&b->mutex);
		need(write(b->wake, &one, sizeof(one)) == sizeof(one), "wake");
	}
	return NULL;
}

static void
on_done(evutil_socket_t fd, short what, void *arg)
{
	struct bare *b = arg;
	struct job *list, *next;
	uint64_t n;

	(void)what;
	if (read(fd, &n, sizeof(n)) != sizeof(n))
		return;
	pthread_mutex_lock(&b->mutex);
	list = b->done;
	b->done = NULL;
	pthread_mutex_unlock(&b->mutex);
	for (; list != NULL; list = next) {
		next = list->next;
		evhttp_send_reply(list->request, 201, "Created", NULL);
		free(list);
	}
}

static void
answer_null(struct evhttp_request *r, void *arg)
{
	(void)arg;
	evhttp_send_reply(r, 201, "Created", NULL);
}

static void
answer_rows(struct evhttp_request *r, void *arg)
{
	struct bare *b = arg;
	struct evbuffer *in = evhttp_request_get_input_buffer(r);
	size_t n = evbuffer_get_length(in);
	json_t *body = json_loadb((char *)evbuffer_pullup(in, -1), n, 0, NULL);
	struct job *j;

	if (body == NULL) {
		evhttp_send_reply(r, 400, "Bad Request", NULL);
		return;
	}
	json_decref(body);
	j = calloc(1, sizeof(*j));
	need(j != NULL, "memory");
	j->request = r;
	pthread_mutex_lock(&b->mutex);
	*b->last = j;
	b->last = &j->next;
	pthread_cond_signal(&b->more);
	pthread_mutex_unlock(&b->mutex);
}

static void
serve(struct bare *b, void (*answer)(struct evhttp_request *, void *))
{
	struct evhttp *http = evhttp_new(b->base);
	struct evhttp_bound_socket *s =
	    evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
	struct sockaddr_in at;
	socklen_t n = sizeof(at);
	int on = 1, fd = evhttp_bound_socket_get_fd(s);

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	getsockname(fd, (struct sockaddr *)&at, &n);
	evhttp_set_gencb(http, answer, b);
	printf("%d\n", ntohs(at.sin_port));
	fflush(stdout);
	event_base_dispatch(b->base);
}

static void
loop(struct bare *b, long count)
{
	for (long i = 0; i < count; i++) {
		int64_t before = now_us();

		step(b->begin);
		write_rows(b);
		step(b->commit);
		printf("%" PRId64 "\n", now_us() - before);
	}
}

int
main(int argc, char **argv)
{
	struct bare b = {.mutex = PTHREAD_MUTEX_INITIALIZER,
	    .more = PTHREAD_COND_INITIALIZER};
	pthread_t thread;

	need(argc > 1, "null | rows DB N B | loop DB N B M");
	b.last = &b.waiting;
	if (argc > 4)
		open_db(&b, argv + 2);
	if (strcmp(argv[1], "loop") == 0 && argc == 6) {
		loop(&b, strtol(argv[5], NULL, 10));
		return 0;
	}
	b.base = event_base_new();
	b.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	need(b.base != NULL && b.wake >= 0, "event base");
	if (argc > 4) {
		event_add(event_new(b.base, b.wake, EV_READ | EV_PERSIST,
			      on_done, &b),
		    NULL);
		need(pthread_create(&thread, NULL, write_all, &b) == 0,
		    "thread");
	}
	serve(&b, argc > 4 ? answer_rows : answer_null);
	return 0;
}
