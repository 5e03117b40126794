/* Connections in this process: pipelines, deadlines, aborts, stop. */
#include "http_client.h"

#include <dirent.h>

#include "store_jobs.h"

static sem_t *let_slow; /* NULL: do not wait */

static enum outcome
ping(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx, (void)r;
	return answer_json(a, 200, json_object());
}

static enum outcome
take_in(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx;
	return answer_json(a, 201, json_pack("{s:i}", "n", (int)r->raw_len));
}

static enum outcome
page(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx, (void)r;
	return answer_bytes(a, 200, "text/html; charset=utf-8", xstrdup("<p>"));
}

static enum outcome
slow(struct tx *tx, const struct request *r, struct response *a)
{
	if (let_slow != NULL)
		sem_wait(let_slow);
	if (tx_exec(tx, Q_META_SET,
		ARGS(V_TEXT("00000"), V_TEXT(r->args[0]), V_TEXT("x"))) != OK)
		return answer_outcome(a, FAILED);
	return answer_json(a, 201, json_object());
}

static const struct route table[] = {
    {"GET", "/ping", ANYONE, JOB_READ, ping, NULL, NULL, NULL},
    {"GET", "/page", ANYONE, JOB_READ, page, NULL, NULL, NULL},
    {"POST", "/slow/{}", ANYONE, JOB_ACT, slow, NULL, NULL, NULL},
    {"POST", "/in", AGENCY, JOB_INTAKE, take_in, NULL, NULL, NULL},
};

static int
open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

#define GOOD	"GET /ping HTTP/1.1\r\nHost: a\r\n\r\n"
#define CLOSING "GET /ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
#define BAD	"GET //ping HTTP/1.1\r\nHost: a\r\n\r\n"

