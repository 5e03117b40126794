#include "courier_link.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "courier_end.h"
#include "log.h"
#include "packets.h"

#define PAUSE_FIRST (100 * (int64_t)1)
#define PAUSE_MAX   (30 * SECOND)
/* Who lived this long did not die of what killed the one before. */
#define STEADY MINUTE
/* Of 10 ms each. */
#define BURY_TRIES 100

struct courier_link {
	struct event_base *base;
	struct courier_link_options o;
	char *program, *socket_path, *channels_path;
	struct packets *packets; /* NULL: nobody is there */
	bool is_up;		 /* it said hello */
	bool is_stopped;
	/* Spawn mode. */
	bool spawns;
	pid_t pid;
	struct event *again;
	int64_t pause, started_at; /* ms, clock_mono() */
	/* Socket mode. */
	int listener;
	bool is_lent; /* the socket file is the service manager's */
	struct event *acceptable;
};

static void
tell(struct courier_link *l, bool is_up)
{
	if (l->is_up == is_up)
		return;
	l->is_up = is_up;
	if (is_up)
		log_info("courier is up");
	else
		log_info("courier is gone");
	if (!l->is_stopped)
		l->o.on_change(l->o.arg, is_up);
}

static void
on_message(void *arg, const json_t *msg)
{
	struct courier_link *l = arg;
	const char *is = json_string_value(json_object_get(msg, "is"));

	if (is != NULL && strcmp(is, "hello") == 0)
		tell(l, true);
	l->o.on_message(l->o.arg, msg);
}

/*
 * Its socket is closed, so the child ends by itself, for certain if it needs
 * too long.
 */
static void
bury(struct courier_link *l)
{
	const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};
	int status = 0;
	pid_t pid = 0;

	if (l->pid <= 0)
		return;
	for (int i = 0; i < BURY_TRIES && pid == 0; i++) {
		pid = waitpid(l->pid, &status, WNOHANG);
		if (pid == 0)
			nanosleep(&moment, NULL);
	}
	if (pid == 0) {
		kill(l->pid, SIGKILL);
		while (waitpid(l->pid, &status, 0) < 0 && errno == EINTR)
			continue;
	}
	l->pid = 0;
	if (!l->is_stopped)
		log_warn("courier ended exit=%d signal=%d",
		    WIFEXITED(status) ? WEXITSTATUS(status) : 0,
		    WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static void
later(struct courier_link *l)
{
	struct timeval tv;

	if (clock_mono() - l->started_at >= STEADY)
		l->pause = PAUSE_FIRST;
	tv.tv_sec = l->pause / SECOND;
	tv.tv_usec = l->pause % SECOND * 1000;
	event_add(l->again, &tv);
	l->pause = l->pause * 2 > PAUSE_MAX ? PAUSE_MAX : l->pause * 2;
}

static void
on_gone(void *arg)
{
	struct courier_link *l = arg;

	packets_close(l->packets);
	l->packets = NULL;
	bury(l);
	tell(l, false);
	if (l->spawns && !l->is_stopped)
		later(l);
}

static void
speak(struct courier_link *l, int fd)
{
	struct packets_options o = {on_message, on_gone, l};

	l->packets = packets_open(l->base, fd, &o);
}

static void
on_again(evutil_socket_t unused, short what, void *arg)
{
	struct courier_link *l = arg;
	int fd;

	(void)unused, (void)what;
	l->started_at = clock_mono();
	l->pid = courier_end_spawn(l->program, l->channels_path, &fd);
	if (l->pid > 0)
		speak(l, fd);
	else
		later(l);
}

static void
on_acceptable(evutil_socket_t listener, short what, void *arg)
{
	struct courier_link *l = arg;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)what;
	if (fd < 0)
		return;
	if (l->packets != NULL) {
		log_warn("second courier refused");
		close(fd);
		return;
	}
	speak(l, fd);
}

static bool
await(struct courier_link *l)
{
	if (!l->is_lent)
		l->listener = courier_end_listen(l->socket_path);
	if (l->listener < 0)
		return false;
	l->acceptable = event_new(
	    l->base, l->listener, EV_READ | EV_PERSIST, on_acceptable, l);
	return l->acceptable != NULL && event_add(l->acceptable, NULL) == 0;
}

struct courier_link *
courier_link_start(
    struct event_base *base, const struct courier_link_options *o)
{
	struct courier_link *l = xcalloc(1, sizeof(*l));

	l->base = base;
	l->o = *o;
	l->program = xstrdup(o->program);
	l->socket_path = xstrdup(o->socket_path);
	l->channels_path = xstrdup(o->channels_path);
	l->is_lent = o->sockets != NULL && o->sockets->courier >= 0;
	l->listener = l->is_lent ? o->sockets->courier : -1;
	l->pause = PAUSE_FIRST;
	l->spawns = !l->is_lent && strcmp(o->mode, "spawn") == 0;
	l->again = event_new(base, -1, 0, on_again, l);
	if (l->again == NULL)
		fatal("cannot make a timer");
	if (l->spawns)
		event_active(l->again, EV_TIMEOUT, 0);
	else if (!await(l)) {
		courier_link_stop(l);
		return NULL;
	}
	return l;
}

bool
courier_link_is_up(const struct courier_link *l)
{
	return l != NULL && l->is_up;
}

bool
courier_link_send(struct courier_link *l, const json_t *msg)
{
	return l->is_up && l->packets != NULL && packets_send(l->packets, msg);
}

void
courier_link_reload(struct courier_link *l)
{
	json_t *msg = json_pack("{s:s}", "do", "reload");

	if (l->packets != NULL && !packets_send(l->packets, msg))
		log_warn("courier not told to reload");
	json_decref(msg);
}

void
courier_link_stop(struct courier_link *l)
{
	if (l == NULL)
		return;
	l->is_stopped = true;
	packets_close(l->packets);
	bury(l);
	if (l->listener >= 0) {
		close(l->listener);
		if (!l->is_lent)
			unlink(l->socket_path);
	}
	if (l->acceptable != NULL)
		event_free(l->acceptable);
	event_free(l->again);
	free(l->program);
	free(l->socket_path);
	free(l->channels_path);
	free(l);
}
