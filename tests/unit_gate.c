/* The gate as a pure machine: whole, byte by byte, and cut at every place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http_gate.h"

#define END	  "\r\n\r\n"
#define HOST	  "\r\nHost: a"
#define OPEN_LINE "GET /a HTTP/1.1" HOST
#define POST_LINE "POST /a HTTP/1.1" HOST

struct row {
	const char *name, *raw;
	size_t n;
	const char *problem; /* NULL: all of it passes */
};
#define PASS(name, raw)                                                        \
	{                                                                      \
		name, raw, sizeof(raw) - 1, NULL                               \
	}
#define STOP(name, raw, problem)                                               \
	{                                                                      \
		name, raw, sizeof(raw) - 1, #problem                           \
	}

static const struct row rows[] = {
    PASS("plain", OPEN_LINE END),
    PASS("query", "GET /a?b=c%20d&e=/?f HTTP/1.1" HOST END),
    PASS("1.0 without host", "GET / HTTP/1.0" END),
    PASS("body", POST_LINE "\r\nContent-Length: 3" END "abc"),
    PASS("empty body", POST_LINE "\r\nContent-Length: 0" END),
    PASS("zeros", POST_LINE "\r\nContent-Length: 003" END "abc"),
    PASS("get with zero length", OPEN_LINE "\r\nContent-Length: 0" END),
    PASS("any name", OPEN_LINE "\r\nX-1-y:\tz \t" END),
    PASS("empty value", OPEN_LINE "\r\nX:" END),
    PASS("text beyond ASCII", OPEN_LINE "\r\nX: \xc4\x91" END),
    PASS("expect",
	POST_LINE "\r\nExpect: 100-Continue\r\nContent-Length: 1" END "x"),
    PASS("two in a row", OPEN_LINE END OPEN_LINE END),
    PASS("body, then head",
	POST_LINE "\r\nContent-Length: 3" END "abc" OPEN_LINE END),
    PASS("body that looks like a head",
	POST_LINE "\r\nContent-Length: 9" END "\n\r\n\0 TE\r\n"),
    PASS("dots in a name", "GET /a..b/...c/.d HTTP/1.1" HOST END),
    PASS("escaped", "GET /%C4%91%20 HTTP/1.1" HOST END),

    STOP("two lengths",
	POST_LINE "\r\nContent-Length: 3\r\nContent-Length: 3" END,
	bad_request),
    STOP("length list", POST_LINE "\r\nContent-Length: 3, 3" END, bad_request),
    STOP("length +3", POST_LINE "\r\nContent-Length: +3" END, bad_request),
    STOP("length -1", POST_LINE "\r\nContent-Length: -1" END, bad_request),
    STOP("length 0x3", POST_LINE "\r\nContent-Length: 0x3" END, bad_request),
    STOP("length 3abc", POST_LINE "\r\nContent-Length: 3abc" END, bad_request),
    STOP("length empty", POST_LINE "\r\nContent-Length:" END, bad_request),
    STOP("length 2^64",
	POST_LINE "\r\nContent-Length: 18446744073709551616" END, too_large),
    STOP("length over", POST_LINE "\r\nContent-Length: 1001" END, too_large),
    STOP("length absent", POST_LINE END, length_required),
    STOP("get with body", OPEN_LINE "\r\nContent-Length: 3" END, bad_request),
    STOP("space before colon", POST_LINE "\r\nContent-Length : 3" END,
	bad_request),
    STOP("te", POST_LINE "\r\nTransfer-Encoding: chunked" END, length_required),
    STOP("te and length",
	POST_LINE "\r\nTransfer-Encoding: chunked\r\nContent-Length: 3" END,
	bad_request),
    STOP("xchunked", POST_LINE "\r\nTransfer-Encoding: xchunked" END,
	length_required),
    STOP("te on get", OPEN_LINE "\r\ntransfer-encoding: identity" END,
	length_required),
    STOP("te with 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: x" END,
	bad_request),
    STOP("obs-fold", OPEN_LINE "\r\nX: a\r\n b" END, bad_request),
    STOP("bare LF", "GET /a HTTP/1.1\nHost: a\n\n", bad_request),
    STOP("bare LF at the end", OPEN_LINE "\r\n\n", bad_request),
    STOP("bare CR", OPEN_LINE "\r\nX: a\rb" END, bad_request),
    STOP("NUL in a value", OPEN_LINE "\r\nX: a\0b" END, bad_request),
    STOP("NUL in a name", OPEN_LINE "\r\nX\0: a" END, bad_request),
    STOP("DEL in a value", OPEN_LINE "\r\nX: \x7f" END, bad_request),
    STOP("no colon", OPEN_LINE "\r\nX" END, bad_request),
    STOP("no name", OPEN_LINE "\r\n: a" END, bad_request),
    STOP("odd name", OPEN_LINE "\r\nX_Y: a" END, bad_request),
    STOP("no host", "GET /a HTTP/1.1" END, bad_request),
    STOP("empty host", "GET /a HTTP/1.1\r\nHost:" END, bad_request),
    STOP("two hosts", OPEN_LINE HOST END, bad_request),
    STOP("host with a path", "GET /a HTTP/1.1\r\nHost: a/b" END, bad_request),
    STOP("two keys",
	POST_LINE "\r\nIdempotency-Key: a\r\nidempotency-key: a" END,
	bad_request),
    STOP("two authorizations",
	OPEN_LINE "\r\nAuthorization: a\r\nAuthorization: b" END, bad_request),
    STOP("absolute form", "GET http://a/a HTTP/1.1" HOST END, bad_request),
    STOP("asterisk", "OPTIONS * HTTP/1.1" HOST END, bad_request),
    STOP("two slashes", "GET //a HTTP/1.1" HOST END, bad_request),
    STOP("dots", "GET /a/../b HTTP/1.1" HOST END, bad_request),
    STOP("dots at the end", "GET /a/.. HTTP/1.1" HOST END, bad_request),
    STOP("our own mark", "GET /../too_large HTTP/1.1" HOST END, bad_request),
    STOP("escaped dots", "GET /a/%2e%2E/b HTTP/1.1" HOST END, bad_request),
    STOP("one dot", "GET /a/./b HTTP/1.1" HOST END, bad_request),
    STOP("escaped NUL", "GET /a%00 HTTP/1.1" HOST END, bad_request),
    STOP("escaped LF in query", "GET /a?b=%0a HTTP/1.1" HOST END, bad_request),
    STOP("broken escape", "GET /a%4 HTTP/1.1" HOST END, bad_request),
    STOP("broken escape 2", "GET /a%zz HTTP/1.1" HOST END, bad_request),
    STOP("fragment", "GET /a#b HTTP/1.1" HOST END, bad_request),
    STOP("raw UTF-8", "GET /\xc4\x91 HTTP/1.1" HOST END, bad_request),
    STOP("backslash", "GET /a\\b HTTP/1.1" HOST END, bad_request),
    STOP("two blanks", "GET  /a HTTP/1.1" HOST END, bad_request),
    STOP("blank in target", "GET /a b HTTP/1.1" HOST END, bad_request),
    STOP("tabs", "GET\t/a\tHTTP/1.1" HOST END, bad_request),
    STOP("blank at the end", "GET /a HTTP/1.1 " HOST END, bad_request),
    STOP("0.9", "GET /a\r\n", bad_request),
    STOP("empty line first", "\r\n" OPEN_LINE END, bad_request),
    STOP("lower-case version", "GET /a http/1.1" HOST END, bad_request),
    STOP("version 1.2", "GET /a HTTP/1.2" HOST END, version_not_supported),
    STOP("version 2.0", "PRI * HTTP/2.0" END, not_implemented),
    STOP("version 9.9", "GET /a HTTP/9.9" HOST END, version_not_supported),
    STOP("trace", "TRACE /a HTTP/1.1" HOST END, not_implemented),
    STOP("lower-case method", "get /a HTTP/1.1" HOST END, not_implemented),
    STOP("odd method", "G-T /a HTTP/1.1" HOST END, bad_request),
    STOP("odd expect", POST_LINE "\r\nExpect: x\r\nContent-Length: 1" END,
	expectation_failed),
};

