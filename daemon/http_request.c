/* From what evhttp read to the request that handlers see. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "http_inside.h"

/* Headers that handlers may look at, and where they go. */
static const struct {
	const char *name;
	size_t offset;
} wanted[] = {
    {"Authorization", offsetof(struct request, authorization)},
    {"Idempotency-Key", offsetof(struct request, idempotency_key)},
    {"If-Match", offsetof(struct request, if_match)},
    {"If-None-Match", offsetof(struct request, if_none_match)},
    {"webhook-id", offsetof(struct request, webhook_id)},
    {"webhook-timestamp", offsetof(struct request, webhook_timestamp)},
    {"webhook-signature", offsetof(struct request, webhook_signature)},
    {"Accept-Language", offsetof(struct request, accept_language)},
    {"Receipt-Secret", offsetof(struct request, receipt_secret)},
    {"Cookie", offsetof(struct request, cookie)},
    {"Origin", offsetof(struct request, origin)},
    {"Sec-Fetch-Site", offsetof(struct request, fetch_site)},
    {"X-CSRF-Token", offsetof(struct request, csrf)},
    {"Host", offsetof(struct request, host)},
    {"X-Forwarded-For", offsetof(struct request, forwarded_for)},
    {"Content-Digest", offsetof(struct request, content_digest)},
};

static const char *
method_name(enum evhttp_cmd_type type)
{
	switch (type) {
	case EVHTTP_REQ_GET:
		return "GET";
	case EVHTTP_REQ_HEAD:
		return "HEAD";
	case EVHTTP_REQ_POST:
		return "POST";
	case EVHTTP_REQ_PUT:
		return "PUT";
	case EVHTTP_REQ_PATCH:
		return "PATCH";
	case EVHTTP_REQ_DELETE:
		return "DELETE";
	default:
		return "OPTIONS";
	}
}

/* Own copies: evhttp's go when its connection goes, the store may still
 * be at work. */
static void
copy_headers(struct exchange *x)
{
	struct evkeyvalq *in = evhttp_request_get_input_headers(x->evreq);

	for (size_t i = 0; i < NELEM(wanted); i++) {
		const char *value = evhttp_find_header(in, wanted[i].name);
		char *copy;

		if (value == NULL)
			continue;
		copy = xstrdup(value);
		x->texts[x->n_texts++] = copy;
		memcpy((char *)&x->request + wanted[i].offset, &copy,
		    sizeof(copy));
	}
}

static bool
is_json(struct exchange *x)
{
	static const char json[] = "application/json";
	const char *type = evhttp_find_header(
	    evhttp_request_get_input_headers(x->evreq), "Content-Type");

	return type != NULL && strncasecmp(type, json, strlen(json)) == 0 &&
	       strchr("; \t", type[strlen(json)]) != NULL;
}

static void
copy_body(struct exchange *x)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(x->evreq);
	struct request *r = &x->request;
	size_t n = evbuffer_get_length(in);
	char *raw = xcalloc(1, n + 1);

	evbuffer_remove(in, raw, n);
	x->texts[x->n_texts++] = raw;
	r->raw = raw;
	r->raw_len = n;
	if (n == 0 || r->route->kind == JOB_UPLOAD)
		return;
	if (is_json(x))
		r->body = json_read(raw, n, &r->body_problem);
	else
		r->body_problem = "unsupported_media_type";
}

static void
read_peer(struct exchange *x)
{
	struct request *r = &x->request;
	struct ucred cred;
	socklen_t len = sizeof(cred);

	r->peer_uid = (uid_t)-1;
	if (!x->conn->door->is_control ||
	    getsockopt(bufferevent_getfd(x->conn->bev), SOL_SOCKET, SO_PEERCRED,
		&cred, &len) != 0)
		return;
	r->peer_uid = cred.uid;
	r->peer_pid = cred.pid;
}

/* Method and path to a row; the Allow header if that is all that is wrong. */
static void
find_route(struct exchange *x, const char *method, const char *path, size_t n)
{
	struct buf allow = BUF_MAX(100);
	char *copy = xstrndup(path, n);
	struct target t = {
	    .method = method,
	    .path = copy,
	    .is_control = x->conn->door->is_control,
	    .is_watch = x->conn->door->is_watch,
	};

	x->is_head = strcmp(t.method, "HEAD") == 0;
	x->problem = route_find(&x->h->routes, &t, &x->request, &allow);
	if (allow.len > 0 && x->request.route == NULL)
		answer_header(&x->response, "Allow", "%s", allow.data);
	buf_done(&allow);
	free(copy);
}

/*
 * A notification that was too large to be read: whose it was is known by its
 * head, so its handler runs without it.  Of anything else only the 413 is left.
 */
static void
read_unread(struct exchange *x)
{
	const struct gate *g = &x->conn->gate;
	struct request *r = &x->request;
	const char *path = "";
	char *key;

	if (!g->is_whole || strcmp(g->problem, "too_large") != 0)
		return;
	if (strncmp(g->head.data, "POST ", 5) == 0)
		path = g->head.data + 5;
	find_route(x, "POST", path, strcspn(path, "? \r"));
	if (r->route == NULL || r->route->kind != JOB_INTAKE ||
	    r->route->who == ADMIN) {
		x->problem = g->problem;
		return;
	}
	key = gate_header(g, "Authorization");
	if (key != NULL)
		x->texts[x->n_texts++] = key;
	r->authorization = key;
	r->raw = "";
	r->body_problem = g->problem;
	r->is_unread = true;
	r->unread_len = g->said.length;
}

/* The gate's own request: the code of what it refused, else NULL. */
static const char *
refused_by_gate(const char *uri)
{
	return strncmp(uri, "/../", 4) == 0 ? uri + 4 : NULL;
}

void
request_read(struct exchange *x)
{
	const char *uri = evhttp_request_get_uri(x->evreq);
	struct request *r = &x->request;
	size_t path_n = strcspn(uri, "?");

	id_new(r->id);
	x->problem = refused_by_gate(uri);
	if (x->problem != NULL) {
		x->closes = true;
		r->query = json_object();
		read_unread(x);
		return;
	}
	find_route(
	    x, method_name(evhttp_request_get_command(x->evreq)), uri, path_n);
	r->query = query_read(uri[path_n] == '?' ? uri + path_n + 1 : "");
	if (r->query == NULL) {
		x->problem = "bad_request";
		r->query = json_object();
	}
	if (x->problem != NULL) {
		x->closes = strcmp(x->problem, "bad_request") == 0;
		return;
	}
	read_peer(x);
	copy_headers(x);
	copy_body(x);
}

void
request_done(struct exchange *x)
{
	route_args_free(&x->request);
	json_decref(x->request.query);
	json_decref(x->request.body);
	for (size_t i = 0; i < x->n_texts; i++)
		free(x->texts[i]);
}

const char *
request_query(const struct request *r, const char *name)
{
	return json_string_value(json_object_get(r->query, name));
}
