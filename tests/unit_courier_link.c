/* This program is its own courier: with --fd it plays the child. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "courier_link.h"
#include "packets.h"

#define HELLO "{\"is\":\"hello\",\"channels\":[]}"

/* ---- The child: -c says how it behaves, "word:file that counts" ---- */

static void
count(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, "x", 1) != 1)
		exit(3);
	close(fd);
}

static int
play(const char *how)
{
	char room[70000];
	ssize_t n;

	count(strchr(how, ':') + 1);
	if (strncmp(how, "die", 3) == 0)
		return 7;
	snprintf(
	    room, sizeof(room), "{\"is\":\"hello\",\"pid\":%d}", (int)getpid());
	if (send(3, room, strlen(room), 0) < 0)
		return 4;
	while ((n = recv(3, room, sizeof(room), 0)) > 0)
		if (send(3, room, (size_t)n, 0) < 0)
			return 5;
	if (strncmp(how, "deaf", 4) == 0)
		sleep(60);
	return 0;
}

/* ---- The core ---- */

struct rig {
	char dir[64], channels[128], socket[96], counter[96], itself[256];
	struct event_base *base;
	struct courier_link *link;
	int n_up, n_gone;
	json_t *heard; /* a list */
};

static void
on_message(void *arg, const json_t *msg)
{
	struct rig *rig = arg;

	json_array_append_new(rig->heard, json_deep_copy(msg));
}

static void
on_change(void *arg, bool is_up)
{
	struct rig *rig = arg;

	*(is_up ? &rig->n_up : &rig->n_gone) += 1;
	assert_int_equal(courier_link_is_up(rig->link), is_up);
}

static void
set_up(struct rig *rig, const char *how)
{
	memset(rig, 0, sizeof(*rig));
	snprintf(rig->dir, sizeof(rig->dir), "/tmp/unit_link_XXXXXX");
	assert_non_null(mkdtemp(rig->dir));
	snprintf(rig->counter, sizeof(rig->counter), "%s/n", rig->dir);
	snprintf(rig->socket, sizeof(rig->socket), "%s/s", rig->dir);
	snprintf(
	    rig->channels, sizeof(rig->channels), "%s:%s", how, rig->counter);
	/* The link itself would be valgrind's. */
	assert_true(readlink("/proc/self/exe", rig->itself, 255) > 0);
	rig->base = event_base_new();
	rig->heard = json_array();
}

static void
begin(struct rig *rig, const char *mode, const char *program)
{
	struct courier_link_options o = {
	    .mode = mode,
	    .program = program,
	    .socket_path = rig->socket,
	    .channels_path = rig->channels,
	    .on_message = on_message,
	    .on_change = on_change,
	    .arg = rig,
	};

	rig->link = courier_link_start(rig->base, &o);
}

static void
tear_down(struct rig *rig)
{
	courier_link_stop(rig->link);
	event_base_free(rig->base);
	json_decref(rig->heard);
	unlink(rig->counter);
	assert_int_equal(access(rig->socket, F_OK), -1);
	assert_int_equal(rmdir(rig->dir), 0);
	/* No child is left, neither alive nor dead. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* Let the loop run until *n reaches want, at most ms. */
static void
run_until(struct rig *rig, const int *n, int want, int64_t ms)
{
	int64_t end = clock_mono() + ms;
	const struct timeval bit = {.tv_usec = 10000};

	while ((n == NULL || *n < want) && clock_mono() < end) {
		event_base_loopexit(rig->base, &bit);
		event_base_dispatch(rig->base);
	}
	if (n != NULL)
		assert_int_equal(*n, want);
}

static void
run_until_heard(struct rig *rig, size_t want)
{
	int64_t end = clock_mono() + 10 * SECOND;

	while (json_array_size(rig->heard) < want && clock_mono() < end)
		run_until(rig, NULL, 0, 10);
	assert_int_equal(json_array_size(rig->heard), want);
}

static const char *
heard(const struct rig *rig, size_t i, const char *name)
{
	return json_string_value(
	    json_object_get(json_array_get(rig->heard, i), name));
}

static bool
say(struct rig *rig, const char *text)
{
	json_t *msg = json_pack("{s:s}", "do", text);
	bool is_sent = courier_link_send(rig->link, msg);

	json_decref(msg);
	return is_sent;
}

static void
a_child_is_spoken_to(void **state)
{
	struct rig rig;

	(void)state;
	set_up(&rig, "echo");
	begin(&rig, "spawn", rig.itself);
	assert_false(courier_link_is_up(rig.link));
	assert_false(say(&rig, "early"));
	run_until(&rig, &rig.n_up, 1, 10 * SECOND);
	assert_true(say(&rig, "send"));
	courier_link_reload(rig.link);
	run_until_heard(&rig, 3);
	assert_string_equal(heard(&rig, 0, "is"), "hello");
	assert_string_equal(heard(&rig, 1, "do"), "send");
	assert_string_equal(heard(&rig, 2, "do"), "reload");
	tear_down(&rig);
	assert_int_equal(rig.n_gone, 0);
}

static void
a_dead_child_comes_back(void **state)
{
	struct rig rig;
	json_int_t pid;

	(void)state;
	set_up(&rig, "echo");
	begin(&rig, "spawn", rig.itself);
	run_until(&rig, &rig.n_up, 1, 10 * SECOND);
	pid = json_integer_value(
	    json_object_get(json_array_get(rig.heard, 0), "pid"));
	assert_true(pid > 1);
	kill((pid_t)pid, SIGKILL);
	run_until(&rig, &rig.n_gone, 1, 10 * SECOND);
	assert_false(say(&rig, "late"));
	run_until(&rig, &rig.n_up, 2, 10 * SECOND);
	tear_down(&rig);
}

static off_t
starts(const struct rig *rig)
{
	struct stat st = {0};

	(void)stat(rig->counter, &st);
	return st.st_size;
}

/* After 0, 100, 300, 700 and 1,500 ms. */
static void
pauses_grow(void **state)
{
	struct rig rig;

	(void)state;
	set_up(&rig, "die");
	begin(&rig, "spawn", rig.itself);
	run_until(&rig, NULL, 0, 1300);
	assert_in_range(starts(&rig), 2, 4);
	assert_int_equal(rig.n_up + rig.n_gone, 0);
	tear_down(&rig);
}

static void
a_missing_program_is_tried_again(void **state)
{
	struct rig rig;

	(void)state;
	set_up(&rig, "echo");
	begin(&rig, "spawn", "/nonexistent/courier");
	assert_non_null(rig.link);
	run_until(&rig, NULL, 0, 300);
	tear_down(&rig);
}

static void
a_child_that_does_not_end_is_killed(void **state)
{
	struct rig rig;
	int64_t start;

	(void)state;
	set_up(&rig, "deaf");
	begin(&rig, "spawn", rig.itself);
	run_until(&rig, &rig.n_up, 1, 10 * SECOND);
	start = clock_mono();
	tear_down(&rig);
	assert_true(clock_mono() - start < 5 * SECOND);
}

static int
call(const struct rig *rig)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	memcpy(at.sun_path, rig->socket, strlen(rig->socket));
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static void
write_packet(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), 0), strlen(text));
}

