/*
 * The gate: looks at every byte of a connection before evhttp does, and lets
 * through only heads that have exactly one reading (RFC 9112, and stricter).
 * A pure state machine: no sockets, no clock.
 */
#ifndef HTTP_GATE_H
#define HTTP_GATE_H

#include "core.h"

struct gate_limits {
	size_t head; /* request line and headers, in bytes */
	size_t uri;
	int64_t body;
	/* Of requests whose line takes_upload(arg) says yes to; NULL: none. */
	int64_t upload;
	bool (*takes_upload)(const void *arg, const char *line, size_t n);
	const void *arg;
};

enum gate_state {
	GATE_HEAD, /* collecting a head, or idle if none has begun */
	GATE_BODY, /* letting body_left bytes through */
	GATE_DEAD, /* something was wrong: every further byte is dropped */
};

/* What the head that is being collected has said so far. */
struct gate_head {
	bool has_line;	 /* the request line is complete */
	bool takes_body; /* POST, PUT, PATCH */
	bool is_1_0;
	bool is_odd_expect;
	bool is_upload; /* its body has a limit of its own */
	unsigned seen;	/* bits of the headers that may come only once */
	int n_headers;
	int64_t length; /* Content-Length */
};

struct gate {
	const struct gate_limits *limits; /* may change between two heads */
	enum gate_state state;
	struct buf head;
	size_t line; /* where the unfinished line starts in head */
	struct gate_head said;
	int64_t body_left;
	const char *problem; /* code of problems.def once dead */
	bool is_whole;	     /* dead of a head that is still there, complete */
};

/* Bytes that may go on to evhttp. */
typedef void gate_release(void *arg, const void *p, size_t n);

void gate_init(struct gate *g, const struct gate_limits *limits);
void gate_done(struct gate *g);
/*
 * Feed bytes as they come, in pieces of any size; what is complete and right
 * is released in order.  False once dead: g->problem says why.
 */
bool gate_feed(
    struct gate *g, const char *p, size_t n, gate_release *release, void *arg);
/* A header of a whole head, or NULL if it is not there; the caller frees. */
char *gate_header(const struct gate *g, const char *name);
/* Has part of a request come, but not all of it? */
bool gate_is_partial(const struct gate *g);

/*
 * http_head.c: one complete line without its CRLF, and the whole at the empty
 * line.  NULL if all is well, else the code of a problem.
 */
const char *head_request_line(
    struct gate_head *h, const char *line, size_t n, size_t uri_max);
const char *head_header(struct gate_head *h, const char *line, size_t n);
const char *head_end(const struct gate_head *h, int64_t body_max);

#endif