static const struct gate_limits limits = {
    .head = 600, .uri = 100, .body = 1000};

static void
collect(void *arg, const void *p, size_t n)
{
	buf_add(arg, p, n);
}

/* Feed in pieces of the given size. */
static bool
feed(struct gate *g, struct buf *out, const struct row *row, size_t size)
{
	bool is_alive = true;

	for (size_t at = 0; at < row->n; at += size) {
		size_t n = row->n - at < size ? row->n - at : size;

		is_alive = gate_feed(g, row->raw + at, n, collect, out);
	}
	return is_alive;
}

static void
check_row(const struct row *row, size_t size)
{
	struct gate g;
	struct buf out = BUF_MAX(100000);
	bool is_alive;

	gate_init(&g, &limits);
	is_alive = feed(&g, &out, row, size);
	if (is_alive != (row->problem == NULL) ||
	    (!is_alive && strcmp(g.problem, row->problem) != 0))
		fail_msg("%s (pieces of %zu): %s", row->name, size,
		    is_alive ? "passed" : g.problem);
	if (is_alive) {
		assert_int_equal(out.len, row->n);
		assert_memory_equal(out.data, row->raw, row->n);
		assert_false(gate_is_partial(&g));
	} else {
		assert_int_equal(out.len, 0);
	}
	buf_done(&out);
	gate_done(&g);
}

static void
every_row_in_pieces_of_every_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++)
		for (size_t size = 1; size <= rows[i].n; size++)
			check_row(&rows[i], size);
}