static int
count(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

static void
good_bad_good_is_200_400_close(void **state)
{
	struct web w;
	char *answer;

	(void)state;
	web_start(&w, table, NELEM(table));
	answer = web_talk(&w, false, GOOD BAD GOOD, strlen(GOOD BAD GOOD));
	assert_true(starts(answer, "HTTP/1.1 200"));
	assert_int_equal(count(answer, "HTTP/1.1 "), 2);
	assert_int_equal(count(answer, "HTTP/1.1 400"), 1);
	assert_int_equal(count(answer, "Connection: close"), 1);
	free(answer);
	web_end(&w);
}

static void
a_hundred_pipelined_are_all_answered(void **state)
{
	struct buf raw = BUF_MAX(100000), in = BUF_MAX(1000000);
	struct web w;
	int fd;

	(void)state;
	web_start(&w, table, NELEM(table));
	for (int i = 0; i < 100; i++)
		buf_adds(&raw, GOOD);
	buf_adds(&raw, "GET /page HTTP/1.1\r\nHost: a\r\n\r\n");
	fd = web_connect(&w, false);
	web_send(&w, fd, raw.data, raw.len);
	assert_false(web_receive(&w, fd, &in, "<p>"));
	assert_int_equal(count(in.data, "HTTP/1.1 200"), 101);
	close(fd);
	buf_done(&raw);
	buf_done(&in);
	web_end(&w);
}

static void
a_byte_at_a_time_is_fine(void **state)
{
	static const char raw[] = "POST /in HTTP/1.1\r\nHost: a\r\n"
				  "Authorization: x\r\n" JSON_BODY("2") "{}";
	struct buf in = BUF_MAX(10000);
	struct web w;
	int fd;

	(void)state;
	web_start(&w, table, NELEM(table));
	fd = web_connect(&w, false);
	for (size_t i = 0; i < sizeof(raw) - 1; i++)
		web_send(&w, fd, raw + i, 1);
	assert_false(web_receive(&w, fd, &in, "{\"n\":2}"));
	close(fd);
	buf_done(&in);
	web_end(&w);
}

static void
a_megabyte_too_much_still_reads_its_413(void **state)
{
	static const char head[] = "POST /in HTTP/1.1\r\nHost: a\r\n"
				   "Content-Length: 3000000\r\n\r\n";
	char *body = xcalloc(1, 3000000);
	struct buf in = BUF_MAX(10000);
	struct web w;
	int fd;

	(void)state;
	web_start(&w, table, NELEM(table));
	fd = web_connect(&w, false);
	assert_true(web_send(&w, fd, head, sizeof(head) - 1));
	assert_true(web_send(&w, fd, body, 3000000));
	assert_true(web_receive(&w, fd, &in, NULL));
	assert_true(starts(in.data, "HTTP/1.1 413"));
	close(fd);
	free(body);
	buf_done(&in);
	web_end(&w);
}

/* Drip a request; how long until the server hangs up, and what is left then. */
static int64_t
drip(struct web *w, const char *raw, int every_ms, size_t *left)
{
	int64_t began = clock_mono();
	struct buf in = BUF_MAX(10000);
	int fd = web_connect(w, false);
	char byte;

	for (; *raw != '\0' && recv(fd, &byte, 1, MSG_PEEK) != 0; raw++) {
		send(fd, raw, 1, MSG_NOSIGNAL);
		web_turn_for(w, every_ms);
	}
	assert_true(web_receive(w, fd, &in, NULL));
	assert_int_equal(in.len, 0);
	close(fd);
	*left = strlen(raw);
	return clock_mono() - began;
}

/* However slow the machine: a deadline that each byte moved let all through. */
static void
a_dripping_client_is_cut_at_the_deadline(void **state)
{
	struct web w;
	size_t left;
	int64_t ms;

	(void)state;
	web_start(&w, table, NELEM(table));
	ms = drip(&w, "GET /ping HTTP/1.1\r\nHost: aaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    20, &left);
	assert_true(ms >= 400 && left > 0);
	ms = drip(&w,
	    "POST /in HTTP/1.1\r\nHost:a\r\nContent-Length:99\r\n\r\n"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    8, &left);
	assert_true(ms >= 400 && left > 0);
	web_end(&w);
}

static void
an_idle_connection_is_closed_later_than_the_deadline(void **state)
{
	struct web w;
	size_t left;

	(void)state;
	web_start(&w, table, NELEM(table));
	assert_true(drip(&w, "", 0, &left) >= 800);
	web_end(&w);
}

static void
a_client_that_is_gone_leaves_its_commit(void **state)
{
	static const char raw[] = "POST /slow/gone HTTP/1.1\r\nHost: a\r\n"
				  "Content-Length: 0\r\n\r\n";
	struct web w;
	sem_t let;
	int fd;

	(void)state;
	web_start(&w, table, NELEM(table));
	sem_init(&let, 0, 0);
	let_slow = &let;
	fd = web_connect(&w, false);
	web_send(&w, fd, raw, sizeof(raw) - 1);
	web_turn_for(&w, 50);
	close(fd);
	web_turn_for(&w, 50);
	sem_post(&let);
	web_turn_for(&w, 100);
	rig_expect(&w.rig, "gone", "x");
	web_end(&w);
	sem_destroy(&let);
}

static void
aborts_leak_nothing(void **state)
{
	static const char raw[] = "POST /in HTTP/1.1\r\nHost: a\r\n"
				  "Authorization: x\r\n" JSON_BODY("2") "{}";
	struct linger hard = {1, 0};
	struct web w;
	int before;

	(void)state;
	web_start(&w, table, NELEM(table));
	web_turn_for(&w, 20);
	before = open_files();
	for (size_t i = 0; i < 600; i++) {
		int fd = web_connect(&w, false);

		send(fd, raw, i % sizeof(raw), MSG_NOSIGNAL);
		if (i % 3 == 0)
			web_turn(&w);
		if (i % 2 == 0)
			setsockopt(
			    fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		close(fd);
	}
	web_turn_for(&w, 1500);
	assert_int_equal(open_files(), before);
	web_end(&w);
}

static void
more_than_the_cap_wait_outside(void **state)
{
	struct web w;
	int fds[80], before;
	char *answer;

	(void)state;
	web_start(&w, table, NELEM(table));
	before = open_files();
	for (size_t i = 0; i < NELEM(fds); i++) {
		fds[i] = web_connect(&w, false);
		web_turn(&w);
	}
	web_turn_for(&w, 30);
	assert_int_equal(open_files(), before + 80 + 64);
	for (size_t i = 0; i < NELEM(fds); i++)
		close(fds[i]);
	answer = web_talk(&w, false, CLOSING, strlen(CLOSING));
	assert_true(starts(answer, "HTTP/1.1 200"));
	free(answer);
	web_end(&w);
}

static void
on_drained(void *arg)
{
	((struct web *)arg)->is_drained = true;
}

static void
a_stop_answers_what_is_open(void **state)
{
	static const char raw[] = "POST /slow/stop HTTP/1.1\r\nHost: a\r\n"
				  "Content-Length: 0\r\n\r\n";
	struct buf in = BUF_MAX(10000);
	struct web w;
	sem_t let;
	int fds[20], idle;
	char byte;

	(void)state;
	web_start(&w, table, NELEM(table));
	sem_init(&let, 0, 0);
	let_slow = &let;
	idle = web_connect(&w, false);
	for (size_t i = 0; i < NELEM(fds); i++) {
		fds[i] = web_connect(&w, false);
		web_send(&w, fds[i], raw, sizeof(raw) - 1);
	}
	http_drain(w.http, 5000, on_drained, &w);
	/* Who has just come has a moment to say something. */
	web_turn_for(&w, 50);
	assert_int_equal(recv(idle, &byte, 1, MSG_DONTWAIT), -1);
	web_turn_for(&w, 350);
	assert_false(w.is_drained);
	assert_int_equal(recv(idle, &byte, 1, 0), 0);
	assert_int_equal(access(w.control, F_OK), -1);
	for (size_t i = 0; i < NELEM(fds); i++)
		sem_post(&let);
	for (size_t i = 0; i < NELEM(fds); i++) {
		assert_true(web_receive(&w, fds[i], &in, NULL));
		close(fds[i]);
	}
	assert_int_equal(count(in.data, "HTTP/1.1 201"), 20);
	assert_int_equal(count(in.data, "Connection: close"), 20);
	web_turn_for(&w, 20);
	assert_true(w.is_drained);
	close(idle);
	buf_done(&in);
	web_end(&w);
	sem_destroy(&let);
}

static void
a_stop_waits_no_longer_than_told(void **state)
{
	static const char raw[] = "POST /slow/late HTTP/1.1\r\nHost: a\r\n"
				  "Content-Length: 0\r\n\r\n";
	struct web w;
	sem_t let;
	int fd;

	(void)state;
	web_start(&w, table, NELEM(table));
	sem_init(&let, 0, 0);
	let_slow = &let;
	fd = web_connect(&w, false);
	web_send(&w, fd, raw, sizeof(raw) - 1);
	http_drain(w.http, 100, on_drained, &w);
	web_turn_for(&w, 200);
	assert_true(w.is_drained);
	http_free(w.http);
	w.http = NULL;
	sem_post(&let);
	close(fd);
	web_end(&w);
	sem_destroy(&let);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_bad_good_is_200_400_close),
	    cmocka_unit_test(a_hundred_pipelined_are_all_answered),
	    cmocka_unit_test(a_byte_at_a_time_is_fine),
	    cmocka_unit_test(a_megabyte_too_much_still_reads_its_413),
	    cmocka_unit_test(a_dripping_client_is_cut_at_the_deadline),
	    cmocka_unit_test(
		an_idle_connection_is_closed_later_than_the_deadline),
	    cmocka_unit_test(a_client_that_is_gone_leaves_its_commit),
	    cmocka_unit_test(aborts_leak_nothing),
	    cmocka_unit_test(more_than_the_cap_wait_outside),
	    cmocka_unit_test(a_stop_answers_what_is_open),
	    cmocka_unit_test(a_stop_waits_no_longer_than_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
