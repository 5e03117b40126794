/* The server in this process: routes, bodies, answers, deadlines, stop. */
#include "http_client.h"

/* rest: more headers; body: NULL, or JSON unless rest says otherwise. */
static char *
web_ask(struct web *w, const char *line, const char *rest, const char *body)
{
	bool is_json = body != NULL && strstr(rest, "Content-Type") == NULL;
	char *length = body == NULL
			   ? xstrdup("")
			   : xasprintf("Content-Length: %zu\r\n", strlen(body));
	char *raw = xasprintf("%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
			      "%s%s%s\r\n%s",
	    line, rest, is_json ? "Content-Type: application/json\r\n" : "",
	    length, body != NULL ? body : "");
	char *answer = web_talk(w, false, raw, strlen(raw));

	free(length);
	free(raw);
	return answer;
}

static struct response *on_loop_answer;

static enum outcome
ping(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx;
	return answer_json(a, 200,
	    json_pack("{s:i, s:i}", "kind", r->subject.kind, "uid",
		(int)r->peer_uid));
}

static enum outcome
echo(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx;
	return answer_json(a, 200,
	    json_pack("{s:s, s:s*, s:O, s:O*}", "a", r->args[0], "b",
		r->args[1], "query", r->query, "body", r->body));
}

static enum outcome
tagged(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx, (void)r;
	answer_etag(a, 7);
	return answer_json(a, 200, json_object());
}

static enum outcome
change(struct tx *tx, const struct request *r, struct response *a)
{
	enum outcome how = need_match(r, 7, a);

	(void)tx;
	return how == OK ? answer_empty(a) : how;
}

static enum outcome
page(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx, (void)r;
	return answer_bytes(a, 200, "text/html; charset=utf-8", xstrdup("<p>"));
}

static enum outcome
fail_quietly(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx, (void)r, (void)a;
	return FAILED;
}

static enum outcome
take_in(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx;
	if (r->body_problem != NULL)
		return answer_problem(a, r->body_problem);
	return answer_json(a, 201, json_pack("{s:i}", "n", (int)r->raw_len));
}

static enum outcome
faulty(struct tx *tx, const struct request *r, struct response *a)
{
	struct faults f = {.n = 0};
	enum outcome how;

	(void)tx, (void)r;
	faults_add(&f, "/kind", "sai");
	how = answer_faults(a, "invalid_body", &f);
	answer_extra(a, "duty_phone", json_string("111"));
	faults_done(&f);
	return how;
}

static void
later(struct http *h, const struct request *r, struct response *a)
{
	(void)h, (void)r;
	on_loop_answer = a;
}

static const struct route table[] = {
    {"GET", "/ping", ANYONE, JOB_READ, ping, NULL, NULL, NULL},
    {"GET", "/who", AGENCY, JOB_READ, ping, NULL, NULL, NULL},
    {"GET", "/echo/{}", ANYONE, JOB_READ, echo, NULL, NULL, NULL},
    {"POST", "/echo/{}/to/{}", ANYONE, JOB_ACT, echo, NULL, NULL, NULL},
    {"GET", "/tag", ANYONE, JOB_READ, tagged, NULL, NULL, NULL},
    {"PATCH", "/tag", ANYONE, JOB_ACT, change, NULL, NULL, NULL},
    {"GET", "/page", ANYONE, JOB_READ, page, NULL, NULL, NULL},
    {"GET", "/fail", ANYONE, JOB_ACT, fail_quietly, NULL, NULL, NULL},
    {"POST", "/in", AGENCY, JOB_INTAKE, take_in, NULL, NULL, NULL},
    {"GET", "/faulty", ANYONE, JOB_ACT, faulty, NULL, NULL, NULL},
    {"GET", "/admin", ADMIN, JOB_READ, ping, NULL, NULL, NULL},
    {"POST", "/later", ADMIN, JOB_ACT, NULL, later, NULL, NULL},
};

/* Ask, and expect a status and texts in the answer (NULL: no more). */
struct talk {
	const char *line, *rest;
	int status;
	const char *has[4];
	const char *lacks;
	const char *body; /* sent as JSON if rest names no type */
};

