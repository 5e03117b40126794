/*
 * A load client: a number of keep-alive connections, each posting one request
 * after the other (and, beside them, others that read), bounded in count and
 * time.  Prints one line of JSON: how many, how long, latencies in
 * microseconds, answers by status.  Speaks to 127.0.0.1 only.
 *
 *   load --port P --posters N --requests M --keys FILE --body FILE
 *        [--getters N --ids FILE] [--ids-out FILE] [--seconds S]
 *
 * M are the posts; getters read until they are over.  In the body @N@ becomes a
 * number that no request had before.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util.h"

#define STATUS_MAX 600

struct load {
	int epoll;
	int64_t port, posters, getters, left, started, seconds;
	struct lines keys, ids;
	char *body;
	FILE *ids_out;
	struct timings post, get;
	int64_t status[STATUS_MAX];
	uint64_t serial, seed;
};

struct connection {
	int fd, nth;
	bool reads; /* a getter */
	char out[BUFFER], in[BUFFER];
	size_t out_len, out_sent, in_len;
	int64_t sent_at;
};

/* The template with @N@ replaced; its length. */
static size_t
fill_body(char *out, const char *body, uint64_t n)
{
	size_t len = 0;
	const char *at;

	while ((at = strstr(body, "@N@")) != NULL) {
		memcpy(out + len, body, (size_t)(at - body));
		len += (size_t)(at - body);
		len +=
		    (size_t)sprintf(out + len, "%llu", (unsigned long long)n);
		body = at + 3;
	}
	strcpy(out + len, body);
	return len + strlen(body);
}

static void
make_post(struct load *l, struct connection *c)
{
	static char body[BUFFER];
	uint64_t n = ++l->serial;
	size_t len = fill_body(body, l->body, n);

	c->out_len = (size_t)snprintf(c->out, BUFFER,
	    "POST /v1/referrals HTTP/1.1\r\nHost: 127.0.0.1\r\n"
	    "Authorization: Bearer %s\r\nIdempotency-Key: "
	    "\"load-%llx-%llu\"\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
	    l->keys.v[(size_t)c->nth % l->keys.n], (unsigned long long)l->seed,
	    (unsigned long long)n, len, body);
}

/* Ids are written "key-number id". */
static void
make_get(struct load *l, struct connection *c)
{
	const char *row = l->ids.v[(size_t)random() % l->ids.n];
	size_t key = strtoul(row, NULL, 10);

	c->out_len = (size_t)snprintf(c->out, BUFFER,
	    "GET /v1/referrals/%s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
	    "Authorization: Bearer %s\r\n\r\n",
	    strchr(row, ' ') + 1, l->keys.v[key % l->keys.n]);
}

static void
watch(struct load *l, struct connection *c, uint32_t events, int how)
{
	struct epoll_event e = {.events = events, .data.ptr = c};

	if (epoll_ctl(l->epoll, how, c->fd, &e) != 0)
		die("epoll");
}