static void
good_bad_good_passes_the_first_only(void **state)
{
	static const char good[] = OPEN_LINE END;
	static const char all[] =
	    OPEN_LINE END "GET //a HTTP/1.1" HOST END OPEN_LINE END;

	(void)state;
	for (size_t size = 1; size < sizeof(all); size++) {
		struct row row = {"", all, sizeof(all) - 1, NULL};
		struct buf out = BUF_MAX(1000);
		struct gate g;

		gate_init(&g, &limits);
		assert_false(feed(&g, &out, &row, size));
		assert_int_equal(out.len, sizeof(good) - 1);
		assert_memory_equal(out.data, good, out.len);
		buf_done(&out);
		gate_done(&g);
	}
}

/* n bytes of c between two texts must be refused with the code. */
static void
check_long(const char *before, char c, size_t n, const char *code)
{
	struct buf raw = BUF_MAX(100000), out = BUF_MAX(100000);
	struct gate g;

	buf_adds(&raw, before);
	for (size_t i = 0; i < n; i++)
		buf_add(&raw, &c, 1);
	gate_init(&g, &limits);
	assert_false(gate_feed(&g, raw.data, raw.len, collect, &out));
	assert_string_equal(g.problem, code);
	assert_int_equal(out.len, 0);
	gate_done(&g);
	buf_done(&raw);
	buf_done(&out);
}

static void
endless_lines_are_cut(void **state)
{
	(void)state;
	check_long("GET /", 'a', 200, "uri_too_long");
	check_long("GET /", 'a', 50000, "uri_too_long");
	check_long("", 'A', 50000, "uri_too_long");
	check_long(OPEN_LINE "\r\nX: ", 'a', 50000, "headers_too_large");
	check_long(OPEN_LINE "\r\n", 'a', 50000, "headers_too_large");
}

static void
a_uri_of_the_limit_passes_and_one_more_does_not(void **state)
{
	char target[102] = "/";
	struct gate_head h = {0};

	(void)state;
	memset(target + 1, 'a', 100);
	for (size_t n = 100; n <= 101; n++) {
		char *line = xasprintf("GET %.*s HTTP/1.1", (int)n, target);
		const char *problem =
		    head_request_line(&h, line, strlen(line), 100);

		if (n == 100)
			assert_null(problem);
		else
			assert_string_equal(problem, "uri_too_long");
		free(line);
	}
}

static void
more_than_100_headers_are_too_many(void **state)
{
	struct gate_head h = {0};

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_null(head_header(&h, "X: a", 4));
	assert_string_equal(head_header(&h, "X: a", 4), "headers_too_large");
}

static void
partial_is_told_from_idle(void **state)
{
	struct buf out = BUF_MAX(1000);
	struct gate g;
	static const char raw[] = POST_LINE "\r\nContent-Length: 3" END "abc";

	(void)state;
	gate_init(&g, &limits);
	assert_false(gate_is_partial(&g));
	for (size_t i = 0; i < sizeof(raw) - 1; i++) {
		gate_feed(&g, raw + i, 1, collect, &out);
		assert_int_equal(gate_is_partial(&g), i + 2 < sizeof(raw));
	}
	buf_done(&out);
	gate_done(&g);
}

static void
a_dead_gate_stays_dead(void **state)
{
	struct buf out = BUF_MAX(1000);
	struct gate g;

	(void)state;
	gate_init(&g, &limits);
	assert_false(gate_feed(&g, "\n", 1, collect, &out));
	assert_false(gate_feed(
	    &g, OPEN_LINE END, sizeof(OPEN_LINE END) - 1, collect, &out));
	assert_int_equal(out.len, 0);
	gate_done(&g);
}

/* Whose body was too large is told by its head, if all of that came. */
static void
a_whole_head_can_be_asked(void **state)
{
	static const char big[] =
	    POST_LINE "\r\nauthorization: \t Bearer x y\r\nX:\r\n"
		      "Content-Length: 1000000" END;
	struct buf out = BUF_MAX(1000);
	struct gate g;
	char *value;

	(void)state;
	gate_init(&g, &limits);
	assert_false(gate_feed(&g, big, sizeof(big) - 1, collect, &out));
	assert_string_equal(g.problem, "too_large");
	value = gate_header(&g, "Authorization");
	assert_string_equal(value, "Bearer x y");
	free(value);
	value = gate_header(&g, "X");
	assert_string_equal(value, "");
	free(value);
	assert_null(gate_header(&g, "Bearer x y"));
	assert_null(gate_header(&g, "author"));
	gate_done(&g);
	gate_init(&g, &limits);
	assert_false(gate_feed(&g, "POST\r\n", 6, collect, &out));
	assert_null(gate_header(&g, "Authorization"));
	gate_done(&g);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_in_pieces_of_every_size),
	    cmocka_unit_test(good_bad_good_passes_the_first_only),
	    cmocka_unit_test(endless_lines_are_cut),
	    cmocka_unit_test(a_uri_of_the_limit_passes_and_one_more_does_not),
	    cmocka_unit_test(more_than_100_headers_are_too_many),
	    cmocka_unit_test(partial_is_told_from_idle),
	    cmocka_unit_test(a_dead_gate_stays_dead),
	    cmocka_unit_test(a_whole_head_can_be_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