static const struct talk talks[] = {
    {"GET /ping", "", 200,
	{"Cache-Control: no-store", "nosniff",
	    "Content-Type: application/json\r\n", "{\"kind\":0"},
	"Content-Security", NULL},
    {"GET /nothing", "", 404,
	{"application/problem+json", "\"type\":\"/problems/not_found\"",
	    "\"request_id\":\"", "\"code\":\"not_found\""},
	NULL, NULL},
    {"GET /ping/", "", 404, {NULL}, NULL, NULL},
    {"GET /echo/", "", 404, {NULL}, NULL, NULL},
    {"GET /admin", "", 404, {NULL}, NULL, NULL},
    {"DELETE /admin", "", 404, {NULL}, "Allow", NULL},
    {"GET /echo/%C4%91%20%2F?a=b+c&d=%C4%91&e", "", 200,
	{"{\"a\":\"đ /\"", "\"a\":\"b c\"", "\"d\":\"đ\"", "\"e\":\"\""}, NULL,
	NULL},
    {"GET /echo/%ff", "", 400, {"bad_request"}, NULL, NULL},
    {"GET /echo/a?b=%ff", "", 400, {"bad_request"}, NULL, NULL},
    {"GET /echo/a?b=1&b=2", "", 400, {"bad_request"}, NULL, NULL},
    {"GET /echo/a?=1", "", 400, {"bad_request"}, NULL, NULL},
    {"DELETE /tag", "", 405, {"Allow: GET, HEAD, PATCH", "\"status\":405"},
	NULL, NULL},
    {"OPTIONS /ping", "", 405, {"Allow: GET, HEAD\r\n"}, NULL, NULL},
    {"GET /tag", "", 200, {"ETag: \"7\""}, NULL, NULL},
    {"GET /tag", "If-None-Match: \"6\", W/\"7\"\r\n", 304, {"ETag"},
	"Content-Type: app", NULL},
    {"PATCH /tag", "Content-Length: 0\r\n", 428, {"version_missing"}, NULL,
	NULL},
    {"PATCH /tag", "If-Match: \"6\"\r\nContent-Length: 0\r\n", 412,
	{"stale_version"}, NULL, NULL},
    {"PATCH /tag", "If-Match: W/\"7\"\r\nContent-Length: 0\r\n", 412,
	{"stale_version"}, NULL, NULL},
    {"PATCH /tag", "If-Match: \"5\" , \"7\"\r\nContent-Length: 0\r\n", 204,
	{NULL}, "Content-Type: app", NULL},
    {"PATCH /tag", "If-Match: *\r\nContent-Length: 0\r\n", 204, {NULL}, NULL,
	NULL},
    {"GET /page", "", 200,
	{"text/html; charset=utf-8",
	    "Content-Security-Policy: default-src 'none'", "<p>"},
	NULL, NULL},
    {"HEAD /page", "", 200, {"Content-Length: 3\r\n"}, "<p>", NULL},
    {"HEAD /nothing", "", 404, {"Content-Length: "}, "{", NULL},
    {"GET /fail", "", 500, {"\"code\":\"internal\""}, NULL, NULL},
    {"GET /who", "", 401, {"unauthorized", "WWW-Authenticate: Bearer"}, NULL,
	NULL},
    {"GET /who", "Authorization: x\r\n", 200, {"\"kind\":1"}, NULL, NULL},
    {"GET /faulty", "", 422,
	{"[{\"pointer\":\"/kind\",\"detail\":\"sai\"}]",
	    "\"duty_phone\":\"111\""},
	NULL, NULL},
    {"POST /echo/a/to/b", "", 200, {"\"body\":{\"x\":[1]}", "\"b\":\"b\""},
	NULL, "{\"x\":[1]}"},
    {"POST /echo/a/to/b", "", 200, {"\"b\":\"b\""}, "body", ""},
    {"POST /echo/a/to/b", "Content-Type: application/json; charset=utf-8\r\n",
	200, {"\"body\":{}"}, NULL, "{}"},
    {"POST /echo/a/to/b", "Content-Type: Application/JSON\r\n", 200, {NULL},
	NULL, "{}"},
    {"POST /echo/a/to/b", "Content-Type: application/jsonx\r\n", 415,
	{"unsupported_media_type"}, NULL, "{}"},
    {"POST /echo/a/to/b", "Content-Type: text/plain\r\n", 415, {NULL}, NULL,
	"{}"},
    {"POST /echo/a/to/b", "Content-Type:\r\n", 415, {NULL}, NULL, "{}"},
    {"POST /echo/a/to/b", "", 400, {"invalid_json"}, NULL, "{"},
    {"POST /echo/a/to/b", "", 400, {"invalid_json"}, NULL, "[]"},
    {"POST /echo/a/to/b", "", 400, {"invalid_json"}, NULL, "1"},
    {"POST /echo/a/to/b", "", 400, {"invalid_json"}, NULL, "{} {}"},
    {"POST /echo/a/to/b", "", 400, {"invalid_json"}, NULL, "{\"a\":1,\"a\":1}"},
    {"POST /echo/a/to/b", "", 400, {"invalid_json"}, NULL, "{\"a\":\"\xff\"}"},
    {"POST /echo/a/to/b", "", 400, {"invalid_json"}, NULL, "\xef\xbb\xbf{}"},
    {"POST /echo/a/to/b", "", 400, {"invalid_json"}, NULL,
	"{\"a\":\"\\u0000\"}"},
    {"POST /echo/a/to/b", "", 400, {"invalid_json"}, NULL,
	"{\"a\":\"\\ud800\"}"},
    {"POST /echo/a/to/b", "", 400, {"invalid_json"}, NULL, "{\"a\":NaN}"},
    {"POST /echo/a/to/b", "", 400, {"invalid_json"}, NULL,
	"{\"a\":9223372036854775808}"},
    {"POST /echo/a/to/b", "", 400, {"json_too_deep"}, NULL,
	"{\"a\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}"},
    {"POST /echo/a/to/b", "", 200, {NULL}, NULL,
	"{\"a\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}"},
    {"POST /echo/a/to/b", "", 200, {NULL}, NULL,
	"{\"a\":\"[[[[[[[[[[[[[[[[[[[\\\"{\",\"b\":[],\"c\":[],\"d\":[]}"},
    {"POST /in", "", 401, {"unauthorized"}, NULL, "{"},
    {"POST /in", "Authorization: x\r\n", 400, {"invalid_json"}, NULL, "{"},
    {"POST /in", "Content-Length: 1001\r\n", 413,
	{"too_large", "Connection: close"}, NULL, NULL},
};