static void
a_courier_is_awaited(void **state)
{
	char room[64];
	struct rig rig;
	struct stat st;
	int fd, second;

	(void)state;
	set_up(&rig, "echo");
	/* A socket that a killed daemon left. */
	assert_int_equal(mknod(rig.socket, S_IFREG | 0644, 0), 0);
	begin(&rig, "socket", "");
	assert_non_null(rig.link);
	assert_int_equal(stat(rig.socket, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	fd = call(&rig);
	run_until(&rig, NULL, 0, 50);
	assert_false(courier_link_is_up(rig.link));
	write_packet(fd, HELLO);
	run_until(&rig, &rig.n_up, 1, 10 * SECOND);
	second = call(&rig);
	run_until(&rig, NULL, 0, 50);
	assert_int_equal(recv(second, room, sizeof(room), MSG_DONTWAIT), 0);
	close(second);
	assert_true(say(&rig, "send"));
	assert_int_equal(recv(fd, room, sizeof(room), MSG_DONTWAIT), 13);
	close(fd);
	run_until(&rig, &rig.n_gone, 1, 10 * SECOND);
	fd = call(&rig);
	write_packet(fd, HELLO);
	run_until(&rig, &rig.n_up, 2, 10 * SECOND);
	tear_down(&rig);
	assert_int_equal(recv(fd, room, sizeof(room), 0), 0);
	close(fd);
}

static void
foreign_packets_do_no_harm(void **state)
{
	char *huge = malloc(PACKET_MAX + 100);
	struct rig rig;
	int fd;

	(void)state;
	set_up(&rig, "echo");
	begin(&rig, "socket", "");
	fd = call(&rig);
	memset(huge, 'x', PACKET_MAX + 100);
	huge[PACKET_MAX + 99] = '\0';
	write_packet(fd, "no");
	write_packet(fd, "[]");
	write_packet(fd, "{\"is\":7}");
	write_packet(fd, "{\"a\":1,\"a\":2}");
	write_packet(fd, huge);
	write_packet(fd, HELLO);
	run_until(&rig, &rig.n_up, 1, 10 * SECOND);
	assert_int_equal(json_array_size(rig.heard), 2);
	huge[PACKET_MAX] = '\0';
	assert_false(say(&rig, huge));
	tear_down(&rig);
	close(fd);
	free(huge);
}

/* What does not fit into the socket waits, in order, and not without end. */
static void
a_slow_reader_gets_all_in_order(void **state)
{
	char text[32], room[64];
	struct rig rig;
	int fd, n = 0;

	(void)state;
	set_up(&rig, "echo");
	begin(&rig, "socket", "");
	fd = call(&rig);
	write_packet(fd, HELLO);
	run_until(&rig, &rig.n_up, 1, 10 * SECOND);
	do {
		snprintf(text, sizeof(text), "%08d", n);
	} while (say(&rig, text) && ++n < 100000);
	assert_in_range(n, 1024, 99999);
	for (int i = 0; i < n; i++) {
		ssize_t len;

		while (
		    (len = recv(fd, room, sizeof(room) - 1, MSG_DONTWAIT)) < 0)
			run_until(&rig, NULL, 0, 10);
		room[len] = '\0';
		snprintf(text, sizeof(text), "{\"do\":\"%08d\"}", i);
		assert_string_equal(room, text);
	}
	tear_down(&rig);
	close(fd);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_child_is_spoken_to),
	    cmocka_unit_test(a_dead_child_comes_back),
	    cmocka_unit_test(pauses_grow),
	    cmocka_unit_test(a_missing_program_is_tried_again),
	    cmocka_unit_test(a_child_that_does_not_end_is_killed),
	    cmocka_unit_test(a_courier_is_awaited),
	    cmocka_unit_test(foreign_packets_do_no_harm),
	    cmocka_unit_test(a_slow_reader_gets_all_in_order),
	};

	if (argc == 5 && strcmp(argv[1], "--fd") == 0)
		return play(argv[4]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
