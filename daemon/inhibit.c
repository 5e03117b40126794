#include "inhibit.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "core.h"
#include "log.h"

#define WHY "Thời hạn khẩn cấp bảo vệ trẻ em đang chạy (urgent clocks run)"
/* Before another try, when there was no bus or it said no. */
#define RETRY_S 60

struct inhibitor {
	struct event_base *base;
	struct event *io, *timer;
	sd_bus *bus;
	int fd; /* what is held; -1: nothing */
	const char *mode;
	bool is_wanted, is_refused, is_quiet;
};

static void
close_bus(struct inhibitor *i)
{
	if (i->io != NULL)
		event_free(i->io);
	i->io = NULL;
	if (i->bus != NULL) {
		sd_bus_close(i->bus);
		sd_bus_unref(i->bus);
	}
	i->bus = NULL;
	i->is_refused = false;
}

/* Said once, until it works again. */
static void
fail(struct inhibitor *i, const char *why)
{
	const struct timeval tv = {.tv_sec = RETRY_S};

	if (!i->is_quiet)
		log_warn("no shutdown inhibitor why=\"%s\"", why);
	i->is_quiet = true;
	close_bus(i);
	(void)event_add(i->timer, &tv);
}

static void on_io(evutil_socket_t fd, short what, void *arg);

/* Wait for what the bus wants next. */
static void
watch(struct inhibitor *i)
{
	int bits = sd_bus_get_events(i->bus);
	uint64_t until = UINT64_MAX;
	struct timeval tv = {.tv_sec = 1};
	short events = 0;

	if (bits < 0) {
		fail(i, strerror(-bits));
		return;
	}
	events = (short)((bits & POLLIN ? EV_READ : 0) |
			 (bits & POLLOUT ? EV_WRITE : 0));
	if (i->io != NULL)
		event_free(i->io);
	i->io = event_new(i->base, sd_bus_get_fd(i->bus), events, on_io, i);
	(void)sd_bus_get_timeout(i->bus, &until);
	if (i->io == NULL ||
	    event_add(i->io, until == UINT64_MAX ? NULL : &tv) != 0)
		fail(i, "no event");
}

static void ask(struct inhibitor *i);

static int
on_answer(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct inhibitor *i = arg;
	int fd;

	(void)error;
	if (sd_bus_message_is_method_error(m, NULL)) {
		/* Without a rule of polkit we may only delay, not block. */
		if (strcmp(i->mode, "block") == 0) {
			i->mode = "delay";
			ask(i);
		} else {
			/* Not from in here: the bus is at work. */
			i->is_refused = true;
		}
		return 0;
	}
	if (sd_bus_message_read(m, "h", &fd) < 0)
		return 0;
	i->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	i->is_quiet = false;
	log_info("shutdown inhibitor held mode=%s", i->mode);
	return 0;
}

static void
ask(struct inhibitor *i)
{
	if (sd_bus_call_method_async(i->bus, NULL, "org.freedesktop.login1",
		"/org/freedesktop/login1", "org.freedesktop.login1.Manager",
		"Inhibit", on_answer, i, "ssss", "shutdown", "hotlined", WHY,
		i->mode) < 0)
		i->is_refused = true;
}

static void
let_go(struct inhibitor *i)
{
	if (i->fd >= 0) {
		close(i->fd);
		log_info("shutdown inhibitor let go");
	}
	i->fd = -1;
	close_bus(i);
	(void)event_del(i->timer);
}

static void
on_io(evutil_socket_t fd, short what, void *arg)
{
	struct inhibitor *i = arg;
	int rc;

	(void)fd, (void)what;
	while ((rc = sd_bus_process(i->bus, NULL)) > 0)
		continue;
	if (rc < 0)
		fail(i, strerror(-rc));
	else if (i->is_refused)
		fail(i, "refused");
	else if (!i->is_wanted)
		let_go(i);
	else
		watch(i);
}

/* Connecting and saying hello goes on in the background. */
static void
begin(struct inhibitor *i)
{
	int rc = sd_bus_open_system(&i->bus);

	if (rc < 0) {
		i->bus = NULL;
		fail(i, strerror(-rc));
		return;
	}
	i->mode = "block";
	ask(i);
	watch(i);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct inhibitor *i = arg;

	(void)fd, (void)what;
	if (i->is_wanted && i->fd < 0 && i->bus == NULL)
		begin(i);
}

void
inhibitor_want(struct inhibitor *i, bool is_wanted)
{
	if (i->is_wanted == is_wanted)
		return;
	i->is_wanted = is_wanted;
	if (!is_wanted)
		let_go(i);
	else if (i->bus == NULL)
		begin(i);
}

struct inhibitor *
inhibitor_start(struct event_base *base)
{
	struct inhibitor *i = xcalloc(1, sizeof(*i));

	i->base = base;
	i->fd = -1;
	i->timer = evtimer_new(base, on_timer, i);
	return i;
}

void
inhibitor_stop(struct inhibitor *i)
{
	if (i == NULL)
		return;
	let_go(i);
	event_free(i->timer);
	free(i);
}
