/* A conn is one connection; an exchange one request and its answer. */
#ifndef HTTP_INSIDE_H
#define HTTP_INSIDE_H

#include <event2/event.h>
#include <event2/http.h>
#include <sys/queue.h>

#include "http_door.h"
#include "http_gate.h"
#include "http_parse.h"

/* Where a connection is; moved by conn_move alone, which notes since when. */
enum phase {
	PHASE_IDLE,    /* no byte of a request has come */
	PHASE_READING, /* a request has begun */
	PHASE_RUNNING, /* a handler has it */
	PHASE_WRITING, /* its answer is on the way */
	PHASE_LINGER,  /* closed by us; what still comes is thrown away */
	PHASE_MAX
};

struct conn {
	TAILQ_ENTRY(conn) next;
	struct door *door;
	struct bufferevent *bev; /* held by us too: its fd closes last */
	struct gate gate;
	enum phase phase;
	int64_t since;		/* clock_mono() */
	size_t swallowed;	/* bytes thrown away while lingering */
	bool was_used, is_busy; /* a request came; inside the gate's callback */
	bool is_closing;	/* evhttp frees it; stands in front */
	struct exchange *open;
};

struct exchange {
	LIST_ENTRY(exchange) next;
	struct http *h;
	struct conn *conn;	      /* NULL once it is gone */
	struct evhttp_request *evreq; /* NULL once evhttp is gone */
	authenticate_run *authenticate;
	struct request request;
	struct response response;
	struct slow slow;		  /* of a slow row */
	struct follow *follow;		  /* NULL: its answer ends */
	enum outcome returned;		  /* by the last run of the handler */
	const char *problem;		  /* found before the handler ran */
	bool is_head, closes, is_sending; /* a part is on the way */
	int64_t sent;			  /* bytes of a long answer */
	char *texts[24]; /* owned copies the request points to */
	size_t n_texts;
};

struct http {
	struct event_base *base;
	struct store *store;
	struct route_table routes;
	authenticate_run *authenticate;
	void *arg;
	struct pool *pool; /* of slow rows; NULL: we are stopping */
	struct gate_limits gate;
	int64_t phase_ms[PHASE_MAX]; /* longest stay; 0: any */
	struct door tcp, control, watch;
	TAILQ_HEAD(conns, conn) conns;
	struct conn **by_fd;
	size_t n_by_fd, n_streams; /* long answers on their way */
	LIST_HEAD(exchanges, exchange) open;
	struct event *sweep, *reap, *drain_end;
	struct followers *followers;
	int64_t starved_at, complained_at; /* accept() failed, log line */
	bool is_draining, is_free;
	void (*drained)(void *);
	void *drained_arg;
	struct http_counts counts;
};

/* http_conn.c */
struct bufferevent *conn_new(struct event_base *base, void *door);
struct conn *conn_of(struct http *h, struct evhttp_request *evreq);
void conn_move(struct conn *c, enum phase phase);
void conn_answered(struct evhttp_request *evreq, void *conn);
void conns_start(struct http *h);
/* Phase limits changed: look as often as they ask for. */
void conns_pace(struct http *h);
/* Who has nothing to say is cut from now on. */
void conns_drain(struct http *h);
/* After evhttp_free: let all go. */
void conns_free(struct http *h);
/* http_request.c: fill x->request; sets x->problem if it is bad. */
void request_read(struct exchange *x);
void request_done(struct exchange *x);
/* http_exchange.c: the way of one request. */
void exchange_begin(struct evhttp_request *evreq, void *door);
void exchange_send(struct exchange *x);
/* Drained if nothing is with a handler and no answer on the way. */
void http_check_drained(struct http *h);
/* An exchange has ended: the last one may have to free h. */
void http_ended(struct http *h);

#endif
