/* A call of the API without its socket: route, handler, job, answer. */
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "http_parse.h"
#include "simulation.h"

const struct caller admin = {
    .name = "root", .subject = {.kind = BY_ADMIN, .id = "uid:0"}};

struct call {
	struct request r;
	struct response a;
	enum outcome returned;
	bool is_done;
	char *raw;
};

static enum outcome
run_call(struct tx *tx, void *arg)
{
	struct call *c = arg;

	answer_done(&c->a);
	c->returned = c->r.route->run(tx, &c->r, &c->a);
	return c->returned;
}

static void
on_called(void *arg, enum outcome how)
{
	struct call *c = arg;

	if (how != c->returned)
		answer_outcome(&c->a, how);
	else if (c->a.status == 0)
		answer_outcome(&c->a, how == OK ? FAILED : how);
	c->is_done = true;
}

static struct call *
call_new(const struct caller *who, const char *method, const char *path,
    json_t *body)
{
	const struct route_table table = {routes, n_routes};
	char *bare = xstrndup(path, strcspn(path, "?"));
	const char *query = strchr(path, '?'), *problem = NULL;
	struct target t = {.method = method,
	    .path = bare,
	    .is_control = who->subject.kind == BY_ADMIN};
	struct buf allow = BUF_MAX(100);
	struct call *c = xcalloc(1, sizeof(*c));

	if (route_find(&table, &t, &c->r, &allow) != NULL)
		fatal("no route %s %s", method, path);
	c->r.subject = who->subject;
	c->r.query = query == NULL ? json_object() : query_read(query + 1);
	if (body != NULL) {
		c->raw = json_dumps(body, JSON_COMPACT);
		c->r.raw = c->raw;
		c->r.raw_len = strlen(c->raw);
		c->r.body = json_read(c->raw, c->r.raw_len, &problem);
	}
	c->r.peer_uid = 0;
	json_decref(body);
	buf_done(&allow);
	free(bare);
	return c;
}

static void
call_free(struct call *c)
{
	route_args_free(&c->r);
	json_decref(c->r.query);
	json_decref(c->r.body);
	answer_done(&c->a);
	free(c->raw);
	free(c);
}

/* One that is lost with the daemon is never freed: its job may still end. */
static int
run(struct call *c, json_t **ret)
{
	int status;

	if (life.store == NULL || has_crashed)
		return 0;
	store_post(life.store, c->r.route->kind, run_call, on_called, c);
	if (has_crashed)
		return 0;
	store_reap(life.store);
	if (life.schedule != NULL)
		schedule_kick(life.schedule);
	status = c->is_done ? c->a.status : 0;
	if (ret != NULL)
		*ret = json_incref(c->a.json);
	call_free(c);
	/* The answer may be lost on its way. */
	return has_crashed ? 0 : status;
}

/* Changes of a case name the version that was read. */
static char *
tag_of(const struct caller *who, const char *path)
{
	const char *rest =
	    strncmp(path, "/v1/cases/", 10) == 0 ? path + 10 : "";
	char *at, *tag = NULL;
	json_t *read = NULL;

	if (*rest == '\0')
		return NULL;
	at = xstrndup(path, 10 + strcspn(rest, "/"));
	if (api(who, "GET", at, NULL, &read) == 200)
		tag = xasprintf(
		    "\"%lld\"", (long long)json_integer_value(
				    json_object_get(read, "version")));
	json_decref(read);
	free(at);
	return tag;
}

int
api(const struct caller *who, const char *method, const char *path,
    json_t *body, json_t **ret)
{
	bool is_get = strcmp(method, "GET") == 0;
	char *tag = is_get ? NULL : tag_of(who, path);
	struct call *c = call_new(who, method, path, body);
	int status;

	c->r.if_match = tag;
	if (life.store == NULL || has_crashed) {
		call_free(c);
		free(tag);
		return 0;
	}
	status = run(c, ret);
	free(tag);
	return status;
}

int
api_keyed(const struct caller *who, const char *path, json_t *body,
    const char *key, json_t **ret)
{
	struct call *c = call_new(who, "POST", path, body);

	c->r.idempotency_key = key;
	return run(c, ret);
}