static void
push(struct load *l, struct connection *c)
{
	while (c->out_sent < c->out_len) {
		ssize_t n = send(c->fd, c->out + c->out_sent,
		    c->out_len - c->out_sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN) {
			watch(l, c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
			return;
		}
		if (n < 0)
			die("send");
		c->out_sent += (size_t)n;
	}
}

static bool
is_over(const struct load *l)
{
	return l->left <= 0 || now_us() - l->started > l->seconds * 1000000;
}

static void
next_request(struct load *l, struct connection *c)
{
	if (is_over(l))
		return;
	if (c->reads) {
		make_get(l, c);
	} else {
		l->left--;
		make_post(l, c);
	}
	c->out_sent = c->in_len = 0;
	c->sent_at = now_us();
	push(l, c);
}

static void
keep_id(struct load *l, const struct connection *c)
{
	const char *id = strstr(c->in, "\"id\":");

	if (l->ids_out == NULL || id == NULL)
		return;
	id = strchr(id + 5, '"');
	if (id != NULL)
		fprintf(l->ids_out, "%zu %.36s\n", (size_t)c->nth % l->keys.n,
		    id + 1);
}

/* True when one whole answer is there. */
static bool
is_whole(const struct connection *c)
{
	const char *end = strstr(c->in, "\r\n\r\n");
	const char *length = strcasestr(c->in, "content-length:");

	if (end == NULL)
		return false;
	if (length == NULL || length > end)
		return true;
	return c->in_len >=
	       (size_t)(end + 4 - c->in) + strtoul(length + 15, NULL, 10);
}

static void
answered(struct load *l, struct connection *c)
{
	struct timings *t = c->reads ? &l->get : &l->post;
	int64_t us = now_us() - c->sent_at;
	unsigned long status = strtoul(c->in + 9, NULL, 10);

	if (status < STATUS_MAX)
		l->status[status]++;
	if (t->n < t->max)
		t->us[t->n++] = us;
	if (!c->reads)
		keep_id(l, c);
	next_request(l, c);
}

static void
pull(struct load *l, struct connection *c)
{
	ssize_t n = recv(c->fd, c->in + c->in_len, BUFFER - 1 - c->in_len, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		die("connection closed");
	c->in_len += (size_t)n;
	c->in[c->in_len] = '\0';
	if (is_whole(c))
		answered(l, c);
}

static struct connection *
open_one(struct load *l, int nth, bool reads)
{
	struct connection *c = must(calloc(1, sizeof(*c)));
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)l->port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int on = 1;

	c->nth = nth;
	c->reads = reads;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 ||
	    connect(c->fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	watch(l, c, EPOLLIN, EPOLL_CTL_ADD);
	return c;
}

static void
turn(struct load *l, const struct epoll_event *e)
{
	struct connection *c = e->data.ptr;

	if (e->events & EPOLLOUT) {
		watch(l, c, EPOLLIN, EPOLL_CTL_MOD);
		push(l, c);
	}
	if (e->events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		pull(l, c);
}

static void
run(struct load *l)
{
	int64_t total = l->left;
	struct epoll_event list[64];

	for (int i = 0; i < l->posters; i++)
		next_request(l, open_one(l, i, false));
	for (int i = 0; i < l->getters; i++)
		next_request(l, open_one(l, i, true));
	while ((int64_t)l->post.n < total) {
		int n = epoll_wait(l->epoll, list, 64, 1000);

		for (int i = 0; i < n; i++)
			turn(l, &list[i]);
		if (now_us() - l->started > (l->seconds + 10) * 1000000)
			break;
		if (l->left > 0 && is_over(l)) {
			total -= l->left;
			l->left = 0;
		}
	}
}

static void
print(struct load *l, int64_t took)
{
	const char *comma = "";

	printf("{\"us\":%lld,", (long long)took);
	print_timings("post", &l->post);
	print_timings("get", &l->get);
	printf("\"status\":{");
	for (int s = 0; s < STATUS_MAX; s++) {
		if (l->status[s] == 0)
			continue;
		printf("%s\"%d\":%lld", comma, s, (long long)l->status[s]);
		comma = ",";
	}
	printf("}}\n");
}

/* "--name value" pairs; numbers and files by the same table. */
static void
read_option(struct load *l, const char *name, const char *value)
{
	const struct {
		const char *name;
		int64_t *number;
		struct lines *lines;
	} table[] = {{"--port", &l->port, NULL},
	    {"--posters", &l->posters, NULL}, {"--getters", &l->getters, NULL},
	    {"--requests", &l->left, NULL}, {"--seconds", &l->seconds, NULL},
	    {"--keys", NULL, &l->keys}, {"--ids", NULL, &l->ids}};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (strcmp(name, table[i].name) != 0)
			continue;
		if (table[i].number != NULL)
			*table[i].number = strtoll(value, NULL, 10);
		else
			*table[i].lines = read_lines(value);
		return;
	}
	if (strcmp(name, "--body") == 0)
		l->body = read_all(value);
	else if (strcmp(name, "--ids-out") == 0)
		l->ids_out = fopen(value, "we");
	else
		exit(2);
}

int
main(int argc, char **argv)
{
	struct load l = {.posters = 1, .left = 1000, .seconds = 60};

	for (int i = 1; i + 1 < argc; i += 2)
		read_option(&l, argv[i], argv[i + 1]);
	if (l.port == 0 || l.keys.n == 0 || l.body == NULL)
		return 2;
	l.post = timings_of((size_t)l.left);
	l.get = timings_of(4000000);
	l.started = now_us();
	/* What was sent before would only be given its receipt again. */
	l.serial = (uint64_t)l.started;
	l.seed = (uint64_t)l.started ^ (uint64_t)getpid() << 40;
	l.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l.epoll < 0)
		die("epoll");
	run(&l);
	print(&l, now_us() - l.started);
	if (l.ids_out != NULL)
		fclose(l.ids_out);
	return 0;
}