static void
check_talk(struct web *w, const struct talk *t)
{
	char *answer = web_ask(w, t->line, t->rest, t->body);
	char *status = xasprintf("HTTP/1.1 %d ", t->status);
	const char *body = strstr(answer, "\r\n\r\n");

	if (!starts(answer, status) || body == NULL)
		fail_msg("%s: %s", t->line, answer);
	for (size_t i = 0; i < NELEM(t->has) && t->has[i] != NULL; i++)
		if (strstr(answer, t->has[i]) == NULL)
			fail_msg("%s lacks %s: %s", t->line, t->has[i], answer);
	if (t->lacks != NULL &&
	    strstr(*t->lacks == '{' || *t->lacks == '<' ? body : answer,
		t->lacks) != NULL)
		fail_msg("%s has %s: %s", t->line, t->lacks, answer);
	if (strstr(answer, "onnection: close") == NULL)
		fail_msg("%s stays open: %s", t->line, answer);
	free(status);
	free(answer);
}

static void
every_talk(void **state)
{
	struct web w;

	(void)state;
	web_start(&w, table, NELEM(table));
	for (size_t i = 0; i < NELEM(talks); i++)
		check_talk(&w, &talks[i]);
	web_end(&w);
}

static void
the_control_socket_serves_all_with_its_peer(void **state)
{
	static const char raw[] = "GET /admin HTTP/1.1\r\nHost: a\r\n"
				  "Connection: close\r\n\r\n";
	struct web w;
	char *answer, *want;

	(void)state;
	web_start(&w, table, NELEM(table));
	answer = web_talk(&w, true, raw, sizeof(raw) - 1);
	want = xasprintf("{\"kind\":%d,\"uid\":%d}", BY_ADMIN, (int)getuid());
	assert_non_null(strstr(answer, want));
	free(want);
	free(answer);
	web_end(&w);
}

static void
a_loop_route_answers_later(void **state)
{
	static const char raw[] = "POST /later HTTP/1.1\r\nHost: a\r\n"
				  "Content-Length: 0\r\n\r\n";
	struct buf in = BUF_MAX(10000);
	struct web w;
	int fd;

	(void)state;
	web_start(&w, table, NELEM(table));
	fd = web_connect(&w, true);
	web_send(&w, fd, raw, sizeof(raw) - 1);
	web_turn_for(&w, 50);
	assert_non_null(on_loop_answer);
	answer_json(on_loop_answer, 200, json_pack("{s:i}", "late", 1));
	http_answer(w.http, on_loop_answer);
	assert_false(web_receive(&w, fd, &in, "{\"late\":1}"));
	close(fd);
	buf_done(&in);
	web_end(&w);
}

static void
only_loopback_is_listened_on(void **state)
{
	static const char *const addresses[] = {
	    "0.0.0.0", "192.0.2.1", "::", "localhost", "", "127.0.0.1 "};
	struct http_options o;
	struct web w;

	(void)state;
	web_start(&w, table, NELEM(table));
	for (size_t i = 0; i < NELEM(addresses); i++) {
		web_options(&w, &o);
		o.control_path = NULL;
		o.listen = addresses[i];
		assert_null(http_start(w.base, &o));
	}
	web_end(&w);
}

static void
a_control_socket_in_use_is_not_taken_away(void **state)
{
	struct http_options o;
	struct web w;

	(void)state;
	web_start(&w, table, NELEM(table));
	web_options(&w, &o);
	assert_null(http_start(w.base, &o));
	assert_int_equal(access(w.control, F_OK), 0);
	web_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_talk),
	    cmocka_unit_test(the_control_socket_serves_all_with_its_peer),
	    cmocka_unit_test(a_loop_route_answers_later),
	    cmocka_unit_test(only_loopback_is_listened_on),
	    cmocka_unit_test(a_control_socket_in_use_is_not_taken_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
