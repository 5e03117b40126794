#include "link.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "inbox.h"
#include "log.h"
#include "packets.h"

#define PAUSE_FIRST 100 /* ms */
#define PAUSE_MAX   5000

struct link {
	struct courier *c;
	const char *path; /* NULL: there is only the one descriptor */
	struct packets *packets;
	struct event *again;
	int pause;
};

static void
say_hello(struct link *l)
{
	json_t *names = json_array();
	json_t *msg;

	for (size_t i = 0; i < roster_n(l->c->roster); i++)
		json_array_append_new(
		    names, json_string(roster_nth(l->c->roster, i)->name));
	msg = json_pack("{s:s, s:o}", "is", "hello", "channels", names);
	(void)packets_send(l->packets, msg);
	json_decref(msg);
	inbox_offer_again(l->c->inbox);
}

static void
reload(struct link *l)
{
	courier_reload(l->c);
	say_hello(l);
}

static void
on_message(void *arg, const json_t *msg)
{
	struct link *l = arg;
	const char *what = json_string_value(json_object_get(msg, "do"));
	const char *reply = json_string_value(json_object_get(msg, "reply"));

	if (what == NULL || l->c->is_leaving)
		return;
	if (strcmp(what, "send") == 0 || strcmp(what, "beat") == 0)
		attempt_begin(l->c, msg);
	else if (strcmp(what, "taken") == 0 && reply != NULL)
		inbox_taken(l->c->inbox, reply);
	else if (strcmp(what, "reload") == 0)
		reload(l);
}

static void
later(struct link *l)
{
	struct timeval tv = {l->pause / 1000, l->pause % 1000 * 1000};

	event_add(l->again, &tv);
	l->pause = l->pause * 2 > PAUSE_MAX ? PAUSE_MAX : l->pause * 2;
}

static void
on_gone(void *arg)
{
	struct link *l = arg;

	packets_close(l->packets);
	l->packets = NULL;
	log_info("core is gone");
	if (l->path == NULL)
		event_base_loopbreak(l->c->base);
	else if (!courier_follows(l->c))
		later(l);
}

static void
speak(struct link *l, int fd)
{
	struct packets_options o = {on_message, on_gone, l};

	l->pause = PAUSE_FIRST;
	l->packets = packets_open(l->c->base, fd, &o);
	say_hello(l);
}

static int
connect_to(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(at.sun_path))
		return -1;
	memcpy(at.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void
on_again(evutil_socket_t unused, short what, void *arg)
{
	struct link *l = arg;
	int fd = connect_to(l->path);

	(void)unused, (void)what;
	if (fd < 0) {
		later(l);
		return;
	}
	log_info("core is there");
	courier_reload(l->c);
	speak(l, fd);
}

struct link *
link_start(struct courier *c, int fd, const char *path)
{
	struct link *l = xcalloc(1, sizeof(*l));

	l->c = c;
	l->path = fd < 0 ? path : NULL;
	l->pause = PAUSE_FIRST;
	l->again = event_new(c->base, -1, 0, on_again, l);
	if (l->again == NULL)
		fatal("no timer for the link");
	if (fd >= 0)
		speak(l, fd);
	else
		event_active(l->again, EV_TIMEOUT, 0);
	return l;
}

bool
link_is_up(const struct link *l)
{
	return l->packets != NULL;
}

bool
link_send(struct link *l, const json_t *msg)
{
	return l != NULL && l->packets != NULL && packets_send(l->packets, msg);
}

void
link_stop(struct link *l)
{
	if (l == NULL)
		return;
	packets_close(l->packets);
	event_free(l->again);
	free(l);
}
